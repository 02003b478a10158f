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


def test_suite_says_the_same_in_node_of_the_minified_script(minified_script: Path, suite: dict[str, Any]) -> None:
    found = in_node(minified_script, suite)
    assert found["wrong"] == []
    assert found["counts"]["2020-12"] >= 1299


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


def nested(levels: int, around: str = "[{}]", inside: str = "") -> str:
    """JSON in ``levels`` levels of ``around``."""
    before, _, after = around.partition("{}")
    return before * levels + inside + after * levels


# A schema, an instance, and whether it is valid; as JSON text, since no other form keeps what is odd about them.
HOSTILE = {
    "references that lead back to themselves end": [
        ('{"$ref": "#"}', "1", True),
        ('{"allOf": [{"$ref": "#"}, {"$ref": "#"}, {"type": "string"}]}', "1", False),
        ('{"anyOf": [{"not": {"$ref": "#"}}, {"not": {"$ref": "#"}}]}', '"a"', False),
        ('{"propertyNames": {"$ref": "#"}, "items": {"$ref": "#"}}', '{"a": [[]]}', True),
        ('{"$recursiveRef": "#", "$dynamicRef": "#a", "$dynamicAnchor": "a"}', "1", True),
        ('{"if": {"$ref": "#"}, "then": {"$ref": "#"}, "else": {"$ref": "#"}}', "1", True),
    ],
    "what is nested deeply is judged, and what is nested too deeply is not valid": [
        ('{"items": {"$ref": "#"}}', nested(200), True),
        ('{"items": {"$ref": "#"}, "not": {"const": 1}}', nested(200, inside="1"), False),
        ('{"items": {"$ref": "#"}}', nested(1500), False),
        ('{"additionalProperties": {"anyOf": [{"$ref": "#"}]}}', nested(1500, '{"a":{}}', "1"), False),
        (nested(150, '{"items":{}}', "false"), nested(151), False),
        ("{}", nested(1500), True),
    ],
    "patterns that are none": [
        ('{"pattern": "("}', '"a"', True),
        ('{"patternProperties": {"(": false}}', '{"a": 1}', True),
        ('{"patternProperties": {"(": true}, "additionalProperties": false}', '{"a": 1}', False),
        ('{"pattern": "^[\\\\w-.]+$"}', '"a-b.c"', True),
        ('{"pattern": "^[\\\\w-.]+$"}', '"a b"', False),
    ],
    "numbers of any size": [
        ('{"maximum": 1e400}', "1e401", False),
        ('{"maximum": 1e400}', "9.99e399", True),
        ('{"exclusiveMinimum": 0}', "1e-400", True),
        ('{"exclusiveMaximum": 0}', "-1e-400", True),
        ('{"const": 0}', "-0.0e5", True),
        ('{"const": 1e400}', "10e399", True),
        ('{"const": 12345678901234567890}', "12345678901234567891", False),
        ('{"type": "integer"}', "1e400", True),
        ('{"type": "integer"}', "1e-400", False),
        ('{"type": "integer"}', "100e-2", True),
        ('{"multipleOf": 0.01}', "19.99", True),
        ('{"multipleOf": 0.0001}', "0.00751", False),
        ('{"multipleOf": 1e-400}', "1e400", True),
        ('{"multipleOf": 7e-400}', "1e400", False),
        ('{"multipleOf": 123456789012345678901234567890}', "123456789012345678901234567890e1000000", True),
        ('{"multipleOf": 123456789012345678901234567890}', "123456789012345678901234567891", False),
        ('{"multipleOf": 3}', "1" * 3000, True),
        ('{"multipleOf": 3}', "1" * 3001, False),
        ('{"maximum": 1}', f"1e{'9' * 400}", False),
        ('{"minimum": 1}', f"1e-{'9' * 400}", False),
        ('{"multipleOf": 3}', f"3e{'9' * 400}", True),
    ],
    "names that objects of JavaScript have": [
        ('{"properties": {"__proto__": {"type": "string"}}}', '{"__proto__": 1}', False),
        ('{"required": ["__proto__", "toString"]}', "{}", False),
        ('{"required": ["__proto__"]}', '{"__proto__": null}', True),
        ('{"additionalProperties": false}', '{"constructor": 1}', False),
        ('{"propertyNames": {"const": "__proto__"}}', '{"__proto__": {"x": 1}}', True),
        ('{"const": {"__proto__": 1}}', "{}", False),
        ('{"dependentRequired": {"toString": ["x"]}}', "{}", True),
        ('{"enum": [{"2": 1, "1": 2}]}', '{"1": 2, "2": 1}', True),
    ],
    "halves of characters": [
        ('{"minLength": 2}', '"\\ud800"', False),
        ('{"maxLength": 1}', '"\\ud83d\\ude00"', True),
        ('{"const": "\\ud800"}', '"\\ud801"', False),
        ('{"pattern": "^.$"}', '"\\ud83d\\ude00"', True),
        ('{"properties": {"\\ud800": false}}', '{"\\ud800": 1}', False),
    ],
    "texts that look like marks": [
        ('{"const": "#1"}', '"#1"', True),
        ('{"const": 1}', '"1"', False),
        ('{"required": ["#1", "$a"]}', '{"#1": 0, "$a": 0}', True),
        ('{"const": "a\\\\\\"1"}', '"a\\\\\\"1"', True),
    ],
}


def test_hostile_schemas_and_values_are_judged(script: Path) -> None:
    files = [
        {
            "name": name,
            "draft": "2020-12",
            "text": f'[{{"description": "", "schema": {schema}, "tests":'
            f' [{{"description": {json.dumps(data[:60])}, "data": {data}, "valid": {json.dumps(valid)}}}]}}]',
        }
        for name, cases in HOSTILE.items()
        for schema, data, valid in cases
    ]
    assert in_node(script, {"documents": [], "files": files})["wrong"] == []


def test_in_draft_4_a_whole_number_with_a_fraction_is_no_integer(script: Path) -> None:
    text = (
        '[{"description": "", "schema": {"type": "integer"}, "tests": ['
        '{"description": "", "data": 1.0, "valid": false}, {"description": "", "data": -12, "valid": true}]}]'
    )
    assert in_node(script, {"documents": [], "files": [{"name": "", "draft": "draft4", "text": text}]})["wrong"] == []
