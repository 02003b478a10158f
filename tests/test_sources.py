"""Finding and reading schemas."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from schemagen.config import Config
from schemagen.digest import digest_fields, digest_of
from schemagen.errors import ConfigError, SchemaError
from schemagen.metaschema import URIS
from schemagen.model import Draft, SchemaFile
from schemagen.sources import find_schemas, read_schema


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(str(tmp_path))


def put(config: Config, path: str, content: str = "{}") -> None:
    file = Path(config.root) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def names(config: Config) -> list[str]:
    return [file.name for file in find_schemas(config)]


def test_schemas_are_found_sorted_by_folder_and_name(config: Config) -> None:
    for path in ("b.json", "a/z.json", "a.json", "a/b/c.json", "a-b.json", "no.txt", ".hidden/x.json"):
        put(config, f"schemas/{path}")
    put(config, "schemas/node_modules/dep/package.json")
    put(config, "more/first.json")
    both = replace(config, schemas=("schemas", "more"))
    assert names(both) == ["a", "a/b/c", "a/z", "a-b", "b", "first"]
    assert find_schemas(both)[-1] == SchemaFile("first", "more/first.json")


def test_loops_of_links_end_and_each_folder_is_visited_once(config: Config) -> None:
    put(config, "schemas/a/x.json")
    os.symlink("..", Path(config.root) / "schemas/a/up")
    os.symlink("a", Path(config.root) / "schemas/same")
    os.symlink("self", Path(config.root) / "schemas/self")
    assert len(names(config)) == 1


def test_folder_goes_by_its_own_name_where_a_link_leads_to_it_too(config: Config) -> None:
    put(config, "schemas/m/deep/x.json")
    os.symlink("m/deep", Path(config.root) / "schemas/a-link")
    os.symlink("m", Path(config.root) / "schemas/z-link")
    assert names(config) == ["m/deep/x"]


def test_schema_below_two_schema_folders_is_found_once(config: Config) -> None:
    put(config, "schemas/x.json")
    put(config, "schemas/in/y.json")
    assert names(replace(config, schemas=("schemas/in", "schemas"))) == ["y", "x"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [("**/a", ["b/c"]), ("b/**/a", ["a", "b/c"]), ("**/*.json", []), ("b/**", ["a"]), ("a.json", ["b/a", "b/c"])],
)
def test_patterns_span_folders(config: Config, pattern: str, left: list[str]) -> None:
    for path in ("a.json", "b/a.json", "b/c.json"):
        put(config, f"schemas/{path}")
    assert names(replace(config, exclude=(pattern,))) == left


def test_excluded_schemas_are_left_out(config: Config) -> None:
    for path in ("keep.json", "old/a.json", "old/b/c.json", "draft-x.json"):
        put(config, f"schemas/{path}")
    assert names(replace(config, exclude=("old/*", "draft-?"))) == ["keep"]


def test_single_file_is_taken(config: Config) -> None:
    put(config, "api/pet.json")
    assert find_schemas(replace(config, schemas=("api/pet.json",))) == (SchemaFile("pet", "api/pet.json"),)


def test_name_with_a_newline_is_refused(config: Config) -> None:
    put(config, "schemas/a\nb.json")
    with pytest.raises(ConfigError) as caught:
        find_schemas(config)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "draft"),
    [
        *((uri, draft) for draft, uri in URIS.items()),
        ("http://json-schema.org/draft-07/schema", Draft.D7),
        ("https://json-schema.org/draft-04/schema#", Draft.D4),
        ("http://json-schema.org/schema#", Draft.D2020),
    ],
)
def test_draft_is_that_of_schema_keyword(config: Config, uri: str, draft: Draft) -> None:
    put(config, "schemas/a.json", f'{{"$schema": "{uri}"}}')
    assert read_schema(find_schemas(config)[0], config).draft is draft


def test_draft_is_the_configured_one_where_there_is_none(config: Config) -> None:
    put(config, "schemas/a.json")
    old = replace(config, default_draft=Draft.D4)
    assert read_schema(find_schemas(old)[0], old).draft is Draft.D4


def test_schema_larger_than_the_limit_is_refused(config: Config) -> None:
    put(config, "schemas/a.json", '{"title": "' + "x" * 100 + '"}')
    small = replace(config, max_schema_bytes=100)
    with pytest.raises(SchemaError) as caught:
        read_schema(find_schemas(small)[0], small)
    assert caught.value.code == "SG105"


def test_digest_is_of_the_very_bytes(config: Config) -> None:
    put(config, "schemas/a.json", "\ufeff{ }\n")
    schema = read_schema(find_schemas(config)[0], config)
    assert schema.digest == digest_of((Path(config.root) / "schemas/a.json").read_bytes())


def test_fields_of_a_digest_are_told_apart() -> None:
    assert digest_fields(["ab", "c"]) != digest_fields(["a", "bc"]) != digest_fields(["abc"])
