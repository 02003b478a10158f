"""This package knows how to find, read, check and load packs: folders of templates with a manifest."""

from schemagen.packs.finding import builtin_folder, find_pack, packs_at_hand
from schemagen.packs.lint import lint_pack
from schemagen.packs.loading import LoadPacks, Output, Pack, load_pack, load_packs
from schemagen.packs.options import NO_OPTIONS, Options, OptionValue
from schemagen.packs.warm import WarmPacks

__all__ = [
    "NO_OPTIONS",
    "LoadPacks",
    "OptionValue",
    "Options",
    "Output",
    "Pack",
    "WarmPacks",
    "builtin_folder",
    "find_pack",
    "lint_pack",
    "load_pack",
    "load_packs",
    "packs_at_hand",
]
