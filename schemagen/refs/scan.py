"""This module knows how to list the references, ids and anchors of one document.

A scan is plain data that depends on nothing but the document, so that it can be kept by the document's
digest. What counts as an anchor in which draft is decided by `referencing`'s specifications; here is added where in
the document it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from schemagen.keywords import telling_schemas
from schemagen.model import Draft, JsonValue, Schema

if TYPE_CHECKING:
    from referencing import Specification

LEGACY = frozenset({Draft.D4, Draft.D6, Draft.D7})
# What stands beside $ref is ignored in the legacy drafts. But a $ref at the root with the definitions
# beside it is what several generators write, and every tool points into these.
KEPT_BESIDE_REF = ("definitions", "$defs")
_KEPT = tuple(f"{keyword}/" for keyword in KEPT_BESIDE_REF)
_REFERENCES = {
    **dict.fromkeys(LEGACY, ("$ref",)),
    Draft.D2019: ("$ref", "$recursiveRef"),
    Draft.D2020: ("$ref", "$dynamicRef"),
}
# What a scan looks for. Most schemas have none of it.
_TELLING = {
    draft: frozenset({"$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", *keywords})
    for draft, keywords in _REFERENCES.items()
}
# What says more than where a schema leads, in some draft.
_NAMING = frozenset().union(*_TELLING.values()) - {"$ref"}
# A schema with these and one reference says nothing that its target does not say.
_SILENT = frozenset(
    {"$id", "$schema", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$comment", "$defs", "definitions"}
    | {"title", "description", "$ref", "$dynamicRef", "$recursiveRef"}
)


class Reference(NamedTuple):
    """A reference keyword: ``pointer`` is that of the schema that holds it, ``resource`` the index of the
    resource that it is relative to; ``is_bare`` if nothing else in the schema has a say."""

    pointer: str
    keyword: str
    value: JsonValue
    resource: int
    is_bare: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """A schema with an id of its own, or the root of the document (the first).

    ``id`` is as written, without fragment, empty if there is none; it is relative to that of the resource
    with index ``parent``. ``anchors`` maps names to pointers; ``dynamic`` are those of ``$dynamicAnchor``.
    """

    pointer: str
    parent: int
    id: str
    anchors: Mapping[str, str] = field(default_factory=dict)
    dynamic: frozenset[str] = frozenset()
    is_recursive: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """References and resources in document order, parents first."""

    references: tuple[Reference, ...]
    resources: tuple[Resource, ...]


@dataclass(slots=True)
class _OpenResource:
    """A Resource that is not known whole yet."""

    pointer: str
    parent: int
    id: str
    is_recursive: bool
    anchors: dict[str, str] = field(default_factory=dict)
    dynamic: set[str] = field(default_factory=set)

    def close(self) -> Resource:
        return Resource(self.pointer, self.parent, self.id, self.anchors, frozenset(self.dynamic), self.is_recursive)


@cache
def specification_of(draft: Draft) -> Specification[Any]:
    """What `referencing` knows of ``draft``; imported only where a schema with an anchor is read, since that takes as
    long as to read a hundred schemas."""
    from referencing.jsonschema import DRAFT4, DRAFT6, DRAFT7, DRAFT201909, DRAFT202012

    known = {Draft.D4: DRAFT4, Draft.D6: DRAFT6, Draft.D7: DRAFT7, Draft.D2019: DRAFT201909, Draft.D2020: DRAFT202012}
    return known[draft]


def scan_document(schema: Schema) -> Scan:
    """Everything that references of, or into, ``schema`` need to know of it."""
    document, draft = schema.document, schema.draft
    references: list[Reference] = []
    resources = [_OpenResource("#", -1, "", is_recursive=False)]
    is_legacy = draft in LEGACY
    inside = [0]  # the resources around the present schema, innermost last
    for pointer, words in _schemas(document, draft, "#"):
        if len(inside) == 1 and _NAMING.isdisjoint(words):  # nearly always: a $ref, and no id around but the root's
            reference = words["$ref"]
            references.append(Reference(pointer, "$ref", reference, 0, is_legacy or _SILENT.issuperset(words)))
            continue
        while not _is_below(pointer, resources[inside[-1]].pointer):
            inside.pop()
        own_id, anchor = _names_of(words, draft)
        is_recursive = draft is Draft.D2019 and words.get("$recursiveAnchor") is True
        if pointer == "#":
            resources[0] = _OpenResource("#", -1, own_id, is_recursive)
        elif own_id:
            resources.append(_OpenResource(pointer, inside[-1], own_id, is_recursive))
            inside.append(len(resources) - 1)
        for name, is_dynamic in _anchors_of(words, draft, anchor):
            resources[inside[-1]].anchors.setdefault(name, pointer)
            if is_dynamic:
                resources[inside[-1]].dynamic.add(name)
        references.extend(_references_of(words, draft, pointer, inside[-1]))
    return Scan(tuple(references), tuple(resource.close() for resource in resources))


def scan_fragment(fragment: JsonValue, draft: Draft, pointer: str, resource: int) -> tuple[Reference, ...]:
    """The references in a part of a document that stands where the draft knows of no schemas.

    Ids in it do not count: to the draft it is mere data (2020-12 core, section 9.4.2).
    """
    return tuple(
        reference
        for here, schema in _schemas(fragment, draft, pointer)
        for reference in _references_of(schema, draft, here, resource)
    )


def _schemas(document: JsonValue, draft: Draft, pointer: str) -> list[tuple[str, dict[str, JsonValue]]]:
    """Every schema that says something of what a scan looks for, without those that are ignored because they stand
    beside $ref."""
    found = telling_schemas(document, draft, pointer, _TELLING[draft])
    if draft not in LEGACY or all(len(schema) == 1 or "$ref" not in schema for _, schema in found):
        return found
    heard: list[tuple[str, dict[str, JsonValue]]] = []
    above: list[str] = []  # the schemas around the present one that have more than a $ref, innermost last
    for place in found:
        here, schema = place
        while above and not here.startswith(above[-1]):
            above.pop()
        if above and not here[len(above[-1]) :].startswith(_KEPT):
            continue
        if "$ref" in schema and len(schema) > 1:
            above.append(f"{here}/")
        heard.append(place)
    return heard


def _is_below(pointer: str, above: str) -> bool:
    return above == "#" or pointer.startswith(above + "/") or pointer == above


def _names_of(schema: dict[str, JsonValue], draft: Draft) -> tuple[str, str]:
    """The id of ``schema`` without fragment, and the fragment where that is an anchor; each may be empty."""
    own, is_legacy = schema.get("id" if draft is Draft.D4 else "$id"), draft in LEGACY
    # What begins with a # is an anchor, if anything; and what stands beside $ref is ignored in the legacy drafts.
    if not isinstance(own, str) or own.startswith("#") or (is_legacy and "$ref" in schema):
        return "", ""
    uri, _, fragment = own.partition("#")
    return uri, fragment if is_legacy else ""


def _anchors_of(schema: dict[str, JsonValue], draft: Draft, in_id: str) -> Iterator[tuple[str, bool]]:
    if draft in LEGACY:
        own = schema.get("id" if draft is Draft.D4 else "$id")
        if "$ref" in schema or not isinstance(own, str):
            return
        if in_id and not in_id.startswith("/"):
            yield in_id, False
        if not own.startswith("#") or own.startswith("#/"):
            return
    elif not (isinstance(schema.get("$anchor"), str) or isinstance(schema.get("$dynamicAnchor"), str)):
        return
    from referencing.jsonschema import DynamicAnchor

    for anchor in specification_of(draft).anchors_in(schema):
        # "$id": "#/properties/a" is what a much used generator writes: a pointer, no name
        if isinstance(anchor.name, str) and anchor.name and not anchor.name.startswith("/"):
            yield anchor.name, isinstance(anchor, DynamicAnchor)


def _references_of(schema: dict[str, JsonValue], draft: Draft, pointer: str, resource: int) -> Iterator[Reference]:
    present = [keyword for keyword in _REFERENCES[draft] if keyword in schema]
    if not present:
        return
    is_bare = len(present) == 1 and (draft in LEGACY or _SILENT.issuperset(schema))
    for keyword in present:
        yield Reference(pointer, keyword, schema[keyword], resource, is_bare)
