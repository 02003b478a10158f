"""This module knows which outputs would stand in each other's way, or where no output may be."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence

from schemagen.config import Config
from schemagen.errors import ConfigError, Location, SchemagenError
from schemagen.plan import PlannedOutput, Task
from schemagen.unchanged import STATE_FOLDER

# Folders that no output may lie in, wherever they are: of Git, and of our own state.
_FORBIDDEN = ("/.git/", f"/{STATE_FOLDER}/")


def is_forbidden(path: str) -> bool:
    """Whether no output may ever lie at ``path``."""
    return any(folder in f"/{_folded(path)}" for folder in _FORBIDDEN)


def check_collisions(tasks: Sequence[Task], read: Iterable[str], config: Config) -> None:
    """Raise an ExceptionGroup of ConfigErrors if two outputs would stand in each other's way.

    Paths are compared as the least able file system would: after NFC and case folding, so that a
    collision on macOS or Windows is found on Linux too. No output may be an input: a schema, or one of the paths
    that are ``read`` besides; nor by another name of its folder, such as ``.`` or an absolute path.
    """
    problems: list[SchemagenError] = []
    taken: dict[str, tuple[Task, PlannedOutput]] = {}
    root = os.path.realpath(config.root)
    folder = _from_root(config.output, root)
    prefix = "" if folder == "." else f"{folder}/"
    inputs = {
        _folded(_from_root(path, root) if path.startswith(("/", "..")) else path): f"{path}, which is read"
        for path in read
    }
    inputs |= {_folded(path): f"the schema {path}" for task in tasks for path in task.links.inputs}
    for task in tasks:
        for output in task.outputs:
            folded = _folded(prefix + output.below)
            if folded in taken:
                problems.append(_collision(task, output, *taken[folded]))
            elif folded in inputs:
                problems.append(_error(task, f"output {output.path} would replace {inputs[folded]}"))
            elif is_forbidden(folded):
                problems.append(_error(task, f"output {output.path} would lie in a folder of Git's or schemagen's own"))
            else:
                taken[folded] = (task, output)
    for folded, (task, output) in taken.items():
        parent = folded
        while "/" in parent:
            parent = parent.rpartition("/")[0]
            if parent in taken:
                problems.append(_collision(task, output, *taken[parent]))
            elif f"{parent}.py" in taken and folded.endswith(".py"):
                # Python finds nothing in a folder beside a module of the same name.
                problems.append(_collision(task, output, *taken[f"{parent}.py"]))
    if problems:
        raise ExceptionGroup("outputs collide", problems)


def _from_root(path: str, root: str) -> str:
    """``path``, of which links are followed, as it is called from ``root``."""
    return os.path.relpath(os.path.realpath(os.path.join(root, path)), root)


def _collision(task: Task, output: PlannedOutput, other: Task, taken: PlannedOutput) -> ConfigError:
    return _error(
        task,
        f"output {output.path} (pack {output.pack}) collides with {taken.path} of {other.schema} (pack {taken.pack})",
    )


def _error(task: Task, message: str) -> ConfigError:
    return ConfigError(message, Location(task.schema), "SG030")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
