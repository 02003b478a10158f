"""This module knows how to hand a page the documents that its schema reaches, so that a script can validate there
without fetching anything: the schema's own whole, of the others what is referred to."""

from __future__ import annotations

from collections.abc import Callable

from schemagen.model import JsonValue, Resolution
from schemagen.view.data import script_json
from schemagen.view.literals import numbered
from schemagen.view.shapes import Plain
from schemagen.view.text import clean

# Where documents keep definitions, of which a page seldom needs all.
_SECTIONS = ("$defs", "definitions")
# What a document must keep to be referred to: its names, its dialect and what that is made of.
_NAMING = frozenset({"$id", "id", "$schema", "$vocabulary", "$anchor"})
_REST = "#"  # all of a document that stands in none of the sections
Part = tuple[str, str]  # path of a document, pointer of a definition or _REST


def embedded_documents(resolution: Resolution, shown: Callable[[str], str]) -> list[Plain]:
    """The documents of ``resolution``, the schema's own first, as JSON for a script element; ``shown`` gives the name
    of a path for a page.

    ``links_json`` has, by the JSON Pointer of each schema with a ``$ref`` to another document, the number of that
    document (from 0) and the pointer in it: a page knows no paths that could be resolved.
    """
    indices = {path: index for index, path in enumerate(resolution.documents)}
    parts = _needed(resolution)
    links: list[dict[str, list[int | str]]] = [{} for _ in indices]
    for (path, pointer, keyword), target in resolution.targets.items():
        # What a part of a document refers to by a pointer is none in the part, even where that is the part itself.
        is_elsewhere = keyword == "$ref" and (target.path != path or "#" in path) and target.path in indices
        if is_elsewhere and (parts is None or (path, _part(pointer)) in parts):
            links[indices[path]][pointer] = [indices[target.path], target.pointer]
    own = next(iter(resolution.documents))
    return numbered(
        [
            {
                "place": clean(shown(path)),
                "draft": draft.value,
                "script_json": script_json(document if parts is None or path == own else _only(document, path, parts)),
                "links_json": script_json(there),
            }
            for (path, (draft, document)), there in zip(resolution.documents.items(), links, strict=True)
        ]
    )


def _part(pointer: str) -> str:
    """The part of a document that a pointer leads into."""
    tokens = pointer.split("/", 3)
    return "/".join(tokens[:3]) if len(tokens) > 2 and tokens[1] in _SECTIONS else _REST


def _needed(resolution: Resolution) -> set[Part] | None:
    """The parts that the schema reaches; None for all: a dynamic reference may lead to any."""
    if len(resolution.documents) == 1 or any(keyword != "$ref" for _, _, keyword in resolution.targets):
        return None
    own = next(iter(resolution.documents))
    leads: dict[Part, list[Part]] = {}
    for (path, pointer, _), target in resolution.targets.items():
        leads.setdefault((path, _part(pointer)), []).append((target.path, _part(target.pointer)))
    waiting = [part for part in leads if part[0] == own]
    needed = set(waiting)
    while waiting:
        for part in leads.get(waiting.pop(), ()):
            if part not in needed:
                needed.add(part)
                waiting.append(part)
    return needed


def _only(document: JsonValue, path: str, parts: set[Part]) -> JsonValue:
    """What ``parts`` are of a document, each where it was."""
    if not isinstance(document, dict):
        return document
    has_rest = (path, _REST) in parts
    kept = {key: value for key, value in document.items() if has_rest or key in _NAMING}
    for section in _SECTIONS:
        definitions = document.get(section)
        if isinstance(definitions, dict):
            kept[section] = {
                name: value
                for name, value in definitions.items()
                if (path, f"#/{section}/{name.replace('~', '~0').replace('/', '~1')}") in parts
            }
    return kept
