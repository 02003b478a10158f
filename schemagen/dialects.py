"""This module knows how to tell the draft of a schema by the URI of its dialect."""

from __future__ import annotations

import re
from collections.abc import Callable

from schemagen.errors import Location, SchemaError
from schemagen.model import Draft, JsonValue

_DIALECTS = {
    "json-schema.org/draft-04/schema": Draft.D4,
    "json-schema.org/draft-06/schema": Draft.D6,
    "json-schema.org/draft-07/schema": Draft.D7,
    "json-schema.org/draft/2019-09/schema": Draft.D2019,
    "json-schema.org/draft/2020-12/schema": Draft.D2020,
}
# "The current version": what an author means by it is whatever was current; the default stands for it.
_CURRENT = "json-schema.org/schema"


def draft_named(uri: JsonValue, default: Draft, place: Callable[[], Location]) -> Draft:
    """The draft whose metaschema is at ``uri``; raises SchemaError, at ``place``, for one that is not known."""
    text = re.sub(r"^https?://", "", uri).removesuffix("#").rstrip("/") if isinstance(uri, str) else ""
    if text == _CURRENT:
        return default
    draft = _DIALECTS.get(text)
    if draft is None:
        known = ", ".join(draft.value for draft in Draft)
        raise SchemaError(
            f"$schema {uri!r} is not a dialect that schemagen knows ({known})",
            place(),
            "SG107",
        )
    return draft


def id_of(value: JsonValue, draft: Draft) -> str:
    """The id of a schema, without fragment; empty where it has none."""
    own = value.get("id" if draft is Draft.D4 else "$id") if isinstance(value, dict) else None
    return own.partition("#")[0] if isinstance(own, str) else ""
