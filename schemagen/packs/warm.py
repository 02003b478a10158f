"""This module knows how to keep packs loaded, with what was compiled of their templates, from one build to the next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schemagen.packs.loading import Pack, load_packs
from schemagen.state.sight import see


class WarmPacks:
    """Does what ``load_packs`` does, but gives the packs of the last time again where nothing that they were read from
    changed: all of it is read again to see that, which takes a fraction of the time."""

    def __init__(self) -> None:
        self._asked: tuple[tuple[str, ...], Path] = ((), Path())
        self._packs: tuple[Pack, ...] = ()

    def __call__(self, names: Iterable[str], root: Path) -> tuple[Pack, ...]:
        asked = tuple(names), root
        if asked != self._asked or not all(_still_holds(pack, root) for pack in self._packs):
            self._asked, self._packs = ((), Path()), ()  # nothing is kept where this fails
            self._packs = load_packs(asked[0], root)
            self._asked = asked
        return self._packs


def _still_holds(pack: Pack, root: Path) -> bool:
    return all(see(str(root / path)).digest == digest for path, digest in pack.files.items())
