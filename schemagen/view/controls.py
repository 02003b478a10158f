"""This module knows how to choose the control that shows a node in a form, with attributes that HTML and JSON
Schema understand alike."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

from schemagen.view.patterns import html_pattern
from schemagen.view.shapes import EMPTY_HTML, Plain

_INPUT_TYPES = {
    "date": "date",
    "time": "time",
    "date-time": "datetime-local",
    "email": "email",
    "uri": "url",
    "url": "url",
    "password": "password",
    "tel": "tel",
    "phone": "tel",
}
_LONG_FORMATS = frozenset({"textarea", "multiline", "markdown", "html", "text"})
_LONG_TEXT = 200
_MAX_RADIOS = 5
_MAX_CHECKBOXES = 30
_MAX_SUGGESTIONS = 50
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.\d+)?[Zz]")
_TIME = re.compile(r"(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?[Zz]?")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)")
_SHOWN_DATES = {"date": _DATE, "time": _TIME, "datetime-local": _DATE_TIME}
_HTML_NUMBER = re.compile(r"-?(?:\d+|\d*\.\d+)(?:[eE][+-]?\d+)?\Z|-?\d+\.\d+(?:[eE][+-]?\d+)?\Z")

FIELDSET: Plain = {**EMPTY_HTML, "is_fieldset": True}
NOTHING: Plain = {**EMPTY_HTML, "is_nothing": True}
REFERENCE: Plain = {**EMPTY_HTML, "is_reference": True}
_FIXED: Plain = {**EMPTY_HTML, "is_fixed": True, "type": "text"}
_JSON: Plain = {**EMPTY_HTML, "is_textarea": True, "is_json": True, "can_require": True}
_NUMBER: Plain = {**EMPTY_HTML, "is_input": True, "type": "number", "can_require": True}
# The controls of nodes that say no more than their kind.
PLAIN_CONTROLS: dict[str, Plain] = {
    **dict.fromkeys(("object", "array", "union", "any", "ref"), _JSON),
    "string": {**EMPTY_HTML, "is_input": True, "type": "text"},
    "number": {**_NUMBER, "attributes": [{"name": "step", "value": "any"}]},
    "integer": {**_NUMBER, "attributes": [{"name": "step", "value": "1"}]},
    "boolean": {**EMPTY_HTML, "is_checkbox": True},
    "null": {**_FIXED, "value": "null"},
    "never": NOTHING,
}
# Without any of these keywords the control of a value without parts is that of its kind.
CONTROLLING = frozenset(
    {"default", "examples", "readOnly", "writeOnly", "format", "pattern", "minLength", "maxLength", "contentMediaType"}
    | {"contentEncoding", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum", "const"}
)


def control_for(node: Plain) -> Plain:
    """The ``html`` of ``node``, all the rest of which is known."""
    if node["is_part"]:
        if node["ref"]:
            return REFERENCE if node["ref"]["node"] else NOTHING
        return FIELDSET if _has_fields(node) else NOTHING
    return _CONTROLS[node["kind"]](node)


def _reference(node: Plain) -> Plain:
    return REFERENCE if node["ref"]["node"] else _json(node)


def _plain(node: Plain) -> Plain:
    return PLAIN_CONTROLS[node["kind"]]


def _constant(node: Plain) -> Plain:
    return {**_FIXED, "value": node["const"]["text"]}


def _checkbox(node: Plain) -> Plain:
    default = node["default"]
    if not default and not node["is_read_only"]:
        return PLAIN_CONTROLS["boolean"]
    is_checked = bool(default) and default["json"] == "true"
    return {**PLAIN_CONTROLS["boolean"], "is_checked": is_checked, "is_read_only": node["is_read_only"]}


def _has_fields(node: Plain) -> bool:
    return bool(
        node["properties"]
        or node["items"]
        or node["choices"]
        or node["all_of"]
        or node["conditions"]
        or node["prefix_items"]
        or node["pattern_properties"]
        or node["additional"]["node"]
    )


def _group(node: Plain) -> Plain:
    return FIELDSET if _has_fields(node) else _json(node)


def _list(node: Plain) -> Plain:
    items = node["items"]
    if items and node.get("is_unique") and items["kind"] == "enum" and len(items["members"]) <= _MAX_CHECKBOXES:
        return {**EMPTY_HTML, "is_checkboxes": True}
    return _group(node)


def _json(node: Plain) -> Plain:
    """A box for JSON: for what no other control can show."""
    default = node["default"]
    if not default and not node["is_read_only"]:
        return _JSON
    value = default["json"] if default and not node.get("is_write_only") else ""
    return {**_JSON, "value": value, "is_read_only": node["is_read_only"]}


def _choice(node: Plain) -> Plain:
    radios = len(node["members"]) <= _MAX_RADIOS and node["is_required"]
    return {
        **EMPTY_HTML,
        "is_radios" if radios else "is_select": True,
        "is_read_only": node["is_read_only"],
        "can_require": True,
    }


def _attribute(name: str, value: str) -> Plain:
    return {"name": name, "value": value}


def _suggestions(node: Plain, flag: str) -> list[Plain]:
    if not node.get("examples"):
        return []
    found = [example for example in node["examples"][:_MAX_SUGGESTIONS] if example[flag] and example["text"]]
    texts = dict.fromkeys(example["text"] for example in found if "\n" not in example["text"])
    return [{"text": text} for text in texts]


def _number(node: Plain) -> Plain:
    is_integer = node["kind"] == "integer"
    low, high = _bound(node, "minimum", is_integer, 1), _bound(node, "maximum", is_integer, -1)
    default = node["default"]
    value = default["json"] if default and default["is_number"] and not node.get("is_write_only") else ""
    if value and (_finite(value) is None or (is_integer and not _whole(value))):
        value = ""  # the browser would drop it
    step = "1" if is_integer else "any"
    multiple = node.get("multiple_of", "")
    if multiple.isdecimal() and multiple != "0" and low.lstrip("-").isdecimal() and (is_integer or multiple != "1"):
        # The base of step is min, that of multipleOf is 0: right only where min is itself a multiple.
        factor = int(multiple)
        low, step = str(-(-int(low) // factor) * factor), multiple
    attributes = [_attribute("step", step)]
    if low:
        attributes.append(_attribute("min", low))
    if high:
        attributes.append(_attribute("max", high))
    return _input(node, "number", value, attributes, can_require=True, flag="is_number")


def _bound(node: Plain, name: str, is_integer: bool, inward: int) -> str:
    """``min`` or ``max`` for an input: the tighter of the bounds that HTML can say; empty without one."""
    values: list[Fraction] = []
    plain = node.get(name, "")
    exact = _finite(plain) if plain else None
    if exact is not None:
        if not is_integer:
            return plain if _HTML_NUMBER.match(plain) else ""
        values.append(Fraction(math.ceil(exact) if inward > 0 else math.floor(exact)))
    exclusive = node.get(f"exclusive_{name}", "")
    beyond = _finite(exclusive) if exclusive and is_integer else None
    if beyond is not None:
        values.append(Fraction(math.floor(beyond) + 1 if inward > 0 else math.ceil(beyond) - 1))
    if not values:
        return ""
    return str(max(values) if inward > 0 else min(values))


def _finite(text: str) -> Fraction | None:
    """The number, unless it is beyond what a browser's floating point can hold."""
    if not math.isfinite(float(text)) or len(text) > 400 or abs(_exponent(text)) > 400:
        return None
    return Fraction(text)


def _exponent(text: str) -> int:
    return int(text.lower().partition("e")[2][:9] or "0")


def _whole(text: str) -> bool:
    number = _finite(text)
    return number is not None and number.denominator == 1


def _text(node: Plain) -> Plain:
    default = node["default"]
    value = default["text"] if default and default["is_string"] and not node.get("is_write_only") else ""
    if _is_long(node, value):
        return {
            **EMPTY_HTML,
            "is_textarea": True,
            "value": value,
            "is_read_only": node["is_read_only"],
            "can_require": _needs_text(node),
        }
    kind = _INPUT_TYPES.get(node.get("format", ""), "text")
    shown = _SHOWN_DATES.get(kind)
    if shown is not None and value:
        match = shown.fullmatch(value)
        kind, value = (kind, match[1]) if match else ("text", value)
    if kind in {"email", "url"} and value and not value.isascii():
        kind = "text"
    attributes = [_attribute("step", "1")] if kind in {"time", "datetime-local"} else []
    if kind in {"text", "email", "url", "tel", "password"}:
        # maxlength counts UTF-16 units, the keyword characters: the browser would refuse what is right.
        least = node.get("min_length", "")
        if least.isdecimal() and least != "0" and len(least) < 10:
            attributes.append(_attribute("minlength", least))
        pattern = html_pattern(node.get("pattern", ""))
        if pattern:
            attributes.append(_attribute("pattern", pattern))
    if node.get("is_write_only"):
        attributes.append(_attribute("autocomplete", "off"))
    return _input(node, kind, value, attributes, can_require=_needs_text(node), flag="is_string")


def _is_long(node: Plain, value: str) -> bool:
    limit, form = node.get("max_length", ""), node.get("format", "")
    return (
        "\n" in value
        or form in _LONG_FORMATS
        or bool(node.get("content_media_type") or node.get("content_encoding"))
        or (limit.isdecimal() and int(limit) > _LONG_TEXT and not node.get("pattern") and not form)
    )


def _needs_text(node: Plain) -> bool:
    """Whether an empty text is wrong: only then does ``required`` mean what it means in JSON Schema."""
    return bool(node.get("format", "")) or node.get("min_length", "") not in {"", "0"}


def _input(node: Plain, kind: str, value: str, attributes: list[Plain], *, can_require: bool, flag: str) -> Plain:
    suggestions = _suggestions(node, flag) if kind not in {"password", "date", "time", "datetime-local"} else []
    return {
        **EMPTY_HTML,
        "is_input": True,
        "type": kind,
        "value": value,
        "attributes": attributes,
        "is_read_only": node["is_read_only"],
        "can_require": can_require,
        "suggestions": suggestions,
        "has_suggestions": bool(suggestions),
    }


_CONTROLS: dict[str, Callable[[Plain], Plain]] = {
    "object": _group,
    "array": _list,
    "union": _group,
    "string": _text,
    "number": _number,
    "integer": _number,
    "boolean": _checkbox,
    "enum": _choice,
    "const": _constant,
    "ref": _reference,
    "null": _plain,
    "never": _plain,
    "any": _json,
}
