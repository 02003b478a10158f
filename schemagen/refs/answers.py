"""This module knows how to tell where one reference leads, by the ids, files and metaschemas of a project.

A reference to another document is answered by (1) the ``$id`` of a schema of the project that equals it
after resolution against the base URI, or a metaschema; (2) where it is a relative path, the file at that
path relative to the file that holds it, exactly as named. Nothing else is tried and nothing is fetched.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from schemagen.errors import SchemaError
from schemagen.jsontext import join_pointer, split_pointer
from schemagen.model import Target
from schemagen.refs.documents import Document, has_scheme, join_uri, shortened
from schemagen.refs.folders import Found, SchemaFolders
from schemagen.refs.metaschemas import Metaschemas
from schemagen.refs.scan import Reference

if TYPE_CHECKING:  # most projects need none
    from schemagen.parts import Parts

NOTHING = "SG201"
OUTSIDE = "SG202"
UNUSABLE = "SG203"
NO_SCHEMA = "SG204"
AMBIGUOUS = "SG206"
NOT_TEXT = "SG207"


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a reference leads. ``asked`` is the URI that the ids of the project were asked for, if they were;
    ``dynamic`` is the name of the ``$dynamicAnchor`` that it leads to, and
    ``is_recursive`` whether it leads to a resource with ``$recursiveAnchor``: an outer one may take over."""

    document: Document
    target: Target
    dynamic: str = ""
    is_recursive: bool = False
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reference leads nowhere. ``uri`` is the reference in full where it may stay opaque, else empty;
    ``missing`` are the paths that were looked for and do not exist; ``asked`` is as in an Answer. ``within`` is the
    document that would have to say it."""

    code: str
    message: str
    uri: str = ""
    missing: tuple[str, ...] = ()
    asked: str = ""
    within: Document | None = None


class _Whole(NamedTuple):
    """What a reference names that leads to a document whose parts are schemas: the file, and the pointer that what
    stands behind its ``#`` begins from."""

    file: str
    pointer: str = "#"


class Answers:
    """The answers to all references of a project, whose schemas are at ``paths``; each is found once.

    ``ids`` are the URIs that name a schema or a part of it, by path, for those that have any; ``load`` gives the
    document at a path, and is asked only for those that references lead to. ``failed`` are the errors of the schemas
    that cannot be used, by path.
    """

    def __init__(
        self,
        paths: Collection[str],
        ids: Mapping[str, Iterable[str]],
        load: Callable[[str], Document],
        folders: SchemaFolders,
        failed: Mapping[str, SchemaError],
        parts: Parts | None = None,
    ) -> None:
        self._folders = folders
        self._load = load
        self._metaschemas = Metaschemas()
        self._paths = paths
        self._by_file: dict[str, str] | None = None
        self._by_real_file: dict[str, str] | None = None
        self._parts = parts
        self._wholes = {folders.absolute(file): _Whole(file) for file in parts.documents} if parts is not None else {}
        self._failed_parts = {
            path: error for path, error in failed.items() if parts is not None and parts.document_of(path)
        }
        self._failed = {folders.absolute(path): error for path, error in failed.items()}
        self._owners = owners_of_ids(ids)
        self._by_id: dict[str, tuple[Document, int] | Refusal | _Whole] = {}
        self._known: dict[tuple[str, int, str], Answer | Refusal] = {}

    def answer(self, document: Document, reference: Reference) -> Answer | Refusal:
        """Where ``reference`` of ``document`` leads, before any dynamic scope is considered."""
        if not isinstance(reference.value, str):
            return Refusal(NOT_TEXT, f"{reference.keyword} must be a string")
        key = (document.path, reference.resource, reference.value)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._find(document, reference.resource, reference.value)
        return known

    def _find(self, document: Document, resource: int, value: str) -> Answer | Refusal:
        uri, _, fragment = value.partition("#")
        asked = join_uri(document.bases[resource], uri) if uri else ""
        around = document.around
        found: tuple[Document, int] | Refusal | _Whole
        if around is not None and (asked or document.bases[resource]) == around.uri:
            found = _Whole(around.file, around.pointer)
        else:
            found = self._find_resource(document, uri, asked) if uri else (document, resource)
        if isinstance(found, _Whole):
            return self._find_part(found, document, resource, value, asked)
        if isinstance(found, Refusal):
            if found.code not in {NOTHING, NO_SCHEMA}:
                return found
            full = _full_uri(document.bases[resource], value)
            return Refusal(found.code, found.message, full, found.missing, asked)
        there, start = found
        try:
            pointer = there.point(start, fragment)
        except LookupError as error:
            message = f"{shortened(value)} leads nowhere: {error.args[0]}"
            return Refusal(NOTHING, message, _full_uri(document.bases[resource], value), asked=asked)
        name = unquote(fragment)
        resources = there.scan.resources
        return Answer(
            there,
            Target(there.path, pointer),
            name if name in resources[start].dynamic else "",
            not fragment and resources[start].is_recursive,
            asked,
        )

    def _find_part(self, whole: _Whole, referrer: Document, resource: int, value: str, asked: str) -> Answer | Refusal:
        """Where a reference leads to in a document whose parts are schemas; what it names is one of them."""
        assert self._parts is not None
        fragment = unquote(value.partition("#")[2])
        if fragment and not fragment.startswith("/"):
            return self._find_anchor(whole, referrer, resource, value, asked)
        pointer = join_pointer(whole.pointer, *split_pointer(fragment))
        if why_not := self._parts.why_not(whole.file, pointer):
            return Refusal(UNUSABLE, why_not, asked=asked)
        path = self._parts.path_of(whole.file, pointer)
        if path in self._failed_parts:
            return Refusal(UNUSABLE, f"{path} cannot be used: {self._failed_parts[path].message}", asked=asked)
        if self._parts.digest(path) is None:
            message = f"{shortened(value)} leads nowhere: there is no schema at {shortened(path)}"
            return Refusal(NOTHING, message, _full_uri(referrer.bases[resource], value), (path,), asked)
        there = self._load(path)
        return Answer(there, Target(path, "#"), "", there.scan.resources[0].is_recursive, asked)

    def _find_anchor(
        self, whole: _Whole, referrer: Document, resource: int, value: str, asked: str
    ) -> Answer | Refusal:
        """The same for the name of an anchor, which may be anywhere in the document."""
        name = unquote(value.partition("#")[2])
        own = referrer.scan.resources[resource]
        if referrer.file == whole.file and name in own.anchors:
            target = Target(referrer.path, own.anchors[name])
            return Answer(referrer, target, name if name in own.dynamic else "", asked=asked)
        assert self._parts is not None
        if why_not := self._parts.why_not(whole.file, whole.pointer):
            return Refusal(UNUSABLE, why_not, asked=asked)
        there = self._load(self._parts.path_of(whole.file, whole.pointer))
        start = there.scan.resources[0]
        if name not in start.anchors:
            message = f"{shortened(value)} leads nowhere: {whole.file} has no anchor {shortened(name)}"
            return Refusal(NOTHING, message, _full_uri(referrer.bases[resource], value), asked=asked, within=there)
        return Answer(
            there, Target(there.path, start.anchors[name]), name if name in start.dynamic else "", asked=asked
        )

    def forget(self) -> None:
        """Let go of the answers, and with them of the documents that they lead to."""
        self._known.clear()
        self._by_id.clear()

    def owners(self, uri: str) -> str:
        """The paths of the schemas that have the id ``uri``, as ``Resolution.asked`` has them."""
        return "\n".join(self._owners.get(uri, ()))

    def _find_resource(self, document: Document, uri: str, full: str) -> tuple[Document, int] | Refusal | _Whole:
        """What ``uri``, in full ``full``, of a reference in ``document`` names."""
        own = document.resource_at(full)
        if own is not None:
            return document, own
        by_id = self._find_by_id(full)
        if by_id is not None:
            return by_id
        metaschema = self._metaschemas.find(full)
        if metaschema is not None:
            return metaschema, 0
        if document.is_metaschema or (has_scheme(uri) and not _unsafe(uri)):
            return Refusal(NOTHING, f"nothing in the project answers {shortened(uri)}")
        return self._find_file(document.file, uri, full)

    def _find_by_id(self, uri: str) -> tuple[Document, int] | Refusal | _Whole | None:
        """What the ids of the project make of ``uri``; None where it is no id."""
        if uri not in self._owners:
            return None
        if uri not in self._by_id:
            owners, folders = self._owners[uri], self._folders
            # One file may be found under several names, through symbolic links.
            is_clear = len(owners) == 1 or (len({folders.real(folders.absolute(owner)) for owner in owners}) == 1)
            if not is_clear:
                self._by_id[uri] = Refusal(AMBIGUOUS, _ambiguous(uri, owners))
            elif self._parts is not None and owners[0].endswith("#") and self._parts.document_of(owners[0]):
                self._by_id[uri] = _Whole(owners[0][:-1])
            else:
                first = self._load(owners[0])
                self._by_id[uri] = first, first.resource_at(uri) or 0
        return self._by_id[uri]

    def _find_file(self, referrer: str, uri: str, full: str) -> tuple[Document, int] | Refusal | _Whole:
        unsafe = _unsafe(uri)
        if unsafe:
            return Refusal(OUTSIDE, f"{shortened(uri)} {unsafe}: a reference to a file is a relative path")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(referrer), unquote(uri)))
        absolute = self._folders.absolute(path)
        unfit = _unfit(uri) or ("" if self._folders.contain(absolute) else "leaves the schema folders")
        if unfit and has_scheme(full) and not full.startswith("file:"):
            # Below an $id such as https://example.com/a this is a good URI, if not a file.
            return Refusal(NOTHING, f"nothing in the project answers {shortened(full)}")
        if unfit:
            return Refusal(OUTSIDE, f"{shortened(uri)} {unfit}")
        return self._file_at(path, absolute, uri, full if has_scheme(full) else uri)

    def _file_at(self, path: str, absolute: str, uri: str, name: str) -> tuple[Document, int] | Refusal | _Whole:
        found = self._folders.find(absolute)
        if found is Found.OUTSIDE:
            return Refusal(OUTSIDE, f"{shortened(uri)} leaves the schema folders through a symbolic link")
        if found is Found.MISSING:
            message = f"no schema has the id {shortened(name)}, and there is no file {shortened(path)}"
            return Refusal(NOTHING, message, missing=(path,))
        if found is Found.FOLDER or uri.endswith("/"):
            return Refusal(NOTHING, f"{shortened(path)} is a folder, no schema")
        if absolute in self._wholes:
            return self._wholes[absolute]
        # Nearly always the path is as the schema was found; the tables for other ways to say it are made when needed.
        schema = path if path in self._paths else self._named_otherwise(absolute)
        if schema is not None:
            return self._load(schema), 0
        if absolute in self._failed:
            return Refusal(UNUSABLE, f"{path} cannot be used: {self._failed[absolute].message}")
        message = f"{shortened(path)} is not among the schemas: excluded, or no file of that kind"
        return Refusal(NO_SCHEMA, message, missing=(path,))

    def _named_otherwise(self, absolute: str) -> str | None:
        """The path of a schema that was found under another name, such as through a link to it or its folder."""
        folders = self._folders
        if self._by_file is None:
            self._by_file = {folders.absolute(path): path for path in self._paths}
        if absolute in self._by_file or absolute in self._failed:
            return self._by_file.get(absolute)
        if self._by_real_file is None:
            self._by_real_file = {folders.real(file): path for file, path in self._by_file.items()}
        return self._by_real_file.get(folders.real(absolute))


def owners_of_ids(ids: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The paths that have each URI among their ``ids``, in the order of ``ids``."""
    owners: dict[str, list[str]] = {}
    for path, uris in ids.items():
        for uri in uris:
            owners.setdefault(uri, []).append(path)
    return owners


def _ambiguous(uri: str, owners: list[str]) -> str:
    first, second, *others = sorted(owners)
    more = f" and {len(others)} more" if others else ""
    return f"{shortened(uri)} is the id of both {first} and {second}{more}"


def _unsafe(uri: str) -> str:
    """What makes ``uri`` one that must never be taken for a file, whatever it is relative to."""
    lower = uri.lower()
    if "\\" in uri or "%5c" in lower:
        return "has a backslash"
    if "\0" in uri or "%00" in lower:
        return "has a NUL character"
    if lower.startswith("file:"):
        return "is a file: URI"
    return "names a drive" if re.match("[a-z]:", lower) else ""


def _unfit(uri: str) -> str:
    """What keeps ``uri`` from being a relative path."""
    if uri.startswith("//"):
        return "names a host: a reference to a file is a relative path"
    if uri.startswith("/"):
        return "is an absolute path: a reference to a file is a relative path"
    if "?" in uri:
        return "has a query: a reference to a file is a relative path"
    return "has an escaped slash in a name" if "%2f" in uri.lower() else ""


def _full_uri(base: str, value: str) -> str:
    """The URI for an opaque reference; as written where no id makes it absolute, for the path of the
    project folder must not reach an output."""
    full = join_uri(base, value)
    return full if has_scheme(full) else value
