"""This module knows how to end what takes too long in this process, where there is no worker that could be ended."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from schemagen.errors import Location, SchemagenError


@contextlib.contextmanager
def deadline(seconds: float, schema: str) -> Iterator[None]:
    """Raise SchemagenError, about ``schema``, in what is done here if it takes longer than ``seconds``.

    Only Python code is interrupted, and only in the main thread, which alone has signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        message = f"not generated: it had not been done after {seconds:g} seconds"
        raise SchemagenError(message, Location(schema), "SG500")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
