"""This module knows how to write types of TypeScript."""

from __future__ import annotations

import math
from collections.abc import Sequence

from schemagen.view.shapes import Plain
from schemagen.view.types import Type

_SCALARS = {
    "any": Type("unknown"),
    "never": Type("never"),
    "null": Type("null"),
    "boolean": Type("boolean"),
    "string": Type("string"),
    "number": Type("number"),
    "integer": Type("number"),
}
_ALTERNATIVES, _TOGETHER = 2, 1


class TypeScript:
    """Types for ``tsc --strict``: as narrow as they can be without refusing a value that the schema allows, but that
    a schema with properties and without a type stands for an object."""

    prefix = "ts"

    def scalar(self, kind: str) -> Type:
        return _SCALARS[kind]

    def literal(self, value: Plain) -> Type:
        if value["is_number"] and not math.isfinite(float(value["json"])):
            return _SCALARS["number"]
        text = value["ts_literal"]
        return Type(text) if value["json"] != "{}" else Type("Record<string, never>")

    def array(self, fixed: Sequence[tuple[Plain, Type]], rest: Type | None) -> Type:
        if not fixed:
            return Type(f"{_bracketed(rest, 0)}[]") if rest else Type("[]")
        slots = [found.text if child["is_required"] else f"{_bracketed(found, 0)}?" for child, found in fixed]
        if rest:
            slots.append(f"...{_bracketed(rest, 0)}[]")
        return Type(f"[{', '.join(slots)}]")

    def record(self, node: Plain, members: Sequence[tuple[Plain, Type]], rest: Type | None) -> Type:
        slots = [
            f"{child['ts_property']}{'' if child['is_required'] else '?'}: {found.text}" for child, found in members
        ]
        slots += [f"{item['ts_property']}: unknown" for item in node.get("unlisted_required", ())]
        if rest:
            others = _SCALARS["any"] if node.get("unlisted_required", ()) else self._signature(rest, members)
            node["ts_rest"] = others.text
            slots.append(f"[key: string]: {others.text}")
        return Type(f"{{ {'; '.join(slots)} }}") if slots else Type("Record<string, never>")

    def _signature(self, rest: Type, members: Sequence[tuple[Plain, Type]]) -> Type:
        """The type of an index signature: every property must fit it, the named and the absent ones too (TS2411)."""
        if rest == _SCALARS["any"] or not members:
            return rest
        types = [rest, *(found for _, found in members)]
        if not all(child["is_required"] for child, _ in members):
            types.append(Type("undefined"))
        distinct = tuple(dict.fromkeys(part for found in types for part in found.parts or (found,)))
        if _SCALARS["any"] in distinct:
            return _SCALARS["any"]
        return self.union(distinct) if len(distinct) > 1 else distinct[0]

    def union(self, types: Sequence[Type]) -> Type:
        return Type(" | ".join(found.text for found in types), _ALTERNATIVES)

    def intersection(self, node: Plain, types: Sequence[Type]) -> Type:
        return Type(" & ".join(_bracketed(found, _TOGETHER) for found in types), _TOGETHER)


def _member(child: Plain) -> str:
    return f"{child['ts_property']}{'' if child['is_required'] else '?'}"


def _bracketed(found: Type, rank: int) -> str:
    return found.text if found.rank <= rank else f"({found.text})"
