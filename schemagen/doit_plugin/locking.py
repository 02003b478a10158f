"""This module knows how to let one command at a time write, and to say so where one has to wait."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from schemagen.doit_plugin.stopping import Stops
from schemagen.state.lock import writer_lock


@contextlib.contextmanager
def locked(folder: Path, stops: Stops | None = None) -> Iterator[bool]:
    """Hold the lock on the state in ``folder``; gives whether another build had to end for it. A signal that ``stops``
    watch for ends the wait."""
    waited = []

    @contextlib.contextmanager
    def waiting() -> Iterator[None]:
        waited.append(True)
        sys.stderr.write("waiting for another build of this project to end\n")
        with stops.insisted() if stops is not None else contextlib.nullcontext():
            yield

    def say_why(trouble: str) -> None:
        sys.stderr.write(f"{folder.name}:1:1: warning: no lock: {trouble}; do not start a second build\n")

    with writer_lock(folder, waiting, say_why):
        yield bool(waited)
