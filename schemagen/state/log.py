"""This module knows how to keep records in an append-only log that survives kills and damage.

The log is read at the start of a build and appended to as each result arrives, so two things matter:
a record must be on its way to the disk the moment its outputs are (a killed build loses nothing it
finished), and a damaged log must never stop a build nor make it wrong.

Layout, byte for byte::

    schemagen-log 1\\n                        the header; another version starts over
    CRC ' ' KIND '\\t' NAME '\\t' BODY '\\n'    one record a line

CRC is the CRC-32 of everything between its space and the newline, as 8 lower-case hex digits. NAME and
BODY are JSON without raw control characters (so neither holds a tab or a newline); NAME stands alone so
that a reader can find the newest record of a name without decoding any BODY.

Loading stops at the first line that is not exactly such a record, or has no newline; what follows is
dropped (and cut off before the next append), because a torn record means that nothing after it can be
trusted to be in order. Dropping records is always safe: their tasks run again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from schemagen.state.files import create_anew, open_regular

HEADER = b"schemagen-log 1\n"


class Record(NamedTuple):  # two for each task: a dataclass takes four times as long
    """One record: ``kind`` is one letter, ``name`` and ``body`` are JSON as bytes."""

    kind: bytes
    name: bytes
    body: bytes

    def to_line(self) -> bytes:
        text = b"%b\t%b\t%b" % (self.kind, self.name, self.body)
        return b"%08x %b\n" % (crc32(text), text)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a log held: its records, where its header and then each of them ends, and what is wrong with the rest."""

    records: tuple[Record, ...]
    ends: tuple[int, ...]
    damage: str

    @property
    def good_bytes(self) -> int:
        """How many bytes of the log are good."""
        return self.ends[-1]


def load_log(path: Path) -> Loaded:
    """Read the records of the log at ``path``; damage is described, never raised.

    Raises OSError where the file exists and cannot be read.
    """
    try:
        with open(open_regular(path, os.O_RDONLY), "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return Loaded((), (0,), "")
    if not data.startswith(HEADER):
        return Loaded((), (0,), "it is of another version or not a log" if data else "")
    records: list[Record] = []
    ends = [len(HEADER)]
    for record, end in _records(data):
        records.append(record)
        ends.append(end)
    damage = "" if ends[-1] == len(data) else f"it is damaged from byte {ends[-1]} on"
    return Loaded(tuple(records), tuple(ends), damage)


def read_record(path: Path, place: tuple[int, int]) -> Record | None:
    """The record at ``place`` (offset and length in bytes) of the log at ``path``; None where there is no good one."""
    offset, length = place
    try:
        fd = open_regular(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        if offset < 0 or not 0 < length <= os.fstat(fd).st_size - offset:
            return None
        line = os.pread(fd, length, offset)
    except OSError:
        return None
    finally:
        os.close(fd)
    found = next(_records(line, 0), None)
    return found[0] if found is not None and found[1] == length else None


def _records(data: bytes, start: int = len(HEADER)) -> Iterator[tuple[Record, int]]:
    while (end := data.find(b"\n", start)) >= 0:
        text = data[start + 9 : end]
        if data[start : start + 9] != b"%08x " % crc32(text):
            return
        kind, _, rest = text.partition(b"\t")
        name, _, body = rest.partition(b"\t")
        start = end + 1
        yield Record(kind, name, body), start


class LogWriter:
    """Appends records to the log at ``path``, after cutting off a damaged tail; they are on their way to the disk when
    ``flush`` has returned, all that wait in one ``write``."""

    def __init__(self, path: Path, good_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        self._waiting: list[bytes] = []
        self.size = good_bytes  # with what waits
        if good_bytes == 0:
            os.ftruncate(self._fd, 0)
            self._add(HEADER)
        elif os.fstat(self._fd).st_size != good_bytes:
            os.ftruncate(self._fd, good_bytes)

    def append(self, record: Record) -> tuple[int, int]:
        """Let ``record`` wait; returns its place: its offset and length in bytes."""
        line = record.to_line()
        place = (self.size, len(line))
        self._add(line)
        return place

    def _add(self, data: bytes) -> None:
        self._waiting.append(data)
        self.size += len(data)

    def flush(self) -> None:
        """Write what waits. Raises OSError; what waited is let go of then, and of a record that is not written whole
        there is nothing in the log, if that can be."""
        data = b"".join(self._waiting)
        self._waiting.clear()
        view, written = memoryview(data), 0
        try:
            while written < len(data):
                written += os.write(self._fd, view[written:])
        except OSError:
            whole = data.rfind(b"\n", 0, written) + 1
            self.size -= len(data) - whole
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self.size)
            raise

    def close(self) -> None:
        os.close(self._fd)


def rewrite_log(path: Path, records: Iterable[Record]) -> list[tuple[int, int]]:
    """Replace the log by one that holds just ``records``; after a power cut it is the old or the new one.

    Returns the place of each record: its offset and length in bytes.
    """
    temp = path.with_name(f"{path.name}.new")
    places: list[tuple[int, int]] = []
    size = len(HEADER)
    with open(temp, "wb", opener=create_anew) as file:
        file.write(HEADER)
        for record in records:
            line = record.to_line()
            file.write(line)
            places.append((size, len(line)))
            size += len(line)
        file.flush()
        os.fsync(file.fileno())
    temp.replace(path)
    return places
