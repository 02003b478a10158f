"""This module knows how to let a view as deep as a schema may be be rendered: that takes more frames than Python allows
by default."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

RECURSION_LIMIT = 20_000


@contextlib.contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow as many frames as a worker has, for as long as this lasts."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
