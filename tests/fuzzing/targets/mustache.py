"""Templates: compiled they make what an independent interpreter of the specification makes, or both refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing.mutation import TEXTS, mutated_bytes
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.samples import BUILT_IN, pack_folder
from tests.mustache_by_hand.comparing import compiled, interpreted
from tests.mustache_by_hand.inventing import GIVEN, NAMES, PARTIALS, known_views, templates, views, with_blocks

WORDS = (
    *(b"{{", b"}}", b"{{{", b"}}}", b"{{#", b"{{/", b"{{^", b"{{>", b"{{!", b"{{&", b"{{=", b"=}}", b"{{>*", b"{{.}}"),
    *(b"{{a}}", b"{{#a}}", b"{{/a}}", b"{{#b}}{{/b}}", b"{{^c}}", b"{{> p}}", b"{{>q}}", b"{{=[% %]=}}", b"[%a%]"),
    *(
        b"{{a.b}}",
        b"{{ b . c }}",
        b"{{#a.b}}{{/a.b}}",
        b"\n",
        b"\r\n",
        b"  ",
        b"\t",
        b"{{=| |=}}",
        b"|a|",
        b"{{",
        b"\n {{",
    ),
)
_BLOCKS = re.compile(r"\{\{\s*[<$]|[<$]")
_SETTINGS = settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))


@_SETTINGS
@given(template=templates, p=templates, q=templates, view=views, is_strict=st.booleans())
def lines(template: str, p: str, q: str, view: Any, is_strict: bool) -> None:
    compare(template, {"p": p, "q": q}, view, is_strict=is_strict)


@_SETTINGS
@given(template=with_blocks, p=with_blocks, q=with_blocks, view=views, is_strict=st.booleans())
def blocks(template: str, p: str, q: str, view: Any, is_strict: bool) -> None:
    compare(template, {"p": p, "q": q}, view, is_strict=is_strict)


@_SETTINGS
@given(template=templates, p=templates, q=templates, view=known_views, is_strict=st.booleans())
def known(template: str, p: str, q: str, view: Any, is_strict: bool) -> None:
    partials = {"p": p, "q": q}
    made = compiled(template, view, partials, is_strict=is_strict, given=lambda: GIVEN)
    with showing(template=template, partials=partials, view=view, is_strict=is_strict):
        assert made == interpreted(template, view, partials, is_strict=is_strict)


INVENTED: tuple[Callable[[bytes], object], ...] = tuple(
    each.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    for each in (lines, blocks, known)
)


def compare(template: str, partials: dict[str, str], view: Any, *, is_strict: bool) -> None:
    with showing(template=template, partials=partials, view=view, is_strict=is_strict):
        made = compiled(template, view, partials, is_strict=is_strict)
        assert made == interpreted(template, view, partials, is_strict=is_strict)


def _begin_invented(folder: Path) -> Execute:
    def execute(chance: Random) -> None:
        chance.choice(INVENTED)(chance.randbytes(chance.choice([100, 1000, 4000])))

    return execute


@cache
def pack_texts() -> tuple[bytes, ...]:
    """The templates and partials of the built-in packs."""
    files = [file for name in BUILT_IN for file in sorted(pack_folder(name).rglob("*.mustache"))]
    return tuple(data for file in files if len(data := file.read_bytes()) < 4000)


def view_for(chance: Random, depth: int = 3) -> dict[str, Any]:
    names = [*NAMES, *chance.sample(_names(), 20)]
    return {name: _value(chance, depth) for name in chance.sample(names, chance.randint(0, len(names)))}


@cache
def _names() -> list[str]:
    return sorted({name.decode() for text in pack_texts() for name in re.findall(rb"\{\{[#^&]?\{?([a-z_]+)", text)})


def _value(chance: Random, depth: int) -> Any:
    kind = chance.randrange(7 if depth else 4)
    if kind >= 5:
        return [view_for(chance, depth - 1) for _ in range(chance.randint(0, 2))]
    if kind == 4:
        return view_for(chance, depth - 1)
    return chance.choice([True, False, None, 0, 1.5, "", "x", *PARTIALS, chance.choice(TEXTS)])


def compare_texts(texts: list[str], view: Any, *, is_strict: bool) -> None:
    """Compare a template and two partials. How the indentation of blocks changes is not for the interpreter: texts that
    may have any are left out."""
    if not any(_BLOCKS.search(text) for text in texts):
        compare(texts[0], dict(zip(PARTIALS, texts[1:], strict=True)), view, is_strict=is_strict)


def _begin_texts(folder: Path) -> Execute:
    def execute(chance: Random) -> None:
        texts = [_text(chance) for _ in range(3)]
        compare_texts(texts, view_for(chance), is_strict=chance.random() < 0.3)

    return execute


def _text(chance: Random) -> str:
    if chance.random() < 0.4:
        data = b"".join(chance.choice(WORDS) for _ in range(chance.randint(0, 10)))
    else:
        data = mutated_bytes(chance.choice(pack_texts()), chance, WORDS, 3)
    return data.decode(errors="replace").replace("<", "").replace("$", "")


TARGETS = (
    Target("invented-templates", _begin_invented, 150),
    Target("changed-templates", _begin_texts, 150),
)
