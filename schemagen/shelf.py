"""This module knows how to keep the schemas of a project at hand: the bytes of all, and what is parsed of some."""

from __future__ import annotations

from schemagen.config import Config
from schemagen.model import Schema, SchemaFile
from schemagen.sources import parse_schema

# What is parsed of a schema takes some four times the memory of its bytes. Where not all can stay, whoever goes through
# all of them finds none of those that do: then few are as good as many.
MOST_BYTES, FEW_BYTES = 24 << 20, 2 << 20


class Shelf:
    """Schemas by path, each of exactly the bytes that were put there.

    What is parsed of them stays as long as that is made of no more than MOST_BYTES. From then on what was parsed first
    goes, down to FEW_BYTES, and is parsed again where it is asked for. What is to be kept stays, up to MOST_BYTES.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._most = MOST_BYTES
        self._read: dict[str, tuple[SchemaFile, bytes, str]] = {}
        self._parsed: dict[str, Schema] = {}
        self._kept: dict[str, Schema] = {}
        self._parsed_bytes = self._kept_bytes = 0
        self.holds_all = True  # whether nothing had to go yet

    def __contains__(self, path: str) -> bool:
        return path in self._read

    def put(self, file: SchemaFile, data: bytes, digest: str) -> None:
        """Take ``data``, the bytes of ``file``, whose digest is ``digest``."""
        self._read[file.path] = file, data, digest

    def drop(self, path: str) -> None:
        """Let go of a schema that is no good."""
        del self._read[path]
        gone = self._parsed.pop(path, None)
        self._parsed_bytes -= len(gone.data) if gone else 0

    def get(self, path: str) -> Schema:
        """The schema at ``path``; raises SchemaError where its bytes are none, KeyError where it was not put here."""
        schema = self._kept.get(path) or self._parsed.get(path)
        if schema is None:
            schema = parse_schema(*self._read[path], self._config)
            self._make_room(len(schema.data))
            self._parsed[path] = schema
            self._parsed_bytes += len(schema.data)
        return schema

    def keep(self, path: str) -> None:
        """Parse the schema at ``path``, and let it stay if there is room."""
        schema = self.get(path)
        if path in self._parsed and self._kept_bytes + len(schema.data) <= MOST_BYTES:
            self._kept[path] = self._parsed.pop(path)
            self._parsed_bytes -= len(schema.data)
            self._kept_bytes += len(schema.data)

    def _make_room(self, size: int) -> None:
        if self._parsed_bytes + size > self._most:
            self._most = FEW_BYTES
            self.holds_all = False
        while self._parsed and self._parsed_bytes + size > self._most:
            self._parsed_bytes -= len(self._parsed.pop(next(iter(self._parsed))).data)
