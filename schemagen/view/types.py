"""This module knows how to find the type of every node of a tree, as an expression in a language.

What a type is made of is the same in each language; how it is written is what the modules ``typescript_types`` and
``python_types`` know. Each has a ``Language``; another mode of a language would be one more of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from schemagen.view.shapes import RESTS, Plain


class Type(NamedTuple):
    """An expression; ``rank`` tells how loosely its parts hang together, for brackets: 0 for one that needs none.

    ``parts`` are those of a union.
    """

    text: str
    rank: int = 0
    parts: tuple[Type, ...] = ()


class Language(Protocol):
    """How a language writes types."""

    # That of the keys that hold its tokens.
    prefix: str

    def scalar(self, kind: str) -> Type:
        """For the kinds any, never, null, boolean, string, number, integer."""

    def literal(self, value: Plain) -> Type:
        """Exactly the value of a literal of the view, or the least that can be said of it."""

    def array(self, fixed: Sequence[tuple[Plain, Type]], rest: Type | None) -> Type:
        """An array: ``fixed`` are its first items; ``rest`` are all others, None where there may be none."""

    def record(self, node: Plain, members: Sequence[tuple[Plain, Type]], rest: Type | None) -> Type:
        """An object with these members; ``rest`` are all others, None where there may be none."""

    def union(self, types: Sequence[Type]) -> Type:
        """One of two or more different types, none of which is any value or itself a union."""

    def intersection(self, node: Plain, types: Sequence[Type]) -> Type:
        """All of two or more different types at once, none of which is any value."""


def add_types(root: Plain, language: Language) -> None:
    """Give every node of a tree its type: ``ts_type`` and so on. ``root`` is a declaration."""
    typist = _Typist(language)
    body = typist.nullable(root, typist.body_of(root))
    root[f"{language.prefix}_body"] = body.text
    root[f"{language.prefix}_type"] = root[f"{language.prefix}_type_name"]


class _Typist:
    def __init__(self, language: Language) -> None:
        self._language = language
        self._unknown, self._never = language.scalar("any"), language.scalar("never")
        self._type, self._body, self._rest = (f"{language.prefix}_{what}" for what in ("type", "body", "rest"))
        self._name, self._type_name = f"{language.prefix}_name", f"{language.prefix}_type_name"

    def node(self, node: Plain) -> Type:
        """The type of ``node``, which is written into it too."""
        found = self.body_of(node)
        if node["is_declared"]:
            node[self._body] = found.text
            found = Type(node[self._type_name])
        found = self.nullable(node, found)
        node[self._type] = found.text
        return found

    def nullable(self, node: Plain, found: Type) -> Type:
        return self._union([found, self._language.scalar("null")]) if node["is_nullable"] else found

    def body_of(self, node: Plain) -> Type:
        """The type of ``node``, but for null beside it, spelled out though it may have a name."""
        types = [self._own(node)]
        types += [self._union([self.node(variant) for variant in choice["variants"]]) for choice in node["choices"]]
        types += [self.node(part) for part in node["all_of"]]
        for condition in node["conditions"]:
            for branch in ("then", "else"):
                if condition[branch]:
                    self.node(condition[branch])  # types cannot say when it applies, so it counts for nothing
        distinct = [found for found in dict.fromkeys(types) if found != self._unknown]
        if len(distinct) < 2:
            return distinct[0] if distinct else self._unknown
        return self._never if self._never in distinct else self._language.intersection(node, distinct)

    def _own(self, node: Plain) -> Type:
        """What ``node`` says by itself, without its variants and parts."""
        kind = node["kind"]
        members = [(child, self.node(child)) for child in node["properties"]]
        matching = [self.node(child) for child in node["pattern_properties"]]
        rests = {key: self.node(node[key]["node"]) for key in RESTS if key in node and node[key]["node"]}
        fixed = [(child, self.node(child)) for child in node["prefix_items"]]
        items = self.node(node["items"]) if node["items"] else None
        if kind == "object":
            rest = self._other_properties(node, matching, rests.get("additional"))
            node[self._rest] = rest.text if rest else ""
            return self._language.record(node, members, rest)
        if kind == "array":
            others = items or rests.get("unevaluated_items", self._unknown)
            return self._language.array(fixed, None if node.get("is_closed") else others)
        if kind == "enum":
            return self._union([self._language.literal(member) for member in node["members"]])
        if kind == "const":
            return self._language.literal(node["const"])
        if kind == "ref":
            return self._unknown if node["ref"]["is_opaque"] else Type(node["ref"][self._name])
        return self._unknown if kind == "union" else self._language.scalar(kind)

    def _other_properties(self, node: Plain, matching: list[Type], additional: Type | None) -> Type | None:
        if node.get("is_closed"):
            return self._union(matching) if matching else None
        return self._union([*matching, additional]) if additional else self._unknown

    def _union(self, types: Sequence[Type]) -> Type:
        distinct = dict.fromkeys(part for found in types for part in found.parts or (found,))
        distinct.pop(self._never, None)
        if self._unknown in distinct:
            return self._unknown
        if len(distinct) < 2:
            return next(iter(distinct), self._never)
        return self._language.union(tuple(distinct))._replace(parts=tuple(distinct))
