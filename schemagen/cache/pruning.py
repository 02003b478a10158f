"""This module knows how large a folder of kept outputs is, how to keep it within its limit, and what in it is damaged.

``tally`` has eight bytes for each group that was added, its size, and first the size of all that was left by the last
pruning: to know about how large the folder is takes one small file. When that is beyond the limit, or has many numbers,
everything is looked at; what was not used for longest goes until a fifth of the limit is free, and the index is written
anew from the mappings that are left. Who reads meanwhile finds less; who adds meanwhile may have to add again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from schemagen.cache.folder import BLOBS, MAPPINGS, QUARANTINE, TALLY, TEMPORARY, FolderStore
from schemagen.cache.index import INDEX, files_of
from schemagen.cache.mapping import Damaged, Group
from schemagen.state.files import open_regular

_FREE = 5  # the part of the limit that is free after a pruning
_MOST_NUMBERS = 8192
_OLD_SECONDS = 3600


class Found(NamedTuple):
    """A file of the store."""

    used: float  # seconds since the epoch
    size: int
    path: str


class Sizes(NamedTuple):
    """What a store holds: groups, outputs, and bytes of blobs, mappings and index; and files in quarantine."""

    groups: int
    outputs: int
    size_bytes: int
    quarantined: int


def is_due(store: FolderStore, limit: int) -> bool:
    """Whether ``store`` has outgrown ``limit`` bytes, as far as the tally tells."""
    try:
        with open(open_regular(os.path.join(store.root, TALLY), os.O_RDONLY), "rb") as file:
            raw = file.read((_MOST_NUMBERS + 1) * 8)
    except FileNotFoundError:
        return False
    numbers = [int.from_bytes(raw[at : at + 8], "little") for at in range(0, len(raw), 8)]
    return sum(numbers) > limit or len(numbers) > _MOST_NUMBERS


def prune(store: FolderStore, limit: int, *, is_asked: bool = False) -> int:
    """Let go of what was not used for longest, until ``store`` has no more than four fifths of ``limit`` bytes (where
    it ``is_asked`` for, of what exceeds ``limit``), and of what is in quarantine; returns the bytes that went. Does
    nothing where another process is at it. Raises OSError."""
    with _lock(store.root) as has_lock:
        if not has_lock:
            return 0
        went = sum(_remove(each) for each in [*_files(store.root, QUARANTINE), *_temporary(store.root)])
        found = sorted([*_files(store.root, BLOBS), *_files(store.root, MAPPINGS)])
        total = sum(each.size for each in found)
        if total > limit:
            wanted = limit if is_asked else limit - limit // _FREE
            for each in found:
                if total <= wanted:
                    break
                total -= each.size
                went += _remove(each)
        _write_index(store)
        _replace(os.path.join(store.root, TALLY), total.to_bytes(8, "little"))
        return went


def sizes(store: FolderStore) -> Sizes:
    """What ``store`` holds."""
    groups = [group for group in _groups(store) if isinstance(group, Group)]
    files = [each for kind in (BLOBS, MAPPINGS, INDEX) for each in _files(store.root, kind)]
    quarantined = sum(1 for _ in _files(store.root, QUARANTINE))
    outputs = sum(len(group.outputs) for group in groups)
    return Sizes(len(groups), outputs, sum(each.size for each in files), quarantined)


def verify(store: FolderStore) -> Iterator[tuple[str, str]]:
    """Read everything; yields the key of a group and the path of an output in it, empty for a mapping, for each that is
    damaged. These are in quarantine then."""
    for group in _groups(store):
        if isinstance(group, str):
            yield group, ""
            continue
        for path in store.damage_of(group):
            yield group.key, path


def _groups(store: FolderStore) -> Iterator[Group | str]:
    """Every group; the key alone of one that is damaged."""
    for each in _files(store.root, MAPPINGS):
        key = os.path.basename(each.path)
        try:
            group = store.group(key)
        except Damaged:
            yield key
            continue
        if group is not None:
            yield group


def _write_index(store: FolderStore) -> None:
    pairs = [
        (key, group.key)
        for group in _groups(store)
        if isinstance(group, Group) and store.has_blob(group)
        for key in group.outputs
    ]
    files = files_of(pairs)
    for each in _files(store.root, INDEX):
        if os.path.basename(each.path) not in files:
            _remove(each)
    for name, data in files.items():
        _replace(os.path.join(store.root, INDEX, name), data)


def _replace(path: str, data: bytes) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    temp = f"{os.path.dirname(path)}/.{os.getpid()}.{os.urandom(6).hex()}{TEMPORARY}"
    try:
        with open(temp, "xb") as file:
            file.write(data)
        os.replace(temp, path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temp)
        raise


def _files(root: str, kind: str) -> Iterator[Found]:
    for parent, _, names in os.walk(os.path.join(root, kind)):
        for name in names:
            if not name.startswith("."):
                yield from _found(os.path.join(parent, name))


def _temporary(root: str) -> Iterator[Found]:
    """What killed builds left."""
    for parent, _, names in os.walk(root):
        for name in names:
            if name.startswith(".") and name.endswith(TEMPORARY):
                old = time.time() - _OLD_SECONDS
                yield from (each for each in _found(os.path.join(parent, name)) if each.used < old)


def _found(path: str) -> Iterator[Found]:
    with contextlib.suppress(FileNotFoundError):  # another process was faster
        status = os.lstat(path)
        yield Found(status.st_mtime, status.st_size, path)


def _remove(file: Found) -> int:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(file.path)
        return file.size
    return 0


@contextlib.contextmanager
def _lock(root: str) -> Iterator[bool]:
    fd = open_regular(os.path.join(root, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(fd)
