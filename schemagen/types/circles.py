"""This module knows how to find where types lead back to themselves, by way of objects and arrays or straight on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemagen.types.model import Intersection, Named, Record, Type, Union
from schemagen.types.places import Places
from schemagen.types.reading import Reader
from schemagen.types.size import inside
from schemagen.view.definitions import cycles

Pair = tuple[Named, Named]


def names_in(found: Type) -> list[Named]:
    """All names in ``found``."""
    names: dict[Named, None] = {}
    waiting = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Named):
            names[each] = None
        waiting += reversed(inside(each))
    return list(names)


def bare_names_in(found: Type) -> list[Named]:
    """The names that ``found`` is, or is made up of, with no object or array around them."""
    if isinstance(found, Named):
        return [found]
    if isinstance(found, Union | Intersection):
        return list(dict.fromkeys(name for part in found.parts for name in bare_names_in(part)))
    return []


def bare_circles(starts: Sequence[Named], path: str, places: Places, reader: Reader) -> set[Pair]:
    """The pairs of places, the second of which is the type of the first or a part of it, and leads back there in the
    same way (``anyOf`` with a reference to the schema that it stands in). No language can say that, and it says
    nothing. Of other documents than that at ``path`` those are looked into that may lead back there."""
    looked_into = places.circle_of(path)
    numbers: dict[Named, int] = {}
    uses: list[list[Named]] = []
    waiting = list(starts)
    while waiting:
        place = waiting.pop()
        if place in numbers:
            continue
        numbers[place] = len(uses)
        if place.module not in looked_into:
            uses.append([])
            continue
        found, _ = reader.declared(place)
        uses.append([] if isinstance(found, Record) else bare_names_in(found))
        # Beyond its own document only what is bare can lead back.
        waiting += names_in(found) if place.module == path else uses[-1]
    groups = cycles([[numbers[used] for used in each] for each in uses])
    return {
        (place, used)
        for place, number in numbers.items()
        for used in uses[number]
        if _same(groups, number, numbers[used])
    }


def _same(groups: Sequence[int], one: int, other: int) -> bool:
    return groups[one] == groups[other]


def recursive(uses: Iterable[Sequence[int]]) -> list[bool]:
    """For each node of a graph, whether it leads back to itself."""
    listed = [list(each) for each in uses]
    groups = cycles(listed)
    sizes: dict[int, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    return [sizes[groups[number]] > 1 or number in each for number, each in enumerate(listed)]
