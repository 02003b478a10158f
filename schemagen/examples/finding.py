"""This module knows how to find an example of a schema: its own, else one made from it, each checked before it is
taken."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from schemagen.examples.checking import CannotCheckError, validator_of
from schemagen.examples.limits import NoValueError, OutOfWorkError, Work
from schemagen.examples.making import Maker
from schemagen.examples.matching import Matching, Tests
from schemagen.examples.places import Ways, place_at
from schemagen.jsontext import dumps
from schemagen.model import JsonValue, Resolution, Schema

_MAX_OWN = 10
# How many schemas are looked at in one attempt; real ones take a hundred, the largest some thousand.
_MAX_WORK = 10_000
# A value that its author gives may be long, and each character of it be one more to look at.
_WORK_OF_TEXT = 4
# Longer than this an example shows less than the properties that need not be there are worth.
_MOST_TEXT = 3000
_NO_OWN = -1
_EMPTY: tuple[JsonValue, ...] = ({}, [], "", None)


class Example(NamedTuple):
    """A value that is valid by a schema. ``is_made`` if the schema gives none; ``own`` is its index among the examples
    that the schema gives, -1 for any other."""

    value: JsonValue
    is_made: bool
    own: int = _NO_OWN


def find_example(schema: Schema, resolution: Resolution) -> Example | None:
    """An example of what ``schema`` allows; None where none was found."""
    candidates = _candidates(schema, resolution)
    first = next(candidates, None)
    if first is None:
        return None
    try:
        is_valid = validator_of(schema, resolution)
    except CannotCheckError:
        return None  # nothing is shown that was not checked
    ways, tests = Ways(resolution), Tests()
    root = place_at(schema.path, schema.draft, "#", schema.document)

    def may_be_valid(value: JsonValue) -> bool:
        # A few schemas that refer to each other can take the validator years, and nothing ends it but the end of the
        # worker: so it is asked only of what was seen to take little.
        try:
            return Matching(ways, Work(_MAX_WORK + _WORK_OF_TEXT * len(dumps(value))), tests).fits(value, root)
        except OutOfWorkError:
            return False

    found = (each for each in chain([first], candidates) if may_be_valid(each.value) and is_valid(each.value))
    return next(found, None)


def _candidates(schema: Schema, resolution: Resolution) -> Iterator[Example]:
    document = schema.document if isinstance(schema.document, dict) else {}
    own = document.get("examples")
    if isinstance(own, list):
        yield from (Example(value, False, number) for number, value in enumerate(own[:_MAX_OWN]))
    default = [document["default"]] if "default" in document else []
    yield from (Example(value, False) for value in default if value not in _EMPTY)
    yield from (Example(value, True) for value in _made(schema, resolution))
    yield from (Example(value, False) for value in default if value in _EMPTY)


def _made(schema: Schema, resolution: Resolution) -> Iterator[JsonValue]:
    """Values made in several ways, the most telling first."""
    ways = Ways(resolution)
    tests: Tests = {}
    root = place_at(schema.path, schema.draft, "#", schema.document)
    late: list[JsonValue] = []
    for is_rich, uses_hints in ((True, True), (False, True), (True, False), (False, False)):
        work = Work(_MAX_WORK)
        matching = Matching(ways, work, tests)
        try:
            value = Maker(ways, matching, work, is_rich=is_rich, uses_hints=uses_hints).make([root])
        except (NoValueError, OutOfWorkError):
            continue
        if is_rich and len(dumps(value, indent=2)) > _MOST_TEXT:
            late.append(value)
        else:
            yield value
    yield from late
