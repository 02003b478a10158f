"""This module knows how to decide whether values are valid by a schema, with all that it refers to, fetching nothing.

A document that refers only to itself is handed to the validator as it was read. Of several, each is copied without
what names it, with each reference as the place where it was found to lead, so that nothing has to be found again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs
from jiter import LosslessFloat

from schemagen.jsontext import dumps, escape_token, parse_plain
from schemagen.keywords import SUBSCHEMAS, Holds
from schemagen.metaschema import URIS
from schemagen.model import Draft, JsonValue, Resolution, Schema

_VALIDATORS: Mapping[Draft, Any] = {
    Draft.D4: jsonschema_rs.Draft4Validator,
    Draft.D6: jsonschema_rs.Draft6Validator,
    Draft.D7: jsonschema_rs.Draft7Validator,
    Draft.D2019: jsonschema_rs.Draft201909Validator,
    Draft.D2020: jsonschema_rs.Draft202012Validator,
}
_NAMING = frozenset({"$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$schema", "$vocabulary"})
_NOT_IN_URI = re.compile(r"[^A-Za-z0-9/~._$@!*+,;=:()'-]")
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class CannotCheckError(Exception):
    """The validator does not take the schema."""


def validator_of(schema: Schema, resolution: Resolution) -> Callable[[JsonValue], bool]:
    """What tells whether a value is valid by ``schema``; raises CannotCheckError."""
    try:
        validator = _validator(schema, resolution)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise CannotCheckError(str(error)) from error
    return lambda value: bool(validator.is_valid(plain(value)))


def plain(value: JsonValue) -> Any:
    """``value`` with Python's floats, which the validator needs."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return parse_plain(dumps(value).encode()) if isinstance(value, LosslessFloat) else value


def _validator(schema: Schema, resolution: Resolution) -> Any:
    make = _VALIDATORS[schema.draft]
    if isinstance(schema.document, bool):
        return make(schema.document, offline=True)
    if schema.data and _is_alone(resolution):
        try:
            return make(schema.data.decode("utf-8-sig"), offline=True)
        except jsonschema_rs.ValidationError:
            pass  # of a reference that is none by the letter of RFC 3986: the copies have escapes
    bundle = _Bundle(resolution)
    documents = bundle.documents()
    # In a wrapper, since what stands beside a reference, also what names the document, may mean nothing.
    whole = {"allOf": [{"$ref": bundle.uris[schema.path]}]}
    registry = jsonschema_rs.Registry(list(documents.items()), draft=_number(schema.draft))
    return make(whole, registry=registry, offline=True)


def _number(draft: Draft) -> int:
    return {
        Draft.D4: jsonschema_rs.Draft4,
        Draft.D6: jsonschema_rs.Draft6,
        Draft.D7: jsonschema_rs.Draft7,
        Draft.D2019: jsonschema_rs.Draft201909,
        Draft.D2020: jsonschema_rs.Draft202012,
    }[draft]


def _is_alone(resolution: Resolution) -> bool:
    return len(resolution.documents) == 1 and not any(
        keyword != "$ref" or target.is_opaque for (_, _, keyword), target in resolution.targets.items()
    )


class _Bundle:
    """Copies of all documents of a resolution, each under a URI of ours."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self.uris = {path: f"urn:schemagen:{number}" for number, path in enumerate(resolution.documents)}

    def documents(self) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        for path, (draft, document) in self._resolution.documents.items():
            copied = self._copy(plain(document), path, draft, "#")
            if isinstance(copied, dict):
                copied = {"$schema": URIS[draft], **copied}
            found[self.uris[path]] = copied
        return found

    def _copy(self, schema: JsonValue, path: str, draft: Draft, pointer: str) -> JsonValue:
        if not isinstance(schema, dict):
            return schema
        holds = SUBSCHEMAS[draft]
        copied: dict[str, JsonValue] = {}
        for keyword, value in schema.items():
            if keyword in _NAMING:
                continue
            here = f"{pointer}/{keyword}"
            if keyword in _REFERENCES and isinstance(value, str):
                target = self._resolution.targets.get((path, pointer, keyword))
                # A reference that is not answered asks for nothing that we could know.
                if target is not None and not target.is_opaque and target.path in self.uris:
                    parts = copied.setdefault("allOf", []) if "$ref" in copied else None
                    uri = self.uris[target.path] + _fragment(target.pointer)
                    if parts is None:
                        copied["$ref"] = uri
                    else:
                        parts.append({"$ref": uri})
            elif keyword not in holds:
                copied[keyword] = value
            elif isinstance(value, list):
                copied[keyword] = [self._copy(item, path, draft, f"{here}/{i}") for i, item in enumerate(value)]
            elif isinstance(value, dict) and holds[keyword] is Holds.MAP:
                copied[keyword] = {
                    key: self._copy(item, path, draft, f"{here}/{escape_token(key)}") for key, item in value.items()
                }
            else:
                copied[keyword] = self._copy(value, path, draft, here)
        return copied


def _fragment(pointer: str) -> str:
    """``pointer`` with what a URI may not hold as escapes."""
    return f"#{_NOT_IN_URI.sub(lambda match: _percent(match[0]), pointer[1:])}"


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
