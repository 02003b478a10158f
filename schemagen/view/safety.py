"""This module knows how to tell which keys of a view may stand as they are in the source code of a language.

These are flags, numbers, indexes, ids and names, which hold nothing that a schema could choose freely, and the tokens
of the language. Everything else is text of a schema, and would be code there.
"""

from __future__ import annotations

from schemagen.view.shapes import EMPTY_CONSTRAINTS, EMPTY_NAMES, NODE_TEXTS

# The prefixes of the tokens that are whole and right in each language.
_PREFIXES = {
    "typescript": ("ts_", "script_"),
    "javascript": ("ts_", "script_"),
    "python": ("py_",),
    "json": ("json_", "script_"),
    "yaml": ("yaml_",),
    "markdown": ("md_",),
    "html": ("script_",),
}
_EXTRA = {"json": frozenset({"json"}), "markdown": frozenset({"md", "if_md", "else_md"})}
_NOT_SAFE = {"javascript": frozenset({"ts_type", "ts_body", "ts_rest"})}
_OURS = (
    {"first", "last", "must_be_filled", "can_require", "index", "id", "choice_id", "anchor", "kind", "keyword"}
    | {"dialect", "view_version"}
    | EMPTY_NAMES.keys()
    | (EMPTY_CONSTRAINTS.keys() - set(NODE_TEXTS))  # numbers
)


def is_safe_name(language: str, name: str) -> bool:
    """Whether ``{{name}}`` may stand, not escaped, in a template of ``language``: html, typescript, javascript, python,
    markdown, json, yaml, or text, in which everything may. Of a dotted name the last part counts."""
    if language == "text":
        return True
    key = name.rpartition(".")[2]
    if key in _OURS or key.startswith(("is_", "has_")) or key in _EXTRA.get(language, ()):
        return True
    return key.startswith(_PREFIXES.get(language, ())) and key not in _NOT_SAFE.get(language, ())
