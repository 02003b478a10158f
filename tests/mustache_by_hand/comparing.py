"""This module knows how to have a template rendered both ways, so that the two can be compared."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from schemagen.errors import TemplateError
from schemagen.mustache import Given, Source, Templates
from tests.mustache_by_hand.interpreter import render
from tests.mustache_by_hand.reading import RefusedError

# What is made of a template that is refused.
REFUSED = object()


def compiled(
    template: str, view: Any, partials: dict[str, str], *, is_strict: bool, given: Callable[[], Given] | None = None
) -> object:
    sources = {name: Source(f"partials/{name}", text) for name, text in partials.items()}
    try:
        templates = Templates({"main": Source("main", template)}, sources, html.escape, strict=is_strict, given=given)
        whole = templates.render("main", view)
        pieces = "".join(templates.pieces("main", view))
    except TemplateError:
        return REFUSED
    assert whole == pieces
    return whole


def interpreted(template: str, view: Any, partials: dict[str, str], *, is_strict: bool) -> object:
    try:
        return render(template, view, partials, is_strict=is_strict)
    except RefusedError:
        return REFUSED
