"""This module knows how to render Mustache templates with pystache, parsing each of them once.

pystache renders a partial by parsing its text again at every use. Here the parse tree of each (partial,
indentation) is made once and kept by its owner, a ``Templates``. Everything else is pystache's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pystache
from pystache.context import ContextStack
from pystache.parsed import ParsedTemplate
from pystache.parser import _InvertedNode, _PartialNode, _SectionNode
from pystache.renderengine import RenderEngine

from schemagen.errors import Location, TemplateError
from schemagen.mustache.tags import Tag, locate_index, scan_tags

# A view is at most as deep as its schema (200 levels of JSON); deeper can only be a partial without an end.
MAX_PARTIAL_DEPTH = 400
_NOT_BLANK = re.compile(r"^(.)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a template or partial and the path that messages name."""

    path: str
    text: str


class Templates:
    """The templates and partials of one pack, checked when made, parsed when first used.

    ``sources`` maps a template's file name (``form.mustache``) or a partial's name (``node``) to its text.
    Raises TemplateError for the first template that is wrong or that uses a partial that is missing.
    """

    def __init__(
        self, templates: Mapping[str, Source], partials: Mapping[str, Source], escape: Callable[[str], str]
    ) -> None:
        self._templates = templates
        self._partials = partials
        self._uses = {
            source.path: _checked_partials(source, partials) for source in (*templates.values(), *partials.values())
        }
        self._parsed: dict[tuple[str, str], ParsedTemplate] = {}
        self._escape = escape

    def reachable_partials(self, template: str) -> tuple[str, ...]:
        """The names of the partials that ``template`` can come to use, sorted."""
        reached: set[str] = set()
        waiting = list(self._uses[self._templates[template].path])
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(self._uses[self._partials[name].path])
        return tuple(sorted(reached))

    def render(self, template: str, view: dict[str, Any]) -> str:
        """Render ``template`` with ``view``; raises TemplateError for a variable the view has not."""
        return _Rendering(self, self._templates[template]).render(view)

    def _tree(self, source: Source, indent: str) -> ParsedTemplate:
        """The parse tree of ``source``, every line indented by ``indent`` (specification: partials)."""
        tree = self._parsed.get((source.path, indent))
        if tree is None:
            tree = pystache.parse(_NOT_BLANK.sub(indent + r"\1", source.text) if indent else source.text)
            _replace_partials(tree)
            self._parsed[source.path, indent] = tree
        return tree


def _checked_partials(source: Source, partials: Mapping[str, Source]) -> tuple[str, ...]:
    """The partials that ``source`` names, each once."""
    names: list[str] = []
    for tag in scan_tags(source.text, source.path):
        if tag.kind == ">":
            if tag.name not in partials:
                raise TemplateError(
                    _missing_partial(tag, partials),
                    locate_index(source.text, tag.start, source.path),
                    "SG302",
                )
            names.append(tag.name)
    return tuple(dict.fromkeys(names))


def _missing_partial(tag: Tag, partials: Mapping[str, Source]) -> str:
    known = ", ".join(sorted(partials)) or "none"
    return f"partial {tag.name!r} does not exist in partials/ of this pack (there: {known})"


@dataclass(frozen=True, slots=True)
class _CachedPartial:
    """Takes the place of pystache's partial node in a parse tree."""

    key: str
    indent: str

    def render(self, rendering: _Rendering, context: ContextStack) -> str:
        return rendering.render_partial(self.key, self.indent, context)


def _replace_partials(tree: ParsedTemplate) -> None:
    nodes = tree._parse_tree
    for index, node in enumerate(nodes):
        if isinstance(node, _PartialNode):
            nodes[index] = _CachedPartial(node.key, node.indent)
        elif isinstance(node, _SectionNode):
            _replace_partials(node.parsed)
        elif isinstance(node, _InvertedNode):
            _replace_partials(node.parsed_section)


class _Rendering(RenderEngine):  # type: ignore[misc]  # pystache has no types
    """One rendering: knows which template is at work, for the messages."""

    def __init__(self, templates: Templates, source: Source) -> None:
        super().__init__(
            literal=str,
            escape=templates._escape,
            resolve_context=self._resolve,
            resolve_partial=None,
            to_str=str,
        )
        self._owner = templates
        self._at = [source]

    def render(self, view: dict[str, Any]) -> str:
        text: str = self._owner._tree(self._at[0], "").render(self, ContextStack(view))
        return text

    def render_partial(self, name: str, indent: str, context: ContextStack) -> str:
        if len(self._at) > MAX_PARTIAL_DEPTH:
            chain = " > ".join(source.path for source in self._at[-3:])
            raise TemplateError(f"partials nested without end: ... {chain}", Location(self._at[-1].path), "SG303")
        source = self._owner._partials[name]
        self._at.append(source)
        text: str = self._owner._tree(source, indent).render(self, context)
        self._at.pop()
        return text

    def _resolve(self, context: ContextStack, name: str) -> Any:
        """The value of ``name``: nearest dict first, then the parts of a dotted name within it.

        Only dicts are asked, never attributes, so that data cannot reach into Python objects.
        """
        if name == ".":
            return context.top()
        first, *rest = name.split(".")
        for frame in reversed(context._stack):
            if isinstance(frame, dict) and first in frame:
                value = frame[first]
                break
        else:
            raise self._unknown(name)
        for part in rest:
            if not isinstance(value, dict) or part not in value:
                raise self._unknown(name)
            value = value[part]
        return value

    def _unknown(self, name: str) -> TemplateError:
        source = self._at[-1]
        tags = scan_tags(source.text, source.path)
        start = next((tag.start for tag in tags if tag.name == name and tag.kind != "/"), 0)
        return TemplateError(f"the view has no {name!r} here", locate_index(source.text, start, source.path), "SG304")
