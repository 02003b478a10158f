"""This module knows how to find the file that a reference names, without a look outside the schema folders.

A name is compared with the entries of its folder, so that upper and lower case count everywhere as they do
on Linux, and no name of a schema ever reaches the file system unless it is the name of an entry there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from enum import Enum, auto
from pathlib import Path


class Found(Enum):
    """What stands at a path."""

    FILE = auto()
    FOLDER = auto()
    MISSING = auto()
    OUTSIDE = auto()  # not in a schema folder, or only through a link


class SchemaFolders:
    """The schema folders of the project at ``root``. What is seen of them is remembered: one per build."""

    def __init__(self, root: str, folders: Iterable[str]) -> None:
        self._root = os.path.abspath(root)  # not resolved: paths are compared as written
        tops = [Path(self.absolute(folder)) for folder in folders]
        # A single schema may stand for a folder: its neighbours can be named, if only to be told apart.
        self._tops = tuple(dict.fromkeys(str(top.parent if os.path.isfile(top) else top) for top in tops))
        self._real_tops = tuple(os.path.realpath(top) for top in self._tops)
        self._found: dict[str, Found] = dict.fromkeys(self._tops, Found.FOLDER)
        self._names: dict[str, frozenset[str]] = {}

    def absolute(self, path: str) -> str:
        """``path``, relative to the project folder, as an absolute path in which links are not followed."""
        return os.path.normpath(Path(self._root, path))

    def contain(self, path: str) -> bool:
        """Whether ``path``, which ``absolute`` made, is in a schema folder by its name."""
        return any(_is_inside(path, top) for top in self._tops)

    def find(self, path: str) -> Found:
        """What stands at ``path``, which ``absolute`` made."""
        known = self._found.get(path)
        if known is not None:
            return known
        top = next((top for top in self._tops if _is_inside(path, top)), None)
        if top is None:
            return Found.OUTSIDE
        here, found = top, Found.FOLDER
        for name in Path(path).relative_to(top).parts:
            if found is not Found.FOLDER:
                return found if found is Found.OUTSIDE else Found.MISSING
            inner = f"{here.rstrip(os.sep)}{os.sep}{name}"
            if inner not in self._found:
                if name not in self._names_in(here):
                    return Found.MISSING
                self._found[inner] = self._look_at(inner)
            here, found = inner, self._found[inner]
        return found

    def real(self, path: str) -> str:
        """``path``, at which there is a file, with all links followed."""
        return os.path.realpath(path)

    def _names_in(self, folder: str) -> frozenset[str]:
        names = self._names.get(folder)
        if names is None:
            try:
                names = frozenset(entry.name for entry in os.scandir(folder))
            except OSError:  # no permission to look: as good as empty
                names = frozenset()
            self._names[folder] = names
        return names

    def _look_at(self, path: str) -> Found:
        """What an entry of a folder is, when that folder is inside."""
        try:
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                real = os.path.realpath(path, strict=True)
                if not any(_is_inside(real, top) for top in self._real_tops):
                    return Found.OUTSIDE
                mode = Path(real).stat().st_mode
        except OSError:  # a link to nothing or in a circle; gone since its folder was listed
            return Found.MISSING
        return Found.FOLDER if stat.S_ISDIR(mode) else Found.FILE


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
