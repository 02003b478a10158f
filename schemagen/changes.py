"""This module knows how to find what a build has to look at: nothing, some tasks, or everything."""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace

from schemagen.state.columns import Columns
from schemagen.state.glance import FIELDS, Times, times_at
from schemagen.state.sight import Sight, file_system_now, see, settled
from schemagen.state.snapshot import Snapshot, snapshot_from, write_snapshot
from schemagen.unchanged import LOCK, LOG, SNAPSHOT, STATE_FOLDER, Glance


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


def look(glance: Glance | None) -> Look:
    """Find what changed, in the project in the present folder, after a first ``glance`` at its file times; without one
    no time is trusted."""
    if glance is None or glance.loaded is None:
        return EVERYTHING
    if glance.fresh:
        return Look(glance.fresh, None)
    paths = glance.differing
    try:
        snapshot = snapshot_from(*glance.loaded)
        columns = snapshot.columns()
    except ValueError:  # with the right digest all the same: nobody need trust it
        return EVERYTHING
    if paths and paths[-1] >= snapshot.inputs + snapshot.outputs:
        return EVERYTHING
    if snapshot.log_size != _size_of(LOG) or any(task >= len(columns) for task in snapshot.unsettled):
        return EVERYTHING
    began = file_system_now(LOCK)
    sights = {path: see(snapshot.paths[path], follows=snapshot.follows(path)) for path in paths}
    changed = {path for path, sight in sights.items() if not sight.digest or sight.digest != snapshot.digest(path)}
    if not changed <= {*columns.schemas(), *columns.outputs}:  # concerns more than single tasks
        return EVERYTHING
    tasks = columns.touching(changed) if changed else set()
    found = Changes(snapshot, columns, frozenset(tasks.union(snapshot.unsettled)), sights, began, glance.version)
    if found.tasks:
        return Look(0, found)
    _renew(found)
    return Look(snapshot.tasks, None)


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


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
    """Remove the snapshot of the project in ``folder``, and what a killed build left beside it: a build begins that may
    write, and it holds the lock."""
    for name in (SNAPSHOT, f"{SNAPSHOT}.new", f"{LOG}.new"):
        with contextlib.suppress(OSError):  # there is none, or nothing can be written here
            os.unlink(os.path.join(folder, name))
