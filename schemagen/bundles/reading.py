"""This module knows how to have the index of a large document: the one that is kept, or one that is made now.

The index is kept in the state folder. It is believed for as long as the file has the times that it was made at, if they
are sure to belong to its bytes (see ``sight``); an older one spares most of the work to make the next.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import xxhash

from schemagen.bundles.index import Index, Making, load_index, repeated_entry, write_index
from schemagen.bundles.places import place_of_byte
from schemagen.bundles.scanning import Scanning
from schemagen.errors import Location, SchemaError
from schemagen.jsontext import join_pointer, parse, split_pointer
from schemagen.model import Draft, JsonValue
from schemagen.openapi import TELLING, dialect_of, said_by
from schemagen.state.glance import times_at, times_of
from schemagen.state.sight import UNSURE, file_system_now, settled
from schemagen.unchanged import INDEX_PREFIX, LOCK, STATE_FOLDER

_MOST_TELLING = 1 << 16  # bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file of the project in the folder ``root``, of which ``holders`` (pointers) hold definitions."""

    root: str
    path: str
    holders: tuple[str, ...]

    @property
    def real(self) -> str:
        return os.path.join(self.root, self.path)

    @property
    def index(self) -> str:
        """Where its index is kept."""
        return os.path.join(self.root, STATE_FOLDER, _name_of_index(self.path))


def _name_of_index(path: str) -> str:
    return f"{INDEX_PREFIX}{xxhash.xxh3_64_hexdigest(path.encode('utf-8', 'surrogateescape'))}"


def kept_index(root: str, path: str) -> Index | None:
    """The index that is kept of the file at ``path``, whatever the file holds by now; None where there is none."""
    index = load_index(File(root, path, ()).index)
    return index if index is not None and index.file == path else None


def index_of(file: File, *, trusts_times: bool = True) -> tuple[Index, bool]:
    """The index of ``file``, and whether the file had to be read for it.

    Raises SchemaError where it cannot be read, or is no JSON, ConfigError where what is needed for that is missing.
    """
    kept = kept_index(file.root, file.path)
    if kept is not None and kept.holders != file.holders:
        kept = None
    if kept is not None and trusts_times and kept.times != UNSURE and kept.times == times_at(file.real):
        return kept, False
    return read_index(file, kept), True


def read_index(file: File, before: Index | None) -> Index:
    """Make an index of ``file``; ``before`` is an earlier one of the same holders. Raises as ``index_of``."""
    now = file_system_now(os.path.join(file.root, LOCK))
    try:
        fd = os.open(file.real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SchemaError(f"cannot read: {error.strerror}", Location(file.path), "SG108") from None
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise SchemaError("not a regular file", Location(file.path), "SG108")
        making, digest, new = Scanning(fd, file.path, file.real, file.holders, before).run()
        times = times_of(status)
        is_same = times_of(os.fstat(fd)) == times
        index = making.made(settled(times, now) if is_same else UNSURE, digest, is_old=False, before=before)
        return _described(file, fd, making, index, before, new)
    except OSError as error:
        raise SchemaError(f"cannot read: {error.strerror}", Location(file.path), "SG108") from None
    finally:
        os.close(fd)


def _described(file: File, fd: int, making: Making, index: Index, before: Index | None, new: Iterable[int]) -> Index:
    """``index`` with what its definitions say, of which only the ``new`` ones are not known from ``before``."""
    repeated = repeated_entry(index)
    if repeated is not None:
        place = Location(file.path, *place_of_byte(file.real, index.span(repeated)[0]))
        raise SchemaError(f"member {index.key(repeated)!r} stands twice in this object", place, "SG103")
    is_old = dialect_of(telling_of(file, fd, index), Draft.D2020, lambda _: Location(file.path)).is_openapi_3_0
    if before is None or before.is_old != is_old:
        new = range(len(index))
    for entry in new:
        if index.is_definition(entry):
            value = parsed(file, index, entry, bytes_at(file, fd, index, entry))
            making.say(entry, xxhash.xxh3_128_digest(said_by(value, is_old=is_old)))
    return Index(index.file, index.holders, index.levels, index.times, index.digest, is_old, index.columns)


def telling_of(file: File, fd: int, index: Index) -> dict[str, JsonValue]:
    """The members of the root that tell the dialect."""
    found = {key: entry for key in TELLING if (entry := index.find("#", key)) is not None}
    return {
        key: parsed(file, index, entry, bytes_at(file, fd, index, entry))
        if index.span(entry)[2] <= _MOST_TELLING
        else None  # which tells nothing that is known
        for key, entry in found.items()
    }


def bytes_at(file: File, fd: int, index: Index, entry: int) -> bytes:
    _, start, size = index.span(entry)
    data = os.pread(fd, size, start)
    while len(data) < size and (more := os.pread(fd, size - len(data), start + len(data))):
        data += more  # one call reads no more than 2 GB
    if xxhash.xxh3_128_digest(data) != index.raw(entry):
        raise SchemaError("it was changed while it was used: build again", Location(file.path), "SG109")
    return data


def parsed(file: File, index: Index, entry: int, data: bytes) -> JsonValue:
    try:
        return parse(data, file.path)
    except SchemaError as error:
        line, column = place_of_byte(file.real, index.span(entry)[1])
        there = error.location
        place = line + there.line - 1, column + there.column - 1 if there.line == 1 else there.column
        raise SchemaError(error.message, Location(file.path, *place), error.code) from None


def keep_indexes(root: str, indexes: Iterable[Index], files: Collection[str], *, is_whole: bool) -> None:
    """Keep ``indexes`` for the next build, and, if this one ``is_whole``, none of other files than ``files``. An index
    only spares reading: one that cannot be written is none."""
    for index in indexes:
        file = File(root, index.file, index.holders)
        try:
            write_index(file.index, index)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(file.index)
    if is_whole:
        drop_indexes(root, files)


def drop_indexes(root: str, files: Collection[str]) -> None:
    """Remove the indexes of other files than ``files``."""
    kept = {_name_of_index(file) for file in files}
    with contextlib.suppress(OSError), os.scandir(os.path.join(root, STATE_FOLDER)) as entries:
        for each in entries:
            if each.name.startswith(INDEX_PREFIX) and each.name not in kept:
                os.unlink(each.path)


def holders_of(documents: Sequence[tuple[str, str]], file: str) -> tuple[str, ...]:
    """The pointers, of a configuration's ``documents``, of what holds definitions in ``file``."""
    return tuple(
        dict.fromkeys(join_pointer("#", *split_pointer(pointer)) for path, pointer in documents if path == file)
    )
