"""This module knows how to read and write JSON text strictly, keeping the text of numbers."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from itertools import chain

import jiter
from jiter import LosslessFloat

from schemagen.errors import Location, SchemaError
from schemagen.model import JsonValue

BOM = b"\xef\xbb\xbf"
# What must stand before it is asked last: searching for the two bytes is sixty times faster than for a class.
_MINUS_ZERO = re.compile(rb"-0(?![0-9.eE])(?<![^\s:,\[]-0)")
_JITER_PLACE = re.compile(r" at line (\d+) column (\d+)\Z")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_NOT_ZERO = re.compile(r"-?[0.]*[1-9]")
_WORD = re.compile(r"[^\s{}\[\]:,\"]*")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
_MARKS_OF_UTF16_AND_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_MARK = "\ud800"  # half of a character, which no JSON text that we accept has alone
_in_json = json.JSONEncoder(ensure_ascii=False).encode


def parse(data: bytes, path: str) -> JsonValue:
    """Parse ``data`` by RFC 8259, and stricter: UTF-8 only (a BOM is passed over), no member twice, no lone
    surrogates, at most 200 levels deep. ``path`` is named in errors.

    Raises SchemaError with line and column, both from 1, columns in characters.
    """
    body = data[3:] if data.startswith(BOM) else data
    try:
        value = _parse_fast(body)
    except ValueError as error:
        decoded(data, path)
        code, message, line, column = _fault(data, str(error))
        raise SchemaError(message, Location(path, line, column), code) from None
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

    What is beyond a float's range becomes the largest float, since infinity is no JSON number, and what is
    too small for one the smallest, since it is not zero.
    """
    return json.loads(data.removeprefix(BOM), parse_float=_finite)


def _finite(text: str) -> float:
    number = float(text)
    if number == 0 and _NOT_ZERO.match(text):
        return math.copysign(math.ulp(0.0), number)
    return max(-sys.float_info.max, min(sys.float_info.max, number))


def _fault(data: bytes, reason: str) -> tuple[str, str, int, int]:
    """What is wrong with ``data``, which is UTF-8 and which jiter refused for ``reason``: code, message, line and
    column."""
    body = data.removeprefix(BOM)
    text = body.decode()
    code, message, index = _fault_in_text(text, *_reason_and_index(reason, body))
    return code, message, *line_and_column(text, index)


def decoded(data: bytes, path: str) -> str:
    """The text of ``data``, a BOM passed over; raises SchemaError, which names ``path``, where it is not UTF-8."""
    if data.startswith(_MARKS_OF_UTF16_AND_32) or b"\0" in data[:4]:
        raise SchemaError("UTF-16 or UTF-32 text; schemas are UTF-8", Location(path), "SG101")
    body = data.removeprefix(BOM)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        byte = len(data) - len(body) + error.start
        before = body[: error.start].decode()
        place = line_and_column(before, len(before))
        raise SchemaError(f"not UTF-8: byte {byte} cannot be decoded", Location(path, *place), "SG101") from None


def _reason_and_index(reason: str, body: bytes) -> tuple[str, int]:
    """The reason alone, and the index in the text that its line and column, in bytes, stand for."""
    match = _JITER_PLACE.search(reason)
    if match is None:
        return reason, 0
    start = 0
    for _ in range(int(match[1]) - 1):
        start = body.index(b"\n", start) + 1
    offset = start + int(match[2]) - 1  # column 0 is the newline itself
    return reason[: match.start()], len(body[: max(offset, 0)].decode(errors="ignore"))


def _fault_in_text(text: str, reason: str, index: int) -> tuple[str, str, int]:
    """Code, message and index of what jiter refused, seeing it at or a little behind ``index``."""
    if reason.startswith("Detected duplicate key"):
        key, index = _repeated_member(text)
        return "SG103", f"member {key!r} stands twice in this object", index
    if reason == "recursion limit exceeded":
        return "SG104", "nested deeper than 200 levels", index
    if reason.startswith("EOF"):
        end = len(text.rstrip(" \t\r\n"))
        within = reason.removeprefix("EOF while parsing ")
        if end == 0:
            return "SG102", "not JSON: the file is empty", 0
        return "SG102", f"not JSON: the text ends within {within}", end - 1  # at its last character
    if "hex escape" in reason:
        lone = next((match.start() for match in _ESCAPE.finditer(text) if match["lone"]), index)
        return "SG102", "not JSON: a lone surrogate, half of a character", lone
    if reason == "trailing comma":
        return "SG102", "not JSON: trailing comma", text.rindex(",", 0, index)
    if reason.startswith("control character"):
        return "SG102", "not JSON: a control character in a string must be escaped", index
    if text.startswith(("//", "/*", "#"), index) and reason != "invalid escape":
        return "SG102", "not JSON: comments are not allowed", index
    if reason == "number out of range":
        return "SG102", "a number of more than 4300 digits", _start_of_word(text, index)
    if reason in {"expected ident", "expected value", "invalid number"}:
        index = _start_of_word(text, index)
        word = _WORD.match(text, index)
        if word and word[0]:
            return "SG102", f"not JSON: {_shortened(word[0])} is not a value", index
    return "SG102", f"not JSON: {reason}", index


def _start_of_word(text: str, index: int) -> int:
    while index and _WORD.fullmatch(text[index - 1]):
        index -= 1
    return index


def _shortened(word: str) -> str:
    return repr(word) if len(word) <= 40 else f"{word[:40]!r}... ({len(word)} characters)"


def _repeated_member(text: str) -> tuple[str, int]:
    """The first key that stands twice in its object, and where it stands for the second time."""
    seen: set[tuple[str, ...]] = set()
    for path, index in _places(text):
        if tuple(path) in seen:
            return path[-1], index
        seen.add(tuple(path))
    raise AssertionError("jiter has seen a duplicate key")


def line_and_column(text: str, index: int) -> tuple[int, int]:
    """Line and column, both from 1, of the character at ``index`` of ``text``."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def is_number(value: JsonValue) -> bool:
    return isinstance(value, int | LosslessFloat) and not isinstance(value, bool)


def number_text(value: int | LosslessFloat) -> str:
    """The JSON text of a number, as it was written."""
    return str(value)


def dumps(value: JsonValue, *, indent: int | None = None) -> str:
    """The JSON text of ``value``: numbers as they were written, members in their order, non-ASCII kept."""
    if indent is None and isinstance(value, dict | list):
        return _on_one_line(value)
    return _written(value, indent)


def _on_one_line(value: dict[str, JsonValue] | list[JsonValue]) -> str:
    """JSON text by the encoder in C, many times faster than ours. It knows no numbers that keep their text: a mark
    stands for each until the text is whole."""
    numbers: list[str] = []

    def mark(number: JsonValue) -> str:
        if not isinstance(number, LosslessFloat):
            raise TypeError(f"{type(number).__name__} is no JSON value")
        numbers.append(str(number))
        return _MARK

    text = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=mark).encode(value)
    if not numbers:
        return text
    between = text.split(f'"{_MARK}"')
    if len(between) != len(numbers) + 1:  # a string of the value is our mark
        return _written(value, None)
    return "".join(chain.from_iterable(zip(between, [*numbers, ""], strict=True)))


def _written(value: JsonValue, indent: int | None) -> str:
    pieces: list[str] = []
    _write(value, indent, "\n", pieces.append)
    return "".join(pieces)


def _write(value: JsonValue, indent: int | None, newline: str, put: Callable[[str], object]) -> None:
    inner = newline + " " * indent if indent else ""
    separator = "," + inner if indent else ", "
    if isinstance(value, dict) and value:
        before = "{" + inner
        for key, item in value.items():
            put(before)
            put(_in_json(key))
            put(": ")
            _write(item, indent, inner, put)
            before = separator
        put(newline + "}" if indent else "}")
    elif isinstance(value, list) and value:
        before = "[" + inner
        for item in value:
            put(before)
            _write(item, indent, inner, put)
            before = separator
        put(newline + "]" if indent else "]")
    else:
        put(str(value) if isinstance(value, LosslessFloat) else _in_json(value))


# -- JSON Pointers, as URI fragments without percent escapes (RFC 6901)


def escape_token(token: str) -> str:
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def join_pointer(pointer: str, *tokens: str | int) -> str:
    return "/".join((pointer, *(escape_token(str(token)) for token in tokens)))


def split_pointer(pointer: str) -> list[str]:
    """The tokens of ``#/a/b~1c``: ``a`` and ``b/c``."""
    tokens = pointer.split("/")[1:]
    if "~" not in pointer:
        return tokens
    return [token.replace("~1", "/").replace("~0", "~") for token in tokens]


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
    matched, found = -1, 0
    for path, index in _places(text):
        if len(path) <= matched:
            break  # past the value that was found last
        # What comes below it has its tokens in front: only the last one is new.
        if len(path) == matched + 1 and (not path or path[-1] == wanted[matched]):
            matched, found = len(path), index
            if matched == len(wanted):
                break
    return line_and_column(text, found)


def places_in_json(data: bytes) -> dict[str, tuple[int, int]]:
    """What ``locate`` gives for every value in ``data``, by its pointer."""
    text = data.decode("utf-8-sig", errors="replace")
    places: dict[str, tuple[int, int]] = {}
    line, start, last = 1, 0, 0
    for path, index in _places(text):
        line += text.count("\n", last, index)
        start = max(start, text.rfind("\n", last, index) + 1)
        places[join_pointer("#", *path)] = line, index - start + 1
        last = index
    return places


def _places(text: str) -> Iterator[tuple[list[str], int]]:
    """Each value of ``text`` in document order: the tokens that lead to it, in one list that changes, and the
    index of its text, or of its key where it has one. Good up to the first fault, if there is one."""
    path: list[str] = []
    latest: list[int] = []  # for each open container: the index of its latest item, or -1 for an object
    key_next = False
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if mark in {"}", "]"}:
            latest.pop()
            del path[len(latest) :]
            key_next = False
        elif mark == ",":
            key_next = latest[-1] < 0
        elif key_next:
            path[len(latest) - 1 :] = [json.loads(mark)]
            key_next = False
            yield path, match.start()
        elif mark != ":":
            if not latest:
                yield path, match.start()
            elif latest[-1] >= 0:
                path[len(latest) - 1 :] = [str(latest[-1])]
                latest[-1] += 1
                yield path, match.start()
            if mark in {"{", "["}:
                latest.append(-1 if mark == "{" else 0)
                key_next = mark == "{"
