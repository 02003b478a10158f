"""This module knows how to build the node of a schema and of all schemas below it."""

from __future__ import annotations

from collections.abc import Sequence

from schemagen.model import JsonValue
from schemagen.view.annotations import annotate, describe, enumeration, listed_values
from schemagen.view.branches import build_choices, build_conditions
from schemagen.view.children import fill_array, fill_object, saying
from schemagen.view.constraints import add_number, add_string
from schemagen.view.controls import control_for
from schemagen.view.definitions import Definition, Definitions
from schemagen.view.keys import Key
from schemagen.view.kinds import SCALARS, declared_types, only_bounds, simple_kind
from schemagen.view.literals import ABSENT, flag, put
from schemagen.view.making import Making
from schemagen.view.markdown import code_span
from schemagen.view.outlines import Outline, outlines_of
from schemagen.view.part_kinds import kind_of_parts
from schemagen.view.phrases import Sentence, sentence
from schemagen.view.predicates import clause
from schemagen.view.reading import read_rules
from schemagen.view.rules import Place, Rules, Schema, normal_words
from schemagen.view.shapes import TYPES, Plain
from schemagen.view.slots import Slot
from schemagen.view.text import claim, clean
from schemagen.view.unwrapping import part_references, several_types, unwrap
from schemagen.view.wording import linked_type, type_words

_GROUPS = ("object", "array")  # a tuple: what a schema says its type is may have no hash
_ASKED = {
    "not": "negated",
    "contains": "contains",
    "property_names": "property_names",
    "content_schema": "content_schema",
}


class TreeBuilder:
    """Builds the tree of one definition. ``height`` is how deep it is; ``sites`` are its nodes that refer to
    definitions, with their depth; ``known`` has, by the id of a node, what stands beside it."""

    def __init__(self, definitions: Definitions, owner: Definition, making: Making) -> None:
        self.definitions = definitions
        self.owner = owner
        self.making = making
        self.height = 0
        self.sites: list[tuple[Plain, int]] = []
        self.arrays: list[tuple[Plain, int]] = []
        self.known: dict[str, frozenset[str]] = {}
        self.depth = 0
        self._outlines = outlines_of(owner.draft, making)

    def node(self, schema: JsonValue, pointer: str, slot: Slot) -> Plain:
        # Each level of a schema takes few frames here, since it may be two hundred levels deep.
        if not isinstance(schema, dict):
            return self._leaf("any" if schema else "never", pointer, slot)
        if len(schema) == 1 and isinstance(schema.get("$ref"), str):
            node = self._started("ref", pointer, slot)
            self._refer(node, "$ref", pointer, schema["$ref"])
            self._complete(node)
            return node
        outline = self._outlines.of(schema)
        if outline.is_simple:
            words = schema if outline.is_normal else normal_words(schema)
            normal = outline if outline.is_normal else self._outlines.of(words)
            kind, is_nullable = simple_kind(words, normal.assumed)
            if kind:
                node = self._leaf(kind, pointer, slot)
                self._fill(node, words, normal, is_nullable=is_nullable)
                return node
        if outline.is_group:
            group = schema.get("type")
            if group in _GROUPS:
                return self._group(schema, outline, group, pointer, slot)
        node = self._started("", pointer, slot)
        self.making.parents.add(node["id"])
        rules, types, filled, is_nullable = self._read(node, schema, outline, pointer)
        said: list[Sentence] = []
        if not rules.references:
            self.depth += 1
            known = self._fill_values(node, rules, filled, slot, said)
            self._fill_parts(node, rules, types, slot, known, said)
            self.depth -= 1
        self._say(node, said, is_nullable=is_nullable)
        flag(node, "is_" + node["kind"])
        self._complete(node)
        return node

    def _started(self, kind: str, pointer: str, slot: Slot) -> Plain:
        """A new node at its place, of which no more is known than its kind, or not even that."""
        making = self.making
        node = making.shapes[kind].copy()
        making.count += 1
        if self.depth >= self.height:
            self.height = self.depth + 1
        name, _, _, label, key, is_required, is_demanded, is_item, is_part, has_section, known = slot
        node["id"] = number = f"{making.mark}{making.count}"
        if making.has_field_names:
            node["name"] = (name if name.isprintable() else clean(name)) or "~"
        if key is not None:
            node.update(key.tokens)
        if label and making.has_labels:
            making.set_label(node, label)
        if has_section and making.has_sections:
            self.add_section(node, slot)
        if making.has_places:
            self._say_where(node, pointer, slot)
        if is_required:
            node["is_required"] = True
        if is_demanded:
            flag(node, "must_be_filled")
        if is_item:
            flag(node, "is_item")
        if is_part:
            flag(node, "is_part")
        if known:
            self.known[number] = known
        return node

    def _say_where(self, node: Plain, pointer: str, slot: Slot) -> None:
        if "pointer" in node:
            node["pointer"] = clean(pointer)
        if "location" in node:
            self.locate(node, pointer)
        if slot.path and "path" in node:
            node["path"] = clean(slot.path)
        if slot.path and "md_path" in node:
            node["md_path"] = code_span(slot.path)

    def locate(self, node: Plain, pointer: str) -> None:
        """Say which document a schema stands in, and where."""
        node["location"] = clean(f"{self.owner.document}{pointer}")

    def add_section(self, node: Plain, slot: Slot) -> None:
        """Give ``node`` a place of its own on a reference page."""
        node["anchor"] = claim("property-" + (slot.trail[:80].strip("-") or "item"), self.making.anchors)
        node["has_section"] = True

    def _leaf(self, kind: str, pointer: str, slot: Slot) -> Plain:
        """The node of a schema that says no more than its kind."""
        node = self._started(kind, pointer, slot)
        if slot.is_part and self.making.has_html:
            node["html"] = control_for(node)
        return node

    def field(self, schema: JsonValue, key: Key, above: str, is_required: bool, is_demanded: bool) -> Plain | None:
        """The node of a property that has one type without parts, as most do, where nobody asks for more of its place
        than its name, which begins with ``above``; None for any other."""
        if not isinstance(schema, dict):
            return None
        outline = self._outlines.of(schema)
        kind = schema.get("type")
        if not outline.is_field or kind not in SCALARS:
            return None
        making = self.making
        node = making.shapes[kind].copy()
        making.count += 1
        if self.depth >= self.height:
            self.height = self.depth + 1
        node["id"] = f"{making.mark}{making.count}"
        name = above + key.token
        if making.has_field_names:
            node["name"] = name if name.isprintable() else clean(name)
        node.update(key.tokens)
        if making.has_labels:
            making.set_label(node, key.label)
        if is_required:
            node["is_required"] = True
        if is_demanded:
            flag(node, "must_be_filled")
        self._fill(node, schema, outline, is_nullable=False)
        return node

    def _fill(self, node: Plain, words: Schema, outline: Outline, *, is_nullable: bool) -> None:
        """Fill in what a schema says that has no parts, as most have none."""
        making = self.making
        annotate(node, words, outline.writers, making)
        if outline.is_quiet and not is_nullable:
            return
        kind = node["kind"]
        said: list[Sentence] = []
        if kind == "const":
            node["const"] = making.literals.of(words["const"])
        elif kind == "enum":
            put(node, "members", making.members(*listed_values(words), words.get("default", ABSENT)))
        elif kind == "string":
            add_string(node, words, said, making)
        else:
            add_number(node, words, said)
        self._say(node, said, is_nullable=is_nullable)
        self._complete(node)

    def _group(self, schema: Schema, outline: Outline, kind: str, pointer: str, slot: Slot) -> Plain:
        """The node of an object or array with nothing but parts, as most are."""
        node = self._started(kind, pointer, slot)
        making = self.making
        making.parents.add(node["id"])
        annotate(node, schema, outline.writers, making)
        rules = Rules(schema, pointer)
        for keyword, read in outline.readers:
            read(rules, schema[keyword], f"{pointer}/{keyword}")
        said: list[Sentence] = []
        self.depth += 1
        if kind == "object":
            fill_object(self, node, rules, slot, said)
        else:
            fill_array(self, node, rules, slot, said)
        self.depth -= 1
        if said:
            self._say(node, said, is_nullable=False)
        self._complete(node)
        return node

    def _read(
        self, node: Plain, schema: Schema, outline: Outline, pointer: str
    ) -> tuple[Rules, list[str], Sequence[str], bool]:
        """Read what a schema says, and fill in what it says of itself; answers its rules and types, the types whose
        keywords are to be filled in, and whether null is allowed too."""
        rules, is_nullable = read_rules(schema, pointer, self.owner.draft), False
        if rules.all_of or rules.any_of or rules.one_of:
            rules, is_nullable = unwrap(rules, self.owner.draft)
        if rules.words is not schema:
            outline = self._outlines.of(rules.words)
        annotate(node, rules.words, outline.writers, self.making)
        types = declared_types(rules.words)
        if len(types) > 1:
            types, is_nullable = several_types(types, is_nullable)
        if rules.references:
            part_references(rules)
        node["kind"], filled = self._kind_of(node, rules, types, outline.assumed)
        return rules, types, filled, is_nullable

    def _say(self, node: Plain, said: list[Sentence], *, is_nullable: bool) -> None:
        if is_nullable:
            node["is_nullable"] = True
            said.append(sentence("type", "May also be null."))
        if said and self.making.has_sentences:
            put(node, "constraints", self.making.sentences(said))
            flag(node, "has_hint")

    def _fill_values(
        self, node: Plain, rules: Rules, filled: Sequence[str], slot: Slot, said: list[Sentence]
    ) -> frozenset[str]:
        """Fill in what is said of values of the types ``filled``; answers the names of all properties shown now."""
        known = slot.known
        for name in filled:
            if name == "object":
                fill_object(self, node, rules, slot, said)
                known = known.union([key for key, _, _ in rules.properties])
            elif name == "array":
                fill_array(self, node, rules, slot, said)
            elif name == "string":
                add_string(node, rules.words, said, self.making)
                if rules.content_schema:
                    said.append(saying(self, "contentSchema", "The decoded content ", rules.content_schema))
            elif name in {"number", "integer"}:
                add_number(node, rules.words, said)
        return known

    def _fill_parts(
        self, node: Plain, rules: Rules, types: list[str], slot: Slot, known: frozenset[str], said: list[Sentence]
    ) -> None:
        """Fill in what further schemas say of the same value."""
        kind = node["kind"]
        if (rules.any_of or rules.one_of or len(types) > 1) and (kind != "enum" or "enum" in rules.words):
            place = slot.same(is_part=kind != "union", is_demanded=False, known=known)
            build_choices(self, node, rules, place, types, said)
        if rules.all_of:
            place = slot.same(is_part=True, is_demanded=slot.is_demanded, known=known)
            put(node, "all_of", [self.node(member, at, place) for member, at in rules.all_of])
        if rules.conditions or rules.dependent_required or rules.dependent_schemas:
            build_conditions(self, node, rules, slot.same(is_part=True, is_demanded=False, known=known))
        if rules.negated:
            negated, at = rules.negated
            said.append(sentence("not", "Not allowed where ", *clause(negated, at, self.name_of), "."))
        for key in self.making.asked:
            asked: Place | None = getattr(rules, _ASKED[key])
            if asked is not None:
                node[key] = self.making.literals.of(asked[0])

    def _kind_of(
        self, node: Plain, rules: Rules, types: list[str], assumed: Sequence[str]
    ) -> tuple[str, Sequence[str]]:
        """The kind of a node, and the types whose keywords it shows."""
        words = rules.words
        if rules.references:
            keyword, at = rules.references[0]
            self._refer(node, keyword, at, words.get(keyword))
            return "ref", ()
        if "const" in words:
            node["const"] = self.making.literals.of(words["const"])
            return "const", ()
        listed = enumeration(rules)
        if listed is not None:
            put(node, "members", self.making.members(*listed, words.get("default", ABSENT)))
            return "enum", ()
        if len(types) > 1:
            return "union", ()
        if types:
            return types[0], types
        if (rules.any_of or rules.one_of) and only_bounds(words):
            return "union", assumed
        if len(assumed) == 1:
            return assumed[0], assumed
        if assumed:
            return "any", assumed
        if rules.any_of or rules.one_of:
            return "union", ()
        if not rules.all_of:
            return "any", ()
        kind = kind_of_parts(rules.all_of, self.owner, self.definitions)
        return (kind, [kind]) if kind in TYPES else ("any", ())

    def _refer(self, node: Plain, keyword: str, at: str, text: JsonValue) -> None:
        found = self.definitions.lookup(self.owner.target.path, at, keyword)
        node["ref"] = self.definitions.ref_to(self.owner, found, text if isinstance(text, str) else "")
        if self.making.has_labels and not node["label"]:
            self.making.set_label(node, node["ref"]["title"] or node["ref"]["name"])
        if isinstance(found, Definition):
            self.sites.append((node, self.depth + 1))
            if not node["description"]:
                if found.described is None:
                    found.described = {}
                    text = found.schema.get("description") if isinstance(found.schema, dict) else None
                    if isinstance(text, str):
                        describe(found.described, text, self.making)
                node.update(found.described)

    def name_of(self, pointer: str) -> str:
        """The name of the definition that the ``$ref`` of the schema at ``pointer`` leads to."""
        found = self.definitions.lookup(self.owner.target.path, pointer, "$ref")
        return found.name if isinstance(found, Definition) else ""

    def _complete(self, node: Plain) -> None:
        """Say of a node, all the rest of which is known, what follows from that."""
        if self.making.has_type_words:
            node["type_text"], node["md_type"] = type_words(node)
        if self.making.has_links:
            node["md_linked_type"] = linked_type(node)
        if self.making.has_html:
            node["html"] = control_for(node)
