"""This module knows how to take over outputs that were made elsewhere, with what was recorded of them there.

Nothing that is recorded there is believed but this: an output is taken for what would be made here if it was recorded
with the very key that it has here, which covers all that it is made from, and its bytes have the digest that was
recorded. Paths are those that are planned here; what to record is told here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemagen.digest import digest_of
from schemagen.errors import ConfigError, Location, SchemagenError
from schemagen.indexing import Indexing
from schemagen.overview import NO_SUMMARY, summarise
from schemagen.plan import PlannedOutput, Task
from schemagen.rows import STATE_FILE, row_name
from schemagen.session import Session
from schemagen.state.store import State
from schemagen.writing import bytes_of_file

_LOG = Path(STATE_FILE)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was made elsewhere: ``folder`` is what the outputs' paths start from, and ``state`` tells of them."""

    folder: Path
    state: State


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the tasks: those that were ``fresh`` here, those that were ``taken``, and those that are
    ``missing``, by what they are made from; ``problems`` are what went wrong."""

    fresh: int
    taken: int
    missing: tuple[str, ...]
    problems: tuple[SchemagenError, ...]


def open_elsewhere(named: str, warn: Callable[[str], None]) -> Elsewhere:
    """What was made in the folder ``named``: a project's, or the one of its state; raises ConfigError."""
    folder = Path(named)
    if folder.name == _LOG.parent.name:
        folder = folder.parent
    log = next((each for each in (folder / _LOG, folder / _LOG.name) if each.is_file()), None)
    if log is None:
        message = f"there is no {STATE_FILE} in this folder: it is what a build leaves, hidden from who lists files"
        raise ConfigError(message, Location(named), "SG057")
    return Elsewhere(folder, State(log, lambda damage: warn(f"{log}:1:1: warning: {damage}")))


def merge(session: Session, sources: Sequence[Elsewhere]) -> Merged:
    """Take over from ``sources`` what ``session``, whose state is open, would have to make."""
    taking = _Taking(session, sources)
    for task in session.tasks():
        if task.problem is None:
            taking.take(task, session.look(task).stale)
    indexing = Indexing(session)
    for index in session.project.project_tasks:
        # What they show of schemas is recorded by now, of all that were taken.
        keyed = indexing.keyed(index)
        taking.take(keyed, session.look(keyed).stale)
    return Merged(taking.fresh, taking.taken, tuple(taking.missing), tuple(taking.problems))


class _Taking:
    def __init__(self, session: Session, sources: Sequence[Elsewhere]) -> None:
        self._session = session
        self._sources = sources
        self.fresh = self.taken = 0
        self.missing: list[str] = []
        self.problems: list[SchemagenError] = []

    def take(self, task: Task, stale: Mapping[str, str]) -> None:
        """Take over the ``stale`` outputs of ``task``, if all of them were made elsewhere."""
        if not stale:
            self.fresh += 1
            return
        for source in self._sources:
            facts = source.state.facts(row_name(task))
            data = self._found(source, facts, [output for output in task.outputs if output.path in stale])
            if data is not None:
                self._put(task, data, facts, source)
                return
        self.missing.append(task.schema)

    def _found(
        self, source: Elsewhere, facts: Mapping[str, Any], outputs: Iterable[PlannedOutput]
    ) -> dict[str, bytes] | None:
        """The bytes of ``outputs`` by path; None where one of them is not there as it should be."""
        recorded = facts.get("outputs")
        found: dict[str, bytes] = {}
        for output in outputs:
            told = recorded.get(output.path) if isinstance(recorded, dict) else None
            if not isinstance(told, list) or len(told) != 3 or not output.key or told[0] != output.key:
                return None
            data = _with_digest(told[1], (self._session.root / output.path, source.folder / output.path))
            if data is None:
                return None
            found[output.path] = data
        return found

    def _put(self, task: Task, data: Mapping[str, bytes], facts: Mapping[str, Any], source: Elsewhere) -> None:
        session = self._session
        made = session.drafts.write_finished(task, data)
        if made.problem is None:
            schema = None if task.is_for_project else session.project.schema(task.name)
            seconds = facts.get("seconds")
            made = made._replace(
                summary=NO_SUMMARY if schema is None else summarise(schema),
                seconds=float(seconds) if isinstance(seconds, float | int) and seconds > 0 else 0.0,
            )
            try:
                session.claim(task, made)
                session.commit_and_record(task, made, (f"taken from {source.folder}",))
            except SchemagenError as problem:
                made = made._replace(problem=problem)
        if made.problem is not None:
            self.problems.append(made.problem)
        else:
            self.taken += 1


def _with_digest(digest: object, files: Iterable[Path]) -> bytes | None:
    """The bytes of the first of ``files`` that have this ``digest``."""
    for file in files:
        data = bytes_of_file(file)
        if data is not None and digest_of(data) == digest:
            return data
    return None
