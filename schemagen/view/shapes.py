"""This module knows how each kind of object in a view is made up: its keys, all of them always present.

A key whose value is absent holds ``""``, ``[]`` or false. Templates can rely on that: a key that is missing
would show the value of the same key further out.
"""

from __future__ import annotations

from schemagen.view.constraints import EMPTY_CONSTRAINTS
from schemagen.view.kinds import KINDS
from schemagen.view.literals import Plain

_TEXTS = (
    *("pointer", "id", "name", "anchor", "key", "md_key", "path", "md_path", "index"),
    *("title", "label", "description", "summary", "kind", "type_text", "md_type"),
)
_FLAGS = (
    *("first", "last", "is_required", "must_be_filled", "is_nullable", "is_deprecated"),
    *(
        "is_read_only",
        "is_write_only",
        "is_root",
        "is_item",
        "is_variant",
        "is_part",
        "is_overlay",
        "has_section",
        "has_hint",
    ),
)
_LISTS = (
    *("members", "examples", "constraints", "properties", "pattern_properties", "unlisted_required"),
    *("prefix_items", "more_rows", "all_of", "choices", "conditions", "x"),
)
_OBJECTS = ("default", "const", "items", "ref")

# What is said of properties (or items) that the schema does not name.
REST_ANY: Plain = {"is_allowed": True, "is_forbidden": False, "is_schema": False, "node": False}
REST_NONE: Plain = {"is_allowed": False, "is_forbidden": True, "is_schema": False, "node": False}
REST_UNSAID: Plain = {"is_allowed": False, "is_forbidden": False, "is_schema": False, "node": False}

CONTROLS = (
    *("is_fieldset", "is_input", "is_textarea", "is_checkbox", "is_select", "is_radios", "is_checkboxes"),
    *("is_fixed", "is_nothing", "is_reference"),
)
# How a form shows a node; exactly one of CONTROLS is true.
EMPTY_HTML: Plain = {
    **dict.fromkeys(CONTROLS, False),
    "type": "",
    "value": "",
    "is_checked": False,
    "is_json": False,
    "is_read_only": False,
    "can_require": False,
    "attributes": [],
    "suggestions": [],
    "has_suggestions": False,
}

EMPTY_NODE: Plain = {
    **dict.fromkeys(_TEXTS, ""),
    **dict.fromkeys(_FLAGS, False),
    **{name: [] for name in _LISTS},
    **{f"has_{name}": False for name in _LISTS},
    **dict.fromkeys(_OBJECTS, False),
    **{f"is_{kind}": False for kind in KINDS},
    **EMPTY_CONSTRAINTS,
    "additional": REST_ANY,
    "unevaluated_properties": REST_UNSAID,
    "unevaluated_items": REST_UNSAID,
    "html": EMPTY_HTML,
}

EMPTY_REF: Plain = {
    "name": "",
    "md_name": "",
    "id": "",
    "anchor": "",
    "title": "",
    "uri": "",
    "is_root": False,
    "is_recursive": False,
    "is_opaque": False,
    "node": False,
}

# The keys of a node that hold lists of nodes, and the keys that hold what is said of the rest.
CHILDREN = ("properties", "pattern_properties", "prefix_items", "more_rows", "all_of")
RESTS = ("additional", "unevaluated_properties", "unevaluated_items")

EMPTY_CHOICE: Plain = {
    "choice_id": "",
    "text": "",
    "is_any_of": False,
    "is_one_of": False,
    "is_type_choice": False,
    "variants": [],
}

# ``then`` and ``else`` are nodes or false; the texts are complete sentences.
EMPTY_CONDITION: Plain = {
    "is_if": False,
    "is_dependent_required": False,
    "is_dependent_schema": False,
    "has_fields": False,
    "trigger_key": "",
    "if_text": "",
    "if_md": "",
    "text": "",
    "md": "",
    "else_text": "",
    "else_md": "",
    "then": False,
    "else": False,
}
