"""This module knows how to write text and JSON values as tokens of Python.

Every token is complete: whatever the text, it stays one string, one expression, or inside its comment.
"""

from __future__ import annotations

import re

from schemagen.jsontext import is_number, number_text
from schemagen.model import JsonValue
from schemagen.view.escapes import HIDDEN, code_point, visible

_ESCAPED = re.compile(f'["\\\\{HIDDEN}]')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Python refuses to read longer decimal integers from source (sys.int_info.default_max_str_digits).
_MAX_DIGITS = 4000
_DECLARATION = re.compile(r"coding[:=]|(?:^|#)\s*type:")
_QUOTES = re.compile(r'"(?="|\Z)')


def py_string(text: str) -> str:
    """A string literal in double quotes; its value is exactly ``text``."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _NAMED.get(match[0]) or code_point(match[0])


def py_literal(value: JsonValue) -> str:
    """An expression whose value is what ``json.loads`` makes of the JSON ``value``."""
    if isinstance(value, str):
        return py_string(value)
    if isinstance(value, list):
        return f"[{', '.join(map(py_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{py_string(key)}: {py_literal(item)}' for key, item in value.items())}}}"
    if is_number(value):
        return _number(value)
    return repr(value)


def _number(value: JsonValue) -> str:
    if isinstance(value, int) and value.bit_length() > 3 * _MAX_DIGITS:
        return hex(value)
    text = number_text(value)
    return "-0.0" if text == "-0" else text


def py_comment(line: str) -> str:
    """``line`` as text after ``#``: neither a declaration of the encoding (PEP 263) nor of a type."""
    text = visible(line)
    return _DECLARATION.sub(_broken, text) if ":" in text or "=" in text else text


def _broken(match: re.Match[str]) -> str:
    return f"{match[0][:-1]} {match[0][-1]}"


def py_doc(line: str) -> str:
    """``line`` as text of a docstring in triple double quotes: it ends none, wherever it stands, also last."""
    text = visible(line).replace("\\", "\\\\")
    return _QUOTES.sub('\\\\"', text) if '"' in text else text


def py_docstring(lines: list[str]) -> str:
    """``lines`` as a complete docstring."""
    return f'"""{chr(10).join(map(py_doc, lines))}"""'
