"""This module knows how to tell in one pass over the file times that nothing changed since a build found all fresh.

A snapshot only accelerates: it says "unchanged" only where a full check would find everything fresh, and
whatever is wrong with it, a full check follows. It holds the paths that a build looked at, and for each its
size, modification time, change time and inode, as they were both before the build read anything and after it
was done. So what was read is what these times are of.

Times can be trusted only if they are not too fresh: a file that is written twice within one tick of the file
system's clock keeps its time. So a snapshot is taken only if nothing in it changed within the two seconds
before the build began, by the clock of the file system (Git's rule for "racily clean" index entries).

Layout: the line ``schemagen-snapshot 1``; a line with the xxh3-64 of the rest as 16 hex digits; a line of JSON
``[key, fresh, inputs, outputs, absent]``, where ``fresh`` is 0 if the times are not to be trusted and the other
three are counts; the paths, joined by NUL; then, if ``fresh``, five signed 64-bit integers in native order for
each input and output: size, mtime and ctime in nanoseconds, inode, mode. What is of another version or
damaged is passed over.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xxhash

HEADER = b"schemagen-snapshot 1\n"
RACY_NS = 2_000_000_000
_FIELDS = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """The paths that a build depends on, relative to the project folder: ``inputs`` (files and folders, links
    followed), ``outputs`` (links not followed), and ``absent`` ones, which must not exist."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``key`` names what was built and how; ``fresh`` is the number of fresh tasks, 0 if ``times`` are not to be
    trusted."""

    key: str
    fresh: int
    watched: Watched
    times: array[int]


def times_of(watched: Watched, root: str) -> array[int] | None:
    """The times of all that is watched; None where one that should exist does not, or the other way round."""
    times = array("q")
    extend = times.extend
    here = root + os.sep
    looks: tuple[tuple[Callable[[str], os.stat_result], Sequence[str]], ...] = (
        (os.stat, watched.inputs),
        (os.lstat, watched.outputs),
    )
    try:
        for look, paths in looks:
            for path in paths:
                status = look(path if path[0] == os.sep else here + path)
                extend((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode))
    except (OSError, OverflowError):  # an inode may be too large for us
        return None
    if any(os.path.lexists(os.path.join(root, path)) for path in watched.absent):
        return None
    return times


def load_snapshot(path: str) -> Snapshot | None:
    """The snapshot at ``path``; None where there is none, or it is of another version or damaged."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    if not data.startswith(HEADER):
        return None
    body = data[len(HEADER) + 17 :]
    if data[len(HEADER) : len(HEADER) + 17] != xxhash.xxh3_64_hexdigest(body).encode() + b"\n":
        return None
    head, _, rest = body.partition(b"\n")
    key, fresh, inputs, outputs, absent = json.loads(head)
    size = (inputs + outputs) * _FIELDS * 8 if fresh else 0
    names = rest[: len(rest) - size].decode("utf-8", "surrogateescape").split("\0")
    times = array("q")
    times.frombytes(rest[len(rest) - size :])
    watched = Watched(
        tuple(names[:inputs]), tuple(names[inputs : inputs + outputs]), tuple(names[inputs + outputs :][:absent])
    )
    return Snapshot(key, fresh, watched, times)


def write_snapshot(path: str, snapshot: Snapshot) -> None:
    """Put ``snapshot`` at ``path``; a reader sees the old or the new."""
    watched = snapshot.watched
    counts = [len(watched.inputs), len(watched.outputs), len(watched.absent)]
    head = json.dumps([snapshot.key, snapshot.fresh, *counts]).encode() + b"\n"
    names = "\0".join((*watched.inputs, *watched.outputs, *watched.absent)).encode("utf-8", "surrogateescape")
    body = head + names + (snapshot.times.tobytes() if snapshot.fresh else b"")
    temp = f"{path}.{os.getpid()}.new"
    with open(temp, "wb") as file:
        file.write(HEADER + xxhash.xxh3_64_hexdigest(body).encode() + b"\n" + body)
    os.replace(temp, path)


def fresh_tasks(path: str, root: str, key: str) -> int:
    """How many tasks are fresh, if nothing changed since the snapshot at ``path`` was taken; else 0."""
    snapshot = load_snapshot(path)
    if snapshot is None or snapshot.key != key or not snapshot.fresh:
        return 0
    return snapshot.fresh if times_of(snapshot.watched, root) == snapshot.times else 0


class Observation:
    """Watches one build from before it reads anything, to take a snapshot after it."""

    def __init__(self, path: str, root: str, key: str) -> None:
        self._path = path
        self._root = root
        self._key = key
        self._before = load_snapshot(path)
        self._times = None if self._before is None else times_of(self._before.watched, root)
        self._began = _file_system_now(path)

    def conclude(self, watched: Watched, fresh: int) -> None:
        """Take a snapshot. ``fresh`` is the number of tasks if the build found all of them fresh, else 0: then,
        and where the times cannot be trusted, the paths alone are kept, for the next build to observe."""
        is_sure = (
            fresh
            and self._before is not None
            and self._before.watched == watched
            and self._times is not None
            and self._times == times_of(watched, self._root)
            and self._began is not None
            and _newest(self._times) < self._began - RACY_NS
        )
        times = self._times if is_sure and self._times is not None else array("q")
        try:
            write_snapshot(self._path, Snapshot(self._key, fresh if is_sure else 0, watched, times))
        except OSError:
            return  # a snapshot only accelerates; the log, which counts, says so if it cannot be written


def _newest(times: array[int]) -> int:
    return max((*times[1::_FIELDS], *times[2::_FIELDS]), default=0)


def _file_system_now(path: str) -> int | None:
    """The time by the clock that stamps files; None where no file can be written."""
    probe = f"{path}.{os.getpid()}.now"
    try:
        with open(probe, "wb") as file:
            now = os.fstat(file.fileno()).st_mtime_ns
        os.unlink(probe)
    except OSError:
        return None
    return now
