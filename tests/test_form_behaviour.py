"""What a person can do with a form, by keyboard alone, in a real browser; and what is left of it without a script."""

from __future__ import annotations

import base64
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.conftest import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_TABS = 150
# What the focused element is called, as the browser tells assistive technology, or nearly so.
FOCUSED = """() => {
    const here = document.activeElement;
    if (!here || here === document.body) return "";
    const label = here.labels && here.labels.length ? here.labels[0].textContent : "";
    return (here.getAttribute("aria-label") || label || here.textContent || "").trim().replace(/\\s+/g, " ");
}"""

TRIP = {
    "title": "Trip",
    "type": "object",
    "required": ["name", "stops", "by"],
    "properties": {
        "name": {"type": "string", "minLength": 2},
        "motto": {"type": "string"},
        "stops": {
            "title": "Stops",
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {"title": "Stop", "type": "string", "minLength": 1},
        },
        "paid": {"title": "Paid", "type": "boolean"},
        "by": {
            "title": "Travel",
            "oneOf": [
                {
                    "title": "Train",
                    "type": "object",
                    "properties": {"train": {"type": "string"}},
                    "required": ["train"],
                },
                {"title": "Walk", "type": "object", "properties": {"km": {"type": "number"}}, "required": ["km"]},
            ],
        },
    },
    "if": {"properties": {"paid": {"const": True}}, "required": ["paid"]},
    "then": {"properties": {"receipt": {"title": "Receipt", "type": "string"}}, "required": ["receipt"]},
}


@pytest.fixture
def make_form(make_project: Callable[[str], Project]) -> Callable[[Any], Path]:
    """Make the form of a schema."""
    numbers = count()

    def make(schema: Any) -> Path:
        project = make_project(f"form-{next(numbers)}")
        project.write("schemas/thing.json", schema)
        done = project.generate("-s", "schemas", "-o", "build", "-t", "form")
        assert done.code == 0, done.err
        return project.root / "build/thing.html"

    return make


Open = Callable[[Path], "Page"]


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called ``name`` has the focus."""
    seen = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1] == name:
            return
    raise AssertionError(f"{name!r} is not to be reached: {seen}")


def focused(page: Page) -> str:
    return str(page.evaluate(FOCUSED))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def status(page: Page) -> str:
    return page.get_by_role("status").first.inner_text()


def value(page: Page) -> Any:
    return json.loads(page.evaluate("document.forms[0].schemaForm.getText()"))


def listen(page: Page) -> None:
    """Keep what the form says when it is sent."""
    page.evaluate("""() => document.forms[0].addEventListener("schema-form:submit", event => {
        window.sent = event.detail.json;
        event.preventDefault();
    })""")


# -- by keyboard alone


def fill_in_wrongly(page: Page) -> None:
    """All of a trip but its name and its receipt, with a number that is none."""
    tab_to(page, "Stop 1")
    page.keyboard.type("Bern")
    tab_to(page, "Add an item to Stops")
    press(page, "Enter")
    assert focused(page) == "Stop 2"  # the new item has the focus
    assert status(page) == "Item added."
    page.keyboard.type("Chur")
    tab_to(page, "Up item 2")
    press(page, "Space")
    assert status(page) == "Item moved to place 1."
    assert value(page)["stops"] == ["Chur", "Bern"]

    tab_to(page, "Paid")
    assert not page.get_by_label("Receipt").is_visible()
    press(page, "Y")  # Yes
    assert page.get_by_label("Receipt").is_visible()
    assert focused(page) == "Paid"  # nothing that appears takes the focus

    tab_to(page, "Train")
    press(page, "ArrowDown")
    assert focused(page) == "Walk"
    assert page.get_by_label("Km").is_visible()
    assert not page.get_by_label("Train (required)").is_visible()
    press(page, "Tab")
    page.keyboard.type("far")


def test_form_is_filled_in_mended_and_sent_by_keyboard_alone(make_form: Callable[[Any], Path], open_form: Open) -> None:
    fill_in_mend_and_send(open_form(make_form(TRIP)))


def test_form_with_the_minified_script_is_filled_in_mended_and_sent(
    make_form: Callable[[Any], Path], open_form: Open, minified_script: Path
) -> None:
    form = make_form(TRIP)
    shutil.copy(minified_script, form.parent)
    fill_in_mend_and_send(open_form(form))


def fill_in_mend_and_send(page: Page) -> None:
    listen(page)
    fill_in_wrongly(page)
    tab_to(page, "Submit")
    press(page, "Enter")
    summary = page.get_by_role("alert")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert page.evaluate("window.sent") is None
    assert summary.get_by_role("link").all_inner_texts() == [
        "Name: This is required.",
        "Km: This must be a number.",
        "Receipt: This is required.",
    ]

    press(page, "Tab", "Enter")
    assert focused(page).startswith("Name")
    name = page.get_by_label("Name")
    assert name.get_attribute("aria-invalid") == "true"
    described = " ".join(str(name.get_attribute("aria-describedby")).split())
    texts = [page.locator(f"#{each}").inner_text() for each in described.split()]
    assert texts == ["At least 2 characters.", "This is required."]
    page.keyboard.type("Over the pass")
    tab_to(page, "Km (required)")
    press(page, "Control+A")
    page.keyboard.type("12.50")
    tab_to(page, "Submit")
    press(page, "Enter")
    assert summary.get_by_role("link").all_inner_texts() == ["Receipt: This is required."]
    press(page, "Tab", "Enter")
    page.keyboard.type("no. 7")
    tab_to(page, "Submit")
    press(page, "Enter")
    assert page.evaluate("window.sent") == (
        '{"name":"Over the pass","stops":["Chur","Bern"],"paid":true,"by":{"km":12.50},"receipt":"no. 7"}'
    )
    assert page.get_by_role("alert").count() == 0
    assert page.locator("[aria-invalid]").count() == 0


def test_items_are_added_and_removed_within_their_limits(make_form: Callable[[Any], Path], open_form: Open) -> None:
    page = open_form(make_form(TRIP))
    add = page.get_by_role("button", name="Add an item to Stops")
    assert page.get_by_role("button", name="Remove item 1").is_disabled()
    add.press("Enter")
    add.press("Enter")
    assert add.is_disabled()
    page.get_by_label("Stop 3").fill("Chur")
    page.get_by_role("button", name="Remove item 2").press("Enter")
    assert status(page) == "Item removed."
    assert focused(page) == "Stop 2"  # what followed has its number, and the focus
    assert page.get_by_label("Stop 2").input_value() == "Chur"
    assert add.is_enabled()


def test_text_left_blank_is_absent_unless_an_empty_one_is_asked_for(
    make_form: Callable[[Any], Path], open_form: Open
) -> None:
    page = open_form(
        make_form(
            {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}
        )
    )
    listen(page)
    page.get_by_role("button", name="Submit").press("Enter")
    assert page.get_by_role("alert").get_by_role("link").all_inner_texts() == ["A: This is required."]
    page.get_by_role("button", name="Use an empty text").press("Enter")
    assert focused(page) == "A (required)"
    assert page.get_by_role("alert").count() == 0
    page.get_by_role("button", name="Submit").press("Enter")
    assert page.evaluate("window.sent") == '{"a":""}'


def test_numbers_are_kept_as_they_are_typed(make_form: Callable[[Any], Path], open_form: Open) -> None:
    page = open_form(make_form({"type": "object", "properties": {"n": {"type": "number"}}}))
    for text in ("1e400", "12345678901234567890", "1.10", "-0"):
        page.get_by_label("N").fill(text)
        assert page.evaluate("document.forms[0].schemaForm.getText()") == f'{{"n":{text}}}'


def test_file_becomes_base64(make_form: Callable[[Any], Path], open_form: Open, tmp_path: Path) -> None:
    content = {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}
    page = open_form(make_form({"type": "object", "properties": {"photo": content}}))
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x00")
    chosen = page.get_by_label("File for Photo")
    assert chosen.get_attribute("accept") == "image/png"
    chosen.set_input_files(tmp_path / "photo.png")
    page.wait_for_function("document.forms[0].schemaForm.getText() !== '{}'")
    assert base64.b64decode(value(page)["photo"]) == b"\x89PNG\r\n\x00"


def test_value_inside_itself_is_filled_in_on_demand(make_form: Callable[[Any], Path], open_form: Open) -> None:
    page = open_form(
        make_form(
            {
                "title": "Part",
                "type": "object",
                "properties": {"name": {"type": "string"}, "inner": {"$ref": "#", "title": "Inner"}},
            }
        )
    )
    for depth in range(3):
        page.get_by_role("checkbox", name="Include Inner").last.press("Space")
        assert focused(page) == "Include Inner"
        page.get_by_label("Name").last.fill(f"level {depth}")
    assert value(page) == {"inner": {"name": "level 0", "inner": {"name": "level 1", "inner": {"name": "level 2"}}}}
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_whole_form_is_edited_as_json_and_back(make_form: Callable[[Any], Path], open_form: Open) -> None:
    page = open_form(make_form(TRIP))
    page.get_by_role("button", name="Edit as JSON").press("Enter")
    area = page.locator(".raw textarea")
    area.fill('{"name": "Tour", ')
    page.get_by_role("button", name="Edit as fields").press("Enter")
    assert "line 1" in page.get_by_role("alert").inner_text()
    area.fill('{"name": "Tour", "stops": ["Bern"]}')
    page.get_by_role("button", name="Edit as fields").press("Enter")
    assert page.get_by_label("Name").input_value() == "Tour"
    assert value(page)["stops"] == ["Bern"]


# -- layouts


def sections(layout: str) -> Any:
    def section(key: str) -> Any:
        return {"title": key.title(), "type": "object", "properties": {key: {"type": "integer"}}, "required": [key]}

    return {
        "type": "object",
        "x-layout": layout,
        "properties": {"who": section("who"), "what": section("what"), "when": section("when")},
        "required": ["who", "what", "when"],
    }


def test_tabs_are_worked_by_arrow_keys_and_opened_by_errors(make_form: Callable[[Any], Path], open_form: Open) -> None:
    page = open_form(make_form(sections("tabs")))
    tabs = page.get_by_role("tab")
    assert tabs.all_inner_texts() == ["Who", "What", "When"]
    tab_to(page, "Who")
    press(page, "ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert focused(page) == "What"
    assert [tab.get_attribute("tabindex") for tab in tabs.all()] == ["-1", "0", "-1"]
    press(page, "End")
    assert page.get_by_role("tabpanel").get_attribute("aria-labelledby") == tabs.nth(2).get_attribute("id")
    press(page, "ArrowRight")
    assert focused(page) == "Who"
    page.locator("input[name='/who/who']").fill("1")
    page.get_by_role("button", name="Submit").press("Enter")
    assert page.get_by_role("alert").get_by_role("link").count() == 2
    press(page, "Tab", "Tab", "Enter")
    assert tabs.nth(2).get_attribute("aria-selected") == "true"
    assert page.evaluate("document.activeElement.name") == "/when/when"


def test_wizard_goes_on_when_its_step_is_right(make_form: Callable[[Any], Path], open_form: Open) -> None:
    page = open_form(make_form(sections("wizard")))
    listen(page)
    send = page.get_by_role("button", name="Submit")
    assert not send.is_visible()
    steps = page.locator(".steps li")
    page.get_by_role("button", name="Next").press("Enter")
    assert page.get_by_role("alert").get_by_role("link").all_inner_texts() == ["Who: This is required."]
    for number, key in enumerate(("who", "what", "when")):
        assert steps.nth(number).get_attribute("aria-current") == "step"
        page.locator(f"input[name='/{key}/{key}']").fill(str(number))
        if number < 2:
            page.get_by_role("button", name="Next").press("Enter")
            assert focused(page) == f"Step {number + 2} of 3: {('What', 'When')[number]}"
    page.get_by_role("button", name="Back").press("Enter")
    assert page.locator("input[name='/what/what']").input_value() == "1"
    page.get_by_role("button", name="Next").press("Enter")
    send.press("Enter")
    assert page.evaluate("window.sent") == '{"who":{"who":0},"what":{"what":1},"when":{"when":2}}'


def nested(*layouts: str) -> Any:
    """An object with a layout, whose parts have the next one, and so on."""
    if not layouts:
        return {"type": "object", "properties": {"a": {"type": "string"}}}
    inner = nested(*layouts[1:])
    return {
        "type": "object",
        "x-layout": layouts[0],
        "properties": dict.fromkeys(("x", "y"), inner),
        "required": ["x"],
    }


@pytest.mark.parametrize(
    ("layouts", "expected"),
    [
        (("tabs", "tabs"), ["tabs", "vtabs"]),
        (("wizard", "wizard"), ["wizard"]),
        (("wizard", "tabs"), ["wizard", "tabs"]),
        (("vtabs", "tabs", "wizard", "tabs"), ["vtabs", "vtabs", "wizard"]),
    ],
)
def test_layouts_inside_layouts(
    layouts: tuple[str, ...], expected: list[str], make_form: Callable[[Any], Path], open_form: Open
) -> None:
    page = open_form(make_form(nested(*layouts)))
    page.evaluate("text => document.forms[0].schemaForm.setValue(text)", json.dumps(filled(len(layouts))))
    laid = page.evaluate("""() => {
        const found = [];
        for (let here = document.querySelector("[data-laid]"); here; here = here.querySelector("[data-laid]")) {
            found.push(here.dataset.laid);
        }
        return found;
    }""")
    assert laid == expected


def filled(depth: int) -> Any:
    return {"x": filled(depth - 1), "y": filled(depth - 1)} if depth else {"a": "b"}


def test_many_properties_stand_in_a_grid(make_form: Callable[[Any], Path], open_form: Open) -> None:
    for many, layout in ((5, "vertical"), (6, "grid")):
        properties = {f"p{number}": {"type": "string"} for number in range(many)}
        page = open_form(make_form({"type": "object", "properties": properties}))
        assert page.locator(".whole").get_attribute("data-layout") == layout


# -- without a script, and over HTTP


class Recorder(SimpleHTTPRequestHandler):
    """Serves files, and keeps what is posted."""

    posted: list[tuple[str, str]]

    def __init__(self, posted: list[tuple[str, str]], *args: Any, **options: Any) -> None:
        self.posted = posted
        super().__init__(*args, **options)

    def do_POST(self) -> None:  # the name that http.server calls
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.posted.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"thanks")

    def do_GET(self) -> None:  # as above
        if self.path == "/favicon.ico":  # browsers ask for it whatever a page says
            self.send_response(204)
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def serve() -> Iterator[Callable[[Path], tuple[str, list[tuple[str, str]]]]]:
    """Serve a folder on this machine; answers the address, and a list of what is posted there."""
    servers = []

    def start(folder: Path) -> tuple[str, list[tuple[str, str]]]:
        posted: list[tuple[str, str]] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Recorder, posted, directory=str(folder)))
        threading.Thread(target=server.serve_forever).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}", posted

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_form_that_nobody_handles_posts_its_json(
    make_form: Callable[[Any], Path], page: Page, serve: Callable[[Path], tuple[str, list[tuple[str, str]]]]
) -> None:
    form = make_form({"type": "object", "properties": {"n": {"type": "number"}}})
    address, posted = serve(form.parent)
    page.goto(f"{address}/thing.html")
    page.get_by_label("N").fill("1.0")
    page.get_by_role("button", name="Submit").press("Enter")
    page.get_by_text("thanks").wait_for()
    ((path, body),) = posted
    assert path == "/thing.html"
    assert parse_qs(body) == {"json": ['{"n":1.0}']}


def test_form_without_script_shows_its_fields_and_posts_them(
    make_form: Callable[[Any], Path], browser: Browser, serve: Callable[[Path], tuple[str, list[tuple[str, str]]]]
) -> None:
    form = make_form(TRIP)
    address, posted = serve(form.parent)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/thing.html")
    for label in ("Name", "Motto", "Stop 1", "Paid", "Receipt", "Train (required)"):
        assert page.get_by_label(label).first.is_visible(), label
    assert not page.get_by_label("Km").is_visible()
    page.get_by_label("Walk").check()
    assert page.get_by_label("Km").is_visible()
    page.get_by_label("Km").fill("3.5")
    page.get_by_label("Name").fill("Tour")
    page.get_by_label("Stop 1").fill("Bern")
    page.get_by_label("Receipt").fill("7")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("thanks").wait_for()
    context.close()
    ((_, body),) = posted
    fields = parse_qs(body)
    assert (fields["/name"], fields["/stops/0"], fields["/by/km"]) == (["Tour"], ["Bern"], ["3.5"])


@pytest.mark.parametrize("layout", ["tabs", "vtabs", "wizard"])
def test_layout_without_script_is_one_long_form(
    layout: str, make_form: Callable[[Any], Path], browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(make_form(sections(layout)).as_uri())
    assert page.locator("input:visible").evaluate_all("all => all.map(one => one.name)") == [
        "/who/who",
        "/what/what",
        "/when/when",
    ]
    assert page.get_by_role("button", name="Submit").is_visible()
    context.close()


def test_index_is_searched(sample_forms: Path, open_form: Open) -> None:
    page = open_form(sample_forms / "forms.html")
    assert page.get_by_role("link").count() == 15
    page.get_by_label("Search").fill("bike member")
    assert page.locator(".found").inner_text() == f"{page.get_by_role('link').count()} forms found"
    assert 0 < page.get_by_role("link").count() < 15
    page.get_by_role("link").first.press("Enter")
    page.wait_for_function("document.forms[0] && document.forms[0].schemaForm")
