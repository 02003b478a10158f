"""This module knows how to say all that is declared of one schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from schemagen.model import Resolution, Schema
from schemagen.types.circles import bare_circles, names_in, recursive
from schemagen.types.declaring import Declaring
from schemagen.types.model import Module
from schemagen.types.names import known_names
from schemagen.types.places import Places, place_named
from schemagen.types.reading import Reader


def module_of(schema: Schema, resolution: Resolution, modules: Mapping[str, str], *, is_faithful: bool) -> Module:
    """The types of ``schema`` and of all that it needs.

    First comes the schema itself, then each entry of its ``$defs`` and ``definitions``, whether used or not, each
    followed by what is declared inside it; then what else references lead to. What another module declares in any
    case, of the schemas in ``modules`` (their names by path), is imported from there.

    If ``is_faithful`` the types accept all that the schema does; else a schema with properties and without a type is
    taken for one of objects, and one with items for one of arrays.
    """
    places = Places(resolution)
    reader = Reader(places, is_faithful=is_faithful)
    names, _ = known_names(schema.document, schema.name)
    starts = [place_named(schema.path, pointer) for pointer in names]
    for start in starts:
        reader.declared(start)  # in this order, which what is in them is named by
    circles = bare_circles(starts, schema.path, places, reader)
    declaring = Declaring(schema.name, schema.path, modules, places, reader, circles)
    declarations = declaring.declare_all()
    numbers = {each.words: number for number, each in enumerate(declarations)}
    used = [names_in(each.type) for each in declarations]
    uses = [[numbers[name.words] for name in each if not name.module] for each in used]
    imports = {(name.module, name.words) for each in used for name in each if name.module}
    marked = [
        replace(each, is_recursive=is_recursive)
        for each, is_recursive in zip(declarations, recursive(uses), strict=True)
    ]
    return Module(schema.name, schema.draft, tuple(marked), tuple(sorted(imports)))
