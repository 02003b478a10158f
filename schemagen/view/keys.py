"""This module knows how to tell what a view shows of a key: schemas use the same keys again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from schemagen.jsontext import escape_token
from schemagen.view.shapes import Plain
from schemagen.view.text import clean, humanise, slug_words

_LONGEST_KEPT = 80
_MOST_KEPT = 10_000


class Key(NamedTuple):
    """What a view shows of a key.

    ``tokens`` are the entries that it gives to an object: itself and what is made of it. ``token`` is it in a JSON
    Pointer, ``label`` it in words, ``slug`` these as a part of an anchor; the last may be empty, and both are where
    nobody asks for them.
    """

    text: str
    tokens: Plain
    label: str
    slug: str
    token: str


class Keys:
    """Makes keys, with the tokens that are wanted, and keeps those that are short."""

    def __init__(
        self, tokens: Sequence[tuple[str, Callable[[str], str]]], *, has_labels: bool, has_slugs: bool
    ) -> None:
        self._tokens = tokens
        self._has_labels = has_labels
        self._has_slugs = has_slugs
        self._kept: dict[str, Key] = {}

    def of(self, text: str) -> Key:
        key = self._kept.get(text)
        if key is None:
            tokens = {"key": clean(text), **{name: write(text) for name, write in self._tokens}}
            label = humanise(text) if self._has_labels else ""
            slug = slug_words(text) if self._has_slugs else ""
            key = Key(text, tokens, label, slug, escape_token(text))
            if len(text) <= _LONGEST_KEPT:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[text] = key
        return key
