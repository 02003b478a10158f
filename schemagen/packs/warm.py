"""This module knows how to keep packs loaded, with what was compiled of their templates, from one build to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from schemagen.packs.loading import Pack, load_packs
from schemagen.packs.options import NO_OPTIONS, Options
from schemagen.state.sight import see


class _Asked(NamedTuple):
    names: tuple[str, ...]
    root: Path
    options: Mapping[str, Mapping[str, Any]]
    are_for_all: bool


class WarmPacks:
    """Does what ``load_packs`` does, but gives the packs of the last time again where nothing that they were read from
    changed: all of it is read again to see that, which takes a fraction of the time."""

    def __init__(self) -> None:
        self._asked: _Asked | None = None
        self._packs: tuple[Pack, ...] = ()

    def __call__(self, names: Iterable[str], root: Path, options: Options = NO_OPTIONS) -> tuple[Pack, ...]:
        asked = _Asked(tuple(names), root, options.by_pack, options.are_for_all)
        if asked != self._asked or not all(_still_holds(pack, root) for pack in self._packs):
            self._asked, self._packs = None, ()  # nothing is kept where this fails
            self._packs = load_packs(asked.names, root, options)
            self._asked = asked
        return self._packs


def _still_holds(pack: Pack, root: Path) -> bool:
    return all(see(str(root / path)).digest == digest for path, digest in pack.files.items())
