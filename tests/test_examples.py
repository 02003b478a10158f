"""Examples of what a schema allows: the schema's own or made, valid by a validator, made within bounds."""

from __future__ import annotations

import json
import time
from typing import Any

import jsonschema
import pytest

from schemagen.examples import Example, find_example
from schemagen.jsontext import dumps, parse
from schemagen.keywords import walk_schemas
from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.recursion import deep_recursion

# Not time, which that validator takes to be without an offset.
FORMATS = jsonschema.FormatChecker(("date", "email", "ipv4", "ipv6", "uuid", "regex"))
VALIDATORS = {
    Draft.D4: jsonschema.Draft4Validator,
    Draft.D6: jsonschema.Draft6Validator,
    Draft.D7: jsonschema.Draft7Validator,
    Draft.D2019: jsonschema.Draft201909Validator,
    Draft.D2020: jsonschema.Draft202012Validator,
}


def found_in(document: Any, draft: Draft = Draft.D2020, others: dict[str, Any] | None = None) -> Example | None:
    """The example of a schema whose references are pointers into itself, or names of ``others``."""
    data = json.dumps(document).encode()
    schema = Schema("s", "s.json", data, "0" * 32, draft, parse(data, "s.json"))
    parsed = {path: parse(json.dumps(other).encode(), path) for path, other in (others or {}).items()}
    documents = {"s.json": schema.document, **parsed}
    targets = {}
    for path, each in documents.items():
        for pointer, found in walk_schemas(each, draft):
            for keyword in ("$ref", "$dynamicRef"):
                way = found.get(keyword) if isinstance(found, dict) else None
                if isinstance(way, str):
                    there, _, fragment = way.partition("#")
                    is_known = not there or there in documents
                    target = Target(there or path, f"#{fragment}") if is_known else Target(way, "#", is_opaque=True)
                    targets[path, pointer, keyword] = target
    resolution = Resolution(targets, {path: (draft, each) for path, each in documents.items()}, (), (), ())
    with deep_recursion():  # as whatever builds views has it
        return find_example(schema, resolution)


def example(document: Any, draft: Draft = Draft.D2020) -> Any:
    """An example, checked by another validator than the one that it was chosen by."""
    found = found_in(document, draft)
    assert found is not None
    value = json.loads(dumps(found.value))
    checker = VALIDATORS[draft](document, format_checker=FORMATS)
    checker.validate(value)
    return value


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}}},
        {"enum": [None, 3], "not": {"type": "null"}},
        {"const": {"a": [1.50]}},
        *({"type": "string", "format": each} for each in ("date", "date-time", "time", "email", "uuid", "ipv4", "uri")),
        *({"type": "string", "format": each} for each in ("hostname", "ipv6", "regex", "json-pointer", "duration")),
        {"type": "string", "pattern": "^[A-Z]{3}-\\d{4}(-(a|bc)+)?$"},
        {"type": "string", "pattern": "^(?:[^\\W_]|[.~-]){4,}$", "maxLength": 5},
        {"type": "string", "pattern": "x\\u0041|^$", "minLength": 40},
        {"type": "string", "minLength": 12, "maxLength": 12},
        {"type": "integer", "exclusiveMinimum": 3, "maximum": 4},
        {"type": "number", "minimum": 0.1, "exclusiveMaximum": 0.2},
        {"type": "number", "multipleOf": 0.25, "minimum": 1.1},
        {"type": "integer", "multipleOf": 7, "maximum": -1},
        {"allOf": [{"multipleOf": 4}, {"multipleOf": 6}, {"minimum": 1}], "type": "integer"},
        {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "string"}},
        {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"enum": [1, 2, 3]}},
        {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"const": "x"}], "items": False, "minItems": 2},
        {"type": "array", "contains": {"const": 5}, "minContains": 2, "items": {"type": "integer"}},
        {"type": "object", "minProperties": 3, "propertyNames": {"pattern": "^p\\d$"}},
        {
            "type": "object",
            "patternProperties": {"^x-": {"type": "null"}},
            "additionalProperties": False,
            "minProperties": 1,
        },
        {"type": "object", "required": ["x-a"], "patternProperties": {"^x-": {"type": "array", "minItems": 1}}},
        {"properties": {"a": {}}, "required": ["a"], "dependentRequired": {"a": ["b"]}},
        {"required": ["a"], "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"const": 1}}}}},
        {
            "properties": {"kind": {"const": "file"}, "path": {"type": "string"}},
            "required": ["kind"],
            "if": {"properties": {"kind": {"const": "file"}}},
            "then": {"required": ["path"]},
        },
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {"type": "null"}, "b": {}}},
        {"anyOf": [{"type": "string", "maxLength": 0}, {"type": "string", "minLength": 3}], "minLength": 2},
        {
            "allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"type": "integer", "maximum": 3}}}],
            "required": ["a"],
        },
        {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a", "b"]}},
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "required": ["next"],
                    "properties": {"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
                }
            },
        },
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}, "unevaluatedProperties": False},
        {"type": ["null", "integer"], "minimum": 5},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        True,
        {},
    ],
)
def test_an_example_is_made(schema: Any) -> None:
    example(schema)


@pytest.mark.parametrize(
    ("draft", "schema"),
    [
        (Draft.D4, {"type": "number", "minimum": 3, "exclusiveMinimum": True}),
        (Draft.D4, {"type": "object", "properties": {"const": {"type": "integer"}}, "required": ["const"]}),
        (Draft.D7, {"type": "array", "items": [{"const": 1}], "additionalItems": {"const": 2}, "minItems": 3}),
        (Draft.D7, {"required": ["a"], "dependencies": {"a": ["b"], "b": {"required": ["c"]}}}),
        (Draft.D7, {"$ref": "#/definitions/a", "type": "null", "definitions": {"a": {"type": "integer"}}}),
        (Draft.D2019, {"type": "array", "items": [{"const": 1}], "unevaluatedItems": False, "minItems": 1}),
    ],
)
def test_an_example_is_made_by_the_rules_of_its_draft(draft: Draft, schema: Any) -> None:
    example(schema, draft)


def test_its_own_example_comes_first_if_it_is_valid() -> None:
    schema = {"type": "integer", "examples": ["no", 5, 6], "default": 7}
    assert found_in(schema) == Example(5, is_made=False, own=1)
    assert found_in({"type": "integer", "examples": ["no"], "default": 7}) == Example(7, is_made=False)
    found = found_in({"type": "integer", "examples": ["no"], "default": "no"})
    assert found is not None
    assert found.is_made


def test_defaults_and_examples_of_parts_are_used_where_they_fit() -> None:
    parts = {"a": {"default": 7}, "b": {"examples": ["Bern"]}, "c": {"type": "integer", "default": "no"}}
    assert example({"type": "object", "required": ["a", "b", "c"], "properties": parts}) == {
        "a": 7,
        "b": "Bern",
        "c": 1,
    }


def test_some_of_what_need_not_be_there_is_shown_but_nothing_deprecated() -> None:
    properties = {"a": {"type": "null"}, "old": {"deprecated": True}, "never": False, "b": {"type": "boolean"}}
    assert example({"type": "object", "properties": properties}) == {"a": None, "b": True}


def test_numbers_keep_their_text() -> None:
    found = found_in({"const": [1.50]})
    assert found is not None
    assert dumps(parse(b"[1.50]", "")) == "[1.50]"
    assert dumps(found.value) == "[1.5]", "as json.dumps wrote it"


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "string", "const": 1},
        {"allOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}},
        {"type": "array", "minItems": 5, "uniqueItems": True, "items": {"type": "boolean"}},
        {"type": "string", "pattern": "(?<=a)b(?!c)\\k<x>"},
        {"required": ["a"], "properties": {"a": {"$ref": "https://nowhere.example/x"}}},
    ],
)
def test_where_none_can_be_made_there_is_none(schema: Any) -> None:
    assert found_in(schema) is None


def test_references_to_other_documents_are_followed_and_checked() -> None:
    others = {"o.json": {"$id": "https://example.com/o", "definitions": {"x y": {"type": "integer", "minimum": 1.5}}}}
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "o.json#/definitions/x y"}}}
    found = found_in(schema, others=others)
    assert found is not None
    assert found.value == {"a": 2}


WIDE = [{"properties": {"name": {"type": "string"}, f"p{i}": {}}} for i in range(3000)]
HOSTILE: list[Any] = [
    {"oneOf": WIDE},
    {"allOf": [{"anyOf": [{"const": i * 100 + j} for j in range(40)]} for i in range(40)]},
    {"type": "string", "pattern": "(a+)+$", "default": "a" * 60 + "!"},
    {"properties": {"a": {"type": "string", "pattern": "^(\\w+\\s?)*$", "default": "a" * 40 + "!"}}, "required": ["a"]},
    {"type": "string", "pattern": "(" * 500 + ")" * 500},
    {"type": "string", "pattern": "((((a{1000}){1000}){1000}){1000})"},
    {"type": "string", "minLength": 10**9},
    {"type": "array", "minItems": 10**9, "items": {}},
    {"type": "object", "minProperties": 10**9},
    {"type": "object", "required": [f"k{i}" for i in range(20_000)]},
    {"allOf": [{"$ref": "#"}]},
    {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
    {
        "$defs": {
            str(i): {"required": ["a", "b"], "properties": {key: {"$ref": f"#/$defs/{i + 1}"} for key in "ab"}}
            for i in range(30)
        }
        | {"30": {}},
        "$ref": "#/$defs/0",
    },
]


@pytest.mark.parametrize("schema", HOSTILE, ids=range(len(HOSTILE)))
def test_the_work_is_bounded(schema: Any) -> None:
    start = time.process_time()
    found_in(schema)
    assert time.process_time() - start < 2


def test_a_number_with_a_billion_digits_is_passed_over() -> None:
    for text in (
        '{"type": "number", "minimum": 1e999999999}',
        '{"multipleOf": 1e-999999999}',
        '{"const": 1e999999999}',
    ):
        document = parse(text.encode(), "s.json")
        schema = Schema("s", "s.json", text.encode(), "0" * 32, Draft.D2020, document)
        find_example(schema, Resolution({}, {"s.json": (Draft.D2020, document)}, (), (), ()))


def test_a_fraction_beyond_any_float_is_passed_over() -> None:
    text = '{"type": "number", "minimum": 1e399, "multipleOf": 0.0007}'
    document = parse(text.encode(), "s.json")
    schema = Schema("s", "s.json", text.encode(), "0" * 32, Draft.D2020, document)
    found = find_example(schema, Resolution({}, {"s.json": (Draft.D2020, document)}, (), (), ()))
    assert found is None


@pytest.mark.parametrize(
    "odd",
    [
        {"not": {"required": [[]]}},
        {"type": ["object", []], "properties": {"a": {}}},
        {"dependencies": {"a": [[], "b"]}, "properties": {"a": {}, "b": {}}},
    ],
)
def test_what_no_metaschema_looks_at_may_list_anything(odd: Any) -> None:
    # There is no example, for no validator takes such a schema: but that is all that there is to it.
    assert found_in({"type": "object", "examples": [{"a": 1, "b": 2}], **odd}, Draft.D7) is None


def test_references_that_lead_round_through_other_documents_are_checked() -> None:
    """Up to draft 7 a ``$ref`` hides the ``$id`` beside it: each document is known by where it is kept."""
    schema = {"$id": "https://example.com/s", "$ref": "o.json#/definitions/a", "definitions": {"b": {"minimum": 7}}}
    others = {
        "o.json": {
            "$id": "https://example.com/s",
            "definitions": {
                "a": {"type": "object", "required": ["x"], "properties": {"x": {"$ref": "s.json#/definitions/b"}}},
            },
        }
    }
    found = found_in(schema, Draft.D7, others)
    assert found is not None
    assert found.value == {"x": 7}
    with_wrong_default = {**schema, "default": {"x": 1}}
    assert found_in({**with_wrong_default, "examples": [{"x": 8}, {"x": 2}]}, Draft.D7, others) == Example(
        {"x": 8}, is_made=False, own=0
    )
