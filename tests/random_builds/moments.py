"""This module knows how to interrupt a build at an exact moment: at the n-th of the system calls that matter.

A moment is the instant before such a call. It is named after the step of schemagen that makes it and the call, such
as ``move_into_place replace`` or ``State.claim write``. Of what Python itself audits only the opening of files is used:
that tells how a file is opened. Other calls are seen by a profile function, which forked workers inherit.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import schemagen

_SYSTEM = sys.modules[os.stat.__module__]
# Whose calls are moments: those of schemagen, and of what stands in for it.
BUILDERS = (str(Path(schemagen.__file__).parent), str(Path(__file__).with_name("plain_doit.py")))
CHANGING = {"write", "writelines", "replace", "unlink", "mkdir", "rmdir", "ftruncate", "fsync", "fchmod"}
LOOKING = {"stat", "lstat", "scandir", "listdir", "fstat", "read"}
# What only carries a step out is not what names it.
_CARRIERS = (
    *("LogWriter.", "State._append", "State.flush", "State.together"),
    *("open_regular", "create_anew", "read_whole", "write_whole"),
)


@dataclass(frozen=True, slots=True)
class Kill:
    """End the build at its ``at``-th call that changes the disk, as ``kill -9`` does; or each of its workers, and not
    the build, at the worker's own."""

    at: int
    of_workers: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """At the ``at``-th call of any kind, give the file ``path`` other bytes; none at all if ``data`` is None."""

    at: int
    path: str
    data: bytes | None


Interruption = Kill | Change


def interrupt(interruption: Interruption, tell: Callable[[str], object]) -> None:
    """Let this process be interrupted; ``tell`` is told the name of each moment up to then.

    There is no way back: only for a process that was made for one build.
    """
    left = interruption.at
    build = os.getpid()
    of_workers = isinstance(interruption, Kill) and interruption.of_workers

    def on_moment(frame: FrameType, call: str) -> None:
        nonlocal left
        is_of_worker = os.getpid() != build
        name = _name_of(frame, call) if left and is_of_worker == of_workers else ""
        if not name:
            return
        left -= 1
        tell(name)
        if left == 0:
            _do(interruption)

    calls = CHANGING if isinstance(interruption, Kill) else CHANGING | LOOKING
    _watch(calls, on_moment, opens_to_read=isinstance(interruption, Change))


def _do(interruption: Interruption) -> None:
    if isinstance(interruption, Kill):
        os.kill(os.getpid(), signal.SIGKILL)
    elif interruption.data is None:
        Path(interruption.path).unlink(missing_ok=True)
    else:
        file = Path(interruption.path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(interruption.data)


def _watch(calls: set[str], on_moment: Callable[[FrameType, str], None], *, opens_to_read: bool) -> None:
    def on_audit(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[2], int):
            creates = bool(args[2] & os.O_CREAT)
            if creates or opens_to_read:
                on_moment(sys._getframe(1), "create" if creates else "open")

    def on_call(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ in calls and _is_of_disk(function.__self__):
            on_moment(frame, function.__name__)

    sys.addaudithook(on_audit)
    sys.setprofile(on_call)


def _is_of_disk(owner: Any) -> bool:
    """Whether what has a function ``owner`` is the module of system calls, or a file."""
    return owner is _SYSTEM or isinstance(owner, io.BufferedIOBase | io.RawIOBase)


def _name_of(frame: FrameType | None, call: str) -> str:
    """The step of a builder that makes the call, and the call; empty where no builder does."""
    while frame is not None:
        step = frame.f_code.co_qualname
        if frame.f_code.co_filename.startswith(BUILDERS) and not step.startswith(_CARRIERS):
            return f"{step} {call}"
        frame = frame.f_back
    return ""
