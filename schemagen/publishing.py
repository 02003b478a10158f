"""This module knows how to put the report of a command where it was asked for: in a file, or on stdout.

Where a report is on stdout, nothing else is: what the command would say there goes to stderr.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from schemagen.ending import ending_for, open_report
from schemagen.errors import SchemagenError
from schemagen.reports import FORMATS, Case, Outcome, Problem

TEXT = "text"
CANNOT_START = 3


@dataclass(slots=True)
class Notes:
    """What a command notes down while it works, for its report."""

    cases: list[Case] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def cannot_start(self, problems: Sequence[SchemagenError]) -> None:
        """Note down why nothing was done."""
        self.problems += map(Problem.of, problems)


def publish(form: str, file: str | None, command: str, notes: Notes, do: Callable[[], int]) -> int:
    """Do what ``command`` does, then write a report of its ``notes``, in the form that is asked for, to ``file``, or to
    stdout where there is none; returns the exit code.

    Raises what ``do`` raises, where that is the user's to mend, when it is in the report; and ConfigError where the
    file cannot be written.
    """
    started = time.monotonic()
    with contextlib.nullcontext(sys.stdout) if file is None else open_report(file) as stream:
        if form == TEXT:
            with contextlib.redirect_stdout(stream), ending_for(stream):
                return do()
        stop: BaseException | None = None
        code = CANNOT_START
        try:
            with contextlib.redirect_stdout(sys.stderr) if file is None else contextlib.nullcontext():
                code = do()
        except (SchemagenError, ExceptionGroup, SystemExit) as error:
            if isinstance(error, SystemExit) and error.code != CANNOT_START:
                raise  # it was interrupted: there is nothing whole to report
            notes.cannot_start(_problems_in(error))
            stop = error
        outcome = Outcome(command, tuple(notes.cases), tuple(notes.problems), time.monotonic() - started, code)
        with ending_for(stream):
            stream.write(FORMATS[form](outcome, _prefix()))
        if stop is not None:
            raise stop
    return code


def _problems_in(error: BaseException) -> list[SchemagenError]:
    if isinstance(error, ExceptionGroup):
        return [each for each in error.exceptions if isinstance(each, SchemagenError)]
    return [error] if isinstance(error, SchemagenError) else []


def _prefix() -> str:
    """What leads from the checkout of a GitHub workflow to the present folder, where that is within it: annotations
    are about paths of the repository."""
    top = os.environ.get("GITHUB_WORKSPACE")
    here = Path.cwd().resolve()
    if not top or not here.is_relative_to(Path(top).resolve()):
        return ""
    below = here.relative_to(Path(top).resolve()).as_posix()
    return "" if below == "." else f"{below}/"
