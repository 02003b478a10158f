"""This module knows how to make the types of a module such as Python can declare: every object with members is a
class of its own, for Python has no types of objects without a name, and no intersections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from schemagen.types.model import (
    ANY,
    NO_NOTES,
    Array,
    Declaration,
    Intersection,
    Literal,
    Module,
    Named,
    Record,
    Scalar,
    Type,
    Union,
)
from schemagen.view.names import Scope, Words, shortened, type_scope, words_of

# Python reads no brackets deeper than 200, and people none deeper than this: what is inside has a name of its own.
_DEEPEST = 12


def declarations_of(module: Module) -> tuple[Declaration, ...]:
    """The declarations of ``module``, each followed by those of the objects in it, which are named after their place
    (``OrderLinesItem``). Records with members stand at the top of a declaration only, intersections nowhere."""
    scope = type_scope()
    for declaration in module.declarations:
        scope.claim(declaration.words)
    return tuple(made for declaration in module.declarations for made in _Declaring(scope).all_of(declaration))


def is_class(declaration: Declaration) -> bool:
    """Whether ``declaration`` is of a class; else it is of an alias."""
    return isinstance(declaration.type, Record) and bool(declaration.type.members)


def references_in(found: Type) -> Iterator[Named]:
    """All names in ``found``."""
    if isinstance(found, Named):
        yield found
        return
    for part in parts_of(found):
        yield from references_in(part)


def parts_of(found: Type) -> Iterator[Type]:
    """The types that ``found`` is made of."""
    if isinstance(found, Array | Record):
        yield from found.fixed if isinstance(found, Array) else (member.type for member in found.members)
        if found.rest is not None:
            yield found.rest
    elif isinstance(found, Union | Intersection):
        yield from found.parts


@dataclass(frozen=True, slots=True)
class _Found:
    """A part of a type that is to be declared as ``words``."""

    words: Words
    type: Type


class _Declaring:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._waiting: list[_Found] = []

    def all_of(self, declaration: Declaration) -> Iterator[Declaration]:
        made = self._top(declaration.type, declaration.words)
        yield declaration if made is declaration.type else replace(declaration, type=made)
        while self._waiting:
            found = self._waiting.pop(0)
            notes = found.type.notes if isinstance(found.type, Record) else NO_NOTES
            yield Declaration(found.words, self._top(found.type, found.words), notes)

    def _top(self, found: Type, path: Words) -> Type:
        if _is_settled(found, _DEEPEST, is_top=True):
            return found
        found = _without_intersections(found)
        return self._members(found, path) if isinstance(found, Record) else self._inside(found, path)

    def _members(self, record: Record, path: Words) -> Record:
        members = tuple(
            replace(member, type=self._inside(member.type, (*path, *words_of(member.key)))) for member in record.members
        )
        rest = None if record.rest is None else self._inside(record.rest, (*path, "value"))
        return replace(record, members=members, rest=rest)

    def _inside(self, found: Type, path: Words, depth: int = 0) -> Type:
        if _is_settled(found, _DEEPEST - depth):
            return found
        found = _without_intersections(found)
        if isinstance(found, Scalar | Literal | Named):
            return found
        if depth == _DEEPEST or (isinstance(found, Record) and found.members):
            words = self._scope.claim(shortened(path))
            self._waiting.append(_Found(words, found))
            return Named("", words)
        if isinstance(found, Record):
            assert found.rest is not None  # or it were settled
            return replace(found, rest=self._inside(found.rest, (*path, "value"), depth + 1))
        if isinstance(found, Array):
            fixed = (self._inside(item, (*path, "item", str(n)), depth + 1) for n, item in enumerate(found.fixed, 1))
            rest = None if found.rest is None else self._inside(found.rest, (*path, "item"), depth + 1)
            return Array(tuple(fixed), found.least, rest)
        assert isinstance(found, Union)
        # Only where several need a name are they numbered.
        is_alone = sum(isinstance(part, Record) and bool(part.members) for part in found.parts) == 1
        parts = (
            self._inside(part, path if is_alone else (*path, "variant", str(number)), depth + 1)
            for number, part in enumerate(found.parts, 1)
        )
        return Union(tuple(parts))


def _is_settled(found: Type, levels: int, *, is_top: bool = False) -> bool:
    """Whether Python can write ``found`` as it is, with at most so many ``levels`` in it: most types are so."""
    if isinstance(found, Named | Scalar | Literal):
        return True
    if not levels or isinstance(found, Intersection) or (isinstance(found, Record) and found.members and not is_top):
        return False
    return all(_is_settled(part, levels - 1) for part in parts_of(found))


def _without_intersections(found: Type) -> Type:
    """``found``, or of an intersection the part that tells most: every value of it is one of each part."""
    while isinstance(found, Intersection):
        found = min(found.parts, key=_vagueness)
    return found


def _vagueness(found: Type) -> int:
    if found == ANY:
        return 3
    if isinstance(found, Record):
        return 0 if found.members else 2
    return 1 if isinstance(found, Named) else 2
