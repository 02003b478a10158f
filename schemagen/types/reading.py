"""This module knows how to read the type of a schema: what values it accepts, as far as types can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemagen.model import Draft, JsonValue
from schemagen.types.evaluation import Evaluation
from schemagen.types.keywords import SCALARS, listed_values, own_type, speaks_of_parts, spoken_of, told_counts
from schemagen.types.kinds import KindsOfSchemas
from schemagen.types.meeting import Meeting
from schemagen.types.model import ANY, NEVER, NO_NOTES, Member, Named, Notes, Record, Type
from schemagen.types.notes import notes_of, says_something
from schemagen.types.places import Places
from schemagen.types.shapes import Kinds, kinds_of, wholes_of
from schemagen.types.size import size_of
from schemagen.types.uniting import parts_of, unite
from schemagen.view.reading import STRUCTURE, read_keywords
from schemagen.view.rules import Place, Rules, Schema, normal_words

# What is nested deeper stays open, as any value. Python's own stack must hold it, with whatever is around.
_DEEPEST = 50
# A name is not looked through from deeper than this, nor where it stands for more than so many parts of types, nor
# where so many were looked at: a chain of definitions could double the size of a type with each of its links.
_DEEPEST_LOOK = 25
_LARGEST_LOOK = 3000
_MOST_LOOKED_AT = 300_000
# What says of which type a value is.
_DECIDING = ("type", "enum", "const")
_UNTOUCHED: Kinds = frozenset({"null", "boolean", "number", "string"})


class Home(NamedTuple):
    """The document that a schema stands in. ``assumes`` is whether a schema that speaks of properties, or of items, and
    not of types, is taken for one of objects, or of arrays."""

    path: str
    draft: Draft
    assumes: bool


class Reader:
    """Reads the types of what one schema reaches; names in them are those of ``places``.

    Unless ``is_faithful`` a schema that says something of properties, or of items, and nothing of types, is one of
    objects, or of arrays: what its author means, though by the specification it accepts all other values too.
    """

    def __init__(self, places: Places, *, is_faithful: bool) -> None:
        self._places = places
        self._is_faithful = is_faithful
        self._meeting = Meeting(self)
        self._declared: dict[Named, tuple[Type, Notes]] = {}
        self._under_way: set[Named] = set()
        self._sizes: dict[Named, int] = {}
        self._depth = self._looked_at = 0
        self._kinds = KindsOfSchemas(places, is_faithful=is_faithful)
        self._evaluation = Evaluation(places)

    def declared(self, named: Named) -> tuple[Type, Notes]:
        """The type that a name stands for, in full, and what its schema says."""
        found = self._declared.get(named)
        if found is None:
            schema, draft = self._places.schema_at(named)
            self._under_way.add(named)
            home = Home(named.module, draft, not self._is_faithful)
            found = self._declared[named] = self._read((schema, named.words[0]), home)
            self._under_way.discard(named)
        return found

    def order_of_reading(self) -> list[Named]:
        """The names that were read, those first that others were made of."""
        return list(self._declared)

    # -- what the algebra asks for

    def expand(self, named: Named) -> Type | None:
        is_deep = self._depth > _DEEPEST_LOOK or self._meeting.depth > _DEEPEST_LOOK
        if named in self._under_way or is_deep or self._looked_at > _MOST_LOOKED_AT:
            return None
        found, _ = self.declared(named)
        if named not in self._sizes:
            self._sizes[named] = size_of(found, _LARGEST_LOOK)
        self._looked_at += self._sizes[named]
        return found if self._sizes[named] < _LARGEST_LOOK else None

    def kinds(self, named: Named) -> Kinds:
        return self._kinds.of(named)

    # -- reading

    def _read(self, place: Place, home: Home) -> tuple[Type, Notes]:
        schema, pointer = place
        if not isinstance(schema, dict) or not schema:
            return (NEVER if schema is False else ANY), NO_NOTES
        if self._depth > _DEEPEST:
            return ANY, NO_NOTES
        if (
            STRUCTURE[home.draft].isdisjoint(schema)
            and isinstance(schema.get("type"), str)
            and schema["type"] in SCALARS
        ):
            return self._scalar(schema, pointer, home)
        if len(schema) == 1 and "$ref" in schema:
            return self._places.target_of(home.path, pointer, "$ref") or ANY, NO_NOTES
        self._depth += 1
        rules = read_keywords(schema, pointer, home.draft)
        found = self._meeting.meet_all(self._demands(rules, home))
        if home.assumes:
            found = self._assumed(found, rules)
        notes = self._notes(schema, rules, home)
        if isinstance(found, Record) and notes is not NO_NOTES:
            found = Record(found.members, found.rest, notes)
        self._depth -= 1
        return found, notes

    def _notes(self, schema: Schema, rules: Rules, home: Home) -> Notes:
        if not says_something(schema):
            return NO_NOTES
        return notes_of(schema, rules, lambda at: self._places.name_at(home.path, at), told_counts)

    def _scalar(self, schema: Schema, pointer: str, home: Home) -> tuple[Type, Notes]:
        """The same for a schema of one type without parts, and with nothing but words: most are."""
        rules = Rules(normal_words(schema) if home.draft is Draft.D4 else schema, pointer)
        found = SCALARS[schema["type"]]
        if "enum" in rules.words or "const" in rules.words:
            found = self._meeting.meet_all([*listed_values(rules), found])
        return found, self._notes(schema, rules, home)

    def _demands(self, rules: Rules, home: Home) -> Iterator[Type]:
        """The types that a value must all have."""
        inside = home
        if home.assumes and not rules.words.keys().isdisjoint(_DECIDING):
            inside = home._replace(assumes=False)
        whole = home if home.assumes or self._is_faithful else home._replace(assumes=True)

        def type_at(place: Place) -> Type:
            return self._read(place, whole)[0]

        def member_at(key: str, place: Place, is_required: bool) -> Member:
            found, notes = self._read(place, whole)
            return Member(key, found, is_required, notes)

        yield from listed_values(rules)
        yield own_type(rules, type_at, member_at)
        for keyword, pointer in rules.references:
            yield self._places.target_of(home.path, pointer, keyword) or ANY
        for place in rules.all_of:
            # Another member may say of which type the value is; if none does, the schema that holds them assumes it.
            yield self._read(place, inside._replace(assumes=False) if speaks_of_parts(place[0]) else inside)[0]
        for places in (rules.any_of, rules.one_of):
            if places:
                yield unite([self._read(place, inside)[0] for place in places])
        for schema, pointer in rules.conditions:
            yield self._conditional(schema, pointer, rules, home._replace(assumes=False))
        if rules.unevaluated_properties:
            yield self._evaluation.properties(rules, home, type_at)
        if rules.unevaluated_items:
            yield self._evaluation.items(rules, home, type_at)

    def _conditional(self, schema: dict[str, JsonValue], pointer: str, rules: Rules, home: Home) -> Type:
        """A value is of the types of ``if`` and ``then``, or of ``else``: types cannot say of which.

        People rather have one type for an object than two of which the one takes nearly all that the other does.
        """
        if schema.get("else", True) is True or (rules.properties and not self._is_faithful):
            return ANY
        both = [(schema["if"], f"{pointer}/if"), (schema.get("then", True), f"{pointer}/then")]
        matching = self._meeting.meet_all(self._read(place, home)[0] for place in both)
        return unite([matching, self._read((schema["else"], f"{pointer}/else"), home)[0]])

    def _assumed(self, found: Type, rules: Rules) -> Type:
        """``found``, with only objects, or arrays, of what nothing is said of but properties, or items."""
        if "type" in rules.words:  # as nearly all have
            return found
        kinds = spoken_of(rules)
        if not kinds or not rules.words.keys().isdisjoint(_DECIDING) or rules.references:
            return found
        if not wholes_of(found) >= _UNTOUCHED:
            return found
        return unite([NEVER, *(part for part in parts_of(found) if kinds_of(part, self.kinds) <= kinds)])
