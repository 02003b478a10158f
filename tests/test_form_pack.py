"""The form pack: valid documents, the expected inputs, every label and description in its place, hostile text inert."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

from schemagen.config import Config
from schemagen.packs import Pack, load_pack
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.view.root import build_view
from tests.conftest import REPOSITORY, Project

HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "</textarea></fieldset></form>",
    "<!-- --> ]]>",
    "a | b \\| c",
    "`code` ``` ~~~",
    "line\nbreak\r\nand\ttab",
    "{{title}} {{{title}}} {{> node}} {{#x}}",
    "nul\x00 bel\x07 esc\x1b",
    "\u202ereversed\u2028next\u0085",
    "&amp; &lt; &#x3c;",
]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("form", REPOSITORY)


@pytest.fixture
def render(pack: Pack, tmp_path: Path) -> Any:
    def make(schema: Any) -> Element:
        folder = tmp_path / "schemas"
        folder.mkdir(exist_ok=True)
        (folder / "thing.json").write_text(json.dumps(schema), encoding="utf-8")
        config = Config(root=str(tmp_path), unresolved_refs="opaque")
        schemas = [read_schema(found, config) for found in find_schemas(config)]
        view = build_view(schemas[0], Library(schemas, config).resolve(schemas[0]))
        return parsed(pack.outputs[0].render(view).decode())

    return make


def parsed(text: str) -> Element:
    """The document, checked: no parse error, ids unique, labels and descriptions lead somewhere."""
    tree: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    assert not [name for name, count in ids.items() if count > 1]
    for element in tree.iter():
        for attribute in ("for", "list", "aria-describedby"):
            if element.get(attribute) is not None:
                assert element.get(attribute) in ids
    labels = Counter(label.get("for") for label in tree.iter("label"))
    for control in controls(tree):
        assert labels[control.get("id")] == 1 or control.get("aria-label")
    for fieldset in tree.iter("fieldset"):
        assert [child.tag for child in fieldset].count("legend") == 1
    assert len(list(tree.iter("h1"))) == len(list(tree.iter("main"))) == 1
    _drop_parts(tree)
    for control in controls(tree):
        assert labels[control.get("id")] == 1
        assert control.get("name")
    return tree


def _drop_parts(tree: Element) -> None:
    """Take out what the script copies into a form: it is the same on all pages, and inert without the script."""
    (body,) = tree.iter("body")
    (parts,) = (child for child in body if child.get("id") == "schema-form-parts")
    body.remove(parts)


def controls(tree: Element) -> Iterator[Element]:
    for element in tree.iter():
        if element.tag in {"input", "select", "textarea"} and element.get("type") != "hidden":
            yield element


def shape(tree: Element) -> list[Any]:
    """Elements and the names of their attributes, without any text."""
    return [tree.tag, sorted(tree.keys()), *(shape(child) for child in tree)]


def described(tree: Element) -> dict[str, tuple[str, str]]:
    """For each control, by its name: its tag and type."""
    return {str(c.get("name")): (c.tag, c.get("type") or "") for c in controls(tree)}


SIMPLE = {
    "title": "Order",
    "type": "object",
    "required": ["id", "kind", "count", "gift"],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "kind": {"enum": ["pickup", "delivery"]},
        "size": {"enum": ["s", "m", "l"]},
        "count": {"type": "integer", "minimum": 0, "maximum": 10, "default": 0},
        "price": {"type": "number", "exclusiveMinimum": 0},
        "gift": {"type": "boolean", "default": True},
        "wrapped": {"type": "boolean", "default": True},
        "email": {"type": "string", "format": "email"},
        "site": {"type": "string", "format": "uri"},
        "day": {"type": "string", "format": "date"},
        "from": {"type": "string", "format": "date-time"},
        "at": {"type": "string", "format": "time"},
        "word": {"type": "string", "format": "password"},
        "note": {"type": "string", "maxLength": 2000},
        "fixed": {"const": "v1"},
        "anything": True,
    },
}


def test_simple_schema_gives_the_expected_inputs(render: Any) -> None:
    tree = render(SIMPLE)
    assert described(tree) == {
        "/id": ("input", "text"),
        "/kind": ("input", "radio"),
        "/size": ("select", ""),
        "/count": ("input", "number"),
        "/price": ("input", "number"),
        "/gift": ("input", "checkbox"),
        "/wrapped": ("select", ""),
        "/email": ("input", "email"),
        "/site": ("input", "url"),
        "/day": ("input", "date"),
        "/from": ("input", "datetime-local"),
        "/at": ("input", "time"),
        "/word": ("input", "password"),
        "/note": ("textarea", ""),
        "/fixed": ("input", "text"),
        "/anything": ("textarea", ""),
    }


def test_minimum_zero_default_zero_and_required_are_there(render: Any) -> None:
    tree = render(SIMPLE)
    by_name = {control.get("name"): control for control in controls(tree)}
    count = by_name["/count"]
    assert (count.get("min"), count.get("max"), count.get("step"), count.get("value")) == (
        "0",
        "10",
        "1",
        "0",
    )
    assert count.get("required") is not None
    assert by_name["/price"].get("step") == "any"
    assert by_name["/price"].get("required") is None
    assert by_name["/gift"].get("checked") is not None
    # One that may be absent has a third state.
    options = {option.get("value"): option.get("selected") is not None for option in by_name["/wrapped"]}
    assert options == {"": False, "true": True, "false": False}
    assert by_name["/fixed"].get("readonly") is not None


def test_options_carry_the_json_of_members_of_any_type(render: Any) -> None:
    tree = render({"properties": {"x": {"enum": ["a", 1, None, True, {"k": []}, ""]}}})
    values = [option.get("value") for option in tree.iter("option")]
    assert values == ["", '"a"', "1", "null", "true", '{"k": []}', '""']


def test_labels_are_titles_or_keys_in_words(render: Any) -> None:
    tree = render({"properties": {"billingAddress": {"type": "string"}, "x": {"title": "The X", "type": "string"}}})
    assert [label.text.strip() for label in tree.iter("label")] == ["Billing address", "The X"]


def test_array_shows_as_many_rows_as_it_must_have_and_at_least_one(render: Any) -> None:
    item = {"type": "object", "properties": {"x": {"type": "string"}}}
    tree = render({"properties": {"none": {"items": item}, "three": {"items": item, "minItems": 3}}})
    assert list(described(tree)) == ["/none/0/x", "/three/0/x", "/three/1/x", "/three/2/x"]


def test_set_of_an_enum_is_a_group_of_checkboxes(render: Any) -> None:
    tree = render({"properties": {"t": {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}}})
    assert [control.get("type") for control in controls(tree)] == ["checkbox", "checkbox"]


def test_variants_are_a_choice_with_a_fieldset_each(render: Any) -> None:
    card = {"title": "Card", "properties": {"number": {"type": "string"}}}
    tree = render({"properties": {"pay": {"oneOf": [card, {"title": "Cash", "const": "cash"}]}}})
    radios = [control for control in controls(tree) if control.get("type") == "radio"]
    assert [radio.get("checked") is not None for radio in radios] == [True, False]
    assert len({radio.get("name") for radio in radios}) == 1
    assert [legend.text for legend in tree.iter("legend")] == [
        "Pay",
        "Choose exactly one of these.",
        "Card",
        "Cash",
    ]


def test_reference_shows_the_fields_of_its_definition(render: Any) -> None:
    schema = {
        "properties": {"home": {"$ref": "#/$defs/place"}, "work": {"$ref": "#/$defs/place"}},
        "$defs": {"place": {"title": "Place", "properties": {"street": {"type": "string"}}}},
    }
    tree = render(schema)
    assert list(described(tree)) == ["/home/street", "/work/street"]
    assert [legend.text for legend in tree.iter("legend")] == ["Home", "Work"]


def test_recursion_ends_in_a_box_for_json(render: Any) -> None:
    tree = render({"properties": {"name": {"type": "string"}, "parent": {"$ref": "#"}}})
    assert described(tree) == {"/name": ("input", "text"), "/parent": ("textarea", "")}


def test_condition_shows_only_fields_that_are_new(render: Any) -> None:
    schema = {
        "properties": {"kind": {"enum": ["a", "b"]}},
        "if": {"properties": {"kind": {"const": "a"}}},
        "then": {"properties": {"kind": {"title": "again"}, "extra": {"type": "string"}}},
    }
    assert list(described(render(schema))) == ["/kind", "/extra"]


def test_free_form_object_is_a_box_for_json_and_a_map_has_a_row(render: Any) -> None:
    tree = render({"properties": {"any": {"type": "object"}, "map": {"additionalProperties": {"type": "integer"}}}})
    assert described(tree) == {
        "/any": ("textarea", ""),
        "/map/~a/~key": ("input", "text"),
        "/map/~a": ("input", "number"),
    }


@pytest.mark.parametrize(
    "schema",
    [
        True,
        False,
        {},
        *({"type": name} for name in ("string", "number", "integer", "boolean", "null", "array", "object")),
        {"enum": [1, 2]},
        {"type": ["string", "number", "null"]},
        {"items": {"type": "string"}},
        {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False},
        {"properties": {"a": False, "b": {"type": "array", "items": False}}},
        {"$ref": "https://nowhere.example/"},
        {"patternProperties": {"^a|b$": {"type": "string"}}},
        {"properties": {"": {"type": "string"}, " ": {"type": "string"}}},
        {"anyOf": [True, False, {"$ref": "#"}]},
        {"type": "string", "default": "\n\nkept"},
    ],
)
def test_any_root_makes_a_sound_document(render: Any, schema: Any) -> None:
    render(schema)


def test_default_of_several_lines_is_kept(render: Any) -> None:
    tree = render({"properties": {"x": {"type": "string", "default": "\n\nkept\n"}}})
    (area,) = tree.iter("textarea")
    assert area.text == "\n\nkept\n"


def everywhere(text: str) -> dict[str, Any]:
    """A schema with ``text`` in every place where a schema may hold text."""
    leaf: dict[str, Any] = {
        "type": "string",
        "title": text,
        "description": text,
        "default": text,
        "examples": [text],
        "pattern": text,
        "format": text,
        "contentMediaType": text,
        "x-more": text,
    }
    return {
        "$comment": text,
        "title": text,
        "description": text,
        "type": "object",
        "required": [text, text + "2"],
        "properties": {
            text: leaf,
            "p": {"properties": {text: {"type": "integer", "title": text}}},
            "e": {"enum": [text, {text: text}], "enumNames": [text, text], "enumDescriptions": [text, text]},
            "c": {"const": text, "title": text},
            "l": {"title": text, "items": {"title": text, "type": "object", "properties": {text: True}}},
            "u": {
                "oneOf": [
                    {"title": text, "type": "string"},
                    {"const": text},
                    {"description": text, "properties": {text: leaf}},
                ]
            },
            "r": {"$ref": "#/$defs/d"},
            "o": {"$ref": "https://nowhere.example/x"},
            "j": {"title": text, "default": {text: [text]}},
            "n": {"not": {"const": text}},
        },
        "patternProperties": {text: {"title": text, "type": "string"}},
        "dependentRequired": {text: [text]},
        "if": {"properties": {text: {"const": text}}},
        "then": {"properties": {"z": {"title": text, "type": "string"}}, "description": text},
        "$defs": {"d": {"title": text, "description": text, "properties": {text: {"enum": [text]}}}},
    }


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_does_not_change_the_tree(pack: Pack, hostile: str) -> None:
    from schemagen.model import Draft, Resolution, Schema, Target

    def tree_of(text: str) -> Element:
        document = everywhere(text)
        made = Schema("t", "t.json", b"", "0" * 32, Draft.D2020, copy.deepcopy(document))
        targets = {
            ("t.json", "#/properties/r", "$ref"): Target("t.json", "#/$defs/d"),
            ("t.json", "#/properties/o", "$ref"): Target("https://nowhere.example/x", "#", is_opaque=True),
        }
        view = build_view(made, Resolution(targets, {"t.json": (Draft.D2020, document)}, (), (), ()))
        return parsed(pack.outputs[0].render(view).decode())

    # The pattern attribute is there for plain patterns only, and a default of several lines needs a textarea.
    harmless = "(?=harm)\nless" if "\n" in hostile else "(?=harm)less"
    assert shape(tree_of(hostile)) == shape(tree_of(harmless))


def test_forms_of_real_schemas_are_sound(pack: Pack, corpus: Path) -> None:
    config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    library = Library(schemas, config)
    for schema in schemas[::20]:
        parsed(pack.outputs[0].render(build_view(schema, library.resolve(schema))).decode())


def test_form_of_the_largest_schemas_is_of_a_size_that_opens(pack: Pack, corpus: Path) -> None:
    config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    library = Library(schemas, config)
    for schema in sorted(schemas, key=lambda schema: -len(schema.data))[:3]:
        text = pack.outputs[0].render(build_view(schema, library.resolve(schema))).decode()
        assert len(text) < 8_000_000


def test_page_has_of_other_documents_what_its_schema_refers_to(project: Project) -> None:
    definitions = {f"d{number}": {"title": f"Definition {number}"} for number in range(50)}
    definitions["a"] = {"properties": {"b": {"$ref": "#/$defs/b~1c"}}}
    definitions["b/c"] = {"properties": {"back": {"$ref": "user.json"}}}
    project.write("schemas/library.json", {"$id": "library.json", "title": "All", "$defs": definitions})
    project.write("schemas/user.json", {"title": "User", "properties": {"a": {"$ref": "library.json#/$defs/a"}}})
    assert project.generate("-t", "form").code == 0
    page = project.read("build/user.html")
    library = json.loads(re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1])
    assert library == {"$id": "library.json", "$defs": {key: definitions[key] for key in ("a", "b/c")}}
