"""This package knows how to be a doit plugin. A dodo.py needs no more than this::

from schemagen.doit_plugin import doit_config, generate_tasks

DOIT_CONFIG = doit_config()


def task_generate():
    yield from generate_tasks()
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # doit imports this package before it is known whether there is anything to do
    from pathlib import Path

    from schemagen.changes import Changes
    from schemagen.config import Config
    from schemagen.packs import LoadPacks

__all__ = ["doit_config", "generate_tasks"]


def doit_config() -> dict[str, Any]:
    """What a dodo.py needs in its ``DOIT_CONFIG``: our state, our checker, our reporter."""
    from schemagen.doit_plugin.checker import ContentChecker
    from schemagen.doit_plugin.reporter import Reporter
    from schemagen.rows import STATE_FILE

    return {
        "backend": "schemagen",
        "dep_file": STATE_FILE,
        "check_file_uptodate": ContentChecker,
        "reporter": Reporter,
        "continue": True,
    }


def generate_tasks(folder: str | Path = ".") -> Iterator[Any]:
    """doit tasks, one per schema, as ``[tool.schemagen]`` of ``folder``/pyproject.toml says.

    Raises doit's InvalidDodoFile, with a line per problem, where the build cannot start.
    """
    from pathlib import Path

    from doit import Globals
    from doit.exceptions import InvalidDodoFile

    from schemagen.config import load_config
    from schemagen.errors import SchemagenError

    try:
        config = load_config(Path(folder).resolve())
        yield from declared(config, getattr(Globals.dep_manager, "backend", None))
    except SchemagenError as problem:
        raise InvalidDodoFile(f"the build cannot start\n{problem}") from None
    except ExceptionGroup as problems:
        lines = "\n".join(str(problem) for problem in problems.exceptions)
        raise InvalidDodoFile(f"the build cannot start\n{lines}") from None


def declared(
    config: Config,
    backend: Any,
    *,
    keeps_edited: bool = False,
    changes: Changes | None = None,
    load: LoadPacks | None = None,
) -> Iterator[Any]:
    """doit's tasks for ``config``, with the state that ``backend`` holds; see ``Session`` for the options.

    Raises ConfigError, or an ExceptionGroup of SchemagenErrors, where the build cannot start.
    """
    from doit.exceptions import InvalidDodoFile

    from schemagen.cache.settings import settings_of
    from schemagen.doit_plugin.backend import StateBackend
    from schemagen.doit_plugin.tasks import declare_tasks
    from schemagen.packs import load_packs
    from schemagen.session import Session

    settings_of(config, os.environ)  # raises where nothing can be kept as it is asked for
    if not isinstance(backend, StateBackend):
        raise InvalidDodoFile("DOIT_CONFIG must hold what schemagen.doit_plugin.doit_config() gives")
    session = Session(config, backend.state, warn, keeps_edited=keeps_edited, changes=changes, load=load or load_packs)
    yield from declare_tasks(session)


def warn(message: str) -> None:
    sys.stderr.write(f"{message}\n")
