"""This module knows how to be a worker process: it takes batches from a pipe and gives results, until the pipe ends.

A message to the parent is a Report. Each item of a batch has its result in exactly one, in order; what took longer
than a moment is reported while the batch goes on, so that little is lost with a worker.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, NamedTuple, Protocol

from schemagen.recursion import RECURSION_LIMIT

REPORT_SECONDS = 0.1
# No report has more results: the parent handles all of one before it does anything else; and if what a pipe holds is
# larger than a report, nobody has to wait for who reads it.
MOST_RESULTS = 100
# Blocked while a worker is started, so that none of its parent's handlers runs in it.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


class Together(Protocol):
    """Work that is better done for several items at once."""

    def together(self, items: Sequence[Any], begin: Callable[[], None], alive: Callable[[], None]) -> Sequence[Any]:
        """The results of ``items``, in order. Calls ``begin`` where it begins with the next of them, and ``alive``
        now and then after that, where it has more to do."""


Work = Callable[[Any], Any] | Together


class Report(NamedTuple):
    """Results of the next items, the seconds that they took, and the bytes by which the worker's memory has grown. One
    without results says that the worker is alive."""

    results: list[Any]
    seconds: float
    grown: int


class Counter:
    """How many items a worker has begun, where its parent can read it even when it is dead."""

    def __init__(self) -> None:
        self._shared = memoryview(mmap.mmap(-1, 8)).cast("Q")

    @property
    def value(self) -> int:
        return int(self._shared[0])

    def add(self) -> None:
        self._shared[0] += 1


def serve(pipe: Connection, inherited: Sequence[Connection], parent: int, counter: Counter | None, work: Work) -> None:
    """Be a worker until the end of ``pipe``. ``inherited`` are pipes of others, ``parent`` is who started us."""
    _die_with(parent)
    for other in inherited:
        other.close()  # else this worker would keep its siblings' pipes open after the parent's death
    # A Ctrl-C at the terminal reaches every process of the group: the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    sys.setrecursionlimit(RECURSION_LIMIT)
    batches: SimpleQueue[tuple[Any, ...]] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, batches), daemon=True).start()
    at_start = memory_bytes()
    try:
        while True:
            _work_through(batches.get(), pipe, counter, work, at_start)
    except (BrokenPipeError, ConnectionResetError):
        return


def _work_through(items: Sequence[Any], pipe: Connection, counter: Counter | None, work: Work, at_start: int) -> None:
    if not callable(work):
        _work_together(items, pipe, counter, work, at_start)
        return
    results: list[Any] = []
    since = time.monotonic()
    for position, item in enumerate(items, 1):
        if counter is not None:
            counter.add()
        results.append(work(item))
        seconds = time.monotonic() - since
        if seconds > REPORT_SECONDS or len(results) == MOST_RESULTS or position == len(items):
            pipe.send(Report(results, seconds, memory_bytes() - at_start))
            results = []
            since = time.monotonic()


def _work_together(
    items: Sequence[Any], pipe: Connection, counter: Counter | None, work: Together, at_start: int
) -> None:
    def begin() -> None:
        if counter is not None:
            counter.add()

    def alive() -> None:
        pipe.send(Report([], 0.0, memory_bytes() - at_start))

    for first in range(0, len(items), MOST_RESULTS):
        since = time.monotonic()
        results = list(work.together(items[first : first + MOST_RESULTS], begin, alive))
        pipe.send(Report(results, time.monotonic() - since, memory_bytes() - at_start))


def _receive(pipe: Connection, batches: SimpleQueue[tuple[Any, ...]]) -> None:
    """Read batches while the worker works: a parent that waits to hand one over, to a worker that waits to
    hand over a result, would wait for ever. At the end of the pipe the parent has gone or wants no more."""
    while True:
        try:
            batches.put(pipe.recv())
        except (EOFError, ConnectionResetError):
            os._exit(0)


def _die_with(parent: int) -> None:
    """Let the kernel end this process when ``parent`` dies, where it can: nobody reads the end of a pipe in a worker
    that hangs in C with the interpreter's lock held."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before that
        os._exit(0)


def memory_bytes() -> int:
    """The memory of this process; 0 where that cannot be told."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * mmap.PAGESIZE
    except OSError:
        return 0
