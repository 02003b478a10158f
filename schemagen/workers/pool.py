"""This module knows how to keep worker processes busy, and to replace those that die, hang or grow too large.

Each worker has a pipe of its own. It holds one batch, and a second one where that is short and more wait, so that
it never waits for the parent. A worker that dies closes its pipe, one that hangs is killed: what it finished is
kept, what it had not begun is handed on, and what it was at is tried again, alone. A worker whose parent dies
ends, at work or not.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import Any

from schemagen.errors import EngineError, Location
from schemagen.workers.batches import DEATH, HANG, MISHAP, Batch, Verdict, after_loss
from schemagen.workers.engine import OnLoss, Take
from schemagen.workers.serving import SIGNALS, Counter, Report, Work, memory_bytes, serve

# A second batch waits behind one that is predicted to take no longer than this: behind a long one it might wait while
# other workers have nothing to do.
SHORT_SECONDS = 0.25
# Nor behind one of more items: where they are so many, what is handed over may be more than a pipe holds, and whoever
# hands it over would wait for a worker that may hang.
FEW_ITEMS = 1000
# So many workers, one after the other, that end before their first result, are no accident of an item.
MOST_STILLBORN = 100
# A signal that others send to whatever they choose. Who was at its item for so short a time may have been chosen for
# something else: what takes too much memory takes longer to do so.
OTHERS_SIGNALS = {-signal.SIGKILL, -signal.SIGTERM}
_MISHAP_SECONDS = 1.0
# What the system says where it lets us have no more processes, files or memory.
_NO_MORE = {errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
_LOOK_SECONDS = 0.1
# A worker may grow by so many bytes whatever the limit is: less is not enough to work at all.
SMALLEST_SHARE = 32 << 20


@dataclass(frozen=True, slots=True)
class Lost:
    """The result of an item that ended its worker whenever it was tried; ``why`` is for a person."""

    why: str


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` that an item may take, and ``memory`` in bytes that parent and workers may use together."""

    seconds: float | None = None
    memory: int | None = None


NO_LIMITS = Limits()


def _ignore(items: Sequence[Any], how: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class _Worker:
    """One process, and what it is at."""

    slot: int
    process: Any
    pipe: Connection
    counter: Counter | None
    batches: deque[Batch] = field(default_factory=deque)
    done: int = 0  # items of the first batch that have their results
    finished: int = 0  # items that have their results, of all batches
    begun: int = 0  # as the counter was last seen
    since: float = 0.0  # when it was last seen to get on
    hangs: bool = False
    retires: bool = False
    is_too_many: bool = False

    @property
    def position(self) -> int | None:
        """The index, in what is left of the first batch, of the item it is at; None where that is not known."""
        if self.counter is None or not self.batches:
            return None
        at = self.counter.value - 1 - self.finished
        return at if 0 <= at < len(self.batches[0].items) - self.done else None

    def remaining(self) -> Batch:
        """What is left of the first batch."""
        first = self.batches[0]
        return Batch(first.items[self.done :], first.seconds, first.losses)


class WorkerPool:
    """At most ``count`` processes that run ``work`` on each item of the batches handed to them; each is started when
    there is a batch for it.

    ``work`` must be importable or inherited; it is inherited by fork where that is safe (one thread, not macOS),
    else pickled once per worker. Its results must be plain data. ``on_loss`` is told which items a worker may have
    been at that died, or had to be killed, and how, where they are tried again.
    """

    def __init__(
        self,
        count: int,
        work: Work,
        limits: Limits = NO_LIMITS,
        on_loss: OnLoss = _ignore,
    ) -> None:
        can_fork = (
            "fork" in multiprocessing.get_all_start_methods()
            and sys.platform != "darwin"
            and threading.active_count() == 1
        )
        self._context = multiprocessing.get_context("fork" if can_fork else "spawn")
        self._work = work
        self._limits = limits
        self._on_loss = on_loss
        self._again: deque[Batch] = deque()
        self._most = count
        self._stillborn = 0
        self._workers: list[_Worker] = []
        self.losses = 0  # workers that were lost
        self.recycled = 0  # workers that were replaced because they had grown too large
        self.busy: list[float] = []  # seconds that each place was at work
        self.missing = 0  # workers that could not be started
        self.why_missing = ""

    def _start_worker(self, slot: int) -> None:
        parents = [worker.pipe for worker in self._workers]
        ours, theirs = self._context.Pipe()
        counter = Counter() if self._forks else None
        process = self._context.Process(  # type: ignore[attr-defined]  # every concrete context has it
            target=serve,
            args=(theirs, [*parents, ours] if self._forks else [], os.getpid(), counter, self._work),
            daemon=True,
        )
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            theirs.close()
        if slot == len(self.busy):
            self.busy.append(0.0)
        self._workers.append(_Worker(slot, process, ours, counter))

    @property
    def _forks(self) -> bool:
        return self._context.get_start_method() == "fork"

    @property
    def is_idle(self) -> bool:
        return not self._again and not any(worker.batches for worker in self._workers)

    def take_over(self, batches: Iterable[Batch]) -> None:
        """Have ``batches`` done before any others: they were handed to somebody else, who is lost."""
        self._again.extend(replace(batch, losses=0) for batch in batches)

    def at_work(self) -> list[Any]:
        """The item that each worker is at, as far as that is known, by place; None for one that has nothing to do."""
        items: list[Any] = [None] * len(self.busy)
        for worker in self._workers:
            if worker.batches:
                items[worker.slot] = worker.batches[0].items[worker.done + (worker.position or 0)]
        return items

    def feed(self, take: Take) -> None:
        """Hand out batches as long as a worker has room and ``take`` gives one. Raises EngineError where there is no
        worker, and none can be started."""
        for is_second in (False, True):
            for worker in self._workers:
                if not self._has_room(worker, is_second):
                    continue
                batch = self._next(take, is_second)
                if batch is None:
                    break
                self._hand(worker, batch)
            else:
                if not is_second:
                    self._feed_more(take)

    def _feed_more(self, take: Take) -> None:
        """Start further workers, as many as there may be, for batches that nobody has room for."""
        while len(self._workers) < self._most and (batch := self._next(take, is_second=False)) is not None:
            if not self._start_another():
                self._again.appendleft(batch)
                return
            self._hand(self._workers[-1], batch)

    def _next(self, take: Take, is_second: bool) -> Batch | None:
        return self._again.popleft() if self._again and not is_second else take(is_second)

    def _start_another(self) -> bool:
        """Start a worker in the first free place; whether the system lets us have one more. Where it does not, those
        that there are do the work; raises EngineError where there is none."""
        free = set(range(self._most)).difference(worker.slot for worker in self._workers)
        try:
            self._start_worker(min(free))
        except OSError as error:
            if error.errno not in _NO_MORE:
                raise
            self.why_missing = error.strerror or str(error)
            if not self._workers:
                message = f"cannot start a worker process: {self.why_missing}"
                raise EngineError(message, Location("workers"), "SG501", has_begun=bool(self.busy)) from None
            self.missing += self._most - len(self._workers)
            self._most = len(self._workers)
            return False
        return True

    def _has_room(self, worker: _Worker, is_second: bool) -> bool:
        if worker.retires:
            return False
        if not is_second:
            return not worker.batches
        if len(worker.batches) != 1:
            return False
        first = worker.batches[0]
        return first.seconds <= SHORT_SECONDS and len(first.items) <= FEW_ITEMS and not first.losses

    def _hand(self, worker: _Worker, batch: Batch) -> None:
        if not worker.batches:
            worker.since = time.monotonic()
        worker.batches.append(batch)
        try:
            worker.pipe.send(batch.items)
        except (BrokenPipeError, ConnectionResetError):
            return  # the worker has died: results() reads the end of its pipe and says so

    def results(self, seconds: float | None = None) -> Iterator[tuple[Any, Any]]:
        """Yield items with their results as they come, one of the two may be ``Lost``; wait at most ``seconds`` for the
        first, None for as long as it takes."""
        at_work = {worker.pipe: worker for worker in self._workers if worker.batches}
        while at_work:
            ready = wait(list(at_work), self._patience(seconds))
            for worker in [at_work[pipe] for pipe in ready]:  # type: ignore[index]
                yield from self._read(worker)
            self._kill_those_that_hang()
            if ready or seconds is not None:
                return

    def _patience(self, seconds: float | None) -> float | None:
        if self._limits.seconds is None:
            return seconds
        return min(_LOOK_SECONDS if seconds is None else seconds, self._limits.seconds)

    def _read(self, worker: _Worker) -> Iterator[tuple[Any, Any]]:
        try:
            report: Report = worker.pipe.recv()
        except (EOFError, OSError):  # OSError: it died in the middle of a message
            yield from self._bury(worker)
            return
        self._stillborn = 0
        self.busy[worker.slot] += report.seconds
        worker.since = time.monotonic()
        first = worker.batches[0]
        items = first.items[worker.done : worker.done + len(report.results)]
        worker.done += len(items)
        worker.finished += len(items)
        if worker.done == len(first.items):
            worker.batches.popleft()
            worker.done = 0
        self._bound(worker, report.grown, is_first=bool(items) and worker.finished == len(items))
        yield from zip(items, report.results, strict=True)

    # -- workers that die or hang

    def _bury(self, worker: _Worker) -> Iterator[tuple[Any, Lost]]:
        """Replace a dead worker, and decide what becomes of its batches."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        self.losses += 1
        self._stillborn += not worker.finished
        left, at, how = worker.remaining(), worker.position, self._how(worker)
        if self._stillborn > MOST_STILLBORN:
            verdict = Verdict((), left.items)
        else:
            verdict = after_loss(left, at, _weight_of(worker))
        worker.batches.popleft()
        self._again.extend((*verdict.again, *worker.batches))
        if not verdict.guilty:
            self._on_loss(left.items if at is None else left.items[at : at + 1], how)
        yield from ((item, Lost(f"its worker process {how} each time")) for item in verdict.guilty)

    def _how(self, worker: _Worker) -> str:
        """How a worker ended."""
        if worker.hangs:
            return f"had not done it after {self._limits.seconds:g} seconds"
        code = worker.process.exitcode
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def _kill_those_that_hang(self) -> None:
        limit, now = self._limits.seconds, time.monotonic()
        if limit is None:
            return
        for worker in self._workers:
            if not worker.batches:
                continue
            if worker.counter is not None and worker.counter.value != worker.begun:
                worker.begun = worker.counter.value
                worker.since = now
            items = 1 if worker.counter is not None else len(worker.batches[0].items) - worker.done
            if now - worker.since > limit * items and not worker.hangs:
                worker.hangs = True
                worker.process.kill()

    # -- workers that grow

    def _bound(self, worker: _Worker, grown: int, *, is_first: bool) -> None:
        """Replace a worker that has grown beyond its share, once it has done its batches; where its first items did
        that, have one worker less instead."""
        limit = self._limits.memory
        if limit is None:
            return
        if grown > max(SMALLEST_SHARE, (limit - memory_bytes()) / self._most):
            worker.retires = True
            worker.is_too_many = worker.is_too_many or is_first
        if worker.retires and not worker.batches:
            self.recycled += 1
            self._workers.remove(worker)
            worker.pipe.close()
            worker.process.join()
            if worker.is_too_many:
                self._most = max(1, self._most - 1)

    def close(self) -> None:
        """End the workers: at once if they are at work."""
        for worker in self._workers:
            if worker.batches:
                worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()


def _weight_of(worker: _Worker) -> int:
    """What the end of a worker counts for the item that it was at."""
    if worker.hangs:
        return HANG
    was_chosen = worker.process.exitcode in OTHERS_SIGNALS and time.monotonic() - worker.since < _MISHAP_SECONDS
    return MISHAP if was_chosen else DEATH
