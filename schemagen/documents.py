"""This module knows how to hold a document whose parts are schemas, and which was read whole."""

from __future__ import annotations

from dataclasses import dataclass

from schemagen.config import Config
from schemagen.dialects import id_of
from schemagen.digest import digest_of
from schemagen.errors import Location
from schemagen.jsontext import join_pointer, resolve_pointer, split_pointer
from schemagen.model import Home, JsonValue, SchemaFile
from schemagen.openapi import Dialect, as_2020_12, dialect_of, part_at
from schemagen.sources import read_bytes
from schemagen.texts import parse_text, place_in, syntax_of


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: the digest of its bytes, its text, its value, and what its schemas are."""

    file: str
    data: bytes
    digest: str
    value: JsonValue
    dialect: Dialect

    def keys_at(self, pointer: str) -> list[str]:
        """The keys of what is at ``pointer``."""
        try:
            holder = resolve_pointer(self.value, pointer)
        except (LookupError, ValueError):
            return []
        if isinstance(holder, list):
            return [str(index) for index in range(len(holder))]
        return list(holder) if isinstance(holder, dict) else []

    def part(self, pointer: str) -> tuple[str, int] | None:
        """The digest of what the schema at ``pointer`` says, and its size; None where there is none."""
        return part_at(self.value_at, pointer, is_old=self.dialect.is_openapi_3_0)

    def value_at(self, pointer: str) -> JsonValue:
        """The value at ``pointer``; raises LookupError where there is none."""
        return resolve_pointer(self.value, pointer)

    def around(self, pointer: str) -> tuple[str, tuple[str, ...]]:
        """The pointer of the innermost resource with an id around what is at ``pointer``, and the ids from the root
        down to it, each relative to the one before."""
        here, around, ids, value = "#", "#", [], self.value
        for token in split_pointer(pointer):
            own = id_of(value, self.dialect.draft)
            if own:
                around = here
                ids.append(own)
            here = join_pointer(here, token)
            value = value[token] if isinstance(value, dict) else value[int(token)]
        return around, tuple(ids)

    @property
    def own_id(self) -> str:
        """The id of its root."""
        return id_of(self.value, self.dialect.draft)

    def home(self, pointer: str) -> Home:
        """Where the schema at ``pointer`` is written."""
        return Home(self.file, self.data, pointer, *self.around(pointer))

    def place(self, pointer: str) -> Location:
        """Where what is at ``pointer`` is written."""
        return Location(self.file, *place_in(self.data, pointer, syntax_of(self.file, json_comments=True)), pointer)


def read_document(file: str, config: Config) -> Document:
    """Read ``file``; raises SchemaError."""
    data = read_bytes(SchemaFile(file, file), config)
    syntax = syntax_of(file, json_comments=config.json_comments)
    value = parse_text(data, file, syntax)

    def place(pointer: str) -> Location:
        return Location(file, *place_in(data, pointer, syntax), pointer)

    return Document(file, data, digest_of(data), value, dialect_of(value, config.default_draft, place))


def schema_of(value: JsonValue, dialect: Dialect) -> JsonValue:
    return as_2020_12(value) if dialect.is_openapi_3_0 else value
