"""This module knows where there are good schemas and packs to begin with."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from tests.conftest import REPOSITORY

BUILT_IN = ("form", "markdown", "pydantic", "python", "typeddict", "typescript")
# Larger ones take too long to be changed often.
_MOST_BYTES = 12_000


def corpus() -> Path:
    """Where the corpus is, if it is there."""
    named = os.environ.get("SCHEMAGEN_CORPUS")
    return Path(named) if named else REPOSITORY.parent / "shared" / "corpus"


@cache
def schemas() -> tuple[bytes, ...]:
    """The texts of real schemas: our own samples and, if it is there, those of the corpus that are not large."""
    files = [*sorted((REPOSITORY / "schemas").rglob("*.json"))]
    files += sorted((corpus() / "schemastore" / "schemas").glob("*.json"))
    return tuple(file.read_bytes() for file in files if file.stat().st_size <= _MOST_BYTES)


@cache
def suite_schemas() -> tuple[bytes, ...]:
    """The texts of the schemas of JSON Schema's own test suite, which are small and odd; our samples where it is not
    there."""
    files = sorted((corpus() / "json-schema-test-suite" / "tests").rglob("*.json"))
    groups = [group for file in files for group in json.loads(file.read_bytes())]
    found = [json.dumps(group["schema"]).encode() for group in groups if isinstance(group.get("schema"), dict)]
    return tuple(found) or schemas()


def pack_folder(name: str) -> Path:
    return REPOSITORY / "templates" / name
