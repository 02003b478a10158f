"""This module knows how to write what a schema says to people as docstrings and comments of Python."""

from __future__ import annotations

import textwrap

from schemagen.jsontext import dumps
from schemagen.types.model import NO_NOTES, Notes
from schemagen.view.escapes import joined_lines, lines_of
from schemagen.view.python import py_comment, py_doc

_MOST_SHOWN = 200


def note_lines(notes: Notes) -> list[str]:
    """What ``notes`` say, in lines: a heading, the description, then a paragraph of facts."""
    if notes is NO_NOTES:
        return []
    lines = lines_of(notes.description)
    heading = joined_lines(notes.title)
    if heading and heading not in lines[:1]:
        lines = [heading, *(["", *lines] if lines else [])]
    facts = _facts(notes)
    if facts and lines:
        lines.append("")
    return lines + facts


def _facts(notes: Notes) -> list[str]:
    facts = ["Deprecated."] if notes.is_deprecated else []
    facts += [joined_lines(sentence) for sentence in notes.sentences]
    facts += ["Read only."] if notes.is_read_only else []
    facts += ["Write only."] if notes.is_write_only else []
    if notes.has_default and len(shown := dumps(notes.default)) <= _MOST_SHOWN:
        facts.append(f"Default: {joined_lines(shown)}")
    examples = [joined_lines(text) for text in map(dumps, notes.examples) if len(text) <= _MOST_SHOWN]
    if examples:
        facts.append(f"Examples: {', '.join(examples)}")
    return facts


def docstring(lines: list[str], indent: str) -> str:
    """``lines`` as a complete docstring, its further lines behind ``indent``; empty where there are none."""
    if not lines:
        return ""
    first, *others = _dedented(lines)
    shown = _inner(first) if others else py_doc(first)
    opening = '""" ' if shown.startswith('"') else '"""'
    if not others:
        return f'{opening}{shown}"""'
    rows = [f"{indent}{_inner(line)}" if line else "" for line in others]
    return "\n".join([opening + shown, *rows, f'{indent}"""'])


def _inner(line: str) -> str:
    """``line`` as one of a docstring, but not the last: a quote may end it."""
    return py_doc(f"{line} ")[:-1]


def _dedented(lines: list[str]) -> list[str]:
    """``lines``, the first at the margin, and of the others the least indented too: formatters put them there."""
    rest = textwrap.dedent("\n".join(lines[1:])).split("\n") if len(lines) > 1 else []
    return [lines[0].lstrip(), *rest]


def comments(lines: list[str], indent: str) -> str:
    """``lines`` as comments that document what follows. No tool reads a directive in a comment of this form."""
    return f"\n{indent}".join(f"#: {py_comment(line)}".rstrip() for line in _dedented(lines)) if lines else ""
