"""This module knows how to offer our state to doit as its database.

doit imports every backend that is registered, on every command, so this module imports nothing heavy.
"""

from __future__ import annotations

import sys
from typing import Any

# doit's ``Dependency.save_success`` sets this key last: the row is then complete and can be logged.
LAST_KEY = "deps:"
CHECKER_KEY, CHECKER = "checker:", "ContentChecker"
_KEYS = frozenset({"_values_:", "result:", "ignore:"})


# The state of a file that a task reads parts of: whether they changed, only the task itself can tell.
PARTS = "parts"


def implied(facts: dict[str, Any]) -> dict[str, Any]:
    """What doit would keep of a task of ours, which recorded ``facts``, beside its values."""
    states = states_in(facts)
    return {**states, CHECKER_KEY: CHECKER, LAST_KEY: tuple(states)}


def states_in(facts: dict[str, Any]) -> dict[str, str]:
    """The states of the files that a task of ours depends on: the digests of its inputs, or PARTS."""
    inputs: dict[str, str] = facts.get("inputs", {})
    files = facts.get("files")
    return inputs if files is None else {path: inputs.get(path, PARTS) for path in files}


class StateBackend:
    """doit's backend interface over ``State``; ``name`` is the path of the log.

    What doit keeps of the files that a task of ours depends on is in its facts too: they are its inputs, and their
    states are the digests. That is not logged twice but told doit as if it were.
    """

    desc = "schemagen's append-only log: each result is on disk as soon as its task has ended"

    def __init__(self, name: str, codec: Any, *, module_name: str | None = None) -> None:
        from pathlib import Path

        from schemagen.state.store import State, facts_of

        self.name = name
        self._facts_of = facts_of
        self.state = State(Path(name), self._warn)
        self._open_rows: dict[str, dict[str, Any]] = {}

    def _warn(self, damage: str) -> None:
        sys.stderr.write(f"{self.name}:1:1: warning: {damage}; going on with what is good of it\n")

    def get(self, task_id: str, dependency: str) -> Any:
        row = self._open_rows.get(task_id) or self.state.row(task_id)
        if row is None:
            return None
        return row[dependency] if dependency in row else self._implied(row, dependency)

    def _implied(self, row: dict[str, Any], dependency: str) -> Any:
        """What doit would keep of a task of ours beside its values; None for others."""
        facts = self._facts_of(row)
        if "inputs" not in facts:
            return None
        states = states_in(facts)
        if dependency == LAST_KEY:
            return tuple(states)
        return CHECKER if dependency == CHECKER_KEY else states.get(dependency)

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        row = self._open_rows.get(task_id)
        if row is None:
            row = self._open_rows[task_id] = dict(self.state.row(task_id) or {})
        row[dependency] = value
        if dependency == LAST_KEY:
            self._log(task_id)

    def _log(self, task_id: str) -> None:
        row = self._open_rows.pop(task_id)
        if LAST_KEY in row:
            # It may have states of files that the task depends on no longer.
            known = {*_KEYS, CHECKER_KEY, LAST_KEY, *row[LAST_KEY]}
            row = self._without_implied({key: value for key, value in row.items() if key in known})
        self.state.put_row(task_id, row)

    def _without_implied(self, row: dict[str, Any]) -> dict[str, Any]:
        facts = self._facts_of(row)
        states = states_in(facts)
        is_implied = (
            "inputs" in facts
            and row.get(CHECKER_KEY) == CHECKER
            and states.keys() == set(row[LAST_KEY])
            and all(state in {row.get(path, state), PARTS} for path, state in states.items())
        )
        return {key: value for key, value in row.items() if key in _KEYS} if is_implied else row

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
