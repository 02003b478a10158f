"""This module knows how to offer our state to doit as its database.

doit imports every backend that is registered, on every command, so this module imports nothing heavy.
"""

from __future__ import annotations

import sys
from typing import Any

# doit's ``Dependency.save_success`` sets this key last: the row is then complete and can be logged.
LAST_KEY = "deps:"


class StateBackend:
    """doit's backend interface over ``State``; ``name`` is the path of the log."""

    desc = "schemagen's append-only log: each result is on disk as soon as its task has ended"

    def __init__(self, name: str, codec: Any, *, module_name: str | None = None) -> None:
        from pathlib import Path

        from schemagen.state.store import State

        self.name = name
        self.state = State(Path(name), self._warn)
        self._open_rows: dict[str, dict[str, Any]] = {}

    def _warn(self, damage: str) -> None:
        sys.stderr.write(f"{self.name}:1:1: warning: {damage}; going on with what is good of it\n")

    def get(self, task_id: str, dependency: str) -> Any:
        row = self._open_rows.get(task_id) or self.state.row(task_id)
        return None if row is None else row.get(dependency)

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        row = self._open_rows.get(task_id)
        if row is None:
            row = self._open_rows[task_id] = dict(self.state.row(task_id) or {})
        row[dependency] = value
        if dependency == LAST_KEY:
            self._log(task_id)

    def _log(self, task_id: str) -> None:
        row = self._open_rows.pop(task_id)
        if self.state.row(task_id) is not None:  # it may have states of files that the task depends on no longer
            deps = {*row.get(LAST_KEY, ()), "_values_:", "result:", "checker:", "ignore:", LAST_KEY}
            row = {key: value for key, value in row.items() if key in deps}
        self.state.put_row(task_id, row)

    def in_(self, task_id: str) -> bool:
        return task_id in self._open_rows or self.state.row(task_id) is not None

    def remove(self, task_id: str) -> None:
        self._open_rows.pop(task_id, None)
        self.state.forget_row(task_id)

    def remove_all(self) -> None:
        self._open_rows.clear()
        for name in self.state.names():
            self.state.forget_row(name)

    def dump(self) -> None:
        for task_id in list(self._open_rows):
            self._log(task_id)
        self.state.close()
        if self.state.trouble:
            sys.stderr.write(
                f"{self.name}:1:1: warning: cannot write: {self.state.trouble}; what is not remembered is made again\n"
            )
