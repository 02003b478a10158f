"""Hostile texts in every place of a schema do nothing in what is made of it: pages and indexes keep their structure,
and forms that are opened and used in a browser run no code but our script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from schemagen.generate import render_outputs
from schemagen.overview import Entry, build_overview
from schemagen.packs import Pack, load_pack
from schemagen.view.text import clean
from tests.conftest import IS_WHOLE, REPOSITORY
from tests.hostile import HOSTILE, RUNNING
from tests.test_hostile_text import full_of, harmless_like, html_shape
from tests.views import resolved

# -- pages

PARAGRAPHS = re.compile(r"\n\s*\n")
TEXT = {"text", "text_special", "softbreak", "html_inline", "code_inline"}


@cache
def pack_named(name: str) -> Pack:
    return load_pack(name, REPOSITORY)


@cache
def page_of(text: str) -> list[Any]:
    """The structure of the page of a schema full of ``text``: the kinds of its tokens, block and inline, and what HTML
    there is in it but the names of anchors."""
    pack, (schema, resolution) = pack_named("markdown"), resolved(full_of(text))
    wanted = {output.path_for(schema.name) for output in pack.outputs}
    ((_, pieces),) = render_outputs(schema, resolution, [pack], wanted)
    return structure_of(b"".join(pieces).decode())


def structure_of(page: str) -> list[Any]:
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(page)
    assert not [token for token in tokens if token.type == "html_block"]
    inline = [child for token in tokens for child in token.children or []]
    for child in inline:
        if child.type == "html_inline":
            assert child.content.startswith(('<a id="', "</a>", "<code>", "</code>")), child.content
        assert child.type != "image"
        if child.type == "link_open":
            assert str(child.attrs["href"]).startswith("#"), child.attrs
    return [(token.type, token.tag, kinds_in(token)) for token in tokens]


def kinds_in(token: Token) -> list[str]:
    return [child.type for child in token.children or [] if child.type not in TEXT]


@pytest.mark.parametrize("text", HOSTILE + RUNNING)
def test_page_keeps_its_structure(text: str) -> None:
    harmless = harmless_like(text)
    if len(text) > 1000:
        harmless = "h" * len(text)
    elif PARAGRAPHS.search(clean(text).strip()):
        harmless = "harm-\n\nless"
    assert page_of(text) == page_of(harmless)


# -- indexes


def overview_of(text: str, pack: Pack) -> dict[str, Any]:
    summary = {"title": text, "description": text, "is_deprecated": False}
    outputs = {output.path_for("a"): pack.name for output in pack.outputs}
    entries = [Entry("a", "a.json", outputs, {"b": True}, summary), Entry("b", "b.json", {}, {}, summary)]
    return build_overview(entries, pack.project_outputs[0].rule.path, pack.name)


def index_of(pack: Pack, path: str, text: str) -> str:
    (output,) = [output for output in pack.project_outputs if output.rule.path == path]
    return output.render(pack.seen_by_templates(overview_of(text, pack))).decode()


def test_index_keeps_its_structure() -> None:
    form, markdown, typescript = (pack_named(name) for name in ("form", "markdown", "typescript"))
    for text in HOSTILE + RUNNING:
        harmless = harmless_like(text)
        assert html_shape(index_of(form, "forms.html", text)) == html_shape(index_of(form, "forms.html", harmless))
        pages = [index_tokens(index_of(markdown, "schemas.md", each)) for each in (text, harmless)]
        assert pages[0] == pages[1], text
        modules = {index_of(typescript, output.rule.path, text) for output in typescript.project_outputs}
        assert modules == {index_of(typescript, output.rule.path, harmless) for output in typescript.project_outputs}


def index_tokens(page: str) -> list[Any]:
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(page)
    assert not [token for token in tokens if token.type == "html_block"]
    return [(token.type, token.tag, token.info, kinds_in(token)) for token in tokens]


# -- forms, in a browser

ALL = HOSTILE + RUNNING
# So many texts on a page: with each control, what using one of them takes grows too.
FEW, MANY = 2, 22
# Nothing but files of ours may be loaded, and no code may run that stands in the page.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; report-uri /violation"
ADDRESS = "http://form.test"
KINDS = {"html": "text/html; charset=utf-8", "js": "text/javascript", "css": "text/css"}
WATCH = """
globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""
USE = """
() => {
  const kinds = "button, summary, select, input, textarea";
  let used = 0;
  for (let round = 0; round < 2; round += 1) {
    for (const control of [...document.querySelectorAll(kinds)].slice(0, 1500)) {
      if (!control.isConnected || control.disabled) continue;
      used += 1;
      control.dispatchEvent(new Event("focus"));
      if (control.tagName === "SELECT") control.selectedIndex = (control.selectedIndex + 1) % control.options.length;
      else if (control.type === "checkbox" || control.type === "radio" || control.tagName === "BUTTON") control.click();
      else if (control.tagName === "SUMMARY") control.click();
      else if (control.type !== "file") control.value = control.placeholder || "x";
      control.dispatchEvent(new Event("input", { bubbles: true }));
      control.dispatchEvent(new Event("change", { bubbles: true }));
      control.dispatchEvent(new Event("mouseover", { bubbles: true }));
    }
  }
  for (const link of document.querySelectorAll("a[href]")) {
    if (/^\\s*(javascript|data|vbscript):/i.test(link.getAttribute("href"))) throw new Error(link.outerHTML);
  }
  return used;
}
"""


def many_in_one(texts: Sequence[str]) -> dict[str, Any]:
    """A schema with a part for each text, full of it."""
    parts: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for number, text in enumerate(texts):
        part = full_of(text)
        definitions |= part.pop("$defs")
        parts[f"part {number}"] = {key: value for key, value in part.items() if not key.startswith("$")}
    return {"type": "object", "title": "All", "properties": parts, "$defs": definitions}


@pytest.fixture(scope="module")
def form() -> Pack:
    return pack_named("form")


@pytest.fixture
def served(page: Any, form: Pack) -> Callable[[dict[str, Any]], list[str]]:
    """Open the form of a schema at an address with the policy; answers the list of what was asked for besides."""
    paths = {output.rule.path: output for output in form.project_outputs}
    files = {f"{ADDRESS}/{path}": output.render(pack_view(form, path)) for path, output in paths.items()}
    strangers: list[str] = []

    def answer(route: Any) -> None:
        address = route.request.url.partition("?")[0]
        if address not in files:
            strangers.append(route.request.url)
            route.abort()
            return
        kind = KINDS[address.rpartition(".")[2]]
        headers = {"Content-Security-Policy": POLICY, "Content-Type": kind, "X-Content-Type-Options": "nosniff"}
        route.fulfill(status=200, headers=headers, body=files[address])

    page.route("**/*", answer)
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (strangers.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda popup: strangers.append(f"window: {popup.url}"))

    def open_form(document: dict[str, Any]) -> list[str]:
        schema, resolution = resolved(document)
        ((_, pieces),) = render_outputs(schema, resolution, [form], {"thing.html"})
        files[f"{ADDRESS}/thing.html"] = b"".join(pieces)
        page.goto(f"{ADDRESS}/thing.html")
        return strangers

    return open_form


def pack_view(pack: Pack, path: str) -> dict[str, Any]:
    return pack.seen_by_templates(build_overview([], path, pack.name))


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, len(ALL), FEW) if IS_WHOLE else (54, 90))
def test_form_that_is_used_in_a_browser_runs_nothing(served: Any, page: Any, start: int) -> None:
    strangers = served(many_in_one(ALL[start : start + FEW]))
    assert page.evaluate(USE) > 40
    assert_nothing_ran(page, strangers)


@pytest.mark.long
@pytest.mark.parametrize("start", range(0, len(ALL), MANY))
def test_form_that_is_opened_in_a_browser_runs_nothing(served: Any, page: Any, start: int) -> None:
    assert_nothing_ran(page, served(many_in_one(ALL[start : start + MANY])))


def assert_nothing_ran(page: Any, strangers: list[str]) -> None:
    page.wait_for_function("() => document.readyState === 'complete'")
    assert page.evaluate("() => globalThis.canary") is None
    assert page.evaluate("() => globalThis.violations") == []
    assert page.evaluate("() => Object.prototype.canary") is None
    assert strangers == []
    assert page.url.partition("?")[0].partition("#")[0] == f"{ADDRESS}/thing.html"


def test_canary_sings_and_violations_are_seen(served: Any, page: Any, page_faults: list[str]) -> None:
    """What would be found if a text came into a page as it is."""
    served({"title": "x"})
    page.evaluate("() => { document.body.innerHTML = '<img src=x onerror=globalThis.canary=1>'; }")
    page.wait_for_function("() => globalThis.violations.length >= 2")
    assert page_faults
    page_faults.clear()
    assert page.evaluate("() => { globalThis.canary = 1; return globalThis.canary; }") == 1
    assert json.dumps(page.evaluate("() => globalThis.violations")).count("img-src") == 1
