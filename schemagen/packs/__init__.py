"""This package knows how to find, read, check and load packs: folders of templates with a manifest."""

from schemagen.packs.finding import builtin_folder, find_pack, packs_at_hand
from schemagen.packs.lint import lint_pack
from schemagen.packs.loading import Output, Pack, load_pack, load_packs
from schemagen.packs.options import Options, OptionValue

__all__ = [
    "OptionValue",
    "Options",
    "Output",
    "Pack",
    "builtin_folder",
    "find_pack",
    "lint_pack",
    "load_pack",
    "load_packs",
    "packs_at_hand",
]
