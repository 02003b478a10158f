"""This module knows how to find the programs of external formatters, and to tell when one of them changed.

A formatter is somebody else's program, which no digest of ours covers. What stands for it is its command, the bytes of
its program and of every other file that the command names, and what it says its version is. To ask for that takes a
process, so the answer is kept in ``.schemagen/formatters``, JSON by command: ``[path, times, version]``, where the
times of the program, as it was found, have its time of change and its inode among them, which no installer can choose.
Damage to that file costs a question, no more.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemagen.config import Config, place_of_key
from schemagen.digest import digest_fields
from schemagen.errors import ConfigError
from schemagen.formatters import Formatter
from schemagen.state.files import create_anew, open_regular
from schemagen.state.glance import times_at
from schemagen.state.sight import see
from schemagen.unchanged import STATE_FOLDER

VERSIONS = f"{STATE_FOLDER}/formatters"
_VERSION_SECONDS = 30
_LONGEST_VERSION = 200


@dataclass(frozen=True, slots=True)
class Program:
    """The program of a formatter: where it was found, the ``version`` that it says, and the ``digest`` of all that its
    outputs depend on. ``files`` are the digests of the files that were read for that, by path, empty for places where
    there was nothing."""

    path: str
    version: str
    digest: str
    files: Mapping[str, str]

    @property
    def said(self) -> str:
        """What a person may be told of it: a version, or what else tells two of them apart."""
        return self.version or f"digest {self.digest[:8]}"


class Versions:
    """What programs said their versions are, as it is remembered for the project in the folder ``root``."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._known = _read_json(os.path.join(root, VERSIONS))
        self._has_new = False

    def ask(self, formatter: Formatter, path: str, config: Config) -> str:
        """The version of the program at ``path``, the first line of what it says; empty if it says none. Raises
        ConfigError where it does not end."""
        command, times = " ".join(formatter.words), list(times_at(os.path.join(self._root, path)))
        known = self._known.get(command)
        if isinstance(known, list) and known[:2] == [path, times] and isinstance(known[-1], str):
            return known[-1]
        version = _version_of([path, *formatter.version_arguments], self._root, formatter, config)
        self._known[command] = [path, times, version]
        self._has_new = True
        return version

    def remember(self) -> None:
        """Keep what was asked for; it only saves time, so where it cannot be kept it is not."""
        if not self._has_new:
            return
        new = os.path.join(self._root, f"{VERSIONS}.new")
        with contextlib.suppress(OSError):
            with open(new, "w", encoding="utf-8", opener=create_anew) as kept:
                json.dump(self._known, kept)
            os.replace(new, os.path.join(self._root, VERSIONS))
        self._has_new = False


def find_program(formatter: Formatter, config: Config, versions: Versions) -> Program:
    """The program of ``formatter``; raises ConfigError where there is none."""
    files: dict[str, str] = {}
    found = ""
    for path in _places(formatter.words[0]):
        full = os.path.join(config.root, path)
        if os.path.isfile(full) and os.access(full, os.X_OK):
            found = path
            break
        files[path] = see(full).digest
    if not found:
        message = f"there is no program {formatter.words[0]!r} to format {formatter.pattern} with"
        raise ConfigError(message, place_of_key(config, "format", formatter.pattern), "SG041")
    files[found] = see(os.path.join(config.root, found)).digest
    named = [word for word in formatter.words[1:] if os.path.isfile(os.path.join(config.root, word))]
    named += config.format_files
    files |= {path: see(os.path.join(config.root, path)).digest for path in named}
    version = versions.ask(formatter, _runnable(found), config)
    fields = [*formatter.words, version, files[found]]
    fields += [field for path in named for field in (path, files[path])]
    return Program(_runnable(found), version, digest_fields(fields), files)


def _places(word: str) -> Iterator[str]:
    """Where the program ``word`` may be, as the shell looks for it: relative to the project folder, or absolute."""
    if "/" in word:
        yield os.path.normpath(word)
        return
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield os.path.normpath(os.path.join(folder, word))


def _runnable(path: str) -> str:
    """``path`` as it has to be to be run: without a folder in it, it would be looked for elsewhere."""
    return path if os.path.isabs(path) else f"./{path}"


def _version_of(command: list[str], root: str, formatter: Formatter, config: Config) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # it is what the project's configuration names
            command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, timeout=_VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"it had not said so after {_VERSION_SECONDS} seconds"
        message = f"cannot ask {' '.join(command)}: {why}"
        raise ConfigError(message, place_of_key(config, "format", formatter.pattern), "SG041") from None
    if done.returncode:
        return ""  # it has no such option: its bytes stand for it
    lines = done.stdout.decode(errors="replace").split("\n")
    return next((line.strip()[:_LONGEST_VERSION] for line in lines if line.strip()), "")


def _read_json(file: str) -> dict[str, Any]:
    try:
        with open(open_regular(file, os.O_RDONLY), "rb") as kept:
            known = json.loads(kept.read())
    except (OSError, ValueError, RecursionError):
        return {}  # nothing is remembered
    return known if isinstance(known, dict) else {}
