"""This module knows how to say what the keywords of one schema object, without those that apply others to the same
value, make of arrays, objects and values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemagen.jsontext import escape_token, is_number
from schemagen.model import JsonValue
from schemagen.types.meeting import record_of
from schemagen.types.model import ANY, NEVER, NO_NOTES, NULL, Array, Member, Type
from schemagen.types.uniting import ANY_ARRAY, ANY_RECORD, BOOLEAN, INTEGER, NUMBER, STRING, unite
from schemagen.types.values import type_of_value
from schemagen.view.kinds import declared_types
from schemagen.view.rules import Place, Rules

# So many items are spelled out that must be there, or may. Larger numbers are for a sentence.
MOST_SPELLED = 6
# Of so many property names a closed record is made, where those are listed.
_MOST_NAMED = 100
_WORDS = frozenset({"type", "enum", "const"})
OBJECT_WORDS = frozenset({"properties", "patternProperties", "additionalProperties", "required", "maxProperties"}) | {
    "propertyNames"
}
ARRAY_WORDS = frozenset({"items", "prefixItems", "additionalItems", "minItems", "maxItems"})
SCALARS: dict[str, Type] = {
    "null": NULL,
    "boolean": BOOLEAN,
    "string": STRING,
    "number": NUMBER,
    "integer": INTEGER,
}
_SPEAKING = (("object", OBJECT_WORDS), ("array", ARRAY_WORDS))
_JSON_TYPES = ("null", "boolean", "number", "string", "array", "object")
# The type of a subschema, and the member that one makes of the property at a key.
TypeAt = Callable[[Place], Type]
MemberAt = Callable[[str, Place, bool], Member]


def own_type(rules: Rules, type_at: TypeAt, member_at: MemberAt) -> Type:
    """What ``rules`` say of a value by themselves, without references and without allOf, anyOf and the like."""
    words = rules.words
    if _WORDS.isdisjoint(words) and OBJECT_WORDS.isdisjoint(words) and ARRAY_WORDS.isdisjoint(words):
        return ANY
    names = declared_types(words) if "type" in words else _JSON_TYPES
    if len(names) == 1:
        return _part(names[0], rules, type_at, member_at)
    return unite([NEVER, *(_part(name, rules, type_at, member_at) for name in names)])


def _part(name: str, rules: Rules, type_at: TypeAt, member_at: MemberAt) -> Type:
    if name == "array":
        return ANY_ARRAY if ARRAY_WORDS.isdisjoint(rules.words) else _array(rules, type_at)
    if name == "object":
        return ANY_RECORD if OBJECT_WORDS.isdisjoint(rules.words) else _record(rules, type_at, member_at)
    return SCALARS[name]


def spoken_of(rules: Rules) -> set[str]:
    """Of which of the types that have parts ``rules`` speak, themselves or in a member of ``allOf``."""
    found = _spoken_of(rules.words)
    return found.union(*(_spoken_of(member) for member, _ in rules.all_of)) if rules.all_of else found


def speaks_of_parts(schema: JsonValue) -> bool:
    """Whether ``schema`` has keywords of its own for objects or arrays."""
    return bool(_spoken_of(schema))


def _spoken_of(schema: JsonValue) -> set[str]:
    if not isinstance(schema, dict):
        return set()
    return {kind for kind, words in _SPEAKING if not words.isdisjoint(schema)}


def listed_values(rules: Rules) -> list[Type]:
    """The values that ``enum`` allows, and those that ``const`` does, where there are such."""
    listed = rules.words.get("enum")
    found: list[Type] = []
    if isinstance(listed, list):
        found.append(unite([NEVER, *map(type_of_value, listed)]))
    if "const" in rules.words:
        found.append(type_of_value(rules.words["const"]))
    return found


# -- arrays


def _array(rules: Rules, type_at: TypeAt) -> Type:
    fixed: list[Type] = []
    rest = _given(None if rules.items is None else type_at(rules.items))
    for place in rules.prefix_items:
        item = type_at(place)
        if item == NEVER:
            rest = None
            break
        fixed.append(item)
    least, most = count_of(rules.words.get("minItems")) or 0, count_of(rules.words.get("maxItems"))
    if most is not None and most < least:
        return NEVER
    if least > len(fixed) and rest is None:
        return NEVER
    if rest is not None and least <= MOST_SPELLED:
        fixed += [rest] * (least - len(fixed))
    if most is not None and (most <= MOST_SPELLED or most <= len(fixed)):
        if rest is not None:
            fixed += [rest] * (most - len(fixed))
        fixed, rest = fixed[:most], None
    return Array(tuple(fixed), min(least, len(fixed)), rest)


def _given(found: Type | None) -> Type | None:
    """The type of others where something, or nothing, is said of them."""
    if found is None:
        return ANY
    return None if found == NEVER else found


def count_of(value: JsonValue) -> int | None:
    """The count that a keyword gives, also as ``3.0``; None where it is none."""
    if not is_number(value):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    number = float(str(value))
    return int(number) if number.is_integer() and 0 <= number < 1e15 else None


def told_counts(rules: Rules) -> list[str]:
    """Which of the keywords that count items the type tells."""
    least, most = count_of(rules.words.get("minItems")), count_of(rules.words.get("maxItems"))
    is_told = (least or 0) <= MOST_SPELLED and (most is None or most <= max(MOST_SPELLED, len(rules.prefix_items)))
    return ["minItems", "maxItems"] if is_told else []


# -- objects


def _record(rules: Rules, type_at: TypeAt, member_at: MemberAt) -> Type:
    needed = dict.fromkeys(rules.required)
    members = [
        member_at(key, (schema, f"{above}/{escape_token(key)}"), key in needed)
        for key, schema, above in rules.properties
    ]
    rest = _given(None if rules.additional is None else type_at(rules.additional))
    if rules.pattern_properties:
        matching = [type_at(place) for _, place in rules.pattern_properties]
        rest = _given(unite([*matching, NEVER if rest is None else rest]))
    if count_of(rules.words.get("maxProperties")) == 0:
        members, rest = [], None
    names = _listed_names(rules)
    declared = {member.key for member in members}
    if names is not None:
        members = [member for member in members if member.key in names]
        members += [Member(key, rest or NEVER, False, NO_NOTES) for key in names if key not in declared]
        declared, rest = set(names), None
    members = [Member(one.key, one.type, one.key in needed, one.notes) for one in members]
    members += [Member(key, rest or NEVER, True, NO_NOTES) for key in needed if key not in declared]
    return record_of(members, rest, NO_NOTES)


def _listed_names(rules: Rules) -> dict[str, None] | None:
    """The only names that properties may have, where these are listed."""
    if rules.property_names is None:
        return None
    schema = rules.property_names[0]
    if schema is False:
        return {}
    listed: Sequence[JsonValue] = ()
    if isinstance(schema, dict) and not schema.keys() - {"enum", "type", "title", "description", "$comment"}:
        listed = schema.get("enum", ())
    if not isinstance(listed, list) or len(listed) > _MOST_NAMED:
        return None
    return dict.fromkeys(name for name in listed if isinstance(name, str))
