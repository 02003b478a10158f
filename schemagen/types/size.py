"""This module knows how to tell how large a type is."""

from __future__ import annotations

from schemagen.types.model import Array, Intersection, Record, Type, Union


def size_of(found: Type, limit: int) -> int:
    """Of how many types ``found`` is made up; ``limit`` where there are more."""
    count, waiting = 0, [found]
    while waiting and count < limit:
        count += 1
        waiting += inside(waiting.pop())
    return limit if waiting else count


def inside(found: Type) -> list[Type]:
    """The types right inside ``found``."""
    match found:
        case Array(fixed, _, rest):
            return [*fixed, *([] if rest is None else [rest])]
        case Record(members, rest):
            return [*(member.type for member in members), *([] if rest is None else [rest])]
        case Union(parts) | Intersection(parts):
            return list(parts)
    return []
