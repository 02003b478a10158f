"""This module knows how to find the subschemas of a schema, for each draft."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from schemagen.jsontext import escape_token
from schemagen.model import Draft, JsonValue


class Holds(Enum):
    """How a keyword holds subschemas."""

    ONE = auto()
    LIST = auto()
    MAP = auto()
    ONE_OR_LIST = auto()


_D4 = {
    "additionalItems": Holds.ONE,
    "additionalProperties": Holds.ONE,
    "items": Holds.ONE_OR_LIST,
    "not": Holds.ONE,
    "allOf": Holds.LIST,
    "anyOf": Holds.LIST,
    "oneOf": Holds.LIST,
    "definitions": Holds.MAP,
    "dependencies": Holds.MAP,  # of schemas, or of lists of strings, which are passed over
    "patternProperties": Holds.MAP,
    "properties": Holds.MAP,
}
_D6 = {**_D4, "contains": Holds.ONE, "propertyNames": Holds.ONE}
_D7 = {**_D6, "if": Holds.ONE, "then": Holds.ONE, "else": Holds.ONE}
_D2019 = {
    **_D7,
    "$defs": Holds.MAP,
    "dependentSchemas": Holds.MAP,
    "unevaluatedItems": Holds.ONE,
    "unevaluatedProperties": Holds.ONE,
    "contentSchema": Holds.ONE,
}
_D2020 = {**_D2019, "items": Holds.ONE_OR_LIST, "prefixItems": Holds.LIST}
# Authors use keywords of a later draft than they declare, above all $defs. Every tool that they know
# follows references into these, so the walk does too; what a keyword means is the view's business.
_LATER = {"$defs": Holds.MAP}

SUBSCHEMAS: dict[Draft, dict[str, Holds]] = {
    Draft.D4: {**_D4, **_LATER},
    Draft.D6: {**_D6, **_LATER},
    Draft.D7: {**_D7, **_LATER},
    Draft.D2019: _D2019,
    Draft.D2020: _D2020,
}


_ONE, _LIST, _MAP, _ONE_OR_LIST = Holds.ONE, Holds.LIST, Holds.MAP, Holds.ONE_OR_LIST
_SCHEMA = (dict, bool)  # made once: a union of types would be made anew at every use


def iter_subschemas(schema: JsonValue, draft: Draft) -> Iterator[tuple[str, JsonValue]]:
    """The schemas directly below ``schema``, in document order, each with its pointer relative to it
    (``/properties/a``). What does not have the shape that its keyword asks for is passed over."""
    if not isinstance(schema, dict):
        return
    holds = SUBSCHEMAS[draft]
    for keyword in schema:
        how = holds.get(keyword)
        if how is None:
            continue
        value = schema[keyword]
        if how is _MAP:
            if isinstance(value, dict):
                for key, item in value.items():
                    if isinstance(item, _SCHEMA):
                        yield f"/{keyword}/{escape_token(key)}", item
        elif isinstance(value, list):
            if how is not _ONE:
                for index, item in enumerate(value):
                    if isinstance(item, _SCHEMA):
                        yield f"/{keyword}/{index}", item
        elif how is not _LIST and isinstance(value, _SCHEMA):
            yield f"/{keyword}", value


def walk_schemas(document: JsonValue, draft: Draft, pointer: str = "#") -> Iterator[tuple[str, JsonValue]]:
    """``document`` and every schema below it with its pointer, parents first, in document order.

    Never into enum, const, default or examples. What stands beside a ``$ref`` is walked in every draft: drafts
    4, 6 and 7 ignore its meaning, but a pointer still leads into it (``definitions`` beside ``$ref``).
    """
    waiting = [(pointer, document)]
    while waiting:
        here, schema = waiting.pop()
        yield here, schema
        below = [(here + step, item) for step, item in iter_subschemas(schema, draft)]
        below.reverse()
        waiting += below


def telling_schemas(
    document: JsonValue, draft: Draft, pointer: str, telling: frozenset[str]
) -> list[tuple[str, dict[str, JsonValue]]]:
    """Those of ``walk_schemas`` that have one of the keywords ``telling``: most have none, and hold no others."""
    if not isinstance(document, dict):
        return []
    holds = SUBSCHEMAS[draft]
    worth = telling.union(holds)
    found: list[tuple[str, dict[str, JsonValue]]] = []
    waiting = [(pointer, document)]
    while waiting:
        place = here, schema = waiting.pop()
        if not telling.isdisjoint(schema):
            found.append(place)
        below: list[tuple[str, dict[str, JsonValue]]] = []
        for keyword, value in schema.items():
            how = holds.get(keyword)
            if how is None:
                continue
            if isinstance(value, list):
                if how is not _ONE and how is not _MAP:
                    below += [
                        (f"{here}/{keyword}/{index}", item)
                        for index, item in enumerate(value)
                        if isinstance(item, dict) and not worth.isdisjoint(item)
                    ]
            elif not isinstance(value, dict):
                continue
            elif how is _MAP:
                below += [
                    (f"{here}/{keyword}/{escape_token(key)}", item)
                    for key, item in value.items()
                    if isinstance(item, dict) and not worth.isdisjoint(item)
                ]
            elif how is not _LIST and not worth.isdisjoint(value):
                below.append((f"{here}/{keyword}", value))
        if below:
            below.reverse()
            waiting += below
    return found
