"""This module knows how to build the overview: what a template sees whose output there is one of for a project.

It is plain data, as a view is, made from a summary of each schema that is recorded when the schema is generated, so
that no schema has to be read again to find that an index is as it should be.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from schemagen.model import Schema
from schemagen.view import clean, one_line, plain_summary
from schemagen.view.names import Scope, ts_type_name, words_of
from schemagen.view.typescript import ts_string

OVERVIEW_VERSION = "1.1"
Summary = Mapping[str, Any]
# Every key that an overview, or anything in it, has.
OVERVIEW_KEYS = frozenset({
    *("overview_version", "count", "schemas", "folders", "index", "first", "last", "depth", "name", "stem", "folder"),
    *("path", "title", "label", "description", "is_deprecated", "outputs", "href", "suffix", "pack"),
    *("is_own", "refs", "summary", "tree", "md_indent", "is_folder", "md_mermaid", "md_href", "number", "is_direct"),
    *("source", "has_graph", "options", "ts_name", "ts_module_path"),
})  # fmt: skip
_TOP = frozenset({"overview_version", "count", "schemas", "folders", "tree", "has_graph", "options"})
_SCHEMA = frozenset({
    *("index", "first", "last", "name", "stem", "folder", "path", "title", "label", "description", "summary"),
    *("is_deprecated", "outputs", "refs", "md_mermaid", "ts_name"),
})  # fmt: skip
_OUTPUT = frozenset({
    *("path", "href", "md_href", "suffix", "pack", "is_own", "ts_module_path", "index", "first", "last"),
})  # fmt: skip
# The keys of the overview and of each object in a list of it.
OVERVIEW_FRAMES: Mapping[str, frozenset[str]] = {
    "": _TOP,
    "folders": frozenset({"path", "depth", "schemas", "index", "first", "last"}),
    "schemas": _SCHEMA,
    "tree": _SCHEMA | {"md_indent", "is_folder"},
    "outputs": _OUTPUT,
    "refs": frozenset({"name", "number", "source", "is_direct", "index", "first", "last"}),
}
OVERVIEW_TEXTS = OVERVIEW_KEYS - {
    *OVERVIEW_FRAMES,
    *("first", "last", "is_deprecated", "is_own", "is_folder", "is_direct", "has_graph", "options"),
}
NO_SUMMARY: Summary = {"title": "", "description": "", "is_deprecated": False}
# A graph of more refs is no help to anybody, and Mermaid refuses one of more than 500.
_MOST_REFS = 200
_NOT_PLAIN = re.compile(r"[^\w ./-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """A schema as the overview shows it. ``outputs`` has the pack that makes each, by paths below the output folder;
    ``refs`` are the names of the schemas that it reaches, and whether it refers to them itself; ``summary`` is what
    ``summarise`` made, or NO_SUMMARY where it cannot be used."""

    name: str
    path: str
    outputs: Mapping[str, str]
    refs: Mapping[str, bool]
    summary: Summary


def summarise(schema: Schema) -> Summary:
    """What an overview shows of ``schema``; plain data, to be recorded."""
    document = schema.document if isinstance(schema.document, dict) else {}
    texts = {key: value if isinstance(value := document.get(key), str) else "" for key in ("title", "description")}
    return {**texts, "is_deprecated": document.get("deprecated") is True}


def build_overview(entries: Sequence[Entry], at: str, pack: str) -> dict[str, Any]:
    """The overview of ``entries`` for an output of ``pack`` at the path ``at`` below the output folder.

    Keys: ``overview_version``; ``count``, a text; ``schemas``, by folder and name; ``folders``, each with its ``path``
    (empty for the top), ``depth`` and ``schemas``; ``tree``, a row for each folder and schema in it; ``has_graph`` if
    there are refs, and not too many to draw. Items of lists have ``index`` (from 1), ``first`` and ``last``. Every key
    is always there.
    """
    ordered = sorted(entries, key=_place)
    numbers = {entry.name: str(number) for number, entry in enumerate(ordered, 1)}
    names = Scope(ts_type_name)
    schemas = _numbered([_schema(entry, posixpath.dirname(at), pack, names, numbers) for entry in ordered])
    folders = [
        {
            "path": path,
            "depth": str(path.count("/") + 1 if path else 0),
            "schemas": _numbered([dict(one) for one in inside]),
        }
        for path, inside in groupby(schemas, key=lambda schema: schema["folder"])
    ]
    count = sum(ref["is_direct"] for schema in schemas for ref in schema["refs"])
    return {
        "overview_version": OVERVIEW_VERSION,
        "count": str(len(schemas)),
        "schemas": schemas,
        "folders": _numbered(folders),
        "tree": _numbered(list(_tree(schemas))),
        "has_graph": 0 < count <= _MOST_REFS,
    }


def _place(entry: Entry) -> tuple[str, str]:
    folder, _, stem = entry.name.rpartition("/")
    return folder, stem


def _schema(entry: Entry, start: str, pack: str, names: Scope, numbers: Mapping[str, str]) -> dict[str, Any]:
    folder, _, stem = entry.name.rpartition("/")
    title, description = clean(entry.summary["title"]), clean(entry.summary["description"])
    return {
        "name": entry.name,
        "stem": stem,
        "folder": folder,
        "path": entry.path,
        "title": title,
        "label": one_line(title) or stem,
        "ts_name": ts_type_name(names.claim(words_of(entry.name))),
        "description": description,
        "summary": plain_summary(description),
        "is_deprecated": entry.summary["is_deprecated"],
        "outputs": _numbered([_output(path, start, by, pack) for path, by in entry.outputs.items()]),
        "refs": _numbered(
            [
                {"name": name, "number": numbers[name], "source": numbers[entry.name], "is_direct": direct}
                for name, direct in entry.refs.items()
            ]
        ),
        "md_mermaid": _NOT_PLAIN.sub(lambda match: f"#{ord(match[0])};", entry.name),
    }


def _tree(schemas: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row for each schema, after one for each folder that it is the first in."""
    shown: list[str] = []
    for schema in schemas:
        parts = schema["folder"].split("/") if schema["folder"] else []
        common = posixpath.commonprefix([shown, parts])
        for depth in range(len(common), len(parts)):
            path = "/".join(parts[: depth + 1])
            yield {
                **dict.fromkeys(sorted(_SCHEMA), ""),
                "is_deprecated": False,
                "outputs": [],
                "refs": [],
                "is_folder": True,
                "md_indent": _indent(depth),
                "name": path,
                "folder": "/".join(parts[:depth]),
                "stem": parts[depth],
                "label": parts[depth],
            }
        shown = parts
        yield {**schema, "is_folder": False, "md_indent": _indent(len(parts))}


def _indent(depth: int) -> str:
    return "    " * depth  # less is not enough for Python-Markdown, which mkdocs uses


def _output(path: str, start: str, by: str, pack: str) -> dict[str, Any]:
    relative = posixpath.relpath(path, start) if start else posixpath.normpath(path)  # the same, in a tenth of the time
    href = quote(relative)
    _, _, suffix = posixpath.basename(path).partition(".")
    return {
        "path": path,
        "href": href,
        "md_href": href,
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
