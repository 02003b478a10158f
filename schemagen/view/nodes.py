"""This module knows how to build the node of a schema and of all schemas below it."""

from __future__ import annotations

from collections.abc import Iterator

from schemagen.model import JsonValue
from schemagen.view.annotations import annotate, describe, enumeration
from schemagen.view.branches import build_choices, build_conditions
from schemagen.view.children import fill_array, fill_object, saying
from schemagen.view.constraints import add_number, add_string
from schemagen.view.controls import control_for
from schemagen.view.definitions import Definition, Definitions
from schemagen.view.kinds import TYPES, asks_only, assumed_types, declared_types
from schemagen.view.literals import ABSENT, Plain, literal, members, put
from schemagen.view.markdown import code_span
from schemagen.view.phrases import sentence
from schemagen.view.predicates import clause
from schemagen.view.rules import REFERENCES, Place, Rules, annotations_of, read_rules
from schemagen.view.shapes import EMPTY_NODE
from schemagen.view.slots import Slot
from schemagen.view.text import claim, clean, slug
from schemagen.view.wording import type_words

_MAX_UNWRAPPED = 16
_MAX_HOPS = 8
_NULL = ({"type": "null"}, {"const": None}, {"enum": [None]})


class TreeBuilder:
    """Builds the tree of one definition. ``count`` and ``height`` are its size; ``sites`` are its nodes that
    refer to definitions, with their depth; ``known`` has, by the id of a node, what stands beside it."""

    def __init__(
        self, definitions: Definitions, owner: Definition, ids: Iterator[str], anchors: dict[str, int]
    ) -> None:
        self.definitions = definitions
        self.owner = owner
        self.ids = ids
        self.anchors = anchors
        self.count = 0
        self.height = 0
        self.sites: list[tuple[Plain, int]] = []
        self.arrays: list[tuple[Plain, int]] = []
        self.known: dict[str, frozenset[str]] = {}
        self.depth = 0

    def node(self, schema: JsonValue, pointer: str, slot: Slot) -> Plain:
        self.depth += 1
        self.count += 1
        self.height = max(self.height, self.depth)
        node = EMPTY_NODE.copy()
        self._place(node, pointer, slot)
        # Each level of a schema takes few frames here, since it may be two hundred levels deep.
        if not isinstance(schema, dict):
            node["kind"] = "never" if schema is False else "any"
            self._finish(node, slot)
            return node
        rules, is_nullable = self._unwrapped(schema, pointer)
        annotate(node, rules)
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
            known = fill_object(self, node, rules, slot, said)
        if "array" in filled:
            fill_array(self, node, rules, slot, said)
        self._say_scalars(node, rules, filled, said)
        if (rules.any_of or rules.one_of or len(types) > 1) and (kind != "enum" or "enum" in rules.words):
            place = slot.same(is_part=kind != "union", is_demanded=False, known=known)
            build_choices(self, node, rules, place, types, said)
        parts = []
        for member, at in rules.all_of:
            place = slot.same(is_part=True, is_demanded=slot.is_demanded, known=known)
            parts.append(self.node(member, at, place))
        put(node, "all_of", parts)
        if rules.conditions or rules.dependent_required or rules.dependent_schemas:
            build_conditions(self, node, rules, slot.same(is_part=True, is_demanded=False, known=known))
        if rules.negated:
            negated, at = rules.negated
            said.append(sentence("not", "Not allowed where ", *clause(negated, at, self.name_of), "."))
        if is_nullable:
            said.append(sentence("type", "May also be null."))
        put(node, "constraints", said)
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
        node["anchor"] = claim("property-" + slug(node["path"]), self.anchors)
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
                said.append(saying(self, "contentSchema", "The decoded content ", rules.content_schema))
        if "number" in filled or "integer" in filled:
            add_number(node, rules.words, said)

    def _kind_of(self, node: Plain, rules: Rules, types: list[str]) -> tuple[str, list[str]]:
        """The kind of a node, and the types whose keywords it shows."""
        words = rules.words
        if rules.references:
            self._refer(node, rules)
            return "ref", []
        if "const" in words:
            node["const"] = literal(words["const"])
            return "const", []
        listed = enumeration(rules)
        if listed is not None:
            default = words.get("default", ABSENT)
            put(node, "members", members(*listed, default))
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
            self.sites.append((node, self.depth))
            if not node["description"] and isinstance(found.schema, dict):
                describe(node, found.schema)

    def name_of(self, pointer: str) -> str:
        """The name of the definition that the ``$ref`` of the schema at ``pointer`` leads to."""
        found = self.definitions.lookup(self.owner.target.path, pointer, "$ref")
        return found.name if isinstance(found, Definition) else ""

    def _finish(self, node: Plain, slot: Slot) -> None:
        self.depth -= 1
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


def _wrapped(rules: Rules) -> Place | None:
    """The one schema that a schema only wraps, in ``allOf`` or a union with nothing else but perhaps null."""
    if not (rules.all_of or rules.any_of or rules.one_of) or rules.references or len(rules.all_of) > 1:
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
