"""This module knows how to run doit's tasks with our workers: batches of our tasks go to them, other tasks run here.

doit's own parallel runner sends one task at a time in lock-step and waits for ever for a worker that was
killed. This one takes the nodes that doit's dispatcher offers, in its order and by its protocol (send the
node that ended, receive the next node or "hold on"), and leaves selection, saving and reporting to doit.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from doit.exceptions import BaseFail, TaskFailed, UnmetDependency
from doit.runner import ERROR, FAILURE, MThreadRunner, Runner

from schemagen.costs import Backlog, Job
from schemagen.doit_plugin.reporter import Reporter
from schemagen.doit_plugin.stopping import Stops
from schemagen.doit_plugin.tasks import GenerateTask, IndexTask, OutputsTask
from schemagen.doit_plugin.watchers import Crew
from schemagen.errors import Location, SchemagenError
from schemagen.session import BASENAME, Made, Session
from schemagen.workers import Limits, Lost, WorkerPool

Item = tuple[str, tuple[str, ...]]  # the name of a schema, and the paths of its outputs to be made, none for all
# How long to wait for results before the display is brought up to date.
LOOK_SECONDS = 0.1


class _Committing:
    """What all our runners add to doit's: see each method."""

    stops: Stops
    reporter: Any
    continue_: bool
    final_result: int
    _stop_running: bool

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
                self._handle_task_error(node, TaskFailed(str(problem)))
        if isinstance(node.task, OutputsTask):
            node.task.forget_made()

    def _handle_task_error(self, node: Any, base_fail: BaseFail) -> None:
        # The group of our tasks does nothing itself. That one of them failed is known, and reported, and
        # must not turn doit's 1 (a task failed) into its 2 (an error).
        if isinstance(base_fail, UnmetDependency) and node.task.name == BASENAME:
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


class SerialRunner(_Committing, Runner):  # type: ignore[misc]  # doit has no types
    """Runs every task in this process, one after the other."""

    def run_tasks(self, task_dispatcher: Any) -> None:
        with self.stops.insisted():
            super().run_tasks(task_dispatcher)

    def execute_task(self, task: Any) -> Any:
        if isinstance(self.reporter, Reporter) and isinstance(task, GenerateTask):
            self.reporter.at_work([task.planned.name])
        return super().execute_task(task)


class ThreadRunner(_Committing, MThreadRunner):  # type: ignore[misc]  # doit has no types
    """Runs tasks on threads of this process."""

    def run_tasks(self, task_dispatcher: Any) -> None:
        with self.stops.insisted():
            super().run_tasks(task_dispatcher)


class BatchRunner(_Committing, Runner):  # type: ignore[misc]  # doit has no types
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
        self._backlog = Backlog(workers, session.config.batch_size)
        self._pool: WorkerPool | None = None
        self._began = 0.0  # when the workers were started
        self._running: dict[str, Any] = {}  # nodes by the name of their schema
        self._ended: deque[Any] = deque()

    @property
    def has_lost_workers(self) -> bool:
        """Whether a worker ended that may have left temporary files."""
        return self._pool is not None and self._pool.losses > 0

    def run_tasks(self, task_dispatcher: Any) -> None:
        try:
            self._dispatch(task_dispatcher)
            while self._running and not self._stop_running:
                self._wait()
        finally:
            self._dismiss()
            # Each of doit's nodes and its generator hold each other, and no garbage is looked for from now on.
            for node in task_dispatcher.nodes.values():
                node.generator = None
            task_dispatcher.nodes.clear()

    def _dispatch(self, dispatcher: Any) -> None:
        """Take what doit offers until it has to wait for something; only then is it known what comes first."""
        generator = dispatcher.generator
        node = None
        while not self._stop_running:
            try:
                node = generator.send(node)
            except StopIteration:
                return
            if node == "hold on":
                while not self._ended:
                    self._wait()
                node = self._ended.popleft()
                continue
            if self.select_task(node, dispatcher.tasks):
                self._start(node)
                node = self._ended.popleft() if self._ended else None

    def _start(self, node: Any) -> None:
        if isinstance(node.task, GenerateTask) and node.task.planned.problem is None:
            self.reporter.execute_task(node.task)
            self._running[node.task.planned.name] = node
            self._backlog.add(self._job(node.task))
            return
        if self._running:
            self._feed()  # so that they work while this process does
        self.process_task_result(node, self.execute_task(node.task))
        self._ended.append(node)

    def _job(self, task: GenerateTask) -> Job:
        session, planned = self._session, task.planned
        wanted = task.action.wanted
        is_all = len(wanted) == len(planned.outputs)
        size = sum([self._sizes.get(path, 0) for path in planned.links.inputs])
        recorded = session.facts(planned).get("seconds", 0.0) * len(wanted) / len(planned.outputs)
        return Job((planned.name, () if is_all else wanted), size * len(wanted), recorded, session.rank(planned))

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """The bytes of each schema that was read, by path."""
        return {path: sight.times[0] for path, sight in self._session.project.sights.items()}

    def _wait(self) -> None:
        """Keep the workers busy, and take what they have done."""
        pool = self._feed()
        self._take_results(pool, LOOK_SECONDS)
        if isinstance(self.reporter, Reporter):
            self.reporter.backlog(self._backlog.seconds_left)
            self.reporter.at_work([None if item is None else item[0] for item in pool.at_work()])

    def _feed(self) -> WorkerPool:
        if self._pool is None:
            self._session.project.load_shared(node.task.planned for node in self._running.values())
            limits = Limits(self._session.config.timeout, self._session.config.max_memory)
            self._began = time.monotonic()
            self._pool = WorkerPool(self._workers, _Making(self._session), limits, self._on_loss)
        self._pool.feed(self._backlog.take)
        return self._pool

    def _take_results(self, pool: WorkerPool, seconds: float) -> None:
        """Save what workers have done: as doit does, but all that has come in three steps, each of which is one write
        to the log or none, and only then is any of it reported."""
        with self.stops.held():
            done = [self._take(item, result) for item, result in pool.results(seconds)]
            if not done:
                return
            assert self._session.state is not None
            with self._session.state.together():
                for node, failure in done:
                    if failure is None:
                        node.task.claim()
                self._session.state.flush()
                done = [(node, failure or self._save(node)) for node, failure in done]
            for node, failure in done:
                if failure is None:
                    self.reporter.add_success(node.task)
                else:
                    self._handle_task_error(node, failure)
                node.task.forget_made()
                self._ended.append(node)

    def _take(self, item: Item, result: Any) -> tuple[Any, BaseFail | None]:
        """The node of an item that is done, and what was wrong with it."""
        node = self._running.pop(item[0])
        task = node.task
        task.executed = True
        task.action.predicted = self._backlog.predictions.pop(item)
        if isinstance(result, Lost):
            made = Made({}, _problem(task.planned.schema, result))
        else:
            made = Made(*result)
            self._backlog.learn(task.action.predicted, made.seconds)
        failure = task.action.take(made)
        if failure is None:
            task.values.update(task.action.values)
        return node, failure

    def _save(self, node: Any) -> TaskFailed | None:
        """Move the outputs of a task into place and remember it; returns why that cannot be."""
        try:
            node.task.commit()
            self.dep_manager.save_success(node.task)
        except SchemagenError as problem:
            return TaskFailed(str(problem))
        node.run_status = "successful"
        return None

    def _on_loss(self, items: Sequence[Item], why: str) -> None:
        path = self._running[items[0][0]].task.planned.schema
        what = "this" if len(items) == 1 else f"this or one of {len(items) - 1} others"
        self._session.warn(f"{path}:1:1: warning: a worker process {why} while it was at {what}; it is tried again")

    def _dismiss(self) -> None:
        """End the workers; what they have finished is not lost, where the build is stopped."""
        pool = self._pool
        if pool is None:
            return
        if not pool.is_idle:
            self._take_results(pool, 0)
        pool.close()
        if isinstance(self.reporter, Reporter):
            seconds = time.monotonic() - self._began
            self.reporter.dismissed(Crew(tuple(pool.busy), seconds, pool.losses, pool.recycled))


def _problem(schema: str, lost: Lost) -> str:
    return str(SchemagenError(f"not generated: {lost.why}", Location(schema), "SG500"))


class _Making:
    """The work of a worker; its result has the fields of ``Made``, but all plain, which unpickle faster."""

    def __init__(self, session: Session) -> None:
        session.prepare()
        self._session = session

    def __call__(self, item: Item) -> tuple[Any, ...]:
        name, wanted = item
        outputs = wanted or [output.path for output in self._session.project.tasks[name].outputs]
        made = self._session.make(name, outputs)
        return {path: tuple(written) for path, written in made.written.items()}, *made[1:]
