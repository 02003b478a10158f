"""This module knows how the view of a Python module is made up: its keys, all of them always present.

Those that cost something have other names than the keys of a node: to build the tree for them would be for nothing.
"""

from __future__ import annotations

from schemagen.view.shapes import Plain

EMPTY_PY_MODULE: Plain = {
    **dict.fromkeys(("py_docstring", "py_imports", "py_checked_imports", "py_late_imports"), ""),
    **dict.fromkeys(("py_all", "py_identifier", "py_codec", "py_from_json"), ""),
    **dict.fromkeys(("is_root_class", "is_root_alias"), False),
    "py_declarations": [],
    "py_codecs": [],
}
EMPTY_PY_DECLARATION: Plain = {
    **dict.fromkeys(("index", "py_identifier", "py_docstring", "py_comments", "py_codec"), ""),
    **dict.fromkeys(("py_statement", "py_annotation", "py_rest", "py_rest_field"), ""),
    **dict.fromkeys(("first", "last", "is_class", "is_alias", "is_functional", "is_root", "is_deprecated"), False),
    **dict.fromkeys(("has_py_members", "is_closed"), False),
    "py_members": [],
}
EMPTY_PY_MEMBER: Plain = {
    **dict.fromkeys(("index", "py_identifier", "py_key", "py_annotation", "py_default", "py_field"), ""),
    **dict.fromkeys(("py_docstring", "py_comments"), ""),
    **dict.fromkeys(("first", "last", "is_required", "is_deprecated", "is_read_only", "is_write_only"), False),
}
EMPTY_PY_CODEC: Plain = {"py_codec": "", "index": "", "first": False, "last": False}
