"""This module knows which files are ours by claim: those that no row tells of, or not yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple


class Origin(NamedTuple):  # one for each output: a dataclass takes four times as long
    """Where a file of ours comes from: the path of its schema and the name of its pack. ``is_aside``: a run with
    options of its own made it, and the project's configuration does not ask for it."""

    schema: str
    pack: str
    is_aside: bool = False

    def to_list(self) -> list[str | bool]:
        """As a record has it: Origin(*list) gives it back."""
        return [self.schema, self.pack, *([True] if self.is_aside else [])]


# Files of ours by path, each with the digest of what we wrote and where it comes from.
Owned = Mapping[str, tuple[str, Origin]]


class Claims:
    """Claims in the order in which they were made, and what was ``released`` and not written again since."""

    def __init__(self) -> None:
        self.released: set[str] = set()
        self._digests: dict[str, dict[str, Origin]] = {}

    def __bool__(self) -> bool:
        return bool(self._digests)

    def __contains__(self, path: str) -> bool:
        return path in self._digests

    def all(self) -> dict[str, dict[str, Origin]]:
        """Every path that is claimed, with the digests that we wrote there and where they come from."""
        return {path: dict(digests) for path, digests in self._digests.items()}

    def holds(self, path: str, digest: str) -> bool:
        """Whether the bytes with ``digest`` are claimed to be what we wrote to ``path``."""
        return digest in self._digests.get(path, ())

    def claim(self, outputs: Owned) -> None:
        self.released.difference_update(outputs)
        for path, (digest, origin) in outputs.items():
            self._digests.setdefault(path, {})[digest] = origin

    def drop(self, digests: Mapping[str, str]) -> None:
        """Drop the claims that a row repeats, which has these ``digests`` of outputs."""
        if not self._digests:
            return
        for path, digest in digests.items():
            claimed = self._digests.get(path)
            if claimed is None:
                continue
            claimed.pop(digest, None)
            if not claimed:
                del self._digests[path]

    def release(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._digests.pop(path, None)
            self.released.add(path)

    def has_released(self, paths: Collection[str]) -> bool:
        """Whether any of ``paths`` was released."""
        return not self.released.isdisjoint(paths)


def owned_by(facts: Mapping[str, Any]) -> dict[str, tuple[str, Origin]]:
    """The files that ``facts`` name."""
    schema, is_aside = facts.get("schema", ""), bool(facts.get("aside"))
    outputs = facts.get("outputs", {})
    return {path: (digest, Origin(schema, pack, is_aside)) for path, (_, digest, pack) in outputs.items()}
