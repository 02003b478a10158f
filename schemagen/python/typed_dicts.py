"""This module knows how to show a module of types as TypedDicts: types of JSON data as it is."""

from __future__ import annotations

import keyword
import re
import unicodedata

from schemagen.python.annotating import PLAIN, Annotating
from schemagen.python.assembling import INDENT, Assembly, field_statement, shown_declaration, shown_member
from schemagen.python.declaring import is_class
from schemagen.python.docs import comments, docstring, note_lines
from schemagen.python.layout import Brackets, Expression, Prefixed, call, flat, statement, subscript
from schemagen.python.values import string
from schemagen.types.model import Declaration, Member, Module, Record
from schemagen.view.literals import numbered
from schemagen.view.shapes import Plain
from schemagen.view.text import clean

_NAME = re.compile(r"\w+")


def typed_dicts_of(module: Module) -> Plain:
    """The view of ``module`` for templates that make TypedDicts."""
    assembly = Assembly.begin(module)
    writing = _TypedDicts(assembly)
    return assembly.view([writing.declaration(each) for each in assembly.declarations])


class _TypedDicts:
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._inside = Annotating(PLAIN, assembly.name_of, assembly.used)
        self._outside = Annotating(PLAIN, assembly.name_of, assembly.used, assembly.is_ahead)

    def declaration(self, declaration: Declaration) -> Plain:
        shown = shown_declaration(declaration)
        shown["py_comments"] = comments(note_lines(declaration.notes), "")
        found = declaration.type
        if is_class(declaration) and isinstance(found, Record):
            shown |= self._typed_dict(declaration, found)
        else:
            self._assembly.show_alias(shown, self._outside.of(found))
        self._assembly.defined.add(declaration.words)
        return shown

    def _typed_dict(self, declaration: Declaration, record: Record) -> Plain:
        self._assembly.used.add("TypedDict")
        members = []
        named = set[str]()
        for member in record.members:
            shown = shown_member(member, member.key if _is_plain(member.key) else "")
            shown["py_comments"] = comments(note_lines(member.notes), INDENT)
            annotation = self._annotation(self._inside, member)
            named |= set(_NAME.findall(re.sub(r'"(?:[^"\\]|\\.)*"', "", flat(annotation))))
            shown["py_annotation"] = flat(annotation)
            shown["py_field"] = (
                field_statement(shown["py_identifier"], annotation, None) if shown["py_identifier"] else ""
            )
            members.append(shown)
        body: Plain = {"py_members": numbered(members), "is_closed": record.rest is None}
        # A key that is no identifier, or that would hide a type from the annotations below, has no line of a class.
        if all(_is_plain(member.key) and member.key not in named for member in record.members):
            return body
        for shown in members:
            shown["py_identifier"] = shown["py_field"] = ""
        return body | {
            "is_class": False,
            "is_functional": True,
            "py_statement": self._functional(declaration, record),
            "py_docstring": docstring(_lines_with_members(declaration, record), ""),
        }

    def _functional(self, declaration: Declaration, record: Record) -> str:
        name = shown_declaration(declaration)["py_identifier"]
        items = tuple(
            Prefixed(f"{string(member.key)}: ", self._annotation(self._outside, member)) for member in record.members
        )
        members = Brackets("{", items, "}", is_display=True)
        return statement(name, None, call("TypedDict", f'"{name}"', members))

    def _annotation(self, writing: Annotating, member: Member) -> Expression:
        annotation = writing.of(member.type)
        if member.is_required:
            return annotation
        self._assembly.used.add("NotRequired")
        return subscript("NotRequired", annotation)


def _is_plain(key: str) -> bool:
    """Whether ``key`` may be a name in the body of a class, and stays what it is there."""
    return (
        key.isidentifier()
        and not keyword.iskeyword(key)
        and not key.startswith("__")
        and unicodedata.normalize("NFKC", key) == key
    )


def _lines_with_members(declaration: Declaration, record: Record) -> list[str]:
    """What is said of ``declaration``, and of each member in a line, for which there is no other place."""
    lines = note_lines(declaration.notes)
    told = [(member.key, note_lines(member.notes)) for member in record.members]
    rows = [f"{clean(key)}: {' '.join(filter(None, said))}" for key, said in told if said]
    return [*lines, *([""] if lines and rows else []), *(" ".join(row.split()) for row in rows)]
