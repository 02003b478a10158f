"""This module knows how to tell whether a schema is a valid schema of its draft, and if not, why.

``jsonschema-rs`` decides, because it is two hundred times faster than ``jsonschema`` and right about
ECMA-262 patterns; ``jsonschema`` explains a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema_rs

from schemagen.errors import Location, SchemaError
from schemagen.jsontext import join_pointer, locate, parse_plain
from schemagen.model import Draft, JsonValue, Schema

URIS: Mapping[Draft, str] = {
    Draft.D4: "http://json-schema.org/draft-04/schema#",
    Draft.D6: "http://json-schema.org/draft-06/schema#",
    Draft.D7: "http://json-schema.org/draft-07/schema#",
    Draft.D2019: "https://json-schema.org/draft/2019-09/schema",
    Draft.D2020: "https://json-schema.org/draft/2020-12/schema",
}


def check_schema(schema: Schema) -> None:
    """Raise SchemaError, at the place that is wrong, unless ``schema`` is valid by its metaschema."""
    if isinstance(schema.document, bool) or _is_surely_valid(schema):
        return
    plain = parse_plain(schema.data)
    if not _is_valid(plain, schema.draft):
        _explain(schema, plain)


def _is_surely_valid(schema: Schema) -> bool:
    try:
        return _is_valid(schema.document, schema.draft)
    except ValueError:
        # The strict parse keeps fractions as text, which jsonschema-rs refuses or does not take for numbers.
        return False


def _is_valid(document: Mapping[str, JsonValue], draft: Draft) -> bool:
    # With the draft's own URI the metaschema is known: any other would be looked for on the network.
    return jsonschema_rs.meta.is_valid({**document, "$schema": URIS[draft]})


def _explain(schema: Schema, plain: dict[str, Any]) -> None:
    message, path = _best_match(schema.draft, plain) or _first_error(schema.draft, plain)
    pointer = join_pointer("#", *path)
    line, column = locate(schema.data, pointer)
    raise SchemaError(_shortened(message), Location(schema.path, line, column, pointer), "SG110")


def _best_match(draft: Draft, plain: dict[str, Any]) -> tuple[str, Iterable[str | int]] | None:
    # Imported only for a failure: it takes longer to import than a build with nothing to do takes.
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    cls = validator_for({"$schema": URIS[draft]})
    error = best_match(cls(cls.META_SCHEMA).iter_errors({**plain, "$schema": URIS[draft]}))
    return None if error is None else (error.message, error.absolute_path)


def _first_error(draft: Draft, plain: dict[str, Any]) -> tuple[str, Iterable[str | int]]:
    try:
        jsonschema_rs.meta.validate({**plain, "$schema": URIS[draft]})
    except jsonschema_rs.ValidationError as error:
        return error.message, error.instance_path
    return "not a valid schema", ()


def _shortened(message: str, limit: int = 300) -> str:
    return message if len(message) <= limit else f"{message[: limit // 2]} ... {message[-limit // 2 :]}"
