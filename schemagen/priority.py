"""This module knows how to tell which schemas come first: those that the configuration names, in the order of its
patterns, then those that ask for it themselves by ``x-priority``, a whole number, the highest first."""

from __future__ import annotations

from collections.abc import Callable

from schemagen.model import JsonValue
from schemagen.sources import compile_patterns, matches
from schemagen.texts import SUFFIXES

KEYWORD = "x-priority"
# Enough for any order, and for any file format.
_MOST = 1_000_000

Rank = tuple[int, int]  # a lower one comes first
_NONE: Rank = (0, 0)


def asked_priority(document: JsonValue) -> int:
    """What a schema asks for itself; 0 where it asks for nothing that makes sense."""
    asked = document.get(KEYWORD) if isinstance(document, dict) else None
    return max(-_MOST, min(asked, _MOST)) if isinstance(asked, int) and not isinstance(asked, bool) else 0


def ranking(patterns: tuple[str, ...]) -> Callable[[str, int], Rank]:
    """A function from the name of a schema, and what it asks for itself, to its rank."""
    if not patterns:  # as most often, and every schema asks
        return lambda _, asked: (0, -asked) if asked else _NONE
    compiled = compile_patterns(patterns)

    def rank(name: str, asked: int) -> Rank:
        matched = (at for at, pattern in enumerate(compiled) if matches(pattern, name, SUFFIXES))
        return next(matched, len(compiled)), -asked

    return rank
