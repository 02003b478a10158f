"""Types as expressions: right for each kind of schema, by name where they are declared, accepted by real compilers."""

from __future__ import annotations

import ast
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from schemagen.config import Config
from schemagen.model import Draft
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.view.root import build_view
from tests.node_tools import npm_packages
from tests.views import view_of


def types_of(schema: Any, draft: Draft = Draft.D2020) -> tuple[str, str]:
    """The types, in TypeScript and Python, of a property with this schema."""
    node = view_of({"properties": {"p": schema}}, draft)["root"]["properties"][0]
    return node["ts_type"], node["py_type"]


@pytest.mark.parametrize(
    ("schema", "typescript", "python"),
    [
        (True, "unknown", "Any"),
        (False, "never", "Never"),
        ({}, "unknown", "Any"),
        ({"type": "string"}, "string", "str"),
        ({"type": "integer"}, "number", "int"),
        ({"type": "number"}, "number", "float"),
        ({"type": "boolean"}, "boolean", "bool"),
        ({"type": "null"}, "null", "None"),
        ({"type": ["string", "null"]}, "string | null", "str | None"),
        ({"type": ["string", "integer", "null"]}, "string | number | null", "str | int | None"),
        ({"const": "a"}, '"a"', 'Literal["a"]'),
        ({"const": None}, "null", "None"),
        ({"const": 1.5}, "1.5", "float"),
        ({"const": -1}, "-1", "Literal[-1]"),
        ({"const": {"a": [1, None]}}, "{ a: [1, null] }", "dict[str, Any]"),
        ({"const": {}}, "Record<string, never>", "dict[str, Any]"),
        ({"enum": ["a", 1, True, None, 0.5]}, '"a" | 1 | true | null | 0.5', 'Literal["a", 1, True] | None | float'),
        ({"enum": []}, "never", "Never"),
        ({"type": "array"}, "unknown[]", "list[Any]"),
        ({"items": {"type": "string"}}, "string[]", "list[str]"),
        ({"items": {"enum": [1, 2]}}, "(1 | 2)[]", "list[Literal[1, 2]]"),
        ({"items": {"items": {"type": "null"}}}, "null[][]", "list[list[None]]"),
        ({"items": False}, "[]", "list[Never]"),
        (
            {"prefixItems": [{"type": "string"}, {"type": "number"}], "minItems": 1},
            "[string, number?, ...unknown[]]",
            "list[Any]",
        ),
        (
            {"prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
            "[string?, ...number[]]",
            "list[str | int]",
        ),
        ({"prefixItems": [{"type": ["string", "null"]}], "items": False}, "[(string | null)?]", "list[str | None]"),
        ({"type": "object"}, "{ [key: string]: unknown }", "dict[str, Any]"),
        ({"additionalProperties": {"type": "string"}}, "{ [key: string]: string }", "dict[str, str]"),
        ({"additionalProperties": False}, "Record<string, never>", "dict[str, Never]"),
        (
            {"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": {"type": "null"}},
            "{ [key: string]: string | null }",
            "dict[str, str | None]",
        ),
        ({"required": ["a-b"]}, '{ "a-b": unknown; [key: string]: unknown }', "dict[str, Any]"),
        ({"properties": {"a": {}}}, "ThingP", "ThingP"),
        ({"properties": {"a": {}}, "type": ["object", "null"]}, "ThingP | null", "ThingP | None"),
        ({"items": {"properties": {"a": {}}}}, "ThingPItem[]", "list[ThingPItem]"),
        ({"anyOf": [{"type": "string"}, {"type": "string", "minLength": 1}]}, "string", "str"),
        ({"oneOf": [{"type": "string"}, {}]}, "unknown", "Any"),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, "1 | 2", "Literal[1, 2]"),
        ({"allOf": [{"type": "string", "x-a": 1}, {"enum": ["a"], "x-b": 1}]}, 'string & "a"', "str"),
        ({"allOf": [{"type": "string"}, False]}, "never", "Never"),
        ({"not": {"type": "string"}}, "unknown", "Any"),
        ({"$ref": "#"}, "Thing", "Thing"),
        ({"$ref": "nowhere.json"}, "unknown", "Any"),
    ],
)
def test_types_of_both_languages(schema: Any, typescript: str, python: str) -> None:
    assert types_of(schema) == (typescript, python)


def test_numbers_that_are_not_finite_are_numbers() -> None:
    assert view_of_text('{"properties": {"p": {"const": 1e400}}}')["root"]["properties"][0]["ts_type"] == "number"


def view_of_text(text: str) -> dict[str, Any]:
    from schemagen.jsontext import parse
    from schemagen.model import Resolution, Schema

    schema = Schema("t", "t.json", text.encode(), "0" * 32, Draft.D2020, parse(text.encode(), "t.json"))
    return build_view(schema, Resolution({}, {"t.json": (Draft.D2020, schema.document)}, (), (), ()))


def test_declared_objects_are_records_or_aliases() -> None:
    view = view_of(
        {
            "properties": {"a": {"type": "string"}, "b-c": {"$ref": "#/$defs/part"}},
            "required": ["a"],
            "additionalProperties": {"type": "integer"},
            "$defs": {"part": {"properties": {"x": {}}, "anyOf": [{"$ref": "#/$defs/leaf"}]}, "leaf": {"type": "null"}},
        }
    )
    root = view["root"]
    assert (root["is_declared"], root["is_record"]) == (True, True)
    assert root["ts_body"] == '{ a: string; "b-c"?: Part; [key: string]: number | string | Part | undefined }'
    assert (root["ts_rest"], root["py_rest"]) == ("number | string | Part | undefined", "int")
    part = view["definitions"][0]["node"]
    assert (part["is_declared"], part["is_record"]) == (True, False)
    assert part["ts_body"] == "{ x?: unknown; [key: string]: unknown } & Leaf"
    assert view["definitions"][1]["node"]["ts_body"] == "null"


def test_definitions_say_who_uses_them() -> None:
    view = view_of(
        {
            "properties": {"a": {"$ref": "#/$defs/a"}, "a2": {"$ref": "#/$defs/a"}, "b": {"$ref": "#/$defs/b"}},
            "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}, "b": {"items": {"$ref": "#/$defs/a"}}},
        }
    )
    first, second = view["definitions"]
    assert [use["ts_name"] for use in first["used_by"]] == ["Thing", "A", "B"]
    assert [use["is_root"] for use in first["used_by"]] == [True, False, False]
    assert [definition["is_recursive"] for definition in (first, second)] == [True, False]


def nodes_of(view: dict[str, Any]) -> list[dict[str, Any]]:
    """All nodes of a view, save copies for forms."""
    found: list[dict[str, Any]] = []
    waiting: list[Any] = [view["root"], *(item["node"] for item in view["definitions"])]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            if "ts_body" in here:
                found.append(here)
            waiting += [value for key, value in here.items() if key not in {"ref", "more_rows", "html"}]
    return found


@pytest.mark.long
def test_types_of_real_schemas_are_accepted_by_real_compilers(
    corpus: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    modules = npm_packages(request.config.cache, "typescript@5.9.3")
    config = Config(root=str(corpus / "schemastore"), schemas=("schemas",), unresolved_refs="opaque")
    schemas = [read_schema(found, config) for found in find_schemas(config)]
    library = Library(schemas, config)
    for number, schema in enumerate(schemas[::6]):
        nodes = nodes_of(build_view(schema, library.resolve(schema)))
        declared = [node for node in nodes if node["is_declared"]]
        lines = [f"export type {node['ts_type_name']} = {node['ts_body']};" for node in declared]
        lines += [f"export type U_{index} = {node['ts_type']};" for index, node in enumerate(nodes)]
        (tmp_path / f"s{number}.ts").write_text("\n".join(lines), encoding="utf-8")
        for expression in {node["py_type"] for node in nodes} | {node["py_body"] for node in declared}:
            ast.parse(expression, mode="eval")
    settings = {"strict": True, "noEmit": True, "target": "es2022", "types": [], "skipLibCheck": True}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": settings, "include": ["*.ts"]}))
    compiler = modules / "typescript" / "bin" / "tsc"
    done = subprocess.run(
        ["node", str(compiler), "-p", str(tmp_path)], capture_output=True, env={**os.environ}, check=False
    )
    assert done.stdout.decode()[:3000] == ""
