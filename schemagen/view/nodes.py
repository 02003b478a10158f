"""This module knows how to build the node of a schema and of all schemas below it."""

from __future__ import annotations

from collections.abc import Iterator

from schemagen.model import JsonValue
from schemagen.view.branches import build_choices, build_conditions
from schemagen.view.constraints import add_array, add_number, add_object, add_string
from schemagen.view.controls import control_for
from schemagen.view.definitions import Definition, Definitions
from schemagen.view.kinds import TYPES, asks_only, assumed_types, declared_types
from schemagen.view.literals import ABSENT, Plain, examples, literal, members, numbered
from schemagen.view.markdown import code_span
from schemagen.view.phrases import codes, joined, sentence
from schemagen.view.predicates import clause, predicate
from schemagen.view.rules import REFERENCES, Place, Rules, annotations_of, read_rules
from schemagen.view.shapes import EMPTY_NODE, REST_ANY, REST_NONE
from schemagen.view.slots import Slot
from schemagen.view.text import clean, first_free, one_line, slug, summarise
from schemagen.view.wording import type_words

_MAX_UNWRAPPED = 16
_MAX_HOPS = 8
_NULL = ({"type": "null"}, {"const": None}, {"enum": [None]})


class TreeBuilder:
    """Builds the tree of one definition. ``count`` and ``height`` are its size; ``sites`` are its nodes that
    refer to definitions, with their depth; ``known`` has, by the id of a node, what stands beside it."""

    def __init__(self, definitions: Definitions, owner: Definition, ids: Iterator[str], anchors: set[str]) -> None:
        self.definitions = definitions
        self.owner = owner
        self.ids = ids
        self.anchors = anchors
        self.count = 0
        self.height = 0
        self.sites: list[tuple[Plain, int]] = []
        self.arrays: list[tuple[Plain, int]] = []
        self.known: dict[str, frozenset[str]] = {}
        self._depth = 0

    def node(self, schema: JsonValue, pointer: str, slot: Slot) -> Plain:
        self._depth += 1
        self.count += 1
        self.height = max(self.height, self._depth)
        node = EMPTY_NODE.copy()
        self._place(node, pointer, slot)
        # Each level of a schema takes few frames here, since it may be two hundred levels deep.
        if not isinstance(schema, dict):
            node["kind"] = "never" if schema is False else "any"
            self._finish(node, slot)
            return node
        rules, is_nullable = self._unwrapped(schema, pointer)
        _annotate(node, rules)
        said: list[Plain] = []
        types = declared_types(rules.words)
        if "null" in types and len(types) > 1:
            types.remove("null")
            is_nullable = True
        if set(types) == {"integer", "number"}:
            types = ["number"]
        if rules.references and not asks_only(rules, *REFERENCES):
            rules.all_of = [*_reference_parts(rules), *rules.all_of]
            rules.references = []
        kind, filled = self._kind_of(node, rules, types)
        node["kind"] = kind
        node["is_nullable"] = is_nullable
        known = slot.known
        if "object" in filled:
            known = self._fill_object(node, rules, slot, said)
        if "array" in filled:
            self._fill_array(node, rules, slot, said)
        self._say_scalars(node, rules, filled, said)
        if kind != "enum" or "enum" in rules.words:
            place = slot.same(is_part=kind != "union", is_demanded=False, known=known)
            build_choices(self, node, rules, place, types, said)
        parts = []
        for member, at in rules.all_of:
            place = slot.same(is_part=True, is_demanded=slot.is_demanded, known=known)
            parts.append(self.node(member, at, place))
        _put(node, "all_of", parts)
        if rules.conditions or rules.dependent_required or rules.dependent_schemas:
            build_conditions(self, node, rules, slot.same(is_part=True, is_demanded=False, known=known))
        if rules.negated:
            negated, at = rules.negated
            said.append(sentence("not", "Not allowed where ", *clause(negated, at, self.name_of), "."))
        if is_nullable:
            said.append(sentence("type", "May also be null."))
        _put(node, "constraints", said)
        self._finish(node, slot)
        return node

    def _place(self, node: Plain, pointer: str, slot: Slot) -> None:
        node["id"] = next(self.ids)
        node["pointer"] = clean(pointer)
        node["name"] = clean(slot.name) or "~"
        node["key"] = clean(slot.key)
        node["path"] = clean(slot.path)
        if slot.path:
            node["md_path"] = code_span(slot.path)
        if slot.key or slot.has_section:
            node["md_key"] = code_span(slot.key)
        node["is_required"] = slot.is_required
        node["must_be_filled"] = slot.is_demanded
        node["is_item"] = slot.is_item
        node["is_part"] = slot.is_part
        if slot.has_section:
            self.add_section(node)

    def add_section(self, node: Plain) -> None:
        """Give ``node`` a place of its own on a reference page."""
        anchor = first_free("property-" + slug(node["path"]), self.anchors)
        self.anchors.add(anchor)
        node["anchor"] = anchor
        node["has_section"] = True

    def _unwrapped(self, schema: dict[str, JsonValue], pointer: str) -> tuple[Rules, bool]:
        """The rules of ``schema``, or of the one schema that it only wraps, and whether null is allowed too."""
        rules = read_rules(schema, pointer, self.owner.draft)
        is_nullable = False
        for _ in range(_MAX_UNWRAPPED):
            inner = _wrapped(rules)
            if inner is None:
                break
            is_nullable |= max(len(rules.any_of), len(rules.one_of)) > 1
            wrapped, pointer = inner
            annotated = {**wrapped, **annotations_of(rules.words)}
            rules = read_rules(annotated, pointer, self.owner.draft)
        return rules, is_nullable

    def _say_scalars(self, node: Plain, rules: Rules, filled: list[str], said: list[Plain]) -> None:
        if "string" in filled:
            add_string(node, rules.words, said)
            if rules.content_schema:
                said.append(self._saying("contentSchema", "The decoded content ", rules.content_schema))
        if "number" in filled or "integer" in filled:
            add_number(node, rules.words, said)

    def _saying(self, keyword: str, start: str, place: Place) -> Plain:
        return sentence(keyword, start, *predicate(*place, self.name_of), ".")

    def _kind_of(self, node: Plain, rules: Rules, types: list[str]) -> tuple[str, list[str]]:
        """The kind of a node, and the types whose keywords it shows."""
        words = rules.words
        if rules.references:
            self._refer(node, rules)
            return "ref", []
        if "const" in words:
            node["const"] = literal(words["const"])
            return "const", []
        listed = _enumeration(rules)
        if listed is not None:
            default = words.get("default", ABSENT)
            _put(node, "members", members(*listed, default))
            return "enum", []
        if len(types) > 1:
            return "union", []
        if types:
            return types[0], types
        assumed = assumed_types(words)
        if len(assumed) == 1:
            return assumed[0], assumed
        if assumed:
            return "any", assumed
        if rules.any_of or rules.one_of:
            return "union", []
        kind = self._kind_of_parts(rules.all_of, self.owner, _MAX_HOPS)
        return (kind, [kind]) if kind in TYPES else ("any", [])

    def _kind_of_parts(self, parts: list[Place], owner: Definition, hops: int) -> str:
        """The type that members of ``allOf`` agree on, as far as a look at them tells."""
        for schema, pointer in parts[:50]:
            if not isinstance(schema, dict) or hops == 0:
                continue
            rules = read_rules(schema, pointer, owner.draft)
            types = [name for name in declared_types(rules.words) if name != "null"] or assumed_types(rules.words)
            if len(types) == 1:
                return types[0]
            inner = rules.all_of
            if rules.references:
                keyword, at = rules.references[0]
                found = self.definitions.lookup(owner.target.path, at, keyword)
                if isinstance(found, Definition):
                    kind = self._kind_of_parts([(found.schema, found.target.pointer)], found, hops - 1)
                    if kind:
                        return kind
            if inner:
                kind = self._kind_of_parts(inner, owner, hops - 1)
                if kind:
                    return kind
        return ""

    def _refer(self, node: Plain, rules: Rules) -> None:
        keyword, at = rules.references[0]
        found = self.definitions.lookup(self.owner.target.path, at, keyword)
        text = rules.words.get(keyword)
        ref = self.definitions.ref_to(self.owner, found, text if isinstance(text, str) else "")
        node["ref"] = ref
        if isinstance(found, Definition):
            self.sites.append((node, self._depth))
            if not node["description"] and isinstance(found.schema, dict):
                _describe(node, found.schema)

    def name_of(self, pointer: str) -> str:
        """The name of the definition that the ``$ref`` of the schema at ``pointer`` leads to."""
        found = self.definitions.lookup(self.owner.target.path, pointer, "$ref")
        return found.name if isinstance(found, Definition) else ""

    def _fill_object(self, node: Plain, rules: Rules, slot: Slot, said: list[Plain]) -> frozenset[str]:
        """Fill in what concerns objects; answers the names of all properties that are shown now."""
        add_object(node, rules.words, said)
        required = dict.fromkeys(rules.required)
        declared = frozenset(key for key, _ in rules.properties)
        children = []
        for key, (schema, at) in rules.properties:
            place = slot.property(key, is_required=key in required, is_demanded=slot.is_demanded)
            child = self.node(schema, at, place)
            child["is_overlay"] = key in slot.known
            children.append(child)
        _put(node, "properties", children)
        unlisted = [key for key in required if key not in declared]
        if unlisted:
            verb = "is" if len(unlisted) == 1 else "are"
            said.append(sentence("required", *joined(codes(unlisted), "and"), f" {verb} required."))
            _put(node, "unlisted_required", [{"key": clean(key), "md_key": code_span(key)} for key in unlisted])
        patterns = []
        for index, (key, (schema, at)) in enumerate(rules.pattern_properties):
            place = slot.matching(key, f"p{index + 1}")._replace(has_section=True)
            patterns.append(self.node(schema, at, place))
        _put(node, "pattern_properties", patterns)
        self._add_rest(node, "additional", rules.additional, slot.matching("*", "a"))
        self._add_rest(node, "unevaluated_properties", rules.unevaluated_properties, slot.matching("*", "u"))
        if rules.additional and rules.additional[0] is False:
            said.append(sentence("additionalProperties", "No other properties are allowed."))
        elif rules.unevaluated_properties and rules.unevaluated_properties[0] is False:
            said.append(sentence("unevaluatedProperties", "No other properties are allowed."))
        if rules.property_names:
            said.append(self._saying("propertyNames", "Every property name ", rules.property_names))
        return slot.known | declared

    def _add_rest(self, node: Plain, key: str, place: Place | None, slot: Slot) -> None:
        if place is None:
            return
        schema, at = place
        if isinstance(schema, bool) or not schema:
            node[key] = REST_NONE if schema is False else REST_ANY
            return
        child = self.node(schema, at, slot)
        node[key] = {**REST_ANY, "is_schema": True, "node": child}
        if _deserves_section(child):
            self.add_section(child)

    def _fill_array(self, node: Plain, rules: Rules, slot: Slot, said: list[Plain]) -> None:
        add_array(node, rules.words, said)
        least = node["min_items"]
        least_items = int(least) if least.isdecimal() and len(least) < 10 else 0
        fixed = []
        for index, (schema, at) in enumerate(rules.prefix_items):
            child = self.node(schema, at, slot.item(index, is_required=index < least_items))
            if _deserves_section(child):
                self.add_section(child)
            fixed.append(child)
        _put(node, "prefix_items", fixed)
        if rules.items is not None:
            schema, at = rules.items
            if schema is False:
                said.append(sentence("items", "No further items are allowed." if fixed else "Must be empty."))
            elif schema is not True:
                child = self.node(schema, at, slot.items(len(fixed)))
                child["index"] = str(len(fixed) + 1)
                child["first"] = child["last"] = True
                child["label"] = f"{child['title'] or 'Item'} {len(fixed) + 1}"
                node["items"] = child
                if _deserves_section(child):
                    self.add_section(child)
                if least_items > len(fixed) + 1:
                    self.arrays.append((node, self._depth))
        self._add_rest(node, "unevaluated_items", rules.unevaluated_items, slot.items(len(fixed)))
        if rules.contains:
            said.append(self._contains(node, rules.contains))

    def _contains(self, node: Plain, place: Place) -> Plain:
        least, most = node["min_contains"] or "1", node["max_contains"]
        count = f"Between {least} and {most} items" if most else f"At least {least} of the items"
        return sentence("contains", f"{count} must be such that each ", *predicate(*place, self.name_of), ".")

    def _finish(self, node: Plain, slot: Slot) -> None:
        self._depth -= 1
        node[f"is_{node['kind']}"] = True
        ref = node["ref"]
        label = node["title"] or slot.label
        if not label and ref:
            label = ref["title"] or ref["name"]
        node["label"] = label
        node["type_text"], node["md_type"] = type_words(node)
        node["has_hint"] = bool(node["description"] or node["constraints"])
        node["html"] = control_for(node)
        if slot.known:
            self.known[node["id"]] = slot.known


def _put(node: Plain, name: str, items: list[Plain]) -> None:
    if items:
        node[name] = numbered(items)
        node[f"has_{name}"] = True


def _wrapped(rules: Rules) -> Place | None:
    """The one schema that a schema only wraps, in ``allOf`` or a union with nothing else but perhaps null."""
    if rules.references or len(rules.all_of) > 1:
        return None
    if rules.all_of:
        places, keyword = rules.all_of, "allOf"
        if rules.any_of or rules.one_of:
            return None
    elif rules.any_of and not rules.one_of:
        places, keyword = rules.any_of, "anyOf"
    elif rules.one_of and not rules.any_of:
        places, keyword = rules.one_of, "oneOf"
    else:
        return None
    if len(places) == 2:
        places = [place for place in places if place[0] not in _NULL]
    if len(places) != 1 or not isinstance(places[0][0], dict) or not asks_only(rules, keyword):
        return None
    return places[0]


def _reference_parts(rules: Rules) -> list[Place]:
    """A reference that has keywords beside it, as one more member of ``allOf``."""
    return [({keyword: rules.words.get(keyword, "")}, pointer) for keyword, pointer in rules.references]


def _annotate(node: Plain, rules: Rules) -> None:
    words = rules.words
    title = words.get("title")
    if isinstance(title, str):
        node["title"] = one_line(title)
    _describe(node, words)
    if "default" in words:
        node["default"] = literal(words["default"])
    shown = words.get("examples")
    if isinstance(shown, list):
        _put(node, "examples", examples(shown))
    node["is_deprecated"] = words.get("deprecated") is True
    node["is_read_only"] = words.get("readOnly") is True
    node["is_write_only"] = words.get("writeOnly") is True
    extensions = [
        {"key": clean(key), "md_key": code_span(key), "value": literal(words[key])}
        for key in words
        if key.startswith("x-")
    ]
    _put(node, "x", extensions)


def _describe(node: Plain, words: dict[str, JsonValue]) -> None:
    description = words.get("description")
    if isinstance(description, str):
        node["description"] = clean(description).strip()
        node["summary"] = summarise(node["description"])


def _enumeration(rules: Rules) -> tuple[list[JsonValue], list[str], list[str]] | None:
    """The values, labels and descriptions of an enum, or of a union of described constants."""
    words = rules.words
    values = words.get("enum")
    if isinstance(values, list):
        return values, _texts(words, ("enumNames", "x-enum-varnames"), len(values)), _texts(
            words, ("x-enum-descriptions", "enumDescriptions", "markdownEnumDescriptions"), len(values)
        )
    if bool(rules.one_of) == bool(rules.any_of) or rules.all_of or rules.references:
        return None
    variants = [schema for schema, _ in rules.one_of or rules.any_of]
    if not all(isinstance(variant, dict) and "const" in variant for variant in variants):
        return None
    if any(key not in _DESCRIBED_CONSTANT for variant in variants for key in variant):
        return None
    labels = [variant.get("title", "") for variant in variants]
    descriptions = [variant.get("description", "") for variant in variants]
    named = all(isinstance(label, str) and label for label in labels)
    return (
        [variant["const"] for variant in variants],
        labels if named else [],
        [text if isinstance(text, str) else "" for text in descriptions],
    )


_DESCRIBED_CONSTANT = frozenset({"const", "title", "description", "type", "$comment", "deprecated"})


def _texts(words: dict[str, JsonValue], keywords: tuple[str, ...], count: int) -> list[str]:
    for keyword in keywords:
        value = words.get(keyword)
        if isinstance(value, list) and len(value) == count and all(isinstance(item, str) for item in value):
            return value
    return []


def _deserves_section(node: Plain) -> bool:
    """Whether there is more to say of an item than its type."""
    if node["has_section"] or node["ref"]:
        return False
    return bool(
        node["description"]
        or node["constraints"]
        or node["has_properties"]
        or node["has_members"]
        or node["has_choices"]
        or node["has_all_of"]
        or node["has_prefix_items"]
        or node["has_pattern_properties"]
        or node["has_conditions"]
    )

