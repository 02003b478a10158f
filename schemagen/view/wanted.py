"""This module knows how to tell which keys of a view are read, so that what no template reads is not built.

Most keys cost next to nothing and are always there. The others form groups, each built as a whole or not at all:
a key that is not built is absent, so that a template that reads it anyhow gets an error and not an empty text.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemagen.view.shapes import GROUPS, TOKEN_PREFIXES, Plain

_GROUP_OF = {key: keys for keys in GROUPS for key in keys}


class Wanted:
    """The names that templates read; None stands for all of them. A dotted name counts as each of its parts."""

    def __init__(self, names: frozenset[str] | None) -> None:
        if names is not None and any("." in name for name in names):
            names = frozenset(part for name in names for part in name.split("."))
        self._names = names

    def any(self, *keys: str) -> bool:
        """Whether one of ``keys``, or of those that are built with one of them, is read."""
        return self._names is None or any(self._is_built(key) for key in keys)

    def all(self, *keys: str) -> bool:
        return self._names is None or all(self._is_built(key) for key in keys)

    def only(self, shape: Mapping[str, object]) -> Plain:
        """``shape`` without what is not built."""
        if self._names is None:
            return dict(shape)
        return {key: value for key, value in shape.items() if self._is_kept(key)}

    def _is_built(self, key: str) -> bool:
        return not (self._names or frozenset()).isdisjoint(_GROUP_OF.get(key, {key}))

    def _is_kept(self, key: str) -> bool:
        prefix, separator, _ = key.partition("_")
        if key in _GROUP_OF or (separator and prefix in TOKEN_PREFIXES):
            return self._is_built(key)
        return True
