"""This module knows how to put together what the views of all Python modules have in common, whatever their flavour:
dataclasses, TypedDicts or models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemagen.python.declaring import declarations_of, is_class
from schemagen.python.decoding import in_order
from schemagen.python.docs import docstring, note_lines
from schemagen.python.imports import import_statements, rank
from schemagen.python.layout import Brackets, Expression, flat, statement
from schemagen.python.naming import ModuleNames, runtime_of, type_name
from schemagen.python.shapes import EMPTY_PY_DECLARATION, EMPTY_PY_MEMBER, EMPTY_PY_MODULE
from schemagen.python.values import string
from schemagen.types.model import Declaration, Member, Module, Named
from schemagen.view.literals import numbered
from schemagen.view.names import Words
from schemagen.view.python import py_doc
from schemagen.view.shapes import Plain
from schemagen.view.text import clean

INDENT = "    "


@dataclass(slots=True)
class Assembly:
    """A module that is being put together. ``used`` are the names that it must import, ``modules`` the modules, and
    ``defined`` the declarations that stand above what is written now."""

    module: Module
    declarations: Sequence[Declaration]
    modules: ModuleNames
    used: set[str] = field(default_factory=set)
    defined: set[Words] = field(default_factory=set)

    @classmethod
    def begin(cls, module: Module) -> Assembly:
        """Classes first, since annotations in them are never evaluated, then aliases, each after what it names."""
        found = declarations_of(module)
        classes = [each for each in found if is_class(each)]
        aliases = [each for each in in_order(found) if not is_class(each)]
        return cls(module, [*classes, *aliases], ModuleNames(module.name))

    def name_of(self, named: Named) -> str:
        name = type_name(named.words)
        return f"{self.modules.of(named.module)}.{name}" if named.module else name

    def is_ahead(self, named: Named) -> bool:
        """Whether what is named is not there yet, or may not be, when this module is executed from top to bottom."""
        return bool(named.module) or named.words not in self.defined

    def show_alias(self, shown: Plain, annotation: Expression) -> None:
        """Show a declaration as another name of the type ``annotation``."""
        self.used.add("TypeAlias")
        shown["py_annotation"] = flat(annotation)
        shown["py_statement"] = statement(shown["py_identifier"], "TypeAlias", annotation)

    def view(self, declared: list[Plain], exported: Sequence[str] = (), from_json: str = "", **more: object) -> Plain:
        """The view of the module, whose declarations are shown as ``declared`` and which exports more than these."""
        root = next(shown for shown in declared if shown["is_root"])
        names = [shown["py_identifier"] for shown in declared]
        listed = Brackets("[", tuple(map(string, sorted([*names, *exported], key=rank))), "]", is_display=True)
        title = py_doc(f"Types of the schema {clean(self.module.name)}, made by schemagen.")
        return EMPTY_PY_MODULE | {
            "py_docstring": f'"""{title}"""',
            "py_imports": import_statements(self.used, runtime_of(self.module.name), self.modules.imports()),
            "py_all": statement("__all__", None, listed),
            "py_identifier": root["py_identifier"],
            "py_codec": root["py_codec"],
            "py_from_json": from_json,
            "is_root_class": root["is_class"],
            "is_root_alias": root["is_alias"],
            "py_declarations": numbered(declared),
            **more,
        }


def shown_declaration(declaration: Declaration) -> Plain:
    """What is shown of ``declaration`` in every flavour."""
    has_members = is_class(declaration)
    lines = note_lines(declaration.notes)
    return EMPTY_PY_DECLARATION | {
        "py_identifier": type_name(declaration.words),
        "py_docstring": docstring(lines, INDENT if has_members else ""),
        "is_class": has_members,
        "is_alias": not has_members,
        "is_root": declaration.is_root,
        "is_deprecated": declaration.notes.is_deprecated,
        "has_py_members": has_members,
    }


def shown_member(member: Member, name: str) -> Plain:
    """What is shown of ``member``, which is called ``name``, in every flavour."""
    lines = note_lines(member.notes)
    return EMPTY_PY_MEMBER | {
        "py_identifier": name,
        "py_key": string(member.key),
        "py_docstring": docstring(lines, INDENT),
        "is_required": member.is_required,
        "is_deprecated": member.notes.is_deprecated,
        "is_read_only": member.notes.is_read_only,
        "is_write_only": member.notes.is_write_only,
    }


def field_statement(name: str, annotation: Expression, value: Expression | None) -> str:
    return statement(name, annotation, value, INDENT)
