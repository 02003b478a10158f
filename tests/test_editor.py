"""The schemas for editors say of configurations and manifests what schemagen says, and Taplo takes them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from schemagen.config import config_schema
from schemagen.errors import ConfigError
from schemagen.metaschema import check_schema
from schemagen.model import Draft, Schema
from schemagen.packs.languages import LANGUAGES
from schemagen.packs.manifest import parse_manifest
from schemagen.scaffold.editors import RULES, pack_schema, pyproject_schema
from tests.conftest import PLAIN_PACK, REPOSITORY, Project

PACK: dict[str, Any] = json.loads(pack_schema())
MANIFESTS = [
    *(file.read_text(encoding="utf-8") for file in REPOSITORY.glob("templates/*/pack.toml")),
    *(file.read_text(encoding="utf-8") for file in REPOSITORY.glob("benchmarks/**/pack.toml")),
    *re.findall(r"```toml\n(name = .+?)```", (REPOSITORY / "docs/packs.md").read_text(encoding="utf-8"), re.DOTALL),
    PLAIN_PACK,
]


def is_taken(manifest: str) -> bool:
    try:
        parse_manifest(manifest, "pack.toml", "pack")
    except ConfigError:
        return False
    return True


def is_valid(manifest: str) -> bool:
    return bool(jsonschema_rs.validator_for(PACK).is_valid(tomllib.loads(manifest)))


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_every_manifest_of_ours_is_valid(manifest: str) -> None:
    assert is_taken(manifest)
    assert is_valid(manifest)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "plain"', "name = 1"),
        ('name = "plain"', 'nam = "plain"'),
        ('name = "plain"', ""),
        ('language = "text"', 'language = "cobol"'),
        ('language = "text"', ""),
        ('language = "text"', 'extends = "form"'),
        ('view = "1"', 'view = "2"'),
        ('view = "1"', ""),
        ("[[outputs]]", "[outputs]"),
        ("[[outputs]]", "[[output]]"),
        ('template = "plain.txt.mustache"', 'copy = "plain.css"'),
        ('template = "plain.txt.mustache"', 'copy = "../plain.css"'),
        ('template = "plain.txt.mustache"', 'template = "plain.txt.mustache"\ncopy = "plain.css"'),
        ('template = "plain.txt.mustache"', ""),
        ('path = "{path}.txt"', 'path = "{stem}.txt"'),
        ('path = "{path}.txt"', 'path = "{dir}.txt"'),
        ('path = "{path}.txt"', 'path = "a/../{path}.txt"'),
        ('path = "{path}.txt"', 'path = "/{path}.txt"'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\nper = "project"'),
        ('path = "{path}.txt"', 'path = "index.txt"\nper = "project"'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\nper = "schema"\nlanguage = "html"'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\nper = "task"'),
        ('path = "{path}.txt"', ""),
        ('path = "{path}.txt"', 'path = "{py_path}.py"'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\n[options.a]\ndescription = "A"\ndefault = true'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\n[options.a]\ndescription = ""\ndefault = true'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\n[options.a]\ndescription = "A"'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\n[options.A]\ndescription = "A"\ndefault = true'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\n[options.a]\ndescription = "A"\ndefault = "b"\nchoices = ["b"]'),
        ('path = "{path}.txt"', 'path = "{path}.txt"\n[options.a]\ndescription = "A"\ndefault = true\nchoices = ["b"]'),
    ],
)
def test_schema_of_packs_refuses_what_schemagen_refuses(old: str, new: str) -> None:
    manifest = PLAIN_PACK.replace(old, new)
    assert manifest != PLAIN_PACK
    assert is_valid(manifest) is is_taken(manifest)


def test_languages_are_those_that_there_are() -> None:
    assert PACK["definitions"]["language"]["enum"] == sorted(LANGUAGES)


def test_schemas_are_valid_and_that_of_pyproject_holds_the_configuration() -> None:
    for text in (pack_schema(), pyproject_schema()):
        check_schema(Schema("x", "x.json", text.encode(), "", Draft.D7, json.loads(text)))
    table = json.loads(pyproject_schema())["properties"]["tool"]["properties"]["schemagen"]
    assert table == {key: value for key, value in config_schema().items() if key != "$schema"}


def lint(project: Project) -> subprocess.CompletedProcess[str]:
    taplo = shutil.which("taplo", path=str(Path(sys.executable).parent)) or shutil.which("taplo")
    if taplo is None:
        pytest.skip("there is no taplo")
    return subprocess.run([taplo, "lint"], cwd=project.root, capture_output=True, encoding="utf-8", check=False)


def test_taplo_finds_the_schemas_that_init_adds(project: Project) -> None:
    out = project.run("init", "--editor").out
    assert "wrote .taplo/pyproject.schema.json\nwrote .taplo/pack.schema.json\nwrote .taplo.toml\n" in out
    done = lint(project)
    assert done.returncode == 0, done.stderr
    project.write("pyproject.toml", '[tool.schemagen]\npack = ["form"]\n')
    project.write("packs/plain/pack.toml", PLAIN_PACK.replace('view = "1"', 'view = "2"'))
    done = lint(project)
    assert done.returncode == 1
    assert "'pack' was unexpected" in done.stderr
    assert '"1" was expected' in done.stderr


def test_schemas_of_another_version_are_named_and_rules_of_another_kept(empty_project: Project) -> None:
    empty_project.write(".taplo.toml", "# mine\n")
    empty_project.write(".taplo/pack.schema.json", "{}")
    out = empty_project.run("init", "--editor").out
    assert ".taplo/pack.schema.json is not of this version of schemagen: remove it and run this again\n" in out
    assert "add to .taplo.toml, which is left as it is:\n\n    [[rule]]\n" in out
    assert empty_project.read(".taplo.toml") == "# mine\n"


def test_page_shows_the_rules_that_are_written() -> None:
    assert f"```toml\n{RULES}```" in (REPOSITORY / "docs/editor.md").read_text(encoding="utf-8")


def test_our_own_rules_name_a_schema_that_is_there() -> None:
    rules = tomllib.loads((REPOSITORY / ".taplo.toml").read_text(encoding="utf-8"))["rule"]
    assert all((REPOSITORY / rule["schema"]["path"]).is_file() for rule in rules)
