"""This module knows how to have external formatters go over what was rendered, many outputs at once where they can.

No shell is involved, and a path is never an option: it is absolute or begins with ``./``. A formatter that takes many
files is given temporary ones in the folders of the outputs, or in the nearest ones that exist, so that it finds the
configuration that holds there; their names end as those of the outputs do.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from schemagen.config import Config
from schemagen.errors import Location, OutputError
from schemagen.formatters import Formatter
from schemagen.programs import Program, Versions, find_program
from schemagen.sources import compile_patterns
from schemagen.writing import bytes_of_file, temp_name

# No run is given more files: their paths are arguments, of which the kernel takes some megabytes.
MOST_FILES = 200
Formatted = Mapping[str, bytes | OutputError]
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _alive() -> None:
    """Tell nobody that there is progress."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A formatter, and the outputs that it is for."""

    formatter: Formatter
    matches: re.Pattern[str]
    program: Program | None  # None for one that leaves outputs as they are


class _Failure(Exception):  # noqa: N818  # not for a person: an OutputError is made of it
    """A run of a formatter that went wrong: ``how``, and the code for that."""

    def __init__(self, how: str, code: str) -> None:
        super().__init__(how, code)
        self.how = how
        self.code = code


@dataclass(slots=True)
class Formatting:
    """The formatters of one build. Of several that match an output the last one counts."""

    root: str
    output: str
    seconds: float
    known: tuple[_Known, ...] = ()
    _versions: Versions | None = None

    def __bool__(self) -> bool:
        return bool(self.known)

    @property
    def takes_many(self) -> bool:
        """Whether some formatter takes many outputs at once."""
        return any(each.formatter.takes_many for each in self.known)

    @property
    def files(self) -> dict[str, str]:
        """The digests of all files that the formatters are known to be made of, by path."""
        programs = [each.program for each in self.known if each.program is not None]
        return {path: digest for program in programs for path, digest in program.files.items()}

    def covers(self, below: str) -> bool:
        """Whether the output at the path ``below`` the output folder is formatted."""
        return bool(self.known) and self._for(below) is not None

    def digest_for(self, below: str) -> str:
        """The digest of what formats an output; empty where nothing does."""
        known = self._for(below)
        return known.program.digest if known is not None and known.program is not None else ""

    def said_of(self, below: str) -> str:
        """What formats an output, in a person's words; empty where nothing does."""
        known = self._for(below)
        if known is None or known.program is None:
            return ""
        return f"{' '.join(known.formatter.words)} ({known.program.said})"

    def remember(self) -> None:
        """Keep the versions that were asked for; the caller holds the lock."""
        if self._versions is not None:
            self._versions.remember()

    def format_all(self, raw: Mapping[str, bytes], alive: Callable[[], None] = _alive) -> Formatted:
        """What becomes of outputs: ``raw`` are their bytes, by path from the project folder. ``alive`` is called
        between two runs. Where a run over many fails, it is found out which of them are at fault."""
        formatted: dict[str, bytes | OutputError] = dict(raw)
        for known in self.known:
            paths = [path for path in raw if self._for(path[len(self.output) + 1 :]) is known]
            size = MOST_FILES if known.formatter.takes_many else 1
            waiting = iter(paths)
            while chunk := list(islice(waiting, size)):
                formatted |= self._format(known, {path: raw[path] for path in chunk}, alive)
        return formatted

    def _for(self, below: str) -> _Known | None:
        """What formats an output, if something does."""
        matching = (each for each in reversed(self.known) if each.matches.match(below))
        known = next(matching, None)
        return known if known is not None and known.program is not None else None

    def _format(self, known: _Known, raw: Mapping[str, bytes], alive: Callable[[], None]) -> Formatted:
        run = self._rewrite if known.formatter.takes_many else self._pipe
        try:
            formatted = run(known, raw)
        except _Failure as failure:
            alive()
            if len(raw) == 1:
                path = next(iter(raw))
                message = f"{known.formatter.words[0]} {failure.how}"
                return {path: OutputError(message, Location(path), failure.code)}
            items = iter(raw.items())
            first, second = dict(islice(items, len(raw) // 2)), dict(items)
            return {**self._format(known, first, alive), **self._format(known, second, alive)}
        except OSError as error:
            return {
                path: OutputError(f"cannot be formatted: {error.strerror}", Location(path), "SG410") for path in raw
            }
        alive()
        return formatted

    def _pipe(self, known: _Known, raw: Mapping[str, bytes]) -> Formatted:
        """Have one output formatted, through stdin and stdout."""
        ((path, data),) = raw.items()
        return {path: self._run(known, [_as_argument(path)], data, {})}

    def _rewrite(self, known: _Known, raw: Mapping[str, bytes]) -> Formatted:
        """Have outputs formatted in temporary files."""
        with self._temporary(raw) as temps:
            self._run(known, [_as_argument(temp) for temp in temps.values()], b"", temps)
            formatted = {path: bytes_of_file(Path(self.root, temp)) for path, temp in temps.items()}
        gone = [path for path, data in formatted.items() if data is None]
        if gone:
            raise _Failure(f"left no file of {gone[0]}", "SG410")
        return {path: data for path, data in formatted.items() if data is not None}

    @contextlib.contextmanager
    def _temporary(self, raw: Mapping[str, bytes]) -> Iterator[Mapping[str, str]]:
        temps: dict[str, str] = {}
        try:
            for path, data in raw.items():
                temp = os.path.join(self._folder_for(path), temp_name(os.path.basename(path), keeps_end=True))
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                with open(os.open(os.path.join(self.root, temp), flags, 0o666), "wb") as file:
                    temps[path] = temp
                    file.write(data)
            yield temps
        finally:
            for temp in temps.values():
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(self.root, temp))

    def _folder_for(self, path: str) -> str:
        """The folder of the output ``path``, or the nearest above it that there is; the project's where that leads out
        of the output folder."""
        folder = os.path.dirname(path)
        while folder and not os.path.isdir(os.path.join(self.root, folder)):
            folder = os.path.dirname(folder)
        top, real = (os.path.realpath(os.path.join(self.root, each)) for each in (self.output, folder))
        is_within = os.path.commonpath([top, real]) in {top, real}
        return folder if is_within else ""

    def _run(self, known: _Known, paths: Sequence[str], data: bytes, temps: Mapping[str, str]) -> bytes:
        """What the formatter writes to stdout; raises _Failure."""
        assert known.program is not None
        # A group of its own, so that what it started ends with it, and a Ctrl-C at the terminal is for us alone.
        process = subprocess.Popen(  # noqa: S603  # it is what the project's configuration names
            [known.program.path, *known.formatter.arguments(paths)],
            cwd=self.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        )
        try:
            out, err = process.communicate(data, timeout=self.seconds)
        except subprocess.TimeoutExpired:
            raise _Failure(f"had not done it after {self.seconds:g} seconds", "SG411") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        if process.returncode:
            raise _Failure(_how(process.returncode, err.strip() or out.strip(), temps), "SG410")
        return bytes(out)


NO_FORMATTING = Formatting("", "", 0)


def prepare_formatting(config: Config) -> Formatting:
    """The formatters of the project; raises ConfigError for a program that there is not."""
    if not config.format:
        return NO_FORMATTING
    versions = Versions(config.root)
    known = tuple(
        _Known(each, pattern, find_program(each, config, versions) if each.words else None)
        for each, pattern in zip(config.format, compile_patterns(each.pattern for each in config.format), strict=True)
    )
    return Formatting(config.root, config.output, config.timeout, known, _versions=versions)


def _as_argument(path: str) -> str:
    return path if os.path.isabs(path) else f"./{path}"


def _how(code: int, said: bytes, temps: Mapping[str, str]) -> str:
    """How a formatter failed, with the first line of what it said, if that is anything."""
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    text = _ANSI.sub("", said.decode(errors="replace"))
    for path, temp in temps.items():
        text = text.replace(_as_argument(temp), path).replace(temp, path).replace(os.path.basename(temp), path)
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    shown = "".join(each if each.isprintable() else " " for each in line)
    return f"{how}: {shown}" if shown else how
