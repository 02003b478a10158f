"""This module knows what the functions of a pack's templates have in common, and what each is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from schemagen.mustache.given import Given
from schemagen.mustache.tree import Node, Partial, Place, Tree, walk

_LARGEST_INLINED = 20
# An iterator of a large output gives it in pieces of about so many texts, or fewer where these may be so long together.
_MOST_TEXTS, _MOST_CHARACTERS = 400, 1 << 22


@dataclass(frozen=True, slots=True)
class Variant:
    """Which function of a template: with a place for indentation or without, all at once or in pieces."""

    unit: int
    is_indented: bool
    is_streaming: bool

    @property
    def function(self) -> str:
        return f"t{self.unit}{'i' * self.is_indented}{'s' * self.is_streaming}"


def is_template_function(name: str) -> bool:
    """Whether ``name`` is that of a whole template or partial, not of a section in it."""
    return re.fullmatch("t[0-9]+i?s?", name) is not None


@dataclass(slots=True)
class Program:
    """What functions share: the trees, the numbers of places, and which further functions are needed.

    ``unit_of`` gives the number of a partial, ``tree_of`` the tree of that number. ``inlined`` are the numbers of
    the partials whose text may be put in the place where they are used. ``leaves_plain``: escaping changes nothing of
    letters, digits and hyphens after a letter.
    """

    unit_of: Callable[[str], int | None]
    tree_of: Callable[[int], Tree]
    recursive: Collection[int]
    helpers: Collection[str]
    is_escaping: bool
    leaves_plain: bool = False
    longest: int = 0  # characters that a source has
    places: list[Place] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    given: Given | None = None

    @property
    def piece(self) -> int:
        """How many texts are a piece of an output."""
        return max(1, min(_MOST_TEXTS, _MOST_CHARACTERS // max(self.longest, 1)))

    def size(self, nodes: Sequence[Node]) -> int:
        """How many nodes ``nodes`` are when partials are inlined."""
        return sum(1 if (inner := self.inlined(node)) is None else self.size_of(inner) for node in walk(nodes))

    def inlined(self, node: Node) -> Sequence[Node] | None:
        """What may stand in the place of ``node``: that of a small partial, used as it is."""
        if not isinstance(node, Partial) or node.arguments or node.place.tag.is_dynamic:
            return None
        unit = self.unit_of(node.name)
        if unit is None or unit in self.recursive or node.indent not in {("",), ("", "")}:
            return None
        tree = self.tree_of(unit)
        inner = tree.plain if node.indent == ("",) else tree.indented
        return inner if self.size_of(inner) <= _LARGEST_INLINED else None

    def size_of(self, nodes: Sequence[Node]) -> int:
        """The size of a whole tree, found once: trees are kept, and so their identity is."""
        if id(nodes) not in self.sizes:
            self.sizes[id(nodes)] = self.size(nodes)
        return self.sizes[id(nodes)]

    def number(self, place: Place) -> int:
        self.places.append(place)
        return len(self.places) - 1
