"""This module knows how to put the view of a whole schema together."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Sequence

from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.view.definitions import Definition, Definitions
from schemagen.view.embedding import embedded_documents
from schemagen.view.inlining import Inliner, Tree, mark_templates
from schemagen.view.literals import numbered, put
from schemagen.view.making import Making
from schemagen.view.markdown import code_span, escape_markdown
from schemagen.view.names import Scope, type_scope
from schemagen.view.naming import name_references, name_trees, names_of
from schemagen.view.nodes import TreeBuilder
from schemagen.view.pages import ROOT_ANCHOR
from schemagen.view.published import VIEW_VERSION
from schemagen.view.python_types import Python
from schemagen.view.shapes import NAMED, OF_TREE, VIEW_TEXTS, Plain
from schemagen.view.slots import Slot
from schemagen.view.text import clean, humanise, one_line
from schemagen.view.types import add_types
from schemagen.view.typescript_types import TypeScript

_DIALECTS = {
    Draft.D4: "draft 4",
    Draft.D6: "draft 6",
    Draft.D7: "draft 7",
    Draft.D2019: "2019-09",
    Draft.D2020: "2020-12",
}


def build_view(schema: Schema, resolution: Resolution, names_read: frozenset[str] | None = None) -> Plain:
    """The view of ``schema``: dicts, lists, strings and booleans only, every key always present.

    ``names_read`` are the names that templates read, where they are known: what none of them reads may be left
    out, and what is there equals the same in the whole view. The view is built of copies: nothing in it is shared
    with ``schema`` or kept. What it holds is described by ``contract/view.json``.
    """
    making = Making.begin(names_read)
    if not making.has_tree:
        return _treeless(schema, making)
    making.anchors[ROOT_ANCHOR] = 1
    label = _title_of(schema)
    top = Definition(0, Target(schema.path, "#"), schema.draft, schema.document, label, ROOT_ANCHOR, label)
    definitions = Definitions(resolution, top, making, schema.name)
    known: dict[str, frozenset[str]] = {}
    trees = [_build_tree(top, definitions, making, known)]
    # Where no node of the schema refers to a definition, those that sentences name are shown in lists of them only.
    if trees[0].sites or trees[0].arrays or not making.has_only_templates:
        # Building one definition may find further ones.
        while len(trees) < len(definitions.all):
            trees.append(_build_tree(definitions.all[len(trees)], definitions, making, known))
    del definitions.all[len(trees) :]
    roots = [tree.root for tree in trees]
    roots[0]["is_root"] = True
    definitions.mark_recursion()
    types = type_scope()
    _name(schema, definitions, definitions.all, roots, types, making)
    listed = [
        _definition(definition, tree.root, schema.path, making)
        for definition, tree in zip(definitions.all[1:], trees[1:], strict=True)
    ]
    if making.wanted.any("used_by"):
        _add_uses(listed, definitions.all[1:], definitions, making)
    if making.has_copies:
        by_id = {definition.anchor: tree for definition, tree in zip(definitions.all, trees, strict=True)}
        del by_id[ROOT_ANCHOR]
        inliner = Inliner(by_id, making, known)
        inliner.inline(trees[0])
        if making.wanted.any("is_template"):
            mark_templates(inliner.shown(), by_id, listed)
    view = _top(schema, label, trees[0].root, listed, making)
    if making.has_links:
        found = _page_definitions(schema, definitions, listed, known, types, making)
        view["page_definitions"], view["has_page_definitions"] = numbered(found), bool(found)
    if making.has_example:
        view["example"] = _example(schema, resolution, trees[0].root, making)
    if making.wanted.any("documents"):
        view["documents"] = embedded_documents(resolution, lambda path: _shown(path, schema.path))
    return view


def _name(
    schema: Schema,
    definitions: Definitions,
    named: Sequence[Definition],
    roots: Sequence[Plain],
    types: Scope,
    making: Making,
) -> None:
    """Give the trees of ``named``, which are ``roots``, their names and types, as far as they are wanted."""
    if making.has_names:
        name_trees(_stem_of(schema), named, roots, types)
        name_references(definitions)
    for root in roots:
        if making.has_ts_types:
            add_types(root, TypeScript())
        if making.has_py_types:
            add_types(root, Python())


def _page_definitions(
    schema: Schema,
    definitions: Definitions,
    listed: Sequence[Plain],
    known: dict[str, frozenset[str]],
    types: Scope,
    making: Making,
) -> list[Plain]:
    """What a page shows that links to the pages of other schemas: each definition of the schema itself, and of others
    what is referred to and has no page. ``listed`` are those that are built already."""
    first = len(listed) + 1
    definitions.add_own()
    # They are numbered by themselves: how many nodes there are before depends on what else is read.
    making.count, making.mark = 0, "p"
    trees: list[Tree] = []
    while first + len(trees) < len(definitions.all):
        trees.append(_build_tree(definitions.all[first + len(trees)], definitions, making, known))
    further, roots = definitions.all[first:], [tree.root for tree in trees]
    if further:
        definitions.mark_recursion()
        _name(schema, definitions, further, roots, types, making)
    shown = definitions.shown_on_page()
    added = [_definition(one, root, schema.path, making) for one, root in zip(further, roots, strict=True)]
    plain = dict(zip([one.number for one in definitions.all[1:]], [*listed, *added], strict=True))
    found = [plain[one.number].copy() for one in shown[1:]]
    if making.wanted.any("used_by"):
        for one in found:
            one["used_by"], one["has_used_by"] = [], False
        _add_uses(found, shown[1:], definitions, making, {one.number for one in shown})
    return found


def _example(schema: Schema, resolution: Resolution, root: Plain, making: Making) -> Plain | bool:
    """An example of what the schema allows; false where none was found."""
    from schemagen.examples import find_example  # few packs ask for it

    found = find_example(schema, resolution)
    if found is None:
        return False
    if found.own >= 0 and "is_chosen" in root["examples"][found.own]:
        root["examples"][found.own]["is_chosen"] = True
    (example,) = making.literals.examples([found.value])
    example.pop("is_chosen", None)
    return {**example, "is_made": found.is_made}


def _treeless(schema: Schema, making: Making) -> Plain:
    """The view where nothing in the tree is read, nor what is made of it."""
    view = _top(schema, _title_of(schema), {"description": ""}, [], making)
    for key in OF_TREE:
        view.pop(key, None)
    return view


def _top(schema: Schema, label: str, root: Plain, definitions: list[Plain], making: Making) -> Plain:
    document = schema.document if isinstance(schema.document, dict) else {}
    uri = document.get("$id", document.get("id", ""))
    shown_uri = clean(uri) if isinstance(uri, str) else ""
    path = _shown(schema.path, schema.path)
    view = {
        **making.view,
        "view_version": VIEW_VERSION,
        "name": clean(schema.name),
        "path": clean(path),
        "title": label,
        "description": root["description"],
        "uri": shown_uri,
        "md_uri": code_span(shown_uri) if shown_uri else "",
        "dialect": _DIALECTS[schema.draft],
        "base_href": "../" * schema.name.count("/"),
        "root": root,
        "definitions": numbered(definitions),
        "has_definitions": bool(definitions),
    }
    if "summary" in root:
        view["summary"] = root["summary"]
    if "names" in root:
        view.update((key, root[key]) for key in NAMED)
    for name in VIEW_TEXTS:
        making.add_strings(view, name, view[name])
    return view


def _title_of(schema: Schema) -> str:
    title = schema.document.get("title") if isinstance(schema.document, dict) else None
    return (one_line(title) if isinstance(title, str) else "") or humanise(_stem_of(schema))


def _stem_of(schema: Schema) -> str:
    return schema.name.rpartition("/")[2].removesuffix(".schema")


def _build_tree(
    definition: Definition, definitions: Definitions, making: Making, known: dict[str, frozenset[str]]
) -> Tree:
    builder = TreeBuilder(definitions, definition, making)
    before = making.count
    label = definition.title or humanise(definition.name)
    root = builder.node(definition.schema, definition.target.pointer, Slot(label=label, is_demanded=True))
    if making.has_sections:
        root["anchor"] = definition.anchor
    known.update(builder.known)
    return Tree(root, builder.sites, builder.arrays, making.count - before, builder.height)


def _shown(path: str, home: str) -> str:
    """``path`` as a page may name it: where the schemas lie outside the project folder their paths are
    absolute, and an output must not depend on where that is."""
    return posixpath.relpath(path, posixpath.dirname(home)) if posixpath.isabs(path) else path


def _definition(definition: Definition, root: Plain, home: str, making: Making) -> Plain:
    target = definition.target
    path = _shown(target.path, home)
    place = target.pointer if target.path == home else path + ("" if target.pointer == "#" else target.pointer)
    return {
        **making.definition,
        "id": definition.anchor,
        "name": definition.name,
        "md_name": escape_markdown(definition.name),
        **({"md_link": definition.markdown_link} if making.has_links else {}),
        "anchor": definition.anchor,
        "title": definition.title,
        "place": clean(place),
        "md_place": code_span(place),
        "is_external": target.path != home,
        "is_recursive": definition.is_recursive,
        **(names_of(definition) if making.has_names else {}),
        "node": root,
    }


def _add_uses(
    listed: Sequence[Plain],
    used: Sequence[Definition],
    definitions: Definitions,
    making: Making,
    among: Collection[int] | None = None,
) -> None:
    """Say of each of ``used``, which are ``listed``, which definitions, or the schema itself, refer to it: of all, or
    only of those ``among`` these numbers."""
    users: dict[int, dict[int, Definition]] = {}
    for owner, found, _ in definitions.references:
        if among is None or owner.number in among:
            users.setdefault(found.number, {})[owner.number] = owner
    for definition, shown in zip(used, listed, strict=True):
        put(shown, "used_by", [_use(user, making) for user in users.get(definition.number, {}).values()])


def _use(user: Definition, making: Making) -> Plain:
    return {
        **making.use,
        "id": user.anchor,
        "name": user.name,
        "md_name": escape_markdown(user.name),
        "anchor": user.anchor,
        "title": user.title,
        **(names_of(user) if making.has_names else {}),
        "is_root": user.number == 0,
    }
