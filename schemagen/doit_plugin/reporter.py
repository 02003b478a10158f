"""This module knows how to report a run: one line per failure on stderr, one line of summary at the end."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

from doit.reporter import ConsoleReporter

from schemagen.changes import summary
from schemagen.doit_plugin.tasks import GenerateTask


class Reporter(ConsoleReporter):  # type: ignore[misc]  # doit has no types
    """doit's console reporter, but for our own tasks: fresh ones are counted, not listed."""

    desc = "schemagen: what was generated, what failed, and a summary"
    shows_tasks = True

    def __init__(self, outstream: TextIO, options: dict[str, Any]) -> None:
        super().__init__(outstream, options)
        self.generated = self.fresh = self.failed = 0
        self._started = time.monotonic()

    def initialize(self, tasks: dict[str, Any], selected_tasks: list[str]) -> None:
        """Called before the first task; what came before it, reading and planning, counts too."""
        super().initialize(tasks, selected_tasks)
        sessions = {task.action.session for task in tasks.values() if isinstance(task, GenerateTask)}
        self._started = min((session.started for session in sessions), default=self._started)
        self.fresh = sum(session.project.others for session in sessions)

    def execute_task(self, task: Any) -> None:
        if self.shows_tasks or not isinstance(task, GenerateTask):
            super().execute_task(task)

    def add_success(self, task: Any) -> None:
        if isinstance(task, GenerateTask):
            self.generated += 1
        else:
            super().add_success(task)

    def skip_uptodate(self, task: Any) -> None:
        if isinstance(task, GenerateTask):
            self.fresh += 1
        elif not task.has_subtask:
            super().skip_uptodate(task)

    def add_failure(self, task: Any, fail: Any) -> None:
        if isinstance(task, GenerateTask):
            self.failed += 1
            sys.stderr.write(f"{fail.message}\n")
        else:
            super().add_failure(task, fail)

    def complete_run(self) -> None:
        super().complete_run()
        self.write(summary(self.generated, self.fresh, self.failed, time.monotonic() - self._started))


class SummaryReporter(Reporter):
    """Failures and the summary only."""

    desc = "schemagen: failures and a summary"
    shows_tasks = False
