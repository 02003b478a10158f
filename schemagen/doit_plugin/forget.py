"""This module knows how to make ``doit forget`` without a task name forget every task.

doit 0.37 ends with a TypeError there unless DOIT_CONFIG has ``default_tasks``.
"""

from __future__ import annotations

from typing import Any

from doit.cmd_forget import Forget


class ForgetTasks(Forget):  # type: ignore[misc]  # doit has no types
    """doit's ``forget``; with no task named and no default tasks it forgets all of them."""

    name = "forget"
    sel_tasks: list[str] | None

    def _execute(self, forget_sub: bool, forget_disable_default: bool, forget_all: bool) -> Any:
        if self.sel_tasks is None:
            self.sel_tasks = [task.name for task in self.task_list if not task.subtask_of]
        return super()._execute(forget_sub, forget_disable_default, forget_all)
