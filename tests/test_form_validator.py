"""The validator inside generated forms: what the JSON Schema Test Suite says, in Node and in Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_specifications
import pytest

from tests.conftest import COUNTED, REPOSITORY
from tests.suite_remotes import suite_remotes

if TYPE_CHECKING:
    from playwright.sync_api import Page

HARNESS = REPOSITORY / "tests/form_validator.js"
DRAFTS = {
    "draft4": "draft4",
    "draft6": "draft6",
    "draft7": "draft7",
    "draft2019-09": "2019-09",
    "draft2020-12": "2020-12",
}
SECONDS = 300


@pytest.fixture
def script(sample_forms: Path) -> Path:
    return sample_forms / "schema-form.js"


@pytest.fixture(scope="session")
def suite(corpus: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """All required files of the suite, and the schemas that they refer to."""
    metaschemas = jsonschema_specifications.REGISTRY
    documents = [(uri, json.dumps(metaschemas.contents(uri)), "") for uri in metaschemas]
    for uri, text in suite_remotes(request.config.cache).items():
        folder = uri.removeprefix("http://localhost:1234/").partition("/")[0]
        documents.append((uri, text, DRAFTS.get(folder, "")))
    files = [
        {"name": file.name, "draft": draft, "text": file.read_text(encoding="utf-8")}
        for folder, draft in DRAFTS.items()
        for file in sorted((corpus / "json-schema-test-suite/tests" / folder).glob("*.json"))
    ]
    return {"documents": documents, "files": files}


def in_node(script: Path, given: dict[str, Any]) -> Any:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js on the path")
    command = [node, str(HARNESS), str(script)]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, encoding="utf-8", timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_chromium(page: Page, given: dict[str, Any]) -> Any:
    return page.evaluate(f"(given) => {{ {HARNESS.read_text(encoding='utf-8')}; return runSuite(given); }}", given)


def test_suite_says_the_same_in_node(
    script: Path, suite: dict[str, Any], record_property: Callable[[str, Any], None]
) -> None:
    found = in_node(script, suite)
    assert found["wrong"] == []
    for draft, count in found["counts"].items():
        record_property(f"{COUNTED}tests of the suite for {draft} judged right by the forms' validator in Node", count)
    assert found["counts"]["2020-12"] >= 1299
    assert found["counts"]["draft7"] >= 927


def test_suite_says_the_same_in_chromium(
    sample_forms: Path,
    suite: dict[str, Any],
    open_form: Callable[[Path], Page],
    record_property: Callable[[str, Any], None],
) -> None:
    found = in_chromium(open_form(sample_forms / "billing/invoice.html"), suite)
    assert found["wrong"] == []
    record_property(
        f"{COUNTED}tests of the suite judged right by the forms' validator in Chromium", sum(found["counts"].values())
    )
    assert sum(found["counts"].values()) >= 300
