"""This module knows how to make the executions of a target, one after the other, and to tell what went wrong."""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import select
import signal
import struct
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from types import FrameType

# One execution: all that is random in it comes from the chance it is given. Raises for a find.
Execute = Callable[[Random], None]
# Seconds of processor time, so that a busy machine is no find.
MOST_SECONDS = 10.0
# Seconds without any execution's end after which a process is taken for stuck, where an alarm is not heard.
_STUCK = 180.0
_COLLECTED_EVERY = 50
_NUMBER = struct.Struct("q")


@dataclass(frozen=True, slots=True)
class Target:
    """What is executed: ``begin`` gets ready, with a folder of its own, and gives what makes one execution. ``part`` is
    the number of executions that the tests make each time: some two seconds of them."""

    name: str
    begin: Callable[[Path], Execute]
    part: int


class HangError(BaseException):
    """An execution takes too long. Not an Exception, so that no rim of ours takes it for a fault."""


@dataclass(frozen=True, slots=True)
class Find:
    """What went wrong in an execution; ``kind`` is the same for all that went wrong in the same way."""

    target: str
    seed: int
    number: int
    kind: str
    text: str


def chance_of(target: str, seed: int, number: int) -> Random:
    return Random(f"{target} {seed} {number}")


@contextlib.contextmanager
def limited(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Raise HangError in what takes more than so many ``seconds`` of processor time."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise HangError(f"more than {seconds} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def showing(**values: object) -> Iterator[None]:
    """Say of what goes wrong here what the input was."""
    try:
        yield
    except BaseException as error:  # whatever it is, it goes on, with the input
        for name, value in values.items():
            error.add_note(f"{name} = {value!r}"[:20_000])
        raise


def execute_numbered(target: Target, execute: Execute, seed: int, number: int) -> None:
    """Make one execution; what it raises says how to make it again."""
    try:
        with limited():
            execute(chance_of(target.name, seed, number))
    except BaseException as error:  # likewise, with how to make it again
        error.add_note(f"again: python -m tests.fuzzing --target {target.name} --seed {seed} --only {number}")
        raise
    finally:
        if number % _COLLECTED_EVERY == 0:
            gc.collect()  # a build pauses the collector


def run_for(target: Target, seed: int, first: int, seconds: float, folder: Path) -> Iterator[Find | int]:
    """Make executions for so many ``seconds``, from number ``first`` on: gives finds as they come, and at the end the
    number after that of the last execution."""
    end = time.monotonic() + seconds
    number = first
    while time.monotonic() < end:
        shared = mmap.mmap(-1, _NUMBER.size)
        _NUMBER.pack_into(shared, 0, number)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            code = 70
            try:
                code = _be_child(target, seed, number, end, folder, shared, writing)
            except BaseException:  # noqa: BLE001  # a child must not go on as its parent
                traceback.print_exc()
            finally:
                os._exit(code)
        os.close(writing)
        with open(reading, "rb") as pipe:
            yield from _told_by(pipe.fileno(), child, shared)
        _, status = os.waitpid(child, 0)
        (number,) = _NUMBER.unpack_from(shared)
        if status != 0:
            code = os.waitstatus_to_exitcode(status)
            yield Find(target.name, seed, number, f"the process ended with {code}", "")
            number += 1
    yield number


def _told_by(pipe: int, child: int, shared: mmap.mmap) -> Iterator[Find]:
    """The finds of the process ``child``, which is killed where it is stuck."""
    text = b""
    last, since = -1, time.monotonic()
    while True:
        ready, _, _ = select.select([pipe], [], [], 5.0)
        (number,) = _NUMBER.unpack_from(shared)
        if number != last:
            last, since = number, time.monotonic()
        elif time.monotonic() - since > _STUCK:
            os.kill(child, signal.SIGKILL)
        if not ready:
            continue
        more = os.read(pipe, 1 << 16)
        if not more:
            return
        text += more
        *lines, text = text.split(b"\n")
        yield from (Find(**json.loads(line)) for line in lines)


def _be_child(target: Target, seed: int, first: int, end: float, folder: Path, shared: mmap.mmap, writing: int) -> int:
    number = first
    with open(writing, "wb") as pipe:
        execute = target.begin(folder)
        while number == first or time.monotonic() < end:  # one at least: to get ready may take all the time there is
            try:
                execute_numbered(target, execute, seed, number)
            except BaseException as error:  # noqa: BLE001  # whatever it is, it is a find
                if isinstance(error, KeyboardInterrupt):
                    return 1
                find = Find(target.name, seed, number, kind_of(error), "".join(traceback.format_exception(error)))
                pipe.write(json.dumps(asdict(find)).encode() + b"\n")
                pipe.flush()
            number += 1
            _NUMBER.pack_into(shared, 0, number)
    return 0


def kind_of(error: BaseException) -> str:
    """The type of ``error``, and the last place of schemagen's that it came through."""
    places = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "/schemagen/" in frame.filename or "/tests/fuzzing/" in frame.filename
    ]
    if isinstance(error, HangError):
        return f"HangError in {places[3] if len(places) > 3 else places[-1]}"
    return f"{type(error).__name__} in {places[-1] if places else '?'}"
