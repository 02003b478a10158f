"""What the validators of others say of generated forms: html-validate, the W3C's vnu, and axe-core in Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import COUNTED, IS_WHOLE, Project, parts
from tests.node_tools import npm_packages

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECONDS = 400
HOW_MANY, PARTS = 150, 15
# Larger ones make larger forms of the same parts, and axe takes longer than all else here.
LARGEST_SCHEMA = 50_000
LARGEST_INSTANCE = 1_500

HTML_VALIDATE = {
    "root": True,
    "extends": ["html-validate:recommended", "html-validate:a11y"],
    "rules": {
        # Takes time by the square of the number of controls; vnu asks the same.
        "valid-for": "off",
        # The name of a control is where its value stands in the JSON, and variants have values for the same place.
        "form-dup-name": "off",
        # Titles and other texts are those of the schema, as they are.
        "long-title": "off",
        "no-trailing-whitespace": "off",
    },
}

AXE = """async (only) => {
  const off = ["duplicate-id", "duplicate-id-active", "target-size"]; // unless asked for
  const rules = Object.fromEntries(off.map((id) => [id, { enabled: true }]));
  const options = { preload: false, ...(only ? { runOnly: only } : { rules }) };
  const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all, none }) =>
    `${id}: ${html.slice(0, 200)}: ${[...any, ...all, ...none].map(({ message }) => message).join(" ")}`));
}"""


@dataclass(frozen=True)
class Forms:
    """Generated forms, each with a valid instance where there is one, and their index."""

    pages: dict[Path, str | None]
    index: Path

    @property
    def files(self) -> list[str]:
        return [str(page) for page in (*self.pages, self.index)]


def size_of(file: Path) -> int:
    return file.stat().st_size


@pytest.fixture(scope="session")
def corpus_forms(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Forms:
    """The forms of 150 real schemas that have a valid instance."""
    base = corpus / "schemastore"
    fitting: dict[Path, Path] = {}
    for file in sorted((base / "schemas").glob("*.json")):
        smallest = min((base / "valid" / file.stem).glob("*"), key=size_of, default=None)
        if smallest and size_of(smallest) <= LARGEST_INSTANCE and size_of(file) <= LARGEST_SCHEMA:
            fitting[file] = smallest
    chosen = list(fitting.items())[:HOW_MANY]
    project = Project(tmp_path_factory.mktemp("corpus"))
    for file, _ in chosen:
        project.write(f"schemas/{file.name}", file.read_bytes())
    done = project.generate("-t", "form", "--unresolved-refs", "opaque")
    assert done.code == 0, done.err
    build = project.root / "build"
    return Forms(
        {build / f"{file.stem}.html": instance.read_text(encoding="utf-8") for file, instance in chosen},
        build / "forms.html",
    )


@pytest.fixture(scope="session")
def own_forms(sample_forms: Path) -> Forms:
    index = sample_forms / "forms.html"
    return Forms({page: None for page in sorted(sample_forms.rglob("*.html")) if page != index}, index)


@pytest.mark.long
def test_html_validate_finds_no_error(
    corpus_forms: Forms, own_forms: Forms, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    modules = npm_packages(request.config.cache, "html-validate@9.7.1")
    config = tmp_path / "html-validate.json"
    config.write_text(json.dumps(HTML_VALIDATE), encoding="utf-8")
    command = [str(modules / ".bin/html-validate"), "--config", str(config), "--formatter", "json"]
    done = subprocess.run(
        [*command, *corpus_forms.files[:: 1 if IS_WHOLE else 4], *own_forms.files],
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    found = json.loads(done.stdout)
    assert [
        f"{file['filePath']}:{message['line']}: {message['ruleId']}: {message['message']}"
        for file in found
        for message in file["messages"]
    ] == []
    assert done.returncode == 0


@pytest.mark.long
def test_vnu_finds_no_error(
    corpus_forms: Forms,
    own_forms: Forms,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, Any], None],
) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs Java on the path")
    jar = npm_packages(request.config.cache, "vnu-jar@26.9.27") / "vnu-jar/build/dist/vnu.jar"
    files = [*corpus_forms.files[:: 1 if IS_WHOLE else 4], *own_forms.files]
    done = subprocess.run(
        [java, "-Xmx1g", "-jar", str(jar), "--errors-only", "--format", "json", "--stdout", *files],
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    messages = json.loads(done.stdout)["messages"]
    assert [f"{one['url']}:{one.get('lastLine')}: {one['message']}" for one in messages] == []
    assert done.returncode == 0
    record_property(f"{COUNTED}forms and indexes without an error by vnu", len(files))


def faults(page: Page, state: str) -> Iterator[str]:
    """What axe finds: all rules in light, and contrast, which alone differs, in dark."""
    # Colours that are on their way from one to the other are neither.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield from (f"{page.url} {state}: {found}" for found in page.evaluate(AXE, None))
    page.emulate_media(color_scheme="dark")
    yield from (f"{page.url} {state}, dark: {found}" for found in page.evaluate(AXE, ["color-contrast"]))


@pytest.fixture
def axe(request: pytest.FixtureRequest, open_form: Callable[[Path], Page]) -> Callable[[Path], Page]:
    """Open a page that has axe."""
    script = npm_packages(request.config.cache, "axe-core@4.14.1") / "axe-core/axe.min.js"

    def opened(path: Path) -> Page:
        page = open_form(path)
        page.evaluate(script.read_text(encoding="utf-8"))
        return page

    return opened


@pytest.mark.long
@pytest.mark.parametrize("part", parts(PARTS))
def test_axe_finds_no_fault_in_forms_of_real_schemas(
    corpus_forms: Forms, axe: Callable[[Path], Page], part: int, record_property: Callable[[str, Any], None]
) -> None:
    found: list[str] = []
    for path, instance in list(corpus_forms.pages.items())[part::PARTS]:
        page = axe(path)
        found += faults(page, "as opened")
        page.evaluate("(text) => document.forms[0].schemaForm.setValue(text)", instance)
        found += faults(page, "filled in")
        record_property(
            f"{COUNTED}forms of real schemas without a fault by axe, empty and filled in, light and dark", 1
        )
    assert found == [], Counter(fault.split(": ")[1] for fault in found)


@pytest.mark.long
def test_axe_finds_no_fault_in_samples_and_their_index(own_forms: Forms, axe: Callable[[Path], Page]) -> None:
    found = list(faults(axe(own_forms.index), "index"))
    for path in own_forms.pages:
        page = axe(path)
        found += faults(page, "as opened")
        page.evaluate("document.forms[0].requestSubmit()")
        page.locator(".summary").wait_for()
        found += faults(page, "submitted")
    assert found == [], Counter(fault.split(": ")[1] for fault in found)


def test_axe_sees_what_is_wrong(page: Page, axe: Callable[[Path], Page], own_forms: Forms) -> None:
    axe(own_forms.index)
    page.evaluate("""document.querySelector("main").innerHTML =
      '<h1 id="a">A</h1><p id="a">Twice</p><input><button>B</button>'""")
    assert {fault.split(": ")[1] for fault in faults(page, "")} == {"duplicate-id", "label"}
