"""This module knows how to take a snapshot of what a build used and made, for the next one."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from schemagen.changes import Changes
from schemagen.plan import Task
from schemagen.session import BASENAME, STATE_FILE, Session, task_name
from schemagen.state.columns import Columns, Row
from schemagen.state.sight import UNSURE, Sight, file_system_now, see, settled
from schemagen.state.snapshot import DIGEST, FIELDS, Snapshot, digests_bytes, times_array

_NOT_SEEN = Sight(UNSURE, "")


def conclude(session: Session, key: str, dodo: str, began: int) -> Snapshot | None:
    """The snapshot of the build that ``session`` was, in its project folder; None where there can be none.

    ``key`` and ``dodo`` are as in a Snapshot; ``began`` is the file system's time before the build read anything.
    """
    if session.has_kept_orphans or (session.state is not None and session.state.trouble):
        return None  # each build says so, so each has to look
    try:
        if session.changes is not None:
            return _after_changes(session, session.changes)
        return _after_all(session, key, dodo, began)
    except OverflowError:  # an inode, say, that is too large for a snapshot
        return None


def _after_all(session: Session, key: str, dodo: str, began: int) -> Snapshot:
    project, state = session.project, session.state
    assert state is not None
    root, tasks = session.root, session.tasks()
    seen = {path: _settled(sight, began) for path, sight in project.sights.items()}
    seen |= dict.fromkeys((task.schema for task in tasks if task.schema not in seen), _NOT_SEEN)
    now = file_system_now(os.path.join(root, STATE_FILE))
    seen |= {path: _see_again(root, path, digest, now) for path, digest in project.basis.items() if digest}
    seen[STATE_FILE] = _settled(see(os.path.join(root, STATE_FILE)), now)
    inputs = sorted(seen)
    made = dict(chain.from_iterable(_outputs(session, task, began) for task in tasks))
    absent = sorted({
        *(path for task in tasks for path in task.links.missing),
        *(path for path, digest in project.basis.items() if not digest),
    })  # fmt: skip
    paths = (*inputs, *made, *absent)
    at = {path: number for number, path in enumerate(paths)}
    columns = Columns.of(_row(session, task, at, [at[output.path] for output in task.outputs]) for task in tasks)
    sights = [*(seen[path] for path in inputs), *made.values()]
    return Snapshot(
        key,
        dodo,
        state.size,
        state.place(BASENAME),
        tuple(number for number, task in enumerate(tasks) if not _is_settled(session, task)),
        len(inputs),
        len(made),
        paths,
        times_array([each.times for each in sights]),
        digests_bytes([each.digest for each in sights]),
        tuple(columns.to_parts()),
    )


def _after_changes(session: Session, changes: Changes) -> Snapshot:
    before, columns, state, root = changes.snapshot, changes.columns, session.state, session.root
    assert state is not None
    tasks = dict(zip(sorted(changes.tasks), session.tasks(), strict=True))
    at = {path: number for number, path in enumerate(before.paths[: before.inputs])}
    now = file_system_now(os.path.join(root, STATE_FILE))
    seen = {at[STATE_FILE]: _settled(see(os.path.join(root, STATE_FILE)), now)}
    for path, sight in session.project.sights.items():
        # Of a schema that has not changed, tasks that were not looked at depend on the digest that is recorded.
        if at[path] in changes.sights:
            seen[at[path]] = _settled(sight, changes.began)
    rows = {}
    for number, task in tasks.items():
        at_outputs = columns.outputs_of(number)
        seen |= zip(at_outputs, (sight for _, sight in _outputs(session, task, changes.began)), strict=True)
        rows[number] = _row(session, task, at, at_outputs)
    times, digests = changes.renewed(), bytearray(before.digests)
    for number, sight in seen.items():
        times[number * FIELDS : (number + 1) * FIELDS] = array("q", sight.times)
        digests[number * DIGEST : (number + 1) * DIGEST] = digests_bytes([sight.digest])
    columns = columns.replaced(rows)
    if state.is_loaded:  # and perhaps rewritten
        columns = columns.placed(state.place(task_name(name)) for name in columns.task_names())
    absent = {path for task in tasks.values() for path in task.links.missing}
    absent -= set(before.paths[before.inputs + before.outputs :])
    return replace(
        before,
        log_size=state.size,
        group=state.place(BASENAME),
        unsettled=tuple(number for number, task in tasks.items() if not _is_settled(session, task)),
        paths=(*before.paths, *sorted(absent)),
        times=times,
        digests=bytes(digests),
        parts=tuple(columns.to_parts()),
    )


def _outputs(session: Session, task: Task, began: int) -> Iterator[tuple[str, Sight]]:
    """The outputs of ``task`` with the digests that were recorded, and the times that are sure to be of those bytes."""
    recorded = session.facts(task).get("outputs", {})
    for output in task.outputs:
        _, digest, _ = recorded.get(output.path, ("", "", ""))
        seen = session.sights.get(output.path, _NOT_SEEN)
        yield output.path, _settled(seen, began) if digest and seen.digest == digest else Sight(UNSURE, digest)


def _is_settled(session: Session, task: Task) -> bool:
    """Whether what is recorded of ``task`` is of what would be made now."""
    recorded = session.facts(task).get("outputs", {})
    return all(output.key and recorded.get(output.path, ("",))[0] == output.key for output in task.outputs)


def _row(session: Session, task: Task, at: Mapping[str, int], outputs: Sequence[int]) -> Row:
    assert session.state is not None
    inputs = dict.fromkeys((task.schema, *task.links.inputs))
    ids = session.project.ids.get(task.schema, ())
    return Row(task.name, [at[path] for path in inputs], outputs, ids, session.state.place(task_name(task.name)))


def _see_again(root: Path, path: str, digest: str, now: int) -> Sight:
    """The times of ``path``, if its bytes are those that were used, of ``digest``."""
    sight = see(os.path.join(root, path))
    return _settled(sight, now) if sight.digest == digest else Sight(UNSURE, digest)


def _settled(sight: Sight, now: int) -> Sight:
    return Sight(settled(sight.times, now), sight.digest)
