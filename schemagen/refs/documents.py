"""This module knows how to hold a document with its scan, and to tell what stands below a place in it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin

from schemagen.errors import Location
from schemagen.jsontext import join_pointer, resolve_pointer, split_pointer
from schemagen.keywords import SUBSCHEMAS, Holds
from schemagen.model import Draft, Home, JsonValue, Schema
from schemagen.refs.scan import KEPT_BESIDE_REF, LEGACY, Reference, Scan, scan_fragment
from schemagen.texts import place_at

_DEFINITIONS = tuple(f"#/{keyword}/" for keyword in KEPT_BESIDE_REF)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Around(NamedTuple):
    """The resource that the references of a part of a document start from: its ``uri``, and the ``file`` and
    ``pointer`` where it is."""

    uri: str
    file: str
    pointer: str


class Document:
    """A document that references lead from or into.

    ``schema`` gives it with what is parsed of it, which is not held here. The ``path`` of a metaschema is its URI.
    ``bases`` are the URIs of its resources, by their index in the scan; where no id says otherwise they begin with
    ``/``, the project folder. ``file`` is where it is written. Of a part of a document, ``around`` is the resource that
    its references start from.
    """

    __slots__ = (
        "_below",
        "_index_of_uri",
        "_order",
        "_schema",
        "around",
        "bases",
        "draft",
        "file",
        "is_metaschema",
        "path",
        "scan",
    )

    def __init__(
        self,
        path: str,
        draft: Draft,
        schema: Callable[[], Schema],
        scan: Scan,
        *,
        home: Home | None = None,
        is_metaschema: bool = False,
    ) -> None:
        self.path = path
        self.draft = draft
        self._schema = schema
        self.is_metaschema = is_metaschema
        self.scan = scan
        self.file = path if home is None else home.file
        start = path if is_metaschema else retrieval_uri(self.file)
        self.around: Around | None = None
        if home is not None and home.pointer:
            for own in home.ids:
                start = join_uri(start, own)
            self.around = Around(start, home.file, home.around)
        self.bases = _bases(start, scan)
        self._index_of_uri: dict[str, int] | None = None
        self._order: tuple[list[str], list[int]] | None = None
        self._below: dict[str, Sequence[Reference]] = {}

    @property
    def content(self) -> JsonValue:
        return self._schema().document

    def place(self, pointer: str) -> Location:
        """Where the value at ``pointer`` is written."""
        return place_at(self._schema(), pointer)

    def resource_at(self, uri: str) -> int | None:
        """The index of the first resource that has ``uri``; None where none has."""
        if len(self.bases) == 1:
            return 0 if self.bases[0] == uri else None
        if self._index_of_uri is None:
            self._index_of_uri = {base: index for index, base in reversed(list(enumerate(self.bases)))}
        return self._index_of_uri.get(uri)

    def ids(self) -> tuple[str, ...]:
        """The URIs that an id of the document gives to it or to a part of it, sorted."""
        return tuple(sorted({self.bases[index] for index, resource in enumerate(self.scan.resources) if resource.id}))

    def references_below(self, pointer: str) -> Sequence[Reference]:
        """The references in the subschema at ``pointer``, in document order."""
        if pointer == "#":
            return self.scan.references
        below = self._below.get(pointer)
        if below is None:
            listed = self.is_scanned(pointer)
            below = self._scanned_below(pointer) if listed else self._scan_fragment(pointer)
            self._below[pointer] = below
        return below

    def _scanned_below(self, pointer: str) -> Sequence[Reference]:
        if self._order is None:
            by_pointer = sorted((reference.pointer, index) for index, reference in enumerate(self.scan.references))
            self._order = [pointer for pointer, _ in by_pointer], [index for _, index in by_pointer]
        pointers, indices = self._order
        # "0" is the character after "/": what is below the pointer stands between the two
        own = indices[bisect_left(pointers, pointer) : bisect_right(pointers, pointer)]
        below = indices[bisect_left(pointers, f"{pointer}/") : bisect_left(pointers, f"{pointer}0")]
        return [self.scan.references[index] for index in sorted(own + below)]

    def _scan_fragment(self, pointer: str) -> Sequence[Reference]:
        fragment = resolve_pointer(self.content, pointer)
        return scan_fragment(fragment, self.draft, pointer, self._resource_around(pointer))

    def _resource_around(self, pointer: str) -> int:
        around = [
            (len(resource.pointer), index)
            for index, resource in enumerate(self.scan.resources)
            if resource.pointer == "#" or f"{pointer}/".startswith(f"{resource.pointer}/")
        ]
        return max(around)[1]

    def is_scanned(self, pointer: str) -> bool:
        """Whether the draft knows of a schema at ``pointer`` (which must lead somewhere), so that the scan
        has come by it."""
        value = self.content
        if pointer.startswith(_DEFINITIONS) and pointer.count("/") == 2:  # nearly always
            return isinstance(value, dict) and isinstance(value[pointer.split("/", 2)[1]], dict)
        holds = SUBSCHEMAS[self.draft]
        tokens = iter(split_pointer(pointer))
        for keyword in tokens:
            how = holds.get(keyword) if isinstance(value, dict) else None
            if how is None:
                return False
            if self.draft in LEGACY and "$ref" in value and keyword not in KEPT_BESIDE_REF:
                return False
            value = value[keyword]
            if how is Holds.ONE or (how is Holds.ONE_OR_LIST and not isinstance(value, list)):
                continue
            key = next(tokens, None)
            if key is None or not isinstance(value, dict if how is Holds.MAP else list):
                return False
            value = value[key] if isinstance(value, dict) else value[int(key)]
        return isinstance(value, dict | bool)

    def point(self, resource: int, fragment: str) -> str:
        """The pointer in the document that ``fragment`` (percent-encoded) of a resource leads to.

        Raises LookupError with a message for a person.
        """
        start = self.scan.resources[resource]
        if not fragment:
            return start.pointer
        decoded = unquote(fragment)
        if not decoded.startswith("/"):
            if decoded not in start.anchors:
                raise LookupError(f"{self.path} has no anchor {shortened(decoded)}")
            return start.anchors[decoded]
        if "~" in decoded:
            pointer = join_pointer(start.pointer, *split_pointer(f"#{decoded}"))
        else:
            pointer = start.pointer + decoded
        try:
            value = resolve_pointer(self.content, pointer)
        except (LookupError, ValueError):  # ValueError: an index of thousands of digits
            raise LookupError(f"{self.path} has nothing at {shortened(pointer)}") from None
        if isinstance(value, dict | bool):
            return pointer
        raise LookupError(f"{self.path} has no schema at {shortened(pointer)}")


def _bases(retrieval_uri: str, scan: Scan) -> tuple[str, ...]:
    bases: list[str] = []
    for resource in scan.resources:
        base = bases[resource.parent] if resource.parent >= 0 else retrieval_uri
        bases.append(join_uri(base, resource.id))
    return tuple(bases)


def retrieval_uri(path: str) -> str:
    return "/" + quote(path.lstrip("/"), errors="surrogatepass")


def has_scheme(uri: str) -> bool:
    return _SCHEME.match(uri) is not None


def join_uri(base: str, uri: str) -> str:
    """``uri`` resolved against ``base``; as it is where it is no URI at all."""
    if not uri:
        return base
    try:
        return urljoin(base, uri)
    except ValueError:
        return uri


def shortened(text: str) -> str:
    """Hostile text, fit for one line of a message."""
    return repr(text if len(text) <= 200 else f"{text[:197]}...")
