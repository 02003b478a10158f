"""This module knows how to read ``[tool.schemagen]`` from pyproject.toml, and what is wrong with it."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from schemagen.errors import ConfigError, Location
from schemagen.model import Draft

FILE = "pyproject.toml"
_TABLE = re.compile(r"^\s*\[\s*tool\s*\.\s*schemagen\s*\]", re.MULTILINE)
_ANY_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


@dataclass(frozen=True, slots=True)
class Config:
    """What is built, from what, how. ``root`` is the absolute path of the project folder; the other paths
    are relative to it, or absolute. ``batch_size`` and ``workers`` are None for ``auto``."""

    root: str
    schemas: tuple[str, ...] = ("schemas",)
    output: str = "build"
    packs: tuple[str, ...] = ("form", "markdown")
    exclude: tuple[str, ...] = ()
    batch_size: int | None = None
    workers: int | None = None
    unresolved_refs: Literal["error", "opaque"] = "error"
    default_draft: Draft = Draft.D2020
    max_schema_bytes: int = 16 * 1024 * 1024


def load_config(root: Path) -> Config:
    """The configuration of the project in the folder ``root``: defaults where it has none.

    Raises ConfigError, at the line of the key, for TOML that cannot be read, an unknown key or a wrong value.
    """
    table, text = _read_table(root / FILE)
    if not table:
        return Config(str(root))
    _check(table, text)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if value == "auto":
            values[key] = None
        elif key == "default_draft":
            values[key] = Draft(value)
        elif key == "output":
            values[key] = Path(value).as_posix()
        elif key == "schemas":
            values[key] = tuple(Path(folder).as_posix() for folder in value)
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    return Config(root=str(root), **values)


def _read_table(file: Path) -> tuple[dict[str, Any], str]:
    try:
        text = file.read_bytes().decode()
        data = tomllib.loads(text)
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        raise ConfigError(f"cannot read: {error.strerror}", Location(FILE), "SG003") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 (byte {error.start})", Location(FILE), "SG003") from None
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(error), text) from None
    tool = data.get("tool", {})
    table = tool.get("schemagen", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError("tool.schemagen must be a table", _place_of("schemagen", text), "SG002")
    return table, text


def _toml_error(message: str, text: str) -> ConfigError:
    match = _TOML_PLACE.search(message)
    reason = message[: match.start()] if match else message
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (text.count("\n") + 1, 1)
    return ConfigError(f"not TOML: {reason}", Location(FILE, line, column), "SG003")


def config_schema() -> dict[str, Any]:
    """The JSON Schema of ``[tool.schemagen]``, as Python data."""
    schema: dict[str, Any] = json.loads(files("schemagen").joinpath("config.schema.json").read_bytes())
    return schema


def _check(table: dict[str, Any], text: str) -> None:
    import jsonschema_rs

    schema = config_schema()
    known = list(schema["properties"])
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise ConfigError(f"unknown key {key!r} in [tool.schemagen]; {hint}", _place_of(key, text), "SG002")
    for error in jsonschema_rs.iter_errors(schema, table):
        key = str(error.instance_path[0])
        raise ConfigError(f"{key}: {_wanted(schema['properties'][key], error.message)}", _place_of(key, text), "SG002")


def _wanted(schema: dict[str, Any], message: str) -> str:
    """What is wrong in a person's words: anyOf says nothing of use by itself."""
    if "anyOf" not in schema:
        return message
    ways = [
        json.dumps(way["const"]) if "const" in way else f"a whole number from {way['minimum']} up"
        for way in schema["anyOf"]
    ]
    return f"must be {' or '.join(ways)}"


def _place_of(key: str, text: str) -> Location:
    """Where ``key`` of the table is set; the table's own place where that cannot be seen."""
    table = _TABLE.search(text)
    start = table.end() if table else 0
    after = _ANY_TABLE.search(text, start)
    end = after.start() if table and after else len(text)
    name = rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')"""
    dotted = re.compile(rf"^[^\n#=]*\bschemagen\s*\.\s*({name})\s*[=.]", re.MULTILINE)
    plain = re.compile(rf"^\s*({name})\s*[=.]", re.MULTILINE)
    match = plain.search(text, start, end) or dotted.search(text)
    index = match.start(1) if match else (table.start() if table else 0)
    line_start = text.rfind("\n", 0, index) + 1
    return Location(FILE, text.count("\n", 0, index) + 1, index - line_start + 1)


def check_paths(config: Config) -> None:
    """Raise ConfigError if the output folder lies inside a schema folder, or holds one."""
    root = Path(config.root)
    output = (root / config.output).resolve()
    for folder in config.schemas:
        schemas = (root / folder).resolve()
        if output.is_relative_to(schemas) or schemas.is_relative_to(output):
            raise ConfigError(
                f"the output folder {config.output} and the schema folder {folder} lie one inside the other",
                Location(config.output),
                "SG012",
            )
