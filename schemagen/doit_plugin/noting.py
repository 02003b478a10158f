"""This module knows how to note down what becomes of each schema in a build, for a report of it."""

from __future__ import annotations

from collections.abc import Sequence

from schemagen.doit_plugin.watchers import Totals, Watcher
from schemagen.errors import Location, SchemagenError
from schemagen.plan import EDITED, Task
from schemagen.publishing import Notes
from schemagen.reports import Case, Problem


class Noting(Watcher):
    """Notes down a case for each schema, when the build is over."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._cases: dict[str, Case] = {}

    def planned(self, tasks: Sequence[Task]) -> None:
        self._cases |= {task.schema: Case(task.schema, "fresh") for task in tasks}

    def generated(self, task: Task, predicted: float, seconds: float) -> None:
        self._cases[task.schema] = Case(task.schema, "generated", seconds=seconds)

    def shared(self, task: Task) -> None:
        self._cases[task.schema] = Case(task.schema, "shared")

    def failed(self, task: Task, problem: SchemagenError) -> None:
        self._cases[task.schema] = Case(task.schema, "failed", (Problem.of(problem),))

    def ended(self, totals: Totals) -> None:
        self._notes.cases += self._cases.values()

    def kept(self, path: str) -> None:
        self._notes.problems.append(Problem("SG603", f"{path} was {EDITED}, and is kept", Location(path), path))
