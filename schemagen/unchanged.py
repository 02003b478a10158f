"""This module knows how to end a build before it begins, where a snapshot shows that there is nothing to do.

It is all that such a build imports, so it imports next to nothing itself.
"""

from __future__ import annotations

import os
import sys

import xxhash

from schemagen import __version__
from schemagen.state.glance import differing, load_parts, paths_of, times_at

STATE_FOLDER = ".schemagen"
SNAPSHOT = f"{STATE_FOLDER}/snapshot"
LOCK = f"{STATE_FOLDER}/lock"
# What the names of the indexes of large documents begin with, in the state folder.
INDEX_PREFIX = "index-"
LOG = f"{STATE_FOLDER}/log"
# What a build without options of its own is for.
NO_OPTIONS: tuple[object, ...] = (None, None, None, None, False)


def snapshot_key(options: tuple[object, ...]) -> str:
    """What a snapshot has to have been taken for: this version, this Python, these options."""
    return repr((__version__, sys.version_info[:3], *options))


def key_with_path(key: str) -> str:
    """The ``key`` of a snapshot of what depends, too, on where programs are looked for."""
    return f"{key} PATH {xxhash.xxh3_64_hexdigest(os.fsencode(os.environ.get('PATH', '')))}"


class Glance:
    """What one look at the file times of the project in the present folder showed.

    ``fresh`` is the number of tasks where nothing changed since a build for ``key``, else 0. ``loaded`` is then what
    ``load_parts`` gave, with the snapshot's paths; None where there is no snapshot for ``key``. ``differing`` are the
    paths whose times are others, and ``version`` the times of the snapshot's file. ``dodo`` is the digest of the
    dodo.py that was read, if one was.
    """

    __slots__ = ("differing", "fresh", "loaded", "version")

    def __init__(self, key: str, dodo: str = "") -> None:
        self.fresh = 0
        self.loaded: tuple[str, str, list[int], list[memoryview], tuple[str, ...]] | None = None
        self.differing: list[int] = []
        self.version = times_at(SNAPSHOT)
        found = load_parts(SNAPSHOT)
        if found is None or (dodo and found[1] != dodo):
            return
        if found[0] != key and found[0] != key_with_path(key):
            return
        (unsettled, inputs, outputs), parts = found[2:]
        paths = paths_of(parts[2])
        if len(paths) < inputs + outputs:
            return
        try:
            self.differing = differing(paths, parts[0], inputs, outputs)
        except OverflowError:  # an inode, say, that is too large for a snapshot
            return
        self.loaded = (*found, paths)
        if not self.differing and not unsettled:
            self.fresh = len(parts[7]) // 8  # the ends of the tasks' inputs: one integer each


def summary(generated: int, fresh: int, failed: int, seconds: float, shared: int = 0) -> str:
    """The line that a build ends with."""
    found = f"{shared} from the cache, " if shared else ""
    return f"{generated} generated, {found}{fresh} fresh, {failed} failed in {seconds:.2f} s\n"
