"""Compiled templates do what an independent interpreter of the specification does, or both refuse."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.mustache_by_hand import render
from tests.mustache_by_hand.comparing import compiled, interpreted
from tests.mustache_by_hand.inventing import GIVEN, known_views, templates, views, with_blocks

EXAMPLES = int(os.environ.get("SCHEMAGEN_TEMPLATES", "200"))
MODULES = ("comments", "delimiters", "interpolation", "inverted", "partials", "sections", "~dynamic-names")
# The interpreter does not look at indentation in and around blocks: the cases of the specification do.
INDENTED_BLOCKS = {
    "Standalone parent",
    "Standalone block",
    "Block reindentation",
    "Intrinsic indentation",
    "Nested block reindentation",
}


@pytest.mark.parametrize("module", [*MODULES, "~inheritance"])
def test_interpreter_follows_the_specification(corpus: Path, module: str) -> None:
    cases = json.loads((corpus / "mustache-spec" / f"{module}.json").read_text("utf-8"))["tests"]
    for case in cases:
        if case["name"] in INDENTED_BLOCKS:
            continue
        made = render(case["template"], case["data"], case.get("partials", {}), is_strict=False)
        assert made == case["expected"], case["name"]


TOLD = settings(
    max_examples=EXAMPLES,
    derandomize="SCHEMAGEN_TEMPLATES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.long
@pytest.mark.parametrize("is_strict", [False, True])
@TOLD
@given(template=templates, p=templates, q=templates, view=views)
def test_lines(template: str, p: str, q: str, view: dict[str, Any], is_strict: bool) -> None:
    partials = {"p": p, "q": q}
    assert compiled(template, view, partials, is_strict=is_strict) == interpreted(
        template, view, partials, is_strict=is_strict
    )


@pytest.mark.long
@pytest.mark.parametrize("is_strict", [False, True])
@TOLD
@given(template=with_blocks, p=with_blocks, q=with_blocks, view=views)
def test_blocks(template: str, p: str, q: str, view: dict[str, Any], is_strict: bool) -> None:
    partials = {"p": p, "q": q}
    assert compiled(template, view, partials, is_strict=is_strict) == interpreted(
        template, view, partials, is_strict=is_strict
    )


@pytest.mark.long
@pytest.mark.parametrize("is_strict", [False, True])
@TOLD
@given(template=templates, p=templates, q=templates, view=known_views)
def test_what_is_known_of_data_changes_nothing_but_the_time(
    template: str, p: str, q: str, view: dict[str, Any], is_strict: bool
) -> None:
    partials = {"p": p, "q": q}
    made = compiled(template, view, partials, is_strict=is_strict, given=lambda: GIVEN)
    assert made == interpreted(template, view, partials, is_strict=is_strict)


@pytest.mark.long
@TOLD
@given(
    template=st.lists(st.sampled_from(["{{", "}}", "{", "#", "/", "^", "a", "b", " ", "\n", "=", "<%", "%>", "!", "."]))
)
def test_any_text_is_rendered_alike_or_refused(template: list[str]) -> None:
    text, view = "".join(template), {"a": "A", "b": [{"a": 1}, {}]}
    assert compiled(text, view, {}, is_strict=False) == interpreted(text, view, {}, is_strict=False)
