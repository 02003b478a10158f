"""This module knows how to look at a file or folder: the times that tell cheaply whether it changed, and its digest."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

import xxhash

from schemagen.state.glance import GONE, Times, times_at, times_of

# No file has these: what is recorded with them is looked at again each time.
UNSURE: Times = (0, 0, 0, 0)
# A file that is written twice within one tick of the file system's clock keeps its time. So a time is trusted only
# if it was this old when it was taken (Git's rule for "racily clean" index entries).
RACY_NS = 2_000_000_000
_CHUNK = 1 << 20
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
# What a folder of schemas or templates can gain or lose; an editor's own files come and go without a meaning.
_LISTED = (".json", ".jsonc", ".yaml", ".yml", ".mustache", ".toml")


class Sight(NamedTuple):  # one for each file: a dataclass takes four times as long
    """What was seen at a path: its ``times``, taken before it was read, and the ``digest`` of what was read (xxh3-128,
    32 hex digits; of a folder that of its listing), empty where nothing could be."""

    times: Times
    digest: str


_NOTHING = Sight(GONE, "")


def see(path: str, *, follows: bool = True) -> Sight:
    """Look at ``path`` and read it."""
    try:
        fd = os.open(path, _FLAGS if follows else _FLAGS | os.O_NOFOLLOW)
    except OSError:  # there is nothing, or nothing that can be read, such as a link that is not followed
        times = times_at(path, follows=follows)
        return _NOTHING if times == GONE else Sight(times, "")
    try:
        status = os.fstat(fd)
        return Sight(times_of(status), _digest_of(fd, status, path, follows=follows))
    finally:
        os.close(fd)


def _digest_of(fd: int, status: os.stat_result, path: str, *, follows: bool) -> str:
    try:
        if stat.S_ISREG(status.st_mode):
            return _content_digest(fd, status.st_size)
        return _listing_digest(path) if follows and stat.S_ISDIR(status.st_mode) else ""
    except OSError:
        return ""


def _content_digest(fd: int, size: int) -> str:
    # As much as it seems to have, and a byte more, which shows that it has no more.
    chunk = os.read(fd, min(size + 1, _CHUNK))
    if len(chunk) == size < _CHUNK:
        return xxhash.xxh3_128_hexdigest(chunk)
    digest = xxhash.xxh3_128(chunk)
    while chunk:
        chunk = os.read(fd, _CHUNK)
        digest.update(chunk)
    return digest.hexdigest()


def _listing_digest(folder: str) -> str:
    with os.scandir(folder) as entries:
        names = sorted(
            f"{entry.name}/" if entry.is_dir() else entry.name
            for entry in entries
            if not entry.name.startswith(".") and (entry.name.endswith(_LISTED) or entry.is_dir())
        )
    return xxhash.xxh3_128_hexdigest("\0".join(names).encode("utf-8", "surrogateescape"))


def file_system_now(file: str) -> int:
    """The time by the clock that stamps files, in nanoseconds; 0 where that cannot be seen, so that no time is old
    enough. ``file`` is one whose times nobody asks for: it is given that time."""
    try:
        os.utime(file, follow_symlinks=False)
        return os.lstat(file).st_mtime_ns
    except OSError:
        return 0


def settled(times: Times, now: int) -> Times:
    """``times``, or UNSURE where they are too young at ``now`` to be trusted."""
    return times if max(times[1], times[2]) < now - RACY_NS else UNSURE
