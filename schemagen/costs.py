"""This module knows how to predict how long a schema takes, and to cut what is to be done into batches by that.

What a schema took the last time is recorded. Of one that was never made, the bytes of all files that it reaches
tell most: over 500 real schemas, from 300 bytes to 3 MB, the time is proportional to them, and nine in ten are
within 0.4 to 2 times of that. What a byte takes is learned from the schemas with recorded times, else assumed;
while the build goes on, what batches really took corrects the size of those to come.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from schemagen.workers.batches import Batch

# Seconds that a byte of schema takes for each output, where nothing is recorded; and the bytes that every schema seems
# to have more than it has.
SECONDS_PER_BYTE = 3e-7
BYTES_OF_NOTHING = 500
# Until batches that took this long have ended, a prediction counts for as much as what they took.
_TRUSTED_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Worth:
    """What a batch is worth, in seconds: with less than ``least``, handing it over would show; with more than ``most``,
    results come late and workers end apart. Each worker gets at least ``left`` more batches of what is left, so that
    the last ones are short."""

    least: float
    most: float
    left: int


AT_HAND = Worth(0.05, 0.25, 4)
# Where each batch has a cost of its own, as the start of a formatter is.
FEW = Worth(0.05, math.inf, 1)
# Where handing a batch over takes milliseconds.
FAR = Worth(0.25, 1.0, 4)


class Job(NamedTuple):  # one for each task: a dataclass takes four times as long
    """A task to be done: its ``item`` for a worker, the ``bytes`` of all that it reads times its outputs, and what it
    took the last time, in seconds (0 where that is not known). A lower ``rank`` comes first."""

    item: Any
    bytes: int
    recorded: float = 0.0
    rank: tuple[float, ...] = ()


def predicted_bytes(inputs: Iterable[str], size: Callable[[str], int], outputs: int) -> int:
    """What ``outputs`` of a schema that reaches ``inputs`` cost, in bytes: where nothing that was recorded may count.
    ``size`` gives the bytes of the schema at a path."""
    return sum(map(size, inputs)) * outputs + BYTES_OF_NOTHING


class Backlog:
    """Jobs that wait: what comes first by rank is given first, and of that what takes longest, so that it does not
    begin when all else has ended. A ``size`` of batches is obeyed; None sizes them by what they are worth."""

    def __init__(self, workers: int, size: int | None, worth: Worth = AT_HAND) -> None:
        self.predictions: dict[Any, float] = {}  # in seconds, by item
        self.workers = workers
        self._size = size
        self._worth = worth
        self._new: list[Job] = []
        # What comes first is last. Nearly all jobs are added before the first is taken: to sort them once is faster
        # than a heap, and to sort again what is nearly sorted takes no time.
        self._sorted: list[tuple[tuple[float, ...], float, int, Any]] = []
        self._numbers = itertools.count()  # so that jobs alike keep their order
        self._left = 0.0  # seconds predicted for all that waits
        self._known_seconds = self._known_bytes = 0.0  # of all jobs whose time is recorded
        self._predicted = self._took = _TRUSTED_SECONDS

    def __len__(self) -> int:
        return len(self._new) + len(self._sorted)

    @property
    def seconds_left(self) -> float:
        """Seconds that what waits will take one worker, by what was seen so far."""
        self._sort_in()
        return max(0.0, self._left) * self._scale

    def add(self, job: Job) -> None:
        self._new.append(job)
        if job.recorded:
            self._known_seconds += job.recorded
            self._known_bytes += job.bytes + BYTES_OF_NOTHING

    def learn(self, prediction: float, seconds: float) -> None:
        """What a job took that was predicted to take ``prediction``."""
        self._predicted += prediction
        self._took += seconds

    def take(self, is_second: bool) -> Batch | None:
        """The next batch; None where nothing waits, or where a batch for a worker that has one already would be better
        left to the first that has none."""
        self._sort_in()
        target = self._target()
        if not self._sorted or (is_second and self._is_tail(target)):
            return None
        items: list[Any] = []
        predicted, scale = 0.0, self._scale
        while self._sorted:
            _, negative, _, item = self._sorted[-1]
            if items and not self._fits(len(items), (predicted - negative) * scale, target):
                break
            self._sorted.pop()
            items.append(item)
            predicted -= negative
        self._left -= predicted
        return Batch(tuple(items), predicted * scale)

    def _fits(self, jobs: int, seconds: float, target: float) -> bool:
        """Whether a batch of so many ``jobs`` may have one more, with which it would take ``seconds``."""
        return seconds <= target if self._size is None else jobs < self._size

    def _is_tail(self, target: float) -> bool:
        if self._size is not None:
            return len(self._sorted) <= self.workers * self._size
        return len(self._sorted) <= self.workers or self._left * self._scale <= self.workers * target

    def _target(self) -> float:
        share = self._left * self._scale / (self.workers * self._worth.left)
        return min(self._worth.most, max(self._worth.least, share))

    @property
    def _scale(self) -> float:
        """How much longer things take than predicted."""
        return self._took / self._predicted

    def _sort_in(self) -> None:
        if not self._new:
            return
        per_byte = self._known_seconds / self._known_bytes if self._known_bytes else SECONDS_PER_BYTE
        for job in self._new:
            seconds = self.predictions[job.item] = job.recorded or (job.bytes + BYTES_OF_NOTHING) * per_byte
            self._left += seconds
            self._sorted.append((job.rank, -seconds, next(self._numbers), job.item))
        self._sorted.sort(reverse=True)
        self._new.clear()
