"""This module knows how to show JSON values of a schema: defaults, constants, enum members, examples."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from schemagen.jsontext import dumps, is_number
from schemagen.model import JsonValue
from schemagen.view.markdown import code_block, code_span
from schemagen.view.text import clean, escape_json, one_line, summarise

Plain = dict[str, Any]

EMPTY_LITERAL: Plain = {
    "json": "",
    "text": "",
    "md_code": "",
    "is_string": False,
    "is_number": False,
    "is_boolean": False,
    "is_null": False,
    "is_object": False,
    "is_array": False,
}


def json_text(value: JsonValue) -> str:
    """``value`` as JSON on one line that any document may hold."""
    if isinstance(value, str):
        return escape_json(json.dumps(value, ensure_ascii=False))
    return escape_json(dumps(value))


def literal(value: JsonValue) -> Plain:
    """``value`` for templates: ``json`` is its JSON, ``text`` a string's own text and the JSON of anything else."""
    text = json_text(value)
    shown = clean(value) if isinstance(value, str) else text
    return {**EMPTY_LITERAL, "json": text, "text": shown, "md_code": code_span(text), _flag(value): True}


def _flag(value: JsonValue) -> str:
    match value:
        case str():
            return "is_string"
        case bool():
            return "is_boolean"
        case None:
            return "is_null"
        case dict():
            return "is_object"
        case list():
            return "is_array"
    return "is_number"


def examples(values: Iterable[JsonValue]) -> list[Plain]:
    """Literals in a list, each with ``md_block``: the value pretty, as a fenced code block."""
    return numbered(
        {**literal(value), "md_block": code_block(escape_json(dumps(value, indent=2)), "json")} for value in values
    )


def members(values: list[JsonValue], labels: list[str], descriptions: list[str], default: JsonValue) -> list[Plain]:
    """The members of an enum: literals in a list with ``label``, ``description``, ``summary``, ``is_default``."""
    found = []
    for index, value in enumerate(values):
        member = literal(value)
        member["label"] = one_line(labels[index] if labels else member["text"]) or "(empty text)"
        member["description"] = clean(descriptions[index]) if descriptions else ""
        member["summary"] = summarise(member["description"])
        member["is_default"] = default is not ABSENT and equal(value, default)
        found.append(member)
    return numbered(found)


def put(node: Plain, name: str, items: list[Plain]) -> None:
    """Give ``node`` the list ``name``, unless it is empty."""
    if items:
        node[name] = numbered(items)
        node[f"has_{name}"] = True


ABSENT = object()


def equal(one: JsonValue, other: JsonValue) -> bool:
    """Whether two JSON values are the same: 1 and 1.0 are, 1 and true are not."""
    if is_number(one) and is_number(other):
        return bool(float(str(one)) == float(str(other)))
    return type(one) is type(other) and dumps(one) == dumps(other)


def numbered(items: Iterable[Plain]) -> list[Plain]:
    """``items`` with ``index`` (from 1, as text), ``first`` and ``last``."""
    listed = list(items)
    for number, item in enumerate(listed, 1):
        item["index"] = str(number)
        item["first"] = number == 1
        item["last"] = number == len(listed)
    return listed
