"""This module knows how to tell doit whether a dependency changed: by its content, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doit.dependency import FileChangedChecker

from schemagen.doit_plugin.backend import PARTS
from schemagen.state.sight import see


class ContentChecker(FileChangedChecker):  # type: ignore[misc]  # doit has no types
    """A file is modified if its xxh3-128 digest is another. Times and sizes are not asked: ``cp -p``, a CI
    cache or a tar archive may restore any of them. Each file is read once per run."""

    def __init__(self) -> None:
        self._digests: dict[str, str | None] = {}

    def trust(self, digests: Mapping[str, str]) -> None:
        """Take ``digests`` for those of the files at these paths: of what was read of them for this build."""
        self._digests |= digests

    def _digest(self, path: str) -> str | None:
        if path not in self._digests:
            self._digests[path] = see(path).digest or None
        return self._digests[path]

    def check_modified(self, file_path: str, file_stat: Any, state: str) -> bool:
        # Of a file that a task of ours reads parts of, its ``uptodate`` tells, which doit has asked before.
        return state != PARTS and self._digest(file_path) != state

    def get_state(self, dep: str, current_state: str | None) -> str | None:
        digest = self._digest(dep)
        return None if digest == current_state else digest
