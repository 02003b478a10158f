"""This module knows how to put sentences together, once as plain text and once as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from schemagen.view.markdown import code_span
from schemagen.view.text import one_line, shorten

TEXT_LENGTH = 300


class Code(NamedTuple):
    """A part of a sentence that is quoted from a schema: a key, a pattern, a value as JSON."""

    text: str


# Strings are our own English without markup; only Code holds text of a schema.
Parts: TypeAlias = tuple[str | Code, ...]


def plain_text(parts: Parts) -> str:
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return "".join([shorten(one_line(part.text), TEXT_LENGTH) if isinstance(part, Code) else part for part in parts])


def markdown_text(parts: Parts) -> str:
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return "".join([code_span(part.text) if isinstance(part, Code) else part for part in parts])


class Sentence(NamedTuple):
    """What a keyword asks for."""

    keyword: str
    parts: Parts


def sentence(keyword: str, *parts: str | Code) -> Sentence:
    return Sentence(keyword, parts)


def joined(items: Sequence[Parts], word: str) -> Parts:
    """``a, b and c`` where ``word`` is ``and``."""
    parts: list[str | Code] = []
    for index, item in enumerate(items):
        if index:
            parts.append(f" {word} " if index == len(items) - 1 else ", ")
        parts.extend(item)
    return tuple(parts)


def codes(texts: Iterable[str]) -> list[Parts]:
    return [(Code(text),) for text in texts]


def counted(number: str, thing: str) -> str:
    """``1 item``, ``2 items``, ``1 property``, ``2 properties``."""
    if number == "1":
        return f"1 {thing}"
    return f"{number} {thing[:-1]}ies" if thing.endswith("y") else f"{number} {thing}s"
