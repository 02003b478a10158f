"""This module knows how to make the outputs of one task: a schema and packs in, bytes out, no effects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from schemagen.errors import Location, SchemaError, TemplateError
from schemagen.languages import Modules
from schemagen.model import Resolution, Schema
from schemagen.packs import Output, Pack
from schemagen.view import build_view

# The outputs of a schema from this many bytes on are made in pieces; so are those of a smaller one where a template is
# long. It repeats its text for what the schema has many of, of which there may be one for each 17 bytes: what comes of
# fewer bytes than the second number, one multiplied by the other, has some 60 MB at most.
_LARGE, _LARGE_TOGETHER = 1 << 18, 1 << 30
Rendered = tuple[str, Iterable[bytes]]


def render_outputs(
    schema: Schema, resolution: Resolution, packs: Collection[Pack], wanted: Collection[str]
) -> Iterator[Rendered]:
    """Yield (path below the output folder, bytes in pieces) for those outputs of ``schema`` that are ``wanted``.

    Raises TemplateError, with the schema named, where a template asks for what the view has not; the pieces may raise
    it too.
    """
    outputs = [
        (path, pack, output)
        for pack in packs
        for output in pack.outputs
        if (path := output.path_for(schema.name)) in wanted
    ]
    view = build_view(schema, resolution, _names_read([output for _, _, output in outputs]))
    modules = Modules(schema, resolution)
    for path, pack, output in outputs:
        seen = {**pack.seen_by_templates(view), **modules.read_by(output.names_read, pack.values)}
        yield path, _pieces(schema, pack, output, seen)


def whole_view(schema: Schema, resolution: Resolution) -> dict[str, Any]:
    """All that a template can see of ``schema``; of modules of types, those without any option."""
    return {**build_view(schema, resolution), **Modules(schema, resolution).read_by(None, {})}


def _names_read(outputs: Sequence[Output]) -> frozenset[str] | None:
    """What the templates of ``outputs`` read from a view; None where that cannot be known."""
    read = [output.names_read for output in outputs]
    if len(read) == 1:
        return read[0]  # with the hash that it has kept
    names = [each for each in read if each is not None]
    return frozenset[str]().union(*names) if len(names) == len(read) else None


def _pieces(schema: Schema, pack: Pack, output: Output, view: dict[str, Any]) -> Iterator[bytes]:
    try:
        size = len(schema.data)
        if size >= _LARGE or size * output.size >= _LARGE_TOGETHER:
            yield from output.pieces(view)
        else:
            yield output.render(view)
    except TemplateError as error:
        raise TemplateError(f"{error.message}, rendering {schema.path}", error.location, error.code) from error
    except RecursionError:
        raise SchemaError(f"nested too deeply for the pack {pack.name!r}", Location(schema.path), "SG120") from None
