"""This module knows who may ask for a build: doit with a dodo.py, or the command."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemagen.digest import digest_of
from schemagen.unchanged import NO_OPTIONS, Glance, snapshot_key, summary

if TYPE_CHECKING:
    from schemagen.changes import Changes, Look

SayFresh = Callable[[int, float], int]


def report_fresh(fresh: int, started: float) -> int:
    sys.stdout.write(summary(0, fresh, 0, time.monotonic() - started))
    return 0


@dataclass(frozen=True, slots=True)
class Front:
    """Who asks for a build, and of what: ``key`` and ``dodo`` are as in a Snapshot, ``loader`` makes what declares only
    the changes since one, and ``found`` is what a first look showed, if there was one; ``started`` is on the monotonic
    clock. ``say_fresh`` says that there is nothing to do, and returns the exit code. With ``fails_on_change`` a build
    that wrote or removed an output ends with 1."""

    key: str
    dodo: str
    loader: Callable[[Changes], Any]
    started: float
    found: Look | None = None
    is_paranoid: bool = False
    say_fresh: SayFresh = report_fresh
    fails_on_change: bool = False

    @classmethod
    def of_doit(cls, folder: Path) -> Front | None:
        """doit with the dodo.py of ``folder``."""
        try:
            dodo = digest_of((folder / "dodo.py").read_bytes())
        except OSError:
            return None

        def loader(changes: Changes) -> Any:
            from schemagen.config import load_config
            from schemagen.doit_plugin.config_loader import ConfigLoader

            return ConfigLoader(load_config(folder), changes=changes)

        return cls(snapshot_key(NO_OPTIONS), dodo, loader, time.monotonic())

    def glance(self) -> Glance | None:
        """Look at the file times; None if no time is to be trusted."""
        return None if self.is_paranoid else Glance(self.key, self.dodo)
