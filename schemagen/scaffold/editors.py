"""This module knows how to make schemas that editors take for pyproject.toml and pack.toml.

Taplo, which VS Code's Even Better TOML is made of, reads draft 7 and follows no reference from one file to another: so
each is one file.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from schemagen.config import config_schema

FOLDER = ".taplo"
RULES = f"""\
[[rule]]
include = ["pyproject.toml"]

[rule.schema]
path = "{FOLDER}/pyproject.schema.json"

[[rule]]
include = ["**/pack.toml"]

[rule.schema]
path = "{FOLDER}/pack.schema.json"
"""


def schemas() -> dict[str, str]:
    """The texts of both schemas by the names of their files."""
    return {"pyproject.schema.json": pyproject_schema(), "pack.schema.json": pack_schema()}


def pack_schema() -> str:
    """The JSON Schema of pack.toml."""
    return files("schemagen").joinpath("pack.schema.json").read_text(encoding="utf-8")


def pyproject_schema() -> str:
    """The JSON Schema of a pyproject.toml with ``[tool.schemagen]``; it says nothing of other tables."""
    table = config_schema()
    del table["$schema"]
    schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "pyproject.toml of a project that uses schemagen",
        "type": "object",
        "properties": {"tool": {"type": "object", "properties": {"schemagen": table}}},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
