"""This module knows how to name what references lead to, each once, in the order in which they are met."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from schemagen.jsontext import resolve_pointer, split_pointer
from schemagen.model import Draft, JsonValue, Resolution, Target
from schemagen.view.making import Making
from schemagen.view.markdown import code_span, escape_markdown
from schemagen.view.names import Words
from schemagen.view.pages import Pages, own_anchors
from schemagen.view.shapes import Plain
from schemagen.view.text import claim, clean, one_line, shorten, slug

_STEM = re.compile(r"([^/\\]+?)(?:\.schema)?(?:\.json)?[/#]*\Z")
_CONTAINERS = frozenset({"$defs", "definitions", "properties", "patternProperties", "dependentSchemas"})


@dataclass(slots=True)
class Definition:
    """What one or more references lead to. ``number`` 0 is the schema itself, which is shown anyway.

    ``name`` and ``anchor`` are unique in the view. ``uses`` are the numbers of the definitions it refers to.
    ``document`` is the index of its document among those that the schema reaches. ``words`` name it in code.
    ``described`` is what a reference says of it, once that was worked out. ``address`` is where the page of another
    schema shows it, empty where none surely does.
    """

    number: int
    target: Target
    draft: Draft
    schema: JsonValue
    name: str
    anchor: str
    title: str
    document: int = 0
    uses: list[int] = field(default_factory=list)
    words: Words = ()
    is_recursive: bool = False
    ref: Plain | None = None
    described: Plain | None = None
    address: str = ""

    @property
    def markdown_link(self) -> str:
        """A link to where it is shown."""
        text = self.title if self.address and self.title and self.target.pointer == "#" else self.name
        return f"[{escape_markdown(text)}]({self.address or f'#{self.anchor}'})"


class Definitions:
    """Every definition that the references of one schema reach, in order of first use."""

    def __init__(self, resolution: Resolution, root: Definition, making: Making, name: str) -> None:
        self._resolution = resolution
        self._making = making
        self._names: dict[str, int] = {}
        self._indices = {path: index for index, path in enumerate(resolution.documents)}
        self.all: list[Definition] = [root]
        self._by_target: dict[tuple[str, str], Definition] = {(root.target.path, root.target.pointer): root}
        self._own_anchors = own_anchors(root.schema)
        making.anchors |= dict.fromkeys(self._own_anchors.values(), 1)
        others = {path: other for path, other in resolution.names.items() if path != root.target.path}
        self._pages = Pages(name, others)
        # Who refers to what, and what the node says of it.
        self.references: list[tuple[Definition, Definition, Plain]] = []

    def lookup(self, path: str, pointer: str, keyword: str) -> Definition | Target | None:
        """Where a reference leads: to a definition, to an opaque target, or nowhere that we know."""
        target = self._resolution.targets.get((path, pointer, keyword))
        if target is None or target.is_opaque:
            return target
        return self._by_target.get((target.path, target.pointer)) or self._add(target)

    def _add(self, target: Target) -> Definition | None:
        document = self._resolution.documents.get(target.path)
        if document is None:
            return None
        draft, root = document
        try:
            schema = resolve_pointer(root, target.pointer)
        except LookupError:
            return None
        title = schema.get("title") if isinstance(schema, dict) else None
        title = one_line(title) if isinstance(title, str) else ""
        name = claim(name_of_target(target, title), self._names, " ")
        own = self._own_anchors.get(target.pointer) if target.path == self.all[0].target.path else None
        anchor = own or claim("definition-" + slug(name), self._making.anchors)
        index = self._indices[target.path]
        definition = Definition(len(self.all), target, draft, schema, name, anchor, title, index)
        if self._making.has_links:
            definition.address = self._pages.address(target, root)
        self.all.append(definition)
        self._by_target[target.path, target.pointer] = definition
        return definition

    def add_own(self) -> None:
        """Add the definitions of the schema itself that no reference leads to."""
        path = self.all[0].target.path
        for pointer in self._own_anchors:
            if (path, pointer) not in self._by_target:
                self._add(Target(path, pointer))

    def shown_on_page(self) -> list[Definition]:
        """The schema itself, its own definitions, and what these need that no other page shows."""
        home = self.all[0].target.path
        own = [one.number for one in self.all if one.target.path == home and one.target.pointer in self._own_anchors]
        shown, waiting = set(own), own
        while waiting:
            for number in self.all[waiting.pop()].uses:
                if number not in shown and not self.all[number].address:
                    shown.add(number)
                    waiting.append(number)
        return [one for one in self.all if one.number in shown]

    def ref_to(self, owner: Definition, found: Definition | Target | None, text: str) -> Plain:
        """The ``ref`` of a node in ``owner`` that refers, by the URI ``text``, to ``found``."""
        if not isinstance(found, Definition):
            uri = clean(found.path if found is not None else text)
            ref = self._making.ref.copy()
            ref.update(name=_stem(uri), md_name=code_span(uri), uri=uri, is_opaque=True)
            if self._making.has_links:
                ref["md_link"] = ref["md_name"]
            return ref
        owner.uses.append(found.number)
        if found.ref is None:
            found.ref = self._ref(found)
        ref = found.ref.copy()
        ref["uri"] = clean(text)
        self.references.append((owner, found, ref))
        return ref

    def _ref(self, found: Definition) -> Plain:
        return {
            **self._making.ref,
            **({"md_link": found.markdown_link} if self._making.has_links else {}),
            "name": found.name,
            "md_name": f"[{escape_markdown(found.name)}](#{found.anchor})",
            "id": found.anchor,
            "anchor": found.anchor,
            "title": found.title,
            "is_root": found.number == 0,
        }

    def mark_recursion(self) -> None:
        """Set ``is_recursive`` on each definition that reaches itself, and on each ref through which it does."""
        group = cycles([definition.uses for definition in self.all])
        sizes = Counter(group)
        for definition in self.all:
            number = definition.number
            definition.is_recursive = sizes[group[number]] > 1 or number in definition.uses
        for owner, found, ref in self.references:
            ref["is_recursive"] = group[owner.number] == group[found.number]


def name_of_target(target: Target, title: str) -> str:
    """What to call where references lead: by its key or its file where it has one, else by its title or its place."""
    tokens = split_pointer(target.pointer)
    if not tokens:
        name = _stem(target.path)
    elif len(tokens) > 1 and tokens[-2] in _CONTAINERS:
        name = tokens[-1]
    else:
        name = title or " ".join(tokens[-3:])
    return shorten(one_line(name), 100) or "unnamed"


def _stem(path: str) -> str:
    match = _STEM.search(path)
    return one_line(match[1]) if match else one_line(path)


def cycles(uses: list[list[int]]) -> list[int]:
    """For each node of a graph the number of its strongly connected component (Tarjan, without recursion)."""
    order: list[int] = [-1] * len(uses)
    low = list(order)
    group = list(order)
    trail: list[int] = []
    count = 0
    for start in range(len(uses)):
        if order[start] >= 0:
            continue
        work = [(start, iter(uses[start]))]
        order[start] = low[start] = count
        count += 1
        trail.append(start)
        while work:
            node, following = work[-1]
            for other in following:
                if order[other] < 0:
                    order[other] = low[other] = count
                    count += 1
                    trail.append(other)
                    work.append((other, iter(uses[other])))
                    break
                if group[other] < 0:
                    low[node] = min(low[node], order[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    while group[node] < 0:
                        group[trail.pop()] = node
    return group
