"""This module knows how to tell which folders to watch: those that hold a file that a build would read or look for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from schemagen.config import Config
from schemagen.errors import SchemagenError
from schemagen.loading import options_of
from schemagen.packs import WarmPacks
from schemagen.sources import SKIPPED_FOLDERS
from schemagen.unchanged import STATE_FOLDER


def folders_of(config: Config, packs: WarmPacks) -> frozenset[str]:
    """The absolute paths of the folders that hold what a build with ``config`` reads; all of them exist.

    Each is to be watched by itself, without those below it: beside the schemas there may be any number of others.
    """
    root = Path(config.root)
    wanted = {config.root, *_below(str(root / path) for path in config.paths)}
    wanted |= set(_below(str(root / name) for place in config.packs for name in (place, f"templates/{place}")))
    wanted |= {str(root / path) for path in config.format_files}
    wanted |= {
        str(root / word) for formatter in config.format for word in formatter.words if os.path.isfile(root / word)
    }
    with contextlib.suppress(SchemagenError, ExceptionGroup):  # the build says what is wrong with them
        wanted |= {str(root / file) for pack in packs(config.packs, root, options_of(config)) for file in pack.files}
    return frozenset(_nearest_folder(path) for path in wanted)


def _below(paths: Iterable[str]) -> Iterator[str]:
    """Every folder at or below ``paths``, and the real place of each file that is a link: it is written there."""
    waiting, visited = list(paths), set()
    while waiting:
        path = waiting.pop()
        yield path
        if (real := os.path.realpath(path)) in visited:
            continue
        visited.add(real)
        with contextlib.suppress(OSError):  # what is no folder, or gone, or not to be read
            for entry in os.scandir(path):
                if entry.is_dir() and not entry.name.startswith(".") and entry.name not in SKIPPED_FOLDERS:
                    waiting.append(entry.path)
                elif entry.is_symlink():
                    yield os.path.realpath(entry.path)


def _nearest_folder(path: str) -> str:
    """``path`` if it is a folder, else the nearest one above it: where it would come to be."""
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def concerns_a_build(path: str, config: Config) -> bool:
    """Whether a change at the absolute ``path`` may be more than one that a build made itself."""
    own = (os.path.join(config.root, STATE_FOLDER), os.path.join(config.root, config.output))
    return not any(path == folder or path.startswith(f"{folder}{os.sep}") for folder in own)
