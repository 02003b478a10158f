"""This module knows how to collect what a schema says to people: its words, and as sentences what types cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from schemagen.model import JsonValue
from schemagen.types.model import NO_NOTES, Notes
from schemagen.view.constraints import add_array, add_number, add_object, add_string
from schemagen.view.making import Making
from schemagen.view.phrases import Code, Parts, Sentence, codes, joined, plain_text, sentence
from schemagen.view.predicates import clause, known_clause, predicate
from schemagen.view.rules import ANNOTATIONS, Rules, Schema
from schemagen.view.text import clean, one_line

# The name of what the ``$ref`` of the schema at a pointer leads to; empty if to nothing.
NameOf = Callable[[str], str]
# More sentences than this nobody reads, and a schema could hold any number.
_MOST_SENTENCES = 12
_SAYING = ANNOTATIONS - {"$comment"}
_NOTHING = frozenset[str]()
# What there is to say something of, beside these.
_TELLING = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"}
    | {"format", "contentEncoding", "contentMediaType", "minItems", "maxItems", "uniqueItems", "contains", "not", "if"}
    | {"minProperties", "maxProperties", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies"}
    | {"patternProperties", "unevaluatedProperties", "oneOf"}
)


def says_something(schema: Schema) -> bool:
    """Whether ``schema`` may have notes."""
    return not (_SAYING.isdisjoint(schema) and _TELLING.isdisjoint(schema))


def notes_of(schema: Schema, rules: Rules, name_of: NameOf, told: Callable[[Rules], Collection[str]]) -> Notes:
    """What ``schema``, that asks for ``rules``, says. ``told`` gives the keywords that its type tells."""
    sentences = () if _TELLING.isdisjoint(rules.words) else _sentences(rules, name_of, told(rules))
    if _SAYING.isdisjoint(schema):
        return Notes(sentences=sentences) if sentences else NO_NOTES
    examples = schema.get("examples")
    return Notes(
        title=one_line(_text(schema, "title")),
        description=clean(_text(schema, "description")).strip(),
        is_deprecated=schema.get("deprecated") is True,
        is_read_only=schema.get("readOnly") is True,
        is_write_only=schema.get("writeOnly") is True,
        has_default="default" in schema,
        default=schema.get("default"),
        examples=tuple(examples) if isinstance(examples, list) else (),
        sentences=sentences,
    )


def _text(schema: Schema, keyword: str) -> str:
    value = schema.get(keyword)
    return value if isinstance(value, str) else ""


def _sentences(rules: Rules, name_of: NameOf, told: Collection[str]) -> tuple[str, ...]:
    said: list[Sentence] = []
    # They say it of a node of a view as well, which nobody reads here.
    node = dict[str, JsonValue]()
    add_number(node, rules.words, said)
    add_string(node, rules.words, said, Making.begin(_NOTHING))
    add_array(node, rules.words, said)
    add_object(node, rules.words, said)
    said += _of_parts(rules, name_of)
    return tuple(plain_text(parts) for keyword, parts in said if keyword not in told)[:_MOST_SENTENCES]


def _of_parts(rules: Rules, name_of: NameOf) -> Iterator[Sentence]:
    if rules.contains:
        least, most = rules.words.get("minContains", 1), rules.words.get("maxContains")
        count = f"Between {least} and {most} items" if most is not None else f"At least {least} of the items"
        yield sentence("contains", f"{count} must be such that each ", *predicate(*rules.contains, name_of), ".")
    if rules.property_names:
        yield sentence("propertyNames", "Every property name ", *predicate(*rules.property_names, name_of), ".")
    if rules.pattern_properties:
        patterns = joined(codes(key for key, _ in rules.pattern_properties[:8]), "or")
        yield sentence("patternProperties", "There are rules for properties that match ", *patterns, ".")
    if rules.unevaluated_properties and rules.unevaluated_properties[0] is False:
        yield sentence("unevaluatedProperties", "No other properties are allowed than those that are described.")
    if len(rules.one_of) > 1 and rules.words.get("oneOf"):
        yield from _exclusive(rules)
    if rules.negated:
        schema, at = rules.negated
        yield sentence("not", "Not allowed where ", *clause(schema, at, name_of), ".")
    yield from _conditions(rules, name_of)


def _exclusive(rules: Rules) -> Iterator[Sentence]:
    """What no union says: that no two variants may match, where it is only about which properties there are."""
    if all(_is_presence(schema) for schema, _ in rules.one_of):
        groups = [joined(codes(_names(schema["required"])), "and") for schema, _ in rules.one_of]
        separated: list[str | Code] = []
        for index, group in enumerate(groups):
            separated += ["; ", *group] if index else group
        yield sentence("oneOf", "Required, exactly one of these: ", *separated, ".")


def _conditions(rules: Rules, name_of: NameOf) -> Iterator[Sentence]:
    for schema, pointer in rules.conditions:
        then, otherwise = schema.get("then", True), schema.get("else", True)
        when = clause(schema["if"], f"{pointer}/if", name_of)
        if then is not True:
            yield sentence("if", "If ", *when, ", ", *_demand(then, f"{pointer}/then", name_of))
        if otherwise is not True:
            start: Parts = ("Unless ", *when, ", ") if then is True else ("Otherwise ",)
            yield sentence("if", *start, *_demand(otherwise, f"{pointer}/else", name_of))
    for key, names in rules.dependent_required:
        if names:
            yield sentence("dependentRequired", "If ", Code(key), " is present, ", *_required(names), ".")
    for key, (schema, at) in rules.dependent_schemas:
        yield sentence("dependentSchemas", "If ", Code(key), " is present, ", *_demand(schema, at, name_of))


def _demand(schema: JsonValue, at: str, name_of: NameOf) -> Parts:
    """What a branch asks for, with a full stop."""
    if schema is False:
        return ("no value is allowed.",)
    if _is_presence(schema):
        return (*_required(_names(schema["required"])), ".")
    said = known_clause(schema, at, name_of)
    return (*said, ".") if said else ("more is asked for.",)


def _required(names: Sequence[str]) -> Parts:
    return (*joined(codes(names), "and"), " is required" if len(names) == 1 else " are required")


def _is_presence(schema: JsonValue) -> bool:
    return (
        isinstance(schema, dict)
        and bool(_names(schema.get("required")))
        and schema.keys() - ANNOTATIONS == {"required"}
    )


def _names(value: JsonValue) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def merged_notes(one: Notes, other: Notes) -> Notes:
    """What both say of the same value, the first where only one can."""
    if one is other or other == NO_NOTES:
        return one
    if one == NO_NOTES:
        return other
    by = one if one.has_default else other
    return Notes(
        one.title or other.title,
        one.description or other.description,
        one.is_deprecated or other.is_deprecated,
        one.is_read_only or other.is_read_only,
        one.is_write_only or other.is_write_only,
        by.has_default,
        by.default,
        one.examples or other.examples,
        tuple(dict.fromkeys((*one.sentences, *other.sentences)))[:_MOST_SENTENCES],
    )
