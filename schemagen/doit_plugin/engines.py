"""This module knows how to start who makes the batches of a build: processes of its own, or workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from schemagen.costs import AT_HAND, FAR, FEW, Worth
from schemagen.made import Made
from schemagen.plan import Task
from schemagen.session import Session
from schemagen.together import Item, make_together, wanted_of
from schemagen.workers import Limits, OnLoss, WorkerPool

if TYPE_CHECKING:  # most builds need none
    from schemagen.cluster.engine import DaskEngine
    from schemagen.cluster.scheduler import Cluster


def worth_of_batches(session: Session, cluster: Cluster | None) -> Worth:
    """What a batch should be worth to whoever will make it."""
    if cluster is not None:
        return FAR
    return FEW if session.formatting.takes_many else AT_HAND


def start_pool(session: Session, tasks: Collection[Task], workers: int, on_loss: OnLoss) -> WorkerPool:
    """``workers`` processes for ``tasks``."""
    session.project.load_shared(tasks)
    making = _MakingTogether if session.formatting.takes_many else _Making
    # It is known of a formatter which output it hangs at, so it is not for the pool to end it.
    seconds = max(map(session.most_seconds, tasks), default=session.config.timeout)
    limits = Limits(seconds, session.config.max_memory)
    return WorkerPool(workers, making(session), limits, on_loss)


def start_cluster(session: Session, tasks: Collection[Task], cluster: Cluster, on_loss: OnLoss) -> DaskEngine:
    """The workers of ``cluster`` for ``tasks``; raises EngineError."""
    from schemagen.cluster.engine import DaskEngine
    from schemagen.cluster.sending import Sending

    session.project.load_shared(tasks)
    return DaskEngine(cluster, Sending(session, tasks), session.config.timeout, on_loss)


class _Making:
    """The work of a worker; its result has the fields of ``Made``, but all plain, which unpickle faster."""

    def __init__(self, session: Session) -> None:
        session.prepare()
        self._session = session

    def __call__(self, item: Item) -> tuple[Any, ...]:
        name, wanted = item
        return _plain(self._session.make_recorded(name, wanted_of(self._session, name, wanted)))


class _MakingTogether:
    """The same for several schemas at once: only so can a formatter take many of their outputs."""

    def __init__(self, session: Session) -> None:
        session.prepare()
        self._session = session

    def together(
        self, items: Sequence[Item], begin: Callable[[], None], alive: Callable[[], None]
    ) -> list[tuple[Any, ...]]:
        return [_plain(made) for made in make_together(self._session, items, begin, alive)]


def _plain(made: Made) -> tuple[Any, ...]:
    return {path: tuple(written) for path, written in made.written.items()}, *made[1:]
