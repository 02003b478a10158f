"""This module knows how to take a snapshot of what a build used and made, for the next one."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from schemagen.changes import Changes
from schemagen.part_paths import pointer_of_part
from schemagen.plan import Task
from schemagen.rows import BASENAME, PROJECT_BASENAME, STATE_FILE, row_name, task_name
from schemagen.session import Session
from schemagen.state.columns import Columns, Row
from schemagen.state.glance import DIGEST, FIELDS, Times
from schemagen.state.sight import UNSURE, Sight, file_system_now, see, settled
from schemagen.state.snapshot import Snapshot, digests_bytes, times_array
from schemagen.state.store import Place
from schemagen.unchanged import LOCK

Recorded = Mapping[str, Sequence[str]]
_NOT_SEEN = Sight(UNSURE, "")


def conclude(session: Session, key: str, dodo: str, began: int) -> Snapshot | None:
    """The snapshot of the build that ``session`` was, in its project folder; None where there can be none.

    ``key`` and ``dodo`` are as in a Snapshot; ``began`` is the file system's time before the build read anything.
    """
    if session.has_kept_orphans or (session.state is not None and session.state.trouble):
        return None  # each build says so, so each has to look
    indexes = _indexes(session)
    is_whole = session.changes is not None or len(indexes) == len(session.project.project_tasks)
    if not is_whole or not all(_is_settled(session, task) for task in indexes):
        return None  # a snapshot knows of unsettled schemas only
    try:
        if session.changes is not None:
            return _after_changes(session, session.changes)
        return _after_all(session, key, dodo, began)
    except OverflowError:  # an inode, say, that is too large for a snapshot
        return None
    except (LookupError, ValueError):
        if session.changes is None and session.project.parts is None:
            raise
        # The snapshot before, or the index of a large document, was somebody else's: it has not all that the build
        # used. Or the document was changed while the build used it.
        return None


def _after_all(session: Session, key: str, dodo: str, began: int) -> Snapshot:
    project, state = session.project, session.state
    assert state is not None
    root, tasks = session.root, session.tasks()
    everything = [*tasks, *_indexes(session)]
    seen = {path: _settled(sight, began) for path, sight in project.sights.items()}
    numbered = _Numbered(session)
    parts = _parts(session, tasks, numbered)
    document_of = _no_document if project.parts is None else project.parts.document_of
    unseen = (task.schema for task in tasks if task.schema not in seen and document_of(task.schema) is None)
    seen |= dict.fromkeys(unseen, _NOT_SEEN)
    now = file_system_now(os.path.join(root, LOCK))
    seen |= {path: _see_again(root, path, digest, now) for path, digest in project.basis.items() if digest}
    seen[STATE_FILE] = _settled(see(os.path.join(root, STATE_FILE)), now)
    inputs = sorted(seen)
    # Of outputs there are too many to hold a sight for each.
    made = [output.path for task in everything for output in task.outputs]
    sights = [seen[path] for path in inputs]
    times = times_array([each.times for each in sights])
    digests = bytearray(digests_bytes([each.digest for each in sights]))
    unsettled = []
    for number, task in enumerate(everything):
        recorded = _digests(session, task)
        digests += recorded
        if session.sights:
            for seen_times in _output_times(session, task, recorded, began):
                times.extend(seen_times)
        else:  # nothing that was there before was looked at
            times.extend(UNSURE * len(task.outputs))
        if number < len(tasks) and not _is_settled(session, task):
            unsettled.append(number)
    absent = sorted({
        *(path for task in tasks for path in task.links.missing),
        *(path for path, digest in project.basis.items() if not digest),
        *(f"{file}#" for file in numbered.files),
        *parts,
    })  # fmt: skip
    paths = (*inputs, *made, *absent)
    at = {path: number for number, path in enumerate(absent, len(inputs) + len(made))} if parts else {}
    at |= {path: number for number, path in enumerate(inputs)}
    columns = Columns.of(_rows(session, tasks, partial(numbered.at, at), len(inputs)))
    return Snapshot(
        key,
        dodo,
        state.size,
        _other_places(session),
        tuple(unsettled),
        tuple((at[file], count) for file, count in numbered.files.items()),
        len(inputs),
        len(made),
        paths,
        times,
        bytes(digests),
        tuple(columns.to_parts()),
    )


def _after_changes(session: Session, changes: Changes) -> Snapshot:
    before, columns, state, root = changes.snapshot, changes.columns, session.state, session.root
    assert state is not None
    tasks = dict(zip(sorted(changes.tasks), session.tasks(), strict=True))
    numbered = _Numbered(session)
    absent = _parts(session, tasks.values(), numbered).union(*(task.links.missing for task in tasks.values()))
    known = before.inputs + before.outputs
    absent -= set(before.paths[known:])
    at = {path: number for number, path in enumerate((*before.paths[known:], *sorted(absent)), known)}
    at |= {path: number for number, path in enumerate(before.paths[: before.inputs])}
    now = file_system_now(os.path.join(root, LOCK))
    seen = {at[STATE_FILE]: _settled(see(os.path.join(root, STATE_FILE)), now)}
    for path, sight in session.project.sights.items():
        # Of a schema that has not changed, tasks that were not looked at depend on the digest that is recorded.
        if at[path] in changes.sights:
            seen[at[path]] = _settled(sight, changes.began)
    rows = {}
    for number, task in tasks.items():
        at_outputs = columns.outputs_of(number)
        seen |= zip(at_outputs, _outputs(session, task, changes.began), strict=True)
        rows[number] = _row(session, task, partial(numbered.at, at), at_outputs)
    for index in _indexes(session):
        made = zip(index.outputs, _outputs(session, index, changes.began), strict=True)
        seen |= {before.paths.index(output.path): sight for output, sight in made}
    times, digests = changes.times, bytearray(before.digests)
    for number, sight in seen.items():
        times[number * FIELDS : (number + 1) * FIELDS] = array("q", sight.times)
        digests[number * DIGEST : (number + 1) * DIGEST] = digests_bytes([sight.digest])
    columns = columns.replaced(rows)
    if state.is_loaded:  # and perhaps rewritten
        columns = columns.placed(state.place(task_name(name)) for name in columns.task_names())
    return replace(
        before,
        log_size=state.size,
        places=_other_places(session),
        unsettled=tuple(number for number, task in tasks.items() if not _is_settled(session, task)),
        paths=(*before.paths, *sorted(absent)),
        times=times,
        digests=memoryview(digests),
        parts=tuple(columns.to_parts()),
    )


def _indexes(session: Session) -> list[Task]:
    """The tasks of outputs for the whole project that were looked at, with the keys that they had then."""
    seen = session.seen_indexes
    return [seen[task.name] for task in session.project.project_tasks if task.name in seen]


def _other_places(session: Session) -> dict[str, Place]:
    """Where the rows of groups, and of outputs for the whole project, are in the log."""
    assert session.state is not None
    names = [BASENAME, PROJECT_BASENAME, *(row_name(task) for task in session.project.project_tasks)]
    return {name: session.state.place(name) for name in names}


def _recorded(session: Session, task: Task) -> Recorded:
    """What was recorded of the outputs of ``task``, by path: key, digest and pack."""
    recorded: Recorded = session.facts(task).get("outputs", {})
    return recorded


def _digests(session: Session, task: Task) -> bytes:
    """The digests that were recorded of the outputs of ``task``, as a snapshot has them."""
    known = session.settled(task)
    if known is not None:
        return known
    recorded = _recorded(session, task)
    return digests_bytes([recorded.get(output.path, ("", "", ""))[1] for output in task.outputs])


def _output_times(session: Session, task: Task, digests: bytes, began: int) -> Iterator[Times]:
    """The times of the outputs of ``task`` that are sure to be of the bytes that have these ``digests``."""
    for number, output in enumerate(task.outputs):
        seen = session.sights.get(output.path)
        is_it = seen is not None and seen.digest == digests[number * DIGEST : (number + 1) * DIGEST].hex()
        yield settled(seen.times, began) if seen is not None and is_it else UNSURE


def _outputs(session: Session, task: Task, began: int) -> Iterator[Sight]:
    """The outputs of ``task`` with the digests that were recorded, and the times that are sure to be of those bytes."""
    digests = _digests(session, task)
    for number, times in enumerate(_output_times(session, task, digests, began)):
        raw = digests[number * DIGEST : (number + 1) * DIGEST]
        yield Sight(times, raw.hex() if any(raw) else "")


def _is_settled(session: Session, task: Task) -> bool:
    """Whether what is recorded of ``task`` is of what would be made now."""
    if session.settled(task) is not None:
        return True
    recorded = _recorded(session, task)
    return all(output.key and recorded.get(output.path, ("",))[0] == output.key for output in task.outputs)


def _no_document(path: str) -> None:
    """The document that the part at ``path`` is in, where there are no documents."""


class _Numbered:
    """What tasks depend on that is in a large document, of which there may be very many: it is no path of a snapshot,
    but the number of the entry in the document's index that it is in. ``files`` are these documents, by path, each with
    the number of its entries."""

    def __init__(self, session: Session) -> None:
        parts = session.project.parts
        self._parts = parts
        self._numbers = {} if parts is None else parts.numbers()
        self.files = {file: len(index) for file, (index, _) in self._numbers.items()}

    def number(self, path: str) -> int | None:
        """The number of the entry that what is at ``path`` is in; None where it is in no large document."""
        file = self._parts.document_of(path) if self._numbers and self._parts is not None else None
        if file is None or file not in self._numbers:
            return None
        index, first = self._numbers[file]
        entry, _ = index.entry_at(pointer_of_part(path, file))
        return None if entry is None else first - entry

    def at(self, known: Mapping[str, int], path: str) -> int:
        """The number of ``path``, which is one that is ``known`` if it is in no large document."""
        found = self.number(path)
        return known[path] if found is None else found


def _parts(session: Session, tasks: Iterable[Task], numbered: _Numbered) -> set[str]:
    """What ``tasks`` depend on that is no file but a part of one. A snapshot lists it among the paths that must not
    exist, as no path like that may: the file itself is what has times. Not so what is ``numbered``."""
    parts = session.project.parts
    if parts is None:
        return set()
    return {
        path
        for task in tasks
        for path in (task.schema, *task.links.inputs)
        if (file := parts.document_of(path)) is not None and file not in numbered.files
    }


def _rows(session: Session, tasks: Sequence[Task], at: Callable[[str], int], first: int) -> Iterator[Row]:
    """The rows of all ``tasks``, whose inputs are ``at`` their numbers, and whose outputs have those from ``first``."""
    for task in tasks:
        yield _row(session, task, at, range(first, first + len(task.outputs)))
        first += len(task.outputs)


def _row(session: Session, task: Task, at: Callable[[str], int], outputs: Sequence[int]) -> Row:
    assert session.state is not None
    # What a schema refers to may be within itself, as an entry of a large document is.
    inputs = list(dict.fromkeys(at(path) for path in (task.schema, *task.links.inputs)))
    ids = session.project.ids.get(task.schema, ())
    return Row(task.name, inputs, outputs, ids, session.state.place(task_name(task.name)))


def _see_again(root: Path, path: str, digest: str, now: int) -> Sight:
    """The times of ``path``, if its bytes are those that were used, of ``digest``."""
    sight = see(os.path.join(root, path))
    return _settled(sight, now) if sight.digest == digest else Sight(UNSURE, digest)


def _settled(sight: Sight, now: int) -> Sight:
    return Sight(settled(sight.times, now), sight.digest)
