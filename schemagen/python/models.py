"""This module knows how to show a module of types as models of pydantic, version 2."""

from __future__ import annotations

from collections.abc import Mapping

from schemagen.python.annotating import PLAIN, Annotating
from schemagen.python.assembling import INDENT, Assembly, field_statement, shown_declaration, shown_member
from schemagen.python.declaring import is_class, references_in
from schemagen.python.docs import docstring, note_lines
from schemagen.python.imports import from_import, package_place
from schemagen.python.layout import Expression, Prefixed, call, flat, statement, statement_of, subscript
from schemagen.python.naming import MODEL_MEMBERS, import_of, member_names, type_name
from schemagen.python.values import string
from schemagen.types.model import ANY, Declaration, Kind, Member, Module, Named, Record
from schemagen.view.literals import numbered
from schemagen.view.shapes import Plain

# Of what pydantic knows, int takes no 1.0, float takes no integer as it is, and Never is nothing.
_SCALARS: Mapping[Kind, str] = {
    **PLAIN,
    Kind.INTEGER: "JsonInteger",
    Kind.NUMBER: "JsonNumber",
    Kind.NEVER: "JsonNever",
}


def models_of(module: Module) -> Plain:
    """The view of ``module`` for templates that make models of pydantic."""
    assembly = Assembly.begin(module)
    writing = _Models(assembly)
    declared = [writing.declaration(each) for each in assembly.declarations]
    late = writing.late_imports()
    if late:
        assembly.used.add("TYPE_CHECKING")
    return assembly.view(declared, py_checked_imports=writing.early_imports(), py_late_imports=late)


class _Models:
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._taken = {type_name(each.words) for each in assembly.declarations}
        self._imported: dict[Named, str] = {}
        self._inside = Annotating(_SCALARS, self._name_of, assembly.used)

    def declaration(self, declaration: Declaration) -> Plain:
        shown = shown_declaration(declaration)
        found = declaration.type
        if is_class(declaration) and isinstance(found, Record):
            shown |= self._model(found)
        elif declaration.is_root:
            self._assembly.used |= {"RootModel", "Any"}
            annotation = self._inside.of(found)
            shown["py_docstring"] = docstring(note_lines(declaration.notes), INDENT)
            shown["py_annotation"] = flat(annotation)
            shown["py_statement"] = field_statement("root", annotation, None)
        else:
            self._assembly.used.add("TypeAliasType")
            annotation = self._inside.of(found)
            shown["py_annotation"] = flat(annotation)
            if any(map(self._assembly.is_ahead, references_in(found))):
                annotation = string(flat(annotation))
            value = call("TypeAliasType", string(shown["py_identifier"]), annotation)
            shown["py_statement"] = statement(shown["py_identifier"], None, value)
        self._assembly.defined.add(declaration.words)
        return shown

    def early_imports(self) -> str:
        """Imports of other models, for type checkers."""
        plain: dict[str, list[str]] = {}
        rows = []
        for source, there, here in self._sources():
            if there == here:
                plain.setdefault(source, []).append(here)
            else:
                rows.append((source, 1, from_import(source, [f"{there} as {here}"], INDENT)))
        rows += [(source, 0, from_import(source, names, INDENT)) for source, names in plain.items()]
        rows.sort(key=lambda row: (package_place(row[0]), *row[1:]))
        return "\n".join(f"{INDENT}{row}" for _, _, row in rows)

    def late_imports(self) -> str:
        """What imports other models at the end: where modules go round, each finds the models of the other."""
        if not self._imported:
            return ""
        self._assembly.used.add("import_late")
        sources = [Prefixed(f"{here}=", string(f"{source}:{there}")) for source, there, here in self._sources()]
        return statement_of(call("import_late", "globals()", *sources))

    def _sources(self) -> list[tuple[str, str, str]]:
        """(module, name there, name here) of all models of other modules."""
        found = []
        for named, here in self._imported.items():
            package, own = import_of(named.module, self._assembly.module.name)
            found.append((f"{package}{'' if package.endswith('.') else '.'}{own}", type_name(named.words), here))
        return sorted(found, key=lambda each: (package_place(each[0]), each[1:]))

    def _model(self, record: Record) -> Plain:
        used = self._assembly.used
        used.add("ClosedModel" if record.rest is None else "OpenModel")
        names = member_names(record.members, MODEL_MEMBERS)
        members = []
        for member, name in zip(record.members, names, strict=True):
            shown = shown_member(member, name)
            if member.is_required:
                annotation = self._inside.of(member.type)
            else:
                used |= {"UNSET", "Unset"}
                annotation = self._inside.with_extra(member.type, "Unset")
            default = self._default(member, name)
            shown["py_annotation"] = flat(annotation)
            shown["py_default"] = flat(default) if default else ""
            shown["py_field"] = field_statement(name, annotation, default)
            members.append(shown)
        body: Plain = {"py_members": numbered(members), "is_closed": record.rest is None}
        if record.rest is not None and record.rest != ANY:
            used.add("Field")
            rest = self._inside.of(record.rest)
            value = call("Field", Prefixed("init=", "False"))
            body["py_rest"] = flat(rest)
            body["py_rest_field"] = field_statement("__pydantic_extra__", subscript("dict", "str", rest), value)
        return body

    def _default(self, member: Member, name: str) -> Expression | None:
        if name == member.key:
            return None if member.is_required else "UNSET"
        self._assembly.used.add("Field")
        alias = Prefixed("alias=", string(member.key))
        if member.is_required:
            return call("Field", alias)
        return call("Field", Prefixed("default=", "UNSET"), alias)

    def _name_of(self, named: Named) -> str:
        name = type_name(named.words)
        if not named.module:
            return name
        if named not in self._imported:
            number = 2
            here = name
            while here in self._taken:
                here = f"{name}{number}"
                number += 1
            self._taken.add(here)
            self._imported[named] = here
        return self._imported[named]
