"""This module knows how to lay out a module of TypeScript as plain data for templates: its imports and declarations."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from itertools import groupby

from schemagen.types.model import Declaration, Member, Module, Named, Record
from schemagen.typescript.comments import ts_doc
from schemagen.typescript.layout import LINE, WIDTH, Document, Group, IfBreak, Indent, laid_out, width_of
from schemagen.typescript.literals import ts_key, ts_text
from schemagen.typescript.types import TypeWriter
from schemagen.view.literals import numbered
from schemagen.view.names import Scope, Words, ts_type_name
from schemagen.view.shapes import Plain

_STEP = "  "


def ts_module(module: Module, options: Mapping[str, bool | str]) -> Plain:
    """What templates see of ``module`` in TypeScript; ``contract/view.json`` says what each key is. Of ``options`` only
    ``readonly`` matters here."""
    names = _local_names(module)
    writer = TypeWriter(names.__getitem__, is_readonly=options.get("readonly") is True)
    return {
        "ts_imports": numbered(list(_imports(module, names))),
        "has_ts_imports": bool(module.imports),
        "ts_declarations": numbered([_declaration(each, writer) for each in module.declarations]),
    }


def _local_names(module: Module) -> dict[Named, str]:
    """What each type is called in the module. What is imported gets another name where its own is taken."""
    scope = Scope(ts_type_name)
    names = {Named("", each.words): ts_type_name(scope.claim(each.words)) for each in module.declarations}
    for other, words in module.imports:
        names[Named(other, words)] = ts_type_name(scope.claim(words))
    return names


def _imports(module: Module, names: Mapping[Named, str]) -> Iterable[Plain]:
    folder = posixpath.dirname(module.name)
    for other, group in groupby(module.imports, key=lambda item: item[0]):
        path = posixpath.relpath(f"/{other}", f"/{folder}")
        place = ts_text(path if path.startswith("../") else f"./{path}")
        named = [_imported(words, names[Named(other, words)]) for _, words in group]
        yield {
            "ts_import": _import_statement([each["ts_import_name"] for each in named], place),
            "ts_module_path": place,
            "ts_imported": numbered(named),
        }


def _imported(words: Words, local: str) -> Plain:
    name = ts_type_name(words)
    return {"ts_identifier": local, "ts_import_name": name if name == local else f"{name} as {local}"}


def _import_statement(names: list[str], place: str) -> str:
    if len(names) == 1:
        return f"import type {{ {names[0]} }} from {place};"
    inside: list[Document] = [LINE]
    for number, name in enumerate(names):
        inside += [",", LINE, name] if number else [name]
    return laid_out(["import type ", Group(["{", Indent(inside), IfBreak(","), LINE, "}"]), f" from {place};"], 0, 0, 0)


def _declaration(found: Declaration, writer: TypeWriter) -> Plain:
    name = writer.name_of(Named("", found.words))
    record = found.type if isinstance(found.type, Record) and (found.type.members or found.type.rest) else None
    made: Plain = {
        "ts_identifier": name,
        "ts_docblock": ts_doc(found.notes),
        "is_root": found.is_root,
        "is_recursive": found.is_recursive,
        "is_deprecated": found.notes.is_deprecated,
        "is_interface": record is not None,
        "is_alias": record is None,
        "ts_aliased": "",
        "ts_members": [],
        "ts_index": "",
    }
    if record is None:
        made["ts_aliased"] = _after(f"export type {name} =", writer.document(found.type), moves=True)
        return made
    made["ts_members"] = numbered([_member(each, writer) for each in record.members])
    made["ts_index"] = "".join(laid_out(each, len(_STEP), len(_STEP)) for each in writer.index(record))
    return made


def _member(member: Member, writer: TypeWriter) -> Plain:
    return {
        "ts_docblock": ts_doc(member.notes, _STEP),
        "ts_member_name": ts_key(member.key),
        "ts_member_type": _after(_STEP + writer.start_of(member), writer.type_of(member)),
        "is_optional": not member.is_required,
        "is_readonly": writer.is_readonly,
        "is_deprecated": member.notes.is_deprecated,
    }


def _after(start: str, document: Document, *, moves: bool = False) -> str:
    """``document`` as it stands after ``start``, with the space or newline between them. Where it ``moves``, what has
    no room behind that, and no place to break before its end, goes to the next line."""
    if isinstance(document, str) and len(start) + len(document) <= WIDTH - 2 and document.isascii() and start.isascii():
        return f" {document}"
    indent = len(start) - len(start.lstrip(" "))
    text = laid_out(["", " ", document], width_of(start), indent)
    first = text.partition("\n")[0]
    if moves and width_of(start) + width_of(first) + ("\n" not in text) > WIDTH:
        return "\n" + " " * (indent + 2) + laid_out(document, indent + 2, indent + 2)
    return text
