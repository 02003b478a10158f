"""This module knows how to find the tags of a Mustache template, with their places, and what is wrong with them.

pystache's parser accepts an unclosed section, an unclosed tag and an empty tag without a word, does not know the tags
of the optional modules, and its parse tree has no positions. So every template passes here first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from schemagen.errors import Location, TemplateError

DELIMITERS = ("{{", "}}")
_KINDS = frozenset("#^/>!&={<$")
OPENING = frozenset("#^<$")
# As schemas may be nested; more would be more frames than whatever reads the template has.
_DEEPEST = 200
_CALLED = {"#": "section", "^": "section", "<": "parent", "$": "block"}


class Tag(NamedTuple):
    """A tag: ``kind`` is ``# ^ / > ! = & < $``, or empty for an escaped variable; ``text[start:end]`` is the tag.

    A dynamic name (of a partial or parent) keeps its asterisk. ``delimiters`` are those that hold at the tag.
    """

    kind: str
    name: str
    start: int
    end: int
    delimiters: tuple[str, str] = DELIMITERS

    @property
    def is_dynamic(self) -> bool:
        return self.kind in {">", "<"} and self.name.startswith("*")


def locate_index(text: str, index: int, path: str) -> Location:
    """The place of ``text[index]``; lines end at LF, as editors count them."""
    line = text.count("\n", 0, index) + 1
    return Location(path, line, index - (text.rfind("\n", 0, index) + 1) + 1)


@lru_cache(maxsize=1024)  # a pack asks again for each of the languages that it writes
def scan_tags(text: str, path: str, delimiters: tuple[str, str] = DELIMITERS) -> tuple[Tag, ...]:
    """The tags of the template ``text``; raises TemplateError at the first that is wrong.

    Source: the Mustache manual, mustache(5), and the specification's required modules, ~dynamic-names and
    ~inheritance.
    """
    tags: list[Tag] = []
    opened: list[Tag] = []
    for tag in _tags(text, path, delimiters):
        tags.append(tag)
        if tag.kind in OPENING:
            opened.append(tag)
            if len(opened) > _DEEPEST:
                raise _error(f"nested deeper than {_DEEPEST} levels", text, tag.start, path)
        elif tag.kind == "/":
            if not opened:
                raise _error(f"{{{{/{tag.name}}}}} closes a section that is not open", text, tag.start, path)
            opening = opened.pop()
            if opening.name != tag.name:
                raise _error(
                    f"{{{{/{tag.name}}}}} closes {{{{{opening.kind}{opening.name}}}}} of line "
                    f"{locate_index(text, opening.start, path).line}",
                    text,
                    tag.start,
                    path,
                )
    if opened:
        opening = opened[-1]
        message = f"{_CALLED[opening.kind]} {{{{{opening.kind}{opening.name}}}}} is not closed"
        raise _error(message, text, opening.start, path)
    return tuple(tags)


def _tags(text: str, path: str, delimiters: tuple[str, str]) -> Iterator[Tag]:
    opening, closing = delimiters
    index = text.find(opening)
    while index >= 0:
        inside = index + len(opening)
        while inside < len(text) and text[inside].isspace():
            inside += 1
        mark = text[inside : inside + 1]
        kind = mark if mark in _KINDS else ""
        end_mark = {"=": "=" + closing, "{": "}" + closing}.get(kind, closing)
        body = inside + len(kind)
        end = text.find(end_mark, body)
        if end < 0:
            raise _error(f"tag is not closed, {end_mark} expected", text, index, path)
        name = text[body:end].strip()
        is_dynamic = kind in {">", "<", "/"} and name.startswith("*")
        if is_dynamic:
            name = name[1:].lstrip()
        if not name and kind != "!":
            raise _error("empty tag", text, index, path)
        start, end = index, end + len(end_mark)
        here = (opening, closing)
        if kind == "=":
            changed = name.split()
            if len(changed) != 2 or any("=" in delimiter for delimiter in changed):
                raise _error("a change of delimiters is written {{=<% %>=}}", text, index, path)
            opening, closing = changed
        yield Tag("&" if kind == "{" else kind, "*" + name if is_dynamic else name, start, end, here)
        index = text.find(opening, end)


def _error(message: str, text: str, index: int, path: str) -> TemplateError:
    return TemplateError(message, locate_index(text, index, path), "SG301")
