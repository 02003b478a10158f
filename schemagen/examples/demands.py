"""This module knows how to gather all schemas that one value must fit, and which of them leave a choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from schemagen.examples.limits import NoValueError, Work
from schemagen.examples.places import Place, Ways, is_only_reference

# A choice: the path and pointer of a schema, and the keyword that lists its ways.
Choice = tuple[str, str, str]
_MAX_PLACES = 300
_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_SPEAKING = (
    ("object", frozenset({"properties", "patternProperties", "required", "additionalProperties", "minProperties"})),
    ("array", frozenset({"items", "prefixItems", "minItems", "contains", "uniqueItems", "maxItems"})),
    ("string", frozenset({"pattern", "format", "minLength", "maxLength", "contentEncoding", "contentMediaType"})),
    ("number", frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})),
)


class Demands(NamedTuple):
    """What is asked of a value: all ``places`` that it must fit, without those that only refer or combine, and the
    choices that are ``open``, each with its ways."""

    places: list[Place]
    open: list[tuple[Choice, list[Place]]]


def gather(ways: Ways, places: Iterable[Place], chosen: Mapping[Choice, int], work: Work) -> Demands:
    """What ``places`` ask of a value together, where ``chosen`` says which way to take. Raises NoValueError or
    OutOfWorkError."""
    found: list[Place] = []
    still_open: list[tuple[Choice, list[Place]]] = []
    waiting, seen = list(places), set[tuple[str, str]]()
    while waiting:
        place = waiting.pop(0)
        if place.schema is False:
            raise NoValueError("nothing is allowed")
        if place.schema is True or (place.path, place.pointer) in seen:
            continue
        work.spend()
        seen.add((place.path, place.pointer))
        if len(seen) > _MAX_PLACES:
            raise NoValueError("too many schemas for one value")
        for target in ways.references(place):
            if target is None:
                raise NoValueError("a reference that is not known")
            waiting.append(target)
        if is_only_reference(place):
            continue
        found.append(place)
        if "allOf" in place.words:
            waiting += place.several("allOf")
        for keyword in ("oneOf", "anyOf"):
            offers = place.several(keyword) if keyword in place.words else []
            work.spend(len(offers))
            choice = (place.path, place.pointer, keyword)
            if offers and choice in chosen:
                waiting.append(offers[chosen[choice]])
            elif offers:
                still_open.append((choice, offers))
    return Demands(found, still_open)


def types_asked(places: Iterable[Place]) -> list[str]:
    """The types that a value may have that fits ``places``, the likeliest first; null last."""
    places = list(places)
    allowed: list[str] | None = None
    for place in places:
        value = place.words.get("type")
        if value is None:
            continue
        names = [name for name in (value if isinstance(value, list) else [value]) if name in _TYPES]
        if allowed is None:
            allowed = names
        elif "number" in names:
            allowed = [name for name in allowed if name in names or name == "integer"]
        elif "number" in allowed and "integer" in names:
            allowed = ["integer" if name == "number" else name for name in allowed if name in names or name == "number"]
        else:
            allowed = [name for name in allowed if name in names]
    spoken = [name for name, words in _SPEAKING if any(not words.isdisjoint(place.words) for place in places)]
    if allowed is None:
        is_top = all(place.pointer == "#" for place in places)  # of a file of definitions, perhaps
        return spoken or (["object"] if is_top else ["string", "object"])
    return sorted(allowed, key=lambda name: (name == "null", name not in spoken))
