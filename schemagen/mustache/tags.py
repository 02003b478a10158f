"""This module knows how to find the tags of a Mustache template, with their places, and what is wrong with them.

pystache's parser accepts an unclosed section, an unclosed tag and an empty tag without a word, and its
parse tree has no positions. So every template passes here first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemagen.errors import Location, TemplateError

NOT_YET = {"<": "template inheritance", "$": "a block"}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: ``kind`` is ``# ^ / > ! = &`` or empty for an escaped variable; ``start`` an index."""

    kind: str
    name: str
    start: int


def locate_index(text: str, index: int, path: str) -> Location:
    """The place of ``text[index]``; lines end at LF, as editors count them."""
    line = text.count("\n", 0, index) + 1
    return Location(path, line, index - (text.rfind("\n", 0, index) + 1) + 1)


def scan_tags(text: str, path: str) -> tuple[Tag, ...]:
    """The tags of the template ``text``; raises TemplateError at the first that is wrong.

    Source: the Mustache manual, mustache(5), and the specification's required modules.
    """
    tags: list[Tag] = []
    open_sections: list[Tag] = []
    for tag in _tags(text, path):
        tags.append(tag)
        if tag.kind in {"#", "^"}:
            open_sections.append(tag)
        elif tag.kind == "/":
            if not open_sections:
                raise _error(f"{{{{/{tag.name}}}}} closes a section that is not open", text, tag.start, path)
            section = open_sections.pop()
            if section.name != tag.name:
                raise _error(
                    f"{{{{/{tag.name}}}}} closes {{{{{section.kind}{section.name}}}}} of line "
                    f"{locate_index(text, section.start, path).line}",
                    text,
                    tag.start,
                    path,
                )
    if open_sections:
        section = open_sections[-1]
        raise _error(f"section {{{{{section.kind}{section.name}}}}} is not closed", text, section.start, path)
    return tuple(tags)


def _tags(text: str, path: str) -> Iterator[Tag]:
    opening, closing = "{{", "}}"
    index = text.find(opening)
    while index >= 0:
        inside = index + len(opening)
        while inside < len(text) and text[inside].isspace():
            inside += 1
        mark = text[inside : inside + 1]
        kind = mark if mark in set("#^/>!&={<$") else ""
        end_mark = {"=": "=" + closing, "{": "}" + closing}.get(kind, closing)
        body = inside + len(kind)
        end = text.find(end_mark, body)
        if end < 0:
            raise _error(f"tag is not closed, {end_mark} expected", text, index, path)
        name = text[body:end].strip()
        if kind in NOT_YET:
            raise _error(f"{NOT_YET[kind]} ({{{{{kind}{name}}}}}) is not supported", text, index, path)
        if not name and kind != "!":
            raise _error("empty tag", text, index, path)
        index_of_tag = index
        if kind == "=":
            delimiters = name.split()
            if len(delimiters) != 2 or any("=" in delimiter for delimiter in delimiters):
                raise _error("a change of delimiters is written {{=<% %>=}}", text, index, path)
            opening, closing = delimiters
        yield Tag("&" if kind == "{" else kind, name, index_of_tag)
        index = text.find(opening, end + len(end_mark))


def _error(message: str, text: str, index: int, path: str) -> TemplateError:
    return TemplateError(message, locate_index(text, index, path), "SG301")
