"""This module knows how to keep what one build of a view shares: which keys are wanted, the empty shapes of its
objects, the tokens that its texts get, and what was worked out before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING

from schemagen.model import Draft, JsonValue
from schemagen.view import data, python, typescript
from schemagen.view.controls import PLAIN_CONTROLS
from schemagen.view.escapes import joined_lines, lines_of
from schemagen.view.keys import Keys
from schemagen.view.literals import Literals, flag, indexed, json_text, numbered
from schemagen.view.markdown import code_span
from schemagen.view.phrases import Sentence, markdown_text, plain_text
from schemagen.view.shapes import (
    ASKED,
    EMPTY_CONDITION,
    EMPTY_DEFINITION,
    EMPTY_EXTENSION,
    EMPTY_KEY,
    EMPTY_LITERAL,
    EMPTY_NODE,
    EMPTY_REF,
    EMPTY_USE,
    EMPTY_VIEW,
    IDLE,
    KINDS,
    MEMBER_EXTRA,
    NAMING,
    NODE_TEXTS,
    NUMBERED,
    OF_TREE,
    STRING_LANGUAGES,
    VIEW_TEXTS,
    Plain,
)
from schemagen.view.wanted import Wanted

if TYPE_CHECKING:
    from schemagen.view.outlines import Outlines

_STRINGS: dict[str, Callable[[str], str]] = {
    "ts": typescript.ts_string,
    "py": python.py_string,
    "json": json_text,
    "script": data.script_json,
    "yaml": data.yaml_string,
}
_TEXTS = tuple(dict.fromkeys((*NODE_TEXTS, *VIEW_TEXTS, "trigger_key")))
_LINES: dict[str, Callable[[str], str]] = {
    "ts_line": typescript.ts_comment,
    "py_line": python.py_comment,
    "py_doc_line": python.py_doc,
}


def _line_of(write: Callable[[str], str]) -> Callable[[JsonValue], str]:
    return lambda value: write(json_text(value))


_LITERALS: dict[str, Callable[[JsonValue], str]] = {
    "ts_literal": typescript.ts_literal,
    "py_literal": python.py_literal,
    "script_json": data.script_json,
    "yaml_literal": data.yaml_literal,
    **{key: _line_of(write) for key, write in _LINES.items()},
}
_NEEDED_BY = {"ts_literal": ("ts_type",), "py_literal": ("py_type",)}


class Making:
    """What one build of a view shares. ``anchors`` are those taken on a page; ``count`` is how many nodes were made;
    ``parents`` has the ids of those that may have others below them."""

    def __init__(self, names_read: frozenset[str] | None) -> None:
        wanted = Wanted(names_read)
        self.wanted = wanted
        self.node = wanted.only(EMPTY_NODE, IDLE)
        self.ref = wanted.only(EMPTY_REF)
        self.condition = wanted.only(EMPTY_CONDITION)
        self.definition = wanted.only(EMPTY_DEFINITION)
        self.use = wanted.only(EMPTY_USE)
        self.view = wanted.only(EMPTY_VIEW)
        self.key = wanted.only(EMPTY_KEY)
        self.extension = wanted.only(EMPTY_EXTENSION)
        self.has_links = wanted.any("md_link")
        self.has_example = wanted.any("example")
        self._choose_parts(wanted)
        self._choose_tokens(wanted)
        # A node of which no more is known than its kind, or not even that.
        self.node = dict(list(self.node.items()))
        self.shapes = {"": self.node, **{kind: self._shape(kind) for kind in KINDS}}
        # What was found out of lists of keywords, by the draft.
        self.outlines: dict[Draft, Outlines] = {}
        self._begin()

    def _choose_parts(self, wanted: Wanted) -> None:
        """Choose which optional parts are built."""
        # Whether of definitions only those are read that a page needs.
        self.has_only_templates = wanted.is_all_of("definitions", "is_template") and not wanted.any(
            "has_definitions", "page_definitions", "used_by", *NAMING
        )
        self.has_tree = any(map(wanted.is_read, OF_TREE))
        self.has_html = wanted.any("html")
        self.has_copies = wanted.any("html", "more_rows", "is_template") or wanted.within("ref", "node")
        if self.has_copies:
            self.node["more_rows"] = []
        else:
            del self.ref["node"]
        # Without copies nothing but templates reads these of a node.
        self._leave_out(
            *("has_more_rows", "has_hint", "has_constraints", "path"),
            *(() if self.has_copies else ("name", "must_be_filled", "is_overlay")),
        )
        if not self.has_copies and wanted.is_only_in({"ref", "definitions", "used_by", ""}, "name"):
            self._leave_out_all("name")  # others have names too
        self.has_field_names = "name" in self.node
        labels = ("label", *(f"{language}_label" for language in STRING_LANGUAGES))
        # Variants get theirs once they are known.
        self.has_variant_labels = wanted.any(*labels)
        if self.has_variant_labels:
            self.node["label"] = ""  # the tokens are made of it
        self.has_labels = self.has_variant_labels and not wanted.is_only_in({"variants"}, *labels)
        branches = {"variants", "then", "else"}
        # Where only branches are located, the others have no location.
        self.has_branch_locations = wanted.any("location") and wanted.is_only_in(branches, "location")
        if self.has_branch_locations:
            del self.node["location"]
        self.has_places = wanted.any("pointer", "path", "md_path") or "location" in self.node
        # Of a property, what leads to it for people, and its anchor.
        self.has_routes = wanted.any("path", "md_path", "anchor", "has_section")
        self.is_flat = not self.has_routes and not self.has_places
        self.has_layouts = wanted.any("layout")
        self.has_md_cell = "md_cell" in self.node
        self.has_summary = wanted.any("summary")
        self.has_type_words = wanted.any("type_text")
        self.has_sections = "anchor" in self.node
        self.has_sentences = self.has_sections or wanted.any("constraints")
        if self.has_sentences:
            self.node["constraints"] = []
        self.has_hints = "has_hint" in self.node
        self.has_documentation = wanted.any("doc_lines", "ts_doc", "py_docstring")
        self.has_ts_types = wanted.any("ts_type")
        self.has_py_types = wanted.any("py_type")
        self.has_names = self.has_ts_types or self.has_py_types or wanted.any("names")
        if self.has_names:
            self.node.update((key, EMPTY_NODE[key]) for key in NAMING)
        if (self.has_ts_types or self.has_py_types) and "is_closed" not in self.node:
            self.node["is_closed"] = False
        # Where nobody asks for the number of a property, only items of other lists have one.
        if wanted.is_only_in(NUMBERED, "index", "first", "last"):
            self._leave_out_all("index", "first", "last")
        if wanted.is_only_in({""}, "uri"):
            self._leave_out_all("uri")  # what stands in no section is the view's
        if not (self.has_copies or self.has_names):
            self._leave_out("is_part")
        self.asked = tuple(key for key in ASKED if key in self.node)

    def _leave_out(self, *keys: str) -> None:
        """Leave out of nodes those of ``keys`` that no template reads."""
        self._leave_out_all(*(key for key in keys if not self.wanted.is_read(key)))

    def _leave_out_all(self, *keys: str) -> None:
        for key in keys:
            self.node.pop(key, None)

    def _choose_tokens(self, wanted: Wanted) -> None:
        """Choose what is made of texts and values."""
        self._has_md = wanted.any("md")
        self._strings = {
            text: tuple((f"{name}_{text}", write) for name, write in _STRINGS.items() if wanted.any(f"{name}_{text}"))
            for text in _TEXTS
        }
        if self._strings["comment"]:
            self.node["comment"] = ""  # a copy keeps the tokens of its site where that has a comment
        md_key = [("md_key", code_span)] if wanted.any("md_key") else []
        ts_property = [("ts_property", typescript.ts_property)] if wanted.any("ts_property", "ts_type") else []
        self.keys = Keys(
            (*md_key, *ts_property, *self._strings["key"]), has_labels=self.has_labels, has_slugs=self.has_routes
        )
        self._label_strings = self._strings["label"]
        self._has_member_strings = bool(self._label_strings or self._strings["description"])
        self.has_bare_descriptions = not (self.has_summary or self.has_md_cell or self._strings["description"])
        self._lines = tuple(item for item in _LINES.items() if wanted.any(item[0]))
        literal = wanted.only(EMPTY_LITERAL)
        if wanted.is_only_in({"documents"}, "script_json"):
            literal.pop("script_json", None)  # that of a document has the same name
        self.literals = Literals(
            literal,
            {**literal, **wanted.only(MEMBER_EXTRA)},
            tuple(item for item in _LITERALS.items() if item[0] in literal or wanted.any(*_NEEDED_BY.get(item[0], ()))),
            has_blocks=wanted.any("md_block"),
            has_choice=wanted.any("example"),
        )

    def _shape(self, kind: str) -> Plain:
        shape = {**self.node, "kind": kind}
        flag(shape, f"is_{kind}")
        if self.has_type_words:
            shape["type_text"] = shape["md_type"] = kind
        if self.has_links:
            shape["md_linked_type"] = kind
        if self.has_html and kind in PLAIN_CONTROLS:
            shape["html"] = PLAIN_CONTROLS[kind]
        return dict(list(shape.items()))  # without the room that it had to grow

    def _begin(self) -> None:
        self.count, self.mark = 0, "f"  # of nodes, and what their ids begin with
        self.parents: set[str] = set()
        self.anchors: dict[str, int] = {}

    @classmethod
    def begin(cls, names_read: frozenset[str] | None) -> Making:
        """A new build of what is wanted where templates read ``names_read``."""
        making = copy(_prepared(names_read))
        making._begin()
        return making

    def number_properties(self, properties: list[Plain]) -> list[Plain]:
        """``properties``, with their numbers where somebody asks for these."""
        if "first" in self.node or "last" in self.node:
            return numbered(properties)
        return indexed(properties) if "index" in self.node else properties

    # -- tokens

    def set_label(self, node: Plain, label: str) -> None:
        """Say what to call ``node``."""
        node["label"] = label
        for key, write in self._label_strings:
            node[key] = write(label)

    def members(
        self, values: list[JsonValue], labels: Sequence[str], descriptions: Sequence[str], default: JsonValue
    ) -> list[Plain]:
        """The members of an enum."""
        made = self.literals.members(values, labels, descriptions, default)
        if self._has_member_strings:
            for member in made:
                self.add_strings(member, "label", member["label"])
                self.add_strings(member, "description", member["description"])
        return made

    def add_strings(self, target: Plain, name: str, text: str) -> None:
        """Give ``target`` the string literals of its text ``name``: ``ts_title`` and so on, for ``title``."""
        for key, write in self._strings[name]:
            target[key] = write(text)

    def add_lines(self, target: Plain, line: str) -> None:
        """Give ``target`` the text ``line`` for comments and docstrings."""
        for key, write in self._lines:
            target[key] = write(line)

    def named_key(self, text: str, shape: Plain) -> Plain:
        """An object about a property that is only named."""
        return {**shape, **self.keys.of(text).tokens}

    def sentences(self, said: list[Sentence]) -> list[Plain]:
        made = []
        for keyword, parts in said:
            text = plain_text(parts)
            sentence = {"keyword": keyword, "text": text}
            if self._has_md:
                sentence["md"] = markdown_text(parts)
            self.add_lines(sentence, text)
            made.append(sentence)
        return made

    def document(self, node: Plain, title: str, description: str) -> None:
        """Give ``node`` its title and description as documentation for code."""
        lines = lines_of(description)
        if title:
            heading = joined_lines(title)
            if heading and heading not in lines[:1]:
                lines = [heading, "", *lines] if lines else [heading]
        if not lines:
            return
        if "ts_doc" in node:
            node["ts_doc"] = typescript.ts_doc(lines)
        if "py_docstring" in node:
            node["py_docstring"] = python.py_docstring(lines)
        if "doc_lines" in node:
            listed = [{"text": line} for line in lines]
            for item in listed:
                self.add_lines(item, item["text"])
            node["doc_lines"] = numbered(listed)
            node["has_doc_lines"] = True


@lru_cache(maxsize=16)
def _prepared(names_read: frozenset[str] | None) -> Making:
    # To work out what is wanted takes longer than to build a small view, and is the same for a whole build.
    return Making(names_read)
