"""This module knows how to find the schemas that references lead to, and how to call their places.

Until it is known what a type is called, the name ``Named(path, (pointer,))`` stands for the schema at that place.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemagen.jsontext import resolve_pointer
from schemagen.model import Draft, JsonValue, Resolution, Target
from schemagen.types.model import Named
from schemagen.view.definitions import name_of_target
from schemagen.view.text import one_line

_METASCHEMA = "https://json-schema.org/draft/2020-12/schema"
_VOCABULARIES = "https://json-schema.org/draft/2020-12/meta/"


def place_named(path: str, pointer: str) -> Named:
    """What stands for the schema at ``pointer`` of the document ``path``."""
    return Named(path, (pointer,))


class Places:
    """What the references of one schema lead to."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution

    def schema_at(self, named: Named) -> tuple[JsonValue, Draft]:
        """The schema at a place, with its draft; any value where there is none."""
        document = self._resolution.documents.get(named.module)
        if document is None:
            return True, Draft.D2020
        draft, root = document
        try:
            return resolve_pointer(root, named.words[0]), draft
        except LookupError:
            return True, draft

    def target_of(self, path: str, pointer: str, keyword: str) -> Named | None:
        """Where the reference leads that ``keyword`` of the schema at ``pointer`` is; None where nobody knows."""
        if keyword == "$dynamicRef" and path.startswith(_VOCABULARIES) and _METASCHEMA in self._resolution.documents:
            # A vocabulary speaks of whatever metaschema it is part of.
            return place_named(_METASCHEMA, "#")
        target = self._resolution.targets.get((path, pointer, keyword))
        return None if target is None or target.is_opaque else place_named(target.path, target.pointer)

    def title_of(self, named: Named) -> str:
        """What to call a place: by its key, its file, or its title."""
        schema, _ = self.schema_at(named)
        title = schema.get("title") if isinstance(schema, dict) else None
        return name_of_target(Target(named.module, named.words[0]), one_line(title) if isinstance(title, str) else "")

    def name_at(self, path: str, pointer: str) -> str:
        """What the ``$ref`` of the schema at ``pointer`` leads to is called; empty if it leads nowhere."""
        named = self.target_of(path, pointer, "$ref")
        return "" if named is None else self.title_of(named)

    def circle_of(self, path: str) -> set[str]:
        """The documents, ``path`` too, from which references lead to ``path``, and to which they lead from there."""
        leads: dict[str, set[str]] = {}
        comes: dict[str, set[str]] = {}
        for (here, _, _), target in self._resolution.targets.items():
            leads.setdefault(here, set()).add(target.path)
            comes.setdefault(target.path, set()).add(here)
        return {path} | (_reached(path, leads) & _reached(path, comes))


def _reached(start: str, leads: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = leads.get(waiting.pop(), set()) - found
        found |= new
        waiting += sorted(new)
    return found
