"""This module knows how to write what a schema says to people as a comment for TSDoc."""

from __future__ import annotations

from schemagen.model import JsonValue
from schemagen.types.model import NO_NOTES, Notes
from schemagen.view.escapes import joined_lines, lines_of
from schemagen.view.literals import json_text
from schemagen.view.text import shorten
from schemagen.view.typescript import ts_comment

_MOST_EXAMPLES = 3
_LONGEST_VALUE = 400


def ts_doc(notes: Notes, indent: str = "") -> str:
    """A whole comment, from the second line on indented by ``indent``; empty where there is nothing to say."""
    lines = [] if notes is NO_NOTES else _lines(notes)
    if not lines:
        return ""
    if len(lines) == 1:
        return f"/** {lines[0]} */"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"/**\n{body}{indent} */"


def _lines(notes: Notes) -> list[str]:
    described = [ts_comment(line) for line in lines_of(notes.description)]
    heading = ts_comment(joined_lines(notes.title))
    paragraphs = [
        [heading] if heading and heading not in described[:1] else [],
        described,
        [ts_comment(sentence) for sentence in notes.sentences],
        [*_flags(notes), *_values(notes)],
    ]
    lines: list[str] = []
    for paragraph in filter(None, paragraphs):
        lines += ["", *paragraph] if lines else paragraph
    return lines


def _flags(notes: Notes) -> list[str]:
    found = ["@deprecated"] if notes.is_deprecated else []
    if notes.is_read_only:
        found.append("@readonly")
    return found


def _values(notes: Notes) -> list[str]:
    found = [f"@default {_value(notes.default)}"] if notes.has_default else []
    return found + [f"@example {_value(example)}" for example in notes.examples[:_MOST_EXAMPLES]]


def _value(value: JsonValue) -> str:
    return ts_comment(shorten(json_text(value), _LONGEST_VALUE))
