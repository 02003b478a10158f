"""This module knows how to let one process at a time write the state of a project."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from schemagen.state.files import open_regular


@contextmanager
def writer_lock(
    folder: Path, waiting: Callable[[], AbstractContextManager[None]], on_trouble: Callable[[str], None]
) -> Iterator[None]:
    """Hold the kernel's lock on ``folder``; if another process has it, wait for it in the context ``waiting``.

    The kernel releases the lock when its holder dies, however it dies: there is no stale lock. Where there
    can be no lock (a folder that is read-only, a file system without locks) ``on_trouble`` is told why, and
    outputs are still replaced atomically.
    """
    fd = -1
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fd = open_regular(folder / "lock", os.O_RDWR | os.O_CREAT)
            _wait_for(fd, waiting)
        except OSError as error:
            on_trouble(error.strerror or str(error))
        yield
    finally:
        if fd >= 0:
            os.close(fd)


def _wait_for(fd: int, waiting: Callable[[], AbstractContextManager[None]]) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with waiting():
            fcntl.flock(fd, fcntl.LOCK_EX)


@contextmanager
def spare_lock(folder: str) -> Iterator[bool]:
    """Hold the lock on ``folder`` if it is free; gives whether it was."""
    fd = -1
    try:
        try:
            fd = open_regular(f"{folder}/lock", os.O_RDWR | os.O_CREAT)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            has_lock = True
        except OSError:
            has_lock = False
        yield has_lock
    finally:
        if fd >= 0:
            os.close(fd)
