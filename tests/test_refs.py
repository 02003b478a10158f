"""Where references lead: what answers them, in which order, what never does, and what a schema reaches."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_specifications import REGISTRY
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable

from schemagen.config import Config
from schemagen.errors import RefError, SchemaError
from schemagen.jsontext import join_pointer, resolve_pointer
from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.refs import Library, scan_document
from schemagen.refs.scan import specification_of
from schemagen.sources import find_schemas, read_schema

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_4 = "http://json-schema.org/draft-04/schema#"


def _corpus(part: str) -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpus"
    folder = Path(os.environ.get("SCHEMAGEN_CORPUS") or beside) / part
    if not folder.is_dir():
        pytest.skip("no corpus: set SCHEMAGEN_CORPUS to its folder")
    return folder


@dataclass
class World:
    """A project folder whose schemas are written, read, and resolved by name."""

    root: Path
    config: Config

    def write(self, path: str, content: Any) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")

    def library(self) -> tuple[Library, dict[str, Schema]]:
        schemas: dict[str, Schema] = {}
        failed: dict[str, SchemaError] = {}
        for file in find_schemas(self.config):
            try:
                schemas[file.name] = read_schema(file, self.config)
            except SchemaError as error:
                failed[file.path] = error
        return Library(schemas.values(), self.config, failed), schemas

    def resolve(self, name: str = "a") -> Resolution:
        library, schemas = self.library()
        return library.resolve(schemas[name])

    def target(self, content: Any, pointer: str = "#", keyword: str = "$ref") -> Target:
        """Where the reference at ``pointer`` of the schema ``a``, with this content, leads."""
        self.write("schemas/a.json", content)
        return self.resolve().targets["schemas/a.json", pointer, keyword]

    def error(self, content: Any, name: str = "a") -> RefError:
        self.write(f"schemas/{name}.json", content)
        with pytest.raises(RefError) as caught:
            self.resolve(name)
        return caught.value

    def opaque(self) -> World:
        return World(self.root, replace(self.config, unresolved_refs="opaque"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, Config(str(tmp_path)))


def _properties(**references: str) -> dict[str, Any]:
    return {"properties": {name: {"$ref": value} for name, value in references.items()}}


# -- what answers a reference


def test_pointer_leads_into_the_same_document(world: World) -> None:
    schema = _properties(b="#/$defs/x%20y~1z") | {"$defs": {"x y/z": {"type": "string"}}}
    assert world.target(schema, "#/properties/b") == Target("schemas/a.json", "#/$defs/x y~1z")


@pytest.mark.parametrize("value", ["#", ""])
def test_empty_reference_leads_to_the_root(world: World, value: str) -> None:
    assert world.target(_properties(b=value), "#/properties/b") == Target("schemas/a.json", "#")


def test_anchor_leads_to_the_place_where_it_stands(world: World) -> None:
    schema = _properties(b="#money") | {"$defs": {"m": {"$anchor": "money"}}}
    assert world.target(schema, "#/properties/b") == Target("schemas/a.json", "#/$defs/m")


@pytest.mark.parametrize(("dialect", "keyword"), [(DRAFT_7, "$id"), (DRAFT_4, "id")])
def test_legacy_id_with_a_fragment_is_an_anchor(world: World, dialect: str, keyword: str) -> None:
    schema = _properties(b="#money") | {"$schema": dialect, "definitions": {"m": {keyword: "#money"}}}
    assert world.target(schema, "#/properties/b") == Target("schemas/a.json", "#/definitions/m")


def test_file_is_found_relative_to_the_file_that_names_it(world: World) -> None:
    world.write("schemas/b.json", {"$defs": {"x": {}}})
    world.write("schemas/sub/c.json", _properties(b="../b.json#/$defs/x"))
    world.write("schemas/a.json", _properties(c="sub/c.json"))
    resolution = world.resolve()
    assert resolution.targets == {
        ("schemas/a.json", "#/properties/c", "$ref"): Target("schemas/sub/c.json", "#"),
        ("schemas/sub/c.json", "#/properties/b", "$ref"): Target("schemas/b.json", "#/$defs/x"),
    }
    assert resolution.files == ("schemas/b.json", "schemas/sub/c.json")
    assert list(resolution.documents) == ["schemas/a.json", "schemas/sub/c.json", "schemas/b.json"]


def test_file_name_is_percent_decoded_once(world: World) -> None:
    world.write("schemas/x y%20.json", {})
    assert world.target({"$ref": "x%20y%2520.json"}) == Target("schemas/x y%20.json", "#")


def test_file_in_another_schema_folder_may_be_named(tmp_path: Path) -> None:
    world = World(tmp_path, Config(str(tmp_path), schemas=("schemas", "shared")))
    world.write("shared/b.json", {})
    assert world.target({"$ref": "../shared/b.json"}) == Target("shared/b.json", "#")


def test_schemas_outside_the_project_folder_may_name_each_other(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    world = World(tmp_path / "project", Config(str(tmp_path / "project"), schemas=("../shared",)))
    world.write("../shared/b.json", {})
    world.write("../shared/c.json", {"$ref": "b.json"})
    assert world.resolve("c").files == ("../shared/b.json",)


def test_id_of_another_schema_answers_before_a_file(world: World) -> None:
    world.write("schemas/b.json", {})
    world.write("schemas/other.json", {"$id": "https://example.com/b.json"})
    target = world.target({"$id": "https://example.com/a.json", "$ref": "b.json"})
    assert target == Target("schemas/other.json", "#")


def test_file_answers_where_no_id_does(world: World) -> None:
    world.write("schemas/b.json", {})
    target = world.target({"$id": "https://example.com/deep/a.json", "$ref": "b.json"})
    assert target == Target("schemas/b.json", "#")


def test_embedded_id_answers_with_its_place_in_the_file(world: World) -> None:
    embedded = {"$id": "item", "$anchor": "top", "$defs": {"x": {"$anchor": "deep"}}}
    world.write("schemas/b.json", {"$id": "https://example.com/b/", "$defs": {"i": embedded}})
    home = "https://example.com/b/item"
    world.write("schemas/a.json", _properties(w=home, t=f"{home}#top", d=f"{home}#deep", p=f"{home}#/$defs/x"))
    assert {key[1]: target.pointer for key, target in world.resolve().targets.items()} == {
        "#/properties/w": "#/$defs/i",
        "#/properties/t": "#/$defs/i",
        "#/properties/d": "#/$defs/i/$defs/x",
        "#/properties/p": "#/$defs/i/$defs/x",
    }


def test_fragment_inside_an_embedded_resource_is_relative_to_it(world: World) -> None:
    inner = {"$id": "inner", "$ref": "#/$defs/x", "$defs": {"x": {}}}
    assert world.target({"$defs": {"i": inner, "x": {}}}, "#/$defs/i").pointer == "#/$defs/i/$defs/x"


def test_relative_id_without_a_base_is_relative_to_the_file(world: World) -> None:
    world.write("schemas/sub/b.json", {"$defs": {"i": {"$id": "item.json"}}})
    assert world.target({"$ref": "sub/item.json"}) == Target("schemas/sub/b.json", "#/$defs/i")


@pytest.mark.parametrize("draft", ["draft-04", "draft-06", "draft-07"])
def test_metaschemas_ship_with_us(world: World, draft: str) -> None:
    uri = f"http://json-schema.org/{draft}/schema"
    assert world.target({"$ref": f"{uri}#/properties/title"}) == Target(uri, "#/properties/title")
    assert world.resolve().files == ()
    assert uri in world.resolve().documents


@pytest.mark.parametrize("draft", ["2019-09", "2020-12"])
def test_vocabularies_of_a_metaschema_are_reached(world: World, draft: str) -> None:
    world.write("schemas/a.json", {"$ref": f"https://json-schema.org/draft/{draft}/schema"})
    resolution = world.resolve()
    assert f"https://json-schema.org/draft/{draft}/meta/applicator" in resolution.documents
    assert resolution.opaque == resolution.files == resolution.missing == ()


def test_ids_and_references_in_data_do_not_count(world: World) -> None:
    data = {"$ref": "nowhere.json", "$id": "https://example.com/x"}
    world.write("schemas/a.json", {"const": data, "default": data, "enum": [data], "properties": {"$ref": {}}})
    assert world.resolve().targets == {}
    assert world.error({"$ref": "https://example.com/x"}, "b").code == "SG201"


def test_place_that_the_draft_does_not_know_is_followed_too(world: World) -> None:
    world.write("schemas/b.json", {})
    world.write("schemas/a.json", {"$ref": "#/x-defs/c", "x-defs": {"c": _properties(b="b.json"), "d": {"$ref": "?"}}})
    resolution = world.resolve()
    assert resolution.targets["schemas/a.json", "#/x-defs/c/properties/b", "$ref"] == Target("schemas/b.json", "#")
    assert resolution.files == ("schemas/b.json",)


@pytest.mark.parametrize("draft", ["draft-04", "draft-06", "draft-07"])
def test_what_stands_beside_a_legacy_reference_is_ignored(world: World, draft: str) -> None:
    beside = {"$id": "https://example.com/b", "id": "https://example.com/b", **_properties(x="nowhere.json")}
    world.write("schemas/b.json", {})
    schema = {"$schema": f"http://json-schema.org/{draft}/schema#", "$ref": "b.json", **beside}
    assert world.target(schema) == Target("schemas/b.json", "#")
    assert len(world.resolve().targets) == 1
    assert world.error({"$ref": "https://example.com/b"}, "c").code == "SG201"


def test_definitions_beside_a_legacy_reference_are_kept(world: World) -> None:
    definitions = {
        "x": {"$ref": "#/definitions/y", "title": "ignored"},
        "y": {"$id": "#why"},
        "z": {"$ref": "#why"},
    }
    world.write("schemas/a.json", {"$schema": DRAFT_7, "$ref": "#/definitions/x", "definitions": definitions})
    assert {key[1]: target.pointer for key, target in world.resolve().targets.items()} == {
        "#": "#/definitions/x",
        "#/definitions/x": "#/definitions/y",
        "#/definitions/z": "#/definitions/y",
    }


def test_modern_reference_and_its_siblings_both_count(world: World) -> None:
    world.write("schemas/b.json", {})
    world.write("schemas/a.json", {"$ref": "b.json", **_properties(x="b.json")})
    assert len(world.resolve().targets) == 2


# -- how far a schema reaches


def test_recursive_schemas_resolve(world: World) -> None:
    world.write("schemas/b.json", _properties(a="a.json"))
    world.write("schemas/a.json", _properties(self="#", b="b.json"))
    assert len(world.resolve().targets) == 3
    assert world.resolve().files == ("schemas/b.json",)


def test_only_what_is_referred_to_in_another_file_is_followed(world: World) -> None:
    definitions = {"used": _properties(u="#/$defs/also"), "also": {}, "unused": {"$ref": "nowhere.json"}}
    world.write("schemas/b.json", {"$defs": {**definitions, "used0": {"$ref": "c.json"}}})
    world.write("schemas/a.json", {"$ref": "b.json#/$defs/used"})
    assert {key[1] for key in world.resolve().targets} == {"#", "#/$defs/used/properties/u"}


def test_dynamic_reference_leads_to_the_schema_itself_where_it_has_the_anchor(world: World) -> None:
    tree = {"$dynamicAnchor": "node", "properties": {"child": {"$dynamicRef": "#node"}}}
    world.write("schemas/tree.json", tree)
    world.write("schemas/a.json", {"$ref": "tree.json", "$dynamicAnchor": "node"})
    world.write("schemas/plain.json", {"$ref": "tree.json"})
    key = ("schemas/tree.json", "#/properties/child", "$dynamicRef")
    assert world.resolve("a").targets[key] == Target("schemas/a.json", "#")
    assert world.resolve("plain").targets[key] == Target("schemas/tree.json", "#")
    assert world.resolve("tree").targets[key] == Target("schemas/tree.json", "#")


def test_dynamic_reference_to_a_plain_anchor_is_a_plain_reference(world: World) -> None:
    world.write("schemas/b.json", {"properties": {"x": {"$dynamicRef": "#n"}}, "$defs": {"n": {"$anchor": "n"}}})
    world.write("schemas/a.json", {"$ref": "b.json", "$dynamicAnchor": "n"})
    key = ("schemas/b.json", "#/properties/x", "$dynamicRef")
    assert world.resolve().targets[key] == Target("schemas/b.json", "#/$defs/n")


@pytest.mark.parametrize("is_recursive", [True, False])
def test_recursive_reference_leads_to_the_schema_itself_where_it_is_recursive(world: World, is_recursive: bool) -> None:
    dialect = {"$schema": "https://json-schema.org/draft/2019-09/schema"}
    tree = {"$recursiveAnchor": True, "properties": {"child": {"$recursiveRef": "#"}}}
    world.write("schemas/tree.json", dialect | tree)
    world.write("schemas/a.json", dialect | {"$ref": "tree.json", "$recursiveAnchor": is_recursive})
    target = world.resolve().targets["schemas/tree.json", "#/properties/child", "$recursiveRef"]
    assert target == Target("schemas/a.json" if is_recursive else "schemas/tree.json", "#")


# -- what is wrong


def test_error_stands_at_the_reference(world: World) -> None:
    error = world.error('{\n  "properties": {\n    "b": {"$ref": "#/$defs/no"}\n  }\n}')
    assert str(error) == (
        "schemas/a.json:3:11: '#/$defs/no' leads nowhere: schemas/a.json has nothing at '#/$defs/no' "
        "(at #/properties/b/$ref) [SG201]"
    )


def test_first_reference_in_the_document_is_named(world: World) -> None:
    assert world.error(_properties(z="#first", b="#second")).location.pointer == "#/properties/z/$ref"


def test_error_in_another_file_stands_there_and_says_what_led_there(world: World) -> None:
    world.write("schemas/b.json", {"$ref": "missing.json"})
    error = world.error({"$ref": "b.json"})
    assert str(error).startswith("schemas/b.json:1:2: ")
    assert "(reached from schemas/a.json)" in error.message
    assert (error.files, error.missing) == (("schemas/b.json",), ("schemas/missing.json",))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("#/nothing", "SG201"),
        ("#nothing", "SG201"),
        ("#/x-list/1", "SG201"),
        ("#/x-list/" + "9" * 5000, "SG201"),
        ("#/x-list/0", "SG201"),  # a number, no schema
        ("missing.json", "SG201"),
        ("A.json", "SG201"),  # upper and lower case count
        ("a.json/b.json", "SG201"),
        ("sub", "SG201"),
        ("sub/", "SG201"),
        ("a.json/", "SG201"),
        (".", "SG201"),
        ("x/" * 5000, "SG201"),
        ("x" * 5000, "SG201"),
        ("https://example.com/a.json", "SG201"),
        ("https://[/", "SG201"),
        ("//[", "SG202"),
        ("ftp://example.com/a.json", "SG201"),
        ("data:application/json,{}", "SG201"),
        ("urn:example:a", "SG201"),
        ("../a.json", "SG202"),
        ("../outside/a.json", "SG202"),
        ("%2e%2e/outside/a.json", "SG202"),
        ("sub/../../outside/a.json", "SG202"),
        ("../schemas-too/a.json", "SG202"),
        ("sub%2Fb.json", "SG202"),
        ("sub\\b.json", "SG202"),
        ("sub%5cb.json", "SG202"),
        ("a.json%00", "SG202"),
        ("a.json\0", "SG202"),
        ("a.json?v=1", "SG202"),
        ("/etc/passwd", "SG202"),
        ("//example.com/a.json", "SG202"),
        ("file:///etc/passwd", "SG202"),
        ("FILE:a.json", "SG202"),
        ("c:/a.json", "SG202"),
        (5, "SG207"),
    ],
)
def test_unanswered_references_have_a_code(world: World, value: Any, code: str) -> None:
    world.write("schemas/sub/b.json", {})
    world.write("outside/a.json", {})
    world.write("schemas-too/a.json", {})
    error = world.error({"$ref": value, "x-list": [1]})
    assert error.code == code
    assert len(str(error)) < 1000


def test_link_that_leaves_the_schema_folders_is_not_followed(world: World) -> None:
    world.write("outside/x.json", {})
    world.write("schemas/a.json", {})
    (world.root / "schemas" / "link").symlink_to(world.root / "outside")
    (world.root / "schemas" / "link.json").symlink_to(world.root / "outside" / "x.json")
    (world.root / "schemas" / "loop").symlink_to("loop")
    for value in ("link/x.json", "link/nowhere.json", "link.json"):
        assert world.error({"$ref": value}).code == "SG202"
        assert world.opaque().error({"$ref": value}).code == "SG202"
    assert world.error({"$ref": "loop/x.json"}).code == "SG201"


def test_link_inside_the_schema_folders_leads_to_the_schema(world: World) -> None:
    world.write("schemas/real/b.json", {"$id": "https://example.com/b"})
    (world.root / "schemas" / "alias").symlink_to("real")
    (world.root / "schemas" / "b-too.json").symlink_to("real/b.json")
    world.write("schemas/a.json", _properties(x="alias/b.json", y="real/b.json", z="https://example.com/b"))
    paths = {target.path for target in world.resolve().targets.values()}
    assert len(paths & {"schemas/alias/b.json", "schemas/real/b.json"}) == 1


@pytest.mark.parametrize("value", ["../other.json", "/other.json", "//host/x", "b.json?v=1", "x%2Fb.json"])
def test_below_an_id_what_is_no_file_is_still_a_uri(world: World, value: str) -> None:
    schema = {"$id": "https://example.com/a/b.json", "$ref": value}
    assert world.error(schema).code == "SG201"
    assert world.opaque().target(schema).is_opaque


def test_file_that_could_not_be_read_is_named_with_its_error(world: World) -> None:
    world.write("schemas/b.json", "{")
    error = world.error({"$ref": "b.json"})
    assert error.code == "SG203"
    assert "schemas/b.json cannot be used: not JSON" in error.message


@pytest.mark.parametrize("name", ["excluded.json", "b.schema", ".hidden.json"])
def test_file_that_is_not_among_the_schemas_is_no_answer(tmp_path: Path, name: str) -> None:
    world = World(tmp_path, Config(str(tmp_path), exclude=("excluded*",)))
    world.write(f"schemas/{name}", {})
    assert world.error({"$ref": name}).code == "SG204"
    assert world.opaque().target({"$ref": name}) == Target(name, "#", is_opaque=True)


def test_missing_file_is_remembered_until_it_is_there(world: World) -> None:
    assert world.error({"$ref": "sub/b.json#/x"}).missing == ("schemas/sub/b.json",)
    opaque = world.opaque().resolve()
    assert (opaque.missing, opaque.opaque) == (("schemas/sub/b.json",), ("sub/b.json#/x",))
    world.write("schemas/sub/b.json", {"x": {}})
    assert world.resolve().missing == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/x", "title": "T", "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#"}}},
        {"allOf": [{"$ref": "#/allOf/0"}]},
        {"$schema": DRAFT_7, "$ref": "#", "type": "object"},
        {"$dynamicAnchor": "x", "$dynamicRef": "#x"},
    ],
)
def test_references_that_lead_only_to_each_other_are_an_error(world: World, schema: Any) -> None:
    assert world.error(schema).code == "SG205"
    assert world.opaque().error(schema).code == "SG205"


def test_circle_through_files_names_them(world: World) -> None:
    world.write("schemas/b.json", {"$ref": "c.json"})
    world.write("schemas/c.json", {"$ref": "b.json"})
    error = world.error({"properties": {"x": {"$ref": "b.json"}}})
    assert error.location.path == "schemas/b.json"
    assert "'# -> schemas/c.json# -> #' (reached from schemas/a.json)" in error.message


def test_id_of_two_schemas_is_an_error_only_where_it_has_to_answer(world: World) -> None:
    for name in "bc":
        world.write(f"schemas/{name}.json", {"$id": "https://example.com/x", **_properties(self="x#")})
    assert world.resolve("b").targets["schemas/b.json", "#/properties/self", "$ref"].path == "schemas/b.json"
    error = world.error({"$ref": "https://example.com/x"})
    assert error.code == "SG206"
    assert "schemas/b.json and schemas/c.json" in error.message


def test_opaque_references_are_listed_and_the_others_still_resolve(world: World) -> None:
    references = _properties(a="#/no", b="no.json", c="https://example.com/x#/y", d="#", e="#anchor")
    world.write("schemas/a.json", references)
    resolution = world.opaque().resolve()
    assert resolution.opaque == ("#/no", "#anchor", "https://example.com/x#/y", "no.json")
    assert resolution.targets["schemas/a.json", "#/properties/c", "$ref"] == Target(
        "https://example.com/x#/y", "#", is_opaque=True
    )
    assert resolution.targets["schemas/a.json", "#/properties/d", "$ref"] == Target("schemas/a.json", "#")
    world.write("schemas/a.json", {"$id": "https://example.com/a", **references})
    assert "https://example.com/no.json" in world.opaque().resolve().opaque


def test_scan_depends_on_the_document_only(world: World) -> None:
    for name in ("x", "y/z"):
        world.write(f"schemas/{name}.json", {"$id": "b", **_properties(a="#c", b="d.json")})
    _, schemas = world.library()
    assert scan_document(schemas["x"]) == scan_document(schemas["y/z"])


# -- the same as `referencing` finds


def _schema(document: Any, draft: Draft, path: str = "schemas/a.json") -> Schema:
    return Schema("a", path, json.dumps(document).encode(), "", draft, document)


def _references_by_referencing(resource: Resource[Any], resolver: Any) -> Iterator[tuple[Any, str, Any]]:
    """(schema, value, resolver) of every ``$ref`` in ``resource``."""
    resolver = resolver.in_subresource(resource)
    if isinstance(resource.contents, dict) and isinstance(resource.contents.get("$ref"), str):
        yield resource.contents, resource.contents["$ref"], resolver
    for inner in resource.subresources():
        yield from _references_by_referencing(inner, resolver)


names = st.text(st.sampled_from("ab01~/%# \"'é😀\\."), max_size=4)


@given(
    st.recursive(st.just({}), lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=12),
    st.data(),
)
def test_pointers_lead_where_referencing_says(tree: dict[str, Any], data: st.DataObject) -> None:
    tokens, here = [], tree
    while here and data.draw(st.booleans()):
        token = data.draw(st.sampled_from(sorted(here)))
        tokens.append(token)
        here = here[token]
    value = "#" + quote(join_pointer("", *tokens))
    document = {"not": {"$ref": value}, **{key: item for key, item in tree.items() if key != "not"}}
    schema = _schema(document, Draft.D2020)
    config = Config(os.curdir, unresolved_refs="opaque")
    target = Library([schema], config).resolve(schema).targets["schemas/a.json", "#/not", "$ref"]
    resource = specification_of(Draft.D2020).create_resource(document)
    try:
        expected = Registry().with_resource("", resource).resolver("").lookup(value).contents
    except Unresolvable:
        assert target.is_opaque
    else:
        assert resolve_pointer(document, target.pointer) is expected


SUITE = {
    "draft4": Draft.D4,
    "draft6": Draft.D6,
    "draft7": Draft.D7,
    "draft2019-09": Draft.D2019,
    "draft2020-12": Draft.D2020,
}
SUITE_FILES = ("ref", "anchor", "id", "defs", "infinite-loop-detection", "refRemote")


def _suite(folder: str, *names: str) -> Iterator[tuple[dict[str, Any], Schema, Resolution]]:
    """The groups of these files of the suite whose references do not lead to its remote schemas."""
    base = _corpus("json-schema-test-suite") / "tests" / folder
    for file in (file for name in names for file in sorted(base.rglob(f"{name}.json"))):
        for group in json.loads(file.read_bytes()):
            schema = _schema(group["schema"], SUITE[folder])
            try:
                yield group, schema, Library([schema], Config(os.curdir)).resolve(schema)
            except RefError as error:
                if error.code != "SG201" or "localhost:1234" not in json.dumps(group["schema"]):
                    raise


@pytest.mark.parametrize("folder", SUITE)
def test_references_of_the_test_suite_lead_where_referencing_says(folder: str) -> None:
    compared = 0
    for group, schema, resolution in _suite(folder, *SUITE_FILES, "unknownKeyword", "dynamicRef", "recursiveRef"):
        resource = specification_of(schema.draft).create_resource(schema.document)
        uri = "http://test.example/schemas/a.json"
        resolver = REGISTRY.with_resource(uri, resource).resolver(uri)
        own = (pointer for path, pointer, keyword in resolution.targets if (path, keyword) == (schema.path, "$ref"))
        pointers = {id(resolve_pointer(schema.document, pointer)): pointer for pointer in own}
        for holder, value, there in _references_by_referencing(resource, resolver):
            if id(holder) not in pointers:  # beside another reference
                assert schema.draft in {Draft.D4, Draft.D6, Draft.D7}
                continue
            target = resolution.targets[schema.path, pointers[id(holder)], "$ref"]
            ours = resolve_pointer(resolution.documents[target.path][1], target.pointer)
            theirs = there.lookup(value).contents
            assert ours is theirs or (ours == theirs and target.path != schema.path), (
                group["description"],
                value,
            )
            compared += 1
    assert compared > 10


# One target for each reference cannot be right where an evaluation comes to it by several ways.
DEPENDS_ON_THE_WAY: dict[str, set[str]] = {
    "dynamicRef": {
        "multiple dynamic paths to the $dynamicRef keyword",
        "after leaving a dynamic scope, it is not used by a $dynamicRef",
        "$dynamicRef avoids the root of each schema, but scopes are still registered",
    },
    "recursiveRef": {
        "multiple dynamic paths to the $recursiveRef keyword",
        "dynamic $recursiveRef destination (not predictable at schema compile time)",
    },
}


@pytest.mark.parametrize(("folder", "name"), [("draft2020-12", "dynamicRef"), ("draft2019-09", "recursiveRef")])
def test_dynamic_references_mean_what_the_suite_says(folder: str, name: str) -> None:
    wrong = set()
    for group, schema, resolution in _suite(folder, name):
        static = json.loads(schema.data)
        static.setdefault("$id", "https://test.example/a")
        for (path, pointer, keyword), target in resolution.targets.items():
            if path == schema.path and keyword != "$ref":
                holder = resolve_pointer(static, pointer)
                del holder[keyword]
                uri = static["$id"] if target.path == schema.path else target.path
                holder["$ref"] = uri + quote(target.pointer, safe="#/$")
        validator = jsonschema_rs.validator_for(static)
        if any(validator.is_valid(test["data"]) is not test["valid"] for test in group["tests"]):
            wrong.add(group["description"])
    assert wrong == DEPENDS_ON_THE_WAY[name]


def _corpus_schemas(config: Config) -> list[Schema]:
    return [read_schema(file, config) for file in find_schemas(config)]


def test_all_corpus_schemas_resolve_where_the_rest_stays_opaque() -> None:
    config = Config(str(_corpus("schemastore")), unresolved_refs="opaque")
    schemas = _corpus_schemas(config)
    library = Library(schemas, config)
    for schema in schemas:
        resolution = library.resolve(schema)
        for target in resolution.targets.values():
            if not target.is_opaque:
                resolve_pointer(resolution.documents[target.path][1], target.pointer)
        assert all(uri.startswith("https://") for uri in resolution.opaque)

    strict = Library(schemas, replace(config, unresolved_refs="error"))
    failures = []
    for schema in schemas:
        try:
            strict.resolve(schema)
        except RefError as error:
            failures.append((schema.name, error.code))
    assert len(failures) == 14
    assert {code for _, code in failures} == {"SG201"}


def test_local_references_of_the_corpus_lead_where_referencing_says() -> None:
    config = Config(str(_corpus("schemastore")), unresolved_refs="opaque")
    schemas = _corpus_schemas(config)
    library = Library(schemas, config)
    compared = 0
    for schema in schemas:
        targets = library.resolve(schema).targets
        resource = specification_of(schema.draft).create_resource(schema.document)
        resolver = Registry().with_resource("", resource).resolver("")
        for pointer, keyword, value, inside, _ in scan_document(schema).references:
            target = targets[schema.path, pointer, keyword]
            if inside == 0 and (value == "#" or value.startswith("#/")):
                assert resolve_pointer(schema.document, target.pointer) is resolver.lookup(value).contents
                compared += 1
    assert compared > 17_000
