"""This module knows how to tell whether a schema is a valid schema of its draft, and if not, why.

``jsonschema-rs`` decides, because it is two hundred times faster than ``jsonschema`` and right about
ECMA-262 patterns; ``jsonschema`` explains a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from schemagen.errors import SchemaError
from schemagen.jsontext import dumps, join_pointer, parse_plain, resolve_pointer
from schemagen.model import Draft, JsonValue, Schema
from schemagen.texts import place_at

if TYPE_CHECKING:
    from jsonschema import ValidationError

URIS: Mapping[Draft, str] = {
    Draft.D4: "http://json-schema.org/draft-04/schema#",
    Draft.D6: "http://json-schema.org/draft-06/schema#",
    Draft.D7: "http://json-schema.org/draft-07/schema#",
    Draft.D2019: "https://json-schema.org/draft/2019-09/schema",
    Draft.D2020: "https://json-schema.org/draft/2020-12/schema",
}
# Schemas up to so many bytes are explained as a whole, and parts of larger ones up to so many values.
_SMALL = 1 << 15
_MOST_VALUES = 2_000


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
    message, path = _best_explanation(schema, plain)
    pointer = join_pointer("#", *path)
    raise SchemaError(message, place_at(schema, pointer), "SG110")


def _best_explanation(schema: Schema, plain: dict[str, Any]) -> tuple[str, Sequence[str | int]]:
    if len(schema.data) <= _SMALL:
        return _best_match(schema, plain) or _first_error(schema.draft, plain)
    # jsonschema takes a second for each 60 KB: of a large schema it is shown no more than what leads to a fault.
    message, path = _first_error(schema.draft, plain)
    narrowed = _narrowed(plain, path)
    if _has_more_values(narrowed, _MOST_VALUES):
        return message, path
    return _best_match(schema, narrowed, path) or (message, path)


def _narrowed(plain: Any, path: Sequence[str | int]) -> Any:
    """``plain`` without what is not on ``path``, nor below it; a list on it has one item."""
    if not path:
        return plain
    inner = _narrowed(plain[path[0]], path[1:])
    return [inner] if isinstance(plain, list) else {path[0]: inner}


def _has_more_values(value: Any, most: int) -> bool:
    waiting, count = [value], 0
    while waiting and count <= most:
        held = waiting.pop()
        count += 1
        if isinstance(held, dict | list):
            waiting += islice(held.values() if isinstance(held, dict) else held, most)
    return count > most


def _best_match(
    schema: Schema, plain: dict[str, Any], narrowed_to: Sequence[str | int] = ()
) -> tuple[str, Sequence[str | int]] | None:
    """What is most wrong with ``plain``, and the path to it in the schema, which ``plain`` is ``narrowed_to``."""
    # Imported only for a failure: it takes longer to import than a build with nothing to do takes.
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for

    uri = URIS[schema.draft]
    cls = validator_for({"$schema": uri})
    error = best_match(cls(cls.META_SCHEMA).iter_errors({**plain, "$schema": uri}))
    if error is None:
        return None
    error = _of_the_way_meant(error)
    path = [*narrowed_to[: len(error.absolute_path)], *list(error.absolute_path)[len(narrowed_to) :]]
    # As it was written: the plain document has floats where the author wrote 1e400 or 1.50.
    instance = resolve_pointer(schema.document, join_pointer("#", *path))
    return _message(error, _shortened(dumps(instance))), path


def _of_the_way_meant(error: ValidationError) -> ValidationError:
    """Of an anyOf (in metaschemas: one value, or a list or object of such) the way that the author took."""
    for way in error.context or ():
        is_of_another_type = way.validator == "type" and not way.relative_path
        is_list = isinstance(error.instance, list | dict)
        if not is_of_another_type and is_list == (way.validator != "enum"):
            return way
    return error


def _message(error: ValidationError, written: str) -> str:
    """What ``error`` says of the value whose JSON text is ``written``, in JSON's words instead of Python's."""
    if error.validator == "enum":
        return f"{written} is not one of {', '.join(map(str, error.validator_value))}"
    if error.validator in {"type", "anyOf"}:
        return f"{written} is not of type {' or '.join(dict.fromkeys(_types_taken(error)))}"
    start = repr(error.instance)
    if error.message.startswith(start):
        return f"{written}{error.message[len(start) :]}"
    return _shortened(error.message)


def _types_taken(error: ValidationError) -> list[str]:
    if error.validator == "anyOf":
        return [name for way in error.context or () for name in _types_taken(way)]
    if error.validator == "enum":
        return ["string"]  # the names of the simple types
    wanted = error.validator_value
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _first_error(draft: Draft, plain: dict[str, Any]) -> tuple[str, Sequence[str | int]]:
    try:
        jsonschema_rs.meta.validate({**plain, "$schema": URIS[draft]})
    except jsonschema_rs.ValidationError as error:
        return _shortened(error.message), error.instance_path
    return "not a valid schema", ()


def _shortened(text: str, limit: int = 100) -> str:
    return text if len(text) <= limit else f"{text[: limit // 2]} ... {text[-limit // 2 :]}"
