"""This module knows how to run doit's tasks with our workers: batches of our tasks go to them, other tasks run here.

doit's own parallel runner sends one task at a time in lock-step and waits for ever for a worker that was
killed. This one takes the nodes that doit's dispatcher offers, in its order and by its protocol (send the
node that ended, receive the next node or "hold on"), and leaves selection, saving and reporting to doit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from doit.exceptions import BaseFail, TaskFailed, UnmetDependency
from doit.runner import MThreadRunner, Runner

from schemagen.doit_plugin.tasks import GenerateTask, IndexTask
from schemagen.errors import SchemagenError
from schemagen.session import BASENAME, Made, Session
from schemagen.workers import Batch, Lost, WorkerPool

LARGEST_AUTO_BATCH = 50
AUTO_BATCHES_PER_WORKER = 8


def auto_batch_size(tasks: int, workers: int) -> int:
    """Small enough that every worker gets several batches, so that none ends long after the others."""
    return max(1, min(LARGEST_AUTO_BATCH, tasks // (workers * AUTO_BATCHES_PER_WORKER)))


class _Committing:
    """What all our runners add to doit's: see each method."""

    def select_task(self, node: Any, tasks_dict: dict[str, Any]) -> bool:
        """An index is made even where a schema that it shows failed."""
        if isinstance(node.task, IndexTask):
            node.bad_deps.clear()
        return bool(super().select_task(node, tasks_dict))  # type: ignore[misc]  # of doit's Runner

    def process_task_result(self, node: Any, base_fail: BaseFail | None) -> None:
        """An output that cannot be moved into place fails its task, not the run."""
        try:
            super().process_task_result(node, base_fail)  # type: ignore[misc]  # of doit's Runner
        except SchemagenError as problem:
            self._handle_task_error(node, TaskFailed(str(problem)))

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        # The group of our tasks does nothing itself. That one of them failed is known, and reported, and
        # must not turn doit's 1 (a task failed) into its 2 (an error).
        if isinstance(base_fail, UnmetDependency) and node.task.name == BASENAME:
            node.run_status = "failure"
            return
        super()._handle_task_error(node, base_fail)  # type: ignore[misc]  # of doit's Runner


class SerialRunner(_Committing, Runner):  # type: ignore[misc]  # doit has no types
    """Runs every task in this process, one after the other."""


class ThreadRunner(_Committing, MThreadRunner):  # type: ignore[misc]  # doit has no types
    """Runs tasks on threads of this process."""


class BatchRunner(SerialRunner):
    """Runs our tasks in batches on ``workers`` processes."""

    def __init__(
        self,
        dep_manager: Any,
        reporter: Any,
        continue_: bool,
        always_execute: bool,
        stream: Any,
        workers: int,
        session: Session,
    ) -> None:
        super().__init__(dep_manager, reporter, continue_, always_execute, stream)
        self._workers = workers
        self._session = session
        self._pool: WorkerPool | None = None
        self._running: dict[str, Any] = {}
        self._batch: list[Any] = []
        self._ended: deque[Any] = deque()

    def run_tasks(self, task_dispatcher: Any) -> None:
        names = len(task_dispatcher.tasks)
        size = self._session.config.batch_size or auto_batch_size(names, self._workers)
        try:
            self._dispatch(task_dispatcher, size)
            self._flush()
            self._drain()
        finally:
            if self._pool is not None:
                self._pool.close()

    def _dispatch(self, dispatcher: Any, size: int) -> None:
        generator = dispatcher.generator
        node = None
        while not self._stop_running:
            try:
                node = generator.send(node)
            except StopIteration:
                return
            if node == "hold on":
                node = self._wait_for_one()
                continue
            if self.select_task(node, dispatcher.tasks):
                self._start(node, size)
                node = self._ended.popleft() if self._ended else None

    def _start(self, node: Any, size: int) -> None:
        if not isinstance(node.task, GenerateTask):
            self.process_task_result(node, self.execute_task(node.task))
            self._ended.append(node)
            return
        self.reporter.execute_task(node.task)
        self._batch.append(node)
        if len(self._batch) >= size:
            self._flush()

    def _flush(self) -> None:
        """Hand the batch that is being filled to a worker, as soon as one has room."""
        if not self._batch:
            return
        if self._pool is None:
            self._pool = WorkerPool(self._workers, _Making(self._session))
        while not self._pool.has_room:
            self._take_results()
        nodes = {node.task.planned.name: node for node in self._batch}
        self._running.update(nodes)
        self._batch.clear()
        self._pool.submit(tuple((name, node.task.action.wanted) for name, node in nodes.items()))

    def _wait_for_one(self) -> Any:
        self._flush()
        while not self._ended:
            self._take_results()
        return self._ended.popleft()

    def _drain(self) -> None:
        while self._pool is not None and not self._pool.is_idle:
            self._take_results()

    def _take_results(self) -> None:
        assert self._pool is not None
        for batch, results in self._pool.results():
            self._take_batch(batch, results)

    def _take_batch(self, batch: Batch, results: Sequence[Any] | Lost) -> None:
        for index, (name, _) in enumerate(batch):
            node = self._running.pop(name)
            made = Made({}, _lost(node, results)) if isinstance(results, Lost) else results[index]
            self._take(node, made)
            self._ended.append(node)

    def _take(self, node: Any, made: Made) -> None:
        task = node.task
        task.executed = True
        failure = task.action.take(made)
        if failure is None:
            task.values.update(task.action.values)
        self.process_task_result(node, failure)


def _lost(node: Any, lost: Lost) -> str:
    return f"{node.task.planned.schema}:1:1: not generated: {lost.why} [SG500]"


class _Making:
    """The work of a worker: an item is a schema name and the paths of its stale outputs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, item: tuple[str, tuple[str, ...]]) -> Made:
        name, wanted = item
        return self._session.make(name, wanted)
