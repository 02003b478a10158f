"""This module knows how to keep groups of outputs in a folder of this machine.

    cas/ab/SHA256     blobs
    ac/v1/ab/KEY      mappings
    index/v1/ab       which group holds an output: see ``index``
    quarantine/NAME   what was damaged, and is looked at no more
    tally             how much was added: see ``pruning``

A file is written under another name and then moved or linked to its own: a reader sees all of it or none. A mapping is
never replaced. What is used is given the present time, now and then, by which ``pruning`` knows what was not.

The folder is made for its owner alone. One that belongs to somebody else, or that others may write to, is not used: who
can write there can choose our outputs. Where a secret is shared with these others, its signatures say whom to believe.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Sequence

from schemagen.cache.index import Index
from schemagen.cache.mapping import (
    MOST_MAPPING_BYTES,
    Damaged,
    Group,
    Kept,
    New,
    check_output,
    decode,
    encode,
    local_group,
)
from schemagen.state.files import open_regular

BLOBS, MAPPINGS, QUARANTINE = "cas", "ac/v1", "quarantine"
TEMPORARY = ".tmp"
TALLY = "tally"
# How old a time may become before what is used is given a new one.
_TOUCH_SECONDS = 3600


class Unusable(Exception):  # noqa: N818  # not for a person: a warning is made of it
    """The folder is not to be used: ``why``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class FolderStore:
    """What is kept in the folder ``root``, signed with ``secret`` if there is one. Raises Damaged for what is not to be
    believed, once: it is put into quarantine, unless nothing is to be written; and OSError."""

    def __init__(self, root: str, secret: bytes = b"", *, is_read_only: bool = False) -> None:
        self.root = root
        self.is_read_only = is_read_only
        self.secret = secret
        self._index = Index(root)
        self._groups: dict[str, Group | None] = {}  # that were read, by key; None for one that is no good
        self._blob = "", -1  # the last one, and its file
        self._new: list[tuple[str, str]] = []  # keys of outputs and groups that wait for ``flush``
        self._added: list[int] = []  # the sizes of these groups

    def open(self) -> bool:
        """Make the folder where there is none; whether there is one now. Raises Unusable for one that is not safe."""
        try:
            status = os.stat(self.root)
        except FileNotFoundError:
            if not self.is_read_only:
                os.makedirs(self.root, mode=0o700, exist_ok=True)
            return not self.is_read_only
        if not stat.S_ISDIR(status.st_mode):
            raise Unusable("it is no folder")
        if not self.secret and status.st_uid != os.geteuid():
            raise Unusable("it belongs to somebody else")
        if not self.secret and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise Unusable("others may write to it: chmod go-w")
        if not os.access(self.root, os.R_OK | os.X_OK):
            raise Unusable("it cannot be read")
        return True

    def close(self) -> None:
        if self._blob[1] >= 0:
            os.close(self._blob[1])
        self._blob = "", -1

    # -- reading

    def read(self, key: str, path: str) -> bytes | None:
        """The bytes of the output with ``key``, which is to go to ``path`` below the output folder; None where there
        are none."""
        for group, kept in self._places(key):
            try:
                data = self._range(group, kept)
                if data is None:
                    continue  # the blob is gone, as when it was pruned
                check_output(kept, path, data)
            except Damaged:
                self._discard(group)
                raise
            self._touch(group)
            return data
        return None

    def known(self, key: str) -> Kept | None:
        """What is known of the output with ``key``, if its blob is there."""
        return next((kept for group, kept in self._places(key) if self.has_blob(group)), None)

    def _places(self, key: str) -> Iterator[tuple[Group, Kept]]:
        for name in self._index.groups_of(key):
            group = self.group(name)
            if group is not None and key in group.outputs:
                yield group, group.outputs[key]

    def group(self, key: str) -> Group | None:
        """The group with ``key``, None where there is none."""
        if key not in self._groups:
            self._groups[key] = None
            path = self._path(MAPPINGS, key)
            data = _read(path, MOST_MAPPING_BYTES)
            if data is not None:
                try:
                    self._groups[key] = decode(data, key, self.secret)
                except Damaged:
                    self._quarantine(path)
                    raise
        return self._groups[key]

    def _range(self, group: Group, kept: Kept) -> bytes | None:
        if self._blob[0] != group.blob:
            self.close()
            try:
                fd = os.open(self._path(BLOBS, group.blob), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            except FileNotFoundError:
                return None
            self._blob = group.blob, fd
            if os.fstat(fd).st_size != group.size:
                raise Damaged("its size is another")
        return os.pread(self._blob[1], kept.size, kept.start)

    def _touch(self, group: Group) -> None:
        if self.is_read_only:
            return
        with contextlib.suppress(OSError):  # it may be pruned too early then
            if os.fstat(self._blob[1]).st_mtime < time.time() - _TOUCH_SECONDS:
                for path in (self._path(BLOBS, group.blob), self._path(MAPPINGS, group.key)):
                    os.utime(path)

    def has_blob(self, group: Group) -> bool:
        """Whether the blob of ``group`` is there, all of it."""
        try:
            return os.stat(self._path(BLOBS, group.blob)).st_size == group.size
        except FileNotFoundError:
            return False

    def damage_of(self, group: Group) -> list[str]:
        """The paths of the outputs of ``group`` that are damaged; where there are any, it is in quarantine then."""
        damaged = []
        for kept in group.outputs.values():
            try:
                data = self._range(group, kept)
                if data is not None:
                    check_output(kept, kept.path, data)
            except Damaged:
                self.close()
                damaged.append(kept.path)
        if damaged:
            self._discard(group)
        return damaged

    # -- writing

    def keep(self, outputs: Collection[New]) -> list[str]:
        """Keep ``outputs`` as one group, to be found after ``flush``; returns the paths of those that are kept already
        with other bytes."""
        return self.keep_group(local_group(outputs), [output.data for output in outputs])

    def keep_group(self, group: Group, pieces: Sequence[bytes]) -> list[str]:
        """The same for a ``group`` that is made; its blob is in ``pieces``."""
        mapping = encode(group, self.secret)
        self._write(self._path(BLOBS, group.blob), pieces, replaces=True)
        path = self._path(MAPPINGS, group.key)
        if not self._write(path, [mapping], replaces=False):
            self._groups.pop(group.key, None)
            try:
                present = self.group(group.key)
            except Damaged:  # it is in quarantine
                present = None
            if present is not None:
                return differing(group, present)
            self._write(path, [mapping], replaces=True)
        self._groups[group.key] = group
        self._new += [(key, group.key) for key in group.outputs]
        self._added.append(group.size + len(mapping))
        return []

    def flush(self) -> None:
        """Let what was kept be found: one write for all of it that is together in the index."""
        new, self._new = self._new, []
        self._index.add_all(new)
        added, self._added = self._added, []
        if added:
            fd = open_regular(os.path.join(self.root, TALLY), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with open(fd, "ab") as file:
                file.write(b"".join(size.to_bytes(8, "little") for size in added))

    def _write(self, path: str, pieces: Iterable[bytes], *, replaces: bool) -> bool:
        """Write a file; whether it was, which it is not where it is there and must not be replaced."""
        temp = f"{os.path.dirname(path)}/.{os.getpid()}.{os.urandom(6).hex()}{TEMPORARY}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            fd = os.open(temp, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            fd = os.open(temp, flags, 0o600)
        try:
            with open(fd, "wb") as file:
                file.writelines(pieces)
            if replaces:
                os.replace(temp, path)
                return True
            os.link(temp, path)
        except FileExistsError:
            os.unlink(temp)
            return False
        except OSError:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temp)
            raise
        os.unlink(temp)
        return True

    # -- damage

    def _discard(self, group: Group) -> None:
        self._groups[group.key] = None
        self.close()
        self._quarantine(self._path(BLOBS, group.blob))
        self._quarantine(self._path(MAPPINGS, group.key))

    def _quarantine(self, path: str) -> None:
        if self.is_read_only:
            return
        with contextlib.suppress(OSError):  # it is found damaged again then
            os.makedirs(os.path.join(self.root, QUARANTINE), mode=0o700, exist_ok=True)
            os.replace(path, os.path.join(self.root, QUARANTINE, os.path.basename(path)))

    def _path(self, kind: str, name: str) -> str:
        return f"{self.root}/{name_of(kind, name)}"


def name_of(kind: str, name: str) -> str:
    """Where in a store the blob or mapping ``name`` is."""
    return f"{kind}/{name[:2]}/{name}"


def differing(group: Group, present: Group) -> list[str]:
    """The paths of the outputs that have other bytes in ``present``."""
    return [
        kept.path
        for key, kept in group.outputs.items()
        if key in present.outputs and present.outputs[key].sha256 != kept.sha256
    ]


def _read(path: str, most: int) -> bytes | None:
    """The bytes of a file, None where there is none; one that has more than ``most`` is cut there, which is damage."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    try:
        return os.read(fd, min(os.fstat(fd).st_size, most + 1))
    finally:
        os.close(fd)
