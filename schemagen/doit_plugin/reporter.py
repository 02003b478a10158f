"""This module knows how to report a run: one line per failure on stderr, one line of summary at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any, TextIO

from doit.reporter import ConsoleReporter

from schemagen.doit_plugin.repeating import Repeated
from schemagen.doit_plugin.tasks import Failed, GenerateTask, OutputsTask
from schemagen.doit_plugin.watchers import Crew, Totals, Watcher
from schemagen.errors import Location, SchemagenError
from schemagen.unchanged import summary


class Reporter(ConsoleReporter):  # type: ignore[misc]  # doit has no types
    """doit's console reporter, but for our own tasks: fresh ones are counted, not listed. Whoever else shows or records
    what happens is a watcher."""

    desc = "schemagen: what was generated, what failed, and a summary"
    shows_tasks = True
    names_failures = True
    is_quiet = False

    def __init__(self, outstream: TextIO, options: dict[str, Any], watchers: Sequence[Watcher] = ()) -> None:
        super().__init__(outstream, options)
        self.watchers = watchers
        self.generated = self.shared = self.fresh = self.failed = 0
        self._started = time.monotonic()
        self._repeated = Repeated()

    def initialize(self, tasks: dict[str, Any], selected_tasks: list[str]) -> None:
        """Called before the first task; what came before it, reading and planning, counts too."""
        super().initialize(tasks, selected_tasks)
        ours = [task for task in tasks.values() if isinstance(task, GenerateTask)]
        sessions = {task.action.session for task in ours}
        self._started = min((session.started for session in sessions), default=self._started)
        self.fresh = sum(session.project.others for session in sessions)
        for watcher in self.watchers:
            watcher.began(self.fresh + len(ours))
            watcher.planned([task.planned for task in ours])
            watcher.fresh(self.fresh)

    def backlog(self, left: float) -> None:
        """Called by our runner: what still waits takes one worker ``left`` seconds."""
        for watcher in self.watchers:
            watcher.backlog(left)

    def at_work(self, schemas: Sequence[str | None]) -> None:
        """Called by our runner, several times a second, with the schema that each worker is at."""
        for watcher in self.watchers:
            watcher.at_work(schemas)

    def dismissed(self, crew: Crew) -> None:
        """Called by our runner when its workers have ended."""
        for watcher in self.watchers:
            watcher.dismissed(crew)

    def execute_task(self, task: Any) -> None:
        if self.shows_tasks or not (self.is_quiet or isinstance(task, OutputsTask)):
            super().execute_task(task)

    def add_success(self, task: Any) -> None:
        if not isinstance(task, GenerateTask):
            super().add_success(task)
            return
        if task.action.is_shared:
            self.shared += 1
            for watcher in self.watchers:
                watcher.shared(task.planned)
            return
        self.generated += 1
        for watcher in self.watchers:
            watcher.generated(task.planned, task.action.predicted, task.action.seconds)

    def skip_uptodate(self, task: Any) -> None:
        if isinstance(task, GenerateTask):
            self.fresh += 1
            for watcher in self.watchers:
                watcher.fresh(1)
        elif not (task.has_subtask or self.is_quiet or isinstance(task, OutputsTask)):
            super().skip_uptodate(task)

    def add_failure(self, task: Any, fail: Any) -> None:
        if not isinstance(task, OutputsTask):
            super().add_failure(task, fail)
            return
        self.failed += 1  # an output for the whole project too: nobody ends with 1 and says that nothing failed
        problem = _problem_of(task, fail)
        if self.names_failures and self._repeated.is_to_be_said(problem):
            sys.stderr.write(f"{fail.message}\n")
        for watcher in self.watchers:
            watcher.failed(task.planned, problem)

    def kept(self, path: str) -> None:
        """Called by our run command, at the end."""
        for watcher in self.watchers:
            watcher.kept(path)

    def complete_run(self) -> None:
        if self.names_failures:
            for line in self._repeated.lines():
                sys.stderr.write(f"{line}\n")
        seconds = time.monotonic() - self._started
        totals = Totals(self.generated, self.fresh, self.failed, seconds, self.shared)
        for watcher in self.watchers:
            watcher.ended(totals)
        super().complete_run()
        if not self.is_quiet:
            self.write(summary(totals.generated, totals.fresh, totals.failed, seconds, totals.shared))


class SummaryReporter(Reporter):
    """Failures and the summary only."""

    desc = "schemagen: failures and a summary"
    shows_tasks = False


class QuietReporter(Reporter):
    """Failures only."""

    desc = "schemagen: failures"
    shows_tasks = False
    is_quiet = True


def _problem_of(task: OutputsTask, fail: Any) -> SchemagenError:
    """What went wrong with a task; where doit says so in its own words, that is a fault of ours."""
    if isinstance(fail, Failed):
        return fail.problem
    return SchemagenError(
        f"a fault in schemagen, please report it: {fail.message}", Location(task.planned.schema), "SG900"
    )
