"""This module knows how to make the outputs of one task: a schema and packs in, bytes out, no effects."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from schemagen.errors import Location, SchemaError, TemplateError
from schemagen.model import Resolution, Schema
from schemagen.packs import Pack
from schemagen.view import build_view


def render_outputs(
    schema: Schema, resolution: Resolution, packs: Collection[Pack], wanted: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield (path below the output folder, bytes) for those outputs of ``schema`` that are ``wanted``.

    Raises TemplateError, with the schema named, where a template asks for what the view has not.
    """
    view = build_view(schema, resolution)
    for pack in packs:
        for output in pack.outputs:
            path = output.path_for(schema.name)
            if path not in wanted:
                continue
            try:
                yield path, output.render(view)
            except TemplateError as error:
                raise TemplateError(f"{error.message}, rendering {schema.path}", error.location, error.code) from error
            except RecursionError:
                raise SchemaError(
                    f"nested too deeply for the pack {pack.name!r}", Location(schema.path), "SG120"
                ) from None
