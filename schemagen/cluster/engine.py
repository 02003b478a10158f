"""This module knows how to have batches made by the workers of a dask cluster.

dask tries a batch again when its worker is lost, and gives up on one that loses several workers. Each item of such a
batch is then tried alone, when nothing else is left to do: one that loses workers again is at fault, and no other.

Futures are released as soon as their results are here: dask would make what is not released again, when the worker that
keeps it is lost. Batches are handed over and collected several at a time, which takes half the time of one by one.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from schemagen.cluster.collecting import Collector, Outcome
from schemagen.cluster.connecting import agree, connected, line_of, quiet_dask, telling
from schemagen.cluster.remote import NO_SETUP, make_batch
from schemagen.cluster.scheduler import Cluster
from schemagen.cluster.sending import Refused, Sending
from schemagen.errors import EngineError, Location
from schemagen.workers import Batch, Lost, OnLoss, Take

if TYPE_CHECKING:
    from distributed import Future

# So much is handed over in advance for each thread of a worker, and no more batches than this.
_AHEAD_SECONDS, _MOST_AHEAD = 0.5, 32
# Handed over at once, at most.
_MOST_BYTES = 4 << 20
_LOOK_SECONDS = 2.0
# No more results are given at once.
_MOST_RESULTS = 100
# A batch that dask lets go of for reasons of its own is handed over again so many times.
_MOST_TRIES = 5
# Where nothing at all comes back for so many times what a schema may take, nothing will.
_PATIENCE = 3


class _Sent(NamedTuple):
    """A batch that was handed over; ``items`` are those of it that were sent. ``is_alone`` if nothing else was."""

    batch: Batch
    items: tuple[Any, ...]
    future: Future
    is_alone: bool


class DaskEngine:
    """The workers of ``cluster``, as an ``Engine``. ``seconds`` are what an item may take. Raises EngineError where the
    cluster cannot be reached, has no workers, or has others than this process is."""

    def __init__(self, cluster: Cluster, sending: Sending, seconds: float, on_loss: OnLoss) -> None:
        self._sending = sending
        self._seconds = seconds
        self._on_loss = on_loss
        self._where = Location(cluster.address or "--local")
        self._has_begun = False
        self.losses = self.recycled = 0
        self._busy: dict[str, float] = {}
        self._sent: dict[str, _Sent] = {}
        self._again: deque[Batch] = deque()
        self._with_setup: deque[Batch] = deque()
        self._alone: deque[Batch] = deque()
        self._failed: deque[tuple[Any, Any]] = deque()
        self._seconds_ahead = 0.0
        self._last_look = time.monotonic()
        self._waited = 0.0  # seconds that nothing came back
        self._lost_since: float | None = None  # the scheduler, and all workers of it
        self._without_workers: float | None = None
        with contextlib.ExitStack() as stack:
            self._patience = stack.enter_context(quiet_dask())
            self._client = stack.enter_context(connected(cluster, self._patience, self._error))
            self.threads = agree(self._client, sending.setup, self._patience, self._error)
            self._collector = Collector(self._client)
            self._stack = stack.pop_all()

    def _error(self, message: str, code: str) -> EngineError:
        return EngineError(message, self._where, code, has_begun=self._has_begun)

    # -- as an Engine

    @property
    def is_idle(self) -> bool:
        return not (self._sent or self._again or self._with_setup or self._alone or self._failed)

    @property
    def busy(self) -> Sequence[float]:
        return (*self._busy.values(), *[0.0] * (self.threads - len(self._busy)))

    def at_work(self) -> list[Any]:
        """Those handed over first: dask does not say what is at work."""
        return [sent.batch.items[0] for _, sent in zip(range(self.threads), self._sent.values(), strict=False)]

    def feed(self, take: Take) -> None:
        if not self._is_connected():
            return
        waiting: list[tuple[Batch, bytes, tuple[Any, ...]]] = []
        size = 0
        while self._has_room(len(waiting)):
            batch = self._again.popleft() if self._again else take(False)
            if batch is None:
                break
            frame, items = self._parcel(batch)
            if not items:
                continue
            self._seconds_ahead += batch.seconds
            waiting.append((batch, frame, items))
            size += len(frame)
            if size > _MOST_BYTES:
                self._hand_over(waiting)
                waiting, size = [], 0
        self._hand_over(waiting)
        while self._with_setup:
            self._hand_over_alone(self._with_setup.popleft(), is_alone=False)
        if not self._sent and self._alone:
            self._hand_over_alone(self._alone.popleft(), is_alone=True)

    def _has_room(self, more: int) -> bool:
        count = len(self._sent) + more
        if count < 2 * self.threads:
            return True
        return count < _MOST_AHEAD * self.threads and self._seconds_ahead < _AHEAD_SECONDS * self.threads

    def _parcel(self, batch: Batch) -> tuple[bytes, tuple[Any, ...]]:
        parcel = self._sending.parcel(batch.items)
        self._failed.extend(parcel.failed)
        return parcel.frame, parcel.items

    def _hand_over(self, waiting: Sequence[tuple[Batch, bytes, tuple[Any, ...]]]) -> None:
        if not waiting:
            return
        with self._giving_back([batch for batch, _, _ in waiting]):
            futures = self._client.map(make_batch, [frame for _, frame, _ in waiting], pure=False, retries=0)
        for (batch, _, items), future in zip(waiting, futures, strict=True):
            self._note(_Sent(batch, items, future, is_alone=False))
        self._collector.add(futures)

    def _hand_over_alone(self, batch: Batch, *, is_alone: bool) -> None:
        """Hand over a batch with the setup, for a worker that does not have it."""
        frame, items = self._parcel(batch)
        if not items:
            return
        self._seconds_ahead += batch.seconds
        with self._giving_back([batch]):
            future = self._client.submit(make_batch, frame, self._sending.setup, pure=False, retries=0)
        self._note(_Sent(batch, items, future, is_alone))
        self._collector.add([future])

    @contextlib.contextmanager
    def _giving_back(self, batches: Sequence[Batch]) -> Iterator[None]:
        """Keep ``batches`` where they cannot be handed over, because the connection was lost a moment ago."""
        try:
            with telling(self._error):
                yield
        except EngineError:
            self._again.extend(batches)
            raise

    def _note(self, sent: _Sent) -> None:
        self._has_begun = True
        self._sent[sent.future.key] = sent

    def results(self, seconds: float | None = None) -> Iterator[tuple[Any, Any]]:
        count = 0
        while self._failed:
            yield self._failed.popleft()
            count, seconds = count + 1, 0
        while count < _MOST_RESULTS and (outcome := self._collector.next(seconds)) is not None:
            sent = self._sent.pop(outcome.key)
            self._seconds_ahead = max(0.0, self._seconds_ahead - sent.batch.seconds) if self._sent else 0.0
            try:
                for result in self._outcome(sent, outcome):
                    yield result
                    count += 1
            except EngineError:  # before any result: it is to be made by somebody else
                self._again.append(replace(sent.batch, items=sent.items))
                raise
            seconds = 0
        if not count:
            self._look()

    def close(self) -> None:
        futures = [sent.future for sent in self._sent.values()]
        with contextlib.suppress(Exception):  # as in _connected
            if futures and self._client.status == "running":
                self._client.cancel(futures, force=True)
        self._collector.close()
        self._stack.close()

    def left(self) -> list[Batch]:
        """All that was handed out and has no result."""
        sent = [replace(each.batch, items=each.items) for each in self._sent.values()]
        return [*sent, *self._again, *self._with_setup, *self._alone]

    # -- what becomes of a batch

    def _outcome(self, sent: _Sent, outcome: Outcome) -> Iterator[tuple[Any, Any]]:
        if outcome.kind == "done":
            yield from self._done(sent, outcome.value)
            return
        if outcome.kind == "cancelled":
            self._try_again(sent, self._again)
            return
        is_killed = outcome.kind == "killed"
        if sent.is_alone or (len(sent.items) == 1 and not is_killed):
            why = outcome.value if is_killed else f"its worker failed: {line_of(outcome.value)}"
            yield from ((item, Lost(why)) for item in sent.items)
            return
        self.losses += is_killed
        self._on_loss(sent.items, "of the cluster was lost again and again" if is_killed else "of the cluster failed")
        seconds = sent.batch.seconds / len(sent.items)
        self._alone.extend(Batch((item,), seconds) for item in sent.items)

    def _done(self, sent: _Sent, frame: Any) -> Iterator[tuple[Any, Any]]:
        self._waited = 0.0
        try:
            answer = self._sending.answer(sent.items, frame)
        except Refused as refused:
            if refused.why != NO_SETUP:
                raise self._error(f"a batch was refused: {refused.why}", "SG064") from None
            self._try_again(sent, self._with_setup)
            return
        took = sum(made.seconds for made in answer.made)
        self._busy[answer.worker] = self._busy.get(answer.worker, 0.0) + took
        yield from zip(sent.items, answer.made, strict=True)

    def _try_again(self, sent: _Sent, how: deque[Batch]) -> None:
        if sent.batch.losses >= _MOST_TRIES:
            raise self._error(f"the cluster let go of a batch {_MOST_TRIES} times", "SG063")
        how.append(replace(sent.batch, items=sent.items, losses=sent.batch.losses + 1))

    # -- whether it goes on

    def _is_connected(self) -> bool:
        """Whether there is a scheduler to hand anything to; raises EngineError where there will be none."""
        status, now = self._client.status, time.monotonic()
        if status == "running":
            self._lost_since = None
            return True
        self._lost_since = self._lost_since or now
        if status != "connecting" or now - self._lost_since > self._patience:
            raise self._error("the connection to this scheduler was lost; what was finished is kept", "SG063")
        return False

    def _look(self) -> None:
        """Now and then, while nothing comes back, see whether anything will."""
        now = time.monotonic()
        if not self._sent or now - self._last_look < _LOOK_SECONDS or not self._is_connected():
            return
        # A machine that slept has not waited.
        self._waited += min(now - self._last_look, 2 * _LOOK_SECONDS)
        self._last_look = now
        patience = _PATIENCE * self._seconds + max(sent.batch.seconds for sent in self._sent.values())
        if self._waited > patience:
            raise self._error(f"nothing came back from the workers for {patience:.0f} seconds", "SG063")
        with telling(self._error):
            threads = self._client.nthreads(callback_timeout=self._patience)
        if threads:
            self.threads = sum(threads.values())
            self._without_workers = None
            return
        self._without_workers = self._without_workers or now
        if now - self._without_workers > self._patience:
            raise self._error(f"this scheduler has had no worker for {self._patience:g} seconds", "SG063")
