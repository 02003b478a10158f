"""This module knows how rows of the state are named: as doit names the tasks that they are of."""

from __future__ import annotations

from schemagen.plan import Task
from schemagen.unchanged import LOG

STATE_FILE = LOG
BASENAME = "generate"
PROJECT_BASENAME = "project"
# The row {"files": {path: digest}} of what the packs of the last build were made of. It is no task's: doit allows no
# "=" in the name of one.
PACKS_ROW = "=packs"


def task_name(name: str, basename: str = BASENAME) -> str:
    """doit's name for the task of a schema, or of a pack; doit forbids ``=`` and gives ``*`` a meaning."""
    if "%" in name or "=" in name or "*" in name:
        name = name.replace("%", "%25").replace("=", "%3D").replace("*", "%2A")
    return f"{basename}:{name}"


def row_name(task: Task) -> str:
    """doit's name for ``task``, under which its row is kept."""
    return task_name(task.name, PROJECT_BASENAME if task.is_for_project else BASENAME)
