"""This module knows how to build what depends: variants of a union, and what holds only under a condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schemagen.model import JsonValue
from schemagen.view.kinds import words_of_type
from schemagen.view.literals import flag, numbered, put
from schemagen.view.making import Making
from schemagen.view.phrases import Code, Parts, Sentence, codes, joined, markdown_text, plain_text, sentence
from schemagen.view.predicates import clause, known_clause
from schemagen.view.rules import ANNOTATIONS, Place, Rules
from schemagen.view.shapes import EMPTY_CHOICE, Plain
from schemagen.view.slots import Slot
from schemagen.view.text import clean
from schemagen.view.wording import variant_label

if TYPE_CHECKING:
    from schemagen.view.nodes import TreeBuilder

_TEXTS = {
    "anyOf": "Choose at least one of these.",
    "oneOf": "Choose exactly one of these.",
    "type": "Choose one of these types.",
}


def build_choices(
    builder: TreeBuilder, node: Plain, rules: Rules, slot: Slot, types: list[str], said: list[Sentence]
) -> None:
    """Add ``choices`` to ``node``: one for each keyword that offers variants. ``slot`` is that of a variant."""
    if not rules.any_of and not rules.one_of and len(types) < 2:
        return
    offers: list[tuple[str, Sequence[Place]]] = [("anyOf", rules.any_of), ("oneOf", rules.one_of)]
    if len(types) > 1 and node["kind"] == "union":
        offers.insert(0, ("type", [(words_of_type(rules.words, name), rules.pointer) for name in types]))
    choices: list[Plain] = []
    for keyword, places in offers:
        if not places:
            continue
        if _is_presence(places[0][0]) and all(_is_presence(schema) for schema, _ in places):
            said.append(_presence_sentence(keyword, places))
            continue
        variants: list[Plain] = []
        taken: dict[str, int] = {}
        for schema, at in places:
            variant = builder.node(schema, at, slot)
            variant["is_variant"] = True
            if builder.making.has_branch_locations:
                builder.locate(variant, at)
            if builder.making.has_variant_labels:
                builder.making.set_label(variant, variant_label(variant, taken))
            variants.append(variant)
        choice = {
            **EMPTY_CHOICE,
            "choice_id": f"{node['id']}-c{len(choices) + 1}",
            "text": _TEXTS[keyword],
            "is_any_of": keyword == "anyOf",
            "is_one_of": keyword == "oneOf",
            "is_type_choice": keyword == "type",
            "variants": numbered(variants),
        }
        choices.append(choice)
    if choices:
        node["choices"] = numbered(choices)
        flag(node, "has_choices")


def _is_presence(schema: JsonValue) -> bool:
    """Whether a variant only says which properties must be there."""
    return (
        isinstance(schema, dict)
        and bool(_names(schema.get("required")))
        and all(key == "required" or key in ANNOTATIONS for key in schema)
    )


def _names(value: JsonValue) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _presence_sentence(keyword: str, places: Sequence[Place]) -> Sentence:
    how = "exactly one" if keyword == "oneOf" else "at least one"
    groups = [joined(codes(_names(schema["required"])), "and") for schema, _ in places]
    if len(groups) == 1:
        return sentence(keyword, "Required: ", *groups[0], ".")
    return sentence(keyword, f"Required, {how} of these: ", *_separated(groups), ".")


def _separated(groups: list[Parts]) -> Parts:
    parts: list[str | Code] = []
    for index, group in enumerate(groups):
        parts += ["; ", *group] if index else group
    return tuple(parts)


def build_conditions(builder: TreeBuilder, node: Plain, rules: Rules, slot: Slot) -> None:
    """Add ``conditions`` to ``node``. ``slot`` is that of a branch."""
    making = builder.making
    conditions = []
    for schema, pointer in rules.conditions:
        then, otherwise = schema.get("then", True), schema.get("else", True)
        if then is True and otherwise is True:
            continue
        when = clause(schema["if"], f"{pointer}/if", builder.name_of)
        condition = _condition(making, "is_if", when)
        if "if" in condition:
            condition["if"] = making.literals.of(schema["if"])
        _add_branch(builder, condition, "then", (then, f"{pointer}/then"), slot, ("If ", *when, ", "))
        start = ("Unless ", *when, ", ") if then is True else ("Otherwise ",)
        _add_branch(builder, condition, "else", (otherwise, f"{pointer}/else"), slot, start)
        conditions.append(condition)
    for key, names in rules.dependent_required:
        if names:
            condition = _condition_of_key(making, "is_dependent_required", key)
            put(condition, "required", [making.named_key(name, making.key) for name in names])
            _say(condition, "", ("If ", Code(key), " is present, ", *_required_words(names), "."))
            conditions.append(condition)
    for key, place in rules.dependent_schemas:
        condition = _condition_of_key(making, "is_dependent_schema", key)
        _add_branch(builder, condition, "then", place, slot, ("If ", Code(key), " is present, "))
        conditions.append(condition)
    for condition in conditions:
        making.add_lines(condition, f"{condition['text']} {condition['else_text']}".strip())
    put(node, "conditions", conditions)


def _condition(making: Making, flag: str, when: Parts) -> Plain:
    return {**making.condition, flag: True, "if_text": plain_text(when), "if_md": markdown_text(when)}


def _condition_of_key(making: Making, flag: str, key: str) -> Plain:
    condition = _condition(making, flag, (Code(key), " is present"))
    condition["trigger_key"] = clean(key)
    making.add_strings(condition, "trigger_key", key)
    return condition


def _add_branch(builder: TreeBuilder, condition: Plain, key: str, place: Place, slot: Slot, start: Parts) -> None:
    """Say what a branch asks for in a sentence where that is simple, else build it as a node."""
    schema, at = place
    prefix = "" if key == "then" else "else_"
    if schema is True or schema == {}:
        return
    if schema is False:
        _say(condition, prefix, (*start, "no value is allowed."))
        return
    if _is_presence(schema):
        _say(condition, prefix, (*start, *_required_words(_names(schema["required"])), "."))
        return
    said = _said_of_known(schema, at, slot, builder)
    if said:
        _say(condition, prefix, (*start, *said, "."))
        return
    _say(condition, prefix, (*start, "this applies:"))
    branch = builder.node(schema, at, slot)
    condition[key] = branch
    if builder.making.has_branch_locations:
        builder.locate(branch, at)
    if builder.making.has_html:
        condition["has_fields"] |= any(not child["is_overlay"] for child in branch["properties"]) or not (
            branch["properties"] or branch["html"]["is_nothing"]
        )


def _said_of_known(schema: JsonValue, at: str, slot: Slot, builder: TreeBuilder) -> Parts:
    """What a branch asks of properties that are shown already, where a clause can say it."""
    if not isinstance(schema, dict):
        return ()
    properties = schema.get("properties", {})
    if not isinstance(properties, dict) or not all(key in slot.known for key in properties):
        return ()
    return known_clause(schema, at, builder.name_of)


def _required_words(names: Sequence[str]) -> Parts:
    return (*joined(codes(names), "and"), " is required" if len(names) == 1 else " are required")


def _say(condition: Plain, prefix: str, parts: Parts) -> None:
    condition[prefix + "text"] = plain_text(parts)
    condition[prefix + "md"] = markdown_text(parts)
