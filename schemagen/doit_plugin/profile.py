"""This module knows how to show what a build's time went to: what was predicted, what it took, and who had to wait."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from schemagen.doit_plugin.watchers import Crew, Totals, Watcher
from schemagen.plan import Task

_SLOWEST = 10
# Of these a prediction was right.
_FACTOR = 2.0


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What a schema took, and was predicted to take, in seconds."""

    seconds: float
    predicted: float
    schema: str


class Profile(Watcher):
    """Prints a profile to ``stream`` when the build has ended."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._costs: list[Cost] = []
        self._crew: Crew | None = None

    def generated(self, task: Task, predicted: float, seconds: float) -> None:
        self._costs.append(Cost(seconds, predicted, task.schema))

    def dismissed(self, crew: Crew) -> None:
        self._crew = crew

    def ended(self, totals: Totals) -> None:
        self._stream.writelines(f"{line}\n" for line in profile_lines(self._costs, self._crew, totals.seconds))


def profile_lines(costs: Sequence[Cost], crew: Crew | None, seconds: float) -> Iterator[str]:
    """The lines of a profile of a build that took ``seconds``."""
    if not costs:
        return
    took, predicted = sum(cost.seconds for cost in costs), sum(cost.predicted for cost in costs)
    near = sum(1 for cost in costs if cost.seconds / _FACTOR <= cost.predicted <= cost.seconds * _FACTOR)
    yield f"{len(costs)} schemas took {took:.2f} s, predicted {predicted:.2f} s; {near} within a factor of {_FACTOR:g}"
    if crew is not None:
        yield from _crew_lines(crew, seconds)
    yield f"{'seconds':>9}{'predicted':>11}  the slowest"
    for cost in heapq.nlargest(_SLOWEST, costs):
        yield f"{cost.seconds:>9.3f}{cost.predicted:>11.3f}  {cost.schema}"


def _crew_lines(crew: Crew, seconds: float) -> Iterator[str]:
    shares = ", ".join(f"{busy / crew.seconds:.0%}" for busy in crew.busy)
    workers = "1 worker" if len(crew.busy) == 1 else f"{len(crew.busy)} workers"
    yield f"{workers} for {crew.seconds:.2f} s of {seconds:.2f} s, at work {shares} of that time"
    if crew.lost or crew.recycled:
        yield f"{crew.lost} workers were lost, {crew.recycled} replaced because they had grown"
