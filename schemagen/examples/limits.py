"""This module knows how to keep the search for an example within bounds."""

from __future__ import annotations


class NoValueError(Exception):
    """There is no value that is asked for, or none that we can make."""


class OutOfWorkError(Exception):
    """More was tried than is worth it."""


class Work:
    """How many schemas may still be looked at."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self, count: int = 1) -> None:
        """Look at ``count`` schemas; raises OutOfWorkError."""
        self._left -= count
        if self._left < 0:
            raise OutOfWorkError
