"""This module knows how to tell which JSON types the values of a schema may have, without reading all of it: types that
refer to themselves have to be told apart before they are known."""

from __future__ import annotations

from schemagen.model import Draft, JsonValue
from schemagen.types.keywords import speaks_of_parts, spoken_of
from schemagen.types.model import Named
from schemagen.types.places import Places
from schemagen.types.shapes import ALL_KINDS, NO_KINDS, Kinds
from schemagen.types.values import kind_of_value
from schemagen.view.kinds import declared_types
from schemagen.view.reading import read_keywords
from schemagen.view.rules import Place

_DEEPEST = 30
_UNTOUCHED: Kinds = frozenset({"null", "boolean", "number", "string"})


class KindsOfSchemas:
    """The kinds of places; see ``Reader`` for ``is_faithful``."""

    def __init__(self, places: Places, *, is_faithful: bool) -> None:
        self._places = places
        self._is_faithful = is_faithful
        self._known: dict[Named, Kinds] = {}
        self._under_way: set[Named] = set()

    def of(self, named: Named) -> Kinds:
        """The JSON types that values of a place may have; rather too many than too few."""
        if named in self._under_way or len(self._under_way) > _DEEPEST:
            return ALL_KINDS
        found = self._known.get(named)
        if found is None:
            self._under_way.add(named)
            schema, draft = self._places.schema_at(named)
            found = self._of((schema, named.words[0]), named.module, draft, 0, assumes=not self._is_faithful)
            self._under_way.discard(named)
            # On the way round a circle this may be too much: that is no mistake, and to know better would take long.
            self._known[named] = found
        return found

    def _of(self, place: Place, path: str, draft: Draft, depth: int, *, assumes: bool) -> Kinds:
        schema, pointer = place
        if not isinstance(schema, dict):
            return NO_KINDS if schema is False else ALL_KINDS
        if depth > _DEEPEST:
            return ALL_KINDS
        rules = read_keywords(schema, pointer, draft)
        found = _own(rules.words)
        inside = assumes and found == ALL_KINDS
        for keyword, at in rules.references:
            target = self._places.target_of(path, at, keyword)
            found &= ALL_KINDS if target is None else self.of(target)
        for each in rules.all_of:
            assumes_too = inside and not speaks_of_parts(each[0])
            found &= self._of(each, path, draft, depth + 1, assumes=assumes_too)
        for places in (rules.any_of, rules.one_of):
            if places:
                found &= NO_KINDS.union(*(self._of(each, path, draft, depth + 1, assumes=inside) for each in places))
        speaks = spoken_of(rules)
        is_open = assumes and speaks and not rules.references and found >= _UNTOUCHED and inside
        return found & speaks if is_open else found


def _own(words: dict[str, JsonValue]) -> Kinds:
    found = ALL_KINDS
    if "type" in words:
        found &= {"number" if name == "integer" else name for name in declared_types(words)}
    if isinstance(words.get("enum"), list):
        found &= {kind_of_value(value) for value in words["enum"]}
    if "const" in words:
        found &= {kind_of_value(words["const"])}
    return found
