"""This module knows how to write JSON values, and names of properties, in types of TypeScript, as prettier does."""

from __future__ import annotations

import math
import re
import unicodedata

from schemagen.jsontext import is_number, number_text
from schemagen.model import JsonValue
from schemagen.typescript.layout import LINE, SOFT, Document, Group, IfBreak, Indent
from schemagen.view.escapes import units
from schemagen.view.typescript import ts_property, ts_string

_DEEPEST = 20
_NUMBER = re.compile(r"(-?\d+)(?:\.(\d+?)0*)?(?:e\+?(-?)0*(\d+))?")
_ASCII = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_DIGITS = frozenset("0123456789")
# The categories of what an identifier begins with, but for the dollar and the underscore, and of what is in it.
_START = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"})
_CONTINUE = _START | {"Mn", "Mc", "Nd", "Pc", "Cf"}
_QUOTE = re.compile(r"\\(.)|'", re.DOTALL)


def ts_text(text: str) -> str:
    """A string literal in the quotes that need fewer escapes, double ones if in doubt. No page's script ends in it."""
    token = ts_string(text).replace("<\\/", "\\x3c/")  # prettier would take that escape away
    if text.count('"') <= text.count("'"):
        return token
    return f"'{_QUOTE.sub(_requoted, token[1:-1])}'"


def _requoted(match: re.Match[str]) -> str:
    if match[0] == "'":
        return "\\'"
    return '"' if match[1] == '"' else match[0]


def ts_key(key: str) -> str:
    """``key`` as the name of a property: plain where it is an identifier by any edition of Unicode since 3.2.

    Prettier takes the quotes off what its own edition has for one, unless a letter is escaped.
    """
    plain = ts_property(key)
    if key.isascii():
        return ts_text(key) if plain.startswith('"') else plain
    if not all(character in _ASCII or unicodedata.category(character) in _CONTINUE for character in key):
        return ts_text(key)
    starts_well = key[0] in _ASCII - _DIGITS or unicodedata.category(key[0]) in _START
    if not starts_well or not all(map(_is_old, key)):
        return "".join(['"', *(c if c in _ASCII else units(c) for c in key), '"'])
    return key


def _is_old(character: str) -> bool:
    return character in _ASCII or unicodedata.ucd_3_2_0.category(character) in _CONTINUE - {"Cf"}


def ts_number(text: str) -> str:
    """The type of the number that is written ``text`` in JSON."""
    if not math.isfinite(float(text)):
        return "number"
    match = _NUMBER.fullmatch(text.lower())
    assert match is not None, text
    whole, fraction, sign, exponent = match.groups()
    fraction = (fraction or "").rstrip("0")
    power = f"e{sign}{exponent}" if exponent and exponent.strip("0") else ""
    written = f"{whole}{'.' * bool(fraction)}{fraction}{power}"
    return "0" if written.strip("-0.") == "" or written.startswith(("0e", "-0e")) else written


def value_document(value: JsonValue, depth: int = 0) -> Document:
    """Exactly ``value`` as a type; what is nested deep inside it stays open."""
    if isinstance(value, str):
        return ts_text(value)
    if isinstance(value, list | dict) and depth > _DEEPEST:
        return "unknown"
    if isinstance(value, list):
        return tuple_document([value_document(item, depth + 1) for item in value])
    if isinstance(value, dict):
        return object_document([[ts_key(key), ": ", value_document(item, depth + 1)] for key, item in value.items()])
    if is_number(value):
        return ts_number(number_text(value))
    return {True: "true", False: "false", None: "null"}[value]


def tuple_document(items: list[Document]) -> Document:
    if not items:
        return "[]"
    inside: list[Document] = [SOFT]
    for number, item in enumerate(items):
        inside += [",", LINE, item] if number else [item]
    return Group(["[", Indent(inside), IfBreak(","), SOFT, "]"])


def object_document(members: list[Document]) -> Document:
    if not members:
        return "Record<string, never>"
    inside: list[Document] = [LINE]
    for number, member in enumerate(members):
        inside += [";", LINE, member] if number else [member]
    return Group(["{", Indent(inside), IfBreak(";"), LINE, "}"])
