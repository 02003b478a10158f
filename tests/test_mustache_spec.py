"""The official Mustache specification, every case of it, through the compiled functions."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pystache
import pytest

from schemagen.errors import TemplateError
from schemagen.mustache import Source, Templates

REQUIRED = ("comments", "delimiters", "interpolation", "inverted", "partials", "sections")
OPTIONAL = ("~dynamic-names", "~inheritance", "~lambdas")
# The lambdas of the cases, which are written there as Python source: a pack's author registers them as helpers.
LAMBDAS: dict[str, Callable[[], Callable[..., str]]] = {
    "Interpolation": lambda: lambda: "world",
    "Interpolation - Expansion": lambda: lambda: "{{planet}}",
    "Interpolation - Alternate Delimiters": lambda: lambda: "|planet| => {{planet}}",
    "Interpolation - Multiple Calls": lambda: partial(lambda calls: str(next(calls)), count(1)),
    "Escaping": lambda: lambda: ">",
    "Section": lambda: lambda text: "yes" if text == "{{x}}" else "no",
    "Section - Expansion": lambda: lambda text: f"{text}{{{{planet}}}}{text}",
    "Section - Alternate Delimiters": lambda: lambda text: f"{text}{{{{planet}}}} => |planet|{text}",
    "Section - Multiple Calls": lambda: lambda text: f"__{text}__",
    "Inverted Section": lambda: lambda text: "",
}
# What is missing is an empty text in the specification. With us it is an error, because a view has every key and a
# pack every partial. These are all the cases that we refuse.
REFUSED = {
    "interpolation": {
        "Basic Context Miss Interpolation": "SG304",
        "Triple Mustache Context Miss Interpolation": "SG304",
        "Ampersand Context Miss Interpolation": "SG304",
        "Dotted Names - Broken Chains": "SG304",
        "Dotted Names - Broken Chain Resolution": "SG304",
        "Dotted Names - Context Precedence": "SG304",
        "Dotted Names are never single keys": "SG304",
    },
    "inverted": {"Context Misses": "SG304", "Dotted Names - Broken Chains": "SG304"},
    "partials": {"Failed Lookup": "SG302"},
    "sections": {"Context Misses": "SG304", "Dotted Names - Broken Chains": "SG304"},
    "~dynamic-names": {
        "Context Misses - Partial": "SG304",
        "Failed Lookup - Partial": "SG302",
        "Dotted Names - Operator Precedence": "SG304",
        "Dotted Names - Failed Lookup": "SG304",
        "Dotted names - Context Stacking Failed Lookup": "SG304",
        "Dynamic Names - Double Dereferencing": "SG304",
        "Dynamic Names - Composed Dereferencing": "SG304",
    },
    "~inheritance": {"Negative Sections": "SG304"},
}
# Where pystache differs from the required modules. (It knows nothing of dynamic names and inheritance.)
PYSTACHE_DIFFERS = {
    "Basic Null Interpolation",
    "Triple Mustache Null Interpolation",
    "Ampersand Null Interpolation",
}


def cases(corpus: Path, module: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((corpus / "mustache-spec" / f"{module}.json").read_text("utf-8"))["tests"]
    return found


def templates_of(case: dict[str, Any], *, strict: bool) -> Templates:
    helpers = {name: LAMBDAS[case["name"]]() for name in lambdas_in(case["data"])}
    partials = {name: Source(f"partials/{name}", text) for name, text in case.get("partials", {}).items()}
    return Templates({"main": Source("main", case["template"])}, partials, html.escape, helpers=helpers, strict=strict)


def lambdas_in(data: Any) -> Iterator[str]:
    for name, value in data.items() if isinstance(data, dict) else ():
        if isinstance(value, dict) and value.get("__tag__") == "code":
            yield name


@pytest.mark.parametrize("module", [*REQUIRED, *OPTIONAL])
def test_specification(corpus: Path, module: str, record_property: Callable[[str, object], None]) -> None:
    record_property(
        "counted: cases of the Mustache specification rendered by compiled functions", len(cases(corpus, module))
    )
    for case in cases(corpus, module):
        made = templates_of(case, strict=False)
        assert made.render("main", case["data"]) == case["expected"], case["name"]
        pieces = "".join(templates_of(case, strict=False).pieces("main", case["data"]))
        assert pieces == case["expected"], case["name"]


def test_specification_is_whole(corpus: Path) -> None:
    assert sum(len(cases(corpus, module)) for module in REQUIRED) >= 136
    assert sum(len(cases(corpus, module)) for module in OPTIONAL) >= 58


@pytest.mark.parametrize("module", [*REQUIRED, *OPTIONAL])
def test_strict_rendering_differs_only_in_refusing_what_is_missing(corpus: Path, module: str) -> None:
    refused = {}
    for case in cases(corpus, module):
        try:
            text = templates_of(case, strict=True).render("main", case["data"])
        except TemplateError as error:
            refused[case["name"]] = error.code
        else:
            assert text == case["expected"], case["name"]
    assert refused == REFUSED.get(module, {})


def test_pystache_differs_from_the_specification_where_we_know_it(corpus: Path) -> None:
    differing = set()
    for module in REQUIRED:
        for case in cases(corpus, module):
            renderer = pystache.Renderer(partials=case.get("partials", {}), escape=html.escape)
            if renderer.render(case["template"], case["data"]) != case["expected"]:
                differing.add(case["name"])
    assert differing == PYSTACHE_DIFFERS
