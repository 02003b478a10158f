"""This module knows how to open the files of the state, and nothing else that is called like one of them.

The state may come out of a cache that others fill. A link in it would have us read, or empty, whatever file it leads
to, and a fifo would have us wait for ever.
"""

from __future__ import annotations

import os
import stat
from errno import ELOOP

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
