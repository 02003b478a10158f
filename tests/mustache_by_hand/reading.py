"""This module knows how to read a template into a tree of tags."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

DELIMITERS = ("{{", "}}")
# A tag of these kinds that is alone on its line takes the line with it (specification: "Standalone" of each module).
_MAY_STAND_ALONE = frozenset("#^/!=><$")
_OPENING = frozenset("#^<$")


class RefusedError(Exception):
    """The template is wrong, or, for strict rendering, asks for what is not there."""


@dataclass
class Tag:
    """A tag; ``text`` is what is between its delimiters, ``indent`` the blanks before it where it stands alone."""

    kind: str
    name: str
    start: int
    end: int
    indent: str = ""
    is_alone: bool = False
    children: list[Tag | str] = field(default_factory=list)
    inner: tuple[int, int] = (0, 0)  # of an opening tag: where its content begins and ends in the template
    delimiters: tuple[str, str] = DELIMITERS


def read(template: str, delimiters: tuple[str, str] = DELIMITERS) -> list[Tag | str]:
    """The tree of ``template``: texts, and tags with what is in them."""
    tags = scan(template, delimiters)
    closing = closings(tags)
    for number, tag in enumerate(tags):
        # A parent is one with all that is in it (specification, ~inheritance: "Inherit").
        last = tags[closing[number]] if tag.kind == "<" and number in closing else tag
        if tag.kind in _MAY_STAND_ALONE and is_alone(template, tag.start, last.end):
            tag.is_alone, tag.indent = True, indentation(template, tag.start)
    for opening, number in closing.items():
        if tags[opening].kind == "<":
            tags[number].is_alone, tags[number].indent = tags[opening].is_alone, ""
    root: list[Tag | str] = []
    opened: list[Tag] = []
    into = root
    at = 0
    for tag in tags:
        start, end = (
            (tag.start - len(tag.indent), line_end(template, tag.end)) if tag.is_alone else (tag.start, tag.end)
        )
        if start > at:
            into.append(template[at:start])
        at = max(at, end)
        if tag.kind == "/":
            if not opened or opened[-1].name != tag.name:
                raise RefusedError(f"stray {tag.name}")
            closed = opened.pop()
            closed.inner = (closed.inner[0], start)
            into = opened[-1].children if opened else root
        else:
            into.append(tag)
            if tag.kind in _OPENING:
                tag.inner = (end, end)
                opened.append(tag)
                into = tag.children
    if opened:
        raise RefusedError("not closed")
    into.append(template[at:])
    return root


def scan(template: str, delimiters: tuple[str, str]) -> list[Tag]:
    """The tags of ``template``, one after the other."""
    tags: list[Tag] = []
    left, right = delimiters
    at = 0
    while (start := template.find(left, at)) >= 0:
        head = re.compile(re.escape(left) + r"\s*([#^/!=><$&{]?)").match(template, start)
        assert head is not None
        kind = head[1]
        closing = {"=": "=" + right, "{": "}" + right}.get(kind, right)
        stop = template.find(closing, head.end())
        if stop < 0:
            raise RefusedError("tag not closed")
        name = template[head.end() : stop].strip()
        at = stop + len(closing)
        if kind in set("></") and name.startswith("*"):
            name = "*" + name[1:].strip()
        if kind != "!" and name in {"", "*"}:
            raise RefusedError("empty tag")
        tags.append(Tag(kind, name, start, at, delimiters=(left, right)))
        if kind == "=":
            given = name.split()
            if len(given) != 2 or "=" in name:
                raise RefusedError("delimiters")
            left, right = given
    return tags


def closings(tags: list[Tag]) -> dict[int, int]:
    """The numbers of the closing tags by those of the opening ones."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for number, tag in enumerate(tags):
        if tag.kind in _OPENING:
            opened.append(number)
        elif tag.kind == "/" and opened:
            found[opened.pop()] = number
    return found


def indentation(template: str, start: int) -> str:
    """The blanks between the start of the line and ``start``."""
    return template[template.rfind("\n", 0, start) + 1 : start]


def is_alone(template: str, start: int, end: int) -> bool:
    """Whether nothing but blanks is before ``start`` and after ``end`` on their lines."""
    line = template[template.rfind("\n", 0, start) + 1 : start]
    return not line.strip(" \t") and re.match(r"[ \t]*(?:\r?\n|\Z)", template[end:]) is not None


def line_end(template: str, at: int) -> int:
    """Where the line after the one with ``at`` begins."""
    found = template.find("\n", at)
    return len(template) if found < 0 else found + 1
