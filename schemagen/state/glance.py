"""This module knows how to see in one pass over the file times which paths of a snapshot changed.

It is most of what a build with nothing to do imports, so it imports next to nothing, and makes no classes.
"""

from __future__ import annotations

import os
import sys
from array import array
from itertools import chain
from operator import attrgetter

from schemagen.state.files import read_whole

HEADER = b"schemagen-snapshot 6\n"
# Size, modification time and change time (both in nanoseconds), inode.
Times = tuple[int, int, int, int]
FIELDS = 4
DIGEST = 16  # bytes
# How many parts a snapshot has behind its head: see ``snapshot``.
PARTS = 12
GONE: Times = (-1, -1, -1, -1)
times_of = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
# What a snapshot begins with is shorter than this.
_HEAD = 4096
# Below this many paths a second process costs more than it saves.
_WORTH_A_PROCESS = 4000


def load_parts(path: str) -> tuple[str, str, list[int], list[memoryview]] | None:
    """What the snapshot at ``path`` begins with (see ``snapshot``): its key, its dodo, its counts, and its parts. None
    where there is no snapshot, or it is of another version or machine, or damaged, or not what we write."""
    found = read_whole(path, HEADER)
    if found is None:
        return None
    data, start = found
    whole = memoryview(data)
    try:
        key, dodo, line, _ = data[start : start + _HEAD].split(b"\n", 3)
        order, *numbers = line.decode().split(" ")
        unsettled, inputs, outputs, *sizes = map(int, numbers)
        about = key.decode(), dodo.decode(), [unsettled, inputs, outputs]
    except ValueError:
        return None
    times, count = array("q").itemsize * FIELDS, inputs + outputs
    is_sound = (
        len(sizes) == PARTS and min(inputs, outputs, *sizes) >= 0 and sizes[:2] == [count * times, count * DIGEST]
    )
    end = start + len(key) + len(dodo) + len(line) + 3
    if order != sys.byteorder or not is_sound or end + sum(sizes) != len(data):
        return None
    parts: list[memoryview] = []
    for size in sizes:
        parts.append(whole[end : end + size])
        end += size
    return *about, parts


def paths_of(part: memoryview) -> tuple[str, ...]:
    """The paths in a part of a snapshot."""
    return tuple(str(part, "utf-8", "surrogateescape").split("\0"))


def differing(paths: tuple[str, ...], times: memoryview, inputs: int, outputs: int) -> list[int]:
    """The paths whose times are not those recorded in ``times``, and the absent ones that exist now, as indices.

    Paths are relative to the present folder: first ``inputs``, of which links are followed, then ``outputs``, of which
    they are not, then absent ones. Raises OverflowError for a number that is too large for a snapshot.
    """
    count = inputs + outputs
    appeared = [path for path in range(count, len(paths)) if os.path.lexists(paths[path])]
    if count < _WORTH_A_PROCESS or not _may_fork():
        return _differing(paths, times, inputs, 0, count) + appeared
    # Half of the system calls in another process: they are all that a build with nothing to do costs.
    half = count // 2
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            with open(sender, "wb") as answer:
                array("q", _differing(paths, times, inputs, half, count)).tofile(answer)
            code = 0
        finally:
            os._exit(code)
    os.close(sender)
    found = _differing(paths, times, inputs, 0, half)
    with open(receiver, "rb") as answer:
        rest = array("q", answer.read())
    if os.waitpid(child, 0)[1]:
        return found + _differing(paths, times, inputs, half, count) + appeared
    return found + rest.tolist() + appeared


def _may_fork() -> bool:
    threading = sys.modules.get("threading")
    is_alone = threading is None or threading.active_count() == 1
    return is_alone and hasattr(os, "fork") and (os.cpu_count() or 1) > 1


def _differing(paths: tuple[str, ...], times: memoryview, inputs: int, start: int, end: int) -> list[int]:
    """Those of the paths from ``start`` up to ``end`` whose times are not those recorded."""
    recorded = array("q")
    recorded.frombytes(times[start * FIELDS * recorded.itemsize : end * FIELDS * recorded.itemsize])
    middle = min(max(inputs, start), end)
    try:
        looks = chain(map(os.stat, paths[start:middle]), map(os.lstat, paths[middle:end]))
        present = array("q", chain.from_iterable(map(times_of, looks)))
    except OSError:  # at least one is gone: find which
        looks_one_by_one = (times_at(paths[path], follows=path < inputs) for path in range(start, end))
        present = array("q", chain.from_iterable(looks_one_by_one))
    if present == recorded:
        return []
    return [
        start + at // FIELDS
        for at in range(0, len(present), FIELDS)
        if present[at : at + FIELDS] != recorded[at : at + FIELDS]
    ]


def times_at(path: str, *, follows: bool = True) -> Times:
    """The times of what is at ``path``, GONE where there is nothing; a link is followed if ``follows``."""
    try:
        return times_of(os.stat(path) if follows else os.lstat(path))
    except OSError:
        return GONE
