"""This module knows how to tell the dialect of the schemas in an API document, and to read OpenAPI 3.0's as 2020-12.

OpenAPI 3.1 is 2020-12 unless its ``jsonSchemaDialect`` says another; AsyncAPI is draft 7. The Schema Object of OpenAPI
3.0 (and of Swagger 2.0) is a dialect of its own, near draft 4; what it says otherwise is said here as 2020-12 does:

- ``nullable`` adds null to the types. Where there is no ``type`` it adds a way to ``oneOf`` or ``anyOf``, or stands
  beside ``allOf``: what the specification gives no meaning there, authors and generators of documents do.
- ``exclusiveMinimum: true`` becomes the ``minimum``'s number, and likewise the maximum's.
- ``example`` becomes ``examples``. What stands beside a ``$ref`` is dropped, for it is ignored.
- ``discriminator``, ``xml`` and ``externalDocs`` stay: 2020-12 takes them for annotations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemagen.dialects import draft_named
from schemagen.digest import digest_of
from schemagen.errors import Location, SchemaError
from schemagen.jsontext import dumps
from schemagen.model import Draft, JsonValue

_OF_OPENAPI = re.compile(r"https?://spec\.openapis\.org/oas/3\.\d+/dialect/[^/]+")
_OPENAPI_3 = re.compile(r"3\.[1-9][0-9]*(\..*)?")

_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
# The members of a document that tell its dialect.
TELLING = ("openapi", "jsonSchemaDialect", "swagger", "asyncapi", "$schema")
# The keywords of OpenAPI 3.0 that hold schemas: one, a list of them, or a map.
_ONE, _LISTS, _MAPS = ("not", "items", "additionalProperties"), ("allOf", "anyOf", "oneOf"), ("properties",)
_NULL: Mapping[str, JsonValue] = {"type": "null"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the schemas in a document are: of a ``draft``; ``is_openapi_3_0`` where they have yet to be made that. In
    AsyncAPI some may be of no draft at all."""

    draft: Draft
    is_openapi_3_0: bool = False
    is_asyncapi: bool = False

    def has_other_format(self, schema: JsonValue) -> bool:
        """Whether ``schema`` says that it holds one in another format, such as Avro (AsyncAPI 3's Multi Format Schema
        Object)."""
        return self.is_asyncapi and isinstance(schema, dict) and {"schemaFormat", "schema"} <= schema.keys()


def dialect_of(document: JsonValue, default: Draft, place: Callable[[str], Location]) -> Dialect:
    """The dialect of the schemas in ``document``, where these say no other themselves; ``default`` is that of a
    document that says nothing. Raises SchemaError, at the ``place`` of a pointer, for one that is not known."""
    if not isinstance(document, dict):
        return Dialect(default)
    if "openapi" in document:
        version = str(document["openapi"])
        if version.startswith("3.0"):
            return Dialect(Draft.D2020, is_openapi_3_0=True)
        if not _OPENAPI_3.fullmatch(version):
            message = f"OpenAPI {version!r} is not a version that schemagen knows (3.0 and later of 3)"
            raise SchemaError(message, place("#/openapi"), "SG107")
        own = document.get("jsonSchemaDialect")
        if isinstance(own, str) and _OF_OPENAPI.fullmatch(own):
            return Dialect(Draft.D2020)
        return Dialect(_named_in(document, "jsonSchemaDialect", Draft.D2020, place))
    if "swagger" in document:
        return Dialect(Draft.D2020, is_openapi_3_0=True)
    if "asyncapi" in document:
        return Dialect(Draft.D7, is_asyncapi=True)
    return Dialect(_named_in(document, "$schema", default, place))


def _named_in(document: dict[str, JsonValue], key: str, default: Draft, place: Callable[[str], Location]) -> Draft:
    return draft_named(document[key], default, lambda: place(f"#/{key}")) if key in document else default


def as_2020_12(schema: JsonValue) -> JsonValue:
    """``schema``, a Schema Object of OpenAPI 3.0, as 2020-12; what has another shape than it should stays as it is, for
    the metaschema to find fault with. Nothing in ``schema`` is changed."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    made = {keyword: _below(keyword, value) for keyword, value in schema.items()}
    for exclusive, bound in _BOUNDS:
        is_exclusive = made.get(exclusive)
        if isinstance(is_exclusive, bool):
            del made[exclusive]
            if is_exclusive and bound in made:
                made[exclusive] = made.pop(bound)
    if "example" in made and "examples" not in made:
        made["examples"] = [made.pop("example")]
    is_nullable = made.pop("nullable", False)
    return _with_null(made) if is_nullable is True else made


def _below(keyword: str, value: JsonValue) -> JsonValue:
    if keyword in _ONE:
        return as_2020_12(value)
    if keyword in _LISTS and isinstance(value, list):
        return [as_2020_12(item) for item in value]
    if keyword in _MAPS and isinstance(value, dict):
        return {key: as_2020_12(item) for key, item in value.items()}
    return value


def _with_null(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """``schema`` and null."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    for ways in ("oneOf", "anyOf"):
        if isinstance(schema.get(ways), list):
            return {**schema, ways: [*schema[ways], _NULL]}
    if "allOf" in schema:
        rest = {keyword: value for keyword, value in schema.items() if keyword != "allOf"}
        return {**rest, "anyOf": [{"allOf": schema["allOf"]}, _NULL]}
    return schema


def said_by(value: JsonValue, *, is_old: bool) -> bytes:
    """The JSON of what a schema says, however it is laid out. One that ``is_old`` is in the dialect of OpenAPI 3.0."""
    return dumps(as_2020_12(value) if is_old else value).encode()


def part_at(value_at: Callable[[str], JsonValue], pointer: str, *, is_old: bool) -> tuple[str, int] | None:
    """The digest of what the schema at ``pointer`` says, and the bytes that it takes; None where there is none.
    ``value_at`` gives the value at a pointer, or raises LookupError."""
    try:
        value = value_at(pointer)
    except (LookupError, ValueError):  # ValueError: an index of thousands of digits
        return None
    if not isinstance(value, dict | bool):
        return None
    text = said_by(value, is_old=is_old)
    return digest_of(text), len(text)
