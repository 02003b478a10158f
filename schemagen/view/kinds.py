"""This module knows how to tell what kind of value a schema asks for, by its type or else by its keywords."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemagen.model import JsonValue
from schemagen.view.rules import ANNOTATIONS, Rules, Schema
from schemagen.view.shapes import TYPES

_TYPES = frozenset(TYPES)
_OBJECT = frozenset(
    {"properties", "patternProperties", "additionalProperties", "required", "minProperties", "maxProperties"}
    | {"propertyNames", "dependencies", "dependentRequired", "dependentSchemas", "unevaluatedProperties"}
)
_ARRAY = frozenset(
    {"items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"}
    | {"minContains", "maxContains", "unevaluatedItems"}
)
_STRING = frozenset(
    {"minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType", "contentSchema"}
)
_NUMBER = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_KEYWORDS = {"object": _OBJECT, "array": _ARRAY, "string": _STRING, "number": _NUMBER, "integer": _NUMBER}
# What says how large a value is, or closes it, and nothing of what is in it.
_BOUNDS = frozenset(
    {"minProperties", "maxProperties", "propertyNames", "unevaluatedProperties"}
    | {"minItems", "maxItems", "uniqueItems", "unevaluatedItems"}
)
# These apply to values of every type, so no variant of a type list has them: the union does.
_OF_EVERY_TYPE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "enum", "const", "type"})


def declared_types(words: Schema) -> list[str]:
    """The types that ``type`` names, each once; none where it names none."""
    value = words.get("type")
    if isinstance(value, str):
        return [value] if value in _TYPES else []
    if not isinstance(value, list) or not _all_text(value):
        return []
    return [name for name in dict.fromkeys(value) if name in _TYPES]


def simple_kind(words: Schema, assumed: Sequence[str]) -> tuple[str, bool]:
    """The kind of a schema without subschemas that has one type without parts, or none, and whether null is allowed
    beside it; an empty kind for any other schema. ``assumed`` are the types that its keywords speak of."""
    declared, is_nullable = words.get("type"), False
    if isinstance(declared, list) and len(declared) == 2 and "null" in declared:
        declared, is_nullable = declared[0 if declared[1] == "null" else 1], True
    if declared is not None and declared not in (_WITH_NULL if is_nullable else SCALARS):
        return "", False
    if "const" in words:
        return "const", is_nullable
    if isinstance(words.get("enum"), list):
        return "enum", is_nullable
    if declared is not None:
        return declared, is_nullable
    if not assumed:
        return "any", False
    return (assumed[0] if len(assumed) == 1 and assumed[0] in SCALARS else ""), False


# As tuples: what a schema says its type is may be anything, also what has no hash.
_WITH_NULL = ("string", "number", "integer", "boolean")
SCALARS = (*_WITH_NULL, "null")


def _all_text(names: Sequence[JsonValue]) -> bool:
    return all(isinstance(name, str) for name in names)


def assumed_types(keywords: Iterable[str]) -> tuple[str, ...]:
    """The types that the ``keywords`` of a schema without ``type`` speak of."""
    return tuple(name for name, known in _SPEAKING if not known.isdisjoint(keywords))


_SPEAKING = (("object", _OBJECT), ("array", _ARRAY), ("string", _STRING), ("number", _NUMBER))


def only_bounds(words: Schema) -> bool:
    """Whether a schema without ``type`` speaks of objects and arrays only by bounds: beside variants that are of other
    types, as generators of schemas write it, it does not mean objects or arrays."""
    spoken = (_OBJECT | _ARRAY | _STRING | _NUMBER).intersection(words)
    return bool(spoken) and spoken <= _BOUNDS


def words_of_type(schema: Schema, name: str) -> Schema:
    """The part of ``schema`` that speaks of values of the type ``name``, as a schema of that type."""
    keywords = _KEYWORDS.get(name, frozenset())
    return {"type": name, **{key: value for key, value in schema.items() if key in keywords}}


def asks_only(rules: Rules, *keywords: str) -> bool:
    """Whether a schema has no keyword but ``keywords`` and annotations, ids and definitions."""
    return all(
        key in keywords or key in ANNOTATIONS or key in _SILENT or key[:2] == "x-" or key not in _LOUD
        for key in rules.words
    )


_SILENT = frozenset({"$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$defs", "definitions"})
_LOUD = _OBJECT | _ARRAY | _STRING | _NUMBER | _OF_EVERY_TYPE | {"$ref", "$dynamicRef", "$recursiveRef"}

_PLAIN_WORDS = {
    "object": "Group of fields",
    "array": "List",
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "null": "Nothing (null)",
    "any": "Anything",
    "never": "Nothing is allowed",
    "union": "Another choice",
    "enum": "One of a list",
    "const": "A fixed value",
    "ref": "Another definition",
}


def plain_word(kind: str) -> str:
    """A kind in the words of people who fill in a form."""
    return _PLAIN_WORDS[kind]
