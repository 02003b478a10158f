"""This module knows how to write text and JSON values as JSON, as JSON in a script element, and as YAML."""

from __future__ import annotations

import re

from schemagen.model import JsonValue
from schemagen.view.escapes import HIDDEN, code_point, units
from schemagen.view.literals import json_text
from schemagen.view.text import substitute

_HIDDEN = re.compile(f"[{HIDDEN}]")
_MARKUP = tuple((character, units(character)) for character in "<>&")
_IN_YAML = re.compile(f'["\\\\{HIDDEN}]')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def script_json(value: JsonValue) -> str:
    """``value`` as JSON that no HTML parser takes for markup, and JavaScript for a line's end."""
    text = json_text(value)
    if not text.isascii():
        text = substitute(_HIDDEN, lambda match: units(match[0]), text, str.isascii)
    # Of ASCII there is no more to hide in JSON text. A document is long, and this is much faster than a search.
    for character, escaped in _MARKUP:
        text = text.replace(character, escaped)
    return text


def yaml_string(text: str) -> str:
    """``text`` as a double-quoted scalar (YAML 1.2, 7.3.1; right in 1.1 too)."""
    return f'"{_IN_YAML.sub(lambda match: _NAMED.get(match[0]) or code_point(match[0]), text)}"'


def yaml_literal(value: JsonValue) -> str:
    """``value`` in YAML's flow style on one line: JSON, save for how a string is escaped."""
    if isinstance(value, str):
        return yaml_string(value)
    if isinstance(value, list):
        return f"[{', '.join(map(yaml_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{yaml_string(key)}: {yaml_literal(item)}' for key, item in value.items())}}}"
    return json_text(value)
