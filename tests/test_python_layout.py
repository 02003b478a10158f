"""Expressions are laid out as ruff format leaves them, whatever they are and however wide."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from schemagen.python.docs import comments, docstring
from schemagen.python.imports import import_statements
from schemagen.python.layout import (
    Brackets,
    Chain,
    Expression,
    Prefixed,
    call,
    chain,
    statement,
    statement_of,
    subscript,
    width_of,
)
from schemagen.python.values import expression_of, number, string
from tests.hostile import HOSTILE
from tests.odd_names import ODD_NAMES
from tests.python_tools import formatted, tool

NAMES = ["str", "Any", "Address", "_identifier.BikeId", "A" * 30, "B" * 61, "_module.Name" + "C" * 40]
VALUES = [
    "a",
    "ok",
    "it's",
    'say "x"',
    "日本語" * 5,
    "x" * 40,
    "e\u0301\u0302" * 8,
    0,
    12345678901234567890,
    True,
    None,
]


def annotation(chance: random.Random, depth: int = 0) -> Expression:
    kind = chance.randrange(8 if depth < 3 else 3)
    if kind < 3:
        return chance.choice(NAMES)
    if kind == 3:
        return subscript("Literal", *(expression_of(chance.choice(VALUES[:-1])) for _ in range(chance.randint(1, 6))))
    if kind == 4:
        return subscript("list", annotation(chance, depth + 1))
    if kind == 5:
        return subscript("dict", "str", annotation(chance, depth + 1))
    parts = [annotation(chance, depth + 2) for _ in range(chance.randint(2, 5))]
    return chain([part for part in parts if not isinstance(part, Chain)] or ["str"])


def value(chance: random.Random, depth: int = 0) -> Expression:
    kind = chance.randrange(7 if depth < 3 else 2)
    if kind == 0:
        return chance.choice(["UNSET", "string", "_a_codec", "c" * 50])
    if kind == 1:
        return string(str(chance.choice(VALUES)))
    if kind == 2:
        return call("lazily", Prefixed("lambda: ", "_name" * chance.randint(1, 16), is_lambda=True))
    if kind == 3:
        items = tuple(value(chance, depth + 1) for _ in range(chance.randint(0, 4)))
        return Brackets("[", items, "]", is_display=True)
    if kind == 4:
        pairs = tuple(Prefixed(f"{string(str(key))}: ", value(chance, depth + 1)) for key in VALUES[:3])
        return Brackets("{", pairs, "}", is_display=True)
    keywords = [Prefixed("rest=", value(chance, depth + 1))] if chance.random() < 0.4 else []
    items = tuple(value(chance, depth + 1) for _ in range(chance.randint(0 if keywords else 1, 4)))
    return call(chance.choice(["union", "literal", "record"]), *items, *keywords)


def field_of(chance: random.Random) -> str:
    name = "f" * chance.choice([3, 20, 50, 70])
    default = chance.choice([None, None, "UNSET", call("Field", "default=UNSET", 'alias="' + "k" * 20 + '"')])
    return statement(name, annotation(chance), default, "    ")


STATEMENTS: dict[str, Callable[[random.Random], str]] = {
    "fields": field_of,
    "aliases": lambda chance: statement("T" * chance.choice([2, 40]), "TypeAlias", annotation(chance)),
    "values": lambda chance: statement("v" * chance.choice([2, 40]), None, value(chance)),
    "codecs": lambda chance: statement(
        "_" + "c" * chance.choice([2, 40, 66]), subscript("Decoder", "Any"), call("union", value(chance), value(chance))
    ),
    "calls": lambda chance: statement_of(call("import_late", "globals()", value(chance), value(chance))),
}


@pytest.mark.parametrize("kind", STATEMENTS)
def test_statements_stay_as_they_are(kind: str) -> None:
    chance = random.Random(kind)
    made = [STATEMENTS[kind](chance) for _ in range(600)]
    source = (
        "class C:\n" + "".join(f"    {each}\n" for each in made)
        if kind == "fields"
        else "".join(f"{m}\n" for m in made)
    )
    assert formatted(source) == source


def test_strings_and_numbers_stay_as_they_are_and_mean_what_they_say() -> None:
    texts = [*HOSTILE, *ODD_NAMES]
    source = "".join(f"{string(text)}\n" for text in texts)
    assert formatted(f"x = 1\n{source}") == f"x = 1\n{source}"
    assert [eval(line) for line in source.splitlines()] == texts
    assert number(10**5000).startswith("0x")
    assert formatted(f"{number(10**5000)}\n") == f"{number(10**5000)}\n"


@pytest.mark.parametrize("indent", ["", "    "])
def test_docstrings_and_comments_stay_as_they_are(indent: str) -> None:
    rows = []
    for number_, text in enumerate(HOSTILE):
        lines = text.splitlines()
        for each in ([text[:40].strip() or "x"], ["first", "", f"  {text[:40]}", "last"], ['"', *lines, "end"]):
            shown = [line.replace("\0", "").rstrip() for line in each]
            if not any(shown) or not shown[0]:
                continue
            rows.append(f"class C{number_}:\n    {docstring(shown, '    ')}\n" if indent else docstring(shown, ""))
            rows.append(comments(shown, ""))
    source = "\n\n\n".join(f"{row}\nx = 1" for row in rows) + "\n"
    compile(source, "docs.py", "exec")


def test_imports_stay_as_they_are() -> None:
    used = {"Any", "Literal", "TypeAlias", "dataclass", "Field", "TypeAliasType", "UNSET", "Unset", "record", "Decoder"}
    modules = [("..common", "a", "_a"), (".", "b", "_b"), ("...x.y", "c", "_c"), ("..", "d", "_d"), (".a", "e", "_e_2")]
    source = import_statements(used, "..._schemagen", modules) + "\n"
    assert formatted(source) == source
    tool("ruff", "check", "--isolated", "--select", "I", "-", text=source)


def test_width_counts_columns() -> None:
    assert [width_of(text) for text in ("abc", "日本", "e\u0301", "ﬁ")] == [3, 4, 1, 1]
