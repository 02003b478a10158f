"""This module knows how to shorten a game that fails to the steps that matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def shortened(items: Sequence[Item], breaks: Callable[[Sequence[Item]], bool], most_tries: int = 300) -> list[Item]:
    """A part of ``items`` that still ``breaks`` something, and does no longer without any one of its items.

    This is Zeller's ddmin, with a limit on the tries.
    """
    kept, size, tries = list(items), max(1, len(items) // 2), 0
    while tries < most_tries:
        start, has_shrunk = 0, False
        while start < len(kept) and tries < most_tries:
            fewer = kept[:start] + kept[start + size :]
            tries += 1
            if fewer and breaks(fewer):
                kept, has_shrunk = fewer, True
            else:
                start += size
        if size == 1 and not has_shrunk:
            break
        size = max(1, size // 2)
    return kept
