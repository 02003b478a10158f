"""This module knows how to find its way through schemas: where references lead, and what stands below a schema."""

from __future__ import annotations

from typing import NamedTuple

from schemagen.jsontext import escape_token, resolve_pointer
from schemagen.keywords import SUBSCHEMAS
from schemagen.model import Draft, JsonValue, Resolution

REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
OLD_DRAFTS = frozenset({Draft.D4, Draft.D6, Draft.D7})
_REFERRING = frozenset(REFERENCES)
_NO_PLACES: list[Place | None] = []
_SCHEMA = (dict, bool)
_NO_WORDS: dict[str, JsonValue] = {}


class Place(NamedTuple):
    """A schema, and where it stands: the path of its document, its draft, and its pointer there. ``words`` are its
    keywords; a boolean has none."""

    path: str
    draft: Draft
    pointer: str
    schema: JsonValue
    words: dict[str, JsonValue]

    def knows(self, keyword: str) -> bool:
        """Whether it has ``keyword``, which holds schemas in its draft."""
        return keyword in self.words and keyword in SUBSCHEMAS[self.draft]

    def below(self, keyword: str, token: str | None = None) -> Place:
        """The place of the schema that ``keyword`` holds, by ``token`` where it holds several."""
        schema = self.words[keyword]
        pointer = f"{self.pointer}/{keyword}"
        if token is not None:
            schema = schema[int(token)] if isinstance(schema, list) else schema[token]
            pointer += f"/{escape_token(token)}"
        return place_at(self.path, self.draft, pointer, schema)

    def one(self, keyword: str) -> Place | None:
        """The one schema that ``keyword`` holds."""
        if keyword not in self.words or not self.knows(keyword) or not isinstance(self.words[keyword], _SCHEMA):
            return None
        return self.below(keyword)

    def several(self, keyword: str) -> list[Place]:
        """The schemas in the list of ``keyword``."""
        held = self.words.get(keyword)
        if not isinstance(held, list) or keyword not in SUBSCHEMAS[self.draft]:
            return []
        return [self.below(keyword, str(index)) for index, item in enumerate(held) if isinstance(item, _SCHEMA)]

    def names(self, keyword: str) -> list[str]:
        """The names of what is in the object of ``keyword``."""
        held = self.words.get(keyword)
        return list(held) if isinstance(held, dict) and keyword in SUBSCHEMAS[self.draft] else []

    def named(self, keyword: str) -> dict[str, Place]:
        """The schemas in the object of ``keyword``, by name."""
        held = self.words.get(keyword)
        if not isinstance(held, dict) or keyword not in SUBSCHEMAS[self.draft]:
            return {}
        return {key: self.below(keyword, key) for key, item in held.items() if isinstance(item, _SCHEMA)}


def place_at(path: str, draft: Draft, pointer: str, schema: JsonValue) -> Place:
    return Place(path, draft, pointer, schema, schema if isinstance(schema, dict) else _NO_WORDS)


class Ways:
    """Where the references lead that one schema reaches."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution

    def place(self, path: str, pointer: str) -> Place | None:
        found = self._resolution.documents.get(path)
        if found is None:
            return None
        draft, document = found
        try:
            return place_at(path, draft, pointer, resolve_pointer(document, pointer))
        except LookupError:
            return None

    def references(self, place: Place) -> list[Place | None]:
        """Where the references of ``place`` lead; None for one that is not known."""
        if _REFERRING.isdisjoint(place.words):
            return _NO_PLACES
        found: list[Place | None] = []
        for keyword in REFERENCES:
            if isinstance(place.words.get(keyword), str):
                target = self._resolution.targets.get((place.path, place.pointer, keyword))
                if target is not None or keyword == "$ref":
                    found.append(
                        None if target is None or target.is_opaque else self.place(target.path, target.pointer)
                    )
        return found


def is_only_reference(place: Place) -> bool:
    """Whether what stands beside the reference of ``place`` means nothing, as up to draft 7."""
    return place.draft in OLD_DRAFTS and isinstance(place.words.get("$ref"), str)
