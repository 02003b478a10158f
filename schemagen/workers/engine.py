"""This module knows how to say what a build needs of whoever makes its batches: processes of its own, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from schemagen.workers.batches import Batch

# Gives the next batch; asked whether it would be a worker's second. None where there is none, or none yet.
Take = Callable[[bool], Batch | None]
# Is told which items a worker may have been at that was lost, and how, where they are tried again.
OnLoss = Callable[[Sequence[Any], str], None]


class Engine(Protocol):
    """Makes batches. ``losses`` are workers that were lost, ``recycled`` those that were replaced for their size."""

    losses: int
    recycled: int

    @property
    def is_idle(self) -> bool:
        """Whether nothing that was handed out is without its result."""

    @property
    def busy(self) -> Sequence[float]:
        """The seconds that each place was at work."""

    def at_work(self) -> list[Any]:
        """The item that each worker is at, as far as that is known, by place; None for one that has nothing to do."""

    def feed(self, take: Take) -> None:
        """Hand out batches as long as there is room and ``take`` gives one. Raises EngineError."""

    def results(self, seconds: float | None = None) -> Iterator[tuple[Any, Any]]:
        """Yield items with their results as they come, one of the two may be ``Lost``; wait at most ``seconds`` for the
        first, None for as long as it takes. Raises EngineError."""

    def close(self) -> None:
        """Stop what is at work."""
