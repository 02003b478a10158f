"""The published description of the view: true of every view, with something to say of every key and keyword."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema_specifications import REGISTRY

from schemagen.config import Config
from schemagen.model import Draft
from schemagen.python.shapes import EMPTY_PY_CODEC, EMPTY_PY_DECLARATION, EMPTY_PY_MEMBER, EMPTY_PY_MODULE
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.view import VIEW_VERSION, shapes, view_schema
from schemagen.view.root import build_view
from tests.conftest import IS_WHOLE
from tests.views import view_of

ITEM = {"index", "first", "last"}
SHAPES = {
    "node": shapes.EMPTY_NODE,
    "ref": shapes.EMPTY_REF,
    "rest": shapes.REST_ANY,
    "choice": shapes.EMPTY_CHOICE,
    "condition": shapes.EMPTY_CONDITION,
    "definition": shapes.EMPTY_DEFINITION,
    "document": shapes.EMPTY_DOCUMENT,
    "use": shapes.EMPTY_USE,
    "names": shapes.EMPTY_NAMES,
    "literal": shapes.EMPTY_LITERAL,
    "instance": shapes.EMPTY_INSTANCE,
    "member": {**shapes.EMPTY_LITERAL, **shapes.MEMBER_EXTRA},
    "sentence": shapes.EMPTY_SENTENCE,
    "line": shapes.EMPTY_LINE,
    "named_key": shapes.EMPTY_KEY,
    "extension": shapes.EMPTY_EXTENSION,
    "vocabulary": shapes.EMPTY_VOCABULARY,
    "html": shapes.EMPTY_HTML,
    "ts_module": shapes.EMPTY_TS_MODULE,
    "ts_import": shapes.EMPTY_TS_IMPORT,
    "ts_imported": shapes.EMPTY_TS_NAME,
    "ts_declaration": shapes.EMPTY_TS_DECLARATION,
    "ts_member": shapes.EMPTY_TS_MEMBER,
    "py_module": EMPTY_PY_MODULE,
    "py_declaration": EMPTY_PY_DECLARATION,
    "py_member": EMPTY_PY_MEMBER,
    "py_codec": EMPTY_PY_CODEC,
}
OBJECTS = {name: item for name, item in view_schema()["$defs"].items() if "properties" in item} | {
    "view": view_schema()
}


def validator() -> Any:
    return jsonschema_rs.Draft202012Validator(view_schema())


def real_schemas(corpus: Path) -> Iterator[tuple[Any, Any]]:
    config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    library = Library(schemas, config)
    return ((schema, library.resolve(schema)) for schema in schemas)


def test_it_is_a_schema_of_2020_12_and_names_the_version() -> None:
    schema = view_schema()
    assert jsonschema_rs.meta.is_valid(schema)
    assert schema["properties"]["view_version"]["const"] == VIEW_VERSION


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_are_closed_and_every_key_is_required_and_described(name: str) -> None:
    described = OBJECTS[name]
    assert described["additionalProperties"] is False
    assert described["required"] == list(described["properties"])
    assert described["title"]
    for key, value in {"": described, **described["properties"]}.items():
        assert value["description"].endswith("."), key


@pytest.mark.parametrize("name", SHAPES)
def test_keys_are_those_that_are_built(name: str) -> None:
    assert set(OBJECTS[name]["properties"]) - ITEM == set(SHAPES[name]) - ITEM


def test_top_has_the_keys_that_are_built() -> None:
    assert set(view_schema()["properties"]) == set(shapes.EMPTY_VIEW)


@pytest.mark.long
def test_views_of_all_real_schemas_are_as_described(corpus: Path) -> None:
    valid = validator()
    for schema, resolution in islice(real_schemas(corpus), 0, None, 1 if IS_WHOLE else 4):
        error = next(valid.iter_errors(build_view(schema, resolution)), None)
        assert error is None, (schema.path, str(error)[:500])


EXAMPLES: dict[str, tuple[dict[str, Any], Any]] = {
    # what stands beside the keyword, and a value for it
    "$id": ({}, "https://example.com/x"),
    "$schema": ({}, "https://json-schema.org/draft/2020-12/schema"),
    "$ref": ({"$defs": {"a": {}}}, "#/$defs/a"),
    "$dynamicRef": ({"$defs": {"a": {"$dynamicAnchor": "a"}}}, "#/$defs/a"),
    "$anchor": ({}, "here"),
    "$dynamicAnchor": ({}, "here"),
    "$vocabulary": ({}, {"https://example.com/vocabulary": True}),
    "$comment": ({}, "Text"),
    "$defs": ({"$ref": "#/$defs/a"}, {"a": {"type": "null"}}),
    "prefixItems": ({}, [{}]),
    "items": ({}, {"type": "null"}),
    "contains": ({}, {"type": "null"}),
    "additionalProperties": ({}, False),
    "properties": ({}, {"a": {}}),
    "patternProperties": ({}, {"a": {}}),
    "dependentSchemas": ({}, {"a": {"properties": {"b": {}}}}),
    "propertyNames": ({}, {"maxLength": 3}),
    "if": ({"then": {"required": ["a"]}}, {"required": ["b"]}),
    "then": ({"if": {"required": ["b"]}}, {"required": ["a"]}),
    "else": ({"if": {"required": ["b"]}}, {"required": ["a"]}),
    "allOf": ({}, [{"type": "object"}]),
    "anyOf": ({}, [{"type": "object"}, {"type": "array"}]),
    "oneOf": ({}, [{"type": "object"}, {"type": "array"}]),
    "not": ({}, {"type": "null"}),
    "unevaluatedItems": ({"type": "array"}, False),
    "unevaluatedProperties": ({}, False),
    "type": ({}, "string"),
    "const": ({}, None),
    "enum": ({}, [1]),
    "multipleOf": ({}, 2),
    "maximum": ({}, 0),
    "exclusiveMaximum": ({}, 0),
    "minimum": ({}, 0),
    "exclusiveMinimum": ({}, 0),
    "maxLength": ({}, 0),
    "minLength": ({}, 1),
    "pattern": ({}, "a"),
    "maxItems": ({}, 0),
    "minItems": ({}, 1),
    "uniqueItems": ({}, True),
    "maxContains": ({"contains": {}}, 2),
    "minContains": ({"contains": {}}, 0),
    "maxProperties": ({}, 0),
    "minProperties": ({}, 1),
    "required": ({}, ["a"]),
    "dependentRequired": ({}, {"a": ["b"]}),
    "title": ({}, "T"),
    "description": ({}, "D"),
    "default": ({}, False),
    "deprecated": ({}, True),
    "readOnly": ({}, True),
    "writeOnly": ({}, True),
    "examples": ({}, [0]),
    "format": ({}, "date"),
    "contentEncoding": ({}, "base64"),
    "contentMediaType": ({}, "text/plain"),
    "contentSchema": ({"type": "string"}, {"type": "null"}),
}


def keywords_of_2020_12() -> set[str]:
    parts = ("core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "content")
    base = "https://json-schema.org/draft/2020-12/meta/"
    return {keyword for part in parts for keyword in REGISTRY.contents(base + part)["properties"]}


def test_there_is_an_example_of_every_keyword() -> None:
    assert keywords_of_2020_12() == set(EXAMPLES)


@pytest.mark.parametrize("keyword", EXAMPLES)
def test_every_keyword_reaches_the_view(keyword: str) -> None:
    beside, value = EXAMPLES[keyword]
    without, made = view_of(beside), view_of({**beside, keyword: value})
    assert made["root"] != without["root"]
    assert validator().is_valid(made)


@pytest.mark.parametrize(
    ("draft", "old", "new"),
    [
        (Draft.D4, {"id": "u"}, {"$id": "u"}),
        (Draft.D4, {"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        (Draft.D4, {"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        (Draft.D7, {"items": [{}], "additionalItems": False}, {"prefixItems": [{}], "items": False}),
        (Draft.D7, {"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
        (Draft.D7, {"dependencies": {"a": {"not": {}}}}, {"dependentSchemas": {"a": {"not": {}}}}),
        (Draft.D2019, {"items": [{}]}, {"prefixItems": [{}]}),
    ],
)
def test_older_drafts_look_like_2020_12(draft: Draft, old: Any, new: Any) -> None:
    shown, wanted = view_of(old, draft)["root"], view_of(new)["root"]
    for node in (shown, wanted):
        for child in node["prefix_items"]:
            child["pointer"] = child["location"] = ""
    assert {**shown, "conditions": 0} == {**wanted, "conditions": 0}
    assert [item["text"] for item in shown["conditions"]] == [item["text"] for item in wanted["conditions"]]


# -- only what is read


def all_names() -> list[str]:
    return sorted({key for described in OBJECTS.values() for key in described["properties"]})


def compare(whole: Any, part: Any, path: str) -> set[str]:
    """Check that all that ``part`` has is in ``whole`` too; answers the keys that it has, and of which objects."""
    seen: set[str] = set()
    waiting = [(whole, part, path)]
    while waiting:
        one, other, path = waiting.pop()
        if isinstance(other, dict):
            assert isinstance(one, dict), path
            assert other.keys() <= one.keys(), path
            waiting += [(one[key], value, f"{path}.{key}") for key, value in other.items()]
        elif isinstance(other, list):
            assert len(one) == len(other), path
            waiting += [(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(one, other, strict=True))]
        else:
            assert one == other, path
    return seen


def missing(whole: Any, part: Any, names: frozenset[str]) -> set[str]:
    """The ``names`` that ``whole`` has somewhere and ``part`` has not, though the object itself is reached by names."""
    lost: set[str] = set()
    waiting = [(whole, part)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, dict):
            lost |= {key for key in one.keys() & names if key not in other}
            waiting += [(one[key], other[key]) for key in one.keys() & names if key in other]
        elif isinstance(one, list):
            waiting += zip(one, other, strict=True)
    return lost


RICH = {
    "title": "Order",
    "description": "An order.\n\nOf bikes.",
    "$comment": "c",
    "required": ["lines", "gone"],
    "properties": {
        "lines": {"type": "array", "minItems": 3, "items": {"$ref": "#/$defs/line"}, "contains": {"type": "object"}},
        "kind": {"enum": ["a", 2, None, {"x": 1.5}], "default": "a", "x-order": 1},
        "shape": {"oneOf": [{"title": "Circle", "properties": {"r": {"minimum": 0}}}, {"$ref": "#/$defs/line"}]},
        "pair": {"prefixItems": [{"type": "string", "format": "date"}, {"const": 1}], "items": False},
        "map": {"additionalProperties": {"type": ["string", "null"], "pattern": "^a"}},
        "file": {"type": "string", "contentEncoding": "base64", "contentSchema": {}},
    },
    "patternProperties": {"^x": {"examples": [1]}},
    "propertyNames": {"maxLength": 9},
    "if": {"required": ["kind"]},
    "then": {"properties": {"extra": {"type": "string"}}},
    "dependentRequired": {"kind": ["shape"]},
    "not": {"required": ["no"]},
    "$defs": {"line": {"type": "object", "properties": {"next": {"$ref": "#/$defs/line"}, "n": {"type": "integer"}}}},
}


@pytest.mark.parametrize("name", all_names())
def test_a_key_that_is_read_is_built(name: str) -> None:
    outer = {"root", "definitions", "properties", "items", "ref", "node", "constraints", "conditions", "choices", "x"}
    outer |= {"variants", "then", "else", "members", "default", "html", "names", "used_by", "doc_lines", "examples"}
    names = frozenset({name, *outer})
    whole, part = view_of(RICH), view_of(RICH, names_read=names)
    compare(whole, part, "")
    assert missing(whole, part, names) == set()


def test_what_nobody_reads_is_not_built() -> None:
    part = view_of(RICH, names_read=frozenset({"root", "title"}))["root"]
    for key in ("html", "md_key", "ts_type", "py_title", "names", "constraints", "doc_lines", "not", "type_text"):
        assert key not in part


@pytest.mark.parametrize("seed", range(6))
def test_what_is_built_equals_the_whole_view(corpus: Path, seed: int) -> None:
    rng = random.Random(seed)
    known = all_names()
    some = list(real_schemas(corpus))
    for schema, resolution in rng.sample([pair for pair in some if len(pair[0].data) < 50_000], 12):
        names = frozenset(rng.sample(known, rng.choice([3, 20, 100])))
        whole, part = build_view(schema, resolution), build_view(schema, resolution, names)
        compare(whole, part, schema.path)
        assert missing(whole, part, names) == set(), schema.path
