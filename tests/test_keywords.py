"""Where the subschemas of a schema are, and where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemagen.config import Config
from schemagen.jsontext import parse, resolve_pointer
from schemagen.keywords import iter_subschemas, telling_schemas, walk_schemas
from schemagen.model import Draft
from schemagen.sources import find_schemas, read_schema


def pointers(text: str, draft: Draft = Draft.D2020) -> list[str]:
    return [pointer for pointer, _ in walk_schemas(parse(text.encode(), "x"), draft)]


def test_schemas_are_walked_parents_first_in_document_order() -> None:
    text = '{"properties": {"b": {"not": {}}, "a/~": true}, "allOf": [{}, {"items": {}}], "$defs": {"": {}}}'
    assert pointers(text) == [
        "#",
        "#/properties/b",
        "#/properties/b/not",
        "#/properties/a~1~0",
        "#/allOf/0",
        "#/allOf/1",
        "#/allOf/1/items",
        "#/$defs/",
    ]


@pytest.mark.parametrize("keyword", ["enum", "const", "default", "examples", "x-mine", "required"])
def test_values_that_only_look_like_schemas_are_passed_over(keyword: str) -> None:
    assert pointers(f'{{"{keyword}": {{"properties": {{"a": {{}}}}}}}}') == ["#"]
    assert pointers(f'{{"{keyword}": [{{"not": {{}}}}]}}') == ["#"]


def test_property_that_is_named_as_a_keyword_is_a_property() -> None:
    text = '{"properties": {"$ref": {}, "enum": {"items": {}}, "properties": {"a": {}}}}'
    assert pointers(text) == [
        "#",
        "#/properties/$ref",
        "#/properties/enum",
        "#/properties/enum/items",
        "#/properties/properties",
    ]


def test_dependencies_hold_schemas_or_names() -> None:
    assert pointers('{"dependencies": {"a": ["b"], "c": {"not": {}}}}', Draft.D7) == [
        "#",
        "#/dependencies/c",
        "#/dependencies/c/not",
    ]


def test_what_stands_beside_a_reference_is_walked_too() -> None:
    assert pointers('{"$ref": "#/definitions/a", "definitions": {"a": {}}}', Draft.D4) == ["#", "#/definitions/a"]


@pytest.mark.parametrize(
    ("keyword", "first"),
    [("contains", Draft.D6), ("if", Draft.D7), ("unevaluatedItems", Draft.D2019), ("additionalItems", Draft.D4)],
)
def test_keyword_holds_schemas_from_the_draft_that_brought_it(keyword: str, first: Draft) -> None:
    drafts = list(Draft)
    for draft in drafts:
        found = list(iter_subschemas({keyword: {}}, draft))
        assert bool(found) == (drafts.index(draft) >= drafts.index(first)), draft


@pytest.mark.parametrize("draft", Draft)
def test_wrong_shapes_are_passed_over(draft: Draft) -> None:
    text = '{"properties": [], "allOf": {}, "items": 1, "not": [], "$defs": {"a": null}, "dependencies": null}'
    assert pointers(text, draft) == ["#"]
    assert pointers("true", draft) == ["#"]


def test_real_schemas_have_every_walked_schema_at_its_pointer(corpus: Path) -> None:
    config = Config(str(corpus / "schemastore"), exclude=("[d-z]*",))
    files = find_schemas(config)
    assert files
    for file in files:
        schema = read_schema(file, config)
        for pointer, found in walk_schemas(schema.document, schema.draft):
            assert resolve_pointer(schema.document, pointer) is found


def test_telling_schemas_are_those_of_all_that_tell_something(corpus: Path) -> None:
    config = Config(str(corpus / "schemastore"), exclude=("[d-z]*",))
    for telling in (frozenset({"$ref", "$id"}), frozenset({"title"}), frozenset({"properties"})):
        for file in find_schemas(config):
            schema = read_schema(file, config)
            every = walk_schemas(schema.document, schema.draft)
            wanted = [(at, one) for at, one in every if isinstance(one, dict) and not telling.isdisjoint(one)]
            assert telling_schemas(schema.document, schema.draft, "#", telling) == wanted
