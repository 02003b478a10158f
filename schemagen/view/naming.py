"""This module knows how to name everything in a built tree: properties, enum members, and the types that code
declares for it."""

from __future__ import annotations

from collections.abc import Sequence

from schemagen.view.definitions import Definition, Definitions
from schemagen.view.names import (
    Scope,
    Words,
    cases,
    member_scope,
    property_scope,
    py_constant,
    py_name,
    py_type_name,
    shortened,
    ts_name,
    ts_type_name,
    words_of,
)
from schemagen.view.shapes import RESTS, Plain


class _Members:
    """The names of the properties of one value: a key has one name, wherever in the rules for that value it comes."""

    def __init__(self) -> None:
        self._scope = property_scope()
        self._words: dict[str, Words] = {}

    def words(self, key: str) -> Words:
        words = self._words.get(key)
        if words is None:
            words = self._words[key] = self._scope.claim(words_of(key))
        return words


def name_trees(stem: str, definitions: Sequence[Definition], roots: Sequence[Plain], types: Scope) -> None:
    """Name the trees of ``definitions``, in this order; the schema itself is called ``stem``. ``types`` are all names
    taken.

    The schema and the definitions choose their names first. An object with properties inside them is named after
    them and its place (``OrderLinesItem``), so that nothing elsewhere changes what it is called.
    """
    claimed = []
    for definition in definitions:
        words = types.claim(words_of(definition.name if definition.number else stem))
        definition.words = words
        claimed.append(words)
    for words, root in zip(claimed, roots, strict=True):
        namer = _Namer(types)
        _declare(root, words)
        _call(root, words, ts_type_name(words), py_type_name(words))
        namer.inside(root, words, _Members())
        if root["is_nullable"]:
            root["is_record"] = False  # what is declared must allow null too


def name_references(definitions: Definitions) -> None:
    """Say of each reference what the definition is called that it leads to."""
    for _, found, ref in definitions.references:
        ref["ts_name"], ref["py_name"] = ts_type_name(found.words), py_type_name(found.words)


def names_of(definition: Definition) -> Plain:
    """What a definition, or the schema itself, is called."""
    words = definition.words
    return {"names": cases(words), "ts_name": ts_type_name(words), "py_name": py_type_name(words)}


def _call(node: Plain, words: Words, for_typescript: str, for_python: str) -> None:
    node["names"] = cases(words)
    node["ts_name"] = for_typescript
    node["py_name"] = for_python


def _declare(node: Plain, words: Words) -> None:
    node["is_declared"] = True
    node["ts_type_name"] = ts_type_name(words)
    node["py_type_name"] = py_type_name(words)


class _Namer:
    """Names what is below a node. ``path`` are always the words of the type around it and of the place in that."""

    def __init__(self, types: Scope) -> None:
        self._types = types

    def node(self, node: Plain, own: Words, path: Words, members: _Members | None, *, is_typed: bool) -> None:
        _call(node, own, ts_name(own), py_name(own))
        if is_typed and node["kind"] == "object" and node["properties"]:
            path = self._types.claim(shortened(path))
            _declare(node, path)
        self.inside(node, path, members or _Members(), is_typed=is_typed)

    def inside(self, node: Plain, path: Words, members: _Members, *, is_typed: bool = True) -> None:
        node["is_record"] = _is_record(node)
        if node["members"]:
            _name_members(node["members"])
        for child in node["properties"]:
            words = members.words(child["key"])
            self.node(child, words, (*path, *words), None, is_typed=is_typed)
        for child in node["pattern_properties"]:
            self.node(child, ("value",), (*path, "value"), None, is_typed=is_typed)
        for key in RESTS:
            if key in node and node[key]["node"]:
                self.node(node[key]["node"], ("value",), (*path, "value"), None, is_typed=is_typed)
        for number, child in enumerate(node["prefix_items"], 1):
            words = ("item", str(number))
            self.node(child, words, (*path, *words), None, is_typed=is_typed)
        if node["items"]:
            self.node(node["items"], ("item",), (*path, "item"), None, is_typed=is_typed)
        for child in node["all_of"]:
            words = ("part", child["index"])
            self.node(child, words, (*path, *words), members, is_typed=is_typed)
        for choice in node["choices"]:
            for child in choice["variants"]:
                words = _words_of_variant(child)
                self.node(child, words, (*path, *words), members if child["is_part"] else None, is_typed=is_typed)
        for condition in node["conditions"]:
            for branch in ("then", "else"):
                if condition[branch]:
                    self.node(condition[branch], (branch,), (*path, branch), members, is_typed=False)


def _is_record(node: Plain) -> bool:
    """Whether an object is wholly described by its properties, as far as types can tell."""
    return bool(node["kind"] == "object" and node["properties"] and not node["all_of"] and not node["choices"])


def _words_of_variant(node: Plain) -> Words:
    return words_of(node["title"]) if node["title"] else ("variant", node["index"])


def _name_members(members: list[Plain]) -> None:
    scope = member_scope()
    for member in members:
        words = words_of(member["label"])
        if member["is_number"] and member["json"].startswith("-"):
            words = ("minus", *words)
        words = scope.claim(words)
        _call(member, words, ts_type_name(words), py_constant(words))
