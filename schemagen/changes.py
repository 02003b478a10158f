"""This module knows how to find what a build has to look at: nothing, some tasks, or everything."""

from __future__ import annotations

import contextlib
import os
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemagen.state.columns import Columns, bytes_of
from schemagen.state.glance import DIGEST, FIELDS, Times, times_at
from schemagen.state.sight import Sight, file_system_now, see, settled
from schemagen.state.snapshot import Snapshot, digests_bytes, snapshot_from, write_snapshot
from schemagen.unchanged import LOCK, LOG, SNAPSHOT, STATE_FOLDER, Glance

if TYPE_CHECKING:  # few projects need it
    from schemagen.bundles.index import Index


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since ``snapshot``, where it is no more than schemas and outputs: the ``tasks`` that have one of
    them among their inputs or outputs, or were not fresh then, and what was seen of each path with other bytes.

    ``began`` is the file system's time before that, in nanoseconds; ``version`` the times of the snapshot's file.
    ``times`` are those of the snapshot, with those of paths that have the same bytes as then and other times.
    ``indexes`` are those of the snapshot's indexed files, as these are now.
    """

    snapshot: Snapshot
    columns: Columns
    tasks: frozenset[int]
    sights: Mapping[int, Sight]
    began: int
    version: Times
    times: array[int]
    indexes: tuple[Index, ...] = ()

    def schema_of(self, task: int) -> str:
        """The path of the schema of a task."""
        number = self.columns.schema(task)
        return self.snapshot.paths[number] if number >= 0 else self._path_of_entry(-1 - number)

    def _path_of_entry(self, entry: int) -> str:
        from schemagen.part_paths import path_of_part

        for index in self.indexes:
            if entry < len(index):
                return path_of_part(index.file, index.pointer(entry))
            entry -= len(index)
        raise IndexError(entry)

    def read_anew(self) -> set[str]:
        """The indexed files that were read."""
        pairs = zip(self.snapshot.indexed, self.indexes, strict=True)
        return {index.file for (path, _), index in pairs if path in self.sights}

    def still_hold(self) -> bool:
        """Whether no other build has ended since."""
        return times_at(SNAPSHOT) == self.version


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
    indexed = _indexed(snapshot, paths)
    if indexed is None:
        return EVERYTHING
    indexes, entries, read = indexed
    sights, times = _seen(snapshot, paths, read, began)
    changed = {path for path, sight in sights.items() if sight.digest != snapshot.digest(path) or not sight.digest}
    others = changed - read.keys()
    others.difference_update(columns.outputs)
    if others:
        others.difference_update(columns.schemas())
    if others:  # concerns more than single tasks
        return EVERYTHING
    changed = changed - read.keys() | entries
    tasks = columns.touching(changed) if changed else set()
    all_tasks = frozenset(tasks.union(snapshot.unsettled))
    found = Changes(snapshot, columns, all_tasks, sights, began, glance.version, times, indexes)
    if found.tasks:
        return Look(0, found)
    _renew(found, read.keys())
    return Look(snapshot.tasks, None)


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _seen(
    snapshot: Snapshot, differing: Sequence[int], read: Mapping[int, Sight], began: int
) -> tuple[dict[int, Sight], array[int]]:
    """What is seen now of those of the ``differing`` paths that have other bytes than they had, or were ``read``; and
    the times of all, with those of the others as they are: after a build that is most of what it wrote."""
    times = array("q")
    times.frombytes(bytes_of(snapshot.times))
    sights: dict[int, Sight] = {}
    for path in differing:
        sight = read.get(path) or see(snapshot.paths[path], follows=snapshot.follows(path))
        if sight.digest and sight.digest == snapshot.digest(path):
            times[path * FIELDS : (path + 1) * FIELDS] = array("q", settled(sight.times, began))
            if path not in read:
                continue
        sights[path] = sight
    return sights, times


def _indexed(
    snapshot: Snapshot, differing: Sequence[int]
) -> tuple[tuple[Index, ...], set[int], dict[int, Sight]] | None:
    """The indexes of the files that have one, as they are now; the numbers of the entries that say another thing than
    they did; and what was seen of those of the ``differing`` paths that were read for it. None where more has to be
    looked at."""
    if not snapshot.indexed:
        return (), set(), {}
    from schemagen.bundles.changes import look_at_indexes

    return look_at_indexes(snapshot, differing)


def _renew(changes: Changes, read: Collection[int]) -> None:
    """Let the next look be quicker, unless another build is under way; ``read`` are indexed files that were read."""
    from schemagen.state.lock import spare_lock

    with spare_lock(STATE_FOLDER) as has_lock:
        if has_lock and changes.still_hold():
            if read:
                from schemagen.bundles.reading import keep_indexes

                keep_indexes(".", changes.indexes, (), is_whole=False)
            save(_with_read(changes, read))


def _with_read(changes: Changes, read: Collection[int]) -> Snapshot:
    """The snapshot with the times as they are; what was ``read`` may have other bytes, of which none matters."""
    times, digests = changes.times, bytearray(changes.snapshot.digests)
    for path in read:
        sight = changes.sights[path]
        times[path * FIELDS : (path + 1) * FIELDS] = array("q", settled(sight.times, changes.began))
        digests[path * DIGEST : (path + 1) * DIGEST] = digests_bytes([sight.digest])
    return replace(changes.snapshot, times=times, digests=bytes(digests))


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
