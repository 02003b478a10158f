"""Names: valid in each language whatever the key, each once in its scope, and stable as a schema grows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemagen.view.names import (
    cases,
    member_scope,
    property_scope,
    py_constant,
    py_name,
    py_type_name,
    ts_name,
    ts_type_name,
    type_scope,
    words_of,
)
from schemagen.view.reserved import PYTHON_TYPES, PYTHON_VALUES, TYPESCRIPT_TYPES, TYPESCRIPT_VALUES
from tests.hostile import HOSTILE
from tests.views import view_of


def test_five_case_styles() -> None:
    assert cases(words_of("billingAddress2ndLine")) == {
        "pascal": "BillingAddress2NdLine",
        "camel": "billingAddress2NdLine",
        "snake": "billing_address2_nd_line",
        "kebab": "billing-address2-nd-line",
        "constant": "BILLING_ADDRESS2_ND_LINE",
    }


@pytest.mark.parametrize(
    ("key", "snake", "python", "typescript", "type_name"),
    [
        ("size", "size", "size", "size", "Size"),
        ("frameSize", "frame_size", "frame_size", "frameSize", "FrameSize"),
        ("frame-size", "frame_size", "frame_size", "frameSize", "FrameSize"),
        ("frame.size", "frame_size", "frame_size", "frameSize", "FrameSize"),
        ("HTTPServer", "http_server", "http_server", "httpServer", "HttpServer"),
        ("ID", "id", "id", "id", "Id"),
        ("$ref", "ref", "ref", "ref", "Ref"),
        ("class", "class", "class_", "class_", "Class"),
        ("None", "none", "none", "none", "None_"),
        ("list", "list", "list_", "list", "List"),
        ("int", "int", "int_", "int", "Int"),
        ("function", "function", "function", "function_", "Function"),
        ("async", "async", "async_", "async_", "Async"),
        ("constructor", "constructor", "constructor", "constructor_", "Constructor"),
        ("__proto__", "proto", "proto", "proto", "Proto"),
        ("any", "any", "any", "any_", "Any_"),
        ("123", "123", "n123", "n123", "T123"),
        ("1st", "1st", "n1st", "n1st", "T1st"),
        ("", "empty", "empty", "empty", "Empty"),
        (" ", "space", "space", "space", "Space"),
        ("<=", "less_than_sign_equals_sign", *["less_than_sign_equals_sign", "lessThanSignEqualsSign"] * 1, "Less"),
        ("😀", "grinning_face", "grinning_face", "grinningFace", "GrinningFace"),
        ("日本語", "日本語", "日本語", "日本語", "T日本語"),
        ("e\u0301tat", "état", "état", "état", "État"),
        ("हिन्दी", "हिन्दी", "हिन्दी", "हिन्दी", "Tहिन्दी"),
        ("ﬁx", "fix", "fix", "fix", "Fix"),
        ("²", "2", "n2", "n2", "T2"),
    ],
)
def test_identifiers(key: str, snake: str, python: str, typescript: str, type_name: str) -> None:
    words = words_of(key)
    assert (cases(words)["snake"], py_name(words), ts_name(words)) == (snake, python, typescript)
    assert py_type_name(words).startswith(type_name)


def check_identifiers(text: str) -> None:
    words = words_of(text)
    for name, reserved in (
        (py_name(words), PYTHON_VALUES),
        (py_type_name(words), PYTHON_TYPES),
        (py_constant(words), PYTHON_TYPES),
        (ts_name(words), TYPESCRIPT_VALUES),
        (ts_type_name(words), TYPESCRIPT_TYPES),
    ):
        assert name.isidentifier()
        assert name not in reserved
        assert not name.startswith("_")
        assert max(name) <= "\uffff"
        assert len(name) < 100


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_have_valid_names(text: str) -> None:
    check_identifiers(text)


@settings(max_examples=1000)
@given(st.text(max_size=30))
def test_every_text_has_valid_names(text: str) -> None:
    check_identifiers(text)


@given(st.lists(st.sampled_from(["a", "A", "a1", "a_1", "a-1", "1", "n1", "N1", "T1", "a1_2", "ß", "SS", "ı", "I"])))
def test_names_differ_in_every_form(keys: list[str]) -> None:
    scope = property_scope()
    claimed = [scope.claim(words_of(key)) for key in keys]
    for form in (py_name, ts_name, lambda words: cases(words)["pascal"], lambda words: cases(words)["constant"]):
        assert len({form(words) for words in claimed}) == len(keys)
    types = type_scope()
    named = [types.claim(words_of(key)) for key in keys]
    assert len({ts_type_name(words) for words in named}) == len({py_type_name(words) for words in named}) == len(keys)


@given(st.lists(st.text("aA_1-", max_size=4), unique=True), st.text(max_size=4))
def test_what_is_added_at_the_end_renames_nothing(keys: list[str], added: str) -> None:
    before, after = property_scope(), property_scope()
    names = [before.claim(words_of(key)) for key in keys]
    assert [after.claim(words_of(key)) for key in [*keys, added]][: len(keys)] == names


def test_members_of_an_enum_are_constants() -> None:
    scope = member_scope()
    assert [py_constant(scope.claim(words_of(text))) for text in ("dark-red", "darkRed", "1", "none")] == [
        "DARK_RED",
        "DARK_RED_2",
        "N1",
        "NONE",
    ]


def names(nodes: list[dict[str, Any]], key: str) -> list[str]:
    return [node[key] for node in nodes]


def test_properties_that_would_have_one_name_are_numbered_in_schema_order() -> None:
    keys = ["foo-bar", "foo_bar", "fooBar", "FOO_BAR", "id", "ID"]
    children = view_of({"properties": {key: {} for key in keys}})["root"]["properties"]
    assert names(children, "py_name") == ["foo_bar", "foo_bar_2", "foo_bar_3", "foo_bar_4", "id", "id_2"]
    assert names(children, "ts_property") == ['"foo-bar"', "foo_bar", "fooBar", "FOO_BAR", "id", "ID"]


def test_a_key_has_one_name_in_all_rules_for_a_value() -> None:
    root = view_of(
        {
            "properties": {"a-b": {"type": "string"}, "a_b": {"type": "string"}},
            "anyOf": [{"properties": {"a_b": {"minLength": 1}}}, {"properties": {"c": {}}}],
        }
    )["root"]
    assert root["choices"][0]["variants"][0]["properties"][0]["py_name"] == root["properties"][1]["py_name"] == "a_b_2"


def test_types_are_named_after_definitions_and_places() -> None:
    view = view_of(
        {
            "title": "Some prose that may change",
            "properties": {
                "lines": {"items": {"properties": {"unit": {"properties": {"x": {}}}}}},
                "frame": {"$ref": "#/$defs/orderFrame"},
                "Frame": {"properties": {"x": {}}},
                "none": {"properties": {}},
            },
            "$defs": {"orderFrame": {"type": "object"}},
        },
        name="shop/order.schema",
    )
    lines, frame, clashing, empty = view["root"]["properties"]
    assert (view["ts_name"], view["py_name"], view["names"]["snake"]) == ("Order", "Order", "order")
    assert lines["items"]["ts_type_name"] == "OrderLinesItem"
    assert lines["items"]["properties"][0]["py_type"] == "OrderLinesItemUnit"
    assert frame["ts_type"] == view["definitions"][0]["ts_name"] == "OrderFrame"
    assert clashing["ts_type_name"] == "OrderFrame2"
    assert (empty["is_declared"], empty["ts_type_name"]) == (False, "")
