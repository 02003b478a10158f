"""This module knows how to find the schemas, in JSON and YAML, of a folder that is no project of ours yet."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemagen.errors import SchemagenError
from schemagen.sources import SKIPPED_FOLDERS
from schemagen.texts import SUFFIXES, Syntax, parse_text, syntax_of

# What other tools make, or keep for themselves.
_SKIPPED = {*SKIPPED_FOLDERS, "__pycache__", "build", "dist", "target", "site-packages", "vendor"}
_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
_KEYWORDS = {
    *("$defs", "$id", "$ref", "additionalProperties", "allOf", "anyOf", "const", "definitions", "enum", "items"),
    *("oneOf", "pattern", "patternProperties", "properties", "required"),
}
_LARGEST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """The values of ``schemas`` and ``exclude`` that take in ``count`` schemas, and no other file."""

    schemas: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    count: int = 0


@dataclass(slots=True)
class _Folder:
    """A folder, and what is in it."""

    path: str
    schemas: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    folders: list[_Folder] = field(default_factory=list)

    def all_schemas(self) -> Iterator[str]:
        yield from self.schemas
        for folder in self.folders:
            yield from folder.all_schemas()

    def all_others(self) -> Iterator[str]:
        yield from self.others
        for folder in self.folders:
            yield from folder.all_others()


def is_schema(document: Any) -> bool:
    """Whether a JSON ``document`` is a JSON Schema, by its ``$schema`` or by the keywords that it has."""
    if not isinstance(document, dict):
        return False
    if isinstance(dialect := document.get("$schema"), str):
        return "json-schema.org/" in dialect  # else it is an instance that names its schema
    kind = document.get("type")
    has_type = kind in _TYPES if isinstance(kind, str) else isinstance(kind, list) and _TYPES.issuperset(map(str, kind))
    has_keyword = not _KEYWORDS.isdisjoint(document)
    properties = document.get("properties")
    has_properties = isinstance(properties, dict) and all(isinstance(each, dict | bool) for each in properties.values())
    return has_keyword and (has_type or (kind is None and (has_properties or "$defs" in document)))


def find(root: Path) -> Found:
    """Find the folders below ``root`` that hold schemas, and single files where other files are the most."""
    top = _read(root, "")
    taken = list(_taken(top, is_top=True))
    schemas = tuple(sorted(each.path if isinstance(each, _Folder) else each for each in taken))
    others = [
        other.removeprefix(f"{each.path}/")
        for each in taken
        if isinstance(each, _Folder)
        for other in each.all_others()
    ]
    count = sum(len(list(each.all_schemas())) if isinstance(each, _Folder) else 1 for each in taken)
    return Found(schemas, tuple(sorted(set(others))), count)


def _taken(folder: _Folder, *, is_top: bool = False) -> Iterator[_Folder | str]:
    """What to name: the folder if most of what is below it are schemas, else what is in it. Never the project's own
    folder: that of the outputs is to lie below it."""
    schemas, others = len(list(folder.all_schemas())), len(list(folder.all_others()))
    if not schemas:
        return
    if not is_top and schemas >= others:
        yield _narrowed(folder)
        return
    yield from folder.schemas
    for below in folder.folders:
        yield from _taken(below)


def _narrowed(folder: _Folder) -> _Folder:
    """The lowest folder that holds all schemas of ``folder``."""
    holding = [below for below in folder.folders if any(below.all_schemas())]
    return _narrowed(holding[0]) if len(holding) == 1 and not folder.schemas else folder


def _read(root: Path, path: str) -> _Folder:
    folder = _Folder(path)
    for entry in sorted(os.scandir(root / path), key=lambda entry: entry.name):
        below = f"{path}/{entry.name}" if path else entry.name
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            if entry.name not in _SKIPPED and not Path(entry.path, "pyvenv.cfg").exists():
                folder.folders.append(_read(root, below))
        elif entry.name.endswith(SUFFIXES) and entry.is_file():
            (folder.schemas if _holds_schema(Path(entry.path)) else folder.others).append(below)
    return folder


def _holds_schema(file: Path) -> bool:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            return False
        data, syntax = file.read_bytes(), syntax_of(file.name)
        # Of JSON some fault that a build would name keeps none from being a schema.
        return is_schema(json.loads(data) if syntax is Syntax.JSON else parse_text(data, file.name, syntax))
    except (OSError, ValueError, RecursionError, SchemagenError):  # whatever it is, it is no schema that can be used
        return False
