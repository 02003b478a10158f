"""The TypeScript pack: modules that import each other, an index, options, names, layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemagen.config import Config
from schemagen.jsontext import parse
from schemagen.model import Draft, Schema
from schemagen.refs import Library
from tests.conftest import REPOSITORY, Project
from tests.odd_names import ODD_NAMES
from tests.typescript_tools import expression, not_pretty, problems_of, write_module


def module_of(folder: Path, document: Any, name: str = "thing", **options: bool) -> str:
    """The text of the module of a schema by itself, below its header."""
    path = f"schemas/{name}.json"
    data = json.dumps(document).encode()
    schema = Schema(name, path, data, "", Draft.D2020, parse(data, path))
    resolution = Library([schema], Config(".", unresolved_refs="opaque")).resolve(schema)
    text = write_module(folder, schema, resolution, {path: name}, **options).read_text(encoding="utf-8")
    return text.partition("\n\n")[2]


@pytest.fixture
def typed(project: Project) -> Project:
    """A project whose three schemas refer to each other, with types."""
    project.write("schemas/bike.json", {"type": "object", "properties": {"owner": {"$ref": "member.json"}}})
    project.write("schemas/member.json", {"type": "object", "properties": {"bike": {"$ref": "bike.json"}}})
    project.config(packs=["typescript"], unresolved_refs="opaque")
    return project


def test_an_object_is_an_interface_with_what_is_said_of_it(tmp_path: Path) -> None:
    schema = {
        "title": "Bike",
        "description": "What members ride.",
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "pattern": "^B", "deprecated": True},
            "size": {"enum": ["S", "L"], "default": "S", "examples": ["L"]},
            "wheel-size": {"type": ["number", "null"]},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 1},
            "at": {"type": "object", "properties": {"x": {"type": "number"}}, "additionalProperties": False},
        },
    }
    assert module_of(tmp_path, schema) == """\
/**
 * Bike
 *
 * What members ride.
 */
export interface Thing {
  /**
   * Matches the pattern ^B.
   *
   * @deprecated
   */
  id: string;
  /**
   * @default "S"
   * @example "L"
   */
  size?: "S" | "L";
  "wheel-size"?: number | null;
  pair?: [string, number?, ...unknown[]];
  at?: ThingAt;
  [key: string]: unknown;
}

export interface ThingAt {
  x?: number;
}
"""  # fmt: skip


def test_nothing_of_a_readonly_type_may_be_assigned(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"items": {"items": {"type": "null"}}}, "b": {"prefixItems": [{}], "items": False}},
        "additionalProperties": {"type": "array"},
    }
    assert module_of(tmp_path, schema, readonly=True) == """\
export interface Thing {
  readonly a?: readonly (readonly null[])[];
  readonly b?: readonly [unknown?];
  readonly [key: string]: readonly unknown[] | undefined;
}
"""  # fmt: skip


def test_a_faithful_type_takes_what_the_schema_takes(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"type": "string"}}}
    assert module_of(tmp_path, schema) == "export interface Thing {\n  a?: string;\n  [key: string]: unknown;\n}\n"
    assert module_of(tmp_path, schema, faithful=True).startswith(
        "export type Thing = null | boolean | number | string | unknown[] | ThingObject;\n"
    )


def test_modules_import_each_other_as_the_references_go(typed: Project, request: pytest.FixtureRequest) -> None:
    assert typed.generate().code == 0
    assert typed.read("build/bike.ts") == """\
// Made by schemagen from "schemas/bike.json". Edit the schema instead.

import type { Member } from "./member";

export interface Bike {
  owner?: Member;
  [key: string]: unknown;
}
"""  # fmt: skip
    assert 'export type * as BillingInvoice from "./billing/invoice";' in typed.read("build/index.ts")
    assert problems_of(request.config.cache, typed.root / "build") == []


def test_an_imported_name_that_is_taken_gets_another(typed: Project, request: pytest.FixtureRequest) -> None:
    schema = {"$ref": "member.json", "$defs": {"member": {"type": "string"}, "other": {"$ref": "member.json"}}}
    typed.write("schemas/bike.json", schema)
    typed.generate()
    assert 'import type { Member as Member2 } from "./member";' in typed.read("build/bike.ts")
    assert problems_of(request.config.cache, typed.root / "build") == []


def test_a_module_is_made_again_when_a_schema_that_it_refs_has_no_module_any_more(typed: Project) -> None:
    typed.generate()
    typed.config(packs=["typescript"], unresolved_refs="opaque", exclude=["member"])
    assert typed.generate().summary == "2 generated, 0 fresh, 0 failed"
    assert "owner?: unknown;" in typed.read("build/bike.ts")
    assert "member" not in typed.read("build/index.ts")
    typed.config(packs=["typescript"], unresolved_refs="opaque")
    assert typed.generate().summary == "3 generated, 0 fresh, 0 failed"
    assert 'from "./member";' in typed.read("build/bike.ts")


def test_a_module_is_made_again_when_one_that_it_imports_is_called_otherwise(typed: Project) -> None:
    typed.write("schemas/parts/member.json", {"type": "string"})
    typed.write("schemas/bike.json", {"type": "object", "properties": {"owner": {"$ref": "parts/member.json"}}})
    typed.write("schemas/member.json", {"type": "null"})
    typed.write("schemas/billing/invoice.json", {"type": "null"})
    typed.config(packs=["typescript"], schemas=["schemas"])
    typed.generate()
    assert 'from "./parts/member";' in typed.read("build/bike.ts")
    (typed.root / "schemas/member.json").unlink()
    typed.config(packs=["typescript"], schemas=["schemas/parts", "schemas"])
    assert typed.generate().code == 0
    assert 'from "./member";' in typed.read("build/bike.ts")


def test_an_edit_makes_one_module_again_with_the_same_imports(typed: Project) -> None:
    typed.generate()
    before = typed.read("build/bike.ts")
    typed.write("schemas/bike.json", typed.read("schemas/bike.json") + "\n")
    assert typed.run("generate").summary == "3 generated, 0 fresh, 0 failed"
    assert typed.read("build/bike.ts") == before


def test_the_index_is_valid_whatever_schemas_are_called(project: Project, request: pytest.FixtureRequest) -> None:
    names = [
        "a b",
        "a-b",
        "a_b",
        "it's",
        'say "x"',
        "1st",
        "class",
        "Object",
        "日本語",
        "x.y",
        "`${1}`",
        "a/b",
        "👍",
        "*",
    ]
    for name in names:
        bike = "../" * name.count("/") + "bike.json"
        project.write(f"schemas/{name}.json", {"type": "object", "properties": {"next": {"$ref": bike}}})
    project.config(packs=["typescript"])
    assert project.generate().code == 0
    assert problems_of(request.config.cache, project.root / "build") == []
    assert project.read("build/index.ts").count("export type * as ") == len(names) + 3


def test_odd_names_are_right_and_hold_their_values(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    assert len(ODD_NAMES) >= 80
    schema = {
        "type": "object",
        "properties": {key: {"title": key, "type": "object", "properties": {key: {"const": key}}} for key in ODD_NAMES},
        "required": ODD_NAMES,
        "additionalProperties": False,
        "$defs": {key: {"title": key, "anyOf": [{"$ref": "#"}, {"enum": [key]}]} for key in ODD_NAMES},
    }
    text = module_of(tmp_path, schema)
    value = expression({key: {key: key} for key in ODD_NAMES})
    test = f'import type {{ Thing }} from "./thing";\nexport const v: Thing = {value};\n'
    (tmp_path / "instance.ts").write_text(test, encoding="utf-8")
    assert problems_of(request.config.cache, tmp_path) == []
    assert text.count("\nexport ") == 2 * len(ODD_NAMES)
    (tmp_path / "instance.ts").unlink()
    assert not_pretty(request.config.cache, tmp_path) == (1, {})


def test_samples_compile_and_are_as_prettier_leaves_them(project: Project, request: pytest.FixtureRequest) -> None:
    for readonly in ("", "options.typescript = { readonly = true, faithful = true }\n"):
        config = f'[tool.schemagen]\nschemas = [{json.dumps(str(REPOSITORY / "schemas"))}]\npacks = ["typescript"]\n'
        project.write("pyproject.toml", config + readonly)
        assert project.generate().code == 0
        assert problems_of(request.config.cache, project.root / "build") == []
        assert not_pretty(request.config.cache, project.root / "build") == (16, {})


def nested(step: Any, levels: int = 95) -> Any:
    found: Any = {"type": "string"}
    for _ in range(levels):
        found = step(found)
    return found


def test_what_is_nested_deeply_stays_open(project: Project, request: pytest.FixtureRequest) -> None:
    steps = {
        "items": lambda inner: {"type": "array", "items": inner},
        "tuples": lambda inner: {"type": "array", "prefixItems": [inner]},
        "unions": lambda inner: {"type": "array", "items": {"anyOf": [inner, {"type": "null"}]}},
        "maps": lambda inner: {"type": "object", "additionalProperties": inner},
        "objects": lambda inner: {"type": "object", "properties": {"a": inner}},
        "parts": lambda inner: {"allOf": [{"type": "object", "properties": {"a": inner}}, {"required": ["a"]}]},
    }
    for name, step in steps.items():
        project.write(f"schemas/{name}.json", nested(step, {"unions": 60, "parts": 45}.get(name, 95)))
    project.write("schemas/value.json", {"const": nested(lambda inner: [{"a": inner}])})
    for faithful in (False, True):
        project.config(packs=["typescript"])
        text = project.read("pyproject.toml")
        options = f"[tool.schemagen.options]\ntypescript = {{ faithful = {str(faithful).lower()} }}\n"
        project.write("pyproject.toml", text + options)
        for result in (project.generate(), project.run("generate", "-w", "2")):
            assert result.code == 0, result.err
    assert problems_of(request.config.cache, project.root / "build") == []


LAYOUTS: dict[str, dict[str, Any]] = {
    "unions": {"enum": [f"value number {n}" for n in range(9)]},
    "two unions in brackets": {"items": {"enum": ["a" * 40, "b" * 40]}},
    "tuples": {"prefixItems": [{"enum": ["a" * 40, "b" * 40]}, {"const": "c" * 40}], "minItems": 1},
    "a tuple of one": {"prefixItems": [{"enum": ["a" * 40, "b" * 40]}], "items": False, "minItems": 1},
    "a long text": {"const": "a" * 100},
    "quotes": {"enum": ['"', "'", "\"'", '""\'', "\\'", '\\"', "</script>", "`", '\\"\\"']},
    "numbers": {"enum": [1, 1.50, 1e21, 1e-7, -0.0, 12345678901234567890, 0.1, 1.0e2, -5]},
    "objects": {"enum": [{"a": 1, "b-c": [1, {"d": None}], "long " * 10: "long " * 10}, {}, []]},
    "a map": {"additionalProperties": {"additionalProperties": {"enum": ["a" * 40, "b" * 40]}}},
    "a map or null": {"anyOf": [{"additionalProperties": {"enum": ["a" * 40, "b" * 40]}}, {"type": "null"}]},
    "a name or null": {"anyOf": [{"$ref": f"#/$defs/{'name' * 14}"}, {"type": "null"}]},
    "recursion": {"allOf": [{"$ref": "#"}, {"minProperties": 1}, {"$ref": f"#/$defs/{'name' * 14}"}]},
    "long keys": {"type": "object", "properties": {"k" * 90: {"type": "string"}, "a-" * 40: {"enum": [1, 2]}}},
    "wide letters": {"enum": ["日本語" * 8, "日本語" * 6]},
}


@pytest.mark.parametrize("where", ["alone", "in a property", "as items", "as other properties"])
def test_layouts_are_those_of_prettier(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    definitions = {"name" * 14: {"type": "object", "properties": {"x": {"items": {"$ref": "#"}}}}}
    for number, schema in enumerate(LAYOUTS.values()):
        placed = {
            "alone": schema,
            "in a property": {"type": "object", "properties": {"someProperty": schema, "another-one": schema}},
            "as items": {"type": "array", "prefixItems": [schema], "items": {"items": schema}},
            "as other properties": {"type": "object", "properties": {"a": schema}, "additionalProperties": schema},
        }[where]
        for readonly in (False, True):
            name = f"layout{number}-{readonly}"
            module_of(tmp_path, {**placed, "$defs": definitions}, name, readonly=readonly)
    assert not_pretty(request.config.cache, tmp_path) == (2 * len(LAYOUTS), {})
    assert problems_of(request.config.cache, tmp_path) == []
