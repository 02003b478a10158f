"""This module knows how to tell which of JSON's six types the values of a type have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from schemagen.types.model import Array, Intersection, Kind, Literal, Named, Record, Scalar, Type
from schemagen.types.uniting import ANY_ARRAY, ANY_RECORD, EVERYTHING, parts_of
from schemagen.types.values import kind_of_value

ARRAY, OBJECT = "array", "object"
Kinds: TypeAlias = frozenset[str]
ALL_KINDS: Kinds = frozenset({Kind.NULL, Kind.BOOLEAN, Kind.NUMBER, Kind.STRING, ARRAY, OBJECT})
NO_KINDS: Kinds = frozenset()
# Integers are numbers, as far as JSON goes.
KINDS_OF_SCALARS = {
    Kind.NULL: Kind.NULL,
    Kind.BOOLEAN: Kind.BOOLEAN,
    Kind.STRING: Kind.STRING,
    Kind.NUMBER: Kind.NUMBER,
    Kind.INTEGER: Kind.NUMBER,
}


def kinds_of(found: Type, of_name: Callable[[Named], Kinds]) -> Kinds:
    """The JSON types that values of the type ``found`` may have; ``of_name`` tells those of a name."""
    match found:
        case Scalar(kind):
            if kind is Kind.ANY:
                return ALL_KINDS
            return NO_KINDS if kind is Kind.NEVER else frozenset({KINDS_OF_SCALARS[kind]})
        case Literal(value):
            return frozenset({kind_of_value(value)})
        case Array():
            return frozenset({ARRAY})
        case Record():
            return frozenset({OBJECT})
        case Named():
            return of_name(found)
        case Intersection(parts):
            return ALL_KINDS.intersection(*(kinds_of(part, of_name) for part in parts))
    return NO_KINDS.union(*(kinds_of(part, of_name) for part in found.parts))


def wholes_of(found: Type) -> Kinds:
    """The JSON types all values of which are of the type ``found``, as far as can be seen."""
    return frozenset(kind for part in parts_of(found) for kind in _WHOLES.get(part, ()))


_WHOLES: dict[Type, Kinds] = {
    **{part: frozenset({KINDS_OF_SCALARS[part.kind]}) for part in EVERYTHING if isinstance(part, Scalar)},
    ANY_ARRAY: frozenset({ARRAY}),
    ANY_RECORD: frozenset({OBJECT}),
}
