"""This module knows how to write types of Python, for what ``json.loads`` makes of JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemagen.view.shapes import Plain
from schemagen.view.types import Type

_SCALARS = {
    "any": Type("Any"),
    "never": Type("Never"),
    "null": Type("None"),
    "boolean": Type("bool"),
    "string": Type("str"),
    "number": Type("float"),  # stands for int too (PEP 484)
    "integer": Type("int"),
}
_INTEGER = re.compile(r"-?\d+|-?0x[0-9a-f]+")
_LITERAL = "Literal["


class Python:
    """Types for ``mypy --strict``. Python has no intersections: of several types at once we name one, which allows
    every value that all of them allow, and no literals of fractions, arrays and objects."""

    prefix = "py"

    def scalar(self, kind: str) -> Type:
        return _SCALARS[kind]

    def literal(self, value: Plain) -> Type:
        if value["is_null"]:
            return _SCALARS["null"]
        if value["is_array"]:
            return Type("list[Any]")
        if value["is_object"]:
            return Type("dict[str, Any]")
        text = value["py_literal"]
        if value["is_number"] and not _INTEGER.fullmatch(text):
            return _SCALARS["number"]
        return Type(f"{_LITERAL}{text}]")

    def array(self, fixed: Sequence[tuple[Plain, Type]], rest: Type | None) -> Type:
        found = [slot for _, slot in fixed] + ([rest] if rest else [])
        types = tuple(dict.fromkeys(part for slot in found for part in slot.parts or (slot,)))
        if not types:
            return Type("list[Never]")
        return Type("list[Any]" if _SCALARS["any"] in types else f"list[{self.union(types).text}]")

    def record(self, node: Plain, members: Sequence[tuple[Plain, Type]], rest: Type | None) -> Type:
        if members or node.get("unlisted_required", ()):
            return Type("dict[str, Any]")
        return Type(f"dict[str, {rest.text if rest else 'Never'}]")

    def union(self, types: Sequence[Type]) -> Type:
        """``A | B``, with all literals in one."""
        literals = [found.text[len(_LITERAL) : -1] for found in types if found.text.startswith(_LITERAL)]
        texts = [f"{_LITERAL}{', '.join(literals)}]"] if literals else []
        place = next((index for index, found in enumerate(types) if found.text.startswith(_LITERAL)), 0)
        others = [found.text for found in types if not found.text.startswith(_LITERAL)]
        return Type(" | ".join([*others[:place], *texts, *others[place:]]), 1)

    def intersection(self, node: Plain, types: Sequence[Type]) -> Type:
        return types[0] if node["kind"] != "object" else Type("dict[str, Any]")
