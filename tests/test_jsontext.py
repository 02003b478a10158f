"""Strict JSON: what is refused and where, numbers as written, places."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jiter import LosslessFloat

from schemagen.errors import SchemaError
from schemagen.jsontext import dumps, join_pointer, locate, parse, parse_plain, resolve_pointer, split_pointer

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
    ("data", "line", "column", "code", "about"),
    [
        (b"", 1, 1, "SG102", "empty"),
        (b" \n ", 1, 1, "SG102", "empty"),
        (b"\xef\xbb\xbf", 1, 1, "SG102", "empty"),
        (b'{"a": 1,\n "\xc3\xa9": tru}', 2, 7, "SG102", "'tru' is not a value"),
        (b'\xef\xbb\xbf{"a": tru}', 1, 7, "SG102", "'tru'"),
        (b"[1,\r\n2,\r\n x]", 3, 2, "SG102", "'x'"),
        (b"[1, 2\n,\n\n]", 2, 1, "SG102", "trailing comma"),
        (b"[1,,2]", 1, 4, "SG102", "expected value"),
        (b'{"a": 1 "b": 2}', 1, 9, "SG102", "expected `,`"),
        (b"[1\xc2\xa0]", 1, 3, "SG102", "expected `,`"),
        (b"{} {}", 1, 4, "SG102", "trailing characters"),
        (b'{"a": [1,\n', 1, 9, "SG102", "the text ends within a value"),
        (b'{"a": "x', 1, 8, "SG102", "the text ends within a string"),
        (b"// no\n{}", 1, 1, "SG102", "comments"),
        (b'{"a": 1 /* no */}', 1, 9, "SG102", "comments"),
        (b"{'a': 1}", 1, 2, "SG102", "key must be a string"),
        (b"[NaN]", 1, 2, "SG102", "'NaN' is not a value"),
        (b"[-Infinity]", 1, 2, "SG102", "'-Infinity' is not a value"),
        (b"[01]", 1, 2, "SG102", "'01' is not a value"),
        (b"[" + b"9" * 5000 + b"]", 1, 2, "SG102", "4300 digits"),
        (b'"\t"', 1, 2, "SG102", "control character"),
        (b'"a\nb"', 1, 3, "SG102", "control character"),
        (b'"\\#"', 1, 3, "SG102", "invalid escape"),
        (b'"\\ud800"', 1, 2, "SG102", "surrogate"),
        (b'"\\udc00 "', 1, 2, "SG102", "surrogate"),
        (b'"\\\\ud800 \\ud83d\\ude00 \\uD800\\u0041"', 1, 23, "SG102", "surrogate"),
        (b'{"a": 1, "a": 2}', 1, 10, "SG103", "'a' stands twice"),
        (b'{"a": 1,\n "\\u0061": {\n\n}}', 2, 2, "SG103", "'a' stands twice"),
        (b'{"a": [{"b": 1}, {"b": 1,\n"c": 1, "b": 1}]}', 2, 9, "SG103", "'b' stands twice"),
        (b"[" * 300 + b"]" * 300, 1, 202, "SG104", "deeper than 200"),
        (b'{"a":\n"caf\xe9"}', 2, 5, "SG101", "byte 10"),
        (b'\xef\xbb\xbf["\xe2\x82\xac\xff"]', 1, 4, "SG101", "byte 8"),
        (b'"\xed\xa0\x80"', 1, 2, "SG101", "byte 1"),
        ("{}".encode("utf-16"), 1, 1, "SG101", "UTF-16"),
        ("{}".encode("utf-16-be"), 1, 1, "SG101", "UTF-16"),
        ("{}".encode("utf-32-le"), 1, 1, "SG101", "UTF-32"),
        (b"\x00\x00\xfe\xff\x00\x00\x00{", 1, 1, "SG101", "UTF-32"),
    ],
)
def test_what_is_refused_and_where(data: bytes, line: int, column: int, code: str, about: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(data, "bad.json")
    error = caught.value
    assert (error.location.path, error.code) == ("bad.json", code)
    assert (error.location.line, error.location.column) == (line, column)
    assert about in error.message
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


@pytest.mark.parametrize(
    ("data", "pointer", "line", "column"),
    [
        (b'{"a": []}', "#/a/0", 1, 2),
        (b'{"a": [],\n "0": 1}', "#/a/0", 1, 2),
        (b"[[], [1]]", "#/1/0", 1, 7),
        (b"[[], [1]]", "#/01", 1, 1),
        (b'{"x": {"a": 1},\n "a": {"x": 2}}', "#/a/x", 2, 8),
        (b'{"-1": {"-1": 3}}', "#/-1/-1", 1, 9),
        (b'\n {"a~b/c": "\xc3\xa9", "\\u00e9": [{"": 5}]}', "#/\u00e9/0/", 2, 29),
    ],
)
def test_place_of_a_pointer(data: bytes, pointer: str, line: int, column: int) -> None:
    assert locate(data, pointer) == (line, column)


def _reference(data: bytes) -> Any:
    """Parse as the standard library does, made as strict as we are; ValueError for what is refused."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a member stands twice")
        return dict(pairs)

    def refuse(text: str) -> None:
        raise ValueError(text)

    value = json.loads(
        data.decode("utf-8-sig"),
        parse_int=lambda text: LosslessFloat(b"-0") if text == "-0" else int(text),
        parse_float=lambda text: LosslessFloat(text.encode()),
        parse_constant=refuse,
        object_pairs_hook=members,
    )
    dumps(value).encode()  # UnicodeEncodeError, a ValueError, for a lone surrogate
    return value


PIECES = st.sampled_from(
    [
        *'{}[],:"-.0eE+ \n\\',
        '"a"',
        '"b"',
        "true",
        "nul",
        "NaN",
        "12",
        "-0",
        "1.50",
        "\\ud83d",
        "\\ude00",
        "\\n",
        "\u00e9",
    ]
)


@given(VALUES, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2), PIECES), max_size=4))
def test_damaged_text_is_accepted_or_refused_as_the_standard_library_does(
    value: Any, damage: list[tuple[int, int, str]]
) -> None:
    text = json.dumps(value, ensure_ascii=False)
    for place, length, piece in damage:
        text = text[:place] + piece + text[place + length :]
    try:
        expected = dumps(_reference(text.encode()))
    except ValueError:
        with pytest.raises(SchemaError) as caught:
            parse(text.encode(), "x")
        lines = text.split("\n")
        assert 1 <= caught.value.location.line <= len(lines)
        assert 1 <= caught.value.location.column <= len(lines[caught.value.location.line - 1]) + 1
    else:
        assert dumps(parse(text.encode(), "x")) == expected


def test_real_schemas_parse_as_the_standard_library_parses_them(corpus: Path) -> None:
    files = sorted((corpus / "schemastore" / "schemas").glob("*.json"))
    assert len(files) >= 400
    for file in files:
        data = file.read_bytes()
        assert dumps(parse(data, file.name)) == dumps(_reference(data)), file.name


def test_plain_numbers_stay_finite_and_stay_other_than_zero() -> None:
    assert parse_plain(b"[1e400, -1e400, 1.5, 0e5, -0.0]") == [sys.float_info.max, -sys.float_info.max, 1.5, 0, 0]
    smallest = parse_plain(b"[1e-400, -0.001E-400]")
    assert smallest == [5e-324, -5e-324]
