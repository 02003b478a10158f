"""This module knows how to declare our tasks to doit: one task per schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from doit.action import BaseAction
from doit.exceptions import TaskFailed
from doit.task import Task as DoitTask

from schemagen.build import remove_orphan
from schemagen.plan import EDITED, Task
from schemagen.session import BASENAME, Made, Session, task_name
from schemagen.state.store import OURS


class GenerateAction(BaseAction):  # type: ignore[misc]  # doit has no types
    """Renders the stale outputs of one schema into temporary files, in whichever process doit runs it."""

    def __init__(self, session: Session, planned: Task) -> None:
        self.session = session
        self.planned = planned
        self.stale: dict[str, str] = {}
        self.task: DoitTask | None = None
        self.out: str | None = None
        self.err: str | None = None
        self.result: Any = None
        self.values: dict[str, Any] = {}

    def __str__(self) -> str:
        return f"generate {', '.join(output.path for output in self.planned.outputs)}"

    def execute(self, out: Any = None, err: Any = None) -> TaskFailed | None:
        return self.take(self.session.make(self.planned.name, self.wanted))

    @property
    def wanted(self) -> tuple[str, ...]:
        """The outputs to make: the stale ones; all of them where doit runs the task for another reason."""
        kept = self.session.kept
        return tuple(self.stale) or tuple(o.path for o in self.planned.outputs if o.path not in kept)

    def take(self, made: Made) -> TaskFailed | None:
        """Take over what was made, here or in another process."""
        if made.problem:
            return TaskFailed(made.problem)
        self.values = {OURS: made.written}
        return None


class GenerateTask(DoitTask):  # type: ignore[misc]  # doit has no types
    """doit's task for one schema; the parent process commits its outputs when doit saves its values."""

    values: dict[str, Any]

    def __init__(self, planned: Task, action: GenerateAction) -> None:
        super().__init__(
            task_name(planned.name),
            [action],
            file_dep=list(planned.links.inputs),
            targets=[output.path for output in planned.outputs],
            uptodate=[False] if planned.problem else [self.is_fresh],
            doc=f"{planned.schema} -> {', '.join(output.path for output in planned.outputs)}",
            subtask_of=BASENAME,
            title=_title,
        )
        self.planned = planned

    @property
    def action(self) -> GenerateAction:
        action: GenerateAction = self.actions[0]
        return action

    def is_fresh(self) -> bool:
        action = self.action
        action.stale = action.session.stale(self.planned)
        return not action.stale

    def save_extra_values(self) -> None:
        """Called by doit in the parent after the action, before the values are saved."""
        super().save_extra_values()
        session, stale = self.action.session, self.action.stale
        why = session.explain(self.planned, stale) or ["asked for"]
        self.values = session.commit(self.planned, self.values[OURS], why)
        for path, reason in stale.items():
            if reason == EDITED:
                session.warn(f"{path}:1:1: {EDITED}: restored")

    def clean(self, outstream: TextIO, dryrun: bool) -> None:
        """Called by doit's ``clean``: remove the outputs that still hold what we wrote, and no others."""
        session = self.action.session
        assert session.state is not None
        owned = session.state.owned()
        for output in self.planned.outputs:
            digest = session.digest_of(output.path)
            if digest is None:
                continue
            if digest not in owned.get(output.path, {}):
                session.warn(f"{output.path}:1:1: not what schemagen wrote: kept")
                continue
            outstream.write(f"{self.name} - removing file '{output.path}'\n")
            if not dryrun:
                remove_orphan(session.root, session.config.output, output.path)


def _title(task: GenerateTask) -> str:
    action = task.action
    reasons = action.session.explain(task.planned, action.stale) or [task.planned.schema]
    return f"{task.name}  {reasons[0]}"


def declare_tasks(session: Session) -> Iterator[DoitTask]:
    """The group task, then one task per schema."""
    group = DoitTask(BASENAME, None, doc="generate the outputs of every schema that changed", has_subtask=True)
    yield group
    for planned in session.tasks():
        task = GenerateTask(planned, GenerateAction(session, planned))
        group.task_dep.append(task.name)
        yield task
