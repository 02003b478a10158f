"""This module knows how to read one definition of a large document where it is asked for, by the index of all.

The index of a document is kept in the state folder. It is believed for as long as the file has the times that it was
made at, if they are sure to belong to its bytes (see ``sight``); each definition that is read must have the bytes that
the index says it has.
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
from schemagen.dialects import id_of
from schemagen.errors import Location, SchemaError
from schemagen.jsontext import dumps, join_pointer, parse, resolve_pointer, split_pointer
from schemagen.model import Cut, Draft, Home, JsonValue
from schemagen.openapi import TELLING, Dialect, as_2020_12, dialect_of
from schemagen.state.glance import times_at, times_of
from schemagen.state.sight import UNSURE, Sight, file_system_now, settled
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
    is_old = dialect_of(_telling(file, fd, index), Draft.D2020, lambda _: Location(file.path)).is_openapi_3_0
    if before is None or before.is_old != is_old:
        new = range(len(index))
    for entry in new:
        if index.is_definition(entry):
            value = _parsed(file, index, entry, _bytes_at(file, fd, index, entry))
            making.say(entry, said_by(value, is_old=is_old))
    return Index(index.file, index.holders, index.levels, index.times, index.digest, is_old, index.columns)


def _telling(file: File, fd: int, index: Index) -> dict[str, JsonValue]:
    """The members of the root that tell the dialect."""
    found = {key: entry for key in TELLING if (entry := index.find("#", key)) is not None}
    return {
        key: _parsed(file, index, entry, _bytes_at(file, fd, index, entry))
        if index.span(entry)[2] <= _MOST_TELLING
        else None  # which tells nothing that is known
        for key, entry in found.items()
    }


def said_by(schema: JsonValue, *, is_old: bool) -> bytes:
    """The digest of what ``schema`` says, however it is laid out."""
    return xxhash.xxh3_128_digest(dumps(as_2020_12(schema) if is_old else schema).encode())


def _bytes_at(file: File, fd: int, index: Index, entry: int) -> bytes:
    _, start, size = index.span(entry)
    data = os.pread(fd, size, start)
    while len(data) < size and (more := os.pread(fd, size - len(data), start + len(data))):
        data += more  # one call reads no more than 2 GB
    if xxhash.xxh3_128_digest(data) != index.raw(entry):
        raise SchemaError("it was changed while it was used: build again", Location(file.path), "SG109")
    return data


def _parsed(file: File, index: Index, entry: int, data: bytes) -> JsonValue:
    try:
        return parse(data, file.path)
    except SchemaError as error:
        line, column = place_of_byte(file.real, index.span(entry)[1])
        there = error.location
        place = line + there.line - 1, column + there.column - 1 if there.line == 1 else there.column
        raise SchemaError(error.message, Location(file.path, *place), error.code) from None


class Bundle:
    """A large document, by its ``index``. What is read of it at once has no more than ``limit`` bytes.

    Raises SchemaError where its dialect is not known; ``default`` is that of one that says nothing.
    """

    def __init__(self, file: File, index: Index, default: Draft, limit: int) -> None:
        self.file = file.path
        self.index = index
        self._file = file
        self._limit = limit
        self._last: tuple[int, JsonValue] = (-1, None)
        self._ids: dict[str, str] = {}  # of what is open
        self._parts: dict[str, tuple[str, int] | None] = {}  # of those that are not definitions
        fd = self._open()
        try:
            telling = _telling(file, fd, index)
        finally:
            os.close(fd)
        self.dialect: Dialect = dialect_of(telling, default, self.place)

    @property
    def digest(self) -> str:
        """The digest of all its bytes."""
        return self.index.digest

    @property
    def sight(self) -> Sight:
        return Sight(self.index.times, self.index.digest)

    def keys_at(self, pointer: str) -> list[str]:
        """The keys of what is at ``pointer``, which holds definitions."""
        return [self.index.key(entry) for entry in self.index.definitions(pointer)]

    def has_definition(self, pointer: str) -> bool:
        """Whether there is a definition at ``pointer``."""
        entry, rest = self.index.entry_at(pointer)
        return entry is not None and not rest and self.index.is_definition(entry)

    def part(self, pointer: str) -> tuple[str, int] | None:
        """The digest of what the schema at ``pointer`` says, and its size; None where there is none."""
        entry, rest = self.index.entry_at(pointer)
        if entry is not None and not rest and self.index.is_definition(entry):
            is_schema = self.index.first(entry) in b"{tf"
            return (self.index.said(entry).hex(), self.index.span(entry)[2]) if is_schema else None
        if pointer not in self._parts:
            self._parts[pointer] = self._part_within(pointer)
        return self._parts[pointer]

    def _part_within(self, pointer: str) -> tuple[str, int] | None:
        try:
            value = self.value_at(pointer)
        except (LookupError, ValueError):  # ValueError: an index of thousands of digits
            return None
        if not isinstance(value, dict | bool):
            return None
        return said_by(value, is_old=self.dialect.is_openapi_3_0).hex(), len(dumps(value))

    def value_at(self, pointer: str) -> JsonValue:
        """The value at ``pointer``; raises LookupError where there is none."""
        entry, rest = self.index.entry_at(pointer)
        if entry is None:
            if pointer in self.index.levels:
                raise SchemaError(self.never_whole(pointer), Location(self.file), "SG105")
            raise LookupError(pointer)
        return resolve_pointer(self._value(entry), join_pointer("#", *rest))

    def never_whole(self, pointer: str) -> str:
        """Why what is at ``pointer`` cannot be read; empty where that is not for it being open."""
        if pointer not in self.index.levels or self.index.entry_at(pointer)[0] is not None:
            return ""
        where = self.file if pointer == "#" else f"{self.file}{pointer}"
        return (
            f"{where} is not read whole: it is part of a document of more than {self._limit} bytes (max_schema_bytes)"
        )

    def _value(self, entry: int) -> JsonValue:
        if self._last[0] != entry:
            self._last = entry, _parsed(self._file, self.index, entry, self._bytes(entry))
        return self._last[1]

    def _bytes(self, entry: int) -> bytes:
        if self.index.span(entry)[2] > self._limit:
            message = f"larger than {self._limit} bytes; max_schema_bytes in [tool.schemagen] sets the limit"
            raise SchemaError(message, self.place(self.index.pointer(entry)), "SG105")
        fd = self._open()
        try:
            return _bytes_at(self._file, fd, self.index, entry)
        except OSError as error:
            raise SchemaError(f"cannot read: {error.strerror}", Location(self.file), "SG108") from None
        finally:
            os.close(fd)

    def _open(self) -> int:
        try:
            return os.open(self._file.real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise SchemaError(f"cannot read: {error.strerror}", Location(self.file), "SG108") from None

    def around(self, pointer: str) -> tuple[str, tuple[str, ...]]:
        """The pointer of the innermost resource with an id around what is at ``pointer``, and the ids from the root
        down to it, each relative to the one before."""
        here, around, ids = "#", "#", []
        entry, rest = self.index.entry_at(pointer)
        tokens = split_pointer(pointer)
        within: JsonValue = None if entry is None or not rest else self._value(entry)
        for number, token in enumerate(tokens):
            is_within = entry is not None and number >= len(tokens) - len(rest)
            own = id_of(within, self.dialect.draft) if is_within else self._id_of_open(here)
            if own:
                around = here
                ids.append(own)
            here = join_pointer(here, token)
            if is_within:
                within = within[token] if isinstance(within, dict) else within[int(token)]
        return around, tuple(ids)

    def _id_of_open(self, pointer: str) -> str:
        """The id of what is open at ``pointer``."""
        if pointer not in self._ids:
            key = "id" if self.dialect.draft is Draft.D4 else "$id"
            entry = self.index.find(pointer, key)
            is_text = entry is not None and self.index.first(entry) == ord('"')
            own = {key: self._value(entry)} if entry is not None and is_text else {}
            self._ids[pointer] = id_of(own, self.dialect.draft)
        return self._ids[pointer]

    @property
    def own_id(self) -> str:
        """The id of its root."""
        return self._id_of_open("#")

    def home(self, pointer: str) -> Home:
        """Where the schema at ``pointer`` is written."""
        entry, _ = self.index.entry_at(pointer)
        assert entry is not None
        begins, start, size = self.index.span(entry)
        fd = self._open()
        try:
            data = os.pread(fd, start - begins + size, begins)
        finally:
            os.close(fd)
        text = b"{%b}" % data if begins < start else b"[%b]" % data
        cut = Cut(self.index.pointer(entry), lambda: place_of_byte(self._file.real, begins))
        return Home(self.file, text, pointer, *self.around(pointer), cut)

    def place(self, pointer: str) -> Location:
        """Where what is at ``pointer`` is written, or what it is in."""
        entry, _ = self.index.entry_at(pointer)
        offset = 0 if entry is None else self.index.span(entry)[0]
        return Location(self.file, *place_of_byte(self._file.real, offset), pointer)


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
