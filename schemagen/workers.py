"""This module knows how to hand batches to worker processes and take their results as they come.

Each worker has a pipe of its own and holds at most two batches, the second so that it never waits for the
parent. A worker that dies closes its pipe: its first batch is reported as lost, never waited for. A worker
whose parent dies reads the end of its pipe and ends, at work or not.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any

Batch = tuple[Any, ...]
Work = Callable[[Any], Any]
BATCHES_PER_WORKER = 2
RECURSION_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Lost:
    """The result of a batch whose worker died; ``why`` is for a person."""

    why: str


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    batches: deque[Batch] = field(default_factory=deque)


class WorkerPool:
    """``count`` processes that run ``work`` on each item of the batches handed to them.

    ``work`` must be importable or inherited; it is inherited by fork where that is safe (one thread),
    else pickled once per worker. Its results must be plain data.
    """

    def __init__(self, count: int, work: Work) -> None:
        can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
        self._context = multiprocessing.get_context("fork" if can_fork else "spawn")
        self._work = work
        self._workers: list[_Worker] = []
        for _ in range(count):
            self._start_worker()

    def _start_worker(self) -> None:
        parents = [worker.pipe for worker in self._workers]
        ours, theirs = self._context.Pipe()
        process = self._context.Process(  # type: ignore[attr-defined]  # every concrete context has it
            target=_serve, args=(theirs, [*parents, ours] if self._forks else [], self._work), daemon=True
        )
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))

    @property
    def _forks(self) -> bool:
        return self._context.get_start_method() == "fork"

    @property
    def has_room(self) -> bool:
        return any(len(worker.batches) < BATCHES_PER_WORKER for worker in self._workers)

    @property
    def is_idle(self) -> bool:
        return not any(worker.batches for worker in self._workers)

    def submit(self, batch: Batch) -> None:
        """Hand ``batch`` to the worker that has least to do; call only while there is room."""
        worker = min(self._workers, key=lambda worker: len(worker.batches))
        worker.batches.append(batch)
        try:
            worker.pipe.send(batch)
        except (BrokenPipeError, ConnectionResetError):
            return  # the worker has died: results() reads the end of its pipe and says so

    def results(self) -> Iterator[tuple[Batch, Sequence[Any] | Lost]]:
        """Wait for at least one batch to end; yield each ended batch with its results, in its order."""
        ready = wait([worker.pipe for worker in self._workers if worker.batches])
        for worker in [worker for worker in self._workers if worker.pipe in ready]:
            try:
                results = worker.pipe.recv()
            except (EOFError, ConnectionResetError):
                yield from self._bury(worker)
            else:
                yield worker.batches.popleft(), results

    def _bury(self, worker: _Worker) -> Iterator[tuple[Batch, Lost]]:
        """Replace a dead worker: the batch it had begun is lost, the one behind it is handed on."""
        worker.process.join()
        self._workers.remove(worker)
        self._start_worker()
        code = worker.process.exitcode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        yield worker.batches.popleft(), Lost(f"its worker process {how}")
        for batch in worker.batches:
            self._workers[-1].batches.append(batch)
            self._workers[-1].pipe.send(batch)

    def close(self) -> None:
        """End the workers: at once if they are at work."""
        for worker in self._workers:
            if worker.batches:
                worker.process.terminate()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()


def _serve(pipe: Connection, inherited: Sequence[Connection], work: Work) -> None:
    for other in inherited:
        other.close()  # else this worker would keep its siblings' pipes open after the parent's death
    # A Ctrl-C at the terminal reaches every process of the group: the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sys.setrecursionlimit(RECURSION_LIMIT)
    batches: SimpleQueue[Batch] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, batches), daemon=True).start()
    while True:
        results = [work(item) for item in batches.get()]
        try:
            pipe.send(results)
        except (BrokenPipeError, ConnectionResetError):
            return


def _receive(pipe: Connection, batches: SimpleQueue[Batch]) -> None:
    """Read batches while the worker works: a parent that waits to hand one over, to a worker that waits to
    hand over a result, would wait for ever. At the end of the pipe the parent has gone or wants no more."""
    while True:
        try:
            batches.put(pipe.recv())
        except (EOFError, ConnectionResetError):
            os._exit(0)
