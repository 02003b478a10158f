"""A real ``schemagen watch``, and a way to wait for what it says."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from queue import Empty, Queue
from typing import IO

from tests.conftest import Project

# Longer than anything takes, so that a test ends that waits in vain.
PATIENCE = 20.0


class Watched:
    """The process, and its lines (of stdout, and of stderr with ``! `` before each) as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.seen: list[str] = []
        self._lines: Queue[str] = Queue()
        assert process.stdout is not None
        assert process.stderr is not None
        for stream, mark in ((process.stdout, ""), (process.stderr, "! ")):
            threading.Thread(target=self._read, args=(stream, mark), daemon=True).start()

    def _read(self, stream: IO[str], mark: str) -> None:
        for line in stream:
            self._lines.put(mark + line.rstrip("\n"))

    def line(self, seconds: float) -> str | None:
        """The next line; None if none comes in time."""
        try:
            line = self._lines.get(timeout=max(seconds, 0.001))
        except Empty:
            return None
        self.seen.append(line)
        return line

    def wait_for(self, start: str) -> str:
        """Read on to a line that begins with ``start``."""
        end = time.monotonic() + PATIENCE
        while (line := self.line(end - time.monotonic())) is not None:
            if line.startswith(start):
                return line
        raise AssertionError(f"no line {start!r} in {self.seen}")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def watching(project: Project, *args: str) -> Iterator[Watched]:
    """Watch ``project``, from when it is ready."""
    process = project.start("schemagen", "watch", "-w", "1", *args)
    try:
        watched = Watched(process)
        watched.wait_for("watching ")
        yield watched
    finally:
        process.kill()
        process.wait()
