"""This module knows how to put outputs on the disk so that a reader sees the old or the new, never a part.

An output is written to a temporary file in its own folder, by whichever process made it; the parent then
moves it into place. Temporary files are named so that leftovers of a killed build can be recognised.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemagen.digest import digest_of
from schemagen.errors import Location, OutputError
from schemagen.state.store import Origin

TEMP_SUFFIX = ".schemagen-tmp"


@dataclass(frozen=True, slots=True)
class Written:
    """An output that was made: the digest of its bytes, and the name of the temporary file that holds
    them; empty where the output on the disk has these bytes already."""

    digest: str
    temp: str


def write_beside(root: Path, output_folder: str, path: str, data: bytes) -> Written:
    """Write ``data`` to a temporary file beside the output ``path`` (relative to ``root``).

    Raises OutputError where that cannot be, or must not: the output is a folder or a device, or its
    folder leads out of the output folder. Nothing is left behind then.
    """
    target = root / path
    digest = digest_of(data)
    try:
        mode = _mode_of(target)
        if mode is not None and not stat.S_ISLNK(mode):
            if not stat.S_ISREG(mode):
                raise OutputError("exists and is not a regular file", Location(path), "SG402")
            if os.stat(target).st_size == len(data) and target.read_bytes() == data:
                return Written(digest, "")
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_inside(root / output_folder, target.parent, path)
        return Written(digest, _write_temp(target, data, mode))
    except OSError as error:
        raise OutputError(f"cannot write: {error.strerror}", Location(path), "SG401") from None


def _mode_of(target: Path) -> int | None:
    try:
        return target.lstat().st_mode
    except FileNotFoundError:
        return None


def _check_inside(output_folder: Path, folder: Path, path: str) -> None:
    real = folder.resolve(strict=True)
    if not real.is_relative_to(output_folder.resolve(strict=True)):
        raise OutputError("a symbolic link on its path leads out of the output folder", Location(path), "SG403")


def _write_temp(target: Path, data: bytes, mode: int | None) -> str:
    temp = target.with_name(f".{target.name[:100]}.{os.getpid()}.{os.urandom(4).hex()}{TEMP_SUFFIX}")
    fd = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(fd, "wb") as file:
            file.write(data)
            if mode is not None and not stat.S_ISLNK(mode):
                os.fchmod(fd, stat.S_IMODE(mode))
    except BaseException:
        temp.unlink()
        raise
    return temp.name


def move_into_place(root: Path, path: str, temp: str) -> None:
    """Make the temporary file ``temp`` the output ``path``; raises OutputError."""
    target = root / path
    try:
        target.with_name(temp).replace(target)
    except OSError as error:
        target.with_name(temp).unlink(missing_ok=True)
        raise OutputError(f"cannot write: {error.strerror}", Location(path), "SG401") from None


def discard(root: Path, path: str, temp: str) -> None:
    """Remove a temporary file that is not wanted any more."""
    (root / path).with_name(temp).unlink(missing_ok=True)


def sweep_temps(folder: Path) -> None:
    """Remove the temporary files that killed builds left below ``folder``; the caller holds the lock."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.startswith(".") and name.endswith(TEMP_SUFFIX):
                (Path(parent) / name).unlink(missing_ok=True)


def bytes_of_file(path: Path) -> bytes | None:
    """The bytes of a regular file; None where there is none that can be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)  # open() refuses the descriptor of a folder
        return None
    with open(fd, "rb") as file:
        return file.read()


def digest_of_file(path: Path) -> str | None:
    """The digest of the bytes of a regular file; None where there is none that can be read."""
    data = bytes_of_file(path)
    return None if data is None else digest_of(data)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A file that we wrote and that nothing makes any more; ``is_intact`` if its bytes are still ours."""

    path: str
    is_intact: bool


def find_orphans(root: Path, owned: Mapping[str, Mapping[str, Origin]], planned: Collection[str]) -> Iterator[Orphan]:
    """The files among ``owned`` that exist and are not ``planned``."""
    for path in sorted(owned.keys() - set(planned)):
        present = digest_of_file(root / path)
        if present is not None:
            yield Orphan(path, present in owned[path])


def remove_orphan(root: Path, output_folder: str, path: str) -> None:
    """Remove the output ``path`` and the folders that it leaves empty, up to the output folder."""
    target = root / path
    target.unlink(missing_ok=True)
    stop = root / output_folder
    for folder in target.parents:
        if folder == stop or not folder.is_relative_to(stop):
            return
        try:
            folder.rmdir()
        except OSError:
            return  # not empty
