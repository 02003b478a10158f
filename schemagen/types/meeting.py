"""This module knows how to find the type of what is of two types at once.

The result is exact as far as types go: records are merged property by property, with what each side says of properties
that it does not name; literals are kept where the other side has them; unions are multiplied out. Where that would be
too much, or a name stands for what is not known yet, both sides stay as they are, in an intersection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from schemagen.types.accepting import accepts
from schemagen.types.model import ANY, NEVER, Array, Intersection, Literal, Member, Named, Notes, Record, Scalar, Type
from schemagen.types.notes import merged_notes
from schemagen.types.shapes import Kinds, kinds_of, wholes_of
from schemagen.types.uniting import ANY_ARRAY, ANY_RECORD, INTEGER, NUMBER, parts_of, together, unite

# So many pairs of records, or of arrays, are multiplied out: a longer list says less than the two unions.
_MOST_PAIRS = 24
# So many merges of records and arrays are made for one module; hostile schemas could ask for any number.
_MOST_MERGES = 20_000
# What is nested deeper is not looked into.
_DEEPEST = 40


class Names(Protocol):
    """What is known of types that have names."""

    def expand(self, named: Named) -> Type | None:
        """What ``named`` stands for; None where that cannot be told now, or should not be."""

    def kinds(self, named: Named) -> Kinds:
        """The JSON types that values of ``named`` may have."""


class Meeting:
    """Finds what types have in common, for one module. ``depth`` is how deep inside types that is done just now."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._left = _MOST_MERGES
        self.depth = 0

    def meet_all(self, types: Iterable[Type]) -> Type:
        found: Type = ANY
        for each in types:
            found = self.meet(found, each)
        return found

    def meet(self, one: Type, other: Type) -> Type:
        """The type of what is of both types. Of members and notes, those of ``one`` come first."""
        if one is ANY or one is other:
            return other
        if other is ANY:
            return one
        if one is NEVER or other is NEVER:
            return NEVER
        if isinstance(one, Scalar | Named) and one == other:
            return one
        if self.depth > _DEEPEST:
            return together([one, other])
        self.depth += 1
        found = self._common(one, other)
        self.depth -= 1
        return found

    def _common(self, one: Type, other: Type) -> Type:
        found: list[Type] = []
        own, own_names = self._sorted(one, other, found)
        others, other_names = self._sorted(other, one, found)
        found += self._structures(own, others)
        found += self._with_names(own_names, parts_of(other))
        found += self._with_names(other_names, own)
        return unite(found) if found else NEVER

    def _sorted(self, one: Type, other: Type, found: list[Type]) -> tuple[list[Type], list[Type]]:
        """The parts of ``one``, and those only known by name; what ``other`` allows whole goes to ``found``."""
        parts: list[Type] = []
        names: list[Type] = []
        waiting = list(reversed(parts_of(one)))
        seen: set[Type] = set()
        while waiting:
            part = waiting.pop()
            if not isinstance(part, Named | Intersection):
                parts.append(part)
            elif part in seen:
                continue
            elif self._kinds(part) <= wholes_of(other):
                found.append(part)
            else:
                seen.add(part)
                stands_for = self._names.expand(part) if isinstance(part, Named) else None
                if stands_for is None:
                    names.append(part)
                else:
                    waiting += reversed(parts_of(stands_for))
        return parts, names

    def _kinds(self, found: Type) -> Kinds:
        return kinds_of(found, self._names.kinds)

    def _with_names(self, names: Sequence[Type], others: Sequence[Type]) -> Iterable[Type]:
        for name in names:
            kinds = self._kinds(name)
            fitting = [part for part in others if not kinds.isdisjoint(self._kinds(part))]
            if fitting:
                yield together([name, unite(fitting)])

    def _structures(self, own: Sequence[Type], others: Sequence[Type]) -> Iterable[Type]:
        """What is of a part in ``own`` and of one in ``others``, none of which is a name."""
        literals = dict.fromkeys(part for part in others if isinstance(part, Literal))
        wider = [part for part in others if not isinstance(part, Literal)]
        is_multiplied: set[type] = set()
        for part in own:
            if isinstance(part, Literal):
                if part in literals or any(self._has(each, part) for each in wider):
                    yield part
                continue
            yield from (literal for literal in literals if self._has(part, literal))
            if isinstance(part, Scalar):
                yield from _of_scalar(part, wider)
            elif type(part) not in is_multiplied:
                kind = type(part)
                is_multiplied.add(kind)
                yield from self._products(
                    [each for each in own if isinstance(each, kind)], [each for each in wider if isinstance(each, kind)]
                )

    def _has(self, found: Type, literal: Literal) -> bool:
        return accepts(found, literal.value, self._names.expand)

    def _products(self, own: Sequence[Type], others: Sequence[Type]) -> Iterable[Type]:
        """What each of ``own`` has in common with each of ``others``, all of them arrays, or all of them records."""
        if not own or not others:
            return
        if ANY_ARRAY in others or ANY_RECORD in others:
            yield from own
            return
        if ANY_ARRAY in own or ANY_RECORD in own:
            yield from others
            return
        if len(own) * len(others) > _MOST_PAIRS or self._left < len(own) * len(others):
            yield together([unite(own), unite(others)])
            return
        self._left -= len(own) * len(others)
        for one in own:
            for other in others:
                if one == other:
                    yield one
                elif isinstance(one, Array) and isinstance(other, Array):
                    yield self._array(one, other)
                elif isinstance(one, Record) and isinstance(other, Record):
                    yield self._record(one, other)

    def _rest(self, one: Type | None, other: Type | None) -> Type | None:
        if one is None or other is None:
            return None
        found = self.meet(one, other)
        return None if found == NEVER else found

    def _array(self, one: Array, other: Array) -> Type:
        fixed: list[Type] = []
        least = max(one.least, other.least)
        rest = self._rest(one.rest, other.rest)
        for index in range(max(len(one.fixed), len(other.fixed))):
            item = self._rest(item_at(one, index), item_at(other, index))
            if item is None:
                rest = None
                break
            fixed.append(item)
        return NEVER if least > len(fixed) else Array(tuple(fixed), least, rest)

    def _record(self, one: Record, other: Record) -> Type:
        rest = self._rest(one.rest, other.rest)
        named = {member.key: member for member in other.members}
        members: list[Member] = []
        for member in one.members:
            also = named.pop(member.key, None)
            beside = other.rest if also is None else also.type
            notes = member.notes if also is None else merged_notes(member.notes, also.notes)
            needed = member.is_required or (also is not None and also.is_required)
            members.append(Member(member.key, self._rest(member.type, beside) or NEVER, needed, notes))
        for member in named.values():
            found = self._rest(one.rest, member.type) or NEVER
            members.append(Member(member.key, found, member.is_required, member.notes))
        return record_of(members, rest, merged_notes(one.notes, other.notes))


def item_at(array: Array, index: int) -> Type | None:
    return array.fixed[index] if index < len(array.fixed) else array.rest


def record_of(members: Iterable[Member], rest: Type | None, notes: Notes) -> Type:
    """A record of ``members`` and others of the type ``rest``; never, where one is required that cannot be."""
    kept: list[Member] = []
    for member in members:
        if member.type == NEVER:
            if member.is_required:
                return NEVER
            if rest is None:
                continue  # as any other that is not named
        kept.append(member)
    return Record(tuple(kept), rest, notes)


def _of_scalar(scalar: Scalar, others: Iterable[Type]) -> Iterable[Type]:
    """What ``scalar`` has in common with ``others``, none of which is a literal."""
    for part in others:
        if part == scalar or (part == NUMBER and scalar == INTEGER):
            yield scalar
        elif part == INTEGER and scalar == NUMBER:
            yield part
