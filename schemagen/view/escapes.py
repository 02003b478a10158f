"""This module knows how to find the characters that must not stand as they are in source code, and to show them.

Such are controls (a bare CR ends a comment of Python, U+2028 one of JavaScript), marks that change the direction of
text so that code reads otherwise than it runs (Trojan Source, CVE-2021-42574), other characters that nobody sees,
lone surrogates (no file can hold them) and noncharacters. Zero-width joiners stay: words and emoji need them.
"""

from __future__ import annotations

import re

_ASTRAL = "".join(chr((plane << 16) | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
HIDDEN = (
    "\\x00-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f"
    "\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ud800-\\udfff\\ufdd0-\\ufdef\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff"
    "\\U000e0000-\\U000e0fff" + _ASTRAL
)
_HIDDEN = re.compile(f"[{HIDDEN}]")


def units(character: str) -> str:
    """``character`` as escapes of UTF-16 units, as JSON and JavaScript write it: two beyond U+FFFF."""
    data = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[i]:02x}{data[i + 1]:02x}" for i in range(0, len(data), 2))


def code_point(character: str) -> str:
    """``character`` as one escape, as Python and YAML write it."""
    number = ord(character)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def visible(text: str) -> str:
    """``text`` with each hidden character as the escape that stands for it; a tab as a space."""
    if text.isprintable():
        return text
    return _HIDDEN.sub(lambda match: code_point(match[0]), text.replace("\t", " "))


def lines_of(text: str) -> list[str]:
    """The lines of ``text``, without the white space at their ends, nor empty ones before the first and after the
    last. Lines end where any of our languages may end one: LF, CR, VT, FF, FS to RS, NEL, U+2028, U+2029."""
    lines = [visible(line.rstrip()) for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        del lines[0]
    return lines


def joined_lines(text: str) -> str:
    """``text`` on one line, each run of white space as one space, with hidden characters made visible."""
    return visible(" ".join(text.split()))
