"""This module knows how to find, in one pass over the file times, what changed since a build.

A snapshot only accelerates: what it says is unchanged is what a full check would find unchanged, and whatever is
wrong with it, a full check follows. It holds the paths that a build depended on, with the times and the digest of
each as it was when the build used it, and which task depends on which. A time is recorded only where it is sure to
belong to those bytes (see ``sight``); what has no such time is read again. There is a snapshot only while no build is
under way: it is removed when one begins to write.

Layout: the line ``schemagen-snapshot 6``; a line with the xxh3-64 of the rest as 16 hex digits; a line each of the key,
the dodo, and, with spaces between, the byte order, the counts of unsettled tasks, inputs and outputs, and the sizes of
the parts that follow. These are: four signed 64-bit integers for each input and output (see ``Times``), their digests
of 16 bytes (zero for none), all paths joined by NUL, JSON of ``[log size, places, unsettled, indexed]``, and the
columns of the tasks. What is of another version or machine, or damaged, is passed over.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemagen.state.columns import Columns, bytes_of
from schemagen.state.files import write_whole
from schemagen.state.glance import DIGEST, HEADER, Times, load_parts, paths_of

Data = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``paths`` are relative to the project folder, or absolute: first ``inputs`` files and folders (links are
    followed), then ``outputs`` files (links are not), then paths that must not exist.

    ``key`` names what was built and how; ``dodo`` is the digest of a dodo.py that is known to say nothing more;
    ``unsettled`` are the tasks that were not fresh at the end. ``log_size`` is the size of the log in bytes, and
    ``places`` are those in it of the rows that are not in the columns, by name. ``indexed`` are the paths of files that
    others keep an index of, each with the number of its entries: for columns the number -1 is the first entry of the
    first of them, -2 the next, and so on.
    """

    key: str
    dodo: str
    log_size: int
    places: Mapping[str, tuple[int, int]]
    unsettled: tuple[int, ...]
    indexed: tuple[tuple[int, int], ...]
    inputs: int
    outputs: int
    paths: tuple[str, ...]
    times: array[int] | memoryview
    digests: Data
    parts: tuple[Data, ...]

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return len(self.parts[3]) // 8

    def columns(self) -> Columns:
        """The tasks; raises ValueError for columns that are not what we write."""
        columns = Columns.from_parts(self.parts)
        if not columns.are_sound(len(self.paths), sum(count for _, count in self.indexed)):
            raise ValueError("columns that do not fit")
        return columns

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


def snapshot_from(
    key: str, dodo: str, counts: Sequence[int], parts: Sequence[Data], paths: tuple[str, ...]
) -> Snapshot:
    """The snapshot that ``glance`` loaded the parts of; raises ValueError where they are not what we write."""
    _, inputs, outputs = counts
    log_size, places, unsettled, indexed = _about(bytes(parts[3]))
    times = memoryview(parts[0]).cast("q") if len(parts[0]) else array("q")
    about = (key, dodo, log_size, places, tuple(unsettled), tuple(indexed))
    return Snapshot(*about, inputs, outputs, paths, times, parts[1], tuple(parts[4:]))


def _about(part: bytes) -> tuple[int, dict[str, tuple[int, int]], list[int], list[tuple[int, int]]]:
    try:
        log_size, places, unsettled, indexed = json.loads(part)
        pairs = [*places.values(), *indexed]
        numbers = [log_size, *unsettled, *(number for pair in pairs for number in pair)]
        is_sound = all(type(number) is int and number >= 0 for number in numbers)
        if is_sound and all(len(pair) == 2 for pair in pairs):
            kept = {name: (place[0], place[1]) for name, place in places.items()}
            return log_size, kept, unsettled, [(path, count) for path, count in indexed]
    except (TypeError, AttributeError, RecursionError):  # not of the types that they have
        pass
    raise ValueError("not what a snapshot says")


def load_snapshot(path: str) -> Snapshot | None:
    """The snapshot at ``path``; None where there is none, or it is of another version or damaged. Raises ValueError for
    one that is not what we write."""
    loaded = load_parts(path)
    if loaded is None:
        return None
    return snapshot_from(*loaded, paths_of(loaded[3][2]))


def write_snapshot(path: str, snapshot: Snapshot) -> None:
    """Put ``snapshot`` at ``path``; a reader sees the old or the new. The caller holds the lock. Raises OSError."""
    names = "\0".join(snapshot.paths).encode("utf-8", "surrogateescape")
    about = json.dumps([snapshot.log_size, snapshot.places, snapshot.unsettled, snapshot.indexed]).encode()
    parts: list[Data] = [bytes_of(snapshot.times), snapshot.digests, names, about, *snapshot.parts]
    counts = [len(snapshot.unsettled), snapshot.inputs, snapshot.outputs, *(len(part) for part in parts)]
    numbers = " ".join([sys.byteorder, *map(str, counts)])
    head = f"{snapshot.key}\n{snapshot.dodo}\n{numbers}\n".encode()
    write_whole(path, HEADER, [head, *parts])
