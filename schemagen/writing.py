"""This module knows how to put outputs on the disk so that a reader sees the old or the new, never a part.

An output is written to a temporary file in its own folder, by whichever process made it; the parent then
moves it into place. Temporary files are named so that leftovers of a killed build can be recognised.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from schemagen.digest import Digest, digest_of
from schemagen.errors import Location, OutputError
from schemagen.state.claims import Origin
from schemagen.state.sight import see

TEMP_SUFFIX = ".schemagen-tmp"
_KEEPS_END = re.compile(r"\.[0-9]+\.[0-9a-f]{8}" + re.escape(TEMP_SUFFIX) + r"\.")
# Outputs up to this many bytes are made in memory.
_IN_MEMORY = 1 << 20


class Written(NamedTuple):  # of which many go from process to process: a dataclass takes four times as long
    """An output that was made: the digest of its bytes, and the name of the temporary file that holds
    them; empty where the output on the disk has these bytes already."""

    digest: str
    temp: str


class OutputFolder:
    """The folder that all outputs go below: ``folder``, relative to ``root``. One per process and build."""

    def __init__(self, root: Path, folder: str) -> None:
        self._root = str(root)
        self._folder = os.path.join(root, folder)
        self._checked: set[str] = set()

    def make(self, path: str) -> None:
        """Make the output folder, for temporary files of the output ``path`` that others write; raises OutputError."""
        try:
            os.makedirs(self._folder, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot write: {error.strerror}", Location(path), "SG401") from None

    def write_beside(self, path: str, pieces: Iterable[bytes]) -> Written:
        """Write ``pieces`` to a temporary file beside the output ``path`` (relative to the root).

        Small outputs are compared with what is there first, in memory; large ones go to the disk piece by piece. Raises
        OutputError where that cannot be, or must not: the output is a folder or a device, or its folder leads out of
        the output folder. Nothing is left behind then, nor where ``pieces`` raises.
        """
        target = os.path.join(self._root, path)
        head, rest = _split(pieces)
        try:
            mode = _mode_of(target)
            is_file = mode is not None and not stat.S_ISLNK(mode)
            if mode is not None and is_file and not stat.S_ISREG(mode):
                raise OutputError("exists and is not a regular file", Location(path), "SG402")
            # What was there may be anything, and large: it is read only if it has as many bytes.
            has_size = rest is None and is_file and os.lstat(target).st_size == len(head)
            if has_size and bytes_of_file(Path(target)) == head:
                return Written(digest_of(head), "")
            temp, digest = self._write_temp(target, path, chain([head], rest or ()), mode if is_file else None)
            if rest is not None and is_file and digest_of_file(Path(target)) == digest:
                os.unlink(temp)
                return Written(digest, "")
            return Written(digest, os.path.basename(temp))
        except OSError as error:
            raise OutputError(f"cannot write: {error.strerror}", Location(path), "SG401") from None

    def _write_temp(self, target: str, path: str, pieces: Iterable[bytes], mode: int | None) -> tuple[str, str]:
        """Write ``pieces`` to a new file beside ``target``; returns its path and the digest of its bytes."""
        folder, name = os.path.split(target)
        temp = os.path.join(folder, temp_name(name))
        fd = self._create(temp, folder, path)
        digest = Digest()
        try:
            with open(fd, "wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
                if mode is not None:
                    os.fchmod(fd, stat.S_IMODE(mode))
        except BaseException:  # a signal too: nobody else knows of this file
            _unlink(temp)
            raise
        return temp, digest.hexdigest()

    def _create(self, temp: str, folder: str, path: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        if folder in self._checked:
            try:
                return os.open(temp, flags, 0o666)
            except FileNotFoundError:
                pass  # somebody removed the folder: make it again
        os.makedirs(folder, exist_ok=True)
        real, top = (Path(each).resolve(strict=True) for each in (folder, self._folder))
        if not real.is_relative_to(top):
            raise OutputError("a symbolic link on its path leads out of the output folder", Location(path), "SG403")
        self._checked.add(folder)
        return os.open(temp, flags, 0o666)


def temp_name(name: str, *, keeps_end: bool = False) -> str:
    """A name for a temporary file for the output ``name``; where it ``keeps_end``, it ends as ``name`` does, by which
    other programs know what kind of file it is."""
    # No file system takes more than 255 bytes, of which a character may be four.
    unique = f"{os.getpid()}.{os.urandom(4).hex()}{TEMP_SUFFIX}"
    return f".{unique}.{name[-50:]}" if keeps_end else f".{name[:100]}.{unique}"


def _split(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """The first pieces as one, and the rest; None if there is no more."""
    rest = iter(pieces)
    head: list[bytes] = []
    size = 0
    for piece in rest:
        head.append(piece)
        size += len(piece)
        if size > _IN_MEMORY:
            return b"".join(head), rest
    return b"".join(head), None


def _mode_of(target: str) -> int | None:
    try:
        return os.lstat(target).st_mode
    except FileNotFoundError:
        return None


def move_into_place(root: str, path: str, temp: str) -> None:
    """Make the temporary file ``temp`` the output ``path``; raises OutputError."""
    target = os.path.join(root, path)
    try:
        os.replace(os.path.join(os.path.dirname(target), temp), target)
    except OSError as error:
        discard(Path(root), path, temp)
        raise OutputError(f"cannot write: {error.strerror}", Location(path), "SG401") from None


def discard(root: Path, path: str, temp: str) -> None:
    """Remove a temporary file that is not wanted any more."""
    _unlink((root / path).with_name(temp))


def sweep_temps(folder: Path) -> None:
    """Remove the temporary files that killed builds left below ``folder``; the caller holds the lock."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".") and (name.endswith(TEMP_SUFFIX) or _KEEPS_END.match(name)):
                with contextlib.suppress(OSError):  # as in _unlink
                    os.unlink(os.path.join(parent, name))


def _unlink(temp: str | Path) -> None:
    """Remove a temporary file. One that cannot be removed does no harm, and the next build tries again."""
    with contextlib.suppress(OSError):
        os.unlink(temp)


def bytes_of_file(path: str | Path, most: int | None = None) -> bytes | None:
    """The bytes of a regular file; None where there is none that can be read, or it has more than ``most``."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or (most is not None and status.st_size > most):
        os.close(fd)  # open() refuses the descriptor of a folder
        return None
    with open(fd, "rb") as file:
        return file.read()


def digest_of_file(path: Path) -> str | None:
    """The digest of the bytes of a regular file; None where there is none that can be read."""
    return see(str(path), follows=False).digest or None


@dataclass(frozen=True, slots=True)
class Orphan:
    """A file that we wrote and that nothing makes any more; ``is_intact`` if its bytes are still ours."""

    path: str
    is_intact: bool


def find_orphans(
    root: Path, owned: Mapping[str, Mapping[str, Origin]], planned: Collection[str], output_folder: str
) -> Iterator[Orphan]:
    """The files among ``owned`` that exist and are not ``planned``, which lie below the output folder."""
    real_folder = os.path.realpath(root / output_folder)
    for path in sorted(owned.keys() - set(planned)):
        present = digest_of_file(root / path)
        if present is None:
            continue
        # An output folder of before that was, or now is, a link to the present one holds the present outputs.
        folder, name = os.path.split(os.path.join(root, path))
        real = os.path.join(os.path.realpath(folder), name)
        if f"{output_folder}/{os.path.relpath(real, real_folder)}" not in planned:
            yield Orphan(path, present in owned[path])


def remove_orphan(root: Path, output_folder: str, path: str) -> None:
    """Remove the output ``path`` and the folders that it leaves empty, up to the output folder, or, where that was
    another one, to the project's. Raises OutputError, also where it lies outside both: of other places the log is not
    believed."""
    target = root / path
    tops, real = (root, root / output_folder), os.path.realpath(target.parent)
    if not any(os.path.commonpath([top, real]) == top for top in map(os.path.realpath, tops)):
        raise OutputError("lies outside the project: kept", Location(path), "SG404")
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be removed: {error.strerror}", Location(path), "SG404") from None
    stop = root / output_folder
    for folder in target.parents:
        if folder in {root, stop} or not (folder.is_relative_to(stop) or folder.is_relative_to(root)):
            return
        try:
            folder.rmdir()
        except OSError:
            return  # not empty
