"""This module knows how to make the outputs of one task: a schema and packs in, bytes out, no effects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from schemagen.errors import Location, OutputError, SchemaError, TemplateError
from schemagen.languages import Modules, prepare_modules
from schemagen.model import Resolution, Schema
from schemagen.packs import Output, Pack

if TYPE_CHECKING:
    from schemagen.view.shapes import Plain

Rendered = tuple[str, Iterable[bytes]]


def prepare(packs: Iterable[Pack]) -> None:
    """Compile all templates of ``packs``, and import what rendering them needs, so that processes that are forked after
    this need not."""
    _build_view()
    for output in (output for pack in packs for output in pack.outputs):
        output.prepare()
        prepare_modules(output.names_read)


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
    view = _build_view()(schema, resolution, _names_read([output for _, _, output in outputs]))
    modules = Modules(schema, resolution)
    for path, pack, output in outputs:
        seen = {**pack.seen_by_templates(view), **modules.read_by(output.names_read, pack.values)}
        yield path, _pieces(schema, pack, output, seen)


def whole_view(schema: Schema, resolution: Resolution) -> dict[str, Any]:
    """All that a template can see of ``schema``; of modules of types, those without any option."""
    return {**_build_view()(schema, resolution, None), **Modules(schema, resolution).read_by(None, {})}


@cache
def _build_view() -> Callable[[Schema, Resolution, frozenset[str] | None], Plain]:
    """What builds views; imported only where something is rendered."""
    from schemagen.view.root import build_view

    return build_view


def _names_read(outputs: Sequence[Output]) -> frozenset[str] | None:
    """What the templates of ``outputs`` read from a view; None where that cannot be known."""
    read = [output.names_read for output in outputs]
    if len(read) == 1:
        return read[0]  # with the hash that it has kept
    names = [each for each in read if each is not None]
    return frozenset[str]().union(*names) if len(names) == len(read) else None


def within(pieces: Iterable[bytes], most: int, path: str) -> Iterator[bytes]:
    """``pieces`` of the output ``path``; raises OutputError once they are more than ``most`` bytes."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            message = f"would have more than {most} bytes; max_output_bytes in [tool.schemagen] sets the limit"
            raise OutputError(message, Location(path), "SG405")
        yield piece


def _pieces(schema: Schema, pack: Pack, output: Output, view: dict[str, Any]) -> Iterator[bytes]:
    try:
        # In pieces, however small the schema: a loop within a loop makes much of little.
        yield from output.pieces(view)
    except TemplateError as error:
        raise TemplateError(f"{error.message}, rendering {schema.path}", error.location, error.code) from error
    except RecursionError:
        raise SchemaError(f"nested too deeply for the pack {pack.name!r}", Location(schema.path), "SG120") from None
