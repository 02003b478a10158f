"""This module knows how to read and write JSON text strictly, keeping the text of numbers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import NoReturn

import jiter
from jiter import LosslessFloat

from schemagen.errors import Location, SchemaError
from schemagen.model import JsonValue

BOM = b"\xef\xbb\xbf"
_MINUS_ZERO = re.compile(rb"[\s:,\[]-0(?![0-9.eE])|\A-0(?![0-9.eE])")
_JITER_PLACE = re.compile(r" at line (\d+) column (\d+)\Z")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def parse(data: bytes, path: str) -> JsonValue:
    """Parse ``data`` by RFC 8259, and stricter: UTF-8 only (a BOM is passed over), no member twice, no lone
    surrogates, at most 200 levels deep. ``path`` is named in errors.

    Raises SchemaError with line and column, both from 1, columns in characters.
    """
    body = data[3:] if data.startswith(BOM) else data
    try:
        value = _parse_fast(body)
    except ValueError as error:
        _explain(body, path, str(error))
    if _MINUS_ZERO.search(body):
        return json.loads(body, parse_int=_int_keeping_minus_zero, parse_float=_float_keeping_text)
    return value


def _parse_fast(body: bytes) -> JsonValue:
    return jiter.from_json(
        body, allow_inf_nan=False, catch_duplicate_keys=True, float_mode="lossless-float", cache_mode="keys"
    )


def _int_keeping_minus_zero(text: str) -> int | LosslessFloat:
    return LosslessFloat(b"-0") if text == "-0" else int(text)


def _float_keeping_text(text: str) -> LosslessFloat:
    return LosslessFloat(text.encode())


def parse_plain(data: bytes) -> JsonValue:
    """``data``, which ``parse`` has accepted, with fractions as Python floats, for libraries that need them.

    What is beyond a float's range becomes the largest float: infinity is no JSON number.
    """
    return json.loads(data.removeprefix(BOM), parse_float=_finite)


def _finite(text: str) -> float:
    return max(-sys.float_info.max, min(sys.float_info.max, float(text)))


def _explain(body: bytes, path: str, reason: str) -> NoReturn:
    """Raise the SchemaError for what jiter refused."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        _not_utf8(body, path, error.start)
    message, line, column = _place(reason, text)
    raise SchemaError(message, Location(path, line, column), _code_for(message))


def _not_utf8(body: bytes, path: str, start: int) -> NoReturn:
    before = body[:start].decode(errors="replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    what = "UTF-16 or UTF-32 text" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "not UTF-8"
    raise SchemaError(
        f"{what}: byte {start} cannot be decoded; schemas are UTF-8", Location(path, line, column), "SG101"
    )


def _code_for(message: str) -> str:
    if message.startswith("member "):
        return "SG103"
    return "SG104" if message.startswith("nested") else "SG102"


def _place(reason: str, text: str) -> tuple[str, int, int]:
    """What jiter said in a person's words, with line and column in characters (jiter counts bytes)."""
    match = _JITER_PLACE.search(reason)
    line, byte_column = (int(match[1]), int(match[2])) if match else (1, 1)
    row = text.split("\n")[line - 1 : line]
    column = len(row[0].encode()[:byte_column].decode(errors="ignore")) if row else 1
    what = reason[: match.start()] if match else reason
    if what.startswith("Detected duplicate key"):
        key = re.search(r"Detected duplicate key (.*)\Z", what, re.DOTALL)
        return f"member {key[1] if key else ''} stands twice in this object", line, max(column, 1)
    if what == "recursion limit exceeded":
        return "nested deeper than 200 levels", line, max(column, 1)
    if not text.strip():
        return "not JSON: the file is empty", 1, 1
    if "hex escape" in what and row and _SURROGATE.search(row[0]):
        return "not JSON: a lone surrogate, half of a character", line, max(column, 1)
    return f"not JSON: {what}", line, max(column, 1)


def is_number(value: JsonValue) -> bool:
    return isinstance(value, int | LosslessFloat) and not isinstance(value, bool)


def number_text(value: int | LosslessFloat) -> str:
    """The JSON text of a number, as it was written."""
    return str(value)


def dumps(value: JsonValue, *, indent: int | None = None) -> str:
    """The JSON text of ``value``: numbers as they were written, members in their order, non-ASCII kept."""
    return "".join(_pieces(value, indent, "\n"))


def _pieces(value: JsonValue, indent: int | None, newline: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _container("{", "}", value.items(), indent, newline)
    elif isinstance(value, list):
        yield from _container("[", "]", ((None, item) for item in value), indent, newline)
    elif isinstance(value, LosslessFloat):
        yield str(value)
    else:
        yield json.dumps(value, ensure_ascii=False)


def _container(opening: str, closing: str, items: object, indent: int | None, newline: str) -> Iterator[str]:
    inner = newline + " " * indent if indent else ""
    separator = "," + inner if indent else ", "
    yield opening
    first = True
    for key, item in items:  # type: ignore[attr-defined]  # an iterable of pairs either way
        yield inner if first else separator
        first = False
        if key is not None:
            yield json.dumps(key, ensure_ascii=False) + ": "
        yield from _pieces(item, indent, inner)
    if indent and not first:
        yield newline
    yield closing


# -- JSON Pointers, as URI fragments without percent escapes (RFC 6901)


def escape_token(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def join_pointer(pointer: str, *tokens: str | int) -> str:
    return "/".join((pointer, *(escape_token(str(token)) for token in tokens)))


def split_pointer(pointer: str) -> list[str]:
    """The tokens of ``#/a/b~1c``: ``a`` and ``b/c``."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def resolve_pointer(document: JsonValue, pointer: str) -> JsonValue:
    """The value at ``pointer`` in ``document``; raises LookupError where there is none."""
    value = document
    for token in split_pointer(pointer):
        if isinstance(value, dict):
            value = value[token]
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]*", token):
            value = value[int(token)]
        else:
            raise LookupError(pointer)
    return value


def locate(data: bytes, pointer: str) -> tuple[int, int]:
    """Line and column, from 1, of the value at ``pointer``; of its key, for a member of an object.

    Where the pointer leads nowhere, the place of the nearest value above it.
    """
    text = data.decode("utf-8-sig", errors="replace")
    wanted = split_pointer(pointer)
    index = _locate(text, wanted)
    line_start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - line_start + 1


def _locate(text: str, wanted: list[str]) -> int:
    """The index of the value that ``wanted`` leads to, by walking the tokens of ``text`` once."""
    tokens = _TOKEN.finditer(text)
    found = next((match.start() for match in [_TOKEN.search(text)] if match), 0)
    matched = 0
    path: list[str | int] = []  # the key or index at each open container
    key_next: list[bool] = []  # for each open container: a key is expected
    for match in tokens:
        mark = match[0]
        if mark in {"{", "["}:
            path.append(-1 if mark == "{" else 0)
            key_next.append(mark == "{")
            if mark == "[":
                matched, found = _better(path, wanted, matched, found, _value_after(text, match.end()))
        elif mark in {"}", "]"}:
            path.pop()
            key_next.pop()
            if len(path) < matched:
                return found
        elif mark == ",":
            if isinstance(path[-1], int) and path[-1] >= 0:
                path[-1] += 1
                matched, found = _better(path, wanted, matched, found, _value_after(text, match.end()))
            else:
                key_next[-1] = True
        elif mark != ":" and key_next and key_next[-1]:
            path[-1] = json.loads(mark, strict=False)
            key_next[-1] = False
            matched, found = _better(path, wanted, matched, found, match.start())
        if matched == len(wanted):
            return found
    return found


def _better(path: list[str | int], wanted: list[str], matched: int, found: int, index: int) -> tuple[int, int]:
    depth = len(path)
    if depth == matched + 1 and [str(step) for step in path] == wanted[:depth]:
        return depth, index
    return matched, found


def _value_after(text: str, index: int) -> int:
    match = _TOKEN.search(text, index)
    return match.start() if match else index
