"""This module knows how to read one definition of a large document where it is asked for, by the index of all.

Each that is read must have the bytes that the index says it has.
"""

from __future__ import annotations

import os

from schemagen.bundles.index import Index
from schemagen.bundles.places import place_of_byte
from schemagen.bundles.reading import File, bytes_at, parsed, telling_of
from schemagen.dialects import id_of
from schemagen.errors import Location, SchemaError
from schemagen.jsontext import join_pointer, resolve_pointer, split_pointer
from schemagen.model import Cut, Draft, Home, JsonValue
from schemagen.openapi import Dialect, dialect_of, part_at
from schemagen.state.sight import Sight


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
            telling = telling_of(file, fd, index)
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
            self._parts[pointer] = part_at(self.value_at, pointer, is_old=self.dialect.is_openapi_3_0)
        return self._parts[pointer]

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
            self._last = entry, parsed(self._file, self.index, entry, self._bytes(entry))
        return self._last[1]

    def _bytes(self, entry: int) -> bytes:
        if self.index.span(entry)[2] > self._limit:
            message = f"larger than {self._limit} bytes; max_schema_bytes in [tool.schemagen] sets the limit"
            raise SchemaError(message, self.place(self.index.pointer(entry)), "SG105")
        fd = self._open()
        try:
            return bytes_at(self._file, fd, self.index, entry)
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
