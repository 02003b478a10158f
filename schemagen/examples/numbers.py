"""This module knows how to choose a number within bounds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from jiter import LosslessFloat

from schemagen.examples.limits import NoValueError
from schemagen.jsontext import is_number
from schemagen.model import JsonValue

# Beyond this many digits a number takes time and room without end: 1e999999999 is short to write.
_MAX_EXPONENT = 400


def as_fraction(value: JsonValue) -> Fraction | None:
    """``value`` exactly; None where it is no number, or has too many digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value) if value.bit_length() < 4 * _MAX_EXPONENT else None
    if not is_number(value):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        return None
    return Fraction(number)


class Range:
    """What keywords ask of a number: ``least`` and ``most``, whether these are excluded, and of what a multiple."""

    def __init__(self, asked: Iterable[Mapping[str, JsonValue]]) -> None:
        self.least: Fraction | None = None
        self.most: Fraction | None = None
        self.is_above = self.is_below = False
        self.steps: list[Fraction] = []
        for words in asked:
            self._narrow(words)

    def _narrow(self, words: Mapping[str, JsonValue]) -> None:
        step = as_fraction(words.get("multipleOf"))
        if step and step > 0:
            self.steps.append(step)
        for keyword, is_open in (("minimum", "exclusiveMinimum"), ("exclusiveMinimum", "")):
            bound = as_fraction(words.get(keyword))
            excluded = not is_open or words.get(is_open) is True
            if bound is not None and (self.least is None or bound > self.least or (bound == self.least and excluded)):
                self.least, self.is_above = bound, excluded
        for keyword, is_open in (("maximum", "exclusiveMaximum"), ("exclusiveMaximum", "")):
            bound = as_fraction(words.get(keyword))
            excluded = not is_open or words.get(is_open) is True
            if bound is not None and (self.most is None or bound < self.most or (bound == self.most and excluded)):
                self.most, self.is_below = bound, excluded

    def holds(self, number: Fraction) -> bool:
        low, high = self.least, self.most
        return (low is None or number > low or (number == low and not self.is_above)) and (
            high is None or number < high or (number == high and not self.is_below)
        )

    def choose(self, ordinal: int, *, is_whole: bool) -> JsonValue:
        """A number in the range; another one for each ``ordinal`` from 0. Raises NoValueError."""
        step = math.lcm(1, *(each.numerator for each in self.steps)) if self.steps else 1
        unit = Fraction(step, math.gcd(*(each.denominator for each in self.steps)) if self.steps else 1)
        if is_whole and unit.denominator != 1:
            unit = Fraction(unit.numerator)
        for start in self._starts(unit, has_step=is_whole or bool(self.steps)):
            chosen = start + ordinal * unit if start >= 0 or self.most is None else start - ordinal * unit
            if self.holds(chosen) and not (is_whole and chosen.denominator != 1):
                return json_number(chosen)
        raise NoValueError("no number in these bounds")

    def _starts(self, unit: Fraction, *, has_step: bool) -> Iterable[Fraction]:
        """Numbers to begin with, the plainest first."""
        if self.least is None and self.most is None:
            yield unit
        low, high = self.least, self.most
        if low is not None:
            first = math.ceil(low / unit) * unit
            yield first
            yield first + unit
        if high is not None:
            last = math.floor(high / unit) * unit
            yield min(last, unit) if low is None else last
            yield last
            yield last - unit
        if not has_step:
            yield from (bound for bound in (low, high) if bound is not None)
            if low is not None and high is not None:
                yield (low + high) / 2


def json_number(number: Fraction) -> JsonValue:
    """``number`` as JSON has it; raises NoValueError where that would be no plain number."""
    if number.denominator == 1:
        return number.numerator
    try:
        return LosslessFloat(repr(float(number)).encode())
    except OverflowError:
        raise NoValueError("a fraction beyond any float") from None
