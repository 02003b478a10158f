"""Tokens of languages: whatever the text, each stays one string, one literal, or inside its comment."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemagen.jsontext import parse
from schemagen.view import is_safe_name
from schemagen.view.data import script_json, yaml_literal, yaml_string
from schemagen.view.escapes import lines_of, visible
from schemagen.view.literals import json_text
from schemagen.view.markdown import table_cell
from schemagen.view.python import py_comment, py_doc, py_docstring, py_literal, py_string
from schemagen.view.shapes import EMPTY_LITERAL, EMPTY_NODE, EMPTY_VIEW
from schemagen.view.typescript import ts_comment, ts_doc, ts_literal, ts_property, ts_string
from tests.hostile import HOSTILE

nasty = st.sampled_from("\"'`\\*/#{}$<>!-&@:=\n\r\t\x00\x0b\x0c\x1c\x85\u2028\u2029\u202e\u2066\ufeff\ud800")
texts = st.text(st.one_of(nasty, st.characters()), max_size=40)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
HIDDEN = set(range(32)) | {0x7F, 0x85, 0xFEFF, *range(0x2028, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)}


def shows_all(token: str) -> bool:
    return not HIDDEN & set(map(ord, token))


@settings(max_examples=500)
@given(texts)
def test_python_string_has_the_value_of_the_text_and_shows_all_of_it(text: str) -> None:
    assert ast.literal_eval(py_string(text)) == text
    assert shows_all(py_string(text))


@given(values)
def test_python_literal_has_the_value_of_the_json(value: Any) -> None:
    assert ast.literal_eval(py_literal(value)) == value


def test_python_literals_of_numbers_are_what_json_loads_makes() -> None:
    for text in ("0", "-0", "1.0", "1e400", "-1E-2", "12345678901234567890"):
        value = parse(text.encode(), "n.json")
        assert repr(eval(py_literal(value))) == repr(json.loads(text if text != "-0" else "-0.0"))
    huge = 10**5000
    assert ast.literal_eval(py_literal(huge)) == huge


@settings(max_examples=500)
@given(texts.filter(lambda text: not any("\ud800" <= character <= "\udfff" for character in text)))
@example("\\x3c!")
def test_string_of_typescript_is_json_but_for_markup(text: str) -> None:
    token = ts_string(text)
    as_json = re.sub(r"\\(x[0-9a-f]{2}|.)", lambda escape: escape[0].replace("\\x", "\\u00"), token)
    assert json.loads(as_json) == text
    assert shows_all(token)
    assert "</" not in token
    assert "<!--" not in token


def test_literal_of_typescript_sets_no_prototype() -> None:
    assert ts_literal({"__proto__": 1, "a-b": [True, None, "x"], "ok": {}}) == (
        '{ ["__proto__"]: 1, "a-b": [true, null, "x"], ok: {} }'
    )


@pytest.mark.parametrize(
    ("key", "token"), [("size", "size"), ("a-b", '"a-b"'), ("1", '"1"'), ("", '""'), ("class", "class"), ("é", '"é"')]
)
def test_property_of_typescript_is_plain_where_it_can_be(key: str, token: str) -> None:
    assert ts_property(key) == token


@settings(max_examples=500)
@given(values)
def test_json_in_a_script_element_is_json_without_markup(value: Any) -> None:
    token = script_json(value)
    assert json.loads(token) == json.loads(json_text(value)) == value
    assert shows_all(token)
    assert not set("<>&") & set(token)


@given(values)
def test_literal_of_yaml_is_json_but_for_escapes(value: Any) -> None:
    token = yaml_literal(value)
    assert shows_all(token)
    if token.isascii() and "\\x" not in token and "\\U" not in token:
        assert json.loads(token) == value


@given(texts)
def test_string_of_yaml_is_one_line_in_quotes(text: str) -> None:
    token = yaml_string(text)
    assert (token[0], token[-1], len(token.splitlines())) == ('"', '"', 1)


@settings(max_examples=500)
@given(st.lists(texts, max_size=3))
def test_docstring_is_one_string(lines: list[str]) -> None:
    module = ast.parse(py_docstring(lines))
    assert len(module.body) == 1
    assert isinstance(ast.literal_eval(py_docstring(lines)), str)
    assert ast.get_docstring(ast.parse(f'"""{py_doc("".join(lines))}"""')) is not None


@settings(max_examples=500)
@given(texts)
def test_comment_of_python_is_only_a_comment(text: str) -> None:
    source = f"# {py_comment(text)}\nx = 1  #{py_comment(text)}\n"
    assert ast.dump(ast.parse(source.encode())) == ast.dump(ast.parse("x = 1"))
    kinds = [token.type for token in tokenize.tokenize(io.BytesIO(source.encode()).readline)]
    assert kinds.count(tokenize.COMMENT) == 2


def test_comment_of_python_declares_nothing() -> None:
    for text in ("coding: utf-7", "-*- coding=latin-1 -*-", "type: ignore", "x # type: int"):
        assert "coding:" not in py_comment(text)
        assert "coding=" not in py_comment(text)
        assert "type:" not in py_comment(text)


@settings(max_examples=500)
@given(texts)
def test_comment_of_typescript_ends_nowhere(text: str) -> None:
    for source in (f"/*{ts_comment(text)}*/", f"/** {ts_comment(text)} */", f"/**\n * {ts_doc(lines_of(text))}\n */"):
        assert source.index("*/", 2) == len(source) - 2
    assert len(f"//{ts_comment(text)}".splitlines()) == 1


def test_comment_of_typescript_starts_no_tag_and_no_directive() -> None:
    assert ts_comment("@deprecated {@link x} a@b.example") == "\\@deprecated {\\@link x} a@b.example"
    assert ts_comment("/ <reference path='x' />").startswith(" /")


def test_lines_end_where_any_language_ends_them() -> None:
    assert lines_of("\n a \r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch\x1ci\n\n") == [" a", *"bcdefghi"]
    assert lines_of("a\n\nb") == ["a", "", "b"]


def test_hidden_characters_are_made_visible() -> None:
    assert visible("a\u202eb\x00c\ufeffd\te\U000e0041") == "a\\u202eb\\x00c\\ufeffd e\\U000e0041"
    for text in ("\u0645\u06cc\u200c\u062e", "\U0001f468\u200d\U0001f469", "é"):
        assert visible(text) == text


@given(st.text(max_size=60))
def test_table_cell_is_one_line_without_a_bar(text: str) -> None:
    cell = table_cell(text)
    assert "\n" not in cell
    assert "|" not in cell.replace("\\|", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_every_hostile_text_is_harmless_as_every_token(text: str) -> None:
    assert ast.literal_eval(py_string(text)) == text
    assert json.loads(script_json(text)) == json.loads(json_text(text)) == text
    assert all(
        map(shows_all, (ts_string(text), py_string(text), yaml_string(text), ts_comment(text), py_comment(text)))
    )


def test_safe_names_are_flags_numbers_names_and_tokens_of_the_language() -> None:
    safe = {
        "typescript": {"ts_type", "ts_title", "ts_name", "script_json", "names.pascal", "kind", "index", "is_root"},
        "javascript": {"ts_title", "default.ts_literal", "minimum", "first"},
        "python": {"py_docstring", "py_type", "py_name", "constant", "max_length", "has_x"},
        "json": {"json", "json_title", "script_json", "index"},
        "yaml": {"yaml_title", "yaml_literal"},
        "markdown": {"md_key", "md", "else_md"},
        "text": {"title", "anything"},
    }
    for language, names in safe.items():
        for name in names:
            assert is_safe_name(language, name), (language, name)
    for language in ("typescript", "javascript", "python", "json", "yaml", "markdown", "html"):
        for name in ("title", "description", "key", "text", "label", "pattern", "format", "path", "name", "value", "."):
            assert not is_safe_name(language, name), (language, name)
    assert not is_safe_name("python", "ts_title")
    assert not is_safe_name("javascript", "ts_type")
    assert not is_safe_name("typescript", "py_type")


def test_no_text_of_a_schema_is_safe_as_it_is() -> None:
    marked = {"title", "label", "description", "summary", "comment", "key", "path", "pointer", "name", "text", "json"}
    marked |= {"type_text", "uri", "schema_uri", "anchor_name", "dynamic_anchor", "pattern", "format"}
    for language in ("typescript", "python"):
        for key in marked & {*EMPTY_NODE, *EMPTY_VIEW, *EMPTY_LITERAL}:
            assert not is_safe_name(language, key)
