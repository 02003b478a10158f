"""This module knows how to answer references to the metaschemas of JSON Schema, which ship with us."""

from __future__ import annotations

from schemagen.model import Draft, Schema
from schemagen.refs.documents import Document
from schemagen.refs.scan import scan_document, specification_of

_HOMES = ("http://json-schema.org/", "https://json-schema.org/")


class Metaschemas:
    """The metaschemas, each read and scanned when it is asked for first."""

    def __init__(self) -> None:
        self._documents: dict[str, Document | None] = {}

    def find(self, uri: str) -> Document | None:
        """The metaschema whose URI, without fragment, is ``uri``; its path is that URI."""
        if not uri.startswith(_HOMES):
            return None
        if uri not in self._documents:
            self._documents[uri] = _load(uri)
        return self._documents[uri]


def _load(uri: str) -> Document | None:
    # All of them are parsed when this is imported, which most builds need not wait for.
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    resource = REGISTRY.get(uri)
    if resource is None:
        return None
    content = resource.contents
    specification = specification_of(Draft.D2020).detect(content)
    draft = next((draft for draft in Draft if specification_of(draft) is specification), None)
    if draft is None:  # draft 3
        return None
    schema = Schema(uri, uri, b"", "", draft, content)
    return Document(uri, draft, lambda: schema, scan_document(schema), is_metaschema=True)
