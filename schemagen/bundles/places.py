"""This module knows how to tell at which line and column a byte of a large file is."""

from __future__ import annotations

from schemagen.bundles.window import CHUNK

_CONTINUING = bytes(range(0x80, 0xC0))  # all bytes of a character in UTF-8 but its first


def place_of_byte(path: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, columns in characters, of the byte at ``offset`` of the file at ``path``.

    All of the file up to there is read, a piece at a time: only a message needs it. What is not there any more has the
    place of the beginning.
    """
    line, column = 1, 1
    try:
        with open(path, "rb") as file:
            while offset > 0 and (chunk := file.read(min(CHUNK, offset))):
                offset -= len(chunk)
                lines = chunk.count(b"\n")
                last = chunk.rpartition(b"\n")[2] if lines else chunk
                column = len(last.translate(None, _CONTINUING)) + (1 if lines else column)
                line += lines
    except OSError:
        return 1, 1
    return line, column
