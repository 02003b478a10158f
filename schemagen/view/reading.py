"""This module knows how to read one schema object of any draft as what it means in 2020-12.

It looks one level deep: subschemas stay as they are, each with the pointer it has in its own document, so
that references in them are found. Keywords that a draft does not have mean nothing in it and are left out.
Simple members of ``allOf`` are merged into the schema that holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from schemagen.jsontext import escape_token
from schemagen.keywords import SUBSCHEMAS
from schemagen.model import Draft, JsonValue
from schemagen.view.rules import OLD_DRAFTS, REFERENCES, Place, Rules, Schema, annotations_of, normal_words

_MERGED = frozenset(
    {
        "type",
        "properties",
        "required",
        "$comment",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    }
    | {"multipleOf", "minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems"}
    | {"minProperties", "maxProperties", "default", "examples", "deprecated", "readOnly", "writeOnly"}
)
_CONDITION = frozenset({"if", "then", "else", "$comment"})
_SCHEMA = (dict, bool)  # made once: a union of types would be made anew at every use


def read_rules(schema: Schema, pointer: str, draft: Draft) -> Rules:
    """What ``schema``, at ``pointer`` in a document of ``draft``, asks for."""
    rules = read_keywords(schema, pointer, draft)
    if rules.all_of:
        _merge_all_of(rules, draft)
    return rules


def read_keywords(schema: Schema, pointer: str, draft: Draft) -> Rules:
    """The same, with nothing merged: every member of ``allOf`` stays one."""
    if "$ref" in schema and draft in OLD_DRAFTS and isinstance(schema["$ref"], str):
        alone = schema if len(schema) == 1 else {**annotations_of(schema), "$ref": schema["$ref"]}
        rules = Rules(alone, pointer)
        rules.references = [("$ref", pointer)]
        return rules
    rules = Rules(normal_words(schema) if draft is Draft.D4 else schema, pointer)
    readers = _READERS[draft]
    for keyword, value in schema.items():
        read = readers.get(keyword)
        if read is not None:
            read(rules, value, f"{pointer}/{keyword}")
    if "if" in schema and "if" in SUBSCHEMAS[draft]:
        rules.conditions = [(schema, pointer)]
    if "allOf" in schema:
        rules.all_of = _list_places(schema["allOf"], f"{pointer}/allOf")
    return rules


def _strings(value: JsonValue) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _place(value: JsonValue, here: str) -> Place | None:
    return (value, here) if isinstance(value, _SCHEMA) else None


def _map_places(value: JsonValue, here: str) -> list[tuple[str, Place]]:
    if not isinstance(value, dict):
        return []
    return [
        (key, (item, f"{here}/{key if key.isalnum() else escape_token(key)}"))
        for key, item in value.items()
        if isinstance(item, _SCHEMA)
    ]


def _children(value: JsonValue, here: str) -> list[tuple[str, JsonValue, str]]:
    if not isinstance(value, dict):
        return []
    return [(key, item, here) for key, item in value.items() if isinstance(item, _SCHEMA)]


def _list_places(value: JsonValue, here: str) -> list[Place]:
    if not isinstance(value, list):
        return []
    return [(item, f"{here}/{index}") for index, item in enumerate(value) if isinstance(item, _SCHEMA)]


# -- one reader for each keyword: (rules, the keyword's value, its pointer)

Reader: TypeAlias = Callable[[Rules, JsonValue, str], None]


def _refer(keyword: str) -> Reader:
    def read(rules: Rules, _value: JsonValue, _here: str) -> None:
        rules.references = [*rules.references, (keyword, rules.pointer)]

    return read


def _one(attribute: str) -> Reader:
    def read(rules: Rules, value: JsonValue, here: str) -> None:
        setattr(rules, attribute, _place(value, here))

    return read


def _several(attribute: str) -> Reader:
    def read(rules: Rules, value: JsonValue, here: str) -> None:
        setattr(rules, attribute, _list_places(value, here))

    return read


def _named(attribute: str) -> Reader:
    def read(rules: Rules, value: JsonValue, here: str) -> None:
        setattr(rules, attribute, _map_places(value, here))

    return read


def _properties(rules: Rules, value: JsonValue, here: str) -> None:
    rules.properties = _children(value, here)


def _required(rules: Rules, value: JsonValue, _here: str) -> None:
    rules.required = _strings(value)


def _dependent_required(rules: Rules, value: JsonValue, _here: str) -> None:
    if isinstance(value, dict):
        rules.dependent_required = [(key, _strings(names)) for key, names in value.items()]


def _dependencies(rules: Rules, value: JsonValue, here: str) -> None:
    """The keyword of old drafts that 2019-09 divided in two."""
    if not isinstance(value, dict):
        return
    rules.dependent_required = [(key, _strings(needs)) for key, needs in value.items() if isinstance(needs, list)]
    rules.dependent_schemas = _map_places(value, here)


def _items(rules: Rules, value: JsonValue, here: str) -> None:
    if isinstance(value, list):
        rules.prefix_items = _list_places(value, here)
    else:
        rules.items = _place(value, here)


def _additional_items(rules: Rules, value: JsonValue, here: str) -> None:
    # It means something only beside the list form of items, which 2020-12 no longer has.
    if isinstance(rules.words.get("items"), list):
        rules.items = _place(value, here)


_APPLICATORS: dict[str, Reader] = {
    "properties": _properties,
    "patternProperties": _named("pattern_properties"),
    "dependentSchemas": _named("dependent_schemas"),
    "prefixItems": _several("prefix_items"),
    "anyOf": _several("any_of"),
    "oneOf": _several("one_of"),
    "items": _items,
    "additionalItems": _additional_items,
    "additionalProperties": _one("additional"),
    "unevaluatedProperties": _one("unevaluated_properties"),
    "propertyNames": _one("property_names"),
    "unevaluatedItems": _one("unevaluated_items"),
    "contains": _one("contains"),
    "not": _one("negated"),
    "contentSchema": _one("content_schema"),
}


def _readers_of(draft: Draft) -> dict[str, Reader]:
    readers = {keyword: read for keyword, read in _APPLICATORS.items() if keyword in SUBSCHEMAS[draft]}
    readers |= {keyword: _refer(keyword) for keyword, drafts in REFERENCES.items() if draft in drafts}
    readers["required"] = _required
    if draft in OLD_DRAFTS:
        readers["dependencies"] = _dependencies
    else:
        readers["dependentRequired"] = _dependent_required
    if draft is Draft.D2020:
        del readers["additionalItems"]
    return readers


_READERS = {draft: _readers_of(draft) for draft in Draft}
# Without one of these there is nothing but words: no subschema, no reference, no required property.
STRUCTURE = {draft: frozenset({*_READERS[draft], "allOf", "if"}) for draft in Draft}


def readers_of(keywords: Collection[str], draft: Draft) -> tuple[tuple[str, Reader], ...]:
    """Those of ``keywords`` that are more than words, each with its reader."""
    readers = _READERS[draft]
    return tuple((keyword, readers[keyword]) for keyword in keywords if keyword in readers)


# -- members of allOf


def _merge_all_of(rules: Rules, draft: Draft) -> None:
    apart = []
    for member, here in rules.all_of:
        if member is True or (isinstance(member, dict) and _merge(rules, member, here, draft)):
            continue
        apart.append((member, here))
    rules.all_of = apart


def _merge(rules: Rules, member: Schema, here: str, draft: Draft) -> bool:
    """Take what ``member`` asks for into ``rules``; false, and nothing done, where that is not simple."""
    keywords = member.keys()
    if "if" in member and keywords <= _CONDITION and "if" in SUBSCHEMAS[draft]:
        rules.conditions = [*rules.conditions, (member, here)]
        return True
    if not keywords <= _MERGED:
        return False
    words = normal_words(member) if draft is Draft.D4 else member
    for keyword, value in words.items():
        if keyword not in {"properties", "required", "$comment"} and rules.words.get(keyword, value) != value:
            return False
    added = _children(member.get("properties"), f"{here}/properties")
    if added:
        known = {key for key, _, _ in rules.properties}
        if any(key in known for key, _, _ in added):
            return False
        rules.properties = [*rules.properties, *added]
    rules.required = [*rules.required, *_strings(member.get("required"))]
    rules.words = {**words, **rules.words}
    return True
