"""This module knows how to run doit's tasks with our workers: batches of our tasks go to them, other tasks run here.

doit's own parallel runner sends one task at a time in lock-step and waits for ever for a worker that was
killed. This one takes the nodes that doit's dispatcher offers, in its order and by its protocol (send the
node that ended, receive the next node or "hold on"), and leaves selection, saving and reporting to doit.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from doit.runner import Runner

from schemagen.costs import Backlog, Job
from schemagen.doit_plugin.checker import ContentChecker
from schemagen.doit_plugin.engines import start_cluster, start_pool, worth_of_batches
from schemagen.doit_plugin.reporter import Reporter
from schemagen.doit_plugin.runner import Committing
from schemagen.doit_plugin.tasks import Failed, GenerateTask
from schemagen.doit_plugin.watchers import Crew
from schemagen.errors import EngineError, Location, SchemagenError
from schemagen.made import Made
from schemagen.plan import Task
from schemagen.session import Session
from schemagen.state.shapes import OURS
from schemagen.state.store import State
from schemagen.together import Item
from schemagen.workers import Batch, Engine, Lost, WorkerPool

if TYPE_CHECKING:  # most builds need none
    from schemagen.cluster.engine import DaskEngine
    from schemagen.cluster.scheduler import Cluster

Done = Sequence[tuple[Any, Made]]  # doit's nodes, and what was made of each
# How long to wait for results before the display is brought up to date.
LOOK_SECONDS = 0.1
# More would only wait for each other, and 10**30 of them are easily written.
MOST_WORKERS = 512


class BatchRunner(Committing, Runner):  # type: ignore[misc]  # doit has no types
    """Runs our tasks in batches on ``workers`` processes, or on the workers of ``cluster``."""

    def __init__(
        self,
        dep_manager: Any,
        reporter: Any,
        continue_: bool,
        always_execute: bool,
        stream: Any,
        workers: int,
        session: Session,
        cluster: Cluster | None = None,
    ) -> None:
        super().__init__(dep_manager, reporter, continue_, always_execute, stream)
        workers = min(workers, MOST_WORKERS)
        self._workers = workers
        self._session = session
        self._unasked: list[Any] = []  # nodes of tasks that may be found
        self._cluster = cluster
        self._backlog = Backlog(workers, session.config.batch_size, worth_of_batches(session, cluster))
        self._engine: Engine | None = None
        self._far: DaskEngine | None = None  # the engine, where that is a cluster's
        self._began = 0.0  # when the workers were started
        self._running: dict[str, Any] = {}  # nodes by the name of their schema
        self._special: set[str] = set()
        self._warnings: set[str] = set()
        self._ended: deque[Any] = deque()

    @property
    def has_lost_workers(self) -> bool:
        return self._engine is not None and self._engine.losses > 0

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
            if self._is_special(node.task):
                self._special.add(node.task.planned.name)
            self._unasked.append(node)
            return
        self._find()
        if self._running:
            self._feed()  # so that they work while this process does
        self.process_task_result(node, self.execute_task(node.task))
        self._ended.append(node)

    def _job(self, task: GenerateTask) -> Job:
        planned, look = task.planned, task.action.look
        outputs = len(planned.outputs)
        wanted = None if len(look.stale) == outputs else task.action.wanted
        count = outputs if wanted is None else len(wanted)
        size = sum(map(self._session.project.size, planned.links.inputs))
        rank = self._session.rank(planned)
        return Job((planned.name, wanted), size * count, look.seconds * count / max(outputs, 1), rank)

    def _find(self) -> bool:
        """Save what is found of new tasks, and queue the others; whether any was found."""
        asked, self._unasked = self._unasked, []
        nodes = iter(asked)
        was_found = False
        for found in self.sharing.find([(node.task.planned, node.task.action.wanted) for node in asked]):
            done = []
            for made, node in zip(found, nodes, strict=False):  # not a node more than is found
                if made is None:
                    self._backlog.add(self._job(node.task))
                else:
                    node.task.executed = True
                    done.append((self._running.pop(node.task.planned.name), made))
            self._save_all(done)
            was_found = was_found or bool(done)
        for node in nodes:
            self._backlog.add(self._job(node.task))
        return was_found

    def _wait(self) -> None:
        """Keep the workers busy, and take what they have done."""
        if self._find():
            return
        engine = self._feed()
        try:
            self._take_results(engine, LOOK_SECONDS)
        except EngineError as lost:
            engine = self._go_on_without(lost)
        if isinstance(self.reporter, Reporter):
            self.reporter.backlog(self._backlog.seconds_left)
            self.reporter.at_work([None if item is None else item[0] for item in engine.at_work()])

    def _feed(self) -> Engine:
        try:
            engine = self._engine
            if engine is None:
                self._began = time.monotonic()
                engine = self._engine = self._start_engine()
            engine.feed(self._backlog.take)
        except EngineError as lost:
            engine = self._go_on_without(lost)
            engine.feed(self._backlog.take)
        return engine

    def _start_engine(self) -> Engine:
        if self._cluster is None:
            return self._start_pool()
        self._far = start_cluster(self._session, self._tasks_running(), self._cluster, self._on_loss)
        self._backlog.workers = self._far.threads
        return self._far

    def _start_pool(self) -> WorkerPool:
        return start_pool(self._session, self._tasks_running(), self._workers, self._on_loss)

    def _tasks_running(self) -> list[Task]:
        return [node.task.planned for node in self._running.values()]

    def _go_on_without(self, lost: EngineError) -> Engine:
        """Go on on this machine where the cluster is ``lost``, if that is wanted; else raise it."""
        far, self._far = self._far, None
        if self._cluster is None or self._session.config.fallback != "local":
            raise lost
        self._session.warn(f"{lost}; going on on this machine")
        left: Sequence[Batch] = ()
        if far is not None:
            self._take_what_is_done(far)
            left = far.left()
            far.close()
        pool = self._engine = self._start_pool()
        pool.take_over(left)
        self._backlog.workers = self._workers
        return pool

    def _take_what_is_done(self, engine: Engine) -> None:
        with contextlib.suppress(EngineError):
            while self._take_results(engine, 0):
                pass

    def _take_results(self, engine: Engine, seconds: float) -> bool:
        """Save what workers have done, as doit does, but all that has come together: then it takes two writes to the
        log, however many tasks that are. None of it is reported before all of it is recorded. Returns whether there was
        anything; raises EngineError, once all that came before that is saved."""
        with self.stops.held():
            done: list[tuple[Any, Made]] = []
            lost: EngineError | None = None
            try:
                for item, result in engine.results(seconds):
                    done.append(self._take(item, result))  # what came before an error must be saved
            except EngineError as error:
                lost = error
            self._save_all(done)
            if lost is not None:
                raise lost
        return bool(done)

    def _save_all(self, done: Done) -> None:
        """Save what was done, all of it together."""
        if not done:
            return
        with self.stops.held():
            self._claim(done)
            problems = self._commit(done)
            for (node, _), problem in zip(done, problems, strict=True):
                if problem is not None:
                    self._handle_task_error(node, Failed(problem))
                else:
                    self.reporter.add_success(node.task)
                node.task.forget_made()
                self._ended.append(node)

    def _claim(self, done: Done) -> None:
        with self._state.together():
            for node, made in done:
                self._session.claim(node.task.planned, made)

    def _commit(self, done: Done) -> list[SchemagenError | None]:
        """Save what is claimed; returns what was wrong with each, if anything was."""
        with self._state.together():
            return [made.problem or self._save(node, made) for node, made in done]

    @property
    def _state(self) -> State:
        assert self._session.state is not None
        return self._session.state

    def _take(self, item: Item, result: Any) -> tuple[Any, Made]:
        """The node of an item that is done, and what was made of it."""
        node = self._running.pop(item[0])
        node.task.executed = True
        action = node.task.action
        action.predicted = self._backlog.predictions.pop(item)
        if isinstance(result, Lost):
            return node, Made({}, _problem(action.planned.schema, result))
        made = Made(*result)
        self._backlog.learn(action.predicted, made.seconds)
        return node, made

    def _save(self, node: Any, made: Made) -> SchemagenError | None:
        """Move the outputs of a task into place and remember it; returns why that cannot be, if it cannot."""
        task, action = node.task, node.task.action
        action.seconds, action.is_shared = made.seconds, made.is_shared
        try:
            if task.planned.name not in self._special:
                self._session.commit_and_record(task.planned, made, action.why)
                action.say_restored(made)
            else:
                task.values[OURS] = made
                task.save_extra_values()
                self.dep_manager.save_success(task)
        except SchemagenError as problem:
            return problem
        node.run_status = "successful"
        return None

    def _is_special(self, task: GenerateTask) -> bool:
        """Whether doit would record more of a task than its facts imply: see StateBackend."""
        files = self._session.project.files_of(task.planned.links.inputs.keys())
        return task.file_dep != files or type(self.dep_manager.checker) is not ContentChecker

    def _on_loss(self, items: Sequence[Item], why: str) -> None:
        path = self._running[items[0][0]].task.planned.schema
        what = "this" if len(items) == 1 else f"this or one of {len(items) - 1} others"
        warning = f"{path}:1:1: warning: a worker process {why} while it was at {what}; it is tried again"
        if warning not in self._warnings:
            self._warnings.add(warning)
            self._session.warn(warning)

    def _dismiss(self) -> None:
        """End the workers; what they have finished is not lost, where the build is stopped."""
        engine = self._engine
        if engine is None:
            return
        if not engine.is_idle:
            self._take_what_is_done(engine)
        engine.close()
        if isinstance(engine, WorkerPool) and engine.missing:
            missing = f"{engine.missing} of {self._workers} worker processes could not be started"
            self._session.warn(f"workers:1:1: warning: {missing}: {engine.why_missing}")
        if isinstance(self.reporter, Reporter):
            seconds = time.monotonic() - self._began
            self.reporter.dismissed(Crew(tuple(engine.busy), seconds, engine.losses, engine.recycled))


def _problem(schema: str, lost: Lost) -> SchemagenError:
    return SchemagenError(f"not generated: {lost.why}", Location(schema), "SG500")
