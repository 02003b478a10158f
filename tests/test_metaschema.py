"""Whether a schema is valid by its metaschema, and what is said where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemagen.config import Config
from schemagen.digest import digest_of
from schemagen.errors import SchemaError
from schemagen.metaschema import URIS, check_schema
from schemagen.model import Draft, SchemaFile
from schemagen.sources import find_schemas, parse_schema, read_schema


def check(content: str, draft: Draft = Draft.D2020) -> None:
    data = content.encode()
    check_schema(parse_schema(SchemaFile("a", "a.json"), data, digest_of(data), Config("", default_draft=draft)))


@pytest.mark.parametrize(
    "content",
    [
        "true",
        '{"minimum": 1.5, "multipleOf": 1e-3, "default": 1.0, "enum": [1.0], "maximum": 1e400}',
        '{"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1.5, "exclusiveMinimum": true}',
        # ECMA-262 has named groups written so; Python has not.
        '{"pattern": "(?<year>[0-9]{4})"}',
        # Nothing is looked for on the network.
        '{"properties": {"a": {"$schema": "http://unknown.example/dialect", "$id": "http://unknown.example/a"}}}',
        '{"$id": "http://unknown.example/", "$ref": "http://unknown.example/b", "$vocabulary": {"urn:x": true}}',
        '{"minLength": 2.0, "maxLength": 1e2, "multipleOf": 1e-400}',
        '{"not": ' * 190 + "{}" + "}" * 190,
        '{"maximum": ' + "9" * 4000 + "}",
    ],
)
def test_valid_schemas_pass(content: str) -> None:
    check(content)


@pytest.mark.parametrize(
    ("content", "pointer", "line"),
    [
        ('{"type":\n"strnig"}', "#/type", 1),
        ('{"properties": {"a":\n {"required": "a"}}}', "#/properties/a/required", 2),
        ('{"minimum": 1.5,\n "minLength": -1.5}', "#/minLength", 2),
        ('{\n"enum": {}}', "#/enum", 2),
        (
            '{"$schema": "http://json-schema.org/draft-04/schema#",\n "minimum": 1, "exclusiveMinimum": 5}',
            "#/exclusiveMinimum",
            2,
        ),
    ],
)
def test_invalid_schema_is_explained_at_its_place(content: str, pointer: str, line: int) -> None:
    with pytest.raises(SchemaError) as caught:
        check(content)
    assert (caught.value.location.pointer, caught.value.location.line) == (pointer, line)


@pytest.mark.parametrize("draft", Draft)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"type": "strnig"}', '"strnig" is not one of array, boolean, integer, null, number, object, string'),
        ('{"type": ["string", "a"]}', '"a" is not one of array, boolean, integer, null, number, object, string'),
        ('{"properties": 1.50}', "1.50 is not of type object"),
        ('{"title": true}', "true is not of type string"),
        ('{"multipleOf": 0.0}', "0.0 is less than or equal to the minimum of 0"),
        ('{"required": [1]}', "1 is not of type string"),
    ],
)
def test_message_speaks_of_json(content: str, message: str, draft: Draft) -> None:
    with pytest.raises(SchemaError) as caught:
        check(content, draft)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("content", "message", "pointer"),
    [
        ('{"dependencies": {"a": "b"}}', '"b" is not of type object or boolean or array', "#/dependencies/a"),
        ('{"items": [5]}', "5 is not of type object or boolean", "#/items/0"),
        ('{"items": {"type": {}}}', "{} is not of type string or array", "#/items/type"),
    ],
)
@pytest.mark.parametrize("draft", [Draft.D7, Draft.D2019])
def test_message_is_about_the_way_that_the_author_took(content: str, message: str, pointer: str, draft: Draft) -> None:
    with pytest.raises(SchemaError) as caught:
        check(content, draft)
    assert (caught.value.message, caught.value.location.pointer) == (message, pointer)


@pytest.mark.parametrize("draft", [Draft.D4, Draft.D6, Draft.D7])
def test_pattern_that_python_takes_and_ecma_262_does_not_is_explained(draft: Draft) -> None:
    with pytest.raises(SchemaError) as caught:
        check('{"pattern": "a\\\\Z"}', draft)
    assert caught.value.location.pointer == "#/pattern"
    assert "regex" in caught.value.message


def test_long_value_is_shortened() -> None:
    with pytest.raises(SchemaError) as caught:
        check('{"type": "' + "x" * 10_000 + '"}')
    assert len(str(caught.value)) < 300


def test_dialect_uris_are_those_that_the_drafts_declare() -> None:
    for draft, uri in URIS.items():
        check(f'{{"$schema": "{uri}", "title": "a"}}', draft)


def test_real_schemas_are_all_valid(corpus: Path) -> None:
    config = Config(str(corpus / "schemastore"), schemas=("schemas",))
    files = find_schemas(config)
    for file in files:
        check_schema(read_schema(file, config))
    assert len(files) >= 400


@pytest.mark.parametrize(
    ("fault", "message", "pointer"),
    [
        ({"required": "a"}, '"a" is not of type array', "#/required"),
        ({"allOf": [{}, {"not": {"type": "strnig"}}]}, '"strnig" is not one of', "#/allOf/1/not/type"),
        ({"allOf": [{}, {"minLength": -1}]}, "-1 is less than the minimum of 0", "#/allOf/1/minLength"),
        ({"$defs": []}, "[] is not of type object", "#/$defs"),
    ],
)
def test_large_schema_is_explained_as_a_small_one_is(fault: dict[str, object], message: str, pointer: str) -> None:
    # Of a large one jsonschema is shown no more than the way to the fault: all of this would take it a minute.
    large = {"properties": {f"name-{number}": {"type": "string"} for number in range(30_000)}, **fault}
    for schema in (fault, large):
        with pytest.raises(SchemaError) as caught:
            check(json.dumps(schema))
        assert caught.value.message.startswith(message)
        assert caught.value.location.pointer == pointer
