"""This module knows how to merge what shards have made into the project, under its lock."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from schemagen.changes import discard_snapshot
from schemagen.config import Config
from schemagen.doit_plugin import warn
from schemagen.doit_plugin.locking import locked
from schemagen.merging import Merged, merge, open_elsewhere
from schemagen.rows import STATE_FILE
from schemagen.session import Session
from schemagen.state.store import State
from schemagen.unchanged import STATE_FOLDER
from schemagen.writing import sweep_temps

_NAMED = 5


def merge_state(config: Config, folders: Sequence[str]) -> int:
    """Take over what was made in ``folders``; 1 if something is missing then. Raises what ``load_project`` raises."""
    sources = [open_elsewhere(folder, warn) for folder in folders]
    root = Path(config.root)
    with locked(root / STATE_FOLDER):
        discard_snapshot(config.root)
        state = State(root / STATE_FILE, lambda damage: warn(f"{STATE_FILE}:1:1: warning: {damage}"))
        session = Session(config, state, warn)
        try:
            sweep_temps(root / config.output)
            merged = merge(session, sources)
            session.remember_packs()
        finally:
            state.close()
    return _say(merged)


def _say(merged: Merged) -> int:
    for problem in merged.problems:
        warn(str(problem))
    for path in merged.missing[:_NAMED]:
        warn(f"{path}:1:1: in none of these states as it would be made here")
    if len(merged.missing) > _NAMED:
        warn(f"and {len(merged.missing) - _NAMED} others")
    sys.stdout.write(f"{merged.taken} taken over, {merged.fresh} fresh, {len(merged.missing)} missing\n")
    return 1 if merged.missing or merged.problems else 0
