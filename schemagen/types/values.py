"""This module knows how to tell JSON values apart as JSON Schema does: 1 and 1.0 are one value, 1 and true are two."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii

from schemagen.jsontext import is_number, number_text
from schemagen.model import JsonValue
from schemagen.types.model import NULL, Kind, Literal, Scalar

# A number with more digits than this before its exponent is written with one.
_MOST_DIGITS = 21
INTEGRAL = frozenset("0123456789-")


def type_of_value(value: JsonValue) -> Scalar | Literal:
    """The type of exactly ``value``."""
    return NULL if value is None else Literal(value, canonical(value))


def kind_of_value(value: JsonValue) -> Kind | str:
    """What of JSON's six types ``value`` is: a kind, ``array`` or ``object``."""
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, str):
        return Kind.STRING
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else Kind.NUMBER


def is_integral(literal: Literal) -> bool:
    """Whether ``literal`` is a number without a fraction."""
    return (
        is_number(literal.value)
        and ("e" in literal.json or INTEGRAL.issuperset(literal.json))
        and ("e-" not in literal.json)
    )


def canonical(value: JsonValue) -> str:
    """JSON text that equal values have in common."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{encode_basestring_ascii(key)}:{canonical(value[key])}' for key in sorted(value))}}}"
    if is_number(value):
        return _canonical_number(number_text(value))
    return {True: "true", False: "false", None: "null"}[value]


def _canonical_number(text: str) -> str:
    """``text`` as digits and, where that would be long or there is a fraction, an exponent. Never a float: what is
    beyond its range, or precision, is a value of its own."""
    sign = "-" if text.startswith("-") else ""
    mantissa, _, exponent = text.lower().removeprefix("-").partition("e")
    if len(exponent) > _MOST_DIGITS:
        return text  # equal only to what is written the same way
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    stripped = digits.rstrip("0")
    if not stripped:
        return "0"
    shift = int(exponent or "0") - len(fraction) + len(digits) - len(stripped)
    if shift >= 0 and len(stripped) + shift <= _MOST_DIGITS:
        return f"{sign}{stripped}{'0' * shift}"
    return f"{sign}{stripped}e{shift}" if shift else f"{sign}{stripped}"
