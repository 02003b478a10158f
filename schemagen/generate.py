"""This module knows how to make the outputs of one task: a schema and packs in, bytes out, no effects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from schemagen.errors import Location, SchemaError, TemplateError
from schemagen.model import Resolution, Schema
from schemagen.packs import Output, Pack
from schemagen.python.dataclasses import dataclasses_of
from schemagen.python.models import models_of
from schemagen.python.shapes import PY_KEYS
from schemagen.python.typed_dicts import typed_dicts_of
from schemagen.types import module_of
from schemagen.types.model import Module
from schemagen.view import build_view
from schemagen.view.wanted import names_outside

# The outputs of a schema from this many bytes on are made in pieces.
_LARGE = 1 << 18
Rendered = tuple[str, Iterable[bytes]]
# The types of a schema as modules of languages: the keys of the view that hold them, and what makes them.
_MODULES: Mapping[str, Callable[[Module], dict[str, Any]]] = {
    "py_module": dataclasses_of,
    "py_dict_module": typed_dicts_of,
    "py_model_module": models_of,
}
_MODULE_KEYS = PY_KEYS


def complete_view(
    schema: Schema, resolution: Resolution, names: Mapping[str, str], names_read: frozenset[str] | None = None
) -> dict[str, Any]:
    """The view of ``schema`` with its types as modules of languages, as far as templates read ``names_read``; all of
    it where that is not known. ``names`` are those of all schemas of the project, by path."""
    asked = [key for key in _MODULES if names_read is None or key in names_read]
    if not asked:
        return build_view(schema, resolution, names_read)
    module = module_of(schema, resolution, names, is_faithful=False)
    shown = {key: _MODULES[key](module) for key in asked}
    outside = None if names_read is None else _names_outside(names_read)
    if outside is not None and outside <= shown.keys() | {f".{key}" for key in shown}:
        return shown  # such templates read nothing else
    return build_view(schema, resolution, outside) | shown


@lru_cache(maxsize=16)
def _names_outside(names_read: frozenset[str]) -> frozenset[str]:
    return names_outside(names_read, _MODULES.keys(), _MODULE_KEYS)


def render_outputs(
    schema: Schema,
    resolution: Resolution,
    names: Mapping[str, str],
    packs: Collection[Pack],
    wanted: Collection[str],
) -> Iterator[Rendered]:
    """Yield (path below the output folder, bytes in pieces) for those outputs of ``schema`` that are ``wanted``.
    ``names`` are those of all schemas of the project, by path.

    Raises TemplateError, with the schema named, where a template asks for what the view has not; the pieces may raise
    it too.
    """
    outputs = [
        (path, pack, output)
        for pack in packs
        for output in pack.outputs
        if (path := output.path_for(schema.name)) in wanted
    ]
    view = complete_view(schema, resolution, names, _names_read([output for _, _, output in outputs]))
    for path, pack, output in outputs:
        yield path, _pieces(schema, pack, output, view)


def _names_read(outputs: Sequence[Output]) -> frozenset[str] | None:
    """What the templates of ``outputs`` read from a view; None where that cannot be known."""
    read = [output.names_read for output in outputs]
    if len(read) == 1:
        return read[0]  # with the hash that it has kept
    names = [each for each in read if each is not None]
    return frozenset[str]().union(*names) if len(names) == len(read) else None


def _pieces(schema: Schema, pack: Pack, output: Output, view: dict[str, Any]) -> Iterator[bytes]:
    try:
        if len(schema.data) < _LARGE:
            yield output.render(view)
        else:
            yield from output.pieces(view)
    except TemplateError as error:
        raise TemplateError(f"{error.message}, rendering {schema.path}", error.location, error.code) from error
    except RecursionError:
        raise SchemaError(f"nested too deeply for the pack {pack.name!r}", Location(schema.path), "SG120") from None
