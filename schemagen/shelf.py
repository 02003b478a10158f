"""This module knows how to keep the schemas of a project at hand: all where they are few, else some."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from schemagen.config import Config
from schemagen.digest import digest_of
from schemagen.errors import Location, SchemaError
from schemagen.model import Schema, SchemaFile
from schemagen.sources import parse_schema, read_bytes

if TYPE_CHECKING:  # most projects need none
    from schemagen.parts import Parts

# What is parsed of a schema takes some four times the memory of its bytes. Where not all can stay, whoever goes through
# all of them finds none of those that do: then few are as good as many.
MOST_BYTES, FEW_BYTES = 24 << 20, 2 << 20
MOST_SCHEMAS = 10_000


class Shelf:
    """Schemas by path, each of exactly the bytes that were put there; ``parts`` has those that are parts of documents.

    All that is parsed of them stays as long as they are no more than MOST_SCHEMAS, of no more than MOST_BYTES. From
    then on what was parsed first goes, down to FEW_BYTES, and is read and parsed again where it is asked for; the bytes
    must be the same then. What is to be kept stays, up to MOST_BYTES.
    """

    def __init__(self, config: Config, parts: Parts | None) -> None:
        self._config = config
        self._parts = parts
        self._most = MOST_BYTES
        self._read: dict[str, tuple[SchemaFile, str]] = {}
        self._bytes: dict[str, bytes] = {}
        self._room = MOST_BYTES  # for more bytes
        self._parsed: OrderedDict[str, Schema] = OrderedDict()
        self._kept: dict[str, Schema] = {}
        self._parsed_bytes = self._kept_bytes = 0
        self.holds_all = True  # whether nothing had to go yet

    def __contains__(self, path: str) -> bool:
        return path in self._read

    def put(self, file: SchemaFile, data: bytes, digest: str) -> None:
        """Take ``data``, the bytes of ``file``, whose digest is ``digest``."""
        self._read[file.path] = file, digest
        if len(data) <= self._room:
            self._bytes[file.path] = data
            self._room -= len(data)

    def drop(self, path: str) -> None:
        """Let go of a schema that is no good."""
        del self._read[path]
        self._room += len(self._bytes.pop(path, b""))
        gone = self._parsed.pop(path, None)
        self._parsed_bytes -= len(gone.data) if gone else 0

    def get(self, path: str) -> Schema:
        """The schema at ``path``; raises SchemaError where its bytes are none, or are others by now, and KeyError where
        it was not put here."""
        schema = self._kept.get(path) or self._parsed.get(path)
        if schema is None:
            file, digest = self._read[path]
            schema = self._parsed_again(file, digest)
            self._make_room(len(schema.data))
            self._parsed[path] = schema
            self._parsed_bytes += len(schema.data)
        return schema

    def data(self, path: str) -> bytes:
        """The bytes of the schema at ``path``, which is no part of a document; raises as ``get`` does."""
        return self._data(*self._read[path])

    def keep(self, path: str) -> bool:
        """Parse the schema at ``path``, and let it stay if there is room; returns whether there was."""
        schema = self.get(path)
        if path in self._kept:
            return True
        if self._kept_bytes + len(schema.data) > MOST_BYTES or len(self._kept) >= MOST_SCHEMAS:
            return False
        self._kept[path] = self._parsed.pop(path)
        self._parsed_bytes -= len(schema.data)
        self._kept_bytes += len(schema.data)
        return True

    def _parsed_again(self, file: SchemaFile, digest: str) -> Schema:
        if self._parts is not None and self._parts.document_of(file.path) is not None:
            return self._parts.schema(file)
        return parse_schema(file, self._data(file, digest), digest, self._config)

    def _data(self, file: SchemaFile, digest: str) -> bytes:
        data = self._bytes.get(file.path)
        if data is None:
            data = read_bytes(file, self._config)
            if digest_of(data) != digest:
                raise SchemaError("it was changed while it was used: build again", Location(file.path), "SG109")
        return data

    def _make_room(self, size: int) -> None:
        if self._parsed_bytes + size > self._most or len(self._parsed) >= MOST_SCHEMAS:
            self._most = FEW_BYTES
            self._bytes.clear()
            self._room = 0
            self.holds_all = False
        while self._parsed and self._parsed_bytes + size > self._most:
            _, gone = self._parsed.popitem(last=False)
            self._parsed_bytes -= len(gone.data)
