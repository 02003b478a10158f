"""This module knows how to end where what is said reaches nobody: its reader has gone, or its disk is full."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import NoReturn, TextIO

NO_READER = 141  # what a shell says of a process that SIGPIPE ended
LOST = 1


def end_unheard(error: OSError, *others: TextIO) -> NoReturn:
    """End, by SystemExit, if ``error`` is that of one of ``others``, of stdout or of stderr; else raise it again. A
    reader that has gone wants to hear no more; that a disk is full is said, if there is anybody to hear it."""
    if error.filename is None:  # else it is about a file that could not be opened, or moved
        for stream in (*others, sys.stdout, sys.stderr):
            why = _fault_of(stream)
            if why is not None:
                _mute(stream)
                if why.errno == errno.EPIPE:
                    raise SystemExit(NO_READER) from None
                _complain(f"cannot write to {stream.name.strip('<>')}: {why.strerror}\n")
                raise SystemExit(LOST) from None
    raise error


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
        sys.stderr.write(message)
        sys.stderr.flush()
    except OSError:  # nobody hears that either
        _mute(sys.stderr)


def _mute(stream: TextIO) -> None:
    """Let what is still said to ``stream`` go nowhere, so that the interpreter can close it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
