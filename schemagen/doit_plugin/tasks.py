"""This module knows how to declare our tasks to doit: one per schema, and one per pack with outputs for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TextIO

from doit.action import BaseAction
from doit.exceptions import TaskFailed
from doit.task import IOConfig
from doit.task import Task as DoitTask

from schemagen.errors import OutputError, SchemagenError
from schemagen.indexing import Indexing
from schemagen.made import NOT_LOOKED, Look, Made
from schemagen.plan import EDITED, Task
from schemagen.rows import BASENAME, PROJECT_BASENAME, row_name
from schemagen.session import Session
from schemagen.sharing import Sharing
from schemagen.state.shapes import OURS
from schemagen.workers import deadline
from schemagen.writing import remove_orphan

# Makes some outputs of a task.
Make = Callable[[Task, Collection[str]], Made]
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_NO_CALC_DEP: set[str] = set()
_IO = IOConfig({})


class Failed(TaskFailed):  # type: ignore[misc]  # doit has no types
    """doit's failure of a task of ours."""

    def __init__(self, problem: SchemagenError) -> None:
        super().__init__(str(problem))
        self.problem = problem


class MakeAction(BaseAction):  # type: ignore[misc]  # doit has no types
    """Renders the stale outputs of one task into temporary files, in whichever process doit runs it."""

    __slots__ = (
        *("session", "planned", "look", "predicted", "seconds", "is_shared", "_make"),
        *("task", "out", "err", "result", "values"),  # doit's
    )

    def __init__(self, session: Session, planned: Task, make: Make) -> None:
        self.session = session
        self.planned = planned
        self.look = NOT_LOOKED
        self.task: DoitTask | None = None
        self.out: str | None = None
        self.err: str | None = None
        self.result: Any = None
        self.values: Mapping[str, Any] = _NOTHING
        self.predicted = self.seconds = 0.0  # that it was thought to take, and took
        self.is_shared = False  # whether the outputs were found and not made
        self._make = make

    def __str__(self) -> str:
        return f"generate {', '.join(output.path for output in self.planned.outputs)}"

    def execute(self, out: Any = None, err: Any = None) -> TaskFailed | None:
        if self.planned.is_for_project:  # of which there is one, about all schemas
            return self.take(self._make(self.planned, self.wanted))
        try:
            with deadline(self.session.most_seconds(self.planned), self.planned.schema):
                made = self._make(self.planned, self.wanted)
        except SchemagenError as problem:  # the time was up just before the work began, or after it ended
            return Failed(problem)
        return self.take(made)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The outputs to make: the stale ones; all of them where doit runs the task for another reason."""
        kept = self.session.kept
        return tuple(self.look.stale) or tuple([o.path for o in self.planned.outputs if o.path not in kept])

    @property
    def why(self) -> Sequence[str]:
        """Why the outputs were not fresh, and that they were found, if they were."""
        return (*self.look.why, "its outputs were in the cache") if self.is_shared else self.look.why

    def take(self, made: Made) -> TaskFailed | None:
        """Take over what was made, here or in another process."""
        self.seconds = made.seconds
        self.is_shared = made.is_shared
        if made.problem:
            return Failed(made.problem)
        self.values = {OURS: made}
        return None

    def say_restored(self, made: Made) -> None:
        """Say which outputs had been edited, and are not any more."""
        for path, reason in self.look.stale.items():
            # What has the right bytes was made by a build whose record was lost: nobody's edit was undone.
            if reason == EDITED and made.written[path][1]:
                self.session.warn(f"{path}:1:1: {EDITED}: restored")


class _Freshness:
    """Is true if a task is fresh, which it asks when doit does. Not something that doit calls: it would look at the
    signature first, each time, which takes longer than to ask."""

    __slots__ = ("_task",)

    def __init__(self, task: OutputsTask) -> None:
        self._task = task

    def __bool__(self) -> bool:
        return self._task.is_fresh()

    def __repr__(self) -> str:
        """What ``doit info`` shows as the reason to run a task."""
        task = self._task
        return "; ".join(task.action.session.explain(task.planned, task.look().stale)) or "its outputs are fresh"


class OutputsTask(DoitTask):  # type: ignore[misc]  # doit has no types
    """doit's task for some outputs; the parent process commits them when doit saves its values."""

    # Some of doit's attributes, which every task has, in slots: with fewer than thirty others a task takes half the
    # memory, since CPython shares the keys of dictionaries up to that size. Not those that doit deletes to pickle.
    __slots__ = (
        *("params", "creator_params", "options", "pos_arg", "pos_arg_val", "setup_tasks", "io", "loader", "getargs"),
        *("subtask_of", "has_subtask", "verbosity", "cfg_values", "watch", "meta", "wild_dep"),
        "action",
    )
    action: MakeAction
    values: dict[str, Any]
    options: dict[str, Any] | None

    def __init__(self, planned: Task, action: MakeAction, basename: str, **options: Any) -> None:
        super().__init__(
            row_name(planned),
            [action],
            targets=[output.path for output in planned.outputs],
            uptodate=[False] if planned.problem else [(_Freshness(self),)],
            subtask_of=basename,
            title=_title,
            **options,
        )
        self.planned = planned
        self.action = action
        # What is empty in every task of ours, and stays so, is the same in all: of 50,000 tasks that is 25 MB.
        self.calc_dep = _NO_CALC_DEP
        self.io = _IO
        self.teardown = self.value_savers = self.wild_dep = ()

    @staticmethod
    def check_attr(task: str, attr: str, value: Any, valid: Any) -> None:
        """doit checks the types of all that a dodo.py says of a task, twenty for each; here mypy has done that."""

    def init_options(self, args: list[str] | None = None) -> Any:
        """As doit's, without a parser for the arguments of a task that takes none."""
        if args or self.options is not None or self.creator_params or self.cfg_values:
            return super().init_options(args)
        self.options = {}
        return args

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), **self._in_slots()}

    def pickle_safe_dict(self) -> dict[str, Any]:
        return {**super().pickle_safe_dict(), **self._in_slots()}

    def _in_slots(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in OutputsTask.__slots__ if name != "action"}

    def update_from_pickle(self, pickle_obj: dict[str, Any]) -> None:
        for name, value in pickle_obj.items():
            setattr(self, name, value)
        self.action = self.actions[0]

    __setstate__ = update_from_pickle

    @property
    def doc(self) -> str:
        planned = self.planned
        return f"{planned.schema} -> {', '.join(output.path for output in planned.outputs)}"

    @doc.setter
    def doc(self, doc: str | None) -> None:
        """doit sets what it was given: nothing. To hold a text for each task would take as much as its paths do."""

    def look(self) -> Look:
        return self.action.session.look(self.planned)

    def is_fresh(self) -> bool:
        self.action.look = self.look()
        return not self.action.look.stale

    def save_extra_values(self) -> None:
        """Called by doit in the parent after the action, before the values are saved."""
        action = self.action
        made = self.values[OURS]
        action.session.claim(self.planned, made)
        self.values = action.session.commit(self.planned, made, action.why)
        action.say_restored(made)

    def forget_made(self) -> None:
        """Let go of what was made, which is recorded: with many tasks it would be most of what this process holds."""
        self.values.clear()
        self.action.values = _NOTHING
        self.action.look = NOT_LOOKED

    def adopted(self) -> dict[str, Any]:
        """The values to save where the outputs, which exist, are taken for what would be made."""
        session = self.action.session
        digests = {output.path: session.digest_of(output.path) or "" for output in self.planned.outputs}
        return session.adopt(self.planned, digests)

    def clean(self, outstream: TextIO, dryrun: bool) -> None:
        """Called by doit's ``clean``: remove the outputs that still hold what we wrote, and no others."""
        session = self.action.session
        assert session.state is not None
        for output in self.planned.outputs:
            digest = session.digest_of(output.path)
            if digest is None:
                continue
            if not session.state.owns(self.name, output.path, digest):
                session.warn(f"{output.path}:1:1: not what schemagen wrote: kept")
                continue
            try:
                if not dryrun:
                    remove_orphan(session.root, session.config.output, output.path)
                outstream.write(f"{self.name} - removing file '{output.path}'\n")
            except OutputError as problem:
                session.warn(str(problem))


class GroupTask(DoitTask):  # type: ignore[misc]  # doit has no types
    """The task of all tasks of ours of one kind, of which there may be none."""

    session: Session
    sharing: Sharing


class GenerateTask(OutputsTask):
    """The task of one schema."""

    def __init__(self, session: Session, planned: Task, make: Make) -> None:
        action = MakeAction(session, planned, make)
        super().__init__(planned, action, BASENAME, file_dep=list(session.project.files_of(planned.links.inputs)))


class IndexTask(OutputsTask):
    """The task of a pack's outputs for the whole project. It comes after all schemas; that one of them failed does
    not keep it from being done."""

    def __init__(self, session: Session, indexing: Indexing, planned: Task) -> None:
        action = MakeAction(session, planned, indexing.make)
        super().__init__(planned, action, PROJECT_BASENAME, task_dep=[BASENAME])
        self._indexing = indexing

    def look(self) -> Look:
        return self._indexing.look(self.planned)

    def save_extra_values(self) -> None:
        seen = self.action.session.seen_indexes.get(self.planned.name)
        self.planned = seen or self._indexing.keyed(self.planned)
        super().save_extra_values()

    def adopted(self) -> dict[str, Any]:
        self.planned = self._indexing.keyed(self.planned)
        return super().adopted()


def _title(task: OutputsTask) -> str:
    problem, why = task.planned.problem, task.action.look.why
    return f"{task.name}  {problem or (why[0] if why else task.planned.schema)}"


def declare_tasks(session: Session) -> Iterator[DoitTask]:
    """The group task of the schemas, then one task per schema; the same for packs with outputs for the project."""
    sharing = Sharing(session)
    tasks, make = session.ranked_tasks(), sharing.make  # one bound method, not one for each task
    yield from _group(sharing, BASENAME, "generate the outputs of every schema that changed", (
        GenerateTask(session, planned, make) for planned in tasks
    ))  # fmt: skip
    project_tasks = session.own_project_tasks()
    if project_tasks:
        indexing = Indexing(session)
        yield from _group(sharing, PROJECT_BASENAME, "generate what shows the schemas of the whole project", (
            IndexTask(session, indexing, planned) for planned in project_tasks
        ))  # fmt: skip


def _group(sharing: Sharing, name: str, doc: str, tasks: Iterator[DoitTask]) -> Iterator[DoitTask]:
    group = GroupTask(name, None, doc=doc, has_subtask=True)
    group.session, group.sharing = sharing.session, sharing
    yield group
    for task in tasks:
        group.task_dep.append(task.name)
        yield task
