"""This module knows how to put the view of a whole schema together."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import count

from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.view.definitions import Definition, Definitions
from schemagen.view.inlining import Inliner, Tree
from schemagen.view.literals import Plain, numbered
from schemagen.view.markdown import code_span, escape_markdown
from schemagen.view.nodes import TreeBuilder
from schemagen.view.slots import Slot
from schemagen.view.text import clean, humanise, one_line

VIEW_VERSION = "1.0"
ROOT_ANCHOR = "schema"
_DIALECTS = {
    Draft.D4: "draft 4",
    Draft.D6: "draft 6",
    Draft.D7: "draft 7",
    Draft.D2019: "2019-09",
    Draft.D2020: "2020-12",
}


def build_view(schema: Schema, resolution: Resolution) -> Plain:
    """The view of ``schema``: dicts, lists, strings and booleans only, every key always present.

    It is built of copies: nothing in it is shared with ``schema`` or kept.
    """
    anchors = {ROOT_ANCHOR: 1}
    ids = _ids()
    label = _title_of(schema)
    top = Definition(0, Target(schema.path, "#"), schema.draft, schema.document, label, ROOT_ANCHOR, label)
    definitions = Definitions(resolution, top, anchors)
    known: dict[str, frozenset[str]] = {}
    root = _build_tree(top, definitions, ids, anchors, known)
    root.root["is_root"] = True
    trees: dict[str, Tree] = {}
    listed = []
    # Building one definition may find further ones.
    number = 1
    while number < len(definitions.all):
        definition = definitions.all[number]
        trees[definition.anchor] = _build_tree(definition, definitions, ids, anchors, known)
        listed.append(_definition(definition, trees[definition.anchor], schema.path))
        number += 1
    definitions.mark_recursion()
    Inliner(trees, ids, known).inline(root)
    document = schema.document if isinstance(schema.document, dict) else {}
    uri = document.get("$id", document.get("id", ""))
    shown_uri = clean(uri) if isinstance(uri, str) else ""
    return {
        "view_version": VIEW_VERSION,
        "name": clean(schema.name),
        "path": clean(_shown(schema.path, schema.path)),
        "title": label,
        "description": root.root["description"],
        "summary": root.root["summary"],
        "uri": shown_uri,
        "md_uri": code_span(shown_uri) if shown_uri else "",
        "dialect": _DIALECTS[schema.draft],
        "root": root.root,
        "definitions": numbered(listed),
        "has_definitions": bool(listed),
    }


def _ids() -> Iterator[str]:
    """Ids for the elements of a page, in the order in which nodes are built."""
    return (f"f{number}" for number in count(1))


def _title_of(schema: Schema) -> str:
    title = schema.document.get("title") if isinstance(schema.document, dict) else None
    stem = schema.name.rpartition("/")[2].removesuffix(".schema")
    return (one_line(title) if isinstance(title, str) else "") or humanise(stem)


def _build_tree(
    definition: Definition,
    definitions: Definitions,
    ids: Iterator[str],
    anchors: dict[str, int],
    known: dict[str, frozenset[str]],
) -> Tree:
    builder = TreeBuilder(definitions, definition, ids, anchors)
    label = definition.title or humanise(definition.name)
    root = builder.node(definition.schema, definition.target.pointer, Slot(label=label, is_demanded=True))
    root["anchor"] = definition.anchor
    known.update(builder.known)
    return Tree(root, builder.sites, builder.arrays, builder.count, builder.height)


def _shown(path: str, home: str) -> str:
    """``path`` as a page may name it: where the schemas lie outside the project folder their paths are
    absolute, and an output must not depend on where that is."""
    return posixpath.relpath(path, posixpath.dirname(home)) if posixpath.isabs(path) else path


def _definition(definition: Definition, tree: Tree, home: str) -> Plain:
    target = definition.target
    path = _shown(target.path, home)
    place = target.pointer if target.path == home else path + ("" if target.pointer == "#" else target.pointer)
    return {
        "id": definition.anchor,
        "name": definition.name,
        "md_name": escape_markdown(definition.name),
        "anchor": definition.anchor,
        "title": definition.title,
        "place": clean(place),
        "md_place": code_span(place),
        "is_external": target.path != home,
        "node": tree.root,
    }
