"""This module knows how to tell from the keywords of a schema alone how to go about it.

Schemas are many and their lists of keywords few: in real ones each stands some forty times. So what follows from a list
is found out once.
"""

from __future__ import annotations

from typing import NamedTuple

from schemagen.model import Draft
from schemagen.view.annotations import Writers, writers_of
from schemagen.view.controls import CONTROLLING
from schemagen.view.kinds import assumed_types
from schemagen.view.making import Making
from schemagen.view.reading import STRUCTURE, Reader, readers_of
from schemagen.view.rules import Schema, is_normal

_MOST_KEPT = 5_000
_LONGEST_KEPT = 40
_GROUPING = frozenset(
    {"properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "required"}
    | {"items", "prefixItems", "additionalItems", "unevaluatedItems"}
)


class Outline(NamedTuple):
    """What follows from the keywords of a schema.

    ``is_simple`` if it has no subschemas, no reference and no required properties; ``is_normal`` if its draft means by
    them what later ones do; ``is_field`` if both and it lists no values; ``is_quiet`` if nothing in it has a say in the
    control that a form has for its kind; ``is_group`` if it says no more of an object or an array than what is in it.
    ``assumed`` are the types that it speaks of, ``readers`` those of its parts.
    """

    is_simple: bool
    is_normal: bool
    is_field: bool
    is_quiet: bool
    is_group: bool
    assumed: tuple[str, ...]
    writers: Writers
    readers: tuple[tuple[str, Reader], ...]


class Outlines:
    """The outlines of schemas of one draft, kept by their keywords."""

    def __init__(self, draft: Draft, making: Making) -> None:
        self._draft = draft
        self._making = making
        self._kept: dict[tuple[str, ...], Outline] = {}

    def of(self, schema: Schema) -> Outline:
        keywords = tuple(schema)
        outline = self._kept.get(keywords)
        if outline is None:
            outline = self._outline(keywords)
            if len(keywords) <= _LONGEST_KEPT:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[keywords] = outline
        return outline

    def _outline(self, keywords: tuple[str, ...]) -> Outline:
        structure = STRUCTURE[self._draft].intersection(keywords)
        has_normal_words = self._draft is not Draft.D4 or is_normal(keywords)
        lists_values = "const" in keywords or "enum" in keywords
        return Outline(
            is_simple=not structure,
            is_normal=has_normal_words,
            is_field=not structure and has_normal_words and not lists_values,
            is_quiet=CONTROLLING.isdisjoint(keywords),
            is_group=structure <= _GROUPING and has_normal_words and not lists_values,
            assumed=assumed_types(keywords),
            writers=writers_of(keywords, self._making),
            readers=readers_of(keywords, self._draft),
        )


def outlines_of(draft: Draft, making: Making) -> Outlines:
    """Those of ``making``, for schemas of ``draft``."""
    outlines = making.outlines.get(draft)
    if outlines is None:
        outlines = making.outlines[draft] = Outlines(draft, making)
    return outlines
