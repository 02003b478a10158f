"""This module knows how to show JSON values of a schema: defaults, constants, enum members, examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from types import NoneType

from schemagen.jsontext import dumps, is_number
from schemagen.model import JsonValue
from schemagen.view.markdown import code_block, code_span
from schemagen.view.shapes import Plain
from schemagen.view.text import clean, escape_json, one_line, summarise

_FLAGS = {str: "is_string", bool: "is_boolean", NoneType: "is_null", dict: "is_object", list: "is_array"}

# What is added to a literal for a language: a key, and what makes its value of the JSON value.
LiteralToken = tuple[str, Callable[[JsonValue], str]]


def json_text(value: JsonValue) -> str:
    """``value`` as JSON on one line that any document may hold."""
    if isinstance(value, str):
        return escape_json(encode_basestring(value))
    return escape_json(dumps(value))


class Literals:
    """Makes literals of one shape, and with the tokens that are wanted.

    A literal: ``json`` is its JSON, ``text`` a string's own text and the JSON of anything else.
    """

    def __init__(
        self,
        shape: Plain,
        member_shape: Plain,
        tokens: tuple[LiteralToken, ...],
        *,
        has_blocks: bool,
        has_choice: bool,
    ) -> None:
        self._shape = shape
        self._member_shape = member_shape
        self._tokens = tokens
        self._has_code = "md_code" in shape
        self._has_blocks = has_blocks
        self._has_choice = has_choice

    def of(self, value: JsonValue) -> Plain:
        return self._filled(self._shape.copy(), value)

    def _filled(self, made: Plain, value: JsonValue) -> Plain:
        made["json"] = text = json_text(value)
        made["text"] = clean(value) if isinstance(value, str) else text
        if self._has_code:
            made["md_code"] = code_span(text)
        made[_FLAGS.get(type(value), "is_number")] = True
        for key, write in self._tokens:
            made[key] = write(value)
        return made

    def examples(self, values: Iterable[JsonValue]) -> list[Plain]:
        """Literals, each with ``md_block``: the value pretty, as a fenced code block."""
        made = []
        for value in values:
            example = self.of(value)
            if self._has_choice:
                example["is_chosen"] = False
            if self._has_blocks:
                example["md_block"] = code_block(escape_json(dumps(value, indent=2)), "json")
            made.append(example)
        return made

    def members(
        self, values: list[JsonValue], labels: Sequence[str], descriptions: Sequence[str], default: JsonValue
    ) -> list[Plain]:
        """The members of an enum: literals with ``label``, ``description``, ``summary``, ``is_default``."""
        found = []
        for index, value in enumerate(values):
            member = self._filled(self._member_shape.copy(), value)
            member["label"] = one_line(labels[index] if labels else member["text"]) or "(empty text)"
            member["description"] = description = clean(descriptions[index]) if descriptions else ""
            member["summary"] = summarise(description) if description else ""
            member["is_default"] = default is not ABSENT and equal(value, default)
            found.append(member)
        return found


def put(node: Plain, name: str, items: list[Plain]) -> None:
    """Give ``node`` the list ``name``, unless it is empty."""
    if items:
        node[name] = numbered(items)
        flag(node, "has_" + name)


def flag(node: Plain, name: str) -> None:
    """Set the flag ``name`` of ``node``, unless nobody reads it."""
    if name in node:
        node[name] = True


ABSENT = object()
_NUMBERS = tuple(map(str, range(1, 101)))


def equal(one: JsonValue, other: JsonValue) -> bool:
    """Whether two JSON values are the same: 1 and 1.0 are, 1 and true are not."""
    if is_number(one) and is_number(other):
        return bool(float(str(one)) == float(str(other)))
    return type(one) is type(other) and dumps(one) == dumps(other)


def numbered(items: list[Plain]) -> list[Plain]:
    """``items``, each with ``index`` (from 1, as text), ``first`` and ``last``."""
    for item in indexed(items):
        item["first"] = item["last"] = False
    if items:
        items[0]["first"] = items[-1]["last"] = True
    return items


def indexed(items: list[Plain]) -> list[Plain]:
    """``items``, each with ``index``."""
    numbers = _NUMBERS if len(items) <= len(_NUMBERS) else map(str, range(1, len(items) + 1))
    for item, number in zip(items, numbers, strict=False):
        item["index"] = number
    return items
