"""This module knows how to name what every module declares of its own document, so that another module can tell these
names from that document alone: the schema itself, and each entry right under ``$defs`` or ``definitions``."""

from __future__ import annotations

from schemagen.jsontext import escape_token
from schemagen.model import JsonValue
from schemagen.view.names import Scope, Words, type_scope, words_of

ROOT = "#"
_SECTIONS = ("$defs", "definitions")


def stem_words(name: str) -> Words:
    """The words for the schema called ``name``: those of its file."""
    return words_of(name.rpartition("/")[2].removesuffix(".schema"))


def known_names(document: JsonValue, name: str) -> tuple[dict[str, Words], Scope]:
    """By pointer, what the module of the schema ``name`` calls what it declares of ``document`` in any case; and the
    scope in which these are taken. The schema itself comes first, then the entries as they stand."""
    scope = type_scope()
    names = {ROOT: scope.claim(stem_words(name))}
    for section, entries in document.items() if isinstance(document, dict) else ():
        if section in _SECTIONS and isinstance(entries, dict):
            for key, schema in entries.items():
                if isinstance(schema, dict | bool):
                    names[f"#/{section}/{escape_token(key)}"] = scope.claim(words_of(key))
    return names, scope
