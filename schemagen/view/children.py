"""This module knows how to build what an object or an array holds: properties, items, and all the rest of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from schemagen.view.constraints import add_array, add_object
from schemagen.view.literals import flag, put
from schemagen.view.phrases import Sentence, codes, joined, sentence
from schemagen.view.predicates import predicate
from schemagen.view.rules import Place, Rules, Schema
from schemagen.view.shapes import LAYOUTS, REST_ANY, REST_NONE, Plain
from schemagen.view.slots import Slot
from schemagen.view.wording import item_title

if TYPE_CHECKING:
    from schemagen.view.nodes import TreeBuilder

_MAX_IN_ONE_COLUMN = 5
_ONLY_PROPERTIES = sentence("additionalProperties", "No other properties are allowed.")
_ONLY_EVALUATED = sentence("unevaluatedProperties", "No other properties are allowed.")


def fill_object(builder: TreeBuilder, node: Plain, rules: Rules, slot: Slot, said: list[Sentence]) -> None:
    """Fill in what concerns objects."""
    add_object(node, rules.words, said)
    making = builder.making
    required = dict.fromkeys(rules.required)
    if rules.properties:
        node["properties"] = making.number_properties(_properties(builder, rules, slot, required))
        flag(node, "has_properties")
    if making.has_layouts:
        node["layout"] = _layout(rules.words, len(rules.properties))
    if required:
        declared = {key for key, _, _ in rules.properties}
        unlisted = [key for key in required if key not in declared]
        if unlisted:
            verb = "is" if len(unlisted) == 1 else "are"
            said.append(sentence("required", *joined(codes(unlisted), "and"), f" {verb} required."))
            put(node, "unlisted_required", [making.named_key(key, making.key) for key in unlisted])
    if rules.pattern_properties:
        patterns = []
        for index, (key, (schema, at)) in enumerate(rules.pattern_properties):
            place = slot.matching(making.keys.of(key), f"p{index + 1}", has_section=True)
            patterns.append(builder.node(schema, at, place))
        put(node, "pattern_properties", patterns)
    if rules.additional:
        _add_rest(builder, node, "additional", rules.additional, slot)
    if rules.unevaluated_properties:
        _add_rest(builder, node, "unevaluated_properties", rules.unevaluated_properties, slot)
    if rules.additional and rules.additional[0] is False:
        flag(node, "is_closed")
        said.append(_ONLY_PROPERTIES)
    elif rules.unevaluated_properties and rules.unevaluated_properties[0] is False:
        flag(node, "is_closed")
        said.append(_ONLY_EVALUATED)
    if rules.property_names:
        said.append(saying(builder, "propertyNames", "Every property name ", rules.property_names))


def _properties(builder: TreeBuilder, rules: Rules, slot: Slot, required: Collection[str]) -> list[Plain]:
    making = builder.making
    place_of = slot.property if making.has_routes else slot.named
    key_of, field, build, name = making.keys.of, builder.field, builder.node, f"{slot.name}/"
    children = []
    for text, schema, above in rules.properties:
        key, is_required = key_of(text), text in required
        child = field(schema, key, name, is_required, is_required and slot.is_demanded) if making.is_flat else None
        if child is None:
            child = build(schema, f"{above}/{key.token}", place_of(key, is_required=is_required))
        children.append(child)
    if slot.known:
        for child, (text, _, _) in zip(children, rules.properties, strict=True):
            if text in slot.known:
                flag(child, "is_overlay")
    return children


def _layout(words: Schema, count: int) -> str:
    """How a form lays out an object of ``count`` properties: as ``x-layout`` says, else by their number."""
    asked = words.get("x-layout")
    if isinstance(asked, str) and asked in LAYOUTS:
        return asked
    return "grid" if count > _MAX_IN_ONE_COLUMN else "vertical"


def _add_rest(builder: TreeBuilder, node: Plain, key: str, place: Place, slot: Slot) -> None:
    """Say what holds of the rest of what stands at ``slot``."""
    schema, at = place
    if isinstance(schema, bool) or not schema:
        if key in node:
            node[key] = REST_NONE if schema is False else REST_ANY
        return
    if key == "unevaluated_items":
        slot = slot.items(len(node["prefix_items"]))
    else:
        slot = slot.matching(builder.making.keys.of("*"), key[0])
    child = builder.node(schema, at, slot)
    node[key] = {**REST_ANY, "is_schema": True, "node": child}
    _add_section(builder, child, slot)


def fill_array(builder: TreeBuilder, node: Plain, rules: Rules, slot: Slot, said: list[Sentence]) -> None:
    add_array(node, rules.words, said)
    least = node.get("min_items", "")
    least_items = int(least) if least.isdecimal() and len(least) < 10 else 0
    fixed = []
    for index, (schema, at) in enumerate(rules.prefix_items):
        place = slot.item(index, is_required=index < least_items)
        child = builder.node(schema, at, place)
        _add_section(builder, child, place)
        fixed.append(child)
    put(node, "prefix_items", fixed)
    if rules.items is not None:
        schema, at = rules.items
        if schema is False:
            flag(node, "is_closed")
            said.append(sentence("items", "No further items are allowed." if fixed else "Must be empty."))
        elif schema is not True:
            place = slot.items(len(fixed))
            child = builder.node(schema, at, place)
            child["index"] = str(len(fixed) + 1)
            child["first"] = child["last"] = True
            if builder.making.has_labels:
                builder.making.set_label(child, f"{item_title(child)} {len(fixed) + 1}")
            node["items"] = child
            _add_section(builder, child, place)
            if least_items > len(fixed) + 1:
                builder.arrays.append((node, builder.depth))
    if rules.unevaluated_items:
        _add_rest(builder, node, "unevaluated_items", rules.unevaluated_items, slot)
        if rules.items is None and rules.unevaluated_items[0] is False:
            flag(node, "is_closed")
    if rules.contains:
        said.append(_contains(builder, node, rules.contains))


def _contains(builder: TreeBuilder, node: Plain, place: Place) -> Sentence:
    least, most = node.get("min_contains", "") or "1", node.get("max_contains", "")
    count = f"Between {least} and {most} items" if most else f"At least {least} of the items"
    return sentence("contains", f"{count} must be such that each ", *predicate(*place, builder.name_of), ".")


def saying(builder: TreeBuilder, keyword: str, start: str, place: Place) -> Sentence:
    """A sentence that ends in what ``place`` asks for."""
    return sentence(keyword, start, *predicate(*place, builder.name_of), ".")


def _add_section(builder: TreeBuilder, node: Plain, slot: Slot) -> None:
    """Give an item a section where there is more to say of it than its type."""
    if builder.making.has_sections and not node["has_section"] and not node["ref"] and _is_telling(node):
        builder.add_section(node, slot)


def _is_telling(node: Plain) -> bool:
    return bool(
        node["description"]
        or node["constraints"]
        or node["properties"]
        or node["members"]
        or node["choices"]
        or node["all_of"]
        or node["prefix_items"]
        or node["pattern_properties"]
        or node["conditions"]
    )
