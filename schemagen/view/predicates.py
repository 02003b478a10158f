"""This module knows how to say in words when a value matches a schema, for conditions and exclusions."""

from __future__ import annotations

from collections.abc import Callable

from schemagen.jsontext import escape_token
from schemagen.model import JsonValue
from schemagen.view.constraints import count_field, number_field
from schemagen.view.literals import json_text
from schemagen.view.phrases import Code, Parts, codes, counted, joined
from schemagen.view.rules import ANNOTATIONS

# A condition deeper or longer than this is shown as JSON: no sentence would be clearer.
_MAX_DEPTH = 3
_MAX_LISTED = 8
_BOUND_WORDS = {
    "minimum": "is at least ",
    "maximum": "is at most ",
    "exclusiveMinimum": "is greater than ",
    "exclusiveMaximum": "is less than ",
    "multipleOf": "is a multiple of ",
}
_COUNT_WORDS = {
    "minLength": ("has at least ", "character"),
    "maxLength": ("has at most ", "character"),
    "minItems": ("has at least ", "item"),
    "maxItems": ("has at most ", "item"),
    "minProperties": ("has at least ", "property"),
    "maxProperties": ("has at most ", "property"),
}
_ARTICLES = {"object": "an object", "array": "an array", "integer": "an integer", "null": "null"}

# The name of the definition that a reference, at the pointer of its schema, leads to; empty if to none.
NameOf = Callable[[str], str]


def clause(schema: JsonValue, pointer: str, name_of: NameOf, depth: int = 0) -> Parts:
    """When a value matches ``schema``, as a clause: ``kind`` is "file", the value is at least 3."""
    return known_clause(schema, pointer, name_of, depth) or ("the value matches ", Code(json_text(schema)))


def known_clause(schema: JsonValue, pointer: str, name_of: NameOf, depth: int = 0) -> Parts:
    """The same, or nothing where we have no words for it."""
    if isinstance(schema, dict) and depth <= _MAX_DEPTH:
        asked = {key for key in schema if key not in _UNSAID and not key.startswith("x-")}
        if "type" not in asked or schema["type"] == "object":
            asked.discard("type")
            if asked and asked <= {"properties", "required"}:
                found = _properties(schema, pointer, name_of, depth)
                if found:
                    return found
        if len(asked) == 1:
            found = _combined_clause(asked.pop(), schema, pointer, name_of, depth)
            if found:
                return found
    phrase = _known_predicate(schema, pointer, name_of, depth)
    return ("the value ", *phrase) if phrase else ()


def _combined_clause(keyword: str, schema: dict[str, JsonValue], pointer: str, name_of: NameOf, depth: int) -> Parts:
    value = schema[keyword]
    if keyword == "not":
        inside = known_clause(value, f"{pointer}/not", name_of, depth + 1)
        return ("it is not so that ", *inside) if inside else ()
    if keyword in {"anyOf", "allOf"} and isinstance(value, list) and 0 < len(value) <= 4:
        here = f"{pointer}/{keyword}"
        found = [known_clause(item, f"{here}/{i}", name_of, depth + 1) for i, item in enumerate(value)]
        return joined(found, "or" if keyword == "anyOf" else "and") if all(found) else ()
    return ()


def predicate(schema: JsonValue, pointer: str, name_of: NameOf, depth: int = 0) -> Parts:
    """What must be true of a value that matches ``schema``, as a phrase after its name: ``is "file"``."""
    return _known_predicate(schema, pointer, name_of, depth) or ("matches ", Code(json_text(schema)))


def _known_predicate(schema: JsonValue, pointer: str, name_of: NameOf, depth: int) -> Parts:
    """The phrase, or nothing where there is a keyword that we have no words for."""
    if isinstance(schema, bool):
        return ("is anything",) if schema else ("is nothing at all",)
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return ()
    phrases: list[Parts] = []
    is_object = not schema.keys().isdisjoint({"properties", "required"})
    for keyword, value in schema.items():
        if keyword in _UNSAID or keyword.startswith("x-") or keyword in {"properties", "required"}:
            continue
        if keyword == "type" and value == "object" and is_object:
            continue
        phrase = _of_keyword(keyword, value, pointer, name_of, depth)
        if not phrase:
            return ()
        phrases.append(phrase)
    if is_object:
        inside = _properties(schema, pointer, name_of, depth)
        if not inside:
            return ()
        phrases.append(("is an object in which ", *inside))
    return joined(phrases, "and") if 0 < len(phrases) <= 4 else ()


_UNSAID = ANNOTATIONS | {"$id", "id", "$schema", "$defs", "definitions", "$anchor"}


def _of_keyword(keyword: str, value: JsonValue, pointer: str, name_of: NameOf, depth: int) -> Parts:
    match keyword:
        case "const":
            return ("is ", Code(json_text(value)))
        case "enum" if isinstance(value, list) and value:
            if len(value) > _MAX_LISTED:
                return (f"is one of {len(value)} values",)
            return ("is ", *joined(codes(map(json_text, value)), "or"))
        case "type":
            names = value if isinstance(value, list) else [value]
            if not names or not all(isinstance(name, str) and name.isalpha() for name in names):
                return ()
            return ("is ", *joined([(_ARTICLES.get(name, f"a {name}"),) for name in names], "or"))
        case "pattern" if isinstance(value, str):
            return ("matches the pattern ", Code(value))
        case "format" if isinstance(value, str):
            return ("has the format ", Code(value))
        case "$ref":
            name = name_of(pointer)
            return ("matches ", Code(name)) if name else ()
        case "anyOf" | "allOf" if isinstance(value, list) and 0 < len(value) <= 4:
            here = f"{pointer}/{keyword}"
            found = [_known_predicate(item, f"{here}/{i}", name_of, depth + 1) for i, item in enumerate(value)]
            return joined(found, "or" if keyword == "anyOf" else "and") if all(found) else ()
    if keyword in _BOUND_WORDS and number_field(value):
        return (_BOUND_WORDS[keyword] + number_field(value),)
    if keyword in _COUNT_WORDS and count_field(value):
        words, thing = _COUNT_WORDS[keyword]
        return (words + counted(count_field(value), thing),)
    return ()


def _properties(schema: dict[str, JsonValue], pointer: str, name_of: NameOf, depth: int) -> Parts:
    """``kind`` is "file" and ``size`` is at least 3: a property that is not required may also be absent."""
    properties = schema.get("properties", {})
    names = schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(names, list):
        return ()
    required = [name for name in names if isinstance(name, str)]
    phrases: list[Parts] = []
    for key, item in properties.items():
        if item is True or item == {}:
            if key in required:
                phrases.append((Code(key), " is present"))
            continue
        inside = _known_predicate(item, f"{pointer}/properties/{escape_token(key)}", name_of, depth + 1)
        if not inside:
            return ()
        phrases.append((Code(key), " ", *inside, *(() if key in required else (" or is absent",))))
    phrases += [(Code(key), " is present") for key in required if key not in properties]
    return joined(phrases, "and") if 0 < len(phrases) <= _MAX_LISTED else ()
