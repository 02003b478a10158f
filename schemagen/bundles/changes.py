"""This module knows how to find which entries of indexed files changed since a snapshot was taken.

It answers only for what is sure to concern no more than the tasks that use these entries. That is so where the entries
are the same, under the same keys and in the same order, and each that says another thing is an object, as it was: what
is no object (``$schema``, ``$id``, ``openapi``) may concern every task.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemagen.bundles.index import Index
from schemagen.bundles.reading import File, kept_index, read_index
from schemagen.errors import SchemagenError
from schemagen.jsontext import join_pointer, split_pointer
from schemagen.part_paths import pointer_of_part
from schemagen.state.sight import Sight
from schemagen.state.snapshot import Snapshot

_OBJECT = ord("{")


def look_at_indexes(
    snapshot: Snapshot, differing: Sequence[int]
) -> tuple[tuple[Index, ...], set[int], dict[int, Sight]] | None:
    """See ``changes``: of the project in the present folder."""
    indexes: list[Index] = []
    entries: set[int] = set()
    read: dict[int, Sight] = {}
    first = 0
    for path, count in snapshot.indexed:
        index = kept_index(".", snapshot.paths[path])
        if index is None or index.digest != snapshot.digest(path) or len(index) != count:
            return None
        if path in differing:
            try:
                now = read_index(File(".", index.file, index.holders), index)
            except SchemagenError:
                return None  # who looks at everything will say so
            changed = _changed(now, index, snapshot)
            if changed is None:
                return None
            entries |= {-1 - first - entry for entry in changed}
            read[path] = Sight(now.times, now.digest)
            index = now
        indexes.append(index)
        first += count
    return tuple(indexes), entries, read


def _changed(now: Index, before: Index, snapshot: Snapshot) -> list[int] | None:
    """The entries that say another thing ``now``; None where that may concern any task."""
    if now.is_old != before.is_old or not now.has_same_entries(before):
        return None
    changed = list(now.said_otherwise(before))
    if any(now.first(entry) != _OBJECT or before.first(entry) != _OBJECT for entry in changed):
        return None
    # What was looked for in an entry in vain may be there now.
    absent = snapshot.paths[snapshot.inputs + snapshot.outputs :]
    within = [pointer_of_part(path, now.file) for path in absent if path.startswith(f"{now.file}#/")]
    looked_in = {entry for pointer in within if (entry := _entry_at(now, pointer)) is not None}
    return None if looked_in.intersection(changed) else changed


def _entry_at(index: Index, pointer: str) -> int | None:
    return index.entry_at(join_pointer("#", *split_pointer(pointer)))[0]
