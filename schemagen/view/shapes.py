"""This module knows how each kind of object in a view is made up: its keys, all of them always present.

A key whose value is absent holds ``""``, ``[]`` or false. Templates can rely on that: a key that is missing
would show the value of the same key further out. What the keys mean is said in ``contract/view.json``.
"""

from __future__ import annotations

from typing import Any

Plain = dict[str, Any]

TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
LAYOUTS = ("vertical", "grid", "tabs", "vtabs", "wizard")
KINDS = (*TYPES, "enum", "const", "union", "ref", "any", "never")

# The prefixes of keys that hold a token of a language: LANGUAGE_WHAT, such as ``py_title``.
TOKEN_PREFIXES = frozenset({"md", "ts", "py", "json", "script", "yaml"})
# In these languages every text has a string literal.
STRING_LANGUAGES = ("ts", "py", "json", "script", "yaml")
# Texts of a node, of the view and of lesser objects of which there are string literals.
NODE_TEXTS = (
    *("key", "title", "label", "description", "comment"),
    *("pattern", "format", "content_encoding", "content_media_type"),
)
VIEW_TEXTS = ("path", "title", "description", "uri")


def strings_of(*texts: str) -> Plain:
    """The keys of the string literals of ``texts`` in every language. That of an absent text is ``""``: a token is
    always whole."""
    return {f"{language}_{text}": '""' for text in texts for language in STRING_LANGUAGES}


# One line of text that is safe inside a comment or a docstring of a language.
EMPTY_LINES: Plain = {"ts_line": "", "py_line": "", "py_doc_line": ""}

EMPTY_NAMES: Plain = {"pascal": "", "camel": "", "snake": "", "kebab": "", "constant": ""}
# How something is called: in five cases, and as an identifier of each language.
NAMED: Plain = {"names": EMPTY_NAMES, "ts_name": "", "py_name": ""}

EMPTY_CONSTRAINTS: Plain = {
    **dict.fromkeys(("minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "multiple_of"), ""),
    **dict.fromkeys(("pattern", "format", "content_encoding", "content_media_type"), ""),
    **dict.fromkeys(("min_length", "max_length", "min_items", "max_items"), ""),
    **dict.fromkeys(("min_contains", "max_contains", "min_properties", "max_properties"), ""),
    "is_unique": False,
}

_TEXTS = (
    *("pointer", "location", "layout", "id", "name", "anchor", "key", "md_key", "path", "md_path", "index"),
    *("title", "label", "description", "summary", "md_cell", "comment", "kind", "type_text", "md_type"),
    "md_linked_type",
    *("uri", "schema_uri", "anchor_name", "dynamic_anchor"),
    *("ts_doc", "py_docstring", "ts_property", "ts_type_name", "py_type_name"),
    *("ts_type", "ts_body", "ts_rest", "py_type", "py_body", "py_rest"),
)
_FLAGS = (
    *("first", "last", "is_required", "must_be_filled", "is_nullable", "is_deprecated"),
    *("is_read_only", "is_write_only", "is_root", "is_item", "is_variant", "is_part", "is_overlay"),
    *("has_section", "has_hint", "is_closed", "is_declared", "is_record"),
)
_LISTS = (
    *("members", "examples", "constraints", "properties", "pattern_properties", "unlisted_required"),
    *("prefix_items", "more_rows", "all_of", "choices", "conditions", "x", "doc_lines", "vocabularies"),
)
_OBJECTS = ("default", "const", "items", "ref")
# Schemas that a value, a part of it, or its content is checked against: as literals.
ASKED = ("not", "contains", "property_names", "content_schema")

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
    **dict.fromkeys((*_OBJECTS, *ASKED), False),
    **{f"is_{kind}": False for kind in KINDS},
    **EMPTY_CONSTRAINTS,
    **NAMED,
    **strings_of(*NODE_TEXTS),
    "additional": REST_ANY,
    "unevaluated_properties": REST_UNSAID,
    "unevaluated_items": REST_UNSAID,
    "html": EMPTY_HTML,
}

# A JSON value of a schema: a default, a constant, an example, a member of an enum.
EMPTY_LITERAL: Plain = {
    **dict.fromkeys(("json", "text", "md_code"), ""),
    **dict.fromkeys(("ts_literal", "py_literal", "script_json", "yaml_literal"), ""),
    **EMPTY_LINES,
    **dict.fromkeys(("is_string", "is_number", "is_boolean", "is_null", "is_object", "is_array"), False),
}
MEMBER_EXTRA: Plain = {
    **dict.fromkeys(("label", "description", "summary"), ""),
    **NAMED,
    **strings_of("label", "description"),
    "is_default": False,
}

# A value that is valid by the whole schema.
EMPTY_INSTANCE: Plain = {**EMPTY_LITERAL, "md_block": "", "is_made": False}

EMPTY_REF: Plain = {
    **dict.fromkeys(("name", "md_name", "md_link", "id", "anchor", "title", "uri", "ts_name", "py_name"), ""),
    "is_root": False,
    "is_recursive": False,
    "is_opaque": False,
    "node": False,
}

# The keys of a node that hold lists of nodes, and the keys that hold what is said of the rest.
CHILDREN = ("properties", "pattern_properties", "prefix_items", "more_rows", "all_of")
RESTS = ("additional", "unevaluated_properties", "unevaluated_items")

# A sentence that says what a keyword asks for; a line of documentation; a property that is only named.
EMPTY_SENTENCE: Plain = {"keyword": "", "text": "", "md": "", **EMPTY_LINES}
EMPTY_LINE: Plain = {"text": "", **EMPTY_LINES}
EMPTY_KEY: Plain = {"key": "", "md_key": "", "ts_property": "", **strings_of("key")}
EMPTY_EXTENSION: Plain = {**EMPTY_KEY, "value": False}
EMPTY_VOCABULARY: Plain = {"uri": "", "is_required": False}

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
    **dict.fromkeys(("is_if", "is_dependent_required", "is_dependent_schema", "has_fields"), False),
    **dict.fromkeys(("trigger_key", "if_text", "if_md", "text", "md", "else_text", "else_md"), ""),
    **strings_of("trigger_key"),
    **EMPTY_LINES,
    "required": [],
    "has_required": False,
    "if": False,
    "then": False,
    "else": False,
}

EMPTY_DEFINITION: Plain = {
    **dict.fromkeys(("id", "name", "md_name", "md_link", "anchor", "title", "place", "md_place"), ""),
    **NAMED,
    "is_external": False,
    "is_recursive": False,
    "is_template": False,
    "used_by": [],
    "has_used_by": False,
    "node": False,
}
# A document that the schema, or what it refers to, stands in.
EMPTY_DOCUMENT: Plain = dict.fromkeys(("place", "draft", "script_json", "links_json"), "")
EMPTY_USE: Plain = {**dict.fromkeys(("id", "name", "md_name", "anchor", "title"), ""), **NAMED, "is_root": False}

EMPTY_VIEW: Plain = {
    **dict.fromkeys(("view_version", "name", "path", "title", "description", "summary", "uri", "md_uri"), ""),
    **NAMED,
    **strings_of(*VIEW_TEXTS),
    "dialect": "",
    "base_href": "",
    "root": False,
    "example": False,
    "definitions": [],
    "has_definitions": False,
    "page_definitions": [],
    "has_page_definitions": False,
    "documents": [],
    # What a pack has chosen, and modules of types in languages: put in for each output that reads them.
    "options": {},
    **dict.fromkeys(("ts_module", "py_module", "py_dict_module", "py_model_module"), False),
}
# None of these keys is one of a node: to build the tree, or a part of it, for them would be for nothing.
EMPTY_TS_MODULE: Plain = {"ts_imports": [], "has_ts_imports": False, "ts_declarations": []}
EMPTY_TS_IMPORT: Plain = {"ts_import": "", "ts_module_path": "", "ts_imported": []}
EMPTY_TS_NAME: Plain = {"ts_identifier": "", "ts_import_name": ""}
EMPTY_TS_DECLARATION: Plain = {
    **dict.fromkeys(("ts_identifier", "ts_docblock", "ts_aliased", "ts_index"), ""),
    **dict.fromkeys(("is_root", "is_recursive", "is_deprecated", "is_interface", "is_alias"), False),
    "ts_members": [],
}
EMPTY_TS_MEMBER: Plain = {
    **dict.fromkeys(("ts_docblock", "ts_member_name", "ts_member_type"), ""),
    **dict.fromkeys(("is_optional", "is_readonly", "is_deprecated"), False),
}

# The keys of a view that hold the tree, or are made of it.
OF_TREE = frozenset({"root", "definitions", "has_definitions", "summary", "documents", *NAMED}) | {
    *("example", "page_definitions", "has_page_definitions"),
    "description",  # may be that of what the schema refers to
    *strings_of("description"),
}
# The keys of a node that naming it fills in.
NAMING = frozenset({*NAMED, "ts_type_name", "py_type_name", "is_declared", "is_record"})
# The keys of a node that building it never reads, or never where nothing was said: what nobody reads is left out, for a
# small node is made, and read, sooner. Nodes begin as copies of one, and a dict of up to 42 keys is copied in a quarter
# of the time that one of 43 takes: the next size that CPython has is twice as large.
IDLE = frozenset(
    {f"has_{name}" for name in _LISTS}
    | {f"is_{kind}" for kind in KINDS}
    | {"first", "last", "is_root", "is_item", "is_variant", "comment", "x", "vocabularies"}
    | {"uri", "schema_uri", "anchor_name", "dynamic_anchor", "is_closed", "is_write_only", "unlisted_required"}
    | {"examples", "unevaluated_properties", "unevaluated_items"}
    | EMPTY_CONSTRAINTS.keys()
)
# Lists whose items have a number each.
NUMBERED = frozenset(
    {
        "variants",
        "choices",
        "conditions",
        "members",
        "constraints",
        "all_of",
        "prefix_items",
        "more_rows",
        "definitions",
    }
)
# Keys that are built together: all of a group, or none of it where no template reads one.
GROUPS = (
    frozenset({"html", "has_fields"}),
    frozenset({"md"}),
    frozenset({"pointer"}),
    frozenset({"location"}),
    frozenset({"layout"}),
    frozenset({"documents"}),
    frozenset({"is_template"}),
    frozenset({"example", "is_chosen", "is_made"}),
    frozenset({"md_linked_type", "md_link", "page_definitions", "has_page_definitions"}),
    frozenset({"label"}),
    frozenset({"path", "md_path"}),
    frozenset({"summary"}),
    frozenset({"type_text", "md_type"}),
    frozenset({"anchor", "has_section"}),
    frozenset({"more_rows", "has_more_rows"}),
    frozenset({"constraints", "has_constraints", "has_hint"}),
    frozenset({"doc_lines", "has_doc_lines"}),
    frozenset(EMPTY_LINES),
    frozenset({"vocabularies", "has_vocabularies"}),
    frozenset({"used_by", "has_used_by"}),
    NAMING,
    frozenset({"ts_type", "ts_body", "ts_rest"}),
    frozenset({"py_type", "py_body", "py_rest"}),
    *(frozenset({key}) for key in (*ASKED, "if")),
)
