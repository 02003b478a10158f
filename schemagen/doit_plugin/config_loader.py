"""This module knows how to declare to doit the tasks of a configuration, without a dodo.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from doit.cmd_base import TaskLoader2

from schemagen.changes import Changes
from schemagen.config import Config
from schemagen.doit_plugin import declared, doit_config, warn
from schemagen.doit_plugin.reporter import Reporter
from schemagen.doit_plugin.showing import MakeReporter
from schemagen.errors import SchemagenError
from schemagen.packs import LoadPacks, load_packs

CANNOT_START = 3
OnProblems = Callable[[Sequence[SchemagenError]], None]


def warn_of(problems: Sequence[SchemagenError]) -> None:
    """Say why the build cannot start."""
    for problem in problems:
        warn(str(problem))


class ConfigLoader(TaskLoader2):  # type: ignore[misc]  # doit has no types
    """Declares the tasks of a configuration that is already loaded; see ``Session`` for the options.

    ``front`` is who asks for it, where that is a build; ``on_problems`` is told why it cannot start, where it cannot.
    """

    cmd_options = ()

    def __init__(
        self,
        config: Config,
        *,
        reporter: MakeReporter = Reporter,
        keeps_edited: bool = False,
        changes: Changes | None = None,
        load: LoadPacks = load_packs,
        on_problems: OnProblems = warn_of,
    ) -> None:
        super().__init__()
        self._on_problems = on_problems
        self.front: Any = None
        self._config = config
        self._keeps_edited = keeps_edited
        self._changes = changes
        self._reporter = reporter
        self._load = load

    def load_doit_config(self) -> dict[str, Any]:
        return {**doit_config(), "reporter": self._reporter}

    def load_tasks(self, cmd: Any, pos_args: list[str]) -> list[Any]:
        try:
            return list(
                declared(
                    self._config,
                    cmd.dep_manager.backend,
                    keeps_edited=self._keeps_edited,
                    changes=self._changes,
                    load=self._load,
                )
            )
        except SchemagenError as problem:
            self._on_problems([problem])
        except ExceptionGroup as problems:
            ours = [each for each in problems.exceptions if isinstance(each, SchemagenError)]
            if len(ours) < len(problems.exceptions):
                raise
            self._on_problems(ours)
        raise SystemExit(CANNOT_START)
