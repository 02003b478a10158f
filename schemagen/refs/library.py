"""This module knows how to follow the references of a schema, across files, until nothing is new."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from schemagen.config import Config
from schemagen.errors import RefError, SchemaError
from schemagen.model import Draft, JsonValue, Resolution, Schema, Target
from schemagen.refs.answers import Answer, Answers, Refusal
from schemagen.refs.documents import Document, join_uri, retrieval_uri, shortened
from schemagen.refs.folders import SchemaFolders
from schemagen.refs.scan import Reference, scan_document

if TYPE_CHECKING:  # most projects need none
    from schemagen.parts import Parts

CIRCLE = "SG205"
Place = tuple[str, str]  # path of a document, pointer in it
_NOT_FAILED: Mapping[str, SchemaError] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """Schemas that an earlier build has read: their ``paths``, the URIs that name those that have any or a part of
    them, by path, and how to load the one at a path."""

    paths: Collection[str]
    ids: Mapping[str, tuple[str, ...]]
    load: Callable[[str], Schema]


def _load_none(path: str) -> Schema:
    raise LookupError(path)


_NO_DOCUMENTS: Mapping[str, Document] = {}
_NONE_KNOWN = Known((), {}, _load_none)


class _Documents:
    """The documents of a library, which its answers need too. See ``Library``."""

    def __init__(
        self,
        known: Callable[[str], Schema],
        reload: Callable[[str], Schema] | None,
        by_path: dict[str, Document],
    ) -> None:
        self._known = known
        self._reload = reload
        self._by_path = by_path

    def at(self, path: str) -> Document:
        return self._by_path.get(path) or self.scan(self._known(path))

    def forget(self) -> None:
        self._by_path.clear()

    def scan(self, schema: Schema) -> Document:
        document = self._by_path[schema.path] = scanned(schema, self._reload)
        return document


def scanned(schema: Schema, reload: Callable[[str], Schema] | None) -> Document:
    """The document of ``schema``; with ``reload`` it does not hold the schema."""
    again = (lambda: schema) if reload is None else partial(reload, schema.path)
    return Document(schema.path, schema.draft, again, scan_document(schema), home=schema.home)


class Library:
    """All schemas of a project that could be read, and where their references lead.

    ``failed`` are the errors of the others, by path. ``known`` are schemas that an earlier build has read: they are
    loaded when a reference leads to them. What is found out for one schema serves all others. With ``reload``, which
    gives a schema by its path, the library does not hold the schemas, and ``known`` must be able to load any of them.
    ``documents`` are some that were ``scanned`` so; ``parts`` are those of the documents whose parts are schemas, and
    ``known`` loads them too. ``ids`` are the URIs that name a schema or a part of it, sorted, by path, of those that
    have any.
    """

    def __init__(
        self,
        schemas: Iterable[Schema],
        config: Config,
        failed: Mapping[str, SchemaError] = _NOT_FAILED,
        known: Known = _NONE_KNOWN,
        reload: Callable[[str], Schema] | None = None,
        documents: Mapping[str, Document] = _NO_DOCUMENTS,
        parts: Parts | None = None,
    ) -> None:
        self._documents = _Documents(known.load, reload, dict(documents))
        own = {path: document.ids() for path, document in documents.items()}
        own |= {schema.path: self._documents.scan(schema).ids() for schema in schemas}
        self.ids = {**known.ids, **{path: ids for path, ids in own.items() if ids}}
        if parts is not None:
            self.ids |= {f"{file}#": (join_uri(retrieval_uri(file), own_id),) for file, own_id in parts.root_ids()}
        folders = SchemaFolders(config.root, config.paths)
        paths = {*known.paths, *own}
        self._answers = Answers(paths, dict(sorted(self.ids.items())), self._documents.at, folders, failed, parts)
        self._may_be_opaque = config.unresolved_refs == "opaque"

    def resolve(self, schema: Schema) -> Resolution:
        """Everything that ``schema``, one of the library's, reaches: by all references in its own document,
        and by those in the subschemas of other documents that it is led to.

        ``$dynamicRef`` and ``$recursiveRef`` depend on how an evaluation came to them; here each has one
        target. Where the draft lets an outer schema take over (a ``$dynamicAnchor`` of that name, a
        ``$recursiveAnchor``), the schema itself, the outermost of all, does so if its root resource has such
        an anchor; otherwise the reference leads where ``$ref`` would.

        Raises RefError for the first reference that leads nowhere; its ``files`` and ``missing`` are as in a
        Resolution, as far as it was followed.
        """
        return self.resolve_at(schema.path)

    def resolve_at(self, path: str) -> Resolution:
        """The same for the schema at ``path``."""
        walk = _Walk(self._documents.at(path))
        while walk.waiting:
            document, pointer = walk.waiting.popleft()
            references = document.references_below(pointer)
            if references:
                self._follow_all(walk, document, references)
        walk.check_circles()
        return walk.resolution()

    def _follow_all(self, walk: _Walk, document: Document, references: Sequence[Reference]) -> None:
        """Follow ``references`` of ``document``. Most say what another one before them said."""
        targets, path = walk.targets, document.path
        followed = walk.followed.setdefault(path, {})
        walk.looked_through.append((document, references))
        for reference in references:
            pointer, keyword, value, resource, _ = reference
            key = (path, pointer, keyword)
            if key in targets:
                continue
            if type(value) is not str:
                targets[key] = self._follow(walk, document, reference)
                continue
            said = (value, keyword, resource)
            target = followed.get(said)
            if target is None:
                target = followed[said] = self._follow(walk, document, reference)
            targets[key] = target

    def forget(self) -> None:
        """Let go of what was found out, some two kilobytes for each schema; it is found out again where it is asked
        for. Only for a library that can reload its schemas."""
        self._documents.forget()
        self._answers.forget()

    def load(self, path: str) -> None:
        """Have the schema at ``path`` ready; if it broke since it was known, whoever needs it will say so."""
        with contextlib.suppress(SchemaError):
            self._documents.at(path)

    def _follow(self, walk: _Walk, document: Document, reference: Reference) -> Target:
        answer = self._answers.answer(document, reference)
        if answer.asked:
            walk.asked[answer.asked] = self._answers.owners(answer.asked)
        if isinstance(answer, Refusal):
            walk.missing.update(answer.missing)
            if answer.within is not None:
                walk.documents[answer.within.path] = answer.within
            if not answer.uri or not self._may_be_opaque:
                walk.fail(document, reference, answer.message, answer.code)
            walk.opaque.add(answer.uri)
            return Target(answer.uri, "#", is_opaque=True)
        there, target = walk.outermost(reference.keyword, answer)
        walk.reach(there, target.pointer)
        return target


@dataclass(slots=True)
class _Walk:
    """What is known so far of what ``entry`` reaches. ``followed`` has where references lead, by the path of their
    document and what they say; ``waiting`` are places not yet looked through, ``looked_through`` the documents of those
    that were, with the references there."""

    entry: Document
    targets: dict[tuple[str, str, str], Target] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    opaque: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    followed: dict[str, dict[tuple[str, str, int], Target]] = field(default_factory=dict)
    looked_through: list[tuple[Document, Sequence[Reference]]] = field(default_factory=list)
    waiting: deque[tuple[Document, str]] = field(default_factory=deque)
    seen: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reach(self.entry, "#")

    def reach(self, document: Document, pointer: str) -> None:
        place = (document.path, pointer)
        if place in self.seen:
            return
        self.seen.add(place)
        self.documents[document.path] = document
        # Where the whole document is looked through, or will be before this is, nothing that its scan lists is new.
        if pointer == "#" or (document.path, "#") not in self.seen or not document.is_scanned(pointer):
            self.waiting.append((document, pointer))

    def outermost(self, keyword: str, answer: Answer) -> tuple[Document, Target]:
        root = self.entry.scan.resources[0]
        if keyword == "$dynamicRef" and answer.dynamic in root.dynamic:
            return self.entry, Target(self.entry.path, root.anchors[answer.dynamic])
        if keyword == "$recursiveRef" and answer.is_recursive and root.is_recursive:
            return self.entry, Target(self.entry.path, "#")
        return answer.document, answer.target

    def check_circles(self) -> None:
        """Raise RefError if schemas that are nothing but references lead to each other for ever."""
        bare = {
            (document.path, reference.pointer): reference
            for document, references in self.looked_through
            for reference in references
            if reference.is_bare
        }
        if bare.keys().isdisjoint(self.seen):  # as nearly always: none leads to another
            return
        hops = {(path, pointer): self._hop((path, pointer, one.keyword)) for (path, pointer), one in bare.items()}
        done: set[Place | None] = {None}
        for start in hops:
            here: Place | None = start
            passed = dict[Place, None]()
            while here is not None and here in hops and here not in done:
                if here in passed:
                    circle = list(passed)[list(passed).index(here) :]
                    self._fail_for_circle([*circle, here], bare[circle[0]])
                passed[here] = None
                here = hops[here]
            done.update(passed)

    def _hop(self, key: tuple[str, str, str]) -> Place | None:
        """Where the only reference of a schema leads; None where nothing answers it."""
        target = self.targets[key]
        return None if target.is_opaque else (target.path, target.pointer)

    def _fail_for_circle(self, circle: list[Place], first: Reference) -> NoReturn:
        path = circle[0][0]
        steps = [step if there == path else f"{there}{step}" for there, step in circle]
        shown = steps if len(steps) <= 6 else [*steps[:5], "...", steps[-1]]
        message = f"references lead in a circle: {shortened(' -> '.join(shown))}"
        self.fail(self.documents[path], first, message, CIRCLE)

    def fail(self, document: Document, reference: Reference, message: str, code: str) -> NoReturn:
        if document is not self.entry:
            message = f"{message} (reached from {self.entry.path})"
        location = document.place(f"{reference.pointer}/{reference.keyword}")
        raise RefError(message, location, code, tuple(sorted(self.missing)), self.files())

    def files(self) -> tuple[str, ...]:
        return tuple(
            sorted(
                path
                for path, document in self.documents.items()
                if document is not self.entry and not document.is_metaschema
            )
        )

    def resolution(self) -> Resolution:
        missing, opaque = tuple(sorted(self.missing)), tuple(sorted(self.opaque))
        return Resolution(self.targets, Contents(self.documents), self.files(), missing, opaque, self.asked)


class Contents(Mapping[str, tuple[Draft, JsonValue]]):
    """The drafts and contents of documents by path; a content is held from when it was first asked for."""

    __slots__ = ("_documents", "_found")

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._found: dict[str, tuple[Draft, JsonValue]] = {}

    def __getitem__(self, path: str) -> tuple[Draft, JsonValue]:
        found = self._found.get(path)
        if found is None:
            document = self._documents[path]
            found = self._found[path] = document.draft, document.content
        return found

    def __contains__(self, path: object) -> bool:
        return path in self._documents

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)
