"""This module knows how to find what a build has to look at: nothing, some tasks, or everything.

It is all that a build with nothing to do imports, so it imports next to nothing itself.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemagen import __version__
from schemagen.state.columns import Columns
from schemagen.state.sight import Sight, Times, file_system_now, see, settled, times_at
from schemagen.state.snapshot import FIELDS, Snapshot, differing, load_snapshot, write_snapshot

STATE_FOLDER = ".schemagen"
SNAPSHOT = f"{STATE_FOLDER}/snapshot"


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since ``snapshot``, where it is no more than schemas and outputs: the ``tasks`` that have one of
    them among their inputs or outputs, or were not fresh then, and what was seen of each path with other times.

    ``began`` is the file system's time before that, in nanoseconds; ``version`` the times of the snapshot's file.
    """

    snapshot: Snapshot
    columns: Columns
    tasks: frozenset[int]
    sights: Mapping[int, Sight]
    began: int
    version: Times

    def still_hold(self) -> bool:
        """Whether no other build has ended since."""
        return times_at(SNAPSHOT) == self.version

    def renewed(self) -> array[int]:
        """The times of the snapshot, with those of paths that have the same bytes as then and other times."""
        times = self.snapshot.times[:]
        for path, sight in self.sights.items():
            if sight.digest and sight.digest == self.snapshot.digest(path):
                times[path * FIELDS : (path + 1) * FIELDS] = array("q", settled(sight.times, self.began))
        return times


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the times showed: ``fresh`` is the number of tasks where there is nothing to do, else 0; where
    ``changes`` is None then, everything has to be looked at."""

    fresh: int
    changes: Changes | None


EVERYTHING = Look(0, None)


# What a build without options of its own is for.
NO_OPTIONS = (None, None, None, None, False)


def snapshot_key(options: Sequence[object]) -> str:
    """What a snapshot has to have been taken for: this version, this Python, these options."""
    return repr((__version__, sys.version_info[:3], *options))


def look(key: str, dodo: str = "") -> Look:
    """Find what changed in the project in the present folder since a build for ``key``.

    ``dodo`` is the digest of the dodo.py that was read, if one was.
    """
    version = times_at(SNAPSHOT)
    snapshot = load_snapshot(SNAPSHOT)
    if snapshot is None or snapshot.key != key or (dodo and snapshot.dodo != dodo):
        return EVERYTHING
    try:
        paths = differing(snapshot)
    except OverflowError:  # an inode, say, that is too large for a snapshot
        return EVERYTHING
    if not paths and not snapshot.unsettled:
        return Look(snapshot.tasks, None)
    if paths and paths[-1] >= snapshot.inputs + snapshot.outputs:
        return EVERYTHING
    began = file_system_now(SNAPSHOT)
    sights = {path: see(snapshot.paths[path], follows=snapshot.follows(path)) for path in paths}
    changed = {path for path, sight in sights.items() if not sight.digest or sight.digest != snapshot.digest(path)}
    columns = snapshot.columns()
    if not changed <= {*columns.schemas(), *columns.outputs}:  # concerns more than single tasks
        return EVERYTHING
    tasks = columns.touching(changed) if changed else set()
    found = Changes(snapshot, columns, frozenset(tasks.union(snapshot.unsettled)), sights, began, version)
    if found.tasks:
        return Look(0, found)
    _renew(found)
    return Look(snapshot.tasks, None)


def _renew(changes: Changes) -> None:
    """Let the next look be quicker, unless another build is under way."""
    from schemagen.state.lock import spare_lock

    with spare_lock(STATE_FOLDER) as has_lock:
        if has_lock and changes.still_hold():
            save(replace(changes.snapshot, times=changes.renewed()))


def save(snapshot: Snapshot) -> None:
    """Write ``snapshot`` for the next build. It only accelerates: one that cannot be written is none."""
    try:
        write_snapshot(SNAPSHOT, snapshot)
    except OSError:
        discard_snapshot(".")


def discard_snapshot(folder: str) -> None:
    """Remove the snapshot of the project in ``folder``: a build begins that may write."""
    try:
        os.unlink(os.path.join(folder, SNAPSHOT))
    except OSError:
        return  # there is none, or nothing can be written here


def summary(generated: int, fresh: int, failed: int, seconds: float) -> str:
    """The line that a build ends with."""
    return f"{generated} generated, {fresh} fresh, {failed} failed in {seconds:.2f} s\n"
