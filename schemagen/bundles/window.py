"""This module knows how to go through a file once, from start to end, with a small piece of it in memory.

It tells exactly where in the file a JSON value begins and ends. ijson cannot be asked for that: none of its backends
that are fast says at which byte an event was, and to make an event of every token of a gigabyte takes half a minute.
All that it takes to find the end of a value is to count brackets outside of strings. So that is done here, by one
regular expression, at some 50 MB a second: with no grammar beyond that. Whether what is found is JSON at all, the
strict parser says, when it reads the value; what is between values ijson reads: see ``scanning``.
"""

from __future__ import annotations

import os
import re
from functools import reduce

import xxhash

from schemagen.digest import Digest

CHUNK = 1 << 20
_MOST_WORD = 1 << 16
_BLANK = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
# Up to a bracket, or a string that ends later than what is in memory.
_UP_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
# A value in brackets, if it has few levels: nearly all have, and are found without a step of Python for each bracket.
_FEW_LEVELS = re.compile(
    reduce(
        lambda inner, _: rb'[{\[](?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"|' + inner + rb")*+[}\]]",
        range(7),
        rb'[{\[](?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+[}\]]',
    ),
    re.DOTALL,
)
_MEMBER = re.compile(rb'[ \t\r\n]*+(,?+)[ \t\r\n]*+("(?:[^"\\]++|\\.)*+")[ \t\r\n]*+:[ \t\r\n]*+', re.DOTALL)
_WORD = re.compile(rb"[^ \t\r\n,\]}]*+")
_OPENING, _QUOTE = b"{[", 0x22


class Window:
    """The file that is open as ``fd``. What is in memory of it is ``data``, of which the bytes before ``at`` are done
    with. ``digest`` is that of all bytes that were read."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._start = 0  # where in the file the data begin
        self._value: Digest | None = None  # of the value that is passed over now, as far as it is not in memory
        self._fresh = 0  # where in the data what goes into that begins
        self.data = b""
        self.at = 0
        self.digest = Digest()

    @property
    def offset(self) -> int:
        """Where in the file it is at."""
        return self._start + self.at

    def more(self) -> bool:
        """Read more, and let go of what is done with; false at the end of the file."""
        kept = self.data[self.at :]
        # As much again as could not be done with, so that a long string is not gone through once for each chunk.
        chunk = os.read(self._fd, max(CHUNK, len(kept)))
        if not chunk:
            return False
        self.digest.update(chunk)
        if self._value is not None:
            self._value.update(memoryview(self.data)[self._fresh : self.at])
            self._fresh = 0
        self._start += self.at
        self.at = 0
        self.data = kept + chunk
        return True

    def byte(self) -> int:
        """The next byte, which stays; -1 at the end of the file."""
        if self.at == len(self.data) and not self.more():
            return -1
        return self.data[self.at]

    def pass_blanks(self) -> int:
        """Go on to what is no blank, and give it as ``byte`` does."""
        while True:
            self.at = self._end(_BLANK)
            if self.at < len(self.data) or not self.more():
                return self.byte()

    def string(self, most: int) -> bytes | None:
        """The string that begins here, with its quotes, which is passed over; None where it has more than ``most``
        bytes, or no end."""
        while True:
            match = _STRING.match(self.data, self.at)
            if match is not None:
                self.at = match.end()
                return match[0]
            if len(self.data) - self.at > most or not self.more():
                return None

    def member(self) -> tuple[bytes, int] | None:
        """What is before the next value of an object, without blanks, and where the key in it begins in the file; it is
        passed over then. None where it is not as usual, or not all of it in memory."""
        match = _MEMBER.match(self.data, self.at)
        if match is None or match.end() == len(self.data) or b"\\" in match[2]:
            return None
        self.at = match.end()
        return b"%b%b:" % match.groups(), self._start + match.start(2)

    def word(self) -> bytes | None:
        """The number or name that begins here, passed over; None where there is none, or it has no end."""
        while (end := self._end(_WORD)) == len(self.data):
            if end - self.at > _MOST_WORD or not self.more():
                return None
        word = self.data[self.at : end]
        self.at = end
        return word or None

    def holds(self, size: int, digest: bytes) -> bool:
        """Whether the next ``size`` bytes are those with a ``digest``; then they are passed over."""
        while len(self.data) - self.at < size:
            if not self.more():
                return False
        end = self.at + size
        if xxhash.xxh3_128_digest(memoryview(self.data)[self.at : end]) != digest:
            return False
        self.at = end
        return True

    def pass_value(self) -> bytes | None:
        """Go on to the end of the value in brackets or quotes that begins here; gives the digest of its bytes, None
        where it has no end."""
        self._value, self._fresh = Digest(), self.at
        has_end = self._pass_string() if self.data[self.at] == _QUOTE else self._pass_brackets()
        self._value.update(memoryview(self.data)[self._fresh : self.at])
        digest, self._value = self._value.digest(), None
        return digest if has_end else None

    def _pass_brackets(self) -> bool:
        match = _FEW_LEVELS.match(self.data, self.at)
        if match is not None:
            self.at = match.end()
            return True
        depth = 0
        while True:
            data = self.data
            self.at = at = self._end(_UP_TO_BRACKET)
            if at == len(data) or (byte := data[at]) == _QUOTE:
                if not self.more():
                    return False
                continue
            self.at += 1
            depth += 1 if byte in _OPENING else -1
            if not depth:
                return True

    def _pass_string(self) -> bool:
        while (match := _STRING.match(self.data, self.at)) is None:
            if not self.more():
                return False
        self.at = match.end()
        return True

    def _end(self, pattern: re.Pattern[bytes]) -> int:
        """Where what ``pattern`` matches here ends; it matches always, if only nothing."""
        match = pattern.match(self.data, self.at)
        assert match is not None
        return match.end()
