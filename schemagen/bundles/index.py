"""This module knows how to keep where in a large document its definitions are, and to say which of them changed.

An index is as large as what it is for is many: for 400,000 definitions it has 400,000 entries, so it is columns of
numbers and no objects, some 80 bytes for each, the same in memory as on the disk.

What is directly below an *open* place is an entry: the places that hold definitions (``#/$defs``) are open, and all
that is above them (``#``). So everything in the document is in exactly one entry, or open itself; entries are numbered
as they stand in the document.

Layout: the line ``schemagen-index 1``; a line with the xxh3-64 of the rest as 16 hex digits; a line of JSON, of the
byte order of this machine, the file, the pointers of what holds definitions, those of what is open, the times of the
file (see ``sight``) and the xxh3-128 of its bytes, whether its schemas are of OpenAPI 3.0, and the sizes of the columns
that follow, in bytes. These are: for each entry the open place that it is in (16 bits), where its key begins, where its
value begins and the size of that in bytes (64 bits each), the first byte of the value, the xxh3-128 of the value's
bytes, the xxh3-128 of what it says (see ``describe``; zero for what is no definition); where each key ends among the
keys, which follow, in UTF-8; the xxh3-64 of each entry's place and key, sorted, and the number of the entry of each.
What is of another version or machine, or damaged, is passed over: then the document is read again.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import xxhash

from schemagen.jsontext import join_pointer, split_pointer
from schemagen.state.files import read_whole, write_whole
from schemagen.state.glance import DIGEST, Times

HEADER = b"schemagen-index 1\n"
NOTHING_SAID = bytes(DIGEST)
_KINDS: tuple[Literal["H", "q", "B", "Q"], ...] = ("H", "q", "q", "q", "B", "B", "B", "q", "B", "Q", "q")
Columns = tuple[memoryview, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """Where the entries of ``file`` are, in the bytes that have a ``digest`` and that it had at ``times``.

    ``holders`` are the pointers of what holds definitions, ``levels`` those of all that is open. ``columns`` are as in
    the layout above. ``is_old`` if its schemas are of OpenAPI 3.0.
    """

    file: str
    holders: tuple[str, ...]
    levels: tuple[str, ...]
    times: Times
    digest: str
    is_old: bool
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def places(self) -> Columns:
        """What tells the entries apart: their open places, and their keys."""
        return self.columns[0], self.columns[7], self.columns[8]

    def level(self, entry: int) -> str:
        """The pointer of what an entry is directly in."""
        return self.levels[self.columns[0][entry]]

    def key(self, entry: int) -> str:
        return str(self._raw_key(entry), "utf-8", "replace")

    def _raw_key(self, entry: int) -> memoryview:
        ends = self.columns[7]
        return self.columns[8][ends[entry - 1] if entry else 0 : ends[entry]]

    def pointer(self, entry: int) -> str:
        return join_pointer(self.level(entry), self.key(entry))

    def span(self, entry: int) -> tuple[int, int, int]:
        """Where the key of an entry begins and its value begins, and the size of that, in bytes."""
        return self.columns[1][entry], self.columns[2][entry], self.columns[3][entry]

    def first(self, entry: int) -> int:
        """The first byte of the value of an entry."""
        return int(self.columns[4][entry])

    def raw(self, entry: int) -> bytes:
        """The digest of the bytes of the value of an entry."""
        return bytes(self.columns[5][entry * DIGEST : (entry + 1) * DIGEST])

    def said(self, entry: int) -> bytes:
        """The digest of what a definition says."""
        return bytes(self.columns[6][entry * DIGEST : (entry + 1) * DIGEST])

    def is_definition(self, entry: int) -> bool:
        return self.level(entry) in self.holders

    def definitions(self, holder: str) -> Iterator[int]:
        """The entries that are directly in ``holder``."""
        if holder not in self.levels:
            return
        number = self.levels.index(holder)
        yield from (entry for entry, level in enumerate(self.columns[0]) if level == number)

    def find(self, level: str, key: str) -> int | None:
        """The entry with ``key`` that is directly in ``level``; None where there is none."""
        if level not in self.levels:
            return None
        number, raw = self.levels.index(level), key.encode("utf-8", "surrogatepass")
        wanted = hash_of(number, raw)
        hashes, order = self.columns[9], self.columns[10]
        at = bisect_left(hashes, wanted)
        while at < len(hashes) and hashes[at] == wanted:
            entry = int(order[at])
            if self.columns[0][entry] == number and self._raw_key(entry) == raw:
                return entry
            at += 1
        return None

    def entry_at(self, pointer: str) -> tuple[int | None, list[str]]:
        """The entry that ``pointer`` leads to or into, and the tokens that are left of it there; None where it leads to
        no entry: to what is open, or to nothing."""
        here = "#"
        tokens = split_pointer(pointer)
        for number, token in enumerate(tokens, 1):
            entry = self.find(here, token)
            if entry is not None:
                return entry, tokens[number:]
            here = join_pointer(here, token)
            if here not in self.levels:
                break
        return None, []

    def has_same_entries(self, other: Index) -> bool:
        """Whether ``other`` has the same entries under the same numbers, whatever they say."""
        return self.levels == other.levels and self.places == other.places

    def said_otherwise(self, other: Index) -> Iterator[int]:
        """The entries that say another thing than in ``other``, which has the same entries."""
        same = (self.columns[5] == other.columns[5], self.columns[6] == other.columns[6])
        if same[0]:
            return
        for entry in range(len(self)):
            if self.raw(entry) == other.raw(entry):
                continue
            said = self.said(entry)
            if said == NOTHING_SAID or said != other.said(entry):
                yield entry


def hash_of(level: int, key: bytes | memoryview) -> int:
    """What the entry with ``key`` in the open place with the number ``level`` is looked for by."""
    return xxhash.xxh3_64_intdigest(key, seed=level)


class Making:
    """An index that is being made, entry by entry."""

    def __init__(self, file: str, holders: Sequence[str], levels: Sequence[str]) -> None:
        self._file, self._holders, self._levels = file, tuple(holders), tuple(levels)
        self.in_level, self._keys_at, self._values_at, self._sizes = array("H"), array("q"), array("q"), array("q")
        self._firsts, self._raws, self._saids = array("B"), bytearray(), bytearray()
        self._key_ends, self._keys = array("q"), bytearray()

    def add(self, level: int, key: str, span: tuple[int, int, int], first: int, raw: bytes, said: bytes) -> None:
        text = key.encode()
        self.in_level.append(level)
        for column, number in zip((self._keys_at, self._values_at, self._sizes), span, strict=True):
            column.append(number)
        self._firsts.append(first)
        self._raws += raw
        self._saids += said
        self._keys += text
        self._key_ends.append(len(self._keys))

    def say(self, entry: int, said: bytes) -> None:
        """Note the digest of what a definition says."""
        self._saids[entry * DIGEST : (entry + 1) * DIGEST] = said

    def made(self, times: Times, digest: str, *, is_old: bool, before: Index | None = None) -> Index:
        """The index; the one ``before`` may spare work."""
        level, key_ends, keys = _view(self.in_level), _view(self._key_ends), _view(self._keys)
        if before is not None and before.levels == self._levels and before.places == (level, key_ends, keys):
            # Copied, so that nothing of the index before has to stay.
            copied = [memoryview(bytes(column)) for column in before.columns[9:]]
            hashes, order = (copy.cast(kind) for copy, kind in zip(copied, _KINDS[9:], strict=True))
        else:
            hashes, order = (_view(column) for column in self._sorted())
        numbers = (self._keys_at, self._values_at, self._sizes, self._firsts, self._raws, self._saids)
        columns = (level, *(_view(each) for each in numbers), key_ends, keys, hashes, order)
        return Index(self._file, self._holders, self._levels, times, digest, is_old, columns)

    def _sorted(self) -> tuple[array[int], array[int]]:
        ends = [0, *self._key_ends]
        keys = memoryview(self._keys)
        hashes = array("Q", [hash_of(level, keys[ends[at] : ends[at + 1]]) for at, level in enumerate(self.in_level)])
        order = array("q", sorted(range(len(hashes)), key=hashes.__getitem__))
        return array("Q", [hashes[entry] for entry in order]), order


def _view(column: array[int] | bytearray) -> memoryview:
    return memoryview(column)


def repeated_entry(index: Index) -> int | None:
    """The first entry that has the key of another in the same open place; None where there is none."""
    hashes, order = index.columns[9], index.columns[10]
    suspects = [at for at in range(1, len(hashes)) if hashes[at] == hashes[at - 1]]
    pairs = [sorted((int(order[at - 1]), int(order[at]))) for at in suspects]
    found = [b for a, b in pairs if (index.level(a), index.key(a)) == (index.level(b), index.key(b))]
    return min(found, default=None)


def load_index(path: str) -> Index | None:
    """The index at ``path``; None where there is none, or it is of another version or machine, or damaged, or not what
    we write."""
    found = read_whole(path, HEADER)
    if found is None:
        return None
    data, start = found
    whole = memoryview(data)
    end = data.find(b"\n", start)
    try:
        order, name, holders, levels, times, digest, is_old, sizes = json.loads(data[start:end])
        a, b, c, d = (int(number) for number in times)
        columns = _columns(whole[end + 1 :], sizes)
        index = Index(str(name), tuple(holders), tuple(levels), (a, b, c, d), str(digest), bool(is_old), columns)
        return index if order == sys.byteorder and _is_sound(index) else None
    except (ValueError, TypeError, RecursionError):  # with the right digest all the same: somebody else wrote it
        return None


def _columns(data: memoryview, sizes: Sequence[int]) -> Columns:
    columns = []
    at = 0
    for kind, size in zip(_KINDS, sizes, strict=True):
        part = data[at : at + size]
        columns.append(part.cast(kind) if size else part)  # an empty view cannot be cast
        at += size
    if at != len(data) or min(sizes) < 0:
        raise ValueError("columns that do not fit")
    return tuple(columns)


def _is_sound(index: Index) -> bool:
    """Whether the columns fit each other, and say nothing that cannot be."""
    level, keys_at, values_at, sizes, firsts, raws, saids, key_ends, keys, hashes, order = index.columns
    count = len(level)
    lengths = {len(keys_at), len(values_at), len(sizes), len(firsts), len(key_ends), len(hashes), len(order)}
    if lengths != {count} or len(raws) != count * DIGEST or len(saids) != count * DIGEST:
        return False
    if not all(isinstance(pointer, str) for pointer in (*index.holders, *index.levels)):
        return False
    return not count or (
        (key_ends[0] >= 0 and key_ends[-1] == len(keys) and all(a <= b for a, b in pairwise(key_ends)))
        and max(level) < len(index.levels)
        and (min(order) >= 0 and max(order) < count)
        and min(sizes) >= 0
        and all(0 <= begins <= start for begins, start in zip(keys_at, values_at, strict=True))
    )


def write_index(path: str, index: Index) -> None:
    """Put ``index`` at ``path``; a reader sees the old or the new. Raises OSError."""
    parts = [column.cast("B") if len(column) else column for column in index.columns]
    sizes = [part.nbytes for part in parts]
    names: list[Any] = [sys.byteorder, index.file, index.holders, index.levels, index.times, index.digest, index.is_old]
    head = json.dumps([*names, sizes]).encode() + b"\n"
    write_whole(path, HEADER, [head, *parts])
