"""This module knows how to make a text in which a regular expression is found, for the plain part of the syntax.

A pattern is read once into a tree: what it does not understand ends the attempt. Assertions about what comes before or
after are passed over; whether the text is right is for the caller to test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from schemagen.examples.limits import NoValueError

_MAX_PATTERN = 2000
_MAX_TEXT = 2000
_MAX_DEPTH = 30
_COUNT = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
_GROUP = re.compile(r"\((?:\?(?::|<[A-Za-z_$][\w$]*>))?(?!\?)")
_LOOK = re.compile(r"\(\?<?[=!]")
_CODE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})")
_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyz0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ", "s": " "}
_OTHERS = {"D": "a-. ", "W": "-. /", "S": "abc123-_"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_PROPERTIES = {"L": "a", "Lu": "A", "Ll": "a", "N": "1", "Nd": "1", "P": ".", "Letter": "a", "Alphabetic": "a"}
# What to choose of a class, the plainest first.
_PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./ :@"


class _Piece(NamedTuple):
    """A part of a pattern that comes ``least`` to ``most`` times: one of the characters ``choices``, or one of the
    ``ways``, each a list of pieces."""

    choices: str
    ways: list[list[_Piece]]
    least: int = 1
    most: int = 1


def texts_for(pattern: str) -> Iterator[str]:
    """Texts in which ``pattern`` is found, from short to long; raises NoValueError where it is not understood."""
    if len(pattern) > _MAX_PATTERN:
        raise NoValueError("a long pattern")
    reader = _Reader(pattern)
    ways = reader.ways(0)
    if not reader.is_at_end:
        raise NoValueError("a pattern that is not understood")
    for extra in (0, 1, 2, 3, 5, 8, 13, 21, 34):
        for way in range(min(len(ways), 4)):
            yield "".join(_written([ways[way]], extra, way))
    for turn in range(1, 10):  # others as short as the first
        yield "".join(_written([ways[turn % len(ways)]], 0, turn))


def _written(ways: list[list[_Piece]], extra: int, turn: int) -> Iterator[str]:
    """A text of one of ``ways``, in which what may be repeated is, ``extra`` times more than it must."""
    length = 0
    for piece in ways[turn % len(ways)] if len(ways) > 1 else ways[0]:
        count = min(piece.least + extra, piece.most)
        for number in range(count):
            if piece.ways:
                text = "".join(_written(piece.ways, extra, turn))
            else:
                text = piece.choices[(number + turn) % min(len(piece.choices), 10)]
            length += len(text)
            if length > _MAX_TEXT:
                raise NoValueError("a long text")
            yield text


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def ways(self, depth: int) -> list[list[_Piece]]:
        """The alternatives up to the end of a group."""
        if depth > _MAX_DEPTH:
            raise NoValueError("a deep pattern")
        ways: list[list[_Piece]] = [[]]
        while not self.is_at_end and self._peek() != ")":
            if self._peek() == "|":
                self._at += 1
                ways.append([])
                continue
            piece = self._piece(depth)
            if piece is not None:
                ways[-1].append(self._repeated(piece))
        return ways

    def _piece(self, depth: int) -> _Piece | None:
        mark = self._peek()
        if mark in "^$":
            self._at += 1
            return None
        if self._text.startswith(("\\b", "\\B"), self._at):
            self._at += 2
            return None
        if mark == "(":
            return self._group(depth)
        if mark == "[":
            return _Piece(self._class(), [])
        if mark == ".":
            self._at += 1
            return _Piece("abcdefghij", [])
        if mark in "*+?":
            raise NoValueError("nothing to repeat")
        return _Piece(self._character(), [])

    def _group(self, depth: int) -> _Piece | None:
        look = _LOOK.match(self._text, self._at)
        opening = look or _GROUP.match(self._text, self._at)
        if opening is None:
            raise NoValueError("a group that is not understood")
        self._at = opening.end()
        ways = self.ways(depth + 1)
        if self._peek() != ")":
            raise NoValueError("a group without an end")
        self._at += 1
        return None if look else _Piece("", ways)

    def _repeated(self, piece: _Piece) -> _Piece:
        mark = self._peek()
        least, most = 1, 1
        if mark and mark in "*+?":
            least, most = {"*": (0, _MAX_TEXT), "+": (1, _MAX_TEXT), "?": (0, 1)}[mark]
            self._at += 1
        elif mark == "{" and (count := _COUNT.match(self._text, self._at)):
            least = int(count[1])
            most = int(count[3]) if count[3] else _MAX_TEXT if count[2] else least
            self._at = count.end()
        else:
            return piece
        if self._peek() == "?":
            self._at += 1
        return piece._replace(least=least, most=most)

    def _character(self) -> str:
        """The characters that may stand for the next item outside a class."""
        if self._peek() != "\\":
            self._at += 1
            return self._text[self._at - 1]
        return self._escape()

    def _escape(self) -> str:
        code = _CODE.match(self._text, self._at)
        if code:
            self._at = code.end()
            number = int(code[1] or code[2] or code[3], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                raise NoValueError("no character")
            return chr(number)
        mark = self._text[self._at + 1 : self._at + 2]
        if mark in {"p", "P"}:
            return self._property()
        self._at += 2
        if mark in _CLASSES:
            return _CLASSES[mark]
        if mark in _OTHERS:
            return _OTHERS[mark]
        if mark in _CONTROLS:
            return _CONTROLS[mark]
        if not mark or mark.isalnum():
            raise NoValueError("an escape that is not understood")
        return mark

    def _property(self) -> str:
        found = re.compile(r"\\p\{([A-Za-z]+)\}").match(self._text, self._at)
        if found is None or found[1] not in _PROPERTIES:
            raise NoValueError("a property of characters")
        self._at = found.end()
        return _PROPERTIES[found[1]]

    def _class(self) -> str:
        self._at += 1
        is_negated = self._peek() == "^"
        self._at += is_negated
        ranges: list[tuple[int, int]] = []
        while self._peek() != "]":
            if self.is_at_end:
                raise NoValueError("a class without an end")
            start = self._character()
            is_range = self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in {"]", ""}
            if is_range and len(start) == 1:
                self._at += 1
                end = self._character()
                ranges.append((ord(start), ord(end[0])))
            else:
                ranges += [(ord(each), ord(each)) for each in start]
        self._at += 1
        return _of_class(ranges, is_negated=is_negated)


def _of_class(ranges: list[tuple[int, int]], *, is_negated: bool) -> str:
    def holds(character: str) -> bool:
        return any(low <= ord(character) <= high for low, high in ranges) is not is_negated

    chosen = "".join(filter(holds, _PLAIN)) or "".join(filter(holds, map(chr, range(0x20, 0x180))))
    if not chosen and not is_negated and ranges and not 0xD800 <= ranges[0][0] < 0xE000:
        chosen = chr(ranges[0][0])
    if not chosen:
        raise NoValueError("an empty class")
    return chosen
