"""This module knows how to hand a page all documents that its schema reaches, so that a script can validate there
without fetching anything."""

from __future__ import annotations

from collections.abc import Callable

from schemagen.model import Resolution
from schemagen.view.data import script_json
from schemagen.view.literals import numbered
from schemagen.view.shapes import Plain
from schemagen.view.text import clean


def embedded_documents(resolution: Resolution, shown: Callable[[str], str]) -> list[Plain]:
    """Every document of ``resolution``, the schema's own first, as JSON for a script element; ``shown`` gives the name
    of a path for a page.

    ``links_json`` has, by the JSON Pointer of each schema with a ``$ref`` to another document, the number of that
    document (from 0) and the pointer in it: a page knows no paths that could be resolved.
    """
    indices = {path: index for index, path in enumerate(resolution.documents)}
    links: list[dict[str, list[int | str]]] = [{} for _ in indices]
    for (path, pointer, keyword), target in resolution.targets.items():
        if keyword == "$ref" and target.path != path and target.path in indices:
            links[indices[path]][pointer] = [indices[target.path], target.pointer]
    return numbered(
        [
            {
                "place": clean(shown(path)),
                "draft": draft.value,
                "script_json": script_json(document),
                "links_json": script_json(there),
            }
            for (path, (draft, document)), there in zip(resolution.documents.items(), links, strict=True)
        ]
    )
