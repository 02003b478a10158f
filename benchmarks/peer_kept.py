"""The peer: pystache's own renderer, with the parse tree of each (partial, indentation) made once and kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pystache
from pystache.context import ContextStack, KeyNotFoundError
from pystache.parsed import ParsedTemplate
from pystache.parser import _InvertedNode, _PartialNode, _SectionNode
from pystache.renderengine import RenderEngine

_NOT_BLANK = re.compile(r"^(.)", re.MULTILINE)


class Kept:
    """A template and its partials: ``render`` parses what it has not parsed before."""

    def __init__(self, template: str, partials: Mapping[str, str], escape: Callable[[str], str]) -> None:
        self._texts = {**partials, "": template}
        self._trees: dict[tuple[str, str], ParsedTemplate] = {}
        self.engine = RenderEngine(
            literal=str, escape=escape, resolve_context=_resolve, resolve_partial=None, to_str=str
        )

    def render(self, view: Any) -> str:
        text: str = self.tree("", "").render(self.engine, ContextStack(view))
        return text

    def tree(self, name: str, indent: str) -> ParsedTemplate:
        if (name, indent) not in self._trees:
            tree = pystache.parse(_NOT_BLANK.sub(indent + r"\1", self._texts[name]))
            self._keep_partials(tree)
            self._trees[name, indent] = tree
        return self._trees[name, indent]

    def _keep_partials(self, tree: ParsedTemplate) -> None:
        nodes = tree._parse_tree
        for index, node in enumerate(nodes):
            if isinstance(node, _PartialNode):
                nodes[index] = _KeptPartial(self, node.key, node.indent)
            elif isinstance(node, _SectionNode):
                self._keep_partials(node.parsed)
            elif isinstance(node, _InvertedNode):
                self._keep_partials(node.parsed_section)


@dataclass(frozen=True, slots=True)
class _KeptPartial:
    """Takes the place of pystache's partial node."""

    owner: Kept
    key: str
    indent: str

    def render(self, engine: RenderEngine, context: ContextStack) -> str:
        text: str = self.owner.tree(self.key, self.indent).render(engine, context)
        return text


def _resolve(context: ContextStack, name: str) -> Any:
    """Without ``missing_tags="strict"``'s wrapper: this is the fastest that pystache's own classes can be."""
    try:
        return context.get(name)
    except KeyNotFoundError as error:
        raise SystemExit(f"the view has no {error.key!r}") from None
