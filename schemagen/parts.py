"""This module knows how to take the parts of a document for schemas of their own, such as those of an OpenAPI document.

A part is named by its document's file and a pointer (see ``part_paths``). Whatever a reference in the document leads
to is a part, if it is a schema: those that ``schemas`` asks for (``api.yaml#/components/schemas/*``) have tasks. The
digest of a part is over all that it says, and where its references start from, and over nothing else of the document:
so that a task depends on the parts that it reaches, and on no others.

A document is read whole, unless it is JSON of more bytes than ``max_schema_bytes``: then only an index of it is made,
and each part is read when it is asked for (see ``bundles``). For a part it makes no difference, but that an anchor in
another part, and the document as a whole, cannot be referred to.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from schemagen.config import Config
from schemagen.digest import digest_fields
from schemagen.documents import Document, read_document, schema_of
from schemagen.errors import ConfigError, Location, SchemaError
from schemagen.jsontext import dumps, join_pointer, split_pointer
from schemagen.model import Draft, Schema, SchemaFile
from schemagen.part_paths import path_of_part, pointer_of_part, safe_name
from schemagen.sources import checked_schema, compile_patterns, is_excluded, read_bytes
from schemagen.state.sight import Sight
from schemagen.texts import Syntax, stem_of, syntax_of
from schemagen.unchanged import INDEX_PREFIX, STATE_FOLDER

if TYPE_CHECKING:  # few projects need it
    from schemagen.bundles.bundle import Bundle
    from schemagen.bundles.index import Index

_DRAFT_4 = re.compile(rb"draft-04")
_NOT_READ: Mapping[str, Index] = {}


class Parts:
    """The parts of the documents that ``config`` names; each document is read once, when a part of it is asked for.

    ``documents`` are their paths. Most projects have none, and need none of this: see ``project.parts_of``. ``indexes``
    are those of large documents that are known, by path, ``new`` those of them that were made just now.
    """

    def __init__(self, config: Config, indexes: Mapping[str, Index] = _NOT_READ, new: Collection[str] = ()) -> None:
        self._config = config
        self.documents = tuple(dict.fromkeys(file for file, _ in config.documents))
        self._names = {posixpath.basename(file) for file in self.documents}
        self._excluded = compile_patterns(config.exclude)
        self._read: dict[str, Document | Bundle] = {}
        self._known: dict[str, tuple[str, int] | None] = {}  # digests and sizes, of documents that were read whole
        self._indexes = dict(indexes)
        self._new = set(new)  # whose index is to be kept

    def find(self) -> tuple[SchemaFile, ...]:
        """The parts that the configuration asks for, in its order, then by name.

        Raises ConfigError where a document cannot be read: which schemas there are is not known then.
        """
        found: dict[str, SchemaFile] = {}
        for file, pointer in self._config.documents:
            if os.path.lexists(os.path.join(self._config.root, f"{file}#")):
                raise ConfigError(f"{file}# is in the way of the names of its parts", Location(file), "SG018")
            try:
                keys = self._document(file).keys_at(join_pointer("#", *split_pointer(pointer)))
                if not keys:
                    raise SchemaError(f"nothing in it is at {pointer}/*", Location(file), "SG017")
            except SchemaError as error:
                raise ConfigError(error.message, error.location, error.code) from None
            folder = self._folder_for(file)
            above = join_pointer("#", *split_pointer(pointer))  # with escapes as references have them
            for key in sorted(keys):
                part = SchemaFile(f"{folder}/{safe_name(key)}", path_of_part(file, join_pointer(above, key)))
                if not is_excluded(part, self._excluded):
                    found.setdefault(part.path, part)
        return tuple(found.values())

    def _folder_for(self, file: str) -> str:
        """What the names of the parts of ``file`` begin with: its own name, or its path where others are named so."""
        stems = [stem_of(posixpath.basename(document)) for document in self.documents]
        own = stem_of(posixpath.basename(file))
        return "/".join(map(safe_name, [own] if stems.count(own) == 1 else stem_of(file).strip("/").split("/")))

    def name_of(self, path: str) -> str | None:
        """The name of the schema at ``path``, if it is one of a large document that has a task."""
        file = self.document_of(path)
        document = None if file is None else self._document(file)
        if file is None or document is None or isinstance(document, Document):
            return None
        pointer = pointer_of_part(path, file)
        if not document.has_definition(pointer):
            return None
        name = f"{self._folder_for(file)}/{safe_name(split_pointer(pointer)[-1])}"
        return None if is_excluded(SchemaFile(name, path), self._excluded) else name

    def names(self, known: Mapping[str, str]) -> Mapping[str, str]:
        """The names of schemas by path: those that are ``known``, and those in large documents."""
        return _Names(known, self)

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

    def sights(self) -> dict[str, Sight]:
        """What was seen of the large documents, by path."""
        return {file: bundle.sight for file, bundle in self.bundles().items()}

    def numbers(self) -> dict[str, tuple[Index, int]]:
        """The index of each large document, by path, with the number that a snapshot has for its first entry."""
        numbers, first = {}, -1
        for file, bundle in self.bundles().items():
            numbers[file] = bundle.index, first
            first -= len(bundle.index)
        return numbers

    def bundles(self) -> dict[str, Bundle]:
        """The large documents, by path."""
        found = {file: self._document(file) for file in self.documents if self._is_large(file)}
        return {file: document for file, document in found.items() if not isinstance(document, Document)}

    def keep_indexes(self) -> None:
        """Keep the indexes of large documents that are new; for whoever holds the lock."""
        bundles = self.bundles()
        state = os.path.join(self._config.root, STATE_FOLDER)
        if not bundles and not any(name.startswith(INDEX_PREFIX) for name in os.listdir(state)):
            return
        from schemagen.bundles.reading import keep_indexes

        new = [bundle.index for file, bundle in bundles.items() if file in self._new]
        keep_indexes(self._config.root, new, bundles, is_whole=self._config.is_whole)
        self._new.clear()

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
            if not self._may_have_id(file):
                continue  # without a look at what it says, which takes long
            own = self._document(file).own_id
            if own:
                yield file, own

    def _may_have_id(self, file: str) -> bool:
        document = self._read.get(file)
        if self._is_large(file):
            return True
        data = document.data if isinstance(document, Document) else read_bytes(SchemaFile(file, file), self._config)
        return b"$id" in data or _DRAFT_4.search(data) is not None or self._config.default_draft is Draft.D4

    def digest(self, path: str) -> str | None:
        """The digest of the part at ``path``; None where nothing in its document is there, or no schema."""
        part = self._part(path)
        return None if part is None else part[0]

    def why_not(self, file: str, pointer: str) -> str:
        """Why nothing can refer to what is at ``pointer`` in ``file``; empty where something may."""
        document = self._document(file)
        return "" if isinstance(document, Document) else document.never_whole(pointer)

    def size(self, path: str) -> int:
        """About how many bytes the part at ``path`` has; 0 where there is none."""
        part = self._part(path) if self.document_of(path) is not None else None
        return 0 if part is None else part[1]

    def _part(self, path: str) -> tuple[str, int] | None:
        """The digest and the size of the part at ``path``; None where there is none."""
        if path in self._known:
            return self._known[path]
        file = self.document_of(path)
        assert file is not None
        document, pointer = self._document(file), pointer_of_part(path, file)
        found = document.part(pointer)
        if found is not None:
            around, ids = document.around(pointer)
            found = digest_fields([document.dialect.draft, around, *ids, found[0]]), found[1]
        if isinstance(document, Document):  # of a large one there are too many, and it is found as fast again
            self._known[path] = found
        return found

    def schema(self, part: SchemaFile) -> Schema:
        """The schema that ``part`` is; raises SchemaError where it is none."""
        file = self.document_of(part.path)
        assert file is not None
        document = self._document(file)
        pointer = pointer_of_part(part.path, file)
        try:
            value = schema_of(document.value_at(pointer), document.dialect)
        except (LookupError, ValueError):
            raise SchemaError(f"it has nothing at {pointer} any more", Location(file), "SG109") from None
        if document.dialect.has_other_format(value):
            message = "schemaFormat: schemagen knows schemas of AsyncAPI's own format only"
            raise SchemaError(message, document.place(pointer), "SG107")
        digest = self.digest(part.path) or ""
        return checked_schema(
            part, dumps(value).encode(), digest, value, document.dialect.draft, document.home(pointer)
        )

    def _document(self, file: str) -> Document | Bundle:
        known = self._read.get(file)
        if known is None:
            known = self._read[file] = self._bundle(file) if self._is_large(file) else read_document(file, self._config)
        return known

    def _is_large(self, file: str) -> bool:
        """Whether ``file`` is too large to be read whole, and written so that it need not be."""
        if file in self._read or file in self._indexes:
            return not isinstance(self._read.get(file), Document)
        if syntax_of(file, json_comments=self._config.json_comments) is not Syntax.JSON:
            return False
        try:
            return os.stat(os.path.join(self._config.root, file)).st_size > self._config.max_schema_bytes
        except OSError:
            return False  # reading it will say so

    def _bundle(self, file: str) -> Bundle:
        from schemagen.bundles.bundle import Bundle
        from schemagen.bundles.reading import File, holders_of, index_of

        config = self._config
        place = File(config.root, file, holders_of(config.documents, file))
        index = self._indexes.get(file)
        if index is None or index.holders != place.holders:
            index, is_new = index_of(place, trusts_times=not config.is_paranoid)
            if is_new:
                self._new.add(file)
        return Bundle(place, index, config.default_draft, config.max_schema_bytes)


class _Names(Mapping[str, str]):
    """The names of schemas by path: those that are ``known``, and then those in large documents."""

    def __init__(self, known: Mapping[str, str], parts: Parts) -> None:
        self._known = known
        self._parts = parts

    def __getitem__(self, path: str) -> str:
        name = self._known.get(path) or self._parts.name_of(path)
        if name is None:
            raise KeyError(path)
        return name

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
