"""This module knows how to take the parts of a document for schemas of their own, such as those of an OpenAPI document.

A part is named by its document's file and a pointer: ``api.yaml#/components/schemas/Pet``. Whatever a reference in the
document leads to is a part, if it is a schema: those that ``schemas`` asks for (``api.yaml#/components/schemas/*``)
have tasks. The digest of a part is over all that it says, and where its references start from, and over nothing else of
the document: so that a task depends on the parts that it reaches, and on no others.

The pointer in such a path has its tokens as JSON Pointers have them (``~0``, ``~1``), with percent escapes for ``%``
and for what is not printable: a path is a line of text, whatever a document holds.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from schemagen.config import Config
from schemagen.digest import digest_fields, digest_of
from schemagen.errors import ConfigError, Location, SchemaError
from schemagen.jsontext import dumps, join_pointer, resolve_pointer, split_pointer
from schemagen.model import Draft, Home, JsonValue, Schema, SchemaFile
from schemagen.openapi import Dialect, as_2020_12, dialect_of
from schemagen.sources import checked_schema, compile_patterns, is_excluded, read_bytes
from schemagen.texts import parse_text, place_in, stem_of, syntax_of

# What a name of a part may not hold as it is: it becomes the name of a file.
_UNSAFE = re.compile(r'[%/\\:*?"<>|]|^\.|[. ]$')
# A name of more bytes than this ends with a digest: with a suffix it has to fit into the 255 of a file system.
_MOST_BYTES, _KEPT_CHARACTERS = 180, 40
_DRAFT_4 = re.compile(rb"draft-04")


@dataclass(frozen=True, slots=True)
class _Document:
    """A document that was read: the digest of its bytes, its text, its value, and what its schemas are."""

    file: str
    data: bytes
    digest: str
    value: JsonValue
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part that is a schema."""

    digest: str
    size: int


class Parts:
    """The parts of the documents that ``config`` names; each document is read once, when a part of it is asked for.

    ``documents`` are their paths. Most projects have none, and need none of this: see ``project.parts_of``.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self.documents = tuple(dict.fromkeys(file for file, _ in config.documents))
        self._names = {posixpath.basename(file) for file in self.documents}
        self._read: dict[str, _Document] = {}
        self._known: dict[str, _Part | None] = {}

    def find(self) -> tuple[SchemaFile, ...]:
        """The parts that the configuration asks for, in its order, then by name.

        Raises ConfigError where a document cannot be read: which schemas there are is not known then.
        """
        excluded = compile_patterns(self._config.exclude)
        found: dict[str, SchemaFile] = {}
        for file, pointer in self._config.documents:
            if os.path.lexists(os.path.join(self._config.root, f"{file}#")):
                raise ConfigError(f"{file}# is in the way of the names of its parts", Location(file), "SG018")
            try:
                keys = self._keys_at(file, pointer)
            except SchemaError as error:
                raise ConfigError(error.message, error.location, error.code) from None
            folder = self._folder_for(file)
            above = join_pointer("#", *split_pointer(pointer))  # with escapes as references have them
            for key in sorted(keys):
                part = SchemaFile(f"{folder}/{safe_name(key)}", path_of_part(file, join_pointer(above, key)))
                if not is_excluded(part, excluded):
                    found.setdefault(part.path, part)
        return tuple(found.values())

    def _folder_for(self, file: str) -> str:
        """What the names of the parts of ``file`` begin with: its own name, or its path where others are named so."""
        stems = [stem_of(posixpath.basename(document)) for document in self.documents]
        own = stem_of(posixpath.basename(file))
        return "/".join(map(safe_name, [own] if stems.count(own) == 1 else stem_of(file).strip("/").split("/")))

    def _keys_at(self, file: str, pointer: str) -> list[str]:
        document = self._document(file)
        try:
            holder = resolve_pointer(document.value, pointer)
        except (LookupError, ValueError):
            holder = None
        keys = list(holder) if isinstance(holder, dict) else []
        if isinstance(holder, list):
            keys = [str(index) for index in range(len(holder))]
        if not keys:
            raise SchemaError(f"nothing in it is at {pointer}/*", Location(file), "SG017")
        return keys

    def is_document(self, path: str) -> bool:
        """Whether the file at ``path`` is one of the documents, by whatever folder it was found."""
        if posixpath.basename(path) not in self._names:
            return False
        root = self._config.root
        return any(
            os.path.realpath(os.path.join(root, path)) == os.path.realpath(os.path.join(root, file))
            for file in self.documents
        )

    def digests(self) -> dict[str, str]:
        """The digest of the bytes of each document, by path; raises SchemaError."""
        return {file: self._document(file).digest for file in self.documents}

    def path_of(self, file: str, pointer: str) -> str:
        """The path of the part of ``file`` at ``pointer``."""
        return path_of_part(file, pointer)

    def document_of(self, path: str) -> str | None:
        """The document that the part at ``path`` is in; None where that is no part."""
        if "#" not in path:
            return None
        # No folder is named like that (see ``find``), so no file of the project has such a path.
        return next((file for file in self.documents if path.startswith(f"{file}#/") or path == f"{file}#"), None)

    def files_of(self, paths: Iterable[str]) -> Collection[str]:
        """The files that hold what is at ``paths``, each once."""
        return dict.fromkeys(self.document_of(path) or path for path in paths).keys()

    def root_ids(self) -> Iterator[tuple[str, str]]:
        """Each document whose root has an id, with that."""
        for file in self.documents:
            data = self._read[file].data if file in self._read else read_bytes(SchemaFile(file, file), self._config)
            is_old = _DRAFT_4.search(data) is not None or self._config.default_draft is Draft.D4
            if b"$id" not in data and not is_old:
                continue  # without a look at what it says, which takes long
            document = self._document(file)
            own = _id_of(document.value, document.dialect.draft)
            if own:
                yield file, own

    def digest(self, path: str) -> str | None:
        """The digest of the part at ``path``; None where nothing in its document is there, or no schema."""
        part = self._part(path)
        return None if part is None else part.digest

    def sizes(self) -> Mapping[str, int]:
        """About how many bytes each part has that was looked at, by path."""
        return {path: part.size for path, part in self._known.items() if part is not None}

    def _part(self, path: str) -> _Part | None:
        if path not in self._known:
            file = self.document_of(path)
            assert file is not None
            document = self._document(file)
            try:
                value = resolve_pointer(document.value, pointer_of_part(path, file))
            except (LookupError, ValueError):  # ValueError: an index of thousands of digits
                value = None
            is_schema = isinstance(value, dict | bool)
            self._known[path] = self._described(document, pointer_of_part(path, file), value) if is_schema else None
        return self._known[path]

    def _described(self, document: _Document, pointer: str, value: JsonValue) -> _Part:
        text = dumps(_schema_of(value, document.dialect))
        around, ids = _resource_around(document, pointer)
        return _Part(digest_fields([document.dialect.draft, around, *ids, text]), len(text))

    def schema(self, part: SchemaFile) -> Schema:
        """The schema that ``part`` is; raises SchemaError where it is none."""
        file = self.document_of(part.path)
        assert file is not None
        document = self._document(file)
        pointer = pointer_of_part(part.path, file)
        try:
            value = _schema_of(resolve_pointer(document.value, pointer), document.dialect)
        except (LookupError, ValueError):
            raise SchemaError(f"it has nothing at {pointer} any more", Location(file), "SG109") from None
        if document.dialect.has_other_format(value):
            place = Location(file, *place_in(document.data, pointer, syntax_of(file, json_comments=True)), pointer)
            raise SchemaError("schemaFormat: schemagen knows schemas of AsyncAPI's own format only", place, "SG107")
        home = Home(file, document.data, pointer, *_resource_around(document, pointer))
        known = self._part(part.path)
        digest = "" if known is None else known.digest
        return checked_schema(part, dumps(value).encode(), digest, value, document.dialect.draft, home)

    def _document(self, file: str) -> _Document:
        if file not in self._read:
            data = read_bytes(SchemaFile(file, file), self._config)
            syntax = syntax_of(file, json_comments=self._config.json_comments)
            value = parse_text(data, file, syntax)

            def place(pointer: str) -> Location:
                return Location(file, *place_in(data, pointer, syntax), pointer)

            dialect = dialect_of(value, self._config.default_draft, place)
            self._read[file] = _Document(file, data, digest_of(data), value, dialect)
        return self._read[file]


def path_of_part(file: str, pointer: str) -> str:
    """The path of the part of ``file`` at ``pointer``."""
    if pointer.isprintable() and "%" not in pointer:
        return file + pointer
    return file + "".join(
        _escaped(character) if character == "%" or not character.isprintable() else character for character in pointer
    )


def pointer_of_part(path: str, file: str) -> str:
    """The pointer that ``path_of_part`` made a path of."""
    return unquote(path[len(file) :])


def safe_name(key: str) -> str:
    """``key`` as the name of a file that any file system takes; no two keys have the same one."""
    if key.isprintable() and not _UNSAFE.search(key) and 0 < len(key.encode()) <= _MOST_BYTES:
        return key
    safe = "".join(
        character if character.isprintable() and not _UNSAFE.search(character) else _escaped(character)
        for character in key
    )
    if len(safe.encode()) > _MOST_BYTES:
        return f"{safe[:_KEPT_CHARACTERS].rstrip('%')}%~{digest_of(key.encode())}"
    return safe or "%"


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def _schema_of(value: JsonValue, dialect: Dialect) -> JsonValue:
    return as_2020_12(value) if dialect.is_openapi_3_0 else value


def _resource_around(document: _Document, pointer: str) -> tuple[str, tuple[str, ...]]:
    """The pointer of the innermost resource with an id around what is at ``pointer``, and the ids from the root down to
    it, each relative to the one before."""
    here, around, ids, value = "#", "#", [], document.value
    for token in split_pointer(pointer):
        own = _id_of(value, document.dialect.draft)
        if own:
            around = here
            ids.append(own)
        here = join_pointer(here, token)
        value = value[token] if isinstance(value, dict) else value[int(token)]
    return around, tuple(ids)


def _id_of(value: JsonValue, draft: Draft) -> str:
    """The id of a schema, without fragment; empty where it has none."""
    own = value.get("id" if draft is Draft.D4 else "$id") if isinstance(value, dict) else None
    return own.partition("#")[0] if isinstance(own, str) else ""
