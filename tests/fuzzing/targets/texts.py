"""Bytes for the readers of JSON, of JSON with comments and of YAML: what is read is what another reader reads."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from jiter import LosslessFloat

from schemagen.errors import SchemaError
from schemagen.jsontext import dumps, is_number, join_pointer, locate, parse, parse_plain, places_in_json
from schemagen.texts import Syntax, parse_text, place_in
from tests.fuzzing.inventing import invented_schema
from tests.fuzzing.judging import is_place, judge
from tests.fuzzing.mutation import mutated_bytes
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.samples import schemas, suite_schemas

JSON_WORDS = (
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"true", b"false", b"null", b"NaN", b"-Infinity", b"1e400"),
    *(b"-0", b"-", b"0", b"01", b"1.", b".5", b"1e", b"1E+", b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\u0000"', b"\\u"),
    *(
        b'"a": 1, "a": 2',
        b'{"a":{"a":{}}}',
        b"[[[[[[[[",
        b"]]]]]]]]",
        b"//",
        b"/*",
        b"*/",
        b"# ",
        b"\xe2\x80\xa8",
        b" ",
    ),
    *(b"[" * 250, b'{"a":' * 250, b"9" * 5000, b"\t", b"\r\n", b"\x7f", b"\x1f", b'""', b"'", b"\\/", b"tru", b"nulll"),
)
YAML_WORDS = (
    *(
        b"- ",
        b": ",
        b"? ",
        b"|\n",
        b">-\n",
        b"&a ",
        b"*a",
        b"<<: ",
        b"!!str ",
        b"!x ",
        b"%YAML 1.1\n",
        b"---\n",
        b"...\n",
    ),
    *(
        b"~",
        b"yes",
        b"0x1f",
        b"0o7",
        b".inf",
        b".nan",
        b"1_000",
        b"2020-01-01",
        b"'",
        b'"\\x41"',
        b'"\\ud800"',
        b"@",
        b"`",
    ),
    *(
        b"\n  ",
        b"\n",
        b"#",
        b"{a: b}",
        b"[a, b]",
        b"{a: &b [*b]}",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"%TAG ! x\n",
        b"? |\n a\n",
    ),
)
WORDS = {Syntax.JSON: JSON_WORDS, Syntax.COMMENTED: JSON_WORDS, Syntax.YAML: (*YAML_WORDS, *JSON_WORDS)}
_PATHS = {Syntax.JSON: "x.json", Syntax.COMMENTED: "x.jsonc", Syntax.YAML: "x.yaml"}


def read(data: bytes, syntax: Syntax) -> Any:
    """What ``data`` is read to; a refusal where it is refused. All that must be so of either is checked."""
    path = _PATHS[syntax]
    try:
        value = parse_text(data, path, syntax)
    except SchemaError as refusal:
        judge(refusal, {path: data})
        if syntax is Syntax.JSON:
            _judge_refusal(data, refusal)
        return refusal
    if syntax is Syntax.JSON:
        _judge_json(data, value)
    _judge_value(value)
    _judge_places(data, value, syntax)
    return value


def _judge_json(data: bytes, value: Any) -> None:
    """The reader of Python's library gives the same values, but for numbers, of which it does not keep the text."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    assert _with_floats(value) == json.loads(body)
    assert _finite(parse_plain(data))


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _with_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_floats(item) for item in value]
    return float(str(value)) if isinstance(value, LosslessFloat) else value


def _judge_refusal(data: bytes, refusal: SchemaError) -> None:
    """What Python's own reader takes as well is refused only for what we are stricter in."""
    try:
        text = data.decode("utf-8-sig")
        json.loads(text, parse_constant=_refuse, object_pairs_hook=_once, parse_int=_short, parse_float=_short)
    except (ValueError, RecursionError):
        return
    is_deep = refusal.code == "SG104"
    is_half = "lone surrogate" in refusal.message
    # Of a text that begins with two bytes of BOM, or has a NUL early, another encoding is said.
    is_encoding = refusal.code == "SG101"
    assert is_deep or is_half or is_encoding, refusal


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def _short(text: str) -> float:
    return float(text) if len(text) < 4300 else _refuse(text)


def _judge_value(value: Any) -> None:
    """What was read can be written, and is read to the same."""
    for text in (dumps(value), dumps(value, indent=2)):
        assert _told(parse(text.encode(), "")) == _told(value)


def _told(value: Any) -> str:
    """A text that two values share only if they are the same, with the text of their numbers."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{_told(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_told, value)) + "]"
    return str(value) if is_number(value) else repr(value)


def _judge_places(data: bytes, value: Any, syntax: Syntax) -> None:
    pointers = _pointers(value)
    known = places_in_json(data) if syntax is Syntax.JSON else None
    if known is not None:
        assert known.keys() == set(pointers)
    for pointer in pointers[:: max(1, len(pointers) // 20)]:
        place = place_in(data, pointer, syntax)
        assert is_place(*place, data, _PATHS[syntax]), (pointer, place)
        if known is not None:
            assert place == known[pointer] == locate(data, pointer), (pointer, place)


def _pointers(value: Any, here: str = "#") -> list[str]:
    found = [here]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += _pointers(item, join_pointer(here, key))
    return found


def _begin(syntax: Syntax, texts: Callable[[Random], bytes]) -> Callable[[Path], Execute]:
    def begin(folder: Path) -> Execute:
        def execute(chance: Random) -> None:
            data = texts(chance)
            if chance.random() < 0.95:
                data = mutated_bytes(data, chance, WORDS[syntax])
            with showing(data=data):
                read(data, syntax)

        return execute

    return begin


def _json(chance: Random) -> bytes:
    kind = chance.random()
    if kind < 0.3:
        return dumps(invented_schema(chance), indent=chance.choice([None, 1, 2])).encode()
    if kind < 0.4:
        return b"".join(chance.choice(JSON_WORDS[:40]) for _ in range(chance.randint(1, 12)))
    return chance.choice(suite_schemas() if kind < 0.9 else schemas())


def _commented(chance: Random) -> bytes:
    data = dumps(invented_schema(chance), indent=2)
    for mark in ("\n", ","):
        if chance.random() < 0.5:
            data = data.replace(
                mark, chance.choice([mark + "// x\n", mark + "/* } , */", ",\n" if mark == "\n" else ", "]), 3
            )
    return data.encode()


def _yaml(chance: Random) -> bytes:
    import yaml

    if chance.random() < 0.3:
        return b"".join(chance.choice(YAML_WORDS) for _ in range(chance.randint(1, 12)))
    plain = json.loads(chance.choice(suite_schemas()))
    style = chance.choice([None, True, False])
    return yaml.safe_dump(plain, default_flow_style=style, allow_unicode=True, width=chance.choice([20, 200])).encode()


TARGETS = (
    Target("json", _begin(Syntax.JSON, _json), 700),
    Target("commented-json", _begin(Syntax.COMMENTED, _commented), 400),
    Target("yaml", _begin(Syntax.YAML, _yaml), 400),
)
