"""This module knows how to describe the place that a node takes in the tree above it."""

from __future__ import annotations

from typing import NamedTuple

from schemagen.jsontext import escape_token
from schemagen.view.text import humanise


class Slot(NamedTuple):
    """The place of a node.

    ``name`` is the JSON Pointer of its value in an instance, ``path`` the same for people. ``label`` is used
    where the schema has no title. ``is_demanded``: whatever is above is present in every instance.
    ``is_part``: the node says more of a value that its parent already shows; ``known`` are the properties
    that are shown there.
    """

    name: str = ""
    path: str = ""
    key: str = ""
    label: str = ""
    is_required: bool = False
    is_demanded: bool = False
    is_item: bool = False
    is_part: bool = False
    has_section: bool = False
    known: frozenset[str] = frozenset()

    def property(self, key: str, *, is_required: bool, is_demanded: bool) -> Slot:
        return Slot(
            name=f"{self.name}/{escape_token(key)}",
            path=f"{self.path}.{key}" if self.path else key,
            key=key,
            label=humanise(key),
            is_required=is_required,
            is_demanded=is_required and is_demanded,
            has_section=True,
        )

    def matching(self, key: str, mark: str) -> Slot:
        """The place of a property whose name is not known; ``mark`` keeps names apart in a form."""
        return Slot(
            name=f"{self.name}/~{mark}",
            path=f"{self.path}.*" if self.path else "*",
            key=key,
            label="Value",
        )

    def item(self, index: int, *, is_required: bool) -> Slot:
        return Slot(
            name=f"{self.name}/{index}",
            path=f"{self.path}[{index}]",
            label=f"Item {index + 1}",
            is_required=is_required,
            is_item=True,
        )

    def items(self, index: int) -> Slot:
        return Slot(name=f"{self.name}/{index}", path=f"{self.path}[]", label="Item", is_item=True)

    def same(self, *, is_part: bool, is_demanded: bool, known: frozenset[str], label: str = "") -> Slot:
        """The place of a node that says more of the same value: a variant, a branch, a member of allOf."""
        return Slot(
            name=self.name,
            path=self.path,
            label=label,
            is_part=is_part or self.is_part,
            is_demanded=is_demanded,
            known=known,
        )
