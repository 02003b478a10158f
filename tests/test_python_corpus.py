"""Real schemas, a quarter of them unless all of the tests are asked for: what is made of them in Python is formatted,
typed and importable as one package, and their valid instances go through it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COUNTED, IS_WHOLE
from tests.python_tools import (
    PACKAGE,
    Packaged,
    assert_formatted,
    assert_typed,
    make_packages,
    round_trips,
)

pytestmark = pytest.mark.long
# Instances that types refuse though they are valid, with the reason.
TAKEN_FOR_OBJECT = "a schema with properties and no type is taken for one of objects, unless the pack is faithful"
EXCEPTIONS = {
    ("bukkit-plugin", "bukkit-plugin-test.json"): TAKEN_FOR_OBJECT,
    ("jsone", "reverse-sort.json"): TAKEN_FOR_OBJECT,
    ("netlify", "config.yml.json"): TAKEN_FOR_OBJECT,
}
# What mypy can read in a quarter of a minute.
MOST_MODELS = 100 if IS_WHOLE else 50


@dataclass(frozen=True, slots=True)
class Real:
    """``files`` are the valid instances by schema and name of the file."""

    folder: Path
    files: dict[tuple[str, str], Any]
    packages: dict[str, Packaged]

    def refused(self, folder: Path, made: Packaged) -> dict[tuple[str, str], str]:
        """The instances that do not go through ``made``, which stands in ``folder``, and why."""
        by_schema: dict[str, list[str]] = {name: [] for name in made}
        for schema, file in self.files:
            by_schema.get(schema, []).append(file)
        names = list(made)
        cases = [made[name].case([self.files[name, file] for file in by_schema[name]]) for name in names]
        found = {}
        for number, index, reason in round_trips(folder, cases):
            assert index >= 0, (names[number], reason)
            found[names[number], by_schema[names[number]][index]] = reason
        return found


@pytest.fixture(scope="module")
def real(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Real:
    folder = tmp_path_factory.mktemp("real")
    schemas = folder / "project" / "schemas"
    schemas.mkdir(parents=True)
    named = {schema for schema, _ in EXCEPTIONS}
    for number, file in enumerate(sorted((corpus / "schemastore/schemas").glob("*.json"))):
        if IS_WHOLE or number % 4 == 0 or file.stem in named:
            shutil.copy(file, schemas)
    files = {
        (file.parent.name, file.name): json.loads(file.read_bytes())
        for file in sorted((corpus / "schemastore/valid").glob("*/*.json"))
        if (schemas / f"{file.parent.name}.json").is_file()
    }
    packages = make_packages(folder, schemas, ["python", "typeddict", "pydantic"], is_faithful=False)
    return Real(folder, files, packages)


@pytest.mark.parametrize("pack", ["python", "typeddict", "pydantic"])
def test_modules_are_formatted(real: Real, pack: str) -> None:
    assert len(real.packages[pack]) >= (500 if IS_WHOLE else 125)
    assert_formatted(real.folder / pack)


@pytest.mark.parametrize("pack", ["python", "typeddict"])
def test_package_of_all_passes_mypy(real: Real, pack: str) -> None:
    assert_typed(real.folder / pack, PACKAGE)


def test_package_of_some_models_passes_mypy(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    files = sorted((corpus / "schemastore/schemas").glob("*.json"), key=lambda file: file.stat().st_size)
    for file in files[:: len(files) // MOST_MODELS]:
        shutil.copy(file, tmp_path / "schemas")
    make_packages(tmp_path, tmp_path / "schemas", ["pydantic"], is_faithful=False)
    assert_typed(tmp_path / "pydantic", PACKAGE)


@pytest.mark.parametrize("pack", ["python", "pydantic"])
def test_valid_instances_go_through_all_but_those_that_are_named(real: Real, pack: str, record_property: Any) -> None:
    if pack == "pydantic":
        pytest.importorskip("pydantic")
    assert len(real.files) >= (735 if IS_WHOLE else 150)
    refused = real.refused(real.folder / pack, real.packages[pack])
    assert refused.keys() == EXCEPTIONS.keys()
    through = len(real.files) - len(refused)
    record_property(
        f"{COUNTED}of {len(real.files)} valid instances of SchemaStore went through the pack {pack}", through
    )
    assert through / len(real.files) >= 0.98


def test_faithful_types_refuse_no_valid_instance_at_all(real: Real, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    for schema in {schema for schema, _ in EXCEPTIONS}:
        shutil.copy(corpus / f"schemastore/schemas/{schema}.json", tmp_path / "schemas")
    made = make_packages(tmp_path, tmp_path / "schemas", ["python"], is_faithful=True)["python"]
    assert real.refused(tmp_path / "python", made) == {}
