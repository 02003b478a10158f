"""This module knows how to ask a store beyond this machine for objects, and to wait no longer than that is worth.

Network libraries start threads, and may wait for what nobody can interrupt, such as the answer of a name server. So a
process of its own does this: it can be killed, this one can go on to start its workers by fork, and fsspec is imported
here never. ``memory`` is no file system beyond this process, and is asked here.

A message to the process is ``(number, order, name, argument)``, where the order is ``get``, with the most bytes that
are read, or ``put`` or ``replace``, with bytes; its answer is ``(number, result)``, in any order. What the store gave
is bytes in it, and nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

from schemagen.cache.objects import REQUEST_SECONDS, Failure, ObjectStore, Order, reason_of

# So many requests are under way at once.
_AT_ONCE = 16
# After so many requests that went wrong no more is asked.
_MOST_FAILURES = 3
# So long is waited in all, and a second longer for so many bytes that came or went.
_WAIT_SECONDS = REQUEST_SECONDS
_LEAST_RATE = 1_000_000


class Courier:
    """Carries orders to the store at ``url``. ``trouble`` says why it does so no more."""

    def __init__(self, url: str) -> None:
        self.trouble = ""
        self._url = url
        self._failures = 0
        self._patience = _WAIT_SECONDS
        self._has_answered = False
        self._direct: ObjectStore | None = None
        self._process: Any = None
        self._pipe: Connection | None = None

    def carry(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Any]]:
        """Yield orders with their results as they come: what ObjectStore's methods return, or a Failure. Those that
        have no result by the time that all of it may take have none at all."""
        if self.trouble:
            return
        each = self._here(orders) if urlsplit(self._url).scheme == "memory" else self._there(orders)
        for order, result in each:
            if isinstance(result, Failure):
                self._failures += 1
                if self._failures >= _MOST_FAILURES:
                    self.give_up(result.why)
            yield order, result
            if self.trouble:
                return

    def start(self) -> None:
        """Begin what takes time before anything is asked."""
        if self._pipe is None and urlsplit(self._url).scheme != "memory":
            self._start()

    def give_up(self, why: str) -> None:
        """Ask no more."""
        self.trouble = why
        self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
            self._pipe = None

    def _here(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Any]]:
        if self._direct is None:
            self._direct = ObjectStore(self._url)
        for order in orders:
            yield order, _do(self._direct, order.kind, order.name, order.argument)

    def _there(self, orders: Iterable[Order]) -> Iterator[tuple[Order, Any]]:
        self.start()
        pipe = self._pipe
        assert pipe is not None
        waiting, under_way = iter(enumerate(orders)), dict[int, Order]()
        try:
            while True:
                while len(under_way) < _AT_ONCE and (following := next(waiting, None)) is not None:
                    number, order = following
                    pipe.send((number, *order))
                    under_way[number] = order
                if not under_way:
                    return
                if not self._waits(pipe):
                    return
                number, result = pipe.recv()
                order = under_way.pop(number)
                carried = sum(len(data) for data in (result, order.argument) if isinstance(data, bytes))
                self._patience += carried / _LEAST_RATE
                yield order, result
                if self.trouble:
                    return
        except (EOFError, OSError):
            self.give_up("the process that asks it has ended")

    def _waits(self, pipe: Connection) -> bool:
        """Wait for an answer; whether there is one before all patience is gone."""
        began = time.monotonic()
        self._has_answered = pipe.poll(max(0.0, self._patience)) or self._has_answered
        self._patience -= time.monotonic() - began
        if pipe.poll():
            return True
        self.give_up("it is too slow" if self._has_answered else f"it has not answered for {_WAIT_SECONDS:g} seconds")
        return False

    def _start(self) -> None:
        can_fork = sys.platform == "linux" and threading.active_count() == 1
        context = multiprocessing.get_context("fork" if can_fork else "spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(  # type: ignore[attr-defined]  # every concrete context has it
            target=_serve, args=(theirs, self._pipe if can_fork else None, self._url), daemon=True
        )
        self._process.start()
        theirs.close()


def _serve(pipe: Connection, parents: Connection | None, url: str) -> None:
    """Be the process: until the end of ``pipe``. ``parents`` is the other end, where it was inherited."""
    if parents is not None:
        parents.close()
    # A Ctrl-C at the terminal is for the parent to understand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    lock = threading.Lock()
    pool = ThreadPoolExecutor(_AT_ONCE + 1)
    store = pool.submit(ObjectStore, url)

    def answer(number: int, kind: str, name: str, argument: Any) -> None:
        result = _do(store, kind, name, argument)
        with lock:
            pipe.send((number, result))

    try:
        while True:
            pool.submit(answer, *pipe.recv())
    except (EOFError, OSError):
        os._exit(0)  # with whatever is under way


def _do(store: ObjectStore | Future[ObjectStore], kind: str, name: str, argument: Any) -> Any:
    try:
        found = store.result() if isinstance(store, Future) else store
        return getattr(found, kind)(name, argument)
    except Exception as error:  # noqa: BLE001  # file systems raise whatever their libraries do; no build fails of that
        return Failure(reason_of(error))
