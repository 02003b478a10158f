"""This module knows how to take comments and trailing commas out of JSON, so that all else stays where it is."""

from __future__ import annotations

import re

from schemagen.errors import Location, SchemaError
from schemagen.jsontext import decoded, line_and_column

# What stands in strings is no comment; a string that does not end is the parser's to refuse.
_STRING = r'"(?:[^"\\]++|\\.)*+"?'
_TOKEN = re.compile(rf"{_STRING}|//[^\n\r]*+|/\*(?:[^*]++|\*(?!/))*+(?P<end>\*/)?|[^\"/]++|/", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|(?P<last>,(?=[ \t\r\n]*+[}}\]]))|[^\s\",]++|,", re.DOTALL)
_NOT_BREAK = re.compile(r"[^\r\n]")


def without_comments(data: bytes, path: str) -> bytes:
    """``data`` with blanks in the place of comments (``//`` and ``/* */``) and of commas after the last item of an
    array or object, so that every character that is left keeps its line and column.

    Raises SchemaError where it is not UTF-8, or a comment does not end.
    """
    text = decoded(data, path)
    pieces: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.startswith("/*") and match["end"] is None:
            place = line_and_column(text, match.start())
            raise SchemaError("not JSON: a comment does not end", Location(path, *place), "SG102")
        pieces.append(_blank(token) if token.startswith(("//", "/*")) else token)
    return _without_trailing_commas("".join(pieces)).encode()


def _blank(text: str) -> str:
    return _NOT_BREAK.sub(" ", text)


def _without_trailing_commas(text: str) -> str:
    before = ""  # the last character that is not blank: a comma without an item before it is one too many

    def keep(match: re.Match[str]) -> str:
        nonlocal before
        is_trailing = match["last"] is not None and before not in {"", "[", "{", ",", ":"}
        before = match[0][-1]
        return " " if is_trailing else match[0]

    return _COMMA.sub(keep, text)
