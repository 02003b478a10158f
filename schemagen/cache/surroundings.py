"""This module knows how to name what an external formatter may find around an output: its configuration.

Within one project that is for ``format_files`` to say. But what is kept here is shared by projects, one of which may
have a .prettierrc that it never named and another none. So the key of an output that is formatted covers every file
beside or above it that looks like configuration, up to the top of the repository: too much, where one of them is
something else, and then an output is made again for nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from schemagen.cache.digests import sha256_fields, sha256_of
from schemagen.writing import TEMP_SUFFIX, bytes_of_file

_SUFFIXES = (
    *(".toml", ".json", ".jsonc", ".json5", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".lock"),
    *(".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"),
)
_MOST_BYTES = 16 << 20


class Surroundings:
    """What is around the outputs of the project in the folder ``root`` that go below ``output``; each folder is read
    once."""

    def __init__(self, root: str, output: str) -> None:
        self._root = os.path.abspath(root)
        self._output = os.path.normpath(os.path.join(self._root, output))
        self._top = _top_of(self._root)
        self._known: dict[str, str] = {}

    def digest(self, below: str) -> str:
        """The digest of what is around the output at the path ``below`` the output folder."""
        folder = os.path.dirname(os.path.join(self._output, below))
        if folder not in self._known:
            self._known[folder] = sha256_fields(self._fields(folder))
        return self._known[folder]

    def _fields(self, folder: str) -> list[str]:
        """For each folder from ``folder`` up to the top its files that look like configuration, with their digests."""
        fields: list[str] = []
        is_within = True
        while is_within:
            for name in sorted(_names_in(folder)):
                if self._looks_like_configuration(folder, name):
                    data = bytes_of_file(Path(folder, name))
                    if data is not None:
                        fields += (name, sha256_of(data))
            fields.append("/")
            is_within = folder not in {self._top, os.path.dirname(folder)}
            folder = os.path.dirname(folder)
        return fields

    def _looks_like_configuration(self, folder: str, name: str) -> bool:
        is_output = folder == self._output or folder.startswith(f"{self._output}{os.sep}")
        looks = name.startswith(".") or (name.endswith(_SUFFIXES) and not is_output)
        if not looks or name.endswith(TEMP_SUFFIX):
            return False
        try:
            return os.path.getsize(os.path.join(folder, name)) <= _MOST_BYTES
        except OSError:
            return False


def _top_of(root: str) -> str:
    """The top of the repository that holds ``root``; ``root`` itself where there is none."""
    folder = root
    while not os.path.lexists(os.path.join(folder, ".git")):
        if folder == os.path.dirname(folder):
            return root
        folder = os.path.dirname(folder)
    return folder


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
