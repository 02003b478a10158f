"""This module knows how to find, in one pass over the file times, what changed since a build.

A snapshot only accelerates: what it says is unchanged is what a full check would find unchanged, and whatever is
wrong with it, a full check follows. It holds the paths that a build depended on, with the times and the digest of
each as it was when the build used it, and which task depends on which. A time is recorded only where it is sure to
belong to those bytes (see ``sight``); what has no such time is read again. There is a snapshot only while no build is
under way: it is removed when one begins to write.

Layout: the line ``schemagen-snapshot 2``; a line with the xxh3-64 of the rest as 16 hex digits; a line of JSON
``[byte order, key, dodo, log size, places, unsettled, inputs, outputs, [size, ...]]``, where inputs and outputs are
counts of paths; then the parts, each of the size that is told: four signed 64-bit integers for each input and output
(see ``Times``), their digests of 16 bytes (zero for none), all paths joined by NUL, and the columns of the tasks. What
is of another version or machine, or damaged, is passed over.
"""

from __future__ import annotations

import json
import os
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xxhash

from schemagen.state.columns import Columns
from schemagen.state.sight import GONE, Times

Data = bytes | memoryview
HEADER = b"schemagen-snapshot 2\n"
# Numbers for the times of a path, and bytes of a digest.
FIELDS = 4
DIGEST = 16
# Below this many paths a second process costs more than it saves.
_WORTH_A_PROCESS = 4000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``paths`` are relative to the project folder, or absolute: first ``inputs`` files and folders (links are
    followed), then ``outputs`` files (links are not), then paths that must not exist.

    ``key`` names what was built and how; ``dodo`` is the digest of a dodo.py that is known to say nothing more;
    ``unsettled`` are the tasks that were not fresh at the end. ``log_size`` is the size of the log in bytes, and
    ``places`` are those in it of the rows that are not in the columns, by name.
    """

    key: str
    dodo: str
    log_size: int
    places: Mapping[str, tuple[int, int]]
    unsettled: tuple[int, ...]
    inputs: int
    outputs: int
    paths: tuple[str, ...]
    times: array[int]
    digests: Data
    parts: tuple[Data, ...]

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return len(self.parts[3]) // 8

    def columns(self) -> Columns:
        """The tasks."""
        return Columns.from_parts(self.parts)

    def digest(self, path: int) -> str:
        """The digest of the bytes that were used of a path, empty where there were none."""
        raw = self.digests[path * DIGEST : (path + 1) * DIGEST]
        return raw.hex() if any(raw) else ""

    def follows(self, path: int) -> bool:
        """Whether a link at a path is followed."""
        return path < self.inputs


def times_array(times: Sequence[Times]) -> array[int]:
    """``times`` in the form in which a snapshot has them."""
    return array("q", [field for each in times for field in each])


def digests_bytes(digests: Sequence[str]) -> bytes:
    """``digests`` in the form in which a snapshot has them; empty ones are for none."""
    return b"".join(bytes.fromhex(digest) if digest else bytes(DIGEST) for digest in digests)


def load_snapshot(path: str) -> Snapshot | None:
    """The snapshot at ``path``; None where there is none, or it is of another version or damaged."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    start = len(HEADER) + 17
    if not data.startswith(HEADER):
        return None
    whole = memoryview(data)
    if data[len(HEADER) : start] != xxhash.xxh3_64_hexdigest(whole[start:]).encode() + b"\n":
        return None
    end = data.index(b"\n", start) + 1
    order, key, dodo, log_size, places, unsettled, inputs, outputs, sizes = json.loads(data[start:end])
    if order != sys.byteorder:
        return None
    parts: list[memoryview] = []
    for size in sizes:
        parts.append(whole[end : end + size])
        end += size
    times = array("q")
    times.frombytes(parts[0])
    paths = tuple(str(parts[2], "utf-8", "surrogateescape").split("\0"))
    about = (key, dodo, log_size, {name: tuple(place) for name, place in places.items()}, tuple(unsettled))
    return Snapshot(*about, inputs, outputs, paths, times, parts[1], tuple(parts[3:]))


def write_snapshot(path: str, snapshot: Snapshot) -> None:
    """Put ``snapshot`` at ``path``; a reader sees the old or the new. Raises OSError."""
    names = "\0".join(snapshot.paths).encode("utf-8", "surrogateescape")
    parts = [snapshot.times.tobytes(), snapshot.digests, names, *snapshot.parts]
    sizes = [len(part) for part in parts]
    about = [snapshot.key, snapshot.dodo, snapshot.log_size, snapshot.places, snapshot.unsettled]
    head = json.dumps([sys.byteorder, *about, snapshot.inputs, snapshot.outputs, sizes]).encode() + b"\n"
    digest = xxhash.xxh3_64(head)
    for part in parts:
        digest.update(part)
    temp = f"{path}.{os.getpid()}.new"
    with open(temp, "wb") as file:
        file.writelines([HEADER, digest.hexdigest().encode() + b"\n", head, *parts])
    os.replace(temp, path)


def differing(snapshot: Snapshot) -> list[int]:
    """The paths whose times are not those recorded, and the absent ones that exist now, in the present folder."""
    count = snapshot.inputs + snapshot.outputs
    appeared = [path for path in range(count, len(snapshot.paths)) if os.path.lexists(snapshot.paths[path])]
    if count < _WORTH_A_PROCESS or not _may_fork():
        return _differing(snapshot, 0, count) + appeared
    # Half of the system calls in another process: they are all that a build with nothing to do costs.
    half = count // 2
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        _answer(sender, snapshot, half, count)
    os.close(sender)
    found = _differing(snapshot, 0, half)
    with open(receiver, "rb") as answer:
        rest = answer.read()
    if os.waitpid(child, 0)[1]:
        return found + _differing(snapshot, half, count) + appeared
    return found + array("q", rest).tolist() + appeared


def _may_fork() -> bool:
    threading = sys.modules.get("threading")
    is_alone = threading is None or threading.active_count() == 1
    return is_alone and hasattr(os, "fork") and (os.cpu_count() or 1) > 1


def _answer(sender: int, snapshot: Snapshot, start: int, end: int) -> None:
    """In the other process: tell what differs, and end."""
    code = 1
    try:
        with open(sender, "wb") as answer:
            array("q", _differing(snapshot, start, end)).tofile(answer)
        code = 0
    finally:
        os._exit(code)


def _differing(snapshot: Snapshot, start: int, end: int) -> list[int]:
    """Those of the paths from ``start`` up to ``end`` whose times are not those recorded."""
    times = array("q")
    extend = times.extend
    middle = min(max(snapshot.inputs, start), end)
    for look, paths in ((os.stat, snapshot.paths[start:middle]), (os.lstat, snapshot.paths[middle:end])):
        for path in paths:
            try:
                status = look(path)
            except OSError:
                extend(GONE)
            else:
                extend((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    recorded = snapshot.times[start * FIELDS : end * FIELDS]
    if times == recorded:
        return []
    return [
        start + at // FIELDS
        for at in range(0, len(times), FIELDS)
        if times[at : at + FIELDS] != recorded[at : at + FIELDS]
    ]
