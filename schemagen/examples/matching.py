"""This module knows how to tell whether a value fits a schema, well enough to choose between ways of making one.

The last word has the validator in ``checking``. This one is asked again and again on the way, of small values and of
parts of large schemas, which would take longer to compile than to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

import jsonschema_rs

from schemagen.examples.limits import OutOfWorkError, Work
from schemagen.examples.numbers import as_fraction
from schemagen.examples.places import OLD_DRAFTS, Place, Ways, is_only_reference
from schemagen.jsontext import dumps, is_number
from schemagen.model import Draft, JsonValue

# Of schemas within schemas, references too: no deeper does this look, and no deeper may the validator, which would need
# a larger stack.
_MAX_DEPTH = 400
_SCHEMA = (dict, bool)
_COMBINING = frozenset({"allOf", "anyOf", "oneOf", "not", "if"})
# Where one of these stands, the validator looks at what stands below once more, to see what that covers. So a place
# within such a place within another costs it 3 * 3 times as much (2.8 as measured with jsonschema-rs 0.61).
_COVERING = frozenset({"unevaluatedProperties", "unevaluatedItems"})
_TIMES_COVERED = 3


# What tells whether a text is right, by a keyword and its value.
Tests: TypeAlias = dict[tuple[str, str], Callable[[str], bool]]


def types_of(value: JsonValue) -> tuple[str, ...]:
    """The types of JSON Schema that ``value`` has."""
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if is_number(value):
        number = as_fraction(value)
        return ("integer", "number") if number is not None and number.denominator == 1 else ("number",)
    if isinstance(value, str):
        return ("string",)
    return ("array",) if isinstance(value, list) else ("object",)


class Matching:
    """Tells whether values fit places, as long as there is ``work`` left.

    ``tests`` keeps what tests texts, by keyword and its value. Regular expressions and formats are those of the
    validator: its engine takes no time without bounds for any pattern.
    """

    def __init__(self, ways: Ways, work: Work, tests: Tests) -> None:
        self._ways = ways
        self._work = work
        self._tests = tests
        self._weight = 1

    def fits(self, value: JsonValue, place: Place, depth: int = 0) -> bool:
        """Whether ``value`` is valid by ``place``, as far as is looked at here; raises OutOfWorkError, also where that
        is more work than there is for the validator, which cannot be interrupted."""
        self._work.spend(self._weight)
        if isinstance(place.schema, bool):
            return place.schema
        if depth > _MAX_DEPTH:
            raise OutOfWorkError
        if _COVERING.isdisjoint(place.words):
            return self._fits(value, place, depth)
        self._weight *= _TIMES_COVERED
        try:
            return self._fits(value, place, depth)
        finally:
            self._weight //= _TIMES_COVERED

    def _fits(self, value: JsonValue, place: Place, depth: int) -> bool:
        references = self._ways.references(place)
        for target in references:
            if target is not None and not self.fits(value, target, depth + 1):
                return False
        return (bool(references) and is_only_reference(place)) or (
            self._fits_words(value, place)
            and self._fits_parts(value, place, depth + 1)
            and (_COMBINING.isdisjoint(place.words) or self._fits_ways(value, place, depth + 1))
        )

    def matches(self, text: str, pattern: str) -> bool:
        """Whether ``pattern`` is found in ``text``; false for one that is no regular expression."""
        return self._test("pattern", pattern)(text)

    def fits_text(self, text: str, place: Place) -> bool:
        """Whether ``text`` is right by what stands right in ``place`` about texts."""
        return self._fits_text(text, place.words)

    def _test(self, keyword: str, wanted: str) -> Callable[[str], bool]:
        test = self._tests.get((keyword, wanted))
        if test is None:
            try:
                schema = {keyword: wanted}
                test = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, offline=True).is_valid
            except jsonschema_rs.ValidationError:
                test = _is_never_so
            self._tests[keyword, wanted] = test
        return test

    def _fits_words(self, value: JsonValue, place: Place) -> bool:
        words = place.words
        wanted = words.get("type")
        types = texts_of(wanted if isinstance(wanted, list) else [wanted])
        if wanted is not None and set(types_of(value)).isdisjoint(types):
            return False
        if "const" in words and place.draft is not Draft.D4 and not same(value, words["const"]):
            return False
        if isinstance(words.get("enum"), list) and not any(same(value, item) for item in words["enum"]):
            return False
        if isinstance(value, str):
            return self._fits_text(value, words)
        if is_number(value):
            return _fits_number(value, words)
        if isinstance(value, list):
            is_repeating = words.get("uniqueItems") is True and len({dumps(item) for item in value}) < len(value)
            return not is_repeating and _fits_count(len(value), words, "Items")
        if isinstance(value, dict):
            required = words.get("required")
            is_whole = not isinstance(required, list) or all(key in value for key in texts_of(required))
            return is_whole and _fits_count(len(value), words, "Properties")
        return True

    def _fits_text(self, value: str, words: Mapping[str, JsonValue]) -> bool:
        pattern, form = words.get("pattern"), words.get("format")
        if isinstance(pattern, str) and not self.matches(value, pattern):
            return False
        if isinstance(form, str) and not self._test("format", form)(value):
            return False
        return _fits_count(len(value), words, "Length")

    def _fits_parts(self, value: JsonValue, place: Place, depth: int) -> bool:
        if isinstance(value, dict):
            return self._fits_members(value, place, depth)
        if isinstance(value, list):
            return self._fits_items(value, place, depth)
        return True

    def _fits_members(self, value: dict[str, JsonValue], place: Place, depth: int) -> bool:
        names = place.one("propertyNames")
        if names is not None and not all(self.fits(key, names, depth) for key in value):
            return False
        for key, item in value.items():
            if not all(self.fits(item, found, depth) for found in self.members(place, key)):
                return False
        for key, needed in listed_needs(place):
            if key in value and not all(name in value for name in needed):
                return False
        return all(self.fits(value, found, depth) for key, found in schema_needs(place) if key in value)

    def members(self, place: Place, key: str) -> list[Place]:
        """The schemas right in ``place`` for the property ``key``."""
        found = []
        properties = place.words.get("properties")
        if isinstance(properties, dict) and isinstance(properties.get(key), _SCHEMA):
            found.append(place.below("properties", key))
        if isinstance(place.words.get("patternProperties"), dict):
            found += [
                inner for pattern, inner in place.named("patternProperties").items() if self.matches(key, pattern)
            ]
        rest = place.one("additionalProperties") if not found else None
        return found if rest is None else [rest]

    def _fits_items(self, value: list[JsonValue], place: Place, depth: int) -> bool:
        for index, item in enumerate(value):
            found = item_place(place, index)
            if found is not None and not self.fits(item, found, depth):
                return False
        contained = place.one("contains")
        if contained is None:
            return True
        least = as_fraction(place.words.get("minContains", 1))
        return sum(self.fits(item, contained, depth) for item in value) >= (1 if least is None else least)

    def _fits_ways(self, value: JsonValue, place: Place, depth: int) -> bool:
        words = place.words
        if not all(self.fits(value, part, depth) for part in place.several("allOf")):
            return False
        if "anyOf" in words and not any(self.fits(value, way, depth) for way in place.several("anyOf")):
            return False
        if "oneOf" in words and sum(self.fits(value, way, depth) for way in place.several("oneOf")) != 1:
            return False
        negated, branch = place.one("not"), self.branch(value, place, depth)
        if negated is not None and self.fits(value, negated, depth):
            return False
        return branch is None or self.fits(value, branch, depth)

    def branch(self, value: JsonValue, place: Place, depth: int = 0) -> Place | None:
        """Which of ``then`` and ``else`` holds for ``value``; None where neither is there."""
        condition = place.one("if")
        if condition is None:
            return None
        return place.one("then" if self.fits(value, condition, depth + 1) else "else")


def item_place(place: Place, index: int) -> Place | None:
    """The schema right in ``place`` for the item with this index."""
    keyword = "prefixItems" if place.draft is Draft.D2020 else "items"
    listed = place.words.get(keyword)
    if isinstance(listed, list):
        if index < len(listed):
            return place.below(keyword, str(index))
        return place.one("items" if keyword == "prefixItems" else "additionalItems")
    return place.one("items")


def texts_of(listed: list[JsonValue]) -> list[str]:
    """The texts in ``listed``: where a $ref leads that no metaschema looks at, there may be anything beside them."""
    return [item for item in listed if isinstance(item, str)]


def listed_needs(place: Place) -> list[tuple[str, list[str]]]:
    """The names of properties that ask for others, with those."""
    keyword = "dependencies" if place.draft in OLD_DRAFTS else "dependentRequired"
    held = place.words.get(keyword)
    listed = held.items() if isinstance(held, dict) else ()
    return [(key, texts_of(needed)) for key, needed in listed if isinstance(needed, list)]


def schema_needs(place: Place) -> list[tuple[str, Place]]:
    """The names of properties that ask for more of the object around them, with the schemas for that."""
    return list(place.named("dependencies" if place.draft in OLD_DRAFTS else "dependentSchemas").items())


def same(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are the same: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    if is_number(one) and is_number(other):
        return as_fraction(one) == as_fraction(other)
    return type(one) is type(other) and dumps(one) == dumps(other)


def _is_never_so(_text: str) -> bool:
    return False


def _fits_count(count: int, words: Mapping[str, JsonValue], what: str) -> bool:
    low, high = f"min{what}", f"max{what}"
    if low not in words and high not in words:
        return True
    least, most = as_fraction(words.get(low)), as_fraction(words.get(high))
    return (least is None or count >= least) and (most is None or count <= most)


def _fits_number(value: JsonValue, words: Mapping[str, JsonValue]) -> bool:
    number = as_fraction(value)
    if number is None:
        return False
    step = as_fraction(words.get("multipleOf"))
    if step and (number / step).denominator != 1:
        return False
    return all(is_within(number, keyword, words) for keyword in BOUNDS if keyword in words)


BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def is_within(number: Fraction, keyword: str, words: Mapping[str, JsonValue]) -> bool:
    """Whether ``number`` is on the right side of a bound; in draft 4 an exclusive one is a flag beside the other."""
    bound = words[keyword]
    if isinstance(bound, bool):
        other = "minimum" if keyword == "exclusiveMinimum" else "maximum"
        return not bound or as_fraction(words.get(other)) != number
    limit = as_fraction(bound)
    if limit is None:
        return True
    return {
        "minimum": number >= limit,
        "maximum": number <= limit,
        "exclusiveMinimum": number > limit,
        "exclusiveMaximum": number < limit,
    }[keyword]
