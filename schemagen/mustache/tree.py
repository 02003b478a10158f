"""This module knows how to make the tree of a template: pystache's parser makes it, and each node finds its tag again.

pystache decides what stands alone on its line, what is nested in what, and how a partial is indented. It is not given
the template as it is, but with every tag written as a number between two characters that the text has not: ``{{#a}}``
becomes ``<#12>``. So each node of the tree leads to the tag it came from and to its place, whatever the delimiters, and
tags that pystache does not know take the form of those it does: a block is parsed as a section, and the whole of
``{{<parent}}...{{/parent}}`` as one partial, which is what the specification makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pystache
from pystache.parser import _EscapeNode, _InvertedNode, _LiteralNode, _PartialNode, _SectionNode

from schemagen.errors import Location
from schemagen.mustache.tags import DELIMITERS, OPENING, Tag, locate_index, scan_tags

_NOT_BLANK = re.compile(r"^(.)", re.MULTILINE)
_LEADING_BLANKS = re.compile(r"^[ \t]*(?=[^ \t\r\n])", re.MULTILINE)
_FIRST_LINE_END = re.compile(r"\A\r?\n")
_LINE_END = re.compile(r"[ \t]*(?=\r?\n|\Z)")
_MAY_STAND_ALONE = frozenset("#^/!=><$")
_LAST_LINE_BLANKS = re.compile(r"(?<=\n)[ \t]+\Z")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a template or partial and the path that messages name."""

    path: str
    text: str
    delimiters: tuple[str, str] = DELIMITERS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tag stands."""

    source: Source
    tag: Tag

    @property
    def location(self) -> Location:
        return locate_index(self.source.text, self.tag.start, self.source.path)


# Text in parts: between them goes the indentation that the user of a partial gives it.
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Text as it is."""

    parts: Parts


@dataclass(frozen=True, slots=True)
class Value:
    """``{{name}}``, or unescaped where ``is_raw``."""

    name: str
    place: Place
    is_raw: bool


@dataclass(frozen=True, slots=True)
class Section:
    """``{{#name}}`` or, where ``is_inverted``, ``{{^name}}``. ``raw`` is the body as it is written."""

    name: str
    place: Place
    body: tuple[Node, ...]
    is_inverted: bool
    raw: str


@dataclass(frozen=True, slots=True)
class Argument:
    """What ``{{$name}}`` within ``{{<parent}}`` puts in the place of the parent's block, every line marked."""

    name: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """``{{>name}}`` or ``{{<name}}``; ``indent`` is put before each of its lines. A dynamic name has its asterisk."""

    name: str
    place: Place
    indent: Parts
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """``{{$name}}``: an argument takes its place, with ``first`` before its first line and ``indent`` before others."""

    name: str
    place: Place
    body: tuple[Node, ...]
    first: Parts
    indent: Parts


Node = Text | Value | Section | Partial | Block


@dataclass(frozen=True, slots=True)
class Tree:
    """A template, parsed: ``plain``, and ``indented`` with a place for the indentation of whoever uses it before each
    line that is not empty (specification: partials)."""

    source: Source
    plain: tuple[Node, ...]
    indented: tuple[Node, ...]


def parse_template(source: Source) -> Tree:
    """The tree of ``source``; raises TemplateError for the first tag that is wrong."""
    tags = scan_tags(source.text, source.path, source.delimiters)
    mark = "\t" * (1 + max(map(len, re.findall("\t+", source.text)), default=0))
    reader = _Reader(source, tags, mark, _closing_tags(tags), _brackets(source.text))
    text = reader.numbered(0, len(tags), 0, len(source.text))
    return Tree(source, reader.nodes(text), reader.nodes(reader.marked(text)))


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """All of ``nodes`` and what is in them, in the order of the text."""
    for node in nodes:
        yield node
        if isinstance(node, Section | Block):
            yield from walk(node.body)
        elif isinstance(node, Partial):
            for argument in node.arguments:
                yield from walk(argument.body)


def _closing_tags(tags: Sequence[Tag]) -> dict[int, int]:
    """The number of the closing tag of each opening one."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for number, tag in enumerate(tags):
        if tag.kind in OPENING:
            opened.append(number)
        elif tag.kind == "/":
            closing[opened.pop()] = number
    return closing


def _brackets(text: str) -> tuple[str, str]:
    """Two characters for private use that ``text`` has not."""
    opening, closing = islice((char for char in map(chr, range(0xF0000, 0x10FFFE)) if char not in text), 2)
    return opening, closing


@dataclass(frozen=True, slots=True)
class _Reader:
    """``mark`` is a text of blanks that the template has not. pystache parses a text with it before each line, and
    takes it away where it takes away a line; what is left of it is where indentation goes."""

    source: Source
    tags: Sequence[Tag]
    mark: str
    closing: Mapping[int, int]
    brackets: tuple[str, str]

    def numbered(self, first: int, last: int, start: int, end: int) -> str:
        """The text from ``start`` to ``end``, whose tags are those from ``first`` to before ``last``, with numbers."""
        opening, closing = self.brackets
        openers = {self.closing[number]: number for number in range(first, last) if number in self.closing}
        parts: list[str] = []
        number = first
        while number < last:
            tag = self.tags[number]
            parts.append(self.source.text[start : tag.start])
            kind = {"<": ">", "$": "#", "=": "!"}.get(tag.kind, tag.kind)
            parts.append(f"{opening}{kind}{openers.get(number, number)}{closing}")
            if tag.kind == "<":
                number = self.closing[number]
            start = self.tags[number].end
            if tag.kind in _MAY_STAND_ALONE:
                start = _without_blanks_behind(self.source.text, tag.start, start)
            number += 1
        return "".join((*parts, self.source.text[start:end]))

    def marked(self, text: str) -> str:
        return _NOT_BLANK.sub(self.mark + r"\1", text)

    def parts(self, text: str) -> Parts:
        return tuple(text.split(self.mark))

    def nodes(self, numbered: str) -> tuple[Node, ...]:
        return self._converted(pystache.parse(numbered, self.brackets))

    def _converted(self, tree: Any) -> tuple[Node, ...]:
        nodes: list[Node] = []
        for found in tree._parse_tree:
            if isinstance(found, str):
                nodes.append(Text(self.parts(found)))
            elif isinstance(found, _EscapeNode | _LiteralNode | _PartialNode | _InvertedNode | _SectionNode):
                number = int(found.key)
                place = Place(self.source, self.tags[number])
                nodes += _CONVERSIONS[place.tag.kind](self, found, number, place, nodes)
        return tuple(nodes)

    def _value(self, found: Any, number: int, place: Place, before: list[Node]) -> list[Node]:
        return [Value(place.tag.name, place, is_raw=place.tag.kind == "&")]

    def _section(self, found: Any, number: int, place: Place, before: list[Node]) -> list[Node]:
        is_inverted = place.tag.kind == "^"
        body = self._converted(found.parsed_section if is_inverted else found.parsed)
        raw = self.source.text[place.tag.end : self.tags[self.closing[number]].start]
        return [Section(place.tag.name, place, body, is_inverted, raw)]

    def _partial(self, found: Any, number: int, place: Place, before: list[Node]) -> list[Node]:
        return [Partial(place.tag.name, place, self.parts(found.indent))]

    def _parent(self, found: Any, number: int, place: Place, before: list[Node]) -> list[Node]:
        """Of what is between its tags only the blocks count (specification: ~inheritance)."""
        arguments: list[Argument] = []
        inner, last = number + 1, self.closing[number]
        while inner < last:
            tag, end = self.tags[inner], self.closing.get(inner, inner)
            if tag.kind == "$":
                text = self.numbered(inner + 1, end, tag.end, self.tags[end].start)
                arguments.append(Argument(tag.name, self.nodes(self.marked(_dedented(text)))))
            inner = end + 1
        return [Partial(place.tag.name, place, self.parts(found.indent), tuple(arguments))]

    def _block(self, found: Any, number: int, place: Place, before: list[Node]) -> list[Node]:
        """The indentation of what takes its place is that of the default, where the tag stands alone on its line,
        else that of the tag (specification: ~inheritance, the cases about indentation)."""
        text, tag = found.template, f"#{number}".join(self.brackets)
        start = text.index(tag)
        line = text[text.rfind("\n", 0, start) + 1 : start]
        body = self._converted(found.parsed)
        if line.strip(" \t"):
            return [Block(place.tag.name, place, body, ("",), ("", "") if line.startswith(self.mark) else ("",))]
        if text[start + len(tag) : start + len(tag) + 1] in {"\r", "\n"}:
            default = text[found.index_begin : found.index_end]
            indent = self.parts(_common_start(_LEADING_BLANKS.findall(default)) if default.strip() else line)
            return [Block(place.tag.name, place, body, indent, indent)]
        indent = self.parts(line)
        if line and before and isinstance(before[-1], Text):
            before[-1] = Text(self.parts(self.mark.join(before[-1].parts).removesuffix(line)))
            body = (Text(indent), *body)
        return [Block(place.tag.name, place, body, indent, indent)]


_Conversion = Callable[[_Reader, Any, int, Place, list[Node]], list[Node]]
_CONVERSIONS: Mapping[str, _Conversion] = {
    "": _Reader._value,
    "&": _Reader._value,
    "#": _Reader._section,
    "^": _Reader._section,
    ">": _Reader._partial,
    "<": _Reader._parent,
    "$": _Reader._block,
}


def _without_blanks_behind(text: str, start: int, end: int) -> int:
    """``end``, or the end of the line where nothing but blanks is around ``text[start:end]`` on its lines: for pystache
    a tag with blanks behind it does not stand alone."""
    behind = _LINE_END.match(text, end)
    if behind is None or text[text.rfind("\n", 0, start) + 1 : start].strip(" \t"):
        return end
    return behind.end()


def _dedented(text: str) -> str:
    """``text`` without the line breaks at its tags and without the indentation that all of its lines have."""
    body = _LAST_LINE_BLANKS.sub("", _FIRST_LINE_END.sub("", text))
    indent = _common_start(_LEADING_BLANKS.findall(body))
    return re.sub("^" + indent, "", body, flags=re.MULTILINE) if indent else body


def _common_start(texts: Sequence[str]) -> str:
    """What all of ``texts`` begin with, character by character."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)
    return next((first[:at] for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), first)
