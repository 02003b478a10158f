"""This module knows how to describe the place that a node takes in the tree above it."""

from __future__ import annotations

from typing import NamedTuple

_NO_KEYS: frozenset[str] = frozenset()


class Slot(NamedTuple):
    """The place of a node.

    ``name`` is the JSON Pointer of its value in an instance, ``path`` the same for people. ``label`` is used
    where the schema has no title; where it is empty, words made of ``key`` are. ``is_demanded``: whatever is
    above is present in every instance. ``is_part``: the node says more of a value that its parent already
    shows; ``known`` are the properties that are shown there. ``steps`` are the keys and numbers that lead to it.
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
    known: frozenset[str] = _NO_KEYS
    steps: tuple[str, ...] = ()

    def property(self, key: str, at: str, *, is_required: bool) -> Slot:
        """The place of the property ``key``, whose schema is ``at`` a pointer."""
        return Slot(
            f"{self.name}/{at.rpartition('/')[2]}",
            f"{self.path}.{key}" if self.path else key,
            key,
            "",
            is_required,
            is_required and self.is_demanded,
            False,
            False,
            True,
            _NO_KEYS,
            (*self.steps, key),
        )

    def matching(self, key: str, mark: str) -> Slot:
        """The place of a property whose name is not known; ``mark`` keeps names apart in a form."""
        return Slot(
            f"{self.name}/~{mark}",
            f"{self.path}.*" if self.path else "*",
            key,
            "Value",
            steps=self.steps,
        )

    def item(self, index: int, *, is_required: bool) -> Slot:
        return Slot(
            f"{self.name}/{index}",
            f"{self.path}[{index}]",
            label=f"Item {index + 1}",
            is_required=is_required,
            is_item=True,
            steps=(*self.steps, str(index)),
        )

    def items(self, index: int) -> Slot:
        return Slot(f"{self.name}/{index}", f"{self.path}[]", label="Item", is_item=True, steps=self.steps)

    def same(self, *, is_part: bool, is_demanded: bool, known: frozenset[str], label: str = "") -> Slot:
        """The place of a node that says more of the same value: a variant, a branch, a member of allOf."""
        return Slot(
            self.name,
            self.path,
            label=label,
            is_part=is_part or self.is_part,
            is_demanded=is_demanded,
            known=known,
            steps=self.steps,
        )
