"""This module knows how to describe the place that a node takes in the tree above it."""

from __future__ import annotations

from typing import NamedTuple

from schemagen.view.keys import Key

_NO_KEYS: frozenset[str] = frozenset()


class Slot(NamedTuple):
    """The place of a node.

    ``name`` is the JSON Pointer of its value in an instance, ``path`` the same for people, ``trail`` for an anchor.
    ``label`` is used where the schema has no title. ``key`` is that of a property. ``is_demanded``: all above is
    present in every instance. ``is_part``: the node says more of a value that its parent already shows; ``known`` are
    the properties that are shown there.
    """

    name: str = ""
    path: str = ""
    trail: str = ""
    label: str = ""
    key: Key | None = None
    is_required: bool = False
    is_demanded: bool = False
    is_item: bool = False
    is_part: bool = False
    has_section: bool = False
    known: frozenset[str] = _NO_KEYS

    def property(self, key: Key, *, is_required: bool) -> Slot:
        """The place of the property ``key``."""
        is_demanded = is_required and self.is_demanded
        name = f"{self.name}/{key.token}"
        path = f"{self.path}.{key.text}" if self.path else key.text
        trail = f"{self.trail}-{key.slug}" if self.trail and key.slug else self.trail or key.slug
        # There are more of these than of all others: without the function that Slot() calls they take half the time.
        return tuple.__new__(
            Slot, (name, path, trail, key.label, key, is_required, is_demanded, False, False, True, _NO_KEYS)
        )

    def named(self, key: Key, *, is_required: bool) -> Slot:
        """The same without path and trail, which are not needed for every view."""
        is_demanded = is_required and self.is_demanded
        name = f"{self.name}/{key.token}"
        return tuple.__new__(
            Slot, (name, "", "", key.label, key, is_required, is_demanded, False, False, True, _NO_KEYS)
        )

    def matching(self, key: Key, mark: str, *, has_section: bool = False) -> Slot:
        """The place of a property whose name is not known; ``mark`` keeps names apart in a form."""
        return Slot(
            f"{self.name}/~{mark}",
            f"{self.path}.*" if self.path else "*",
            self.trail,
            "Value",
            key,
            has_section=has_section,
        )

    def item(self, index: int, *, is_required: bool) -> Slot:
        return Slot(
            f"{self.name}/{index}",
            f"{self.path}[{index}]",
            f"{self.trail}-{index}" if self.trail else str(index),
            f"Item {index + 1}",
            is_required=is_required,
            is_item=True,
        )

    def items(self, index: int) -> Slot:
        return Slot(f"{self.name}/{index}", f"{self.path}[]", self.trail, "Item", is_item=True)

    def same(self, *, is_part: bool, is_demanded: bool, known: frozenset[str]) -> Slot:
        """The place of a node that says more of the same value: a variant, a branch, a member of allOf."""
        return Slot(
            self.name,
            self.path,
            self.trail,
            is_part=is_part or self.is_part,
            is_demanded=is_demanded,
            known=known,
        )
