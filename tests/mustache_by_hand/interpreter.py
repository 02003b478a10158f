"""This module knows how to render the tree of a template by walking it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from tests.mustache_by_hand.reading import DELIMITERS, RefusedError, Tag, read

_ABSENT = object()
_DEEPEST = 60


# What parents were given by name: the text of a block, and what holds for the blocks in it.
Blocks = Mapping[str, tuple[str, Any]]


@dataclass(frozen=True)
class Rendering:
    """Where rendering is: the context ``stack`` (innermost last), the ``blocks`` that parents were given."""

    partials: Mapping[str, str]
    is_strict: bool
    stack: tuple[Any, ...]
    blocks: Blocks
    depth: int = 0

    def nodes(self, nodes: list[Tag | str], template: str) -> str:
        return "".join(node if isinstance(node, str) else self.tag(node, template) for node in nodes)

    def tag(self, tag: Tag, template: str) -> str:
        if tag.kind == "":
            return html.escape(self.text(self.lookup(tag.name)))
        if tag.kind in {"&", "{"}:
            return self.text(self.lookup(tag.name))
        if tag.kind == "#":
            return self.section(tag, template)
        if tag.kind == "^":
            return "" if is_true(self.lookup(tag.name)) else self.nodes(tag.children, template)
        if tag.kind == ">":
            return self.partial(tag.name, tag.indent, self.blocks)
        if tag.kind == "<":
            own = {each.name: (content(template, each), self.blocks) for each in tag.children if is_block(each)}
            return self.partial(tag.name, tag.indent, {**own, **self.blocks})
        if tag.kind == "$":
            if tag.name in self.blocks:
                text, blocks = self.blocks[tag.name]
                return replace(self, blocks=blocks, depth=self.depth + 1).whole(text)
            return self.nodes(tag.children, template)
        return ""

    def whole(self, template: str) -> str:
        if self.depth > _DEEPEST:
            raise RefusedError("without end")
        return self.nodes(read(template, DELIMITERS), template)

    def section(self, tag: Tag, template: str) -> str:
        value = self.lookup(tag.name)
        if not is_true(value):
            return ""
        items = value if isinstance(value, list) else [value]
        return "".join(replace(self, stack=(*self.stack, item)).nodes(tag.children, template) for item in items)

    def partial(self, name: str, indent: str, blocks: Blocks) -> str:
        if name.startswith("*"):
            name = self.lookup(name[1:])
        text = self.partials.get(name) if isinstance(name, str) else None
        if text is None:
            if self.is_strict:
                raise RefusedError(f"no partial {name}")
            return ""
        # Specification, partials: "The indentation is prepended to each line of the partial before rendering."
        indented = re.sub(r"^(?=.)", indent.replace("\\", "\\\\"), text, flags=re.MULTILINE)
        return replace(self, blocks=blocks, depth=self.depth + 1).whole(indented)

    def lookup(self, name: str) -> Any:
        """Specification, interpolation: the first part is looked up in the stack, further ones in what it gave."""
        if name == ".":
            return self.stack[-1]
        first, *rest = name.split(".")
        value: Any = next((at[first] for at in reversed(self.stack) if isinstance(at, dict) and first in at), _ABSENT)
        for part in rest:
            value = value[part] if isinstance(value, dict) and part in value else _ABSENT
        if value is _ABSENT:
            if self.is_strict:
                raise RefusedError(f"no {name}")
            return None
        return value

    def text(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict | list):
            raise RefusedError("not text")
        return str(value)


def render(template: str, view: Any, partials: Mapping[str, str], *, is_strict: bool) -> str:
    """``template`` rendered; raises RefusedError. All partials are read, used or not."""
    for text in (template, *partials.values()):
        named = partial_names(text)
        if is_strict and not named <= partials.keys():
            raise RefusedError(f"no partials {named - partials.keys()}")
    return Rendering(partials, is_strict, (view,), {}).whole(template)


def partial_names(template: str) -> set[str]:
    """The partials that ``template`` names itself."""
    found: set[str] = set()
    waiting = read(template)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            waiting += node.children
            if node.kind in {">", "<"} and not node.name.startswith("*"):
                found.add(node.name)
    return found


def is_true(value: Any) -> bool:
    """A number is a value, 0 too, and so is an object; an empty text, an empty list, null and false are not."""
    return not (value is None or value is False or value in ("", []))


def is_block(node: Tag | str) -> TypeGuard[Tag]:
    return isinstance(node, Tag) and node.kind == "$"


def content(template: str, block: Tag) -> str:
    """What ``block`` gives to its parent, as a template. (Indentation is not looked at.)"""
    left, right = block.delimiters
    return f"{{{{={left} {right}=}}}}{template[slice(*block.inner)]}"
