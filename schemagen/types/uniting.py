"""This module knows how to unite types: the least that can be said of a value that is of one of several."""

from __future__ import annotations

from collections.abc import Iterable

from schemagen.types.model import ANY, NEVER, NULL, Array, Intersection, Kind, Literal, Record, Scalar, Type, Union
from schemagen.types.values import is_integral, kind_of_value

BOOLEAN, STRING = Scalar(Kind.BOOLEAN), Scalar(Kind.STRING)
NUMBER, INTEGER = Scalar(Kind.NUMBER), Scalar(Kind.INTEGER)
ANY_ARRAY, ANY_RECORD = Array((), 0, ANY), Record((), ANY)
# All values, by JSON type.
EVERYTHING: tuple[Type, ...] = (NULL, BOOLEAN, NUMBER, STRING, ANY_ARRAY, ANY_RECORD)
_EVERYTHING = frozenset(EVERYTHING)
# The whole of a JSON type that a literal belongs to.
_WHOLE = {Kind.BOOLEAN: BOOLEAN, Kind.STRING: STRING, Kind.NUMBER: NUMBER, "array": ANY_ARRAY, "object": ANY_RECORD}


def parts_of(found: Type) -> tuple[Type, ...]:
    """The parts of a union; of any other type itself. Any value is one of ``EVERYTHING``; never is of no part."""
    if isinstance(found, Union):
        return found.parts
    if isinstance(found, Scalar):
        if found.kind is Kind.ANY:
            return EVERYTHING
        if found.kind is Kind.NEVER:
            return ()
    return (found,)


def unite(types: Iterable[Type]) -> Type:
    """The union of ``types``, without what is in it twice, in the order in which it comes first."""
    listed = list(types)
    if len(listed) == 1:
        return listed[0]
    parts: dict[Type, None] = {}
    for found in listed:
        if found is ANY:
            return ANY
        for part in parts_of(found):
            parts[part] = None
    if len(parts) > 1:
        parts = _absorbed(parts)
    if not parts:
        return NEVER
    if parts.keys() >= _EVERYTHING:
        return ANY
    return next(iter(parts)) if len(parts) == 1 else Union(tuple(parts))


def _absorbed(parts: dict[Type, None]) -> dict[Type, None]:
    """``parts`` without those that another one holds whole."""
    if {"true", "false"} <= {part.json for part in parts if isinstance(part, Literal)}:
        parts = dict.fromkeys(BOOLEAN if _is_truth(part) else part for part in parts)
    wholes = _EVERYTHING.intersection(parts)
    if not wholes and INTEGER not in parts:
        return parts
    return {part: None for part in parts if part in wholes or not _is_in(part, wholes, INTEGER in parts)}


def _is_truth(part: Type) -> bool:
    return isinstance(part, Literal) and part.json in {"true", "false"}


def _is_in(part: Type, wholes: frozenset[Type], has_integers: bool) -> bool:
    if isinstance(part, Literal):
        return _WHOLE[kind_of_value(part.value)] in wholes or (has_integers and is_integral(part))
    if isinstance(part, Array):
        return ANY_ARRAY in wholes
    if isinstance(part, Record):
        return ANY_RECORD in wholes
    return part == INTEGER and NUMBER in wholes


def together(types: Iterable[Type]) -> Type:
    """All of ``types`` at once, as they are."""
    parts: dict[Type, None] = {}
    for found in types:
        if found == NEVER:
            return NEVER
        if found != ANY:
            parts.update(dict.fromkeys(found.parts if isinstance(found, Intersection) else (found,)))
    if len(parts) < 2:
        return next(iter(parts), ANY)
    return Intersection(tuple(parts))
