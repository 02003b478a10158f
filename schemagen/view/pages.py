"""This module knows how to say where a reference page shows a definition, on the page of its own schema or another.

A page shows each entry of ``$defs`` and ``definitions`` of its own schema, so that others can link to it. The anchors
of these follow from that document alone, whoever refers to it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import quote

from schemagen.jsontext import escape_token
from schemagen.model import JsonValue, Target
from schemagen.view.text import claim, slug

ROOT_ANCHOR = "schema"
_SECTIONS = ("$defs", "definitions")


def own_anchors(document: JsonValue) -> dict[str, str]:
    """The anchors of the definitions that the page of ``document`` shows, by their pointers; and of itself."""
    anchors = {"#": ROOT_ANCHOR}
    taken = {ROOT_ANCHOR: 1}
    if isinstance(document, dict):
        for section in _SECTIONS:
            held = document.get(section)
            if isinstance(held, dict):
                for key, value in held.items():
                    if isinstance(value, dict | bool):
                        anchors[f"#/{section}/{escape_token(key)}"] = claim(f"definition-{slug(key)}", taken)
    return anchors


class Pages:
    """Where the pages of other schemas show what is referred to, seen from the output of the schema ``name``, where
    ``names`` are those of the schemas that have a page, by path."""

    def __init__(self, name: str, names: Mapping[str, str]) -> None:
        self._folder = posixpath.dirname(name)
        self._names = names
        self._anchors: dict[str, dict[str, str]] = {}

    def address(self, target: Target, document: JsonValue) -> str:
        """The way to ``target``, in ``document``, on another schema's page; empty where no page surely shows it."""
        name = self._names.get(target.path)
        if name is None:
            return ""
        if target.path not in self._anchors:
            self._anchors[target.path] = own_anchors(document)
        anchor = self._anchors[target.path].get(target.pointer)
        if anchor is None:
            return ""
        way = posixpath.relpath(name, self._folder) if self._folder else name
        return f"{quote(way)}.md#{anchor}"
