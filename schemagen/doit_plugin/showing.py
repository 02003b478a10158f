"""This module knows how to choose who shows or records a build: by what was asked for, and by whether there is a
terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from schemagen.doit_plugin.reporter import QuietReporter, Reporter, SummaryReporter
from schemagen.doit_plugin.watchers import Totals, Watcher
from schemagen.unchanged import summary

if TYPE_CHECKING:
    from schemagen.doit_plugin.report import Report
    from schemagen.publishing import Notes

MakeReporter = Callable[[TextIO, dict[str, Any]], Reporter]


@dataclass(frozen=True, slots=True)
class Showing:
    """What was asked for: each schema by name, or nothing but errors, or neither; a profile; a ``report`` for other
    programs; ``notes`` for one that is written at the end. ``started`` is when the build began, on the monotonic
    clock."""

    started: float
    is_verbose: bool = False
    is_quiet: bool = False
    has_profile: bool = False
    report: Report | None = None
    notes: Notes | None = None


def reporter_for(showing: Showing) -> MakeReporter:
    """What doit calls to make its reporter."""
    kind = Reporter if showing.is_verbose else QuietReporter if showing.is_quiet else SummaryReporter

    def make(outstream: TextIO, options: dict[str, Any]) -> Reporter:
        return kind(outstream, options, _watchers(showing))

    return make


def say_fresh(showing: Showing, fresh: int, started: float) -> int:
    """Say that there is nothing to do for all the ``fresh`` schemas; the exit code."""
    seconds = time.monotonic() - started
    if not showing.is_quiet:
        sys.stdout.write(summary(0, fresh, 0, seconds))
    if showing.report is not None:
        from schemagen.doit_plugin.report import JsonLines

        lines = JsonLines(showing.report, started)
        lines.began(fresh)
        lines.ended(Totals(0, fresh, 0, seconds))
    return 0


def _watchers(showing: Showing) -> list[Watcher]:
    watchers: list[Watcher] = []
    if not (showing.is_verbose or showing.is_quiet):
        watchers.append(progress_since(showing.started))
    if showing.report is not None:
        from schemagen.doit_plugin.report import JsonLines

        watchers.append(JsonLines(showing.report, showing.started))
    if showing.notes is not None:
        from schemagen.doit_plugin.noting import Noting

        watchers.append(Noting(showing.notes))
    if showing.has_profile:
        from schemagen.doit_plugin.profile import Profile

        watchers.append(Profile(sys.stdout))
    return watchers


def progress_since(started: float) -> Watcher:
    """What shows, on stderr, a build that goes on for long; ``started`` is when it began, on the monotonic clock."""
    from schemagen.doit_plugin.progress import Bar, Lines

    is_terminal = sys.stderr.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}
    return Bar(started) if is_terminal else Lines(sys.stderr, started)
