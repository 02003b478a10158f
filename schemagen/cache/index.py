"""This module knows how to find, in a folder, which groups hold an output.

Beside the groups there is a file for each first byte of a key, ``index/v1/ab``, of records of 72 bytes:

    key of an output (32)  key of its group (32)  xxh3-64 of these two (8)

They are appended, with one write for all that go into a file. A look-up reads the one file that may have the key; of
several records the last counts first. A record that is damaged is none, a torn one at the end is filled up by whoever
appends next, and two records of the same are no harm: what a group says is checked anyway. ``pruning`` writes all of it
anew from the groups that are there.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator

import xxhash

from schemagen.state.files import open_regular

INDEX = "index/v1"
_KEY = 32
RECORD = 2 * _KEY + 8
# A file of the index that is larger is not read: it is none of ours, or was never pruned.
_MOST_BYTES = 64 << 20


class Index:
    """The index in the folder ``root``; each file of it is read once."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._files: dict[str, bytes] = {}

    def groups_of(self, key: str) -> Iterator[str]:
        """The keys of the groups that should hold the output with ``key``, the newest first."""
        raw, data = bytes.fromhex(key), self._file(key[:2])
        at = data.rfind(raw)
        while at >= 0:
            record = data[at : at + RECORD]
            if at % RECORD == 0 and len(record) == RECORD and record[2 * _KEY :] == _check(record[: 2 * _KEY]):
                yield record[_KEY : 2 * _KEY].hex()
            at = data.rfind(raw, 0, at + _KEY - 1)

    def add_all(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Say of pairs of a key and a group that this holds the output with that; raises OSError."""
        for name, records in _by_file(pairs).items():
            self._append(os.path.join(self._root, INDEX, name), records)
            self._files.pop(name, None)

    def _file(self, name: str) -> bytes:
        if name not in self._files:
            self._files[name] = _read(os.path.join(self._root, INDEX, name))
        return self._files[name]

    def _append(self, path: str, records: bytes) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            fd = open_regular(path, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            fd = open_regular(path, flags, 0o600)
        try:
            torn = os.fstat(fd).st_size % RECORD
            os.write(fd, bytes(RECORD - torn) + records if torn else records)
        finally:
            os.close(fd)


def files_of(pairs: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """All files of an index of ``pairs``, by name."""
    return _by_file(pairs)


def _by_file(pairs: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    files: defaultdict[str, list[bytes]] = defaultdict(list)
    for key, group in pairs:
        both = bytes.fromhex(key + group)
        files[key[:2]].append(both + _check(both))
    return {name: b"".join(records) for name, records in files.items()}


def _check(both: bytes) -> bytes:
    return xxhash.xxh3_64_digest(both)


def _read(path: str) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""  # there is none: nothing is found
    try:
        size = os.fstat(fd).st_size
        return os.read(fd, size) if size <= _MOST_BYTES else b""
    except OSError:
        return b""
    finally:
        os.close(fd)
