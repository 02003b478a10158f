"""This module knows how to build once more in a process that has built before, and what became of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from schemagen.changes import Look, look
from schemagen.config import Config
from schemagen.doit_plugin.app import run_doit
from schemagen.doit_plugin.config_loader import CANNOT_START
from schemagen.doit_plugin.reporter import QuietReporter
from schemagen.doit_plugin.showing import Showing
from schemagen.doit_plugin.tasks import OutputsTask
from schemagen.doit_plugin.watchers import Totals, Watcher
from schemagen.errors import SchemagenError
from schemagen.packs import WarmPacks
from schemagen.plan import Task
from schemagen.session import Session
from schemagen.unchanged import Glance

# So many schemas are generated in this process in the time that it takes to start others.
_FEW = 30


@dataclass(frozen=True, slots=True)
class Round:
    """What became of a build. ``errors`` are all there are now, by the file that they are about, a line each;
    ``is_started`` is false where they kept the build from starting, so that nothing is known of the schemas.
    ``totals`` is None where there was nothing to do, ``fresh`` how many schemas there are then. ``generated`` are the
    paths of those that were generated, ``removed`` is the number of outputs that nothing makes any more."""

    totals: Totals | None
    errors: Mapping[str, str]
    is_started: bool = True
    generated: Sequence[str] = ()
    removed: int = 0
    fresh: int = 0


def not_started(problems: Iterable[SchemagenError]) -> Round:
    """The round that ``problems`` keep from starting."""
    errors: dict[str, str] = {}
    for problem in problems:
        path, line = problem.location.path, str(problem)
        errors[path] = f"{errors[path]}\n{line}" if path in errors else line
    return Round(None, errors, is_started=False)


@dataclass(slots=True)
class _Noting(Watcher):
    """Notes what happens."""

    errors: dict[str, str] = field(default_factory=dict)
    totals: Totals | None = None
    schemas: list[str] = field(default_factory=list)
    sessions: set[Session] = field(default_factory=set)

    def generated(self, task: Task, predicted: float, seconds: float) -> None:
        self.schemas.append(task.schema)

    def shared(self, task: Task) -> None:
        self.schemas.append(task.schema)

    def failed(self, task: Task, problem: SchemagenError) -> None:
        self.errors[task.schema] = str(problem)

    def ended(self, totals: Totals) -> None:
        self.totals = totals

    @property
    def removed(self) -> int:
        """How many outputs of schemas that are gone were removed."""
        return sum(not os.path.lexists(session.root / path) for session in self.sessions for path in session.changed)


class _NotingReporter(QuietReporter):
    """Tells the watchers what failed, and nobody else: it may be what failed the last time too."""

    desc = "schemagen: for a watch"
    names_failures = False

    def __init__(self, outstream: TextIO, options: dict[str, Any], noting: _Noting, others: Sequence[Watcher]) -> None:
        super().__init__(outstream, options, [noting, *others])
        self._noting = noting

    def initialize(self, tasks: dict[str, Any], selected_tasks: list[str]) -> None:
        super().initialize(tasks, selected_tasks)
        self._noting.sessions |= {task.action.session for task in tasks.values() if isinstance(task, OutputsTask)}


class Rounds:
    """Builds of the project in the present folder, one after the other. ``key`` is as in a Snapshot. Between
    builds what is loaded of packs is kept, and no lock."""

    def __init__(self, key: str, *, keeps_edited: bool = False) -> None:
        self.packs = WarmPacks()
        self._key = key
        self._keeps_edited = keeps_edited

    def build(self, config: Config, workers: int, others: Sequence[Watcher] = ()) -> Round:
        """Generate what is stale, if anything is, and say nothing; if that is much, on ``workers`` processes.
        ``others`` are told what happens too.

        Raises SystemExit if a signal stopped it.
        """
        started = time.monotonic()
        found = look(Glance(self._key))
        if found.fresh:
            return Round(None, {}, fresh=found.fresh)
        noting = _Noting()
        problems: list[SchemagenError] = []

        def make(outstream: TextIO, options: dict[str, Any]) -> QuietReporter:
            return _NotingReporter(outstream, options, noting, others)

        try:
            code = run_doit(
                config,
                ["run", "-n", str(workers if _is_much(found) else 0)],
                key=self._key,
                started=started,
                found=found,
                showing=Showing(started, is_quiet=True),
                keeps_edited=self._keeps_edited,
                reporter=make,
                load=self.packs,
                on_problems=problems.extend,
            )
        except SystemExit as ended:
            if ended.code != CANNOT_START:
                raise
            return not_started(problems)
        if code and noting.totals is None:  # doit has said what is wrong
            return not_started(problems)
        return Round(noting.totals, noting.errors, generated=noting.schemas, removed=noting.removed)


def _is_much(found: Look) -> bool:
    return found.changes is None or len(found.changes.tasks) > _FEW
