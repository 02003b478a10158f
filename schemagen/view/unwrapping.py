"""This module knows how to look through schemas that only wrap another one, or only add null to it."""

from __future__ import annotations

from schemagen.model import Draft
from schemagen.view.kinds import asks_only
from schemagen.view.reading import read_rules
from schemagen.view.rules import REFERENCES, Place, Rules, annotations_of

_MAX_UNWRAPPED = 16
_NULL = ({"type": "null"}, {"const": None}, {"enum": [None]})


def unwrap(rules: Rules, draft: Draft) -> tuple[Rules, bool]:
    """``rules``, or those of the one schema that theirs only wraps, and whether null is allowed too."""
    is_nullable = False
    for _ in range(_MAX_UNWRAPPED):
        inner = _wrapped(rules)
        if inner is None:
            break
        is_nullable |= max(len(rules.any_of), len(rules.one_of)) > 1
        wrapped, pointer = inner
        rules = read_rules({**wrapped, **annotations_of(rules.words)}, pointer, draft)
    return rules, is_nullable


def _wrapped(rules: Rules) -> Place | None:
    """The one schema that a schema only wraps, in ``allOf`` or a union with nothing else but perhaps null."""
    if rules.all_of:
        keyword, places, others = "allOf", rules.all_of, rules.any_of or rules.one_of
    elif rules.any_of:
        keyword, places, others = "anyOf", rules.any_of, rules.one_of
    else:
        keyword, places, others = "oneOf", rules.one_of, ()
    if others or len(places) > 2 or rules.references:
        return None
    if len(places) == 2 and keyword != "allOf":
        places = [place for place in places if place[0] not in _NULL]
    if len(places) != 1 or not isinstance(places[0][0], dict) or not asks_only(rules, keyword):
        return None
    return places[0]


def part_references(rules: Rules) -> None:
    """Make references that have other keywords beside them members of ``allOf``, which is what they mean."""
    if rules.references and len(rules.words) > 1 and not asks_only(rules, *REFERENCES):
        parts = [({keyword: rules.words.get(keyword, "")}, pointer) for keyword, pointer in rules.references]
        rules.all_of = [*parts, *rules.all_of]
        rules.references = ()


def several_types(types: list[str], is_nullable: bool) -> tuple[list[str], bool]:
    """The types of a list of them, without null beside others, and whether null is allowed too."""
    if "null" in types:
        types.remove("null")
        is_nullable = True
    if sorted(types) == ["integer", "number"]:
        types = ["number"]
    return types, is_nullable
