"""This module knows how to write text as GitHub-flavoured Markdown in which it cannot become markup."""

from __future__ import annotations

import re

from schemagen.view.text import clean, shorten

_SPECIAL = re.compile(r"[\\`*_{}\[\]|~$<>&]")
_BLOCK_START = re.compile(r"(?:[#+=:\-]|(?P<number>\d{1,9})(?=[.)]))")
_ESCAPED = {character: f"\\{character}" for character in "\\`*_{}[]|~$"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_BACKTICKS = re.compile(r"`+")
_BREAKS = re.compile(r"[\n\t\u0085\u2028\u2029]")
_SHOWN_BREAKS = {"\n": "\\n", "\t": "\\t"}
CODE_LENGTH = 200


def escape_markdown(text: str) -> str:
    """``text`` as Markdown that reads as ``text``: no emphasis, link, HTML, table, heading or list of its own.

    Newlines stay, so that paragraphs do; text on one line is safe in a heading and in a table cell.
    """
    escaped = _escape_inside(clean(text))
    if "\n" not in escaped:
        return _escape_line(escaped)
    return "\n".join(_escape_line(line) for line in escaped.strip("\n").split("\n"))


def table_cell(text: str) -> str:
    """``text`` as Markdown for a table cell: like ``escape_markdown``, with each line's end as ``<br>``."""
    return "<br>".join(escape_markdown(line) for line in clean(text).split("\n"))


def _escape_inside(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPED[match[0]], text)


def _escape_line(line: str) -> str:
    # Leading white space would be a code block, trailing a line break.
    line = line.strip(" \t")
    start = _BLOCK_START.match(line)
    if start is None:
        return line
    end = start.end() if start["number"] else 0
    return f"{line[:end]}\\{line[end:]}"


def code_span(text: str, length: int = CODE_LENGTH) -> str:
    """A complete code span that shows ``text`` on one line, shortened; also right in a table cell."""
    if text.isprintable() and 0 < len(text) <= length and "`" not in text and "|" not in text and text[0] != " ":
        return f"`{text}`"
    text = shorten(text, length)
    if not text.isprintable():
        text = _BREAKS.sub(lambda match: _SHOWN_BREAKS.get(match[0], " "), clean(text))
    if "|" in text:
        # In a table cell ``|`` needs a backslash even in a code span; elsewhere the backslash would be shown.
        return f"<code>{_escape_inside(text)}</code>"
    if not text.strip():
        return f'`"{text}"`'
    if "`" not in text:
        return f"` {text} `" if text[0] == text[-1] == " " else f"`{text}`"
    fence = _fence(text, 1)
    return f"{fence} {text} {fence}"


def code_block(text: str, language: str) -> str:
    """A complete fenced code block of ``text``, without a newline at its end."""
    fence = _fence(text, 3)
    return f"{fence}{language}\n{text}\n{fence}"


def _fence(text: str, least: int) -> str:
    """Backticks longer than any run of them in ``text``, at least ``least``."""
    return "`" * max(least, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))
