"""This module knows how to open the files of the state, and nothing else that is called like one of them; and how to
read and write one that is replaced whole.

The state may come out of a cache that others fill. A link in it would have us read, or empty, whatever file it leads
to, and a fifo would have us wait for ever.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from errno import ELOOP

import xxhash

_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(path: str | os.PathLike[str], flags: int, mode: int = 0o666) -> int:
    """A descriptor of the regular file at ``path``; raises OSError, also where there is something else."""
    try:
        fd = os.open(path, flags | _FLAGS, mode)
    except OSError as error:
        if error.errno == ELOOP:
            raise OSError(ELOOP, "a symbolic link") from None
        raise
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(0, "not a regular file")
    return fd


def create_anew(path: str, flags: int) -> int:
    """A descriptor of a new file at ``path``, in the place of any file or link that a killed build, or somebody else,
    left there; an opener for ``open``. Raises OSError."""
    try:
        return open_regular(path, flags | os.O_EXCL)
    except FileExistsError:
        os.unlink(path)
        return open_regular(path, flags | os.O_EXCL)


# Behind the header of a file that is replaced whole: the xxh3-64 of all that comes after it, as 16 hex digits, and a
# line's end.
_DIGEST = 17


def read_whole(path: str, header: bytes) -> tuple[bytes, int] | None:
    """The bytes of a file that ``write_whole`` wrote, and where its parts start in them; None where there is none at
    ``path``, or its ``header`` or its digest is another."""
    try:
        with open(open_regular(path, os.O_RDONLY), "rb") as file:
            data = file.read()
    except OSError:
        return None
    start = len(header) + _DIGEST
    if not data.startswith(header):
        return None
    is_right = data[len(header) : start] == xxhash.xxh3_64_hexdigest(memoryview(data)[start:]).encode() + b"\n"
    return (data, start) if is_right else None


def write_whole(path: str, header: bytes, parts: Sequence[bytes | memoryview]) -> None:
    """Put ``parts``, one after the other, at ``path``; a reader sees the old file or the new. Raises OSError."""
    digest = xxhash.xxh3_64()
    for part in parts:
        digest.update(part)
    temp = f"{path}.new"
    with open(temp, "wb", opener=create_anew) as file:
        file.writelines([header, digest.hexdigest().encode() + b"\n", *parts])
    os.replace(temp, path)
