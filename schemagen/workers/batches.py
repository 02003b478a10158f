"""This module knows how to tell what becomes of a batch whose worker was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What the end of a worker counts. A hang has cost a whole timeout, and is rarely an accident. Who kills workers at
# random may well hit the same item several times, if the machine is so busy that it takes long; but not so often.
MISHAP, DEATH, HANG = 1, 3, 6
# An item that was alone each time is at fault then.
TOO_MANY = 12


@dataclass(frozen=True, slots=True)
class Batch:
    """Items handed to a worker at once, predicted to take ``seconds``; ``losses`` is what its workers' ends counted."""

    items: tuple[Any, ...]
    seconds: float = 0.0
    losses: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do after a loss: run ``again``, each batch by itself; and the items that are ``guilty``."""

    again: tuple[Batch, ...]
    guilty: tuple[Any, ...] = ()


def after_loss(batch: Batch, at: int | None, weight: int) -> Verdict:
    """What becomes of ``batch``, none of whose items has a result. ``at`` is the index of the item that the worker was
    at, None where that is not known; ``weight`` is MISHAP, DEATH or HANG.

    Without ``at`` the batch is tried once more, then halved until the item at fault is alone.
    """
    items = batch.items
    if len(items) == 1:
        losses = batch.losses + weight
        return Verdict((), items) if losses >= TOO_MANY else Verdict((Batch(items, batch.seconds, losses),))
    if at is not None:
        return Verdict(_batches((items[:at], 0), (items[at : at + 1], weight), (items[at + 1 :], 0)))
    if not batch.losses:
        return Verdict((Batch(items, batch.seconds, DEATH),))
    middle = len(items) // 2
    return Verdict(_batches((items[:middle], DEATH), (items[middle:], DEATH)))


def _batches(*parts: tuple[Sequence[Any], int]) -> tuple[Batch, ...]:
    return tuple(Batch(tuple(items), 0.0, losses) for items, losses in parts if items)
