"""This module knows how to write JSON values as expressions of Python in the form that ``ruff format`` leaves them."""

from __future__ import annotations

import re

from schemagen.jsontext import is_number
from schemagen.model import JsonValue
from schemagen.python.layout import Brackets, Expression, Prefixed
from schemagen.view.escapes import HIDDEN, code_point
from schemagen.view.python import py_literal

_NAMED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = {quote: re.compile(f"[{quote}\\\\{HIDDEN}]") for quote in "\"'"}


def string(text: str) -> str:
    """A string literal whose value is exactly ``text``, in those quotes of which fewer need an escape."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + _ESCAPED[quote].sub(lambda match: _escape(match[0]), text) + quote


def _escape(character: str) -> str:
    return f"\\{character}" if character in "\"'" else _NAMED.get(character) or code_point(character)


def number(value: JsonValue) -> str:
    """A JSON number: digits beyond nine of hexadecimal numbers are capitals, exponents are not."""
    text = py_literal(value).lower()
    sign, prefix, digits = text.partition("0x")
    return f"{sign}{prefix}{digits.upper()}" if prefix else text


def expression_of(value: JsonValue) -> Expression:
    """An expression whose value is what ``json.loads`` makes of the JSON ``value``."""
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return Brackets("[", tuple(map(expression_of, value)), "]", is_display=True)
    if isinstance(value, dict):
        items = tuple(Prefixed(f"{string(key)}: ", expression_of(item)) for key, item in value.items())
        return Brackets("{", items, "}", is_display=True)
    return number(value) if is_number(value) else repr(value)


def whole_number(value: JsonValue) -> int | None:
    """The integer that ``value`` is, however it is written, or None; not of numbers that nobody could write out."""
    if isinstance(value, bool) or not is_number(value):
        return None
    if isinstance(value, int):
        return value
    found = float(str(value))
    return int(found) if found.is_integer() and abs(found) < 2**63 else None


def depth_of(value: JsonValue) -> int:
    """How many arrays and objects are around the innermost part of ``value``."""
    if not isinstance(value, list | dict):
        return 0
    return 1 + max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)
