"""This module knows how to say what is known of the data where a template or a partial stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from schemagen.mustache.tags import OPENING, Tag

# The keys that an object can have; None where nothing is known of it.
Keys: TypeAlias = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of all data that a template is ever rendered with: every object in it has the keys that it always
    has, no object is empty, and no value is a number.

    ``frames`` has, by the name of a section whose value is an object or a list of them, the keys that those can have,
    and by ``""`` the keys of the whole of the data; every other value is a text or a flag. ``texts`` are the names
    whose values are always texts, and ``plain`` those whose texts are lower-case letters, digits and hyphens after a
    letter.
    """

    frames: Mapping[str, frozenset[str]]
    texts: frozenset[str]
    plain: frozenset[str] = frozenset()


def keys_of_units(
    tags: Sequence[Sequence[Tag]], templates: Collection[int], partials: Mapping[str, int], given: Given
) -> dict[int, Keys]:
    """The keys of the nearest object around each unit: a template, by its number, or a partial.

    ``tags`` are those of each unit. Nothing is known of partials where one is named by the data, or has arguments.
    """
    if any(tag.is_dynamic or tag.kind == "<" for unit in tags for tag in unit):
        return {unit: given.frames[""] if unit in templates else None for unit in range(len(tags))}
    around: dict[int, set[str]] = {unit: set() for unit in range(len(tags))}
    waiting = [(unit, "") for unit in templates]
    while waiting:
        unit, section = waiting.pop()
        if section not in around[unit]:
            around[unit].add(section)
            waiting += [
                (partials[name], inner) for name, inner in _uses(tags[unit], section, given) if name in partials
            ]
    return {unit: frozenset().union(*(given.frames[name] for name in names)) for unit, names in around.items()}


def _uses(tags: Sequence[Tag], section: str, given: Given) -> Iterator[tuple[str, str]]:
    """The partials that ``tags`` name, each with the section that puts the nearest object around it."""
    sections = [section]
    for tag in tags:
        if tag.kind == ">":
            yield tag.name, sections[-1]
        elif tag.kind == "/":
            sections.pop()
        elif tag.kind in OPENING:
            name = tag.name.rpartition(".")[2]
            sections.append(name if tag.kind == "#" and name in given.frames else sections[-1])
