"""This module knows how to give the types of a module their names: a declaration for each schema that references lead
to, and for each object with properties inside it, so that no type has to be spelled out inside another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from schemagen.types.model import (
    ANY,
    Array,
    Declaration,
    Intersection,
    Literal,
    Member,
    Named,
    Notes,
    Record,
    Scalar,
    Type,
    Union,
)
from schemagen.types.names import ROOT, known_names
from schemagen.types.places import Places, place_named
from schemagen.types.reading import Reader
from schemagen.types.uniting import together, unite
from schemagen.view.names import Words, shortened, words_of


class Declaring:
    """Declares what the module of the schema ``name``, at ``path``, needs. ``modules`` are the names, by path, of the
    schemas that have modules of their own; ``circles`` are pairs of names the second of which must not be in the first
    as it is, for it would lead back there."""

    def __init__(
        self,
        name: str,
        path: str,
        modules: Mapping[str, str],
        places: Places,
        reader: Reader,
        circles: Collection[tuple[Named, Named]],
    ) -> None:
        self._path = path
        self._modules = modules
        self._places = places
        self._reader = reader
        self._circles = circles
        document, _ = places.schema_at(place_named(path, ROOT))
        own, self._scope = known_names(document, name)
        self._names: dict[Named, Named] = {
            place_named(path, pointer): Named("", words) for pointer, words in own.items()
        }
        self._elsewhere: dict[str, dict[str, Words]] = {}
        self._waiting = list(self._names)
        self._made: list[Declaration] = []
        # A record that several types hold is declared once; kept, so that no other gets its id.
        self._declared: dict[int, tuple[Record, Named]] = {}
        self._inside: Named = self._waiting[0]

    def declare_all(self) -> list[Declaration]:
        """Declare the schema itself, its definitions, and all that these need, in this order."""
        own, blocks = len(self._waiting), dict[Named, list[Declaration]]()
        # What was merged into others comes first, so that an object inside it is called by its own place.
        for place in [place for place in self._reader.order_of_reading() if place in self._names]:
            blocks[place] = self._block(place)
        number = own
        while number < len(self._waiting):
            place = self._waiting[number]
            blocks[place] = self._block(place)
            number += 1
        return [each for place in self._waiting for each in blocks[place]]

    def _block(self, place: Named) -> list[Declaration]:
        """The declaration of ``place``, and after it those of what is inside."""
        self._made, self._inside = [], place
        found, notes = self._reader.declared(place)
        self._declare(self._names[place].words, found, notes, is_root=place == place_named(self._path, ROOT))
        return self._made

    def _declare(self, words: Words, found: Type, notes: Notes, *, is_root: bool = False) -> None:
        at = len(self._made)
        self._made.append(Declaration(words, found, notes, is_root))  # what is in it comes after it
        named = self._record(found, words) if isinstance(found, Record) else self._named(found, words, is_open=True)
        self._made[at] = Declaration(words, named, notes, is_root)

    def _named(self, found: Type, path: Words, *, is_open: bool = False) -> Type:
        """``found`` with the names that this module has for types. ``path`` are the words for its place; ``is_open`` is
        whether it is the type that is being declared, or a part of that."""
        match found:
            case Named():
                if is_open and (self._inside, found) in self._circles:
                    return ANY  # it says nothing of a value to say that it is what it is
                return self._name_of(found)
            case Record(members) if members:
                return self._nested(found, path)
            case Record():
                return self._record(found, path)
            case Array(fixed, least, rest):
                items = tuple(
                    self._named(item, (*path, "item") if item is rest else (*path, "item", str(number)))
                    for number, item in enumerate(fixed, 1)
                )
                return Array(items, least, None if rest is None else self._named(rest, (*path, "item")))
            case Union(parts):
                return unite(self._parts(parts, (*path, "object") if is_open else path, "variant", is_open=is_open))
            case Intersection(parts):
                return together(self._parts(parts, (*path, "part") if is_open else path, "part", is_open=is_open))
        return found

    def _parts(self, parts: Sequence[Type], alone: Words, what: str, *, is_open: bool) -> list[Type]:
        """``parts`` of one type. Objects among them are called by their titles, or numbered, or ``alone``."""
        path = alone[:-1] if is_open else alone
        records = [part for part in parts if isinstance(part, Record) and part.members]
        places = {id(part): (*path, what, str(number)) for number, part in enumerate(records, 1)}
        if len(records) == 1:
            places[id(records[0])] = alone
        for part in records:
            if part.notes.title and len(records) > 1:
                places[id(part)] = (*path, *words_of(part.notes.title))
        return [self._named(part, places.get(id(part), path), is_open=is_open) for part in parts]

    def _record(self, found: Record, path: Words) -> Record:
        members = tuple([self._member(each, path) for each in found.members])
        rest = None if found.rest is None else self._named(found.rest, (*path, "value"))
        return Record(members, rest, found.notes)

    def _member(self, member: Member, path: Words) -> Member:
        if isinstance(member.type, Scalar | Literal):  # most; they need no name, and no words for one
            return member
        if isinstance(member.type, Named):
            return Member(member.key, self._name_of(member.type), member.is_required, member.notes)
        named = self._named(member.type, (*path, *words_of(member.key)))
        return Member(member.key, named, member.is_required, member.notes)

    def _nested(self, found: Record, path: Words) -> Named:
        known = self._declared.get(id(found))
        if known is None:
            words = self._scope.claim(shortened(path))
            known = self._declared[id(found)] = (found, Named("", words))
            self._declare(words, found, found.notes)
        return known[1]

    def _name_of(self, place: Named) -> Named:
        """What a place is called: here, or in another module if it is declared there in any case."""
        known = self._names.get(place)
        if known is None:
            known = self._names[place] = self._imported(place) or self._local(place)
        return known

    def _imported(self, place: Named) -> Named | None:
        path = place.module
        if path == self._path or path not in self._modules:
            return None
        if path not in self._elsewhere:
            document, _ = self._places.schema_at(place_named(path, ROOT))
            self._elsewhere[path] = known_names(document, self._modules[path])[0]
        words = self._elsewhere[path].get(place.words[0])
        return None if words is None else Named(self._modules[path], words)

    def _local(self, place: Named) -> Named:
        self._waiting.append(place)
        return Named("", self._scope.claim(words_of(self._places.title_of(place))))
