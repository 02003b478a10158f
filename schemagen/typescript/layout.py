"""This module knows how to break lines as prettier does, with its default of 80 columns.

A document is a text, a list of documents, a ``Line`` that is a space (or nothing) where its group fits on the line
and else a newline, a ``Group``, an ``Indent`` of the lines inside it, or an ``IfBreak`` that is there only in a group
that does not fit. The printer is that of prettier (``src/document/printer.js``), for these six: outer groups break
first, and a group fits if all up to the next possible newline after it does.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 80
_STEP = 2


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line may end; ``flat`` is what stands there where it does not."""

    flat: str


@dataclass(frozen=True, slots=True)
class Group:
    """What is broken into lines all or not at all."""

    inside: Document


@dataclass(frozen=True, slots=True)
class Indent:
    """What is indented by one more step."""

    inside: Document


@dataclass(frozen=True, slots=True)
class IfBreak:
    """What stands only in a group that is broken."""

    inside: Document


Document: TypeAlias = "str | list[Document] | Line | Group | Indent | IfBreak"
LINE, SOFT = Line(" "), Line("")


def width_of(text: str) -> int:
    """How many columns ``text`` takes: letters of some scripts take two, and marks on other letters none."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"F", "W"} else 1


def flat_text(document: Document) -> str:
    """``document`` on one line."""
    if isinstance(document, str):
        return document
    if isinstance(document, list):
        return "".join(map(flat_text, document))
    if isinstance(document, Line):
        return document.flat
    return "" if isinstance(document, IfBreak) else flat_text(document.inside)


def laid_out(document: Document, column: int, indent: int, after: int = 1) -> str:
    """``document`` as text that begins at ``column``, in a line that is indented by ``indent``, and has ``after``
    columns of other text behind it."""
    flat = flat_text(document)
    if column + width_of(flat) + after <= WIDTH:
        return flat
    written: list[str] = []
    # What is left to write, the next last: its indentation, whether lines in it are newlines, and itself.
    waiting: list[tuple[int, bool, Document]] = [(indent, True, " " * after), (indent, True, document)]
    while len(waiting) > 1:
        level, is_broken, this = waiting.pop()
        if isinstance(this, str):
            written.append(this)
            column += width_of(this)
        elif isinstance(this, list):
            waiting += [(level, is_broken, each) for each in reversed(this)]
        elif isinstance(this, Line):
            if is_broken:
                _trim(written)
                written.append("\n" + " " * level)
                column = level
            else:
                written.append(this.flat)
                column += len(this.flat)
        elif isinstance(this, Indent):
            waiting.append((level + _STEP, is_broken, this.inside))
        elif isinstance(this, IfBreak):
            if is_broken:
                waiting.append((level, is_broken, this.inside))
        else:
            breaks = is_broken and not _fits(this.inside, waiting, WIDTH - column)
            waiting.append((level, breaks, this.inside))
    return "".join(written)


def _trim(written: list[str]) -> None:
    """Leave no space at the end of a line."""
    while written and written[-1].strip(" ") == "":
        written.pop()
    if written:
        written[-1] = written[-1].rstrip(" ")


def _fits(document: Document, rest: list[tuple[int, bool, Document]], room: int) -> bool:
    """Whether ``document`` on one line, and what is to be written after it up to a newline, have ``room``."""
    at = len(rest)
    waiting: list[tuple[bool, Document]] = [(False, document)]
    while room >= 0:
        if not waiting:
            if at == 0:
                return True
            at -= 1
            waiting.append(rest[at][1:])
            continue
        is_broken, this = waiting.pop()
        if isinstance(this, str):
            room -= width_of(this)
        elif isinstance(this, list):
            waiting += [(is_broken, each) for each in reversed(this)]
        elif isinstance(this, Line):
            if is_broken:
                return True
            room -= len(this.flat)
        elif not isinstance(this, IfBreak) or is_broken:
            waiting.append((is_broken, this.inside))
    return False
