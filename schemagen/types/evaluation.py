"""This module knows how to say what ``unevaluatedProperties`` and ``unevaluatedItems`` close.

Whether a property was evaluated depends on which branches a value matched. But a property that no branch, whichever
matched, speaks of is never evaluated: so much a type can say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from schemagen.model import Draft
from schemagen.types.model import ANY, NEVER, NO_NOTES, Array, Member, Record, Type
from schemagen.types.places import Places
from schemagen.types.uniting import EVERYTHING, unite
from schemagen.view.reading import read_keywords
from schemagen.view.rules import Place, Rules

# Where so many schemas apply to one value, it is taken that they evaluate everything.
_MOST_VISITED = 400


class Home(Protocol):
    """The document that a schema stands in."""

    @property
    def path(self) -> str: ...

    @property
    def draft(self) -> Draft: ...


class Evaluation:
    def __init__(self, places: Places) -> None:
        self._places = places

    def properties(self, rules: Rules, home: Home, type_at: Callable[[Place], Type]) -> Type:
        """What ``unevaluatedProperties`` demands."""
        assert rules.unevaluated_properties is not None
        found = self._around(rules, home)
        if found is None or any(
            each.pattern_properties or each.additional or (each is not rules and each.unevaluated_properties)
            for each in found
        ):
            return ANY
        keys = dict.fromkeys(key for each in found for key, _, _ in each.properties)
        rest = type_at(rules.unevaluated_properties)
        members = tuple(Member(key, ANY, False, NO_NOTES) for key in keys)
        return unite([*EVERYTHING[:5], Record(members, None if rest == NEVER else rest)])

    def items(self, rules: Rules, home: Home, type_at: Callable[[Place], Type]) -> Type:
        """What ``unevaluatedItems`` demands."""
        assert rules.unevaluated_items is not None
        found = self._around(rules, home)
        if found is None or any(
            each.items or each.contains or (each is not rules and each.unevaluated_items) for each in found
        ):
            return ANY
        rest = type_at(rules.unevaluated_items)
        most = max(len(each.prefix_items) for each in found)
        array = Array((ANY,) * most, 0, None if rest == NEVER else rest)
        return unite([*EVERYTHING[:4], array, EVERYTHING[5]])

    def _around(self, rules: Rules, home: Home) -> list[Rules] | None:
        """All that may apply to the value that ``rules`` are of; None where that is not known, or too much."""
        found: list[Rules] = [rules]
        waiting = [(rules, home.path, home.draft)]
        seen: set[tuple[str, str]] = set()
        while waiting:
            each, path, draft = waiting.pop()
            places = [(path, draft, place) for place in _applied(each)]
            for keyword, pointer in each.references:
                target = self._places.target_of(path, pointer, keyword)
                if target is None:
                    return None
                schema, there = self._places.schema_at(target)
                places.append((target.module, there, (schema, target.words[0])))
            for where, draft_there, (schema, pointer) in places:
                if isinstance(schema, dict) and (where, pointer) not in seen:
                    seen.add((where, pointer))
                    found.append(read_keywords(schema, pointer, draft_there))
                    waiting.append((found[-1], where, draft_there))
            if len(found) > _MOST_VISITED:
                return None
        return found


def _applied(rules: Rules) -> list[Place]:
    """The schemas that ``rules`` may apply to the same value."""
    places = [*rules.all_of, *rules.any_of, *rules.one_of, *(place for _, place in rules.dependent_schemas)]
    for schema, pointer in rules.conditions:
        places += [(schema[key], f"{pointer}/{key}") for key in ("if", "then", "else") if key in schema]
    return places
