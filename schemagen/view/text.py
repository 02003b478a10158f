"""This module knows how to make text from a schema fit to be shown: clean, on one line, as words, as a slug."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# What no HTML or XML document may hold: control characters but tab and newline, surrogates, noncharacters.
_ASTRAL = "".join(chr((plane << 16) | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
_FORBIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff" + _ASTRAL + "]"
)
_NOT_ASCII = re.compile(r"[^ -~]+")  # nor printable
_PIECE = 500
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ASCII_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
SUMMARY_LENGTH = 240


def clean(text: str) -> str:
    """``text`` with newlines as ``\\n``, and U+FFFD for what no document may hold."""
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", "").isprintable():  # nearly all text: much faster than the search
        return text
    return _FORBIDDEN.sub("\ufffd", text)


def escape_json(json_text: str) -> str:
    """JSON text in which what no document may hold is written as an escape, so that its value is kept."""
    if json_text.isascii():  # of the control characters of ASCII, JSON text can have but this
        return json_text.replace("\x7f", "\\u007f")
    if json_text.isprintable():
        return json_text
    return substitute(_FORBIDDEN, _json_escape, json_text, str.isprintable)


def substitute(
    unusual: re.Pattern[str], write: Callable[[re.Match[str]], str], text: str, is_usual: Callable[[str], bool]
) -> str:
    """``text`` with ``write`` for each character that ``unusual`` finds, of which there are none in what ``is_usual``.

    The search takes long, and a document may be long too: it is made only in those pieces that are not usual, and there
    only in what is not ASCII.
    """
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    return "".join(
        [
            piece if is_usual(piece) else _NOT_ASCII.sub(lambda run: unusual.sub(write, run[0]), piece)
            for piece in pieces
        ]
    )


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def one_line(text: str) -> str:
    """``text``, clean, with each run of white space as one space."""
    return " ".join(clean(text).split())


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def summarise(text: str) -> str:
    """The first paragraph of ``text`` on one line, shortened."""
    if "\n" in text:
        text = " ".join(_PARAGRAPH_END.split(text.strip("\n"), maxsplit=1)[0].split())
    return shorten(text, SUMMARY_LENGTH)


def humanise(key: str) -> str:
    """A label for ``key``: ``billingAddress`` and ``billing_address`` are "Billing address"."""
    if key.isascii():
        if key.isalpha() and key.islower():
            return key.capitalize()
        words = _ASCII_WORD.findall(key)
    else:
        words = _WORD.findall(_CAMEL.sub(" ", clean(key)))
    if not words:
        return one_line(key) or "(no name)"
    rest = [word if word.isupper() and len(word) > 1 else word.lower() for word in words[1:]]
    return " ".join([words[0][:1].upper() + words[0][1:], *rest])


def slug_words(text: str) -> str:
    """``text`` in lower-case ASCII letters, digits and single hyphens; empty where nothing is left."""
    if text.isalnum() and text.islower() and text.isascii():
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    return _NOT_SLUG.sub("-", _CAMEL.sub("-", text).lower()).strip("-")


def slug(text: str) -> str:
    """The same, of moderate length; ``item`` where nothing is left."""
    return slug_words(text)[:80].strip("-") or "item"


def claim(wanted: str, taken: dict[str, int], separator: str = "-") -> str:
    """``wanted``, or with the first number from 2 that makes it none of ``taken``; it is taken from now on.

    ``taken`` has with each name the last number tried after it, so that many equal names cost little.
    """
    if wanted not in taken:
        taken[wanted] = 1
        return wanted
    name, number = wanted, taken[wanted]
    while name in taken:
        number += 1
        name = f"{wanted}{separator}{number}"
    taken[wanted] = number
    taken[name] = 1
    return name


def plain_summary(text: str) -> str:
    """``text`` as a summary: clean, its first paragraph on one line, shortened."""
    return summarise(clean(text).strip())
