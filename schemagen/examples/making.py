"""This module knows how to make a value that fits schemas, within bounds on the work, and the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from schemagen.examples.demands import Choice, gather, types_asked
from schemagen.examples.limits import NoValueError, Work
from schemagen.examples.matching import Matching, item_place, listed_needs, same, schema_needs
from schemagen.examples.numbers import Range, as_fraction
from schemagen.examples.patterns import texts_for
from schemagen.examples.places import Place, Ways
from schemagen.examples.strings import choose_text
from schemagen.jsontext import dumps
from schemagen.model import Draft, JsonValue

_MAX_DEPTH = 24
_MAX_WAYS = 25
_MAX_ROUNDS = 4
_MAX_ITEMS = 60
_MAX_HINT = 1500
# How many properties that need not be there are shown, by depth.
_OPTIONAL = (5, 2)
_NOTHING = object()
# With these keywords and no others, a schema says of a value just its type, or which texts there are.
_PLAIN = frozenset(
    {"type", "enum", "title", "description", "markdownDescription", "$comment", "deprecated", "readOnly"}
)
_PLAIN_VALUES: Mapping[str, JsonValue] = {"string": "text", "boolean": True, "integer": 1, "number": 1}
_CHOOSING = frozenset({"oneOf", "not"})


class Maker:
    """Makes one value. With ``is_rich`` it has some of what need not be there; with ``uses_hints`` it takes defaults
    and examples of the parts of a schema where they fit."""

    def __init__(self, ways: Ways, matching: Matching, work: Work, *, is_rich: bool, uses_hints: bool) -> None:
        self._ways = ways
        self._matching = matching
        self._is_rich = is_rich
        self._uses_hints = uses_hints
        self._work = work
        self._around: list[set[tuple[str, str]]] = []

    def make(self, places: list[Place], depth: int = 0, ordinal: int = 0) -> JsonValue:
        """A value that fits ``places``; another one for each ``ordinal``, as far as there are. Raises NoValueError or
        OutOfWorkError."""
        self._work.spend()
        if depth > _MAX_DEPTH:
            raise NoValueError("nested too deeply")
        if not ordinal and len(places) == 1 and _PLAIN.issuperset(places[0].words):
            plain = _plain_value(places[0].words)
            if plain is not None:
                return plain
        asked = list(places)
        for _ in range(_MAX_ROUNDS):
            value, found = self._choose(asked, {}, depth, ordinal)
            more = [place for place in self._conditional(value, found) if not self._matching.fits(value, place)]
            if not more:
                return value
            asked += more
        raise NoValueError("conditions that we cannot meet")

    def _conditional(self, value: JsonValue, places: list[Place]) -> Iterator[Place]:
        """What is asked of ``value`` because of what it is."""
        for place in places:
            branch = self._matching.branch(value, place)
            if branch is not None:
                yield branch
            if isinstance(value, dict):
                yield from (needed for key, needed in schema_needs(place) if key in value)

    def _choose(
        self, places: list[Place], chosen: Mapping[Choice, int], depth: int, ordinal: int
    ) -> tuple[JsonValue, list[Place]]:
        """A value and all places that it fits, going one way after another where there is a choice."""
        found, still_open = gather(self._ways, places, chosen, self._work)
        if not still_open:
            self._work.spend()
            self._around.append({(place.path, place.pointer) for place in found})
            try:
                value = self._value(found, depth, ordinal)
            finally:
                self._around.pop()
            if not all(self._fits_choices(value, place) for place in found):
                raise NoValueError("ways that exclude each other")
            return value, found
        choice, offers = still_open[0]
        reason = NoValueError("no way")
        for number in self._in_order(offers)[:_MAX_WAYS]:
            try:
                return self._choose(places, {**chosen, choice: number}, depth, ordinal)
            except NoValueError as error:
                reason = error
        raise reason

    def _in_order(self, offers: list[Place]) -> list[int]:
        """The numbers of ``offers``, what says least last, and after that what leads back to where we are."""

        def dullness(number: int) -> int:
            offer = offers[number]
            targets = {(to.path, to.pointer) for to in self._ways.references(offer) if to is not None}
            if targets and any(not targets.isdisjoint(around) for around in self._around):
                return 2
            words = offer.words
            return not words or words.get("type") == "null" or words.get("deprecated") is True or "not" in words

        return sorted(range(len(offers)), key=dullness)

    def _fits_choices(self, value: JsonValue, place: Place) -> bool:
        words = place.words
        if _CHOOSING.isdisjoint(words):
            return True
        negated = place.one("not")
        if negated is not None and self._matching.fits(value, negated):
            return False
        return "oneOf" not in words or sum(self._matching.fits(value, way) for way in place.several("oneOf")) == 1

    # -- values

    def _value(self, places: list[Place], depth: int, ordinal: int) -> JsonValue:
        for place in places:
            if "const" in place.words and place.draft is not Draft.D4:
                return self._fitting([place.words["const"]], places, 0)
        listed = [place.words["enum"] for place in places if isinstance(place.words.get("enum"), list)]
        if listed:
            default = [item for item in self._hints(places) if any(same(item, one) for one in listed[0])]
            return self._fitting([*default, *listed[0]] if not ordinal else listed[0], places, ordinal)
        if self._uses_hints and depth:
            for number, hint in enumerate(self._hints(places)):
                if number >= ordinal and self._fits_all(hint, places):
                    return hint
        reason = NoValueError("no type")
        for name in types_asked(places):
            try:
                return self._of_type(name, places, depth, ordinal)
            except NoValueError as error:
                reason = error
        raise reason

    def _hints(self, places: list[Place]) -> Iterator[JsonValue]:
        """Defaults and examples that say something."""
        for place in places:
            examples = place.words.get("examples")
            hints = [*examples[:3]] if isinstance(examples, list) else []
            hints += [place.words[keyword] for keyword in ("default", "example") if keyword in place.words]
            yield from (hint for hint in hints if hint not in ("", None, [], {}) and len(dumps(hint)) < _MAX_HINT)

    def _fits_all(self, value: JsonValue, places: list[Place]) -> bool:
        return all(self._matching.fits(value, place) for place in places)

    def _fitting(self, values: list[JsonValue], places: list[Place], ordinal: int) -> JsonValue:
        """The first of ``values``, or one after that by ``ordinal``, that fits."""
        fitting = (value for value in values[: _MAX_ITEMS + ordinal] if self._fits_all(value, places))
        chosen = next(islice(fitting, ordinal, None), _NOTHING)
        if chosen is _NOTHING:
            raise NoValueError("none of the values listed")
        return chosen

    def _of_type(self, name: str, places: list[Place], depth: int, ordinal: int) -> JsonValue:
        words = [place.words for place in places]
        match name:
            case "object":
                return self._object(places, depth, ordinal)
            case "array":
                return self._array(places, depth)
            case "string":
                return choose_text(words, ordinal, lambda text: self._fits_texts(text, places))
            case "integer" | "number":
                return Range(words).choose(ordinal, is_whole=name == "integer")
            case "boolean":
                return ordinal % 2 == 0
        return None

    def _fits_texts(self, text: str, places: list[Place]) -> bool:
        return all(self._matching.fits_text(text, place) for place in places)

    # -- objects

    def _object(self, places: list[Place], depth: int, ordinal: int) -> JsonValue:
        required, least, most = _members_asked(places)
        known = {
            key: at
            for at, key in enumerate(dict.fromkeys(key for place in places for key in place.names("properties")))
        }
        keys = [*(key for key in known if key in required), *(key for key in required if key not in known)]
        made: dict[str, JsonValue] = {}
        waiting = list(keys)
        while waiting:  # what is there may ask for more
            key = waiting.pop(0)
            if key in made:
                continue
            made[key] = self._member(key, places, known, depth, ordinal)
            waiting += [name for place in places for name in _needed_with(key, place) if name not in made]
        room = min(most, len(made) + self._optional_at(depth))
        needed = [key for key in known if key not in made]
        for key in needed:
            if len(made) >= max(room, least):
                break
            is_asked_for = len(made) < least
            if is_asked_for or _is_worth_showing(key, places):
                self._add(made, key, places, known, depth)
        is_map = not known and self._is_rich and depth <= 2
        if len(made) < least or (is_map and not made and most):
            self._fill(made, max(least, 1), places, known, depth)
        if len(made) < least or len(made) > most:
            raise NoValueError("too few or too many properties")
        return dict(sorted(made.items(), key=lambda item: known.get(item[0], len(known))))

    def _optional_at(self, depth: int) -> int:
        return _OPTIONAL[depth] if self._is_rich and depth < len(_OPTIONAL) else 0

    def _add(
        self, made: dict[str, JsonValue], key: str, places: list[Place], known: Mapping[str, int], depth: int
    ) -> None:
        """Give ``made`` the property ``key``, and what that asks for, unless it cannot be made."""
        added = dict(made)
        waiting = [key]
        try:
            while waiting:
                name = waiting.pop(0)
                if name not in added:
                    added[name] = self._member(name, places, known, depth, 0)
                    waiting += [other for place in places for other in _needed_with(name, place)]
        except NoValueError:
            return  # it need not be there
        if all(self._fits_choices(added, place) for place in places):
            made.update(added)

    def _member(self, key: str, places: list[Place], known: Mapping[str, int], depth: int, ordinal: int) -> JsonValue:
        found: list[Place] = []
        for place in places:
            names = place.one("propertyNames")
            if names is not None and not self._matching.fits(key, names):
                raise NoValueError("a name that is not allowed")
            found += self._matching.members(place, key)
            rest = place.one("unevaluatedProperties")
            if rest is not None and key not in known:
                found.append(rest)
        return self.make(found, depth + 1, ordinal)

    def _fill(
        self, made: dict[str, JsonValue], least: int, places: list[Place], known: Mapping[str, int], depth: int
    ) -> None:
        """Give ``made`` properties that no schema names, until there are ``least``."""
        for name in self._names(places):
            if len(made) >= least:
                return
            if name not in made:
                self._add(made, name, places, known, depth)

    def _names(self, places: list[Place]) -> Iterator[str]:
        for place in places:
            for pattern in place.names("patternProperties"):
                try:
                    texts = list(texts_for(pattern))
                except NoValueError:
                    continue
                yield from texts
        names = [inner for place in places if (inner := place.one("propertyNames")) is not None]
        for ordinal in range(5 if names else 0):
            try:
                name = self.make(names, _MAX_DEPTH - 2, ordinal)
            except NoValueError:
                break
            if isinstance(name, str):
                yield name
        yield from ("name", "other", *(f"name{number}" for number in range(2, 12)))

    # -- arrays

    def _array(self, places: list[Place], depth: int) -> JsonValue:
        least, most, is_unique = _items_asked(places)
        contained = [
            (inner, int(as_fraction(place.words.get("minContains", 1)) or 0))
            for place in places
            if (inner := place.one("contains")) is not None
        ]
        least = max(least, *(count for _, count in contained)) if contained else least
        wanted = max(least, 1) if self._is_rich or depth < 3 else least
        made: list[JsonValue] = []
        texts: set[str] = set()
        ordinal = 0
        while len(made) < min(wanted, most):
            index = len(made)
            found = [inner for place in places if (inner := self._item(place, index)) is not None]
            found += [inner for inner, count in contained if index < count]
            if not found and index >= least:
                break
            try:
                item = self.make(found, depth + 1, ordinal if is_unique else 0)
            except NoValueError:
                if index >= least:
                    break
                raise
            ordinal += 1
            text = dumps(item)
            if is_unique and text in texts:
                if ordinal > 3 * _MAX_ITEMS:
                    raise NoValueError("too few different items")
                continue
            texts.add(text)
            made.append(item)
        return made

    def _item(self, place: Place, index: int) -> Place | None:
        found = item_place(place, index)
        return place.one("unevaluatedItems") if found is None else found


def _plain_value(words: Mapping[str, JsonValue]) -> JsonValue:
    """The value for a schema that says no more than a type or a list of texts, as most do; None for any other."""
    kind, listed = words.get("type"), words.get("enum")
    if listed is None:
        return _PLAIN_VALUES.get(kind) if isinstance(kind, str) else None
    is_text = kind in {None, "string"} if not isinstance(kind, list) else False
    return listed[0] if is_text and isinstance(listed, list) and listed and isinstance(listed[0], str) else None


def _members_asked(places: list[Place]) -> tuple[dict[str, None], int, int]:
    """Which properties must be there, and how many at least and at most."""
    required: dict[str, None] = {}
    least, most = 0, _MAX_ITEMS
    for place in places:
        names = place.words.get("required")
        if isinstance(names, list):
            required |= dict.fromkeys(name for name in names if isinstance(name, str))
        low, high = as_fraction(place.words.get("minProperties")), as_fraction(place.words.get("maxProperties"))
        least = max(least, int(low)) if low is not None else least
        most = min(most, int(high)) if high is not None else most
    return required, least, most


def _needed_with(key: str, place: Place) -> list[str]:
    return [name for other, names in listed_needs(place) if other == key for name in names]


def _is_worth_showing(key: str, places: list[Place]) -> bool:
    for place in places:
        properties = place.words.get("properties")
        schema = properties.get(key) if isinstance(properties, dict) else None
        if schema is False or (isinstance(schema, dict) and schema.get("deprecated") is True):
            return False
    return key[:1] not in {"$", "_"}


def _items_asked(places: list[Place]) -> tuple[int, int, bool]:
    least, most = 0, _MAX_ITEMS
    for place in places:
        low, high = as_fraction(place.words.get("minItems")), as_fraction(place.words.get("maxItems"))
        least = max(least, int(low)) if low is not None else least
        most = min(most, int(high)) if high is not None else most
    if least > most:
        raise NoValueError("no number of items")
    return least, most, any(place.words.get("uniqueItems") is True for place in places)
