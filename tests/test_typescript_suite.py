"""Types of the JSON Schema Test Suite's schemas: TypeScript's compiler takes every valid instance for one of the type,
and none of the invalid ones that types can tell from those."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing.exceptions import Unresolvable

from schemagen.config import Config
from schemagen.jsontext import parse
from schemagen.model import Draft, Schema
from schemagen.refs import Library
from tests.conftest import COUNTED
from tests.node_tools import npm_packages
from tests.typescript_tools import instance_lines, node, problems_of, root_name, write_module

# These need schemas of other servers, or have their meaning only while a validator runs.
LEFT_OUT = {"refRemote", "dynamicRef", "recursiveRef", "vocabulary"}
OLDER = {"draft4": Draft.D4, "draft6": Draft.D6, "draft7": Draft.D7, "draft2019-09": Draft.D2019}
# The ends of messages about what ``is_decidable`` takes for decidable and TypeScript cannot tell: it has no integers,
# and what is dropped of a schema is not dropped of a metaschema that it refers to (which has "minimum": 0).
CANNOT = ('"integer"} takes 1.1', '"integer", "string"]} takes 1.1', 'takes {"minLength": -1}')
PEER = "json-schema-to-typescript@16.0.0"
_PEER = """\
const { compile } = require("json-schema-to-typescript");
const { readFileSync, writeFileSync } = require("fs");
const [input, folder] = process.argv.slice(1);
(async () => {
  for (const { number, schema } of JSON.parse(readFileSync(input, "utf8"))) {
    const options = { bannerComment: "", $refOptions: { resolve: { http: false } } };
    try {
      const made = typeof schema === "object" ? await compile(schema, "Root", options) : "";
      if (/export (interface|type) /.test(made)) writeFileSync(`${folder}/g${number}.ts`, made);
    } catch (error) {
      console.error(String(error));
    }
  }
})();
"""
# What types can tell, and what must be kept so that references lead somewhere.
_TOLD = {"type", "enum", "const", "properties", "required", "additionalProperties", "items", "prefixItems"}
_TOLD |= {"anyOf", "allOf", "oneOf", "$ref", "$dynamicRef", "$defs", "definitions", "$id", "$anchor", "$schema"}
_TOLD |= {"$dynamicAnchor"}


@dataclass(frozen=True)
class Group:
    number: int
    schema: Any
    tests: list[dict[str, Any]]


def groups_of(corpus: Path, folder: str = "draft2020-12") -> list[Group]:
    base = corpus / "json-schema-test-suite" / "tests" / folder
    files = [file for file in sorted(base.glob("*.json")) if file.stem not in LEFT_OUT]
    groups = [group for file in files for group in json.loads(file.read_bytes())]
    return [Group(number, group["schema"], group["tests"]) for number, group in enumerate(groups)]


def told(schema: Any) -> Any:
    """``schema`` with nothing but what types can tell; of ``oneOf`` that is that one matches."""
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword not in _TOLD:
            continue
        if keyword in {"properties", "$defs", "definitions"}:
            kept[keyword] = {key: told(item) for key, item in value.items()}
        elif keyword in {"anyOf", "allOf", "prefixItems"}:
            kept[keyword] = [told(item) for item in value]
        elif keyword == "oneOf":
            kept.setdefault("allOf", []).append({"anyOf": [told(item) for item in value]})
        elif keyword == "additionalProperties":
            if (value is False or not schema.get("properties")) and not schema.get("patternProperties"):
                kept[keyword] = told(value)
        else:
            kept[keyword] = told(value) if keyword == "items" else value
    if "oneOf" in schema and "allOf" in schema:
        kept["allOf"] = [*(told(item) for item in schema["allOf"]), {"anyOf": [told(item) for item in schema["oneOf"]]}]
    return kept


def is_decidable(schema: Any, test: dict[str, Any]) -> bool:
    """Whether types can tell that an instance is not valid, by ``jsonschema``'s word."""
    if test["valid"]:
        return False
    try:
        return not jsonschema.Draft202012Validator(told(schema)).is_valid(test["data"])
    except Unresolvable:  # what it referred to stood below what was dropped
        return False


def judged(cache: pytest.Cache, folder: Path, groups: list[Group]) -> tuple[int, int, int, list[str]]:
    """How many valid instances there are and were taken, how many decidable ones were refused, and what went wrong."""
    problems = problems_of(cache, folder)
    wrong = [str(problem) for problem in problems if problem.file.startswith("g")]
    refused = {(problem.file, problem.line) for problem in problems}
    valid = accepted = decided = 0
    for group in groups:
        has_type = (folder / f"g{group.number}.ts").exists()
        for line, test in enumerate(group.tests, 2):
            is_refused = (f"i{group.number}.ts", line) in refused
            if test["valid"]:
                valid += 1
                accepted += has_type and not is_refused
                if is_refused:
                    wrong.append(f"{group.number} {json.dumps(group.schema)[:300]} refuses {json.dumps(test['data'])}")
            elif has_type and is_decidable(group.schema, test):
                decided += is_refused
                if not is_refused:
                    wrong.append(f"{group.number} {json.dumps(group.schema)[:300]} takes {json.dumps(test['data'])}")
    return valid, accepted, decided, wrong


def write_instances(folder: Path, groups: list[Group]) -> None:
    for group in groups:
        module = folder / f"g{group.number}.ts"
        if module.exists():
            root = root_name(module.read_text(encoding="utf-8"))
            lines = instance_lines(root, f"g{group.number}", [test["data"] for test in group.tests])
            (folder / f"i{group.number}.ts").write_text(lines, encoding="utf-8")


def schemas_of(groups: list[Group], draft: Draft = Draft.D2020) -> Iterator[tuple[Schema, Any]]:
    """Each schema by itself, with what it resolves to."""
    for group in groups:
        path = f"schemas/g{group.number}.json"
        data = json.dumps(group.schema).encode()
        schema = Schema(f"g{group.number}", path, data, "", draft, parse(data, path))
        yield schema, Library([schema], Config(".", unresolved_refs="opaque")).resolve(schema)


@pytest.mark.long
def test_types_are_exact_where_types_can_tell(
    corpus: Path, tmp_path: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    groups = groups_of(corpus)
    for schema, resolution in schemas_of(groups):
        write_module(tmp_path, schema, resolution, faithful=True)
    write_instances(tmp_path, groups)
    valid, accepted, decided, wrong = judged(request.config.cache, tmp_path, groups)
    decidable = sum(is_decidable(group.schema, test) for group in groups for test in group.tests)
    record_property(f"{COUNTED}valid instances of the suite accepted by types, of {valid}", accepted)
    record_property(f"{COUNTED}invalid instances refused by types, of {decidable} that types can tell", decided)
    unexpected = [each for each in wrong if not each.endswith(CANNOT)]
    assert not unexpected, "\n".join(unexpected)
    assert (accepted, decided) == (valid, decidable - len(wrong))
    assert valid >= 724
    assert decidable >= 229


@pytest.mark.long
@pytest.mark.parametrize("folder", OLDER)
def test_types_of_older_drafts_refuse_nothing_that_is_valid(
    folder: str, corpus: Path, tmp_path: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    # Of each schema only with what is valid: that is what has to be compiled.
    groups = [
        Group(group.number, group.schema, [test for test in group.tests if test["valid"]])
        for group in groups_of(corpus, folder)
    ]
    for schema, resolution in schemas_of(groups, OLDER[folder]):
        write_module(tmp_path, schema, resolution, faithful=True)
    write_instances(tmp_path, groups)
    valid, accepted, _, wrong = judged(request.config.cache, tmp_path, groups)
    record_property(f"{COUNTED}valid instances of the suite of older drafts accepted by types", accepted)
    assert not wrong, "\n".join(wrong)
    assert accepted == valid > 300


@pytest.mark.long
def test_the_same_by_another_generator(
    corpus: Path, tmp_path: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    groups = groups_of(corpus)
    modules = npm_packages(request.config.cache, PEER)
    listed = tmp_path / "schemas.json"
    listed.write_text(json.dumps([{"number": group.number, "schema": group.schema} for group in groups]))
    node(modules, _PEER, str(listed), str(tmp_path))
    write_instances(tmp_path, groups)
    valid, accepted, decided, _ = judged(request.config.cache, tmp_path, groups)
    record_property(f"{COUNTED}valid instances of the suite accepted by {PEER}, of {valid}", accepted)
    record_property(f"{COUNTED}invalid instances refused by {PEER} that types can tell", decided)
    assert accepted < valid
