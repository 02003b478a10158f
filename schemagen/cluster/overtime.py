"""This module knows how to end what takes too long on a thread of this process, which may be doing things for others.

An exception is set in the thread, as Python allows for; code that never comes back to Python is not ended by that.
"""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Iterator


class Overtime(Exception):  # noqa: N818  # it is raised in another thread than the one that found out
    """It took too long."""


class Watch:
    """Watches one thread, the one that makes it; ``seconds`` are what each of its items may take."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._watched = threading.get_ident()
        self._changed = threading.Condition()
        self._deadline: float | None = None  # on the monotonic clock; None between two items
        self._has_fired = self._is_over = False

    @contextlib.contextmanager
    def running(self) -> Iterator[Watch]:
        """Watch for as long as this lasts."""
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify()
            thread.join()

    @contextlib.contextmanager
    def item(self) -> Iterator[None]:
        """Raise Overtime in what is done here, if it takes too long; and nowhere else."""
        try:
            with self._changed:
                self._deadline = time.monotonic() + self.seconds
                self._changed.notify()
            yield
        except Overtime:
            self._has_fired = False  # here it is
            raise
        finally:
            self._disarm()

    def _disarm(self) -> None:
        try:
            with self._changed:
                self._deadline = None
            # What is on its way must not arrive in the next item: it comes between two instructions of these.
            while self._has_fired:
                time.sleep(0)
        except Overtime:
            self._has_fired = False
            raise

    def _run(self) -> None:
        with self._changed:
            while not self._is_over:
                left = None if self._deadline is None else self._deadline - time.monotonic()
                if left is not None and left <= 0:
                    self._deadline, self._has_fired = None, True
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(self._watched), ctypes.py_object(Overtime)
                    )
                    left = None
                self._changed.wait(left)
