"""This module knows how to check that the outputs are what would be generated, without writing anything."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from schemagen.errors import SchemagenError
from schemagen.generate import Rendered
from schemagen.indexing import Indexing
from schemagen.plan import EDITED, Task
from schemagen.session import Session


@dataclass(frozen=True, slots=True)
class Finding:
    """An output that is not what it should be. ``kind`` is missing, stale, edited, orphaned or broken (its
    schema cannot be used; ``path`` is then the error). ``expected`` and ``present`` are the bytes that would
    be generated and that are there, where both are known."""

    kind: str
    path: str
    present: bytes | None = None
    expected: bytes | None = None

    def diff(self) -> Iterator[str]:
        """A unified diff from what is there to what would be generated."""
        if self.expected is None:
            return
        name = self.path
        yield from difflib.unified_diff(
            _lines(self.present or b""), _lines(self.expected), f"{name} (present)", f"{name} (generated)"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. ``by_digest`` outputs were compared with the digest recorded when they were made,
    ``by_generating`` were generated again in memory."""

    findings: tuple[Finding, ...]
    by_digest: int
    by_generating: int


def check_outputs(session: Session) -> Report:
    """Compare every output with what would be generated; raises what ``load_project`` raises."""
    findings: list[Finding] = []
    by_digest = by_generating = 0
    for task in session.tasks():
        stale = session.stale(task)
        if task.problem is not None:
            findings.append(Finding("broken", str(task.problem)))
            continue
        by_digest += len(task.outputs) - len(stale)
        by_generating += len(stale)
        if stale:
            findings += _compare(session, task, stale, partial(session.project.render, task.name))
    indexing = Indexing(session)
    for index in session.project.project_tasks:
        stale = session.stale(indexing.keyed(index))
        by_digest += len(index.outputs) - len(stale)
        by_generating += len(stale)
        findings += _compare(session, index, stale, partial(indexing.render, index))
    findings += [Finding("orphaned", orphan.path) for orphan in session.orphans()]
    return Report(tuple(findings), by_digest, by_generating)


def _compare(
    session: Session, task: Task, stale: Mapping[str, str], render: Callable[[Collection[str]], Iterable[Rendered]]
) -> Iterator[Finding]:
    paths = {output.below: output.path for output in task.outputs if output.path in stale}
    try:
        made = {below: b"".join(pieces) for below, pieces in render(paths)}
    except SchemagenError as error:
        yield Finding("broken", str(error))
        return
    for below, expected in made.items():
        path = paths[below]
        present = session.bytes_of(path)
        if present == expected:
            continue
        kind = "missing" if present is None else "edited" if stale[path] == EDITED else "stale"
        yield Finding(kind, path, present, expected)


def _lines(data: bytes) -> list[str]:
    return data.decode(errors="backslashreplace").splitlines(keepends=True)
