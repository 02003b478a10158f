"""This module knows how to check that the outputs are what would be generated, without writing anything."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from schemagen.errors import Location, SchemagenError
from schemagen.formatting import MOST_FILES, Formatted
from schemagen.generate import Rendered
from schemagen.indexing import Indexing
from schemagen.leftovers import orphans_of
from schemagen.plan import EDITED, Task
from schemagen.session import Session
from schemagen.texts import place_at
from schemagen.together import MOST_BYTES


@dataclass(frozen=True, slots=True)
class Finding:
    """An output that is not what it should be. ``kind`` is missing, stale, edited, orphaned or broken (its
    schema cannot be used; ``path`` is then the ``problem`` as text). ``schema`` is the path of what it is made from, or
    the name of the pack that makes it for the project, empty where that is not known; ``place`` is where the schema is
    written. ``expected`` and ``present`` are the bytes that would be generated and that are there, where both are
    known."""

    kind: str
    path: str
    schema: str = ""
    problem: SchemagenError | None = None
    place: Location | None = None
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

    def diff_lines(self) -> Iterator[str]:
        """The same, each line with its end."""
        return (line if line.endswith("\n") else f"{line}\n" for line in self.diff())

    @property
    def first_line(self) -> int:
        """The number of the first line of what is there that is not what would be generated; 1 where that is not
        known."""
        if self.present is None or self.expected is None:
            return 1
        present, expected = _lines(self.present), _lines(self.expected)
        same = next((at for at, (a, b) in enumerate(zip(present, expected, strict=False)) if a != b), None)
        return min(len(present), len(expected)) + 1 if same is None else same + 1


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. ``schemas`` are the paths of all that were looked at; ``by_digest`` outputs were compared
    with the digest recorded when they were made, ``by_generating`` were generated again in memory."""

    findings: tuple[Finding, ...]
    schemas: tuple[str, ...]
    by_digest: int
    by_generating: int


@dataclass(frozen=True, slots=True)
class _Rendered:
    """What was rendered of a task, by path, of its outputs that are ``stale`` or have no record; or why that cannot
    be."""

    task: Task
    stale: Mapping[str, str]
    raw: Mapping[str, bytes]
    problem: SchemagenError | None = None


def check_outputs(session: Session) -> Report:
    """Compare every output with what would be generated; raises what ``load_project`` raises."""
    findings: list[Finding] = []
    by_digest = by_generating = 0
    for rendered, formatted in _formatted(session, _rendered(session)):
        findings += _compare(session, rendered, formatted)
        if rendered.task.problem is None:
            by_digest += len(rendered.task.outputs) - len(rendered.stale)
            by_generating += len(rendered.stale)
    findings += [Finding("orphaned", orphan.path) for orphan in orphans_of(session)]
    schemas = tuple(task.schema for task in session.tasks())
    return Report(tuple(findings), schemas, by_digest, by_generating)


def _rendered(session: Session) -> Iterator[_Rendered]:
    """Every task, that of a pack's outputs for the project too."""
    for task in session.tasks():
        stale = session.stale(task)
        if task.problem is not None:
            yield _Rendered(task, stale, {}, task.problem)
        else:
            yield _render(task, stale, partial(session.project.render, task.name))
    indexing = Indexing(session)
    for index in session.project.project_tasks:
        stale = session.stale(indexing.keyed(index))
        yield _render(index, stale, partial(indexing.render, index))


def _render(task: Task, stale: Mapping[str, str], render: Callable[[Collection[str]], Iterable[Rendered]]) -> _Rendered:
    paths = {output.below: output.path for output in task.outputs if output.path in stale}
    if not paths:
        return _Rendered(task, stale, {})
    try:
        return _Rendered(task, stale, {paths[below]: b"".join(pieces) for below, pieces in render(paths)})
    except SchemagenError as error:
        return _Rendered(task, stale, {}, error)


def _formatted(session: Session, tasks: Iterable[_Rendered]) -> Iterator[tuple[_Rendered, Formatted]]:
    """What formatters make of all outputs; of many at once, if there are any."""
    waiting: list[_Rendered] = []
    raw: dict[str, bytes] = {}
    for rendered in tasks:
        waiting.append(rendered)
        raw |= rendered.raw
        if not session.formatting or len(raw) >= MOST_FILES or sum(map(len, raw.values())) > MOST_BYTES:
            formatted = session.formatting.format_all(raw)
            yield from ((each, formatted) for each in waiting)
            waiting, raw = [], {}
    formatted = session.formatting.format_all(raw)
    yield from ((each, formatted) for each in waiting)


def _compare(session: Session, rendered: _Rendered, formatted: Formatted) -> Iterator[Finding]:
    task, stale = rendered.task, rendered.stale
    if rendered.problem is not None:
        yield _broken(task, rendered.problem)
        return
    for path in rendered.raw:
        expected = formatted[path]
        if isinstance(expected, SchemagenError):
            yield _broken(task, expected)
            continue
        present = session.bytes_of(path)
        if present == expected:
            continue
        kind = "missing" if present is None else "edited" if stale[path] == EDITED else "stale"
        yield Finding(kind, path, task.schema, None, _place_of(session, task), present, expected)


def _place_of(session: Session, task: Task) -> Location | None:
    """Where the schema of ``task`` is written; None for what is made for the project."""
    if task.is_for_project:
        return None
    schema = session.project.schema(task.name)
    return Location(task.schema) if schema is None or schema.home is None else place_at(schema, "#")


def _broken(task: Task, problem: SchemagenError) -> Finding:
    return Finding("broken", str(problem), task.schema, problem)


def _lines(data: bytes) -> list[str]:
    return data.decode(errors="backslashreplace").splitlines(keepends=True)
