"""Parts of documents as schemas: OpenAPI, AsyncAPI and bundles; one task each, stale when what it reaches changes."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemagen.config import Config, part_source
from schemagen.errors import ConfigError, SchemaError
from schemagen.model import Draft
from schemagen.openapi import as_2020_12
from schemagen.part_paths import path_of_part, pointer_of_part, safe_name
from schemagen.parts import Parts
from tests.api_writing import big_api, dependents, name
from tests.conftest import Project, Result
from tests.test_snapshot import look_at
from tests.yaml_writing import to_yaml

COMPONENTS = "api.yaml#/components/schemas/*"


def ran(result: Result) -> set[str]:
    return set(re.findall(r"^\.  generate:(\S+)", result.out, re.MULTILINE))


def api(schemas: dict[str, Any], **more: Any) -> str:
    document = {"openapi": "3.1.0", "components": {"schemas": schemas}, **more}
    return to_yaml(document)


@pytest.fixture
def pets(project: Project) -> Project:
    """An API in YAML beside the schemas of a project, with references both ways."""
    pet = {"title": "Pet", "description": "pp", "properties": {"owner": {"$ref": "#/components/schemas/Owner"}}}
    owner = {"title": "Owner", "description": "oo", "properties": {"is": {"$ref": "schemas/member.json"}}}
    alone = {"title": "Alone", "description": "aa"}
    project.write("api.yaml", api({"Pet": pet, "Owner": owner, "Alone": alone}))
    project.write("schemas/shop.json", {"title": "Shop", "items": {"$ref": "../api.yaml#/components/schemas/Pet"}})
    project.config(packs=["packs/plain"], schemas=["schemas", COMPONENTS])
    project.write("packs/plain/plain.txt.mustache", TEMPLATE)
    return project


# Shows of all that a schema reaches what describes it.
TEMPLATE = "{{title}}: {{description}}{{#definitions}}, {{name}}{{#node}} {{description}}{{/node}}{{/definitions}}\n"


ALL = {"api/Pet", "api/Owner", "api/Alone", "shop", "member", "bike", "billing/invoice"}


def edit(project: Project, old: str, new: str, path: str = "api.yaml") -> None:
    text = project.read(path)
    assert old in text
    project.write(path, text.replace(old, new))


def test_every_component_has_a_task(pets: Project) -> None:
    assert pets.generate().summary == "7 generated, 0 fresh, 0 failed"
    made = {
        "api/Pet.txt",
        "api/Owner.txt",
        "api/Alone.txt",
        "shop.txt",
        "member.txt",
        "bike.txt",
        "billing/invoice.txt",
    }
    assert pets.outputs().keys() == made
    assert pets.read("build/api/Pet.txt") == "Pet: pp, Owner oo, member A person\n"
    assert pets.read("build/shop.txt") == "Shop: , Pet pp, Owner oo, member A person\n"
    listed = pets.run("list").out
    assert "fresh   api/Pet  api.yaml#/components/schemas/Pet -> build/api/Pet.txt" in listed
    assert '"name": "api/Owner"' in pets.run("view", "api/Owner").out
    assert pets.run("check").code == 0


@pytest.mark.parametrize("front", ["generate", "doit -n 2"])
def test_edit_runs_what_reaches_the_part_and_nothing_else(pets: Project, front: str) -> None:
    command = front.split()

    def build() -> Result:
        if command[0] == "doit":
            return pets.doit(*command[1:])
        return pets.run("generate", "-v", *(command[1:] or ["-w", "1"]))

    build()
    for old, new, expected in [
        ("description: oo", "description: new", {"api/Owner", "api/Pet", "shop"}),
        ("description: aa", "description: new", {"api/Alone"}),
        ("openapi: ", "# a comment\nopenapi: ", set()),
        ("description: pp", "x-other: 1\n      description: pp", {"api/Pet", "shop"}),
    ]:
        edit(pets, old, new)
        result = build()
        assert ran(result) == expected, result
        assert result.summary == f"{len(expected)} generated, {7 - len(expected)} fresh, 0 failed"
        assert build().summary == "0 generated, 7 fresh, 0 failed"
    edit(pets, "A person", "Somebody", "schemas/member.json")
    assert ran(build()) == {"member", "billing/invoice", "api/Owner", "api/Pet", "shop"}
    assert pets.read("build/api/Pet.txt") == "Pet: pp, Owner new, member Somebody\n"
    assert pets.run("check").code == 0


def test_doit_without_our_run_command_is_right_too(pets: Project) -> None:
    edit(pets, "[tool.doit", "[tool.nobody", "pyproject.toml")
    assert len(ran(pets.doit())) == 7
    assert ran(pets.doit()) == set()
    edit(pets, "description: oo", "description: new")
    assert ran(pets.doit("-n", "2")) == {"api/Owner", "api/Pet", "shop"}
    assert ran(pets.doit()) == set()
    info = pets.doit("info", "generate:api/Pet").out
    assert " - api.yaml" in info
    assert "up-to-date" in info
    assert "api.yaml#/components/schemas/Pet -> build/api/Pet.txt" in pets.doit("list", "--all").out


def test_task_of_others_on_the_document_runs_when_that_changes(pets: Project) -> None:
    pets.doit()
    other = (
        "\n\ndef task_count():\n    return {'actions': ['echo counted'], 'file_dep': ['api.yaml'], 'verbosity': 2}\n"
    )
    pets.write("dodo.py", pets.read("dodo.py") + other)
    assert "counted" in pets.doit().out
    assert "counted" not in pets.doit().out
    edit(pets, "openapi: ", "# a comment\nopenapi: ")
    result = pets.doit()
    assert "counted" in result.out
    assert not ran(result)


def test_part_that_comes_mends_what_refs_it_and_one_that_goes_is_removed(pets: Project) -> None:
    pets.config(packs=["packs/plain"], schemas=["schemas", COMPONENTS], unresolved_refs="opaque")
    edit(pets, "components/schemas/Owner", "components/schemas/Nobody")
    pets.generate()
    edit(pets, "    Alone:", "    Nobody:\n      description: n\n    Alone:")
    assert ran(pets.generate("-v")) == {"api/Nobody", "api/Pet", "shop"}
    assert pets.read("build/api/Pet.txt") == "Pet: pp, Nobody n\n"
    edit(pets, "    Nobody:\n      description: n\n", "")
    assert ran(pets.generate("-v")) == {"api/Pet", "shop"}
    assert not pets.exists("build/api/Nobody.txt")
    assert pets.read("build/api/Pet.txt") == "Pet: pp\n"


def test_unresolved_ref_is_told_at_its_line(pets: Project) -> None:
    edit(pets, "components/schemas/Owner", "components/schemas/Nobody")
    result = pets.generate()
    assert result.summary == "5 generated, 0 fresh, 2 failed"
    line = pets.read("api.yaml").splitlines().index('          "$ref": "#/components/schemas/Nobody"') + 1
    assert all(error.startswith(f"api.yaml:{line}:11: ") for error in result.errors), result.errors
    assert "there is no schema at 'api.yaml#/components/schemas/Nobody'" in result.err


def test_fault_of_a_part_is_told_at_its_line_and_is_its_own(pets: Project) -> None:
    edit(pets, "      title: Alone", "      type: objekt")
    result = pets.generate()
    assert result.summary == "6 generated, 0 fresh, 1 failed"
    line = pets.read("api.yaml").splitlines().index("      type: objekt") + 1
    assert result.errors[0].startswith(f"api.yaml:{line}:7: ")
    assert "(at #/components/schemas/Alone/type)" in result.errors[0]


def test_document_that_cannot_be_read_leaves_everything_as_it_was(pets: Project) -> None:
    pets.generate()
    before = pets.outputs()
    edit(pets, "openapi: ", "openapi: [")
    result = pets.generate()
    assert result.code == 3
    assert re.fullmatch(r"api.yaml:\d+:\d+: not YAML: .* \[SG102\]", result.errors[0])
    assert len(result.errors) == 1
    assert pets.outputs() == before
    edit(pets, "openapi: [", "openapi: ")
    assert pets.generate().summary == "0 generated, 7 fresh, 0 failed"


def test_page_knows_where_the_references_of_a_part_lead(pets: Project) -> None:
    edit(pets, "schemas/member.json", "#/components/schemas/Owner")
    pets.config(packs=["form"], schemas=[COMPONENTS])
    assert pets.generate().code == 0
    links = re.findall(r'data-links="([^"]*)"', pets.read("build/api/Pet.html"))
    own, other = (json.loads(html.unescape(each)) for each in links)
    assert own == {"#/properties/owner": [1, "#"]}
    assert other == {"#/properties/is": [1, "#"]}, "its own pointer leads nowhere within the part"


@pytest.mark.parametrize(
    ("source", "about"),
    [
        ("api.yaml#/components/nothing/*", "nothing in it is at #/components/nothing/*"),
        ("none.yaml#/components/schemas/*", "No such file"),
        ("schemas#/a/*", "cannot read"),
    ],
)
def test_source_that_leads_nowhere_is_told(pets: Project, source: str, about: str) -> None:
    pets.config(packs=["packs/plain"], schemas=[source])
    result = pets.generate()
    assert result.code == 3
    assert len(result.errors) == 1
    assert about in result.errors[0]


def test_parts_may_be_chosen_and_left_out_on_the_command_line(pets: Project) -> None:
    pets.generate()
    result = pets.generate("-s", f"./{COMPONENTS}", "-o", "other", "--unresolved-refs", "opaque")
    assert result.summary == "3 generated, 0 fresh, 0 failed"
    assert pets.outputs("other").keys() == {"api/Pet.txt", "api/Owner.txt", "api/Alone.txt"}
    pets.config(packs=["packs/plain"], schemas=["schemas", COMPONENTS], exclude=["api/O*"])
    assert pets.generate().code == 0
    assert "api/Owner.txt" not in pets.outputs()
    assert len(pets.outputs()) == 6
    assert len(pets.outputs("other")) == 3


def test_documents_of_one_name_are_told_apart_by_their_paths(project: Project) -> None:
    for folder in ("a", "b/c"):
        project.write(f"{folder}/api.json", {"openapi": "3.1.0", "components": {"schemas": {"A": {"title": folder}}}})
    project.write("other.json", {"$defs": {"A": {}}})
    sources = ["a/api.json#/components/schemas/*", "b/c/api.json#/components/schemas/*", "other.json#/$defs/*"]
    project.config(packs=["packs/plain"], schemas=sources)
    project.generate()
    assert project.outputs().keys() == {"a/api/A.txt", "b/c/api/A.txt", "other/A.txt"}


def test_document_in_a_schema_folder_is_no_schema_itself(project: Project) -> None:
    project.write("schemas/api.json", {"asyncapi": "2.6.0", "components": {"schemas": {"A": {"title": "A"}}}})
    project.config(packs=["packs/plain"], schemas=["schemas", "schemas/api.json#/components/schemas/*"])
    project.generate()
    assert "api.txt" not in project.outputs()
    assert "api/A.txt" in project.outputs()


def test_bundle_with_ids_and_anchors(project: Project) -> None:
    bundle = {
        "$id": "https://x.example/bundle",
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {
            "a": {"description": "a", "items": {"$ref": "https://x.example/bundle#/definitions/b"}},
            "b": {"description": "b", "items": {"$ref": "bundle#/definitions/c/items"}},
            "c": {"description": "c", "items": {"description": "d", "$id": "#here"}},
            "e": {"description": "e", "items": {"$ref": "#here"}},
        },
    }
    project.write("packs/plain/plain.txt.mustache", TEMPLATE)
    project.write("bundle.jsonc", "// all\n" + json.dumps(bundle))
    project.write("schemas/f.json", {"title": "F", "items": {"$ref": "https://x.example/bundle#/definitions/b"}})
    project.config(packs=["packs/plain"], schemas=["schemas", "bundle.jsonc#/definitions/*"])
    assert project.generate().code == 0
    assert project.read("build/bundle/a.txt") == "A: a, b b, definitions c items d\n"
    assert project.read("build/f.txt") == "F: , b b, definitions c items d\n"
    edit(project, '"description": "d"', '"description": "dd"', "bundle.jsonc")
    assert ran(project.generate("-v")) == {f"bundle/{key}" for key in "abce"} | {"f"}
    assert project.generate().summary == "0 generated, 8 fresh, 0 failed"
    edit(project, "title", "description", "schemas/f.json")
    assert ran(project.generate("-v")) == {"f"}
    assert project.generate().summary == "0 generated, 8 fresh, 0 failed"


def test_place_that_is_no_component_may_come_later(project: Project) -> None:
    project.write("packs/plain/plain.txt.mustache", TEMPLATE)
    document: dict[str, Any] = {
        "$defs": {
            "a": {"description": "aa", "items": {"$ref": "#here"}},
            "b": {"description": "bb", "items": {"$ref": "#/others/c"}},
            "d": {"description": "dd", "items": {"$ref": "#"}},
        }
    }
    project.write("bundle.json", document)
    project.config(packs=["packs/plain"], schemas=["bundle.json#/$defs/*"], unresolved_refs="opaque")
    assert project.generate().summary == "3 generated, 0 fresh, 0 failed"
    document["others"] = {"c": {"description": "cc"}}
    project.write("bundle.json", document)
    # What is not there is told of by the whole document, as is what refers to all of it.
    assert ran(project.generate("-v")) == {"bundle/a", "bundle/b", "bundle/d"}
    assert project.read("build/bundle/b.txt") == "B: bb, others c cc\n"
    document["$defs"]["e"] = {"$anchor": "here", "description": "ee"}
    project.write("bundle.json", document)
    assert ran(project.generate("-v")) == {"bundle/a", "bundle/d", "bundle/e"}
    assert project.read("build/bundle/a.txt") == "A: aa, e ee\n"
    assert project.generate().summary == "0 generated, 4 fresh, 0 failed"


def test_ref_within_a_resource_of_its_own_stays_there(project: Project) -> None:
    project.write("packs/plain/plain.txt.mustache", TEMPLATE)
    inner = {
        "$id": "https://x.example/inner",
        "description": "inner",
        "items": {"$ref": "#/$defs/a"},
        "$defs": {"a": {"description": "of inner"}},
    }
    defs = {"a": {"description": "of bundle"}, "b": inner, "c": {"items": {"$ref": "#/$defs/b/items"}}}
    defs["d"] = {"items": {"$ref": "https://x.example/inner#/$defs/a"}}
    project.write("bundle.json", {"$id": "https://x.example/", "$defs": defs})
    project.config(packs=["packs/plain"], schemas=["bundle.json#/$defs/*"])
    assert project.generate().summary == "4 generated, 0 fresh, 0 failed"
    made = {key: project.read(f"build/bundle/{key}.txt").partition(": ")[2] for key in "bcd"}
    assert made["b"] == "inner, a of inner\n"
    assert made["d"] == ", a of inner\n"
    assert "of inner" in made["c"]
    assert "of bundle" not in made["c"]


# -- a large document


COUNT = 320


@pytest.fixture
def large(project: Project) -> tuple[Project, dict[str, Any]]:
    document = big_api(COUNT)
    project.write("api.json", json.dumps(document, indent=1))
    project.write("packs/plain/plain.txt.mustache", TEMPLATE)
    project.config(packs=["packs/plain"], schemas=["api.json#/components/schemas/*"])
    return project, document


def test_change_in_a_large_document_runs_exactly_the_right_tasks(
    large: tuple[Project, dict[str, Any]], make_project: Callable[[str], Project]
) -> None:
    project, document = large
    assert project.run("generate", "-w", "2").summary == f"{COUNT} generated, 0 fresh, 0 failed"
    assert len(project.outputs()) == COUNT
    for number, front in ((5, "generate -w 2"), (15, "doit"), (304, "doit -n 2")):
        document["components"]["schemas"][name(number)]["description"] = f"changed {number}"
        project.write("api.json", json.dumps(document, indent=1))
        expected = {f"api/{key}" for key in dependents(document, name(number))}
        command, *options = front.split()
        result = project.doit(*options) if command == "doit" else project.run("generate", "-v", *options)
        assert ran(result) == expected, front
        (project.root / "api.json").touch()
        assert project.doit().summary == f"0 generated, {COUNT} fresh, 0 failed"
    clean = make_project("clean")
    for path in ("api.json", "pyproject.toml", "packs/plain/pack.toml", "packs/plain/plain.txt.mustache"):
        clean.write(path, (project.root / path).read_bytes())
    clean.run("generate")
    assert clean.outputs() == project.outputs()
    (project.root / ".schemagen/log").unlink()
    assert project.run("check").code == 0
    assert project.run("generate").summary == f"{COUNT} generated, 0 fresh, 0 failed"


def test_nothing_to_do_is_a_look_at_the_times(large: tuple[Project, dict[str, Any]]) -> None:
    project, document = large
    project.run("generate")
    assert look_at(project).fresh == COUNT
    (project.root / "api.json").touch()
    assert look_at(project).fresh == COUNT
    project.write("api.json", json.dumps(document, indent=2))
    assert look_at(project).fresh == 0
    assert project.run("generate").summary == f"0 generated, {COUNT} fresh, 0 failed"
    assert look_at(project).fresh == COUNT
    (project.root / "build/api/Part007.txt").unlink()
    changes = look_at(project).changes
    assert changes is not None
    assert len(changes.tasks) == 1
    assert ran(project.generate("-v")) == {"api/Part007"}
    assert look_at(project).fresh == COUNT


# -- names and dialects


HOSTILE_NAMES = [
    *("..", ".", "", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "C:\\x", "a\0b", "a\nb", "%2e%2e", "%", "%25"),
    *("a b", " a", "a ", "a.", ".hidden", "a?b", "a*b", "~", "~1", "~0", "~01", "a#b", "#/x", "a=b", "é", "\u202eb"),
    *("x" * 300, "y" * 180, "é" * 100, "$ref", "-rf", "a\u2028b", "{{x}}", "'", '"', "<b>", "|", "con", "a:b"),
]


@pytest.mark.parametrize("key", HOSTILE_NAMES)
def test_name_of_a_part_is_the_name_of_a_file(key: str) -> None:
    made = safe_name(key)
    assert made
    assert made not in {".", ".."}
    assert not set(made) & set('/\\\0\n:*?"<>|')
    assert made.isprintable()
    assert len(made.encode()) < 240
    assert not made.startswith(".")
    assert not made.endswith((".", " "))
    pointer = f"#/a/{key.replace('~', '~0').replace('/', '~1')}"
    path = path_of_part("api.yaml", pointer)
    assert path.isprintable()
    assert pointer_of_part(path, "api.yaml") == pointer


def test_names_of_parts_are_never_the_same() -> None:
    assert len({safe_name(key) for key in HOSTILE_NAMES}) == len(HOSTILE_NAMES)


def test_hostile_names_make_outputs_in_the_output_folder(project: Project) -> None:
    schemas = {key: {"title": "T", "description": ascii(key)} for key in HOSTILE_NAMES}
    project.write("api.json", {"openapi": "3.1.0", "components": {"schemas": schemas}})
    project.config(packs=["packs/plain"], schemas=["api.json#/components/schemas/*"])
    result = project.generate()
    count = len(HOSTILE_NAMES)
    assert result.summary == f"{count} generated, 0 fresh, 0 failed", result.err
    outputs = project.outputs()
    assert len(outputs) == count
    assert all(re.fullmatch(r"api/[^/]+\.txt", path) for path in outputs)
    assert project.generate().summary == f"0 generated, {count} fresh, 0 failed"
    assert project.doit().summary == f"0 generated, {count} fresh, 0 failed"
    assert not (set(project.root.iterdir()) - {project.root / each for each in EXPECTED_AT_TOP})


EXPECTED_AT_TOP = ("api.json", "build", "packs", "schemas", "pyproject.toml", ".schemagen", "dodo.py", "__pycache__")


def test_names_that_differ_by_case_collide_before_anything_is_written(project: Project) -> None:
    project.write("api.json", {"openapi": "3.1.0", "components": {"schemas": {"Pet": {}, "pet": {}}}})
    project.config(packs=["packs/plain"], schemas=["api.json#/components/schemas/*"])
    result = project.generate()
    assert result.code == 3
    assert "collides" in result.err
    assert not project.exists("build")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("api.yaml#/components/schemas/*", ("api.yaml", "#/components/schemas")),
        ("bundle.json#/$defs/*", ("bundle.json", "#/$defs")),
        ("bundle.json#/*", ("bundle.json", "#")),
        ("c#/a.json#/x/*", ("c#/a.json", "#/x")),
        ("c#/schemas", None),
        ("schemas/*", None),
        ("api.yaml#/components/schemas", None),
        ("#/a/*", None),
    ],
)
def test_source_of_parts_is_told_by_its_pointer(source: str, found: tuple[str, str] | None) -> None:
    assert part_source(source) == found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        ({"$ref": "#/a", "nullable": True, "description": "x"}, {"$ref": "#/a"}),
        ({"allOf": [{"$ref": "#/a"}], "nullable": True}, {"anyOf": [{"allOf": [{"$ref": "#/a"}]}, {"type": "null"}]}),
        ({"oneOf": [{"$ref": "#/a"}], "nullable": True}, {"oneOf": [{"$ref": "#/a"}, {"type": "null"}]}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ({"exclusiveMinimum": True}, {}),
        ({"example": {"nullable": True}}, {"examples": [{"nullable": True}]}),
        (
            {"properties": {"nullable": {"type": "object", "nullable": True}}},
            {"properties": {"nullable": {"type": ["object", "null"]}}},
        ),
        (
            {"items": {"not": {"additionalProperties": {"type": "integer", "nullable": True}}}},
            {"items": {"not": {"additionalProperties": {"type": ["integer", "null"]}}}},
        ),
        ({"default": {"type": "x", "nullable": True}, "enum": [{"example": 1}]}, None),
        ({"discriminator": {"propertyName": "kind"}, "xml": {"name": "a"}}, None),
        (True, None),
    ],
)
def test_schema_of_openapi_3_0_is_read_as_2020_12(old: Any, new: Any) -> None:
    before = json.dumps(old)
    assert as_2020_12(old) == (old if new is None else new)
    assert json.dumps(old) == before


@pytest.mark.parametrize(
    ("head", "draft"),
    [
        ({"openapi": "3.0.3"}, Draft.D2020),
        ({"openapi": "3.1.0"}, Draft.D2020),
        ({"openapi": "3.1.1", "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base"}, Draft.D2020),
        ({"openapi": "3.1.0", "jsonSchemaDialect": "http://json-schema.org/draft-07/schema#"}, Draft.D7),
        ({"swagger": "2.0"}, Draft.D2020),
        ({"asyncapi": "2.6.0"}, Draft.D7),
        ({"asyncapi": "3.0.0"}, Draft.D7),
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, Draft.D4),
        ({}, Draft.D2019),
    ],
)
def test_draft_of_a_part_is_that_of_its_document(tmp_path: Path, head: dict[str, Any], draft: Draft) -> None:
    assert _only_part(tmp_path, {**head, "x": {"a": {"type": "string"}}}).draft is draft


def test_part_may_say_its_own_dialect(tmp_path: Path) -> None:
    own = {"$schema": "http://json-schema.org/draft-06/schema#"}
    assert _only_part(tmp_path, {"openapi": "3.1.0", "x": {"a": own}}).draft is Draft.D6


@pytest.mark.parametrize(
    "head", [{"openapi": "4.0.0"}, {"openapi": "3.1.0", "jsonSchemaDialect": "https://x.example/"}]
)
def test_unknown_dialect_of_a_document_is_refused(tmp_path: Path, head: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        _only_part(tmp_path, {**head, "x": {"a": {}}})
    assert caught.value.code == "SG107"


def test_schema_of_another_format_is_refused(tmp_path: Path) -> None:
    avro = {"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": {"type": "record"}}
    with pytest.raises(SchemaError, match="schemaFormat"):
        _only_part(tmp_path, {"asyncapi": "3.0.0", "x": {"a": avro}})


def _only_part(folder: Path, document: Any) -> Any:
    (folder / "d.json").write_text(json.dumps(document), encoding="utf-8")
    parts = Parts(Config(str(folder), ("d.json#/x/*",), default_draft=Draft.D2019))
    return parts.schema(parts.find()[0])
