"""This module knows how to name what happens in a build, for those who show or record it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemagen.errors import SchemagenError
from schemagen.plan import Task


@dataclass(frozen=True, slots=True)
class Totals:
    """What became of the schemas of a build that took ``seconds``. The outputs of those that are ``shared`` were not
    generated but found in the cache."""

    generated: int
    fresh: int
    failed: int
    seconds: float
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Crew:
    """What the workers of a build were: the seconds that each was ``busy`` of the ``seconds`` they were there, and how
    many were ``lost`` or ``recycled``."""

    busy: tuple[float, ...]
    seconds: float
    lost: int
    recycled: int


class Watcher:
    """Is told what happens; does nothing about it. Times are in seconds."""

    def began(self, schemas: int) -> None:
        """So many schemas are to be looked at."""

    def planned(self, tasks: Sequence[Task]) -> None:
        """These are all tasks of schemas, but for those that are known to be fresh."""

    def backlog(self, left: float) -> None:
        """What still waits is predicted to take one worker so long."""

    def at_work(self, schemas: Sequence[str | None]) -> None:
        """The schema that each worker is at, None for one that has nothing to do. Told often: now is the time to show
        things."""

    def generated(self, task: Task, predicted: float, seconds: float) -> None:
        """The outputs of a schema are in their places."""

    def shared(self, task: Task) -> None:
        """The same, but they were found in the cache."""

    def fresh(self, schemas: int) -> None:
        """There was nothing to do for so many schemas."""

    def failed(self, task: Task, problem: SchemagenError) -> None:
        """A schema has no outputs, or old ones."""

    def kept(self, path: str) -> None:
        """An output that was edited is kept, so it is not what would be generated."""

    def dismissed(self, crew: Crew) -> None:
        """The workers have ended."""

    def ended(self, totals: Totals) -> None:
        """It is over, or was stopped."""
