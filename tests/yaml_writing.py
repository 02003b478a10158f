"""Writing YAML for tests: block style, plain words where that is safe, literal blocks for texts of several lines."""

from __future__ import annotations

import json
import re

from jiter import LosslessFloat

from schemagen.model import JsonValue

_PLAIN = re.compile(r"[A-Za-z][A-Za-z ]*[A-Za-z]")
_RESERVED = re.compile(r"true|false|null", re.IGNORECASE)
_BLOCK = re.compile(r"(?=\S)[^\r\t\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+(?<=\S)")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_yaml(value: JsonValue) -> str:
    """``value`` as YAML."""
    return _block(value, "").lstrip("\n") + "\n"


def _block(value: JsonValue, indent: str) -> str:
    if isinstance(value, dict) and value:
        return "".join(f"\n{indent}{_string(key)}:{_item(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{indent}-{_item(item, indent)}" for item in value)
    return _scalar(value, indent)


def _item(value: JsonValue, indent: str) -> str:
    if isinstance(value, dict | list) and value:
        return _block(value, indent + "  ")
    return " " + _scalar(value, indent + "  ")


def _scalar(value: JsonValue, indent: str) -> str:
    if isinstance(value, str):
        lines = value.split("\n")
        if (
            indent
            and len(lines) > 1
            and _BLOCK.fullmatch(value)
            and all(line == line.strip() and line for line in lines)
        ):
            return "|-\n" + "\n".join(indent + line for line in lines)
        return _string(value)
    return str(value) if isinstance(value, LosslessFloat) else json.dumps(value)


def _string(text: str) -> str:
    if _PLAIN.fullmatch(text) and not _RESERVED.fullmatch(text):
        return text
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
