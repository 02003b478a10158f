"""Views of schemas written in a test."""

from __future__ import annotations

import json
from typing import Any

from schemagen.jsontext import parse
from schemagen.keywords import walk_schemas
from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.view.root import build_view


def view_of(
    document: Any, draft: Draft = Draft.D2020, *, name: str = "thing", names_read: frozenset[str] | None = None
) -> dict[str, Any]:
    """The view of a schema whose references are all pointers into itself."""
    return build_view(*resolved(document, draft, name=name), names_read)


def resolved(document: Any, draft: Draft = Draft.D2020, *, name: str = "thing") -> tuple[Schema, Resolution]:
    """A schema whose references are all pointers into itself, with what they lead to."""
    path = f"schemas/{name}.json"
    data = json.dumps(document).encode()
    schema = Schema(name, path, data, "0" * 32, draft, parse(data, path))
    targets = {
        (path, pointer, keyword): Target(path, found[keyword])
        for pointer, found in walk_schemas(schema.document, draft)
        if isinstance(found, dict)
        for keyword in ("$ref", "$dynamicRef")
        if str(found.get(keyword, "")).startswith("#")
    }
    return schema, Resolution(targets, {path: (draft, schema.document)}, (), (), ())
