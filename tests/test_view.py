"""The view: plain data with closed key sets, right about drafts, references, words and hostile text."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from schemagen.config import Config
from schemagen.jsontext import parse
from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.view import VIEW_VERSION
from schemagen.view.definitions import cycles
from schemagen.view.markdown import code_block, code_span, escape_markdown
from schemagen.view.patterns import html_pattern
from schemagen.view.root import build_view
from schemagen.view.shapes import (
    CHILDREN,
    CONTROLS,
    EMPTY_CHOICE,
    EMPTY_CONDITION,
    EMPTY_DEFINITION,
    EMPTY_DOCUMENT,
    EMPTY_EXTENSION,
    EMPTY_HTML,
    EMPTY_INSTANCE,
    EMPTY_KEY,
    EMPTY_LINE,
    EMPTY_LITERAL,
    EMPTY_NAMES,
    EMPTY_NODE,
    EMPTY_REF,
    EMPTY_SENTENCE,
    EMPTY_USE,
    EMPTY_VOCABULARY,
    KINDS,
    MEMBER_EXTRA,
    REST_ANY,
    RESTS,
)
from tests.conftest import IS_WHOLE

ITEM = {"index", "first", "last"}
LITERAL = set(EMPTY_LITERAL)
KEYS: dict[str, set[str]] = {
    "node": set(EMPTY_NODE),
    "ref": set(EMPTY_REF),
    "html": set(EMPTY_HTML),
    "names": set(EMPTY_NAMES),
    **dict.fromkeys(("default", "const", "value", "if"), LITERAL),
    **dict.fromkeys(("not", "contains", "property_names", "content_schema"), LITERAL),
    "members": LITERAL | ITEM | set(MEMBER_EXTRA),
    "examples": LITERAL | ITEM | {"md_block", "is_chosen"},
    "example": set(EMPTY_INSTANCE),
    "constraints": ITEM | set(EMPTY_SENTENCE),
    "doc_lines": ITEM | set(EMPTY_LINE),
    "unlisted_required": ITEM | set(EMPTY_KEY),
    "required": ITEM | set(EMPTY_KEY),
    "choices": set(EMPTY_CHOICE) | ITEM,
    "conditions": set(EMPTY_CONDITION) | ITEM,
    "x": ITEM | set(EMPTY_EXTENSION),
    "vocabularies": ITEM | set(EMPTY_VOCABULARY),
    "attributes": {"name", "value"},
    "suggestions": {"text"},
    **{key: set(REST_ANY) for key in RESTS},
    "definitions": set(EMPTY_DEFINITION) | ITEM,
    "documents": set(EMPTY_DOCUMENT) | ITEM,
    "used_by": set(EMPTY_USE) | ITEM,
}
NODES = {*CHILDREN, "items", "node", "then", "else", "variants", "root"}


def check_plain(value: Any, kind: str) -> int:
    """Check every value below ``value``, iteratively; answers how many nodes there are."""
    nodes = 0
    waiting = [(value, kind)]
    while waiting:
        here, kind = waiting.pop()
        if isinstance(here, dict):
            wanted = "node" if kind in NODES else kind
            if wanted in KEYS:
                assert set(here) == KEYS[wanted], (kind, set(here) ^ KEYS[wanted])
            if wanted == "node":
                nodes += 1
                assert [here[f"is_{k}"] for k in KINDS].count(True) == 1
                assert [here["html"][name] for name in CONTROLS].count(True) == 1
            waiting.extend((item, key) for key, item in here.items())
        elif isinstance(here, list):
            for number, item in enumerate(here, 1):
                assert isinstance(item, dict)
                if "index" in item and kind != "more_rows":
                    assert item["index"] == str(number)
                    assert (item["first"], item["last"]) == (number == 1, number == len(here))
            waiting.extend((item, kind) for item in here)
        else:
            assert isinstance(here, str | bool), (kind, here)
    return nodes


def ids_of(view: dict[str, Any]) -> list[str]:
    found: list[str] = []
    waiting: list[Any] = [view]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if set(here) == set(EMPTY_NODE):
                found.append(here["id"])
            # What a page shows is among the definitions too.
            waiting.extend(value for key, value in here.items() if key != "page_definitions")
        elif isinstance(here, list):
            waiting.extend(here)
    return found


View = Callable[..., dict[str, Any]]


@pytest.fixture
def view(tmp_path: Path) -> View:
    """Build the view of a schema; further files by keyword, ``other={...}`` for ``other.json``."""

    def build(schema: Any, draft: Draft = Draft.D2020, **others: Any) -> dict[str, Any]:
        folder = tmp_path / "schemas"
        folder.mkdir(exist_ok=True)
        for name, document in {"thing": schema, **others}.items():
            (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        config = Config(root=str(tmp_path), default_draft=draft, unresolved_refs="opaque")
        schemas = {found.name: read_schema(found, config) for found in find_schemas(config)}
        library = Library(schemas.values(), config)
        return build_view(schemas["thing"], library.resolve(schemas["thing"]))

    return build


def root(view: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = view["root"]
    return node


def one(schema: Any, draft: Draft = Draft.D2020) -> dict[str, Any]:
    """The node of a schema without references."""
    data = json.dumps(schema).encode()
    made = Schema("thing", "schemas/thing.json", data, "0" * 32, draft, parse(data, "thing.json"))
    resolution = Resolution({}, {made.path: (draft, made.document)}, (), (), ())
    return root(build_view(made, resolution))


def said(node: dict[str, Any]) -> list[str]:
    return [item["text"] for item in node["constraints"]]


def kind_of(schema: Any) -> str:
    return str(one(schema)["kind"])


def test_view_has_a_version_and_what_a_page_needs_at_its_top(view: View) -> None:
    made = view({"title": "A\n thing", "description": "Text", "$id": "https://example.com/thing"})
    assert made["view_version"] == VIEW_VERSION == "1.1"
    assert (made["title"], made["description"], made["name"]) == ("A thing", "Text", "thing")
    assert made["uri"] == "https://example.com/thing"


def test_title_is_made_of_the_name_where_there_is_none(view: View) -> None:
    assert view({})["title"] == "Thing"


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (True, "any"),
        (False, "never"),
        ({}, "any"),
        *(({"type": name}, name) for name in ("object", "array", "string", "number", "integer", "boolean", "null")),
        ({"enum": [1]}, "enum"),
        ({"const": None}, "const"),
        ({"type": ["string", "integer"]}, "union"),
        ({"type": ["string", "null"]}, "string"),
        ({"type": ["integer", "number"]}, "number"),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "union"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string"),
        ({"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]}, "enum"),
        ({"properties": {}}, "object"),
        ({"items": {}}, "array"),
        ({"minLength": 1}, "string"),
        ({"minimum": 0}, "number"),
        ({"properties": {}, "items": {}}, "any"),
        ({"allOf": [{"title": "Base", "type": "object"}]}, "object"),
    ],
)
def test_kind_is_that_of_the_type_or_else_of_the_keywords(schema: Any, kind: str) -> None:
    assert kind_of(schema) == kind


def test_zero_false_and_empty_survive() -> None:
    node = one({"type": "integer", "minimum": 0, "default": 0})
    assert (node["minimum"], node["default"]["json"]) == ("0", "0")
    assert {"name": "min", "value": "0"} in node["html"]["attributes"]
    assert one({"type": "boolean", "default": False})["default"]["json"] == "false"
    assert one({"type": "string", "default": ""})["default"]["json"] == '""'
    assert one({"const": 0})["const"]["text"] == "0"
    assert one({"default": None})["default"]["is_null"] is True


def test_numbers_keep_their_text() -> None:
    data = b'{"type": "number", "minimum": 1.0, "maximum": 1e400, "default": 12345678901234567890.10}'
    made = Schema("n", "n.json", data, "0" * 32, Draft.D2020, parse(data, "n.json"))
    node = root(build_view(made, Resolution({}, {"n.json": (Draft.D2020, made.document)}, (), (), ())))
    assert (node["minimum"], node["maximum"]) == ("1.0", "1e400")
    assert node["default"]["json"] == "12345678901234567890.10"
    names = [item["name"] for item in node["html"]["attributes"]]
    assert names == ["step", "min"]  # no browser can hold 1e400


def test_draft_4_bounds_mean_what_they_mean_in_2020() -> None:
    node = one({"minimum": 3, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False}, Draft.D4)
    assert (node["minimum"], node["exclusive_minimum"], node["maximum"]) == ("", "3", "9")


def test_list_form_of_items_becomes_prefix_items() -> None:
    node = one({"items": [{"type": "string"}, True], "additionalItems": {"type": "integer"}}, Draft.D7)
    assert [item["kind"] for item in node["prefix_items"]] == ["string", "any"]
    assert node["items"]["kind"] == "integer"


def test_additional_items_without_list_form_mean_nothing() -> None:
    node = one({"items": {"type": "string"}, "additionalItems": {"type": "integer"}}, Draft.D7)
    assert (node["prefix_items"], node["items"]["kind"]) == ([], "string")


def test_dependencies_become_conditions() -> None:
    node = one({"dependencies": {"a": ["b", "c"], "d": {"properties": {"e": {}}}}}, Draft.D7)
    assert node["conditions"][0]["text"] == "If a is present, b and c are required."
    assert node["conditions"][1]["then"]["properties"][0]["key"] == "e"


def test_keywords_beside_ref_are_ignored_up_to_draft_7_save_what_describes(view: View) -> None:
    schema = {
        "$ref": "#/definitions/a",
        "minLength": 3,
        "description": "Here",
        "definitions": {"a": {"type": "string"}},
    }
    node = root(view(schema, Draft.D7))
    assert (node["kind"], node["min_length"], node["description"]) == ("ref", "", "Here")
    assert node["ref"]["node"]["description"] == "Here"


def test_keywords_beside_ref_count_since_2019(view: View) -> None:
    node = root(view({"$ref": "#/$defs/a", "required": ["x"], "$defs": {"a": {"type": "object"}}}))
    assert node["kind"] == "object"
    assert [part["kind"] for part in node["all_of"]] == ["ref"]
    assert "x is required." in said(node)


def test_simple_members_of_all_of_are_one_field_set() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {}},
        "allOf": [{"properties": {"b": {}}, "required": ["b"]}],
    }
    node = one(schema)
    assert [(child["key"], child["is_required"]) for child in node["properties"]] == [
        ("a", False),
        ("b", True),
    ]
    assert node["all_of"] == []


def test_clashing_members_of_all_of_stay_apart() -> None:
    node = one({"properties": {"a": {"minLength": 1}}, "allOf": [{"properties": {"a": {"maxLength": 2}}}]})
    assert len(node["all_of"]) == 1
    assert node["all_of"][0]["properties"][0]["is_overlay"] is True


def test_definitions_come_once_in_order_of_first_use_across_files(view: View) -> None:
    schema = {
        "properties": {"b": {"$ref": "#/$defs/b"}, "o": {"$ref": "other.json"}, "b2": {"$ref": "#/$defs/b"}},
        "$defs": {
            "a": {"$ref": "#/$defs/b"},
            "unused": {},
            "b": {"$ref": "#/$defs/c"},
            "c": {"type": "null"},
        },
    }
    made = view(schema, other={"properties": {"b": {"$ref": "#/$defs/b"}}, "$defs": {"b": {"type": "string"}}})
    assert [item["name"] for item in made["definitions"]] == ["b", "other", "c", "b 2"]
    assert len({item["anchor"] for item in made["definitions"]}) == 4
    assert [item["is_external"] for item in made["definitions"]] == [False, True, False, True]


def test_recursion_is_by_name_and_never_inlined_into_itself(view: View) -> None:
    made = view(
        {
            "properties": {"tree": {"$ref": "#/$defs/tree"}, "me": {"$ref": "#"}},
            "$defs": {"tree": {"properties": {"left": {"$ref": "#/$defs/tree"}}}},
        }
    )
    tree, me = root(made)["properties"]
    assert (tree["ref"]["is_recursive"], me["ref"]["is_recursive"], me["ref"]["is_root"]) == (
        False,
        True,
        True,
    )
    left = tree["ref"]["node"]["properties"][0]
    assert (left["ref"]["is_recursive"], left["ref"]["node"]) == (True, False)
    assert left["html"]["is_textarea"]
    assert me["ref"]["node"] is False


def test_unresolved_reference_is_shown_as_opaque(view: View) -> None:
    node = root(view({"properties": {"a": {"$ref": "https://nowhere.example/x.json"}}}))["properties"][0]
    assert node["ref"]["is_opaque"] is True
    assert node["ref"]["uri"] == "https://nowhere.example/x.json"


def test_ids_are_unique_also_after_inlining(view: View) -> None:
    leaf = {
        "type": "object",
        "properties": {"x": {"type": "string"}, "l": {"type": "array", "items": {}, "minItems": 3}},
    }
    made = view(
        {
            "properties": {name: {"$ref": "#/$defs/pair"} for name in "abc"},
            "$defs": {"pair": {"items": {"$ref": "#/$defs/leaf"}, "minItems": 2}, "leaf": leaf},
        }
    )
    ids = ids_of(made["root"])
    assert len(ids) == len(set(ids)) > 20
    assert len(root(made)["properties"][0]["ref"]["node"]["more_rows"]) == 1


def test_names_are_pointers_into_an_instance(view: View) -> None:
    made = view(
        {
            "properties": {
                "a/b": {"$ref": "#/$defs/p"},
                "l": {"items": {"$ref": "#/$defs/p"}, "minItems": 2},
            },
            "$defs": {"p": {"properties": {"x": {"type": "string"}}}},
        }
    )
    first, second = root(made)["properties"]
    assert first["ref"]["node"]["properties"][0]["name"] == "/a~1b/x"
    assert second["items"]["ref"]["node"]["properties"][0]["name"] == "/l/0/x"
    assert second["more_rows"][0]["ref"]["node"]["properties"][0]["name"] == "/l/1/x"


def test_required_is_demanded_only_where_all_above_is() -> None:
    inner = {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}
    node = one({"required": ["must"], "properties": {"must": inner, "may": inner}})
    must, may = (child["properties"][0] for child in node["properties"])
    assert (must["is_required"], must["must_be_filled"]) == (True, True)
    assert (may["is_required"], may["must_be_filled"]) == (True, False)


def test_expanding_references_stay_within_a_budget(view: View) -> None:
    defs = {f"d{i}": {"properties": {k: {"$ref": f"#/$defs/d{i + 1}"} for k in "abcdefgh"}} for i in range(12)}
    defs["d12"] = {"type": "string"}
    made = view({"$ref": "#/$defs/d0", "$defs": defs})
    assert check_plain(made["root"], "root") < 3000


def test_deepest_schema_that_is_read_makes_a_view() -> None:
    for keyword in ("items", "not", "additionalProperties", "contains", "propertyNames"):
        schema: Any = {"type": "string"}
        for _ in range(195):
            schema = {keyword: schema}
        check_plain(one(schema), "root")
    nested: Any = {}
    for _ in range(97):
        nested = {"anyOf": [nested, {"type": "string"}]}
    check_plain(one(nested), "root")


def test_many_equal_names_cost_little() -> None:
    variants = [{"properties": {"name": {"type": "string"}, f"p{i}": {}}} for i in range(4000)]
    start = time.process_time()
    one({"oneOf": variants})
    assert time.process_time() - start < 5


def test_conditions_are_said_in_words() -> None:
    node = one(
        {
            "properties": {"kind": {}, "path": {}},
            "if": {"properties": {"kind": {"const": "file"}}, "required": ["kind"]},
            "then": {"required": ["path"]},
            "else": {"properties": {"path": {"const": 1}}},
        }
    )
    condition = node["conditions"][0]
    assert condition["text"] == 'If kind is "file", path is required.'
    assert condition["md"] == 'If `kind` is `"file"`, `path` is required.'
    assert condition["else_text"] == "Otherwise path is 1 or is absent."


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ({"minLength": 1}, "At least 1 character."),
        ({"minLength": 2, "maxLength": 2}, "Exactly 2 characters."),
        ({"minItems": 1, "maxItems": 3.0}, "Between 1 and 3 items."),
        ({"minProperties": 2}, "At least 2 properties."),
        ({"minimum": 0, "maximum": 5}, "Between 0 and 5."),
        ({"exclusiveMinimum": 0}, "Greater than 0."),
        ({"multipleOf": 0.01}, "A multiple of 0.01."),
        ({"uniqueItems": True}, "No item may occur twice."),
        ({"additionalProperties": False}, "No other properties are allowed."),
        ({"propertyNames": {"maxLength": 3}}, "Every property name has at most 3 characters."),
        ({"contains": {"type": "integer"}}, "At least 1 of the items must be such that each is an integer."),
        ({"not": {"required": ["a"]}}, "Not allowed where a is present."),
        (
            {"anyOf": [{"required": ["a"]}, {"required": ["b", "c"]}]},
            "Required, at least one of these: a; b and c.",
        ),
        ({"type": ["string", "null"]}, "May also be null."),
    ],
)
def test_constraints_are_plain_sentences(schema: Any, sentence: str) -> None:
    assert sentence in said(one(schema))


def test_members_have_labels_and_descriptions() -> None:
    node = one({"enum": ["a", 1], "enumDescriptions": ["The a.", "The 1."], "default": 1})
    assert [(m["label"], m["json"], m["summary"], m["is_default"]) for m in node["members"]] == [
        ("a", '"a"', "The a.", False),
        ("1", "1", "The 1.", True),
    ]


def test_extensions_are_listed() -> None:
    node = one({"x-order": {"a": [1]}})
    assert [(item["key"], item["value"]["json"]) for item in node["x"]] == [("x-order", '{"a": [1]}')]


@pytest.mark.parametrize(
    ("pattern", "attribute"),
    [
        ("b", r"[\s\S]*(?:b)[\s\S]*"),
        ("^[a-z]+$", "[a-z]+"),
        ("^a|b$", r"[\s\S]*(?:^a|b$)[\s\S]*"),
        ("^[a-z.-]+$", r"[a-z.\-]+"),
        ("[(]x", ""),
        ("[a-z&&]", ""),
        ("(?<=a)b", ""),
        (r"\-x", ""),
        ("[z-a]", ""),
        ("(a", ""),
        ("*a", ""),
    ],
)
def test_pattern_attribute_only_where_browsers_agree(pattern: str, attribute: str) -> None:
    assert html_pattern(pattern) == attribute


def test_integer_bounds_and_steps_are_what_html_means() -> None:
    def attributes(schema: Any) -> dict[str, str]:
        return {item["name"]: item["value"] for item in one(schema)["html"]["attributes"]}

    assert attributes({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 9}) == {
        "step": "1",
        "min": "1",
        "max": "8",
    }
    assert attributes({"type": "integer", "minimum": 0.5}) == {"step": "1", "min": "1"}
    assert attributes({"type": "integer", "minimum": 1, "multipleOf": 2}) == {"step": "2", "min": "2"}
    assert attributes({"type": "number", "multipleOf": 2}) == {"step": "any"}
    assert attributes({"type": "string", "maxLength": 5, "minLength": 2}) == {"minlength": "2"}


def test_strongly_connected_components_are_found() -> None:
    groups = cycles([[1], [2], [0], [1, 4], []])
    assert groups[0] == groups[1] == groups[2]
    assert len({groups[0], groups[3], groups[4]}) == 3


def test_wrong_shapes_in_places_no_metaschema_checks_do_no_harm() -> None:
    weird = {
        "type": ["string", 3],
        "properties": [],
        "required": "x",
        "enum": {},
        "items": 7,
        "allOf": {},
        "anyOf": [1],
        "oneOf": "x",
        "if": 3,
        "then": [],
        "dependentRequired": [],
        "dependencies": 3,
        "minimum": "a",
        "minLength": [],
        "title": 3,
        "description": {},
        "examples": "x",
        "pattern": 4,
        "format": None,
        "$ref": 5,
        "patternProperties": 1,
        "additionalProperties": "x",
        "contains": 1,
        "not": "x",
        "minItems": -1,
        "maxItems": 1.5,
        "uniqueItems": "x",
    }
    for draft in Draft:
        made = Schema("w", "w.json", b"", "0" * 32, draft, weird)
        check_plain(build_view(made, Resolution({}, {"w.json": (draft, weird)}, (), (), ())), "")
        for keyword, value in weird.items():
            check_plain(one({keyword: value}, draft), "root")


def test_reference_to_what_is_no_schema_does_no_harm() -> None:
    document = {"$ref": "#/x", "x": [1]}
    made = Schema("w", "w.json", b"", "0" * 32, Draft.D2020, document)
    for target in (Target("w.json", "#/x"), Target("w.json", "#/y"), Target("gone.json", "#")):
        resolution = Resolution({("w.json", "#", "$ref"): target}, {"w.json": (Draft.D2020, document)}, (), (), ())
        assert root(build_view(made, resolution))["kind"] == "ref"


def test_control_characters_reach_no_page() -> None:
    node = one({"title": "a\x00b", "description": "c\x1b\r\nd\ufffe", "enum": ["\x07", "\x7f"]})
    assert (node["title"], node["description"]) == ("a\ufffdb", "c\ufffd\nd\ufffd")
    assert [member["json"] for member in node["members"]] == ['"\\u0007"', '"\\u007f"']


text = st.text(st.characters(codec="utf-8") | st.sampled_from("\\`*_[]<>#|&!-+=~$\n\t 1."), max_size=60)


@settings(max_examples=300)
@given(text)
def test_escaped_markdown_is_only_text(value: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(escape_markdown(value))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    inline = {child.type for token in tokens for child in token.children or []}
    assert inline <= {"text", "softbreak", "text_special"}


@settings(max_examples=300)
@given(text)
def test_code_span_is_one_cell_of_a_table(value: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {code_span(value)} | end |\n"
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(table)
    cells = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 2
    assert cells[1].content == "end"
    kinds = [child.type for child in cells[0].children or []]
    assert kinds == ["code_inline"] or (kinds[0], kinds[-1]) == ("html_inline", "html_inline")


@given(text)
def test_code_block_is_one_block(value: str) -> None:
    tokens = MarkdownIt("commonmark").parse(code_block(value, "json"))
    assert [token.type for token in tokens] == ["fence"]


def test_views_of_real_schemas_are_plain_and_closed(corpus: Path) -> None:
    config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    by_size = sorted(schemas, key=lambda schema: len(schema.data))
    library = Library(schemas, config)
    for schema in [*by_size[: -3 : 1 if IS_WHOLE else 24], *(by_size[-3:] if IS_WHOLE else by_size[-1:])]:
        resolution = library.resolve(schema)
        start = time.process_time()
        made = build_view(schema, resolution)
        assert time.process_time() - start < 5, schema.path
        check_plain(made, "")
        ids = ids_of(made)
        assert len(ids) == len(set(ids)), schema.path


def test_same_schema_makes_the_same_view(view: View) -> None:
    schema = {
        "properties": {"b": {"$ref": "#/$defs/x"}, "a": {"enum": [1]}},
        "$defs": {"x": {"type": ["string", "null"]}},
    }
    assert json.dumps(view(schema)) == json.dumps(view(schema))


def test_a_token_has_the_value_of_its_text_everywhere(view: View) -> None:
    made = view(
        {
            "properties": {"l": {"items": {"$ref": "#/$defs/d"}, "minItems": 3}, "d": {"$ref": "#/$defs/d"}},
            "oneOf": [{"title": "A", "required": ["l"], "minProperties": 1}, {"required": ["d"], "maxProperties": 2}],
            "$defs": {"d": {"title": 'T\n"x"', "description": "D", "properties": {"x": {"pattern": "^a\\d"}}}},
        }
    )
    waiting: list[Any] = [made]
    count = 0
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            waiting += here.values()
            for text in ("key", "label", "pattern", "format"):
                if f"json_{text}" in here:
                    count += 1
                    assert json.loads(here[f"json_{text}"]) == here[text]
                    assert json.loads(here[f"ts_{text}"]) == here[text]
    assert count > 40
