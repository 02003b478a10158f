"""This module knows how to end a build before it begins, where a snapshot shows that there is nothing to do.

It is all that such a build imports, so it imports next to nothing itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from schemagen import __version__
from schemagen.state.snapshot import fresh_tasks

STATE_FOLDER = ".schemagen"


def snapshot_path(front: str) -> str:
    """Where the snapshot of builds by ``front`` (``generate`` or ``doit``) is, in a project folder."""
    return f"{STATE_FOLDER}/snapshot-{front}"


def snapshot_key(options: Sequence[object]) -> str:
    """What a snapshot has to have been taken for: this version, this Python, these options."""
    return repr((__version__, sys.version_info[:3], *options))


def unchanged_tasks(front: str, key: str) -> int:
    """How many tasks of the project in the present folder are fresh, if nothing changed at all; else 0."""
    return fresh_tasks(snapshot_path(front), os.getcwd(), key)


def summary(generated: int, fresh: int, failed: int, seconds: float) -> str:
    """The line that a build ends with."""
    return f"{generated} generated, {fresh} fresh, {failed} failed in {seconds:.2f} s\n"
