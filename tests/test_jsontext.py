"""Strict JSON: what is refused and where, numbers as written, places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jiter import LosslessFloat

from schemagen.errors import SchemaError
from schemagen.jsontext import dumps, join_pointer, locate, parse, resolve_pointer, split_pointer

KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def places(value: Any, pointer: str = "#") -> list[tuple[str, Any]]:
    """Every value below ``value`` with its pointer."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(pointer, value), *(place for key, item in below for place in places(item, join_pointer(pointer, key)))]


@given(VALUES, st.sampled_from([None, 1, 2]), st.booleans())
def test_what_is_written_reads_back(value: Any, indent: int | None, ascii_only: bool) -> None:
    assert parse(dumps(value, indent=indent).encode(), "x") == value
    assert parse(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(), "x") == value
    assert dumps(value, indent=indent) == json.dumps(value, ensure_ascii=False, indent=indent)


@pytest.mark.parametrize(
    "text", ["0", "-0", "1.0", "1e400", "-1E-5", "0.1000000000000000055511151231257827", "9" * 400, "[-0, 1.50]"]
)
def test_numbers_keep_their_text(text: str) -> None:
    assert dumps(parse(text.encode(), "x")) == text


def test_minus_zero_inside_strings_is_left_alone() -> None:
    text = '{"-0": "-0, :-0", "a": -0}'
    assert dumps(parse(text.encode(), "x")) == text


def test_byte_order_mark_is_passed_over() -> None:
    assert parse(b"\xef\xbb\xbf{}", "x") == {}


@pytest.mark.parametrize(
    ("data", "line", "column", "code"),
    [
        (b"", 1, 1, "SG102"),
        (b" \n ", 1, 1, "SG102"),
        (b'{"a": 1,\n "\xc3\xa9": tru}', 2, 10, "SG102"),
        (b"[1, 2,]", 1, 7, "SG102"),
        (b"{} {}", 1, 4, "SG102"),
        (b"// no\n{}", 1, 1, "SG102"),
        (b"{'a': 1}", 1, 2, "SG102"),
        (b"[NaN]", 1, 2, "SG102"),
        (b"[-Infinity]", 1, 3, "SG102"),
        (b'"\t"', 1, 2, "SG102"),
        (b'"\\ud800"', 1, 8, "SG102"),
        (b'"\\udc00 "', 1, 6, "SG102"),
        (b'{"a": 1, "a": 2}', 1, 13, "SG103"),
        (b"[" * 300 + b"]" * 300, 1, 202, "SG104"),
        (b'{"a":\n"caf\xe9"}', 2, 5, "SG101"),
        (b"\xff\xfe{\x00}\x00", 1, 1, "SG101"),
        (b"[" + b"9" * 5000 + b"]", 1, 4302, "SG102"),
    ],
)
def test_what_is_refused_and_where(data: bytes, line: int, column: int, code: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(data, "bad.json")
    error = caught.value
    assert (error.location.path, error.code) == ("bad.json", code)
    assert error.location.line == line
    assert abs(error.location.column - column) <= 1  # the parser may point at or behind the character
    assert "\n" not in str(error)


@given(st.binary(max_size=60))
def test_any_bytes_parse_or_are_refused(data: bytes) -> None:
    try:
        value = parse(data, "x")
    except SchemaError:
        return
    assert dumps(parse(dumps(value).encode(), "x")) == dumps(value)


@given(VALUES, st.sampled_from([None, 2]))
def test_every_value_is_located_at_its_own_text(value: Any, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    lines = text.split("\n")
    for pointer, item in places(value):
        line, column = locate(text.encode(), pointer)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        if pointer != "#" and isinstance(resolve_pointer(value, pointer.rpartition("/")[0]), dict):
            key = json.dumps(split_pointer(pointer)[-1], ensure_ascii=False)
            assert rest.startswith(key + ": ")
        else:
            head = json.dumps(item, ensure_ascii=False, indent=indent)[:1]
            assert rest.startswith(head)


def test_place_of_what_is_not_there_is_that_of_the_nearest_above() -> None:
    data = b'{\n "a": {\n  "b": 1}}'
    assert locate(data, "#/a/c/d") == (2, 2)
    assert locate(data, "#/z") == (1, 1)


def _reference(data: bytes) -> Any:
    return json.loads(data.decode("utf-8-sig"), parse_float=lambda text: LosslessFloat(text.encode()))


def test_real_schemas_parse_as_the_standard_library_parses_them(corpus: Path) -> None:
    files = sorted((corpus / "schemastore" / "schemas").glob("*.json"))
    assert len(files) >= 400
    for file in files:
        data = file.read_bytes()
        assert dumps(parse(data, file.name)) == dumps(_reference(data)), file.name
