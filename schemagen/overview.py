"""This module knows how to build the overview: what a template sees whose output there is one of for a project.

It is plain data, as a view is, made from a summary of each schema that is recorded when the schema is generated, so
that no schema has to be read again to find that an index is as it should be.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from schemagen.model import Schema
from schemagen.view.names import Scope, ts_type_name, words_of
from schemagen.view.typescript import ts_string

OVERVIEW_VERSION = "1.1"
Summary = Mapping[str, Any]
# Every key that an overview, or anything in it, has.
OVERVIEW_KEYS = frozenset({
    *("overview_version", "count", "schemas", "folders", "index", "first", "last", "depth", "name", "stem", "folder"),
    *("path", "title", "label", "description", "is_deprecated", "outputs", "href", "suffix", "pack"),
    *("is_own", "refs", "options", "ts_name", "ts_module_path"),
})  # fmt: skip
# The keys of the overview and of each object in a list of it.
OVERVIEW_FRAMES: Mapping[str, frozenset[str]] = {
    "": frozenset({"overview_version", "count", "schemas", "folders", "options"}),
    "folders": frozenset({"path", "depth", "schemas", "index", "first", "last"}),
    "schemas": OVERVIEW_KEYS
    - {"overview_version", "count", "schemas", "folders", "depth", "href", "suffix", "pack", "is_own", "options"}
    - {"ts_module_path"},
    "outputs": frozenset({"path", "href", "suffix", "pack", "is_own", "ts_module_path", "index", "first", "last"}),
    "refs": frozenset({"name", "index", "first", "last"}),
}
OVERVIEW_TEXTS = OVERVIEW_KEYS - {*OVERVIEW_FRAMES, "first", "last", "is_deprecated", "is_own", "options"}
NO_SUMMARY: Summary = {"title": "", "description": "", "is_deprecated": False}


@dataclass(frozen=True, slots=True)
class Entry:
    """A schema as the overview shows it. ``outputs`` has the pack that makes each, by paths below the output folder;
    ``refs`` are the names of the schemas that it reaches; ``summary`` is what ``summarise`` made, or NO_SUMMARY where
    it cannot be used."""

    name: str
    path: str
    outputs: Mapping[str, str]
    refs: Sequence[str]
    summary: Summary


def summarise(schema: Schema) -> Summary:
    """What an overview shows of ``schema``; plain data, to be recorded."""
    document = schema.document if isinstance(schema.document, dict) else {}
    texts = {key: value if isinstance(value := document.get(key), str) else "" for key in ("title", "description")}
    return {**texts, "is_deprecated": document.get("deprecated") is True}


def build_overview(entries: Sequence[Entry], at: str, pack: str) -> dict[str, Any]:
    """The overview of ``entries`` for an output of ``pack`` at the path ``at`` below the output folder.

    Keys: ``overview_version``; ``count``, a text; ``schemas``, by folder and name; ``folders``, each with its ``path``
    (empty for the top), ``depth`` and ``schemas``. Items of lists have ``index`` (from 1), ``first`` and ``last``.
    Every key is always there.
    """
    names = Scope(ts_type_name)
    schemas = _numbered([_schema(entry, posixpath.dirname(at), pack, names) for entry in sorted(entries, key=_place)])
    folders = [
        {
            "path": path,
            "depth": str(path.count("/") + 1 if path else 0),
            "schemas": _numbered([dict(one) for one in inside]),
        }
        for path, inside in groupby(schemas, key=lambda schema: schema["folder"])
    ]
    return {
        "overview_version": OVERVIEW_VERSION,
        "count": str(len(schemas)),
        "schemas": schemas,
        "folders": _numbered(folders),
    }


def _place(entry: Entry) -> tuple[str, str]:
    folder, _, stem = entry.name.rpartition("/")
    return folder, stem


def _schema(entry: Entry, start: str, pack: str, names: Scope) -> dict[str, Any]:
    folder, _, stem = entry.name.rpartition("/")
    title = entry.summary["title"]
    return {
        "name": entry.name,
        "stem": stem,
        "folder": folder,
        "path": entry.path,
        "title": title,
        "label": title or stem,
        "ts_name": ts_type_name(names.claim(words_of(entry.name))),
        "description": entry.summary["description"],
        "is_deprecated": entry.summary["is_deprecated"],
        "outputs": _numbered([_output(path, start, by, pack) for path, by in entry.outputs.items()]),
        "refs": _numbered([{"name": name} for name in entry.refs]),
    }


def _output(path: str, start: str, by: str, pack: str) -> dict[str, Any]:
    relative = posixpath.relpath(path, start) if start else posixpath.normpath(path)  # the same, in a tenth of the time
    _, _, suffix = posixpath.basename(path).partition(".")
    return {
        "path": path,
        "href": quote(relative),
        "suffix": suffix,
        "pack": by,
        "is_own": by == pack,
        "ts_module_path": _module_path(relative),
    }


def _module_path(relative: str) -> str:
    """A string literal that names the file at ``relative`` in an import of TypeScript, without its extension."""
    path = relative.removesuffix(".ts")
    return ts_string(path if path.startswith("../") else f"./{path}")


def _numbered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = len(items)
    return [
        {**item, "index": str(number), "first": number == 1, "last": number == last}
        for number, item in enumerate(items, 1)
    ]
