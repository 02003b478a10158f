"""This package knows how to find, read and load packs: folders of templates with a manifest."""

from schemagen.packs.finding import builtin_folder, packs_at_hand
from schemagen.packs.loading import Output, Pack, load_pack, load_packs

__all__ = ["Output", "Pack", "builtin_folder", "load_pack", "load_packs", "packs_at_hand"]
