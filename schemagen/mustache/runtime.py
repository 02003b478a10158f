"""This module knows how to do what the functions made of templates cannot do in a line: the rare and the slow.

A context is a dict and those around it: ``d`` the nearest, ``s`` the rest as ``(dict, rest)`` or None. Only dicts are
asked for names, never attributes, so that data cannot reach into Python objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from operator import itemgetter
from typing import Any

from schemagen.errors import TemplateError
from schemagen.mustache.tree import Place

# The types of the values that are false: false, null, "" and []. A number is a value, 0 too, and so is an object.
MAY_BE_FALSE = frozenset({bool, type(None), str, list})
_KINDS: Mapping[type, str] = {dict: "an object", list: "a list"}
_LONGEST_KEPT = 80
_MOST_KEPT = 20_000

Frames = tuple[dict[str, Any], Any] | None


class Escaped(dict[str, str]):
    """Texts as ``escape`` makes them, short ones kept: schemas say the same things again and again."""

    def __init__(self, escape: Callable[[str], str]) -> None:
        super().__init__()
        self._escape = escape

    def __missing__(self, text: str) -> str:
        escaped = self._escape(text)
        if len(text) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[text] = escaped
        return escaped


class Lookup:
    """What generated functions call by short names: each takes the number of the tag that asks."""

    def __init__(self, places: Sequence[Place], escape: Callable[[str], str], *, is_strict: bool) -> None:
        self._places = places
        self._escape = escape
        self._is_strict = is_strict

    def find(self, name: str, d: dict[str, Any], s: Frames, place: int) -> Any:
        """The value of ``name``, nearest dict first."""
        nearest, rest = d, s
        while name not in nearest:
            if rest is None:
                return self._missing(name, place, d, s)
            nearest, rest = rest
        return nearest[name]

    def widen(
        self, names: tuple[str, ...], d: dict[str, Any], s: Frames, place: int
    ) -> tuple[dict[str, Any], Frames, tuple[Any, ...]]:
        """A context that equals ``d`` and ``s``, and the values of ``names``, the first of which is asked for at
        ``place``, the next at the next place.

        The nearest dict is joined with those further out until it has all names: what is read next is found at once.
        """
        values = itemgetter(*names)
        while s is not None:
            d, s = s[0] | d, s[1]
            try:
                return d, s, values(d)
            except KeyError:
                continue
        return d, s, tuple(self.find(name, d, s, place + at) for at, name in enumerate(names))

    def within(self, value: Any, rest: tuple[str, ...], place: int) -> Any:
        """The value of the further parts of a dotted name, each within that before."""
        for part in rest:
            if type(value) is not dict or part not in value:
                return self._missing(part, place, value if type(value) is dict else {}, None)
            value = value[part]
        return value

    def text(self, value: Any, place: int) -> str:
        """``value`` printed: a number and true and false as in JSON, null as nothing (specification: interpolation)."""
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        tag = self._places[place].tag
        kind = _KINDS.get(type(value), f"a {type(value).__name__}")
        raise TemplateError(f"{tag.name!r} is {kind}, not text", self._places[place].location, "SG310")

    def escaped(self, value: Any, place: int) -> str:
        return self._escape(self.text(value, place))

    def _missing(self, name: str, place: int, d: dict[str, Any], s: Frames) -> None:
        if not self._is_strict:
            return
        names = list(d)
        while s is not None:
            names += s[0]
            s = s[1]
        near = get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        asked = self._places[place]
        of = f" of {asked.tag.name!r}" if asked.tag.name.lstrip("*") != name else ""
        raise TemplateError(f"the view has no {name!r}{of} here{hint}", asked.location, "SG304")


def merged(own: Mapping[str, Any], given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The arguments of a parent: those given to the template that uses it win (specification: ~inheritance)."""
    return {**own, **given} if given else own
