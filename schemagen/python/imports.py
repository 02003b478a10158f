"""This module knows how to write the import statements of a Python module in the order that isort and ruff keep."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from schemagen.python.layout import WIDTH, width_of

_SOURCES: Mapping[str, str] = {
    **dict.fromkeys(("dataclass", "field"), "dataclasses"),
    **dict.fromkeys(
        ("TYPE_CHECKING", "Any", "Literal", "Never", "NotRequired", "TypeAlias", "TypedDict", "Union"), "typing"
    ),
    **dict.fromkeys(("Field", "RootModel"), "pydantic"),
    "TypeAliasType": "typing_extensions",
}
_RUN = re.compile(r"(\D*)(\d*)")
_STANDARD = ("dataclasses", "typing")


def import_statements(used: Collection[str], runtime: str, modules: Iterable[tuple[str, str, str]]) -> str:
    """The statements that import the names ``used``, what is in no other module from ``runtime``, and ``modules``,
    each a (package, name, name here). Standard modules, others and our own stand in blocks."""
    by_source: dict[str, list[str]] = {}
    for name in used:
        by_source.setdefault(_SOURCES.get(name, runtime), []).append(name)
    rows = [(source, 0, from_import(source, names)) for source, names in by_source.items()]
    rows += [(package, 1, from_import(package, [f"{name} as {here}"])) for package, name, here in modules]
    rows.sort(key=lambda row: (package_place(row[0]), row[1], row[2]))
    blocks: dict[int, list[str]] = {}
    for source, _, text in rows:
        blocks.setdefault(package_place(source)[0], []).append(text)
    return "\n\n".join("\n".join(block) for block in blocks.values())


def package_place(source: str) -> tuple[int, int, str]:
    """Where the imports from ``source`` stand: the block, of relative ones those furthest up first, then by name."""
    dots = len(source) - len(source.lstrip("."))
    if dots:
        return 2, -dots, source.lstrip(".")
    return (0 if source in _STANDARD else 1), 0, source


def from_import(source: str, names: Collection[str], indent: str = "") -> str:
    """``from source import names``: constants, classes, others, each sorted; further lines stand behind ``indent``."""
    ordered = sorted(names, key=rank)
    line = f"from {source} import {', '.join(ordered)}"
    if width_of(indent + line) <= WIDTH:
        return line
    rows = [*(f"    {name}," for name in ordered), ")"]
    return "\n".join([f"from {source} import (", *(indent + row for row in rows)])


def rank(name: str) -> tuple[int, list[tuple[str, int, str]]]:
    """What names are sorted by: constants, classes, others; numbers in them count as such unless they begin with 0."""
    # What is a constant to ruff: more than a byte, and no small letter.
    kind = 0 if name.isupper() and len(name.encode()) > 1 else 1 if name[0].isupper() else 2
    runs = _RUN.findall(name)
    return kind, [(text, 0 if digits.startswith("0") else len(digits), digits) for text, digits in runs]
