"""This module knows how to tell which keys of a view are read, so that what no template reads is not built.

Some keys cost next to nothing and are always there. The others form groups, each built as a whole or not at all:
a key that is not built is absent, so that a template that reads it anyhow gets an error and not an empty text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from schemagen.view.shapes import GROUPS, TOKEN_PREFIXES, Plain

_GROUP_OF = {key: keys for keys in GROUPS for key in keys}


class Wanted:
    """The names that templates read; None stands for all of them. ``section.name`` tells of a name the nearest section
    around it; a name of which no section is told is read anywhere."""

    def __init__(self, names: frozenset[str] | None) -> None:
        pairs = [name.split(".", 1) for name in names or () if "." in name]
        self._names = names
        self._sections: dict[str, set[str]] = {}
        for section, name in pairs:
            self._sections.setdefault(name, set()).add(section)

    def any(self, *keys: str) -> bool:
        """Whether one of ``keys``, or of those that are built with one of them, is read."""
        return self._names is None or any(self._is_built(key) for key in keys)

    def is_only_in(self, sections: Collection[str], *keys: str) -> bool:
        """Whether nothing but what is in one of ``sections`` is asked for one of ``keys``."""
        return all(
            key in self._sections and self._sections[key].issubset(sections) for key in keys if self.is_read(key)
        )

    def is_all_of(self, section: str, *keys: str) -> bool:
        """Whether nothing is read right in ``section`` but ``keys``, as far as that is known."""
        plain = {name for name in self._names or () if "." not in name}
        read = {name for name, sections in self._sections.items() if section in sections}
        return self._names is not None and plain <= self._sections.keys() and read.issubset(keys)

    def within(self, section: str, key: str) -> bool:
        """Whether ``key`` is read in ``section``, or in one that stands in it."""
        if not self.is_read(key):
            return False
        around = self._sections_around(key)
        return not around or section in around

    def _sections_around(self, key: str) -> set[str]:
        """All sections around ``key``, the nearest and further ones."""
        found: set[str] = set()
        waiting = [key]
        while waiting:
            outer = self._sections.get(waiting.pop(), set()) - found
            found |= outer
            waiting += outer
        return found

    def only(self, shape: Mapping[str, object], idle: Collection[str] = ()) -> Plain:
        """``shape`` without what is not built, nor what is not read of the keys ``idle``."""
        if self._names is None:
            return dict(shape)
        return {
            key: value for key, value in shape.items() if self.is_read(key) or (self._is_kept(key) and key not in idle)
        }

    def is_read(self, key: str) -> bool:
        """Whether ``key`` itself is read."""
        return self._names is None or key in self._names

    def _is_built(self, key: str) -> bool:
        return not (self._names or frozenset()).isdisjoint(_GROUP_OF.get(key, {key}))

    def _is_kept(self, key: str) -> bool:
        prefix, separator, _ = key.partition("_")
        if key in _GROUP_OF or (separator and prefix in TOKEN_PREFIXES):
            return self._is_built(key)
        return True
