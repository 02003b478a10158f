"""This module knows how to write text and JSON values as tokens of TypeScript and JavaScript.

Every token is complete: whatever the text, it stays one string, one expression, or inside its comment.
"""

from __future__ import annotations

import re

from schemagen.jsontext import is_number, number_text
from schemagen.model import JsonValue
from schemagen.view.escapes import HIDDEN, units, visible

_ESCAPED = re.compile(f'["\\\\{HIDDEN}]|</|<!--|-->')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
# A page may hold a script: nothing in it may close the element or open a comment (HTML, 4.12.1.3).
_MARKUP = {"</": "<\\/", "<!--": "\\x3c!--", "-->": "--\\x3e"}
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_TAG = re.compile(r"(?<![^\s{])@")


def ts_string(text: str) -> str:
    """A string literal in double quotes; its value is exactly ``text``."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    return _NAMED.get(found) or _MARKUP.get(found) or units(found)


def ts_literal(value: JsonValue) -> str:
    """An expression whose value is ``value``; also a literal type, for all but numbers that are not finite."""
    if isinstance(value, str):
        return ts_string(value)
    if isinstance(value, list):
        return f"[{', '.join(map(ts_literal, value))}]"
    if isinstance(value, dict):
        members = ", ".join(f"{_member(key)}: {ts_literal(item)}" for key, item in value.items())
        return f"{{ {members} }}" if members else "{}"
    if is_number(value):
        return number_text(value)
    return {True: "true", False: "false", None: "null"}[value]


def _member(key: str) -> str:
    # Written plainly, __proto__ sets the prototype instead of a property.
    return '["__proto__"]' if key == "__proto__" else ts_property(key)


def ts_property(key: str) -> str:
    """``key`` as the name of a property in a type or a class: plain where it is an identifier, else quoted."""
    return key if _IDENTIFIER.fullmatch(key) else ts_string(key)


def ts_comment(line: str) -> str:
    """``line`` as text inside a comment of either kind: it ends none, and starts no tag of TSDoc."""
    text = visible(line).replace("*/", "*\\/")
    if text.startswith("/"):
        text = f" {text}"  # after a star it would end the comment, after ``//`` make it a directive
    return _TAG.sub("\\\\@", text) if "@" in text else text


def ts_doc(lines: list[str]) -> str:
    """``lines`` as the body of a comment for TSDoc, between ``/**`` and ``*/``, each further line with its star."""
    return "\n".join(f" * {ts_comment(line)}".rstrip() for line in lines)[3:]
