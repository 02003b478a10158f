"""This module knows how to be a doit application without a dodo.py: doit's own main with our loader and run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from doit.cmd_base import DoitCmdBase
from doit.cmd_clean import Clean
from doit.cmd_help import Help
from doit.doit_cmd import DoitMain
from doit.plugin import PluginDict

from schemagen.changes import EVERYTHING, Changes, Look
from schemagen.config import Config
from schemagen.doit_plugin.backend import StateBackend
from schemagen.doit_plugin.config_loader import ConfigLoader, OnProblems, warn_of
from schemagen.doit_plugin.front import Front, report_fresh
from schemagen.doit_plugin.reporter import Reporter
from schemagen.doit_plugin.run import RunBuild
from schemagen.doit_plugin.showing import MakeReporter, Showing, reporter_for, say_fresh
from schemagen.ending import end_for
from schemagen.errors import SchemagenError
from schemagen.packs import LoadPacks, load_packs


class _WithoutPlugins(DoitCmdBase):  # type: ignore[misc]  # doit has no types
    """A command that knows who keeps its state and who reports, and looks for no others in what is installed: that
    takes longer than to declare a thousand tasks."""

    def get_backends(self) -> dict[str, type]:
        return {"schemagen": StateBackend}

    def get_reporters(self) -> dict[str, type]:
        return {}


class _Run(_WithoutPlugins, RunBuild):
    name = "run"


class _Clean(_WithoutPlugins, Clean):  # type: ignore[misc]  # doit has no types
    name = "clean"

    def execute(self, params: Any, args: list[str]) -> Any:
        try:
            return super().execute(params, args)
        except OSError as error:
            end_for(error)


class Application(DoitMain):  # type: ignore[misc]  # doit has no types
    """doit's main with the commands that the ``schemagen`` command needs."""

    BIN_NAME = "schemagen"
    DOIT_CMDS = (Help, _Run, _Clean)

    def get_cmds(self) -> PluginDict:
        """These alone; see ``_WithoutPlugins``."""
        return PluginDict({command.get_name(): command for command in self.DOIT_CMDS})


def run_doit(
    config: Config,
    args: Sequence[str],
    *,
    key: str = "",
    started: float = 0.0,
    found: Look = EVERYTHING,
    showing: Showing | None = None,
    keeps_edited: bool = False,
    is_paranoid: bool = False,
    fails_on_change: bool = False,
    reporter: MakeReporter | None = None,
    load: LoadPacks = load_packs,
    on_problems: OnProblems = warn_of,
) -> int:
    """Run a doit command on the tasks of ``config``; returns doit's exit code.

    For a build, ``key`` says what it is for, ``started`` when it began (monotonic clock), ``found`` what a look for it
    showed, ``showing`` how it is to be shown, ``reporter`` who shows it instead, and ``is_paranoid`` that no file time
    is to be trusted; see ``Front`` for ``fails_on_change``. See ``ConfigLoader`` and ``Session`` for the others.
    """
    shown_by = reporter or (Reporter if showing is None else reporter_for(showing))

    def told(problems: Sequence[SchemagenError]) -> None:
        on_problems(problems)
        if showing is not None and showing.notes is not None:
            showing.notes.cannot_start(problems)

    def loader(changes: Changes | None) -> ConfigLoader:
        return ConfigLoader(
            config,
            reporter=shown_by,
            keeps_edited=keeps_edited,
            changes=changes,
            load=load,
            on_problems=told,
        )

    first = loader(None)
    if key:
        say_all = partial(say_fresh, showing) if showing else report_fresh
        first.front = Front(key, "", loader, started, found, is_paranoid, say_all, fails_on_change)
    code = Application(first, config_filenames=()).run(list(args))
    sys.stdout.flush()
    return code or 0
