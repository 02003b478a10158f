"""This module knows how to tell the kind of a schema that says it only through the members of ``allOf``."""

from __future__ import annotations

from collections.abc import Sequence

from schemagen.view.definitions import Definition, Definitions
from schemagen.view.kinds import assumed_types, declared_types
from schemagen.view.reading import read_rules
from schemagen.view.rules import Place

_MAX_HOPS = 8
_MAX_PARTS = 50
# References to each other can make a few schemas look like millions: each is looked at once, and so many at most.
_MAX_SEEN = 400


def kind_of_parts(parts: Sequence[Place], owner: Definition, definitions: Definitions) -> str:
    """The type that members of ``allOf`` agree on, as far as a look at them tells; else empty."""
    return _kind_of(parts, owner, definitions, _MAX_HOPS, set())


def _kind_of(
    parts: Sequence[Place], owner: Definition, definitions: Definitions, hops: int, seen: set[tuple[str, str]]
) -> str:
    for schema, pointer in parts[:_MAX_PARTS]:
        here = owner.target.path, pointer
        if not isinstance(schema, dict) or hops == 0 or here in seen or len(seen) == _MAX_SEEN:
            continue
        seen.add(here)
        rules = read_rules(schema, pointer, owner.draft)
        types = [name for name in declared_types(rules.words) if name != "null"] or [*assumed_types(rules.words)]
        if len(types) == 1:
            return types[0]
        kind = _kind_of_reference(rules.references, owner, definitions, hops, seen)
        kind = kind or _kind_of(rules.all_of, owner, definitions, hops - 1, seen)
        if kind:
            return kind
    return ""


def _kind_of_reference(
    references: Sequence[tuple[str, str]],
    owner: Definition,
    definitions: Definitions,
    hops: int,
    seen: set[tuple[str, str]],
) -> str:
    if not references:
        return ""
    keyword, at = references[0]
    found = definitions.lookup(owner.target.path, at, keyword)
    if not isinstance(found, Definition):
        return ""
    return _kind_of([(found.schema, found.target.pointer)], found, definitions, hops - 1, seen)
