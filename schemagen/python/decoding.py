"""This module knows how to write, as an expression of Python, what reads a type from JSON data: calls of the functions
in the module ``_schemagen`` that comes with generated dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from schemagen.python.declaring import is_class, references_in
from schemagen.python.layout import Brackets, Expression, Prefixed, call
from schemagen.python.naming import codec_name, type_name
from schemagen.python.values import depth_of, expression_of, string
from schemagen.types.model import Array, Declaration, Kind, Literal, Member, Named, Record, Scalar, Type, Union
from schemagen.view.names import Words

# Python reads no brackets deeper than 200. What is deeper than this is not compared.
_DEEPEST_VALUE = 100
CodecOf: TypeAlias = Callable[[Named], str]
_SCALARS: Mapping[Kind, str] = {
    Kind.ANY: "anything",
    Kind.NEVER: "nothing",
    Kind.NULL: "null",
    Kind.BOOLEAN: "boolean",
    Kind.STRING: "string",
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
}


def in_order(declarations: Sequence[Declaration]) -> list[Declaration]:
    """``declarations``, each after those of the same module that it refers to, as far as they do not go round."""
    by_words = {declaration.words: declaration for declaration in declarations}
    ordered: dict[Words, Declaration] = {}
    begun: set[Words] = set()
    # Two entries for each: when it is reached, and when all that it refers to is done. No recursion: chains of
    # references may be long.
    waiting = [(declaration, False) for declaration in reversed(declarations)]
    while waiting:
        declaration, is_done = waiting.pop()
        if is_done:
            ordered[declaration.words] = declaration
        elif declaration.words not in begun:
            begun.add(declaration.words)
            waiting.append((declaration, True))
            inside = [by_words[named.words] for named in references_in(declaration.type) if not named.module]
            waiting += [(each, False) for each in reversed(inside)]
    return list(ordered.values())


class Decoding:
    """Writes what reads types. ``codec_of`` names the codecs of other modules; ``used`` collects the functions that
    must be imported. ``made`` are the codecs that are there already: others are looked up when they are needed."""

    def __init__(self, codec_of: CodecOf, used: set[str]) -> None:
        self._codec_of = codec_of
        self._used = used
        self._made: set[Words] = set()

    def declared(self, declaration: Declaration, names: Sequence[str]) -> Expression:
        """What reads ``declaration``, whose members are called ``names`` where it is a class."""
        found = declaration.type
        if is_class(declaration) and isinstance(found, Record):
            members = [self._member(*pair) for pair in zip(found.members, names, strict=True)]
            rest = [] if found.rest is None else [Prefixed("rest=", self.of(found.rest))]
            made: Expression = self._call("record", type_name(declaration.words), *members, *rest)
        else:
            made = self.of(found)
        self._made.add(declaration.words)
        return made

    def of(self, found: Type) -> Expression:
        if isinstance(found, Scalar):
            return self._name(_SCALARS[found.kind])
        if isinstance(found, Literal):
            return self._literals([found])
        if isinstance(found, Named):
            return self._reference(found)
        if isinstance(found, Array):
            return self._array(found)
        if isinstance(found, Record):
            return self._call("mapping", self._name("nothing") if found.rest is None else self.of(found.rest))
        assert isinstance(found, Union)
        literals = [part for part in found.parts if isinstance(part, Literal)]
        parts: list[Expression] = []
        for part in found.parts:
            if not isinstance(part, Literal):
                parts.append(self.of(part))
            elif part is literals[0]:
                parts.append(self._literals(literals))
        return parts[0] if len(parts) == 1 else self._call("union", *parts)

    def _literals(self, literals: Sequence[Literal]) -> Expression:
        if any(depth_of(each.value) > _DEEPEST_VALUE for each in literals):
            return self._name("anything")
        return self._call("literal", *(expression_of(each.value) for each in literals))

    def _member(self, member: Member, name: str) -> Expression:
        shown: list[Expression] = [string(member.key), self.of(member.type)]
        if name != member.key:
            shown.append(f'name="{name}"')
        return self._call("required" if member.is_required else "optional", *shown)

    def _array(self, found: Array) -> Expression:
        if not found.fixed:
            return self._call("array", self._name("nothing") if found.rest is None else self.of(found.rest))
        fixed = Brackets("[", tuple(map(self.of, found.fixed)), "]", is_display=True)
        rest = self._name("nothing") if found.rest is None else self.of(found.rest)
        return self._call("tuple_of", fixed, f"least={found.least}", Prefixed("rest=", rest))

    def _reference(self, found: Named) -> Expression:
        name = self._codec_of(found) if found.module else codec_name(found.words)
        if not found.module and found.words in self._made:
            return name
        # The module of another may be half made while this one is.
        return self._call("lazily", Prefixed("lambda: ", name, is_lambda=True))

    def _name(self, name: str) -> str:
        self._used.add(name)
        return name

    def _call(self, name: str, *items: Expression) -> Brackets:
        return call(self._name(name), *items)
