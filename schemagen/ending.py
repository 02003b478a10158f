"""This module knows how to end a command for what is nobody's mistake: what is said reaches nobody, since its reader
has gone, its disk is full, or there is nothing to say it to; or the project's folder is gone."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from typing import NoReturn, TextIO

from schemagen.errors import ConfigError, Location

NO_READER = 141  # what a shell says of a process that SIGPIPE ended
LOST, CANNOT_START = 1, 3


def end_for(error: OSError, *others: TextIO) -> NoReturn:
    """End, by SystemExit, if ``error`` is that of one of ``others``, of stdout or of stderr, or if the present folder
    is gone; else raise it again. A reader that has gone wants to hear no more; anything else is said, if there is
    anybody to hear it."""
    try:
        os.getcwd()
    except OSError as gone:
        _complain(str(no_project(".", gone)))
        raise SystemExit(CANNOT_START) from None
    if error.filename is None:  # else it is about a file that could not be opened, or moved
        for stream in (*others, sys.stdout, sys.stderr):
            why = _fault_of(stream)
            if why is not None:
                _mute(stream)
                if why.errno == errno.EPIPE:
                    raise SystemExit(NO_READER) from None
                _complain(f"cannot write to {stream.name.strip('<>')}: {why.strerror}")
                raise SystemExit(LOST) from None
    raise error


def no_project(folder: str, error: OSError) -> ConfigError:
    """What to say where there is no ``folder`` to work in."""
    return ConfigError(f"no such project: {error.strerror}", Location(folder), "SG053")


@contextlib.contextmanager
def ending_for(stream: TextIO) -> Iterator[None]:
    """End where ``stream`` takes no more of what is said here, as where stdout does not."""
    try:
        yield
        stream.flush()
    except OSError as error:
        end_for(error, stream)


def open_report(path: str, buffering: int = -1) -> TextIO:
    """The file ``path``, which somebody asked us to write to; raises ConfigError where it cannot be opened."""
    try:
        return open(path, "w", buffering, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise cannot_report(path, error) from None


def cannot_report(path: str, error: OSError) -> ConfigError:
    """What to say where the file ``path`` cannot be written."""
    return ConfigError(f"cannot write this report: {error.strerror}", Location(path), "SG032")


def open_closed() -> None:
    """Open what is closed of stdin, stdout and stderr, to nowhere: else the next file that is opened would be taken for
    it, and a program that we run would write into that."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115  # for as long as this process lives
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def _fault_of(stream: TextIO) -> OSError | None:
    """What keeps ``stream`` from being written to, if anything does: tried, since it may not say it again by itself."""
    try:
        number = stream.fileno()
    except io.UnsupportedOperation:  # it is in memory
        return None
    try:
        stream.flush()
        os.write(number, b"\n")
    except OSError as error:
        return error
    return None


def _complain(message: str) -> None:
    try:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
    except OSError:  # nobody hears that either
        _mute(sys.stderr)


def _mute(stream: TextIO) -> None:
    """Let what is still said to ``stream`` go nowhere, so that the interpreter can close it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
