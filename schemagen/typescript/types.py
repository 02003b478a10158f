"""This module knows how to write a type in TypeScript, as a document that can be laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from schemagen.types.model import ANY, Array, Intersection, Kind, Literal, Member, Named, Record, Scalar, Type, Union
from schemagen.types.uniting import EVERYTHING, unite
from schemagen.typescript.layout import LINE, SOFT, Document, Group, IfBreak, Indent
from schemagen.typescript.literals import object_document, ts_key, tuple_document, value_document

_SCALARS = {
    Kind.ANY: "unknown",
    Kind.NEVER: "never",
    Kind.NULL: "null",
    Kind.BOOLEAN: "boolean",
    Kind.STRING: "string",
    Kind.NUMBER: "number",
    Kind.INTEGER: "number",
}


_KEYWORDS = frozenset({*_SCALARS.values(), "true", "false"})
# What every object has, for TypeScript.
_INHERITED = frozenset(
    {"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"}
    | {"toLocaleString", "toString", "valueOf"}
)


class Around(IntEnum):
    """What stands around a union, which tells how it is broken: nothing that matters, brackets, or a tuple."""

    OPEN = 0
    BRACKETS = 1
    TUPLE = 2
    ALONE_IN_TUPLE = 3


@dataclass(frozen=True, slots=True)
class TypeWriter:
    """Writes types; ``name_of`` tells what a name is in the module. Where ``is_readonly``, nothing may be assigned."""

    name_of: Callable[[Named], str]
    is_readonly: bool = False

    def document(self, found: Type, around: Around = Around.OPEN) -> Document:
        match found:
            case Scalar(kind):
                return _SCALARS[kind]
            case Literal(value):
                return value_document(value)
            case Named():
                return self.name_of(found)
            case Array():
                return self._array(found)
            case Record():
                return self._record(found)
            case Union(parts):
                return self._union(self._written(parts), around)
            case Intersection(parts):
                return self._intersection(parts)
        raise AssertionError(found)

    def _written(self, parts: Iterable[Type]) -> list[Document]:
        """``parts`` of a union, each once: integers and numbers are the same here."""
        written: list[Document] = []
        seen: set[str] = set()  # there may be a million values
        for part in parts:
            document = self.document(part, Around.BRACKETS)
            if isinstance(part, Intersection) and not isinstance(document, str):
                document = ["(", document, ")"]
            if document not in written[-1:] and not (isinstance(document, str) and document in seen):
                written.append(document)
            if isinstance(document, str):
                seen.add(document)
        return written

    def _union(self, written: list[Document], around: Around) -> Document:
        if len(written) == 1:
            return written[0]
        if len(written) == 2 and "null" in written and any(_is_object(part) or _is_name(part) for part in written):
            return _joined(written, " | ")  # prettier hugs an object, or a name, beside null
        parts: list[Document] = []
        for number, part in enumerate(written):
            inside = Indent(part)
            parts += [LINE, "| ", inside] if number else [inside]
        match around:
            case Around.TUPLE:
                start: list[Document] = [IfBreak(["(", SOFT]), IfBreak("| "), *parts]
                return Group([Indent(start), SOFT, IfBreak(")")])
            case Around.ALONE_IN_TUPLE:
                return Group([IfBreak("| "), *parts])
            case Around.BRACKETS:
                return Group([Indent([IfBreak([LINE, "| "]), *parts]), SOFT])
        return Group(Indent([IfBreak([LINE, "| "]), *parts]))

    def _bracketed(self, found: Type) -> Document:
        """``found`` as what stands before ``[]`` or ``?``, or between ``&``."""
        document = self.document(found, Around.BRACKETS)
        is_loose = isinstance(found, Union | Intersection) and not isinstance(document, str)
        is_loose = is_loose or (isinstance(found, Array) and self.is_readonly)
        return ["(", document, ")"] if is_loose else document

    def _array(self, found: Array) -> Document:
        readonly = "readonly " if self.is_readonly else ""
        if not found.fixed and found.rest is not None:
            return [readonly, self._bracketed(found.rest), "[]"]
        count = len(found.fixed) + (found.rest is not None)
        around = Around.TUPLE if count > 1 else Around.ALONE_IN_TUPLE
        items: list[Document] = [
            self.document(item, around) if number < found.least else [self._bracketed(item), "?"]
            for number, item in enumerate(found.fixed)
        ]
        if found.rest is not None:
            items.append(["...", self._bracketed(found.rest), "[]"])
        return [readonly, tuple_document(items)] if readonly else tuple_document(items)

    def _record(self, found: Record) -> Document:
        return object_document([*map(self.member, found.members), *self.index(found)])

    def member(self, member: Member) -> Document:
        """A property with its type."""
        return [self.start_of(member), " ", self.type_of(member)]

    def type_of(self, member: Member) -> Document:
        """The type of a property. TypeScript gives every object those of ``Object``: where such a one may be absent it
        may be what is inherited, and where it may not, any value must not be what is inherited."""
        if member.key not in _INHERITED or (member.type == ANY and not member.is_required):
            return self.document(member.type)
        if member.is_required:
            return self.document(Union(EVERYTHING) if member.type == ANY else member.type)
        parts = member.type.parts if isinstance(member.type, Union) else (member.type,)
        return self._union([*self._written(parts), _inherited(member.key)], Around.OPEN)

    def start_of(self, member: Member) -> str:
        """A property up to the colon."""
        return f"{'readonly ' * self.is_readonly}{ts_key(member.key)}{'' if member.is_required else '?'}:"

    def index(self, found: Record) -> list[Document]:
        """The index signature for properties without a name, where there may be any."""
        rest = self.rest(found)
        start: list[Document] = ["readonly " * self.is_readonly, Group(["[", Indent([SOFT, "key: string"]), SOFT, "]"])]
        return [] if rest is None else [[*start, ": ", rest]]

    def rest(self, found: Record) -> Document | None:
        """The type of the index signature: every property must fit it, the named and the absent ones too (TS2411)."""
        if found.rest is None:
            return None
        every = unite([found.rest, *(member.type for member in found.members)])
        if every == ANY or all(member.is_required for member in found.members):
            return self.document(every)
        parts = every.parts if isinstance(every, Union) else (every,)
        inherited = [_inherited(member.key) for member in found.members if member.key in _INHERITED]
        return self._union([*self._written(parts), *inherited, "undefined"], Around.OPEN)

    def _intersection(self, parts: tuple[Type, ...]) -> Document:
        written: list[Document] = []
        for number, part in enumerate(parts):
            document = self._bracketed(part)
            if not number:
                written.append(document)
            elif _is_object(document) or _is_object(written[0]):
                written += [" & ", document]
            else:
                written.append(Indent([" &", LINE, document]))
        return Group(list(written))


def _inherited(key: str) -> Document:
    return f'Object["{key}"]'


def _is_object(document: Document) -> bool:
    return isinstance(document, Group) and isinstance(document.inside, list) and document.inside[0] == "{"


def _is_name(document: Document) -> bool:
    return isinstance(document, str) and (
        (document.isidentifier() and document not in _KEYWORDS) or document.startswith("Record<")
    )


def _joined(documents: list[Document], between: str) -> Document:
    joined: list[Document] = []
    for document in documents:
        joined += [between, document] if joined else [document]
    return joined
