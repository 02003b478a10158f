"""This module knows how to run one build of a world, in this process or in one that may be interrupted."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemagen.cli import main
from schemagen.state import sight
from tests.random_builds.moments import Interruption, interrupt

FRONTS: dict[str, tuple[str, ...]] = {
    "generate": ("generate", "-v", "-w", "1"),
    "generate -w 2": ("generate", "-v", "-w", "2"),
    "generate --force": ("generate", "-v", "-w", "1", "--force"),
    "doit": (),
    "doit -n 2": ("-n", "2"),
}
# As most people do it. It names no task that it runs.
PLAINLY = ("generate",)
_CRASHED = 99
_MOMENT = "moment: "


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build did: its exit code (negative if it was killed), all that it printed, and the names of the moments
    that it came to, if it was to be interrupted at one."""

    code: int
    said: str
    moments: tuple[str, ...] = ()

    @property
    def ran(self) -> set[str]:
        """The schemas whose tasks were run."""
        return set(re.findall(r"^\.  generate:(\S+)", self.said, re.MULTILINE))

    @property
    def summary(self) -> str:
        """The last line, without the seconds; what came from the cache counts as generated."""
        last = self.said.rstrip("\n").rpartition("\n")[2].partition(" in ")[0]
        return re.sub(
            r"^(\d+) generated, (\d+) from the cache", lambda found: f"{sum(map(int, found.groups()))} generated", last
        )

    @property
    def shared(self) -> int:
        """How many schemas the cache had the outputs of."""
        return sum(map(int, re.findall(r"^\d+ generated, (\d+) from the cache", self.said, re.MULTILINE)))


# The builder of a game: builds the project in a folder by a front, interrupted if asked. A front is one of FRONTS, or
# empty for the command without any option.
Builder = Callable[[Path, str, Interruption | None], Outcome]


def build(root: Path, front: str, interruption: Interruption | None = None) -> Outcome:
    """Build the project at ``root`` with schemagen."""
    if front in {"generate", "generate --force"} and interruption is None:
        out = io.StringIO()
        code = _run(root, front, out)
        return Outcome(code, out.getvalue())
    return in_child(lambda out: _run(root, front, out), interruption)


def _run(root: Path, front: str, out: io.StringIO) -> int:
    with contextlib.chdir(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        if not front.startswith("doit"):
            return main(list(FRONTS.get(front, PLAINLY)))
        from doit.doit_cmd import DoitMain

        return int(DoitMain().run(list(FRONTS[front])) or 0)


def in_child(run: Callable[[io.StringIO], int], interruption: Interruption | None) -> Outcome:
    """Call ``run`` in a process of its own, with what it is to print to; it gives the exit code."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_be_child(run, interruption, writing))
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        lines = pipe.readlines()  # until the last worker, too, has ended
    _, status = os.waitpid(child, 0)
    moments = tuple(line.removeprefix(_MOMENT).rstrip("\n") for line in lines if line.startswith(_MOMENT))
    said = "".join(line for line in lines if not line.startswith(_MOMENT))
    return Outcome(os.waitstatus_to_exitcode(status), said, moments)


def _be_child(run: Callable[[io.StringIO], int], interruption: Interruption | None, writing: int) -> int:
    out = io.StringIO()
    try:
        signal.alarm(100)  # a build that hangs is a failure, not a test that never ends
        if interruption is not None:
            interrupt(interruption, lambda moment: os.write(writing, f"{_MOMENT}{moment}\n".encode()))
        code = run(out)
    except BaseException:  # noqa: BLE001  # whatever it is, the parent has to hear of it
        out.write(traceback.format_exc())
        code = _CRASHED
    with open(writing, "wb") as pipe:
        pipe.write(out.getvalue().encode())
    return code


@contextlib.contextmanager
def cached_in(folder: Path) -> Iterator[None]:
    """Builds find and keep what they make in the cache ``folder``."""
    with _environment(SCHEMAGEN_NO_CACHE=None, SCHEMAGEN_CACHE=f"file://{folder}"):
        yield


@contextlib.contextmanager
def uncached() -> Iterator[None]:
    """Builds find nothing."""
    with _environment(SCHEMAGEN_NO_CACHE="1"):
        yield


@contextlib.contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.contextmanager
def young_times_trusted() -> Iterator[None]:
    """A game is too quick for a snapshot of it to be trusted. Here it is all the same: a time that is older than the
    present tick of the file system's clock is sure enough, where no clock is set back."""
    before = sight.RACY_NS
    sight.RACY_NS = 0
    try:
        yield
    finally:
        sight.RACY_NS = before
