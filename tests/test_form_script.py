"""The script of generated forms: its types hold, it is small, and it keeps to a strict content security policy."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.conftest import COUNTED, REPOSITORY
from tests.node_tools import npm_packages

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

MOST_BYTES = 25_600
MOST_BYTES_OF_PARTS = 3_072
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'"
SITE = "https://forms.example/"
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
  `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


def test_types_of_the_script_hold(sample_forms: Path, request: pytest.FixtureRequest) -> None:
    modules = npm_packages(request.config.cache, "typescript@5.9.3")
    options = [
        "--noEmit",
        "--allowJs",
        "--checkJs",
        "--strict",
        "--target",
        "es2022",
        "--lib",
        "es2022,dom,dom.iterable",
    ]
    done = subprocess.run(
        [str(modules / ".bin/tsc"), *options, str(sample_forms / "schema-form.js")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_script_is_small_when_minified(minified_script: Path, record_property: Callable[[str, Any], None]) -> None:
    size = minified_script.stat().st_size
    record_property(f"{COUNTED}bytes of schema-form.js when minified", size)
    assert size < MOST_BYTES


@pytest.fixture
def served(page: Page, sample_forms: Path) -> list[str]:
    """Serve the samples with a strict policy, and note what is posted to them."""
    posted: list[str] = []

    def serve(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request.post_data or "")
        file = sample_forms / route.request.url.removeprefix(SITE)
        headers = {"Content-Security-Policy": POLICY}
        route.fulfill(path=file, headers=headers) if file.is_file() else route.fulfill(status=404, headers=headers)

    page.route(f"{SITE}**", serve)
    page.add_init_script(NOTE_VIOLATIONS)
    return posted


def test_forms_keep_to_a_strict_policy(page: Page, served: list[str], sample_forms: Path) -> None:
    for file in sorted(sample_forms.rglob("*.html")):
        page.goto(SITE + file.relative_to(sample_forms).as_posix())
        assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
        if file.name != "forms.html":
            page.evaluate("document.forms[0].requestSubmit()")
            page.locator(".summary").wait_for()
        for button in page.get_by_role("button", name="Add").all():
            button.click()
        assert page.evaluate("window.violations") == [], file.name
    assert served == []


def test_parts_that_the_script_copies_cost_a_page_little(sample_forms: Path) -> None:
    page = (sample_forms / "common/money.html").read_bytes()
    start, end = page.index(b'<template id="schema-form-parts">'), page.index(b"</template>")
    assert end - start < MOST_BYTES_OF_PARTS


def test_form_is_posted_under_a_strict_policy(page: Page, served: list[str]) -> None:
    page.goto(SITE + "common/money.html")
    amount = json.loads((REPOSITORY / "schemas/common/money.json").read_text(encoding="utf-8"))["examples"][0]
    page.evaluate("(text) => document.forms[0].schemaForm.setValue(text)", json.dumps(amount))
    with page.expect_navigation():
        page.evaluate("document.forms[0].requestSubmit()")
    (body,) = served
    assert json.loads(parse_qs(body)["json"][0]) == amount
    assert page.evaluate("window.violations") == []


def test_what_breaks_the_policy_is_seen(page: Page, served: list[str], page_faults: list[str]) -> None:
    page.goto(SITE + "common/money.html")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_function("window.violations.length")
    assert served == []
    assert page_faults != []
    page_faults.clear()
