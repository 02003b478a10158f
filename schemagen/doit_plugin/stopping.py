"""This module knows how to stop a build that a signal asks to stop, between two steps and never within one."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AGAIN_SECONDS = 0.2


class Stopped(BaseException):
    """A signal asked the build to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """What a shell says of a process that the signal ended: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.number).name}; what was finished is kept"


class Stops:
    """Turns the first signal that asks to stop into ``Stopped``, raised at once or at the end of ``held``; what follows
    is ignored, because what is done then takes no time."""

    def __init__(self) -> None:
        self._holds = 0
        self._number = 0
        self._is_raised = False

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Watch for signals, in the main thread; elsewhere Python allows nobody to."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._on_signal) for number in self._watchable()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @staticmethod
    def _watchable() -> list[signal.Signals]:
        """Not those that whoever started us wants ignored, as nohup does, nor those that are not Python's to handle."""
        return [number for number in _SIGNALS if signal.getsignal(number) not in {signal.SIG_IGN, None}]

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let what is done here be done to its end."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            self._raise()

    @contextlib.contextmanager
    def insisted(self) -> Iterator[None]:
        """While the main thread does what may wait for long, send it a signal again until it has raised ``Stopped``.

        A signal that arrives between Python's last look at what arrived and the system call that waits does not
        interrupt that call: the build would stop when the call ends, which may be never. A thread sees every signal
        at once, through the wakeup file descriptor. Not where processes are forked: they are not from threads.
        """
        main = threading.main_thread()
        if threading.current_thread() is not main:
            yield
            return
        ours, theirs = os.pipe()
        os.set_blocking(theirs, False)
        is_over = threading.Event()
        thread = threading.Thread(target=self._insist, args=(ours, main.ident, is_over), daemon=True)
        before = signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            signal.set_wakeup_fd(before)
            os.close(theirs)
            thread.join()
            os.close(ours)

    def _insist(self, arrived: int, main: int, is_over: threading.Event) -> None:
        for number in iter(lambda: os.read(arrived, 1), b""):
            while number[0] in _SIGNALS and not self._is_raised and not is_over.wait(_AGAIN_SECONDS):
                signal.pthread_kill(main, number[0])

    @property
    def is_stopped(self) -> bool:
        return self._number != 0

    def _on_signal(self, number: int, frame: FrameType | None) -> Any:
        self._number = self._number or number
        self._raise()

    def _raise(self) -> None:
        if self._number and not self._holds and not self._is_raised:
            self._is_raised = True
            raise Stopped(self._number)
