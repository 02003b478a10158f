"""This module knows how to make those of doit's commands that are about its database right for ours.

doit 0.37's ``forget`` ends with a TypeError where no task is named and DOIT_CONFIG has no ``default_tasks``; its
``dumpdb`` reads dbm files only; and its ``reset-dep`` saves the state of dependencies, which is not what makes a task
of ours fresh.
"""

from __future__ import annotations

import pprint
from pathlib import Path
from typing import Any

from doit.cmd_base import check_tasks_exist, subtasks_iter
from doit.cmd_dumpdb import DumpDB
from doit.cmd_forget import Forget
from doit.cmd_resetdep import ResetDep

from schemagen.doit_plugin import warn
from schemagen.doit_plugin.backend import implied
from schemagen.doit_plugin.locking import locked
from schemagen.doit_plugin.tasks import OutputsTask
from schemagen.rows import PACKS_ROW, STATE_FILE
from schemagen.state.store import State, facts_of
from schemagen.unchanged import STATE_FOLDER


class ForgetTasks(Forget):  # type: ignore[misc]  # doit has no types
    """doit's ``forget``; with no task named and no default tasks it forgets all of them."""

    name = "forget"
    sel_tasks: list[str] | None

    def execute(self, params: Any, args: list[str]) -> Any:
        with locked(Path(STATE_FOLDER)):
            return super().execute(params, args)

    def _execute(self, forget_sub: bool, forget_disable_default: bool, forget_all: bool) -> Any:
        if self.sel_tasks is None:
            self.sel_tasks = [task.name for task in self.task_list if not task.subtask_of]
        return super()._execute(forget_sub, forget_disable_default, forget_all)


class ResetTasks(ResetDep):  # type: ignore[misc]  # doit has no types
    """doit's ``reset-dep``: what the outputs hold now is taken for what would be generated, and nothing is run."""

    name = "reset-dep"

    def execute(self, params: Any, args: list[str]) -> Any:
        with locked(Path(STATE_FOLDER)):
            return super().execute(params, args)

    def _execute(self, pos_args: list[str] | None = None) -> None:
        tasks = {task.name: task for task in self.task_list}
        check_tasks_exist(tasks, pos_args or ())
        chosen = [task for name in pos_args or () for task in (tasks[name], *subtasks_iter(tasks, tasks[name]))]
        for task in chosen or self.task_list:
            self.outstream.write(f"{self._reset(task, tasks)}\n")
        self.dep_manager.close()

    def _reset(self, task: Any, tasks: dict[str, Any]) -> str:
        """Reset one task; returns what was done."""
        missing = [path for path in sorted(task.file_dep) if not Path(path).exists()]
        if missing:
            return f"failed {task.name} (Dependent file {missing[0]!r} does not exist.)"
        values, result = self.dep_manager.get_values(task.name), self.dep_manager.get_result(task.name)
        if self.dep_manager.get_status(task, tasks).status == "up-to-date":
            return f"skip {task.name}"
        if isinstance(task, OutputsTask):
            absent = [output.path for output in task.planned.outputs if not Path(output.path).is_file()]
            if absent or task.planned.problem is not None:
                return f"failed {task.name} ({task.planned.problem or f'Output {absent[0]!r} does not exist.'})"
            values = task.adopted()
        task.values = values
        self.dep_manager.save_success(task, result_hash=result)
        return f"processed {task.name}"


class DumpState(DumpDB):  # type: ignore[misc]  # doit has no types
    """doit's ``dumpdb``: what is remembered of each task."""

    name = "dumpdb"

    def execute(self, opt_values: Any, pos_args: list[str]) -> None:
        if opt_values["dep_file"] != self.cmd_options[0]["default"]:
            super().execute(opt_values, pos_args)  # another database, of doit's own
            return
        state = State(Path(STATE_FILE), lambda damage: warn(f"{STATE_FILE}:1:1: warning: {damage}"))
        for name in state.names():
            if name == PACKS_ROW:
                continue  # it is no task
            row = state.row(name) or {}
            shown = {**implied(facts_of(row)), **row} if facts_of(row) else row
            print(f"{name} -> {pprint.pformat(shown, indent=4, width=100)}")
