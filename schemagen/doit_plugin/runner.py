"""This module knows how doit's own runners run our tasks: what is made is committed in this process, and kept."""

from __future__ import annotations

from typing import Any

from doit.exceptions import BaseFail, TaskFailed, UnmetDependency
from doit.runner import ERROR, FAILURE, MThreadRunner, Runner

from schemagen.doit_plugin.reporter import Reporter
from schemagen.doit_plugin.stopping import Stops
from schemagen.doit_plugin.tasks import Failed, GenerateTask, GroupTask, IndexTask, OutputsTask
from schemagen.errors import SchemagenError
from schemagen.sharing import Sharing


class Committing:
    """What all our runners add to doit's: see each method."""

    stops: Stops
    sharing: Sharing
    reporter: Any
    continue_: bool
    final_result: int
    _stop_running: bool

    @property
    def has_lost_workers(self) -> bool:
        """Whether a worker ended that may have left temporary files."""
        return False

    def select_task(self, node: Any, tasks_dict: dict[str, Any]) -> bool:
        """An index is made even where a schema that it shows failed."""
        if isinstance(node.task, IndexTask):
            node.bad_deps.clear()
        return bool(super().select_task(node, tasks_dict))  # type: ignore[misc]  # of doit's Runner

    def process_task_result(self, node: Any, base_fail: BaseFail | None) -> None:
        """An output that cannot be moved into place fails its task, not the run; nothing stops a commit half way."""
        with self.stops.held():
            try:
                super().process_task_result(node, base_fail)  # type: ignore[misc]  # of doit's Runner
            except SchemagenError as problem:
                self._handle_task_error(node, Failed(problem))
        if isinstance(node.task, OutputsTask):
            node.task.forget_made()

    def finish(self) -> None:
        """What was made is kept before all is said to be over."""
        if not self.stops.is_stopped:
            self.sharing.keep()
        super().finish()  # type: ignore[misc]  # of doit's Runner

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        # A group of our tasks does nothing itself. That one of them failed is known, and reported, and
        # must not turn doit's 1 (a task failed) into its 2 (an error).
        if isinstance(base_fail, UnmetDependency) and isinstance(node.task, GroupTask):
            node.run_status = "failure"
            return
        if not isinstance(node.task, OutputsTask):
            super()._handle_task_error(node, base_fail)  # type: ignore[misc]  # of doit's Runner
            return
        # As doit's, but what is recorded of the last success is not forgotten: it is true of the old outputs, which
        # stay, so it says what changed since, and that they are fresh again when the change is undone.
        node.run_status = "failure"
        self.reporter.add_failure(node.task, base_fail)
        is_failure = isinstance(base_fail, TaskFailed) and self.final_result != ERROR
        self.final_result = FAILURE if is_failure else ERROR
        self._stop_running = self._stop_running or not self.continue_


class SerialRunner(Committing, Runner):  # type: ignore[misc]  # doit has no types
    """Runs every task in this process, one after the other."""

    def run_tasks(self, task_dispatcher: Any) -> None:
        with self.stops.insisted():
            super().run_tasks(task_dispatcher)

    def execute_task(self, task: Any) -> Any:
        if isinstance(self.reporter, Reporter) and isinstance(task, GenerateTask):
            self.reporter.at_work([task.planned.name])
        return super().execute_task(task)


class ThreadRunner(Committing, MThreadRunner):  # type: ignore[misc]  # doit has no types
    """Runs tasks on threads of this process."""

    def run_tasks(self, task_dispatcher: Any) -> None:
        with self.stops.insisted():
            super().run_tasks(task_dispatcher)
