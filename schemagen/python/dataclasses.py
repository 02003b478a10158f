"""This module knows how to show a module of types as dataclasses, which read and write JSON data."""

from __future__ import annotations

from schemagen.python.annotating import PLAIN, Annotating
from schemagen.python.assembling import Assembly, field_statement, shown_declaration, shown_member
from schemagen.python.declaring import is_class
from schemagen.python.decoding import Decoding, in_order
from schemagen.python.layout import Prefixed, call, flat, statement, subscript
from schemagen.python.naming import DATACLASS_MEMBERS, codec_name, member_names
from schemagen.python.shapes import EMPTY_PY_CODEC
from schemagen.types.model import ANY, Declaration, Module, Named, Record
from schemagen.view.literals import numbered
from schemagen.view.names import Words
from schemagen.view.shapes import Plain


def dataclasses_of(module: Module) -> Plain:
    """The view of ``module`` for templates that make dataclasses."""
    assembly = Assembly.begin(module)
    writing = _Dataclasses(assembly)
    declared = [writing.declaration(each) for each in assembly.declarations]
    codecs = [
        EMPTY_PY_CODEC | {"py_codec": writing.codec(declaration)} for declaration in in_order(assembly.declarations)
    ]
    root = next(shown for shown in declared if shown["is_root"])
    if root["is_class"]:
        return assembly.view(declared, py_codecs=numbered(codecs))
    assembly.used |= {"Decoder", "to_json"}
    from_json = statement("from_json", subscript("Decoder", root["py_identifier"]), root["py_codec"])
    return assembly.view(declared, ["from_json", "to_json"], from_json, py_codecs=numbered(codecs))


class _Dataclasses:
    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._inside = Annotating(PLAIN, assembly.name_of, assembly.used)
        self._outside = Annotating(PLAIN, assembly.name_of, assembly.used, assembly.is_ahead)
        self._decoding = Decoding(self._codec_of, assembly.used)
        self._names: dict[Words, list[str]] = {}

    def declaration(self, declaration: Declaration) -> Plain:
        shown = shown_declaration(declaration)
        shown["py_codec"] = codec_name(declaration.words)
        found = declaration.type
        if is_class(declaration) and isinstance(found, Record):
            shown |= self._body(declaration.words, found)
        else:
            self._assembly.show_alias(shown, self._outside.of(found))
        self._assembly.defined.add(declaration.words)
        return shown

    def codec(self, declaration: Declaration) -> str:
        names = self._names.get(declaration.words, [])
        self._assembly.used |= {"Decoder", "Any"}
        # Its type is said, for type checkers cannot find that out of modules that go round.
        made = self._decoding.declared(declaration, names)
        return statement(codec_name(declaration.words), subscript("Decoder", "Any"), made)

    def _body(self, words: Words, record: Record) -> Plain:
        used = self._assembly.used
        used |= {"dataclass", "JsonObject"}
        names = self._names[words] = member_names(record.members, DATACLASS_MEMBERS)
        members = []
        for member, name in zip(record.members, names, strict=True):
            shown = shown_member(member, name)
            default = None
            if member.is_required or member.type == ANY:  # which holds Unset already
                annotation = self._inside.of(member.type)
            else:
                annotation = self._inside.with_extra(member.type, "Unset")
                used.add("Unset")
            if not member.is_required:
                default = "UNSET"
                used.add(default)
            shown["py_annotation"] = flat(annotation)
            shown["py_default"] = default or ""
            shown["py_field"] = field_statement(name, annotation, default)
            members.append(shown)
        body: Plain = {"py_members": numbered(members), "is_closed": record.rest is None}
        if record.rest is not None:
            used.add("field")
            rest = self._inside.of(record.rest)
            annotation = subscript("dict", "str", rest)
            value = call("field", Prefixed("default_factory=", "dict"))
            body["py_rest"] = flat(rest)
            body["py_rest_field"] = field_statement("additional_properties", annotation, value)
        return body

    def _codec_of(self, named: Named) -> str:
        return f"{self._assembly.modules.of(named.module)}.{codec_name(named.words)}"
