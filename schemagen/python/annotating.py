"""This module knows how to write types as annotations of Python, and which names they need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from schemagen.python.layout import Brackets, Chain, Expression, chain, flat, subscript
from schemagen.python.values import expression_of, whole_number
from schemagen.types.model import NEVER, NULL, Array, Kind, Literal, Named, Record, Scalar, Type, Union

NameOf: TypeAlias = Callable[[Named], str]
PLAIN: Mapping[Kind, str] = {
    Kind.ANY: "Any",
    Kind.NEVER: "Never",
    Kind.NULL: "None",
    Kind.BOOLEAN: "bool",
    Kind.STRING: "str",
    Kind.NUMBER: "float",  # stands for int too (PEP 484)
    Kind.INTEGER: "int",
}
_LITERAL = "Literal["
_IMPORTED = frozenset({"Any", "JsonInteger", "JsonNever", "JsonNumber", "Literal", "Never", "Union"})


class Annotating:
    """Writes annotations. ``scalars`` are the types without parts; ``name_of`` names declared types, and ``quoted``
    tells of which the name must be in quotes, since it is not yet there where the annotation is evaluated. ``used``
    collects the names that must be imported."""

    def __init__(
        self,
        scalars: Mapping[Kind, str],
        name_of: NameOf,
        used: set[str],
        is_quoted: Callable[[Named], bool] = lambda _: False,
    ) -> None:
        self._scalars = scalars
        self._name_of = name_of
        self._used = used
        self._is_quoted = is_quoted

    def of(self, found: Type) -> Expression:
        """The annotation for ``found``."""
        written = self._written(found)
        self._used |= _names_in(written) & _IMPORTED
        return written

    def _written(self, found: Type) -> Expression:
        if isinstance(found, Scalar):
            return self._scalar(found.kind)
        if isinstance(found, Literal):
            return self._literal(found)
        if isinstance(found, Named):
            name = self._name_of(found)
            return f'"{name}"' if self._is_quoted(found) else name
        if isinstance(found, Array):
            return self._list([found])
        if isinstance(found, Record):
            # Of a record in a type only the rest is left: those with members are classes.
            return subscript(
                "dict", "str", self._scalar(Kind.NEVER) if found.rest is None else self._written(found.rest)
            )
        assert isinstance(found, Union)
        return self._union(found.parts)

    def with_extra(self, found: Type, extra: str) -> Expression:
        """``found | extra``, in one chain."""
        if found == NEVER:
            return extra
        shown = self.of(found)
        return Chain((*(shown.operands if isinstance(shown, Chain) else (shown,)), extra))

    def _list(self, arrays: Collection[Array]) -> Expression:
        """One list for ``arrays``: of a list as it stands type checkers do not find which of several it may be."""
        items = [item for each in arrays for item in (*each.fixed, each.rest) if item is not None]
        return subscript("list", self._union(items))

    def _scalar(self, kind: Kind) -> str:
        return self._scalars[kind]

    def _literal(self, found: Literal) -> Expression:
        value = found.value
        if value is None:
            return self._scalar(Kind.NULL)
        if isinstance(value, str | bool):
            return subscript("Literal", expression_of(value))
        if isinstance(value, list):
            return subscript("list", self._scalar(Kind.ANY))
        if isinstance(value, dict):
            return subscript("dict", "str", self._scalar(Kind.ANY))
        whole = whole_number(value)
        if whole is None:
            return self._scalar(Kind.NUMBER)
        return subscript("Literal", expression_of(whole))

    def _union(self, parts: Collection[Type]) -> Expression:
        """``A | B``, all literals in one, None last; what can be anything hides all else."""
        arrays = [part for part in parts if isinstance(part, Array)]
        shown = [
            self._list(arrays) if isinstance(part, Array) else self._written(part)
            for part in parts
            if part not in {NULL, NEVER}
        ]
        operands: dict[str, Expression] = {}
        literals: dict[str, Expression] = {}
        for operand in [each for one in shown for each in (one.operands if isinstance(one, Chain) else (one,))]:
            if isinstance(operand, Brackets) and operand.opening == _LITERAL:
                operands.setdefault(_LITERAL, "")
                literals |= {flat(item): item for item in operand.items}
            else:
                operands[flat(operand)] = operand
        if literals:
            operands[_LITERAL] = subscript("Literal", *literals.values())
        any_name = self._scalars[Kind.ANY]
        if any_name in operands:
            return any_name
        if any(part == NULL for part in parts) or "None" in operands:
            operands.pop("None", None)
            operands["None"] = "None"
        return self._joined(list(operands.values()))

    def _joined(self, operands: list[Expression]) -> Expression:
        # A text in quotes has no operator |.
        if len(operands) > 1 and any(isinstance(operand, str) and operand.startswith('"') for operand in operands):
            return subscript("Union", *operands)
        return chain(operands) if operands else self._scalar(Kind.NEVER)


def _names_in(written: Expression) -> set[str]:
    """The names in an annotation; those in quotes are no names yet."""
    if isinstance(written, str):
        return {written}
    if isinstance(written, Chain):
        return set().union(*map(_names_in, written.operands))
    assert isinstance(written, Brackets)
    name = written.opening[:-1]
    return {name} if name == "Literal" else {name}.union(*map(_names_in, written.items))
