"""This module knows how to read one schema object of any draft as what it means in 2020-12.

It looks one level deep: subschemas stay as they are, each with the pointer it has in its own document, so
that references in them are found. Keywords that a draft does not have mean nothing in it and are left out.
Simple members of ``allOf`` are merged into the schema that holds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from schemagen.jsontext import escape_token
from schemagen.keywords import SUBSCHEMAS
from schemagen.model import Draft, JsonValue

Schema: TypeAlias = dict[str, JsonValue]
# A subschema and its pointer in its document.
Place: TypeAlias = tuple[JsonValue, str]

# The drafts that have each reference keyword.
REFERENCES = {
    "$ref": frozenset(Draft),
    "$recursiveRef": frozenset({Draft.D2019}),
    "$dynamicRef": frozenset({Draft.D2020}),
}
OLD_DRAFTS = frozenset({Draft.D4, Draft.D6, Draft.D7})
# These say something about a value without asking anything of it. Up to draft 7 whatever stands beside $ref
# is ignored by validators; authors still describe a reference there, and readers miss it if it is not shown.
ANNOTATIONS = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
)
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


@dataclass(slots=True)
class Rules:
    """What one schema object asks for. ``words`` has the keywords that hold no subschemas, and some that do."""

    words: Schema
    pointer: str
    required: list[str] = field(default_factory=list)
    properties: list[tuple[str, Place]] = field(default_factory=list)
    pattern_properties: list[tuple[str, Place]] = field(default_factory=list)
    additional: Place | None = None
    unevaluated_properties: Place | None = None
    property_names: Place | None = None
    prefix_items: list[Place] = field(default_factory=list)
    items: Place | None = None
    unevaluated_items: Place | None = None
    contains: Place | None = None
    all_of: list[Place] = field(default_factory=list)
    any_of: list[Place] = field(default_factory=list)
    one_of: list[Place] = field(default_factory=list)
    negated: Place | None = None
    conditions: list[tuple[Schema, str]] = field(default_factory=list)
    dependent_required: list[tuple[str, list[str]]] = field(default_factory=list)
    dependent_schemas: list[tuple[str, Place]] = field(default_factory=list)
    content_schema: Place | None = None
    # The keyword of a reference and the pointer of the schema that holds it.
    references: list[tuple[str, str]] = field(default_factory=list)


def annotations_of(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key in ANNOTATIONS or key.startswith("x-")}


def read_rules(schema: Schema, pointer: str, draft: Draft) -> Rules:
    """What ``schema``, at ``pointer`` in a document of ``draft``, asks for."""
    if "$ref" in schema and draft in OLD_DRAFTS and isinstance(schema["$ref"], str):
        return Rules({**annotations_of(schema), "$ref": schema["$ref"]}, pointer, references=[("$ref", pointer)])
    rules = Rules(_normal_words(schema, draft), pointer)
    holds = SUBSCHEMAS[draft]
    for keyword, value in schema.items():
        if keyword in REFERENCES and draft in REFERENCES[keyword]:
            rules.references.append((keyword, pointer))
        elif keyword == "required":
            rules.required += _strings(value)
        elif keyword == "dependentRequired":
            if draft not in OLD_DRAFTS and isinstance(value, dict):
                rules.dependent_required += [(key, _strings(names)) for key, names in value.items()]
        elif keyword in holds:
            _read_applicator(rules, keyword, value, pointer, draft)
    if "if" in schema and "if" in holds:
        rules.conditions.append((schema, pointer))
    _merge_all_of(rules, schema, pointer, draft)
    return rules


def _normal_words(schema: Schema, draft: Draft) -> Schema:
    if draft is not Draft.D4:
        return schema
    # Draft 4: const is unknown, and exclusiveMinimum is a boolean that changes what minimum means.
    words = {key: value for key, value in schema.items() if key != "const"}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(words.get(exclusive), bool) and words.pop(exclusive) and bound in words:
            words[exclusive] = words.pop(bound)
    return words


def _strings(value: JsonValue) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _is_schema(value: JsonValue) -> bool:
    return isinstance(value, dict | bool)


def _read_applicator(rules: Rules, keyword: str, value: JsonValue, pointer: str, draft: Draft) -> None:
    here = f"{pointer}/{keyword}"
    match keyword:
        case "properties":
            rules.properties += _map_places(value, here)
        case "patternProperties":
            rules.pattern_properties += _map_places(value, here)
        case "items":
            if isinstance(value, list):
                rules.prefix_items = _list_places(value, here)
            else:
                rules.items = _place(value, here)
        case "prefixItems":
            rules.prefix_items = _list_places(value, here)
        case "additionalItems":
            # It means something only beside the list form of items, which 2020-12 no longer has.
            if draft is not Draft.D2020 and isinstance(rules.words.get("items"), list):
                rules.items = _place(value, here)
        case "anyOf":
            rules.any_of = _list_places(value, here)
        case "oneOf":
            rules.one_of = _list_places(value, here)
        case "dependencies":
            _read_dependencies(rules, value, here, draft)
        case "dependentSchemas":
            rules.dependent_schemas += _map_places(value, here)
        case _:
            attribute = _SINGLE.get(keyword)
            if attribute is not None:
                setattr(rules, attribute, _place(value, here))


_SINGLE = {
    "additionalProperties": "additional",
    "unevaluatedProperties": "unevaluated_properties",
    "propertyNames": "property_names",
    "unevaluatedItems": "unevaluated_items",
    "contains": "contains",
    "not": "negated",
    "contentSchema": "content_schema",
}


def _read_dependencies(rules: Rules, value: JsonValue, here: str, draft: Draft) -> None:
    if draft not in OLD_DRAFTS or not isinstance(value, dict):
        return
    for key, needs in value.items():
        if isinstance(needs, list):
            rules.dependent_required.append((key, _strings(needs)))
        elif _is_schema(needs):
            rules.dependent_schemas.append((key, (needs, f"{here}/{escape_token(key)}")))


def _place(value: JsonValue, here: str) -> Place | None:
    return (value, here) if _is_schema(value) else None


def _map_places(value: JsonValue, here: str) -> list[tuple[str, Place]]:
    if not isinstance(value, dict):
        return []
    return [
        (key, (item, f"{here}/{escape_token(key)}")) for key, item in value.items() if isinstance(item, dict | bool)
    ]


def _list_places(value: JsonValue, here: str) -> list[Place]:
    if not isinstance(value, list):
        return []
    return [(item, f"{here}/{index}") for index, item in enumerate(value) if isinstance(item, dict | bool)]


def _merge_all_of(rules: Rules, schema: Schema, pointer: str, draft: Draft) -> None:
    if "allOf" not in schema:
        return
    for member, here in _list_places(schema["allOf"], f"{pointer}/allOf"):
        if member is True or (isinstance(member, dict) and _merge(rules, member, here, draft)):
            continue
        rules.all_of.append((member, here))


def _merge(rules: Rules, member: Schema, here: str, draft: Draft) -> bool:
    """Take what ``member`` asks for into ``rules``; false, and nothing done, where that is not simple."""
    keywords = member.keys()
    if "if" in member and keywords <= _CONDITION and "if" in SUBSCHEMAS[draft]:
        rules.conditions.append((member, here))
        return True
    if not keywords <= _MERGED:
        return False
    words = _normal_words(member, draft)
    for keyword, value in words.items():
        if keyword not in {"properties", "required", "$comment"} and rules.words.get(keyword, value) != value:
            return False
    added = _map_places(member.get("properties"), f"{here}/properties")
    known = {key for key, _ in rules.properties}
    if any(key in known for key, _ in added):
        return False
    rules.properties += added
    rules.required += _strings(member.get("required"))
    rules.words = {**words, **rules.words}
    return True
