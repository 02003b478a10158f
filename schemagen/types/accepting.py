"""This module knows how to tell whether a JSON value is of a type."""

from __future__ import annotations

from collections.abc import Callable

from schemagen.model import JsonValue
from schemagen.types.model import Array, Intersection, Kind, Literal, Named, Record, Scalar, Type
from schemagen.types.shapes import KINDS_OF_SCALARS
from schemagen.types.values import canonical, is_integral, kind_of_value, type_of_value

# What is nested deeper is taken for right: types may lead to each other for ever.
_DEEPEST = 40


def accepts(found: Type, value: JsonValue, expand: Callable[[Named], Type | None], depth: int = 0) -> bool:
    """Whether ``value`` may be of the type ``found``: true too where nobody knows what a name in it stands for."""
    if depth > _DEEPEST:
        return True
    match found:
        case Scalar(Kind.ANY):
            return True
        case Scalar(Kind.INTEGER):
            literal = type_of_value(value)
            return isinstance(literal, Literal) and is_integral(literal)
        case Scalar(kind):
            return KINDS_OF_SCALARS.get(kind) == kind_of_value(value)
        case Literal(_, json):
            return canonical(value) == json
        case Array():
            return isinstance(value, list) and _is_array(found, value, expand, depth)
        case Record():
            return isinstance(value, dict) and _is_record(found, value, expand, depth)
        case Named():
            stands_for = expand(found)
            return stands_for is None or accepts(stands_for, value, expand, depth + 1)
        case Intersection(parts):
            return all(accepts(part, value, expand, depth + 1) for part in parts)
    return any(accepts(part, value, expand, depth + 1) for part in found.parts)


def _is_array(found: Array, value: list[JsonValue], expand: Callable[[Named], Type | None], depth: int) -> bool:
    if len(value) < found.least:
        return False
    for index, item in enumerate(value):
        there = found.fixed[index] if index < len(found.fixed) else found.rest
        if there is None or not accepts(there, item, expand, depth + 1):
            return False
    return True


def _is_record(found: Record, value: dict[str, JsonValue], expand: Callable[[Named], Type | None], depth: int) -> bool:
    named = {member.key: member.type for member in found.members}
    if any(member.is_required and member.key not in value for member in found.members):
        return False
    for key, item in value.items():
        there = named.get(key, found.rest)
        if there is None or not accepts(there, item, expand, depth + 1):
            return False
    return True
