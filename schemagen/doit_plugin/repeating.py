"""This module knows how to keep one mistake that breaks many schemas from filling the screen: the first few are said in
full, the others counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from schemagen.errors import SchemagenError, TemplateError
from schemagen.refs import UNUSABLE

MOST_SAID = 5
_Cause = tuple[str, str]


class Repeated:
    """Counts problems by their cause: a place in a template, or a schema that cannot be used and that others ref."""

    def __init__(self) -> None:
        self._counts: Counter[_Cause] = Counter()
        self._first: dict[_Cause, SchemagenError] = {}

    def is_to_be_said(self, problem: SchemagenError) -> bool:
        """Whether ``problem`` is one of the first few of its cause; else it is counted."""
        cause = _cause_of(problem)
        if cause is None:
            return True
        self._first.setdefault(cause, problem)
        self._counts[cause] += 1
        return self._counts[cause] <= MOST_SAID

    def lines(self) -> Iterator[str]:
        """A line for each cause that has more problems than were said."""
        for cause, problem in self._first.items():
            left = self._counts[cause] - MOST_SAID
            if left > 0:
                schemas = "schema" if left == 1 else "schemas"
                yield f"{problem.location}: the same for {left} more {schemas}; --report FILE has each [{problem.code}]"


def _cause_of(problem: SchemagenError) -> _Cause | None:
    if isinstance(problem, TemplateError):
        return problem.code, str(problem.location)
    return (problem.code, problem.message) if problem.code == UNUSABLE else None
