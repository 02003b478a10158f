"""This module knows how to start the ``schemagen`` command: at once where there is nothing to do."""

from __future__ import annotations

import sys
import time

from schemagen.unchanged import NO_OPTIONS, Glance, snapshot_key, summary

INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 all well, 1 a schema failed, 3 the build could not start."""
    started = time.monotonic()
    if None in (sys.stdin, sys.stdout, sys.stderr):  # closed, as by ``>&-``
        from schemagen.ending import open_closed

        open_closed()
    try:
        try:
            return _run(sys.argv[1:] if argv is None else argv, started)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:  # before there was anything to be stopped in order
        return INTERRUPTED
    except OSError as error:
        from schemagen.ending import end_for

        end_for(error)


def _run(argv: list[str], started: float) -> int:
    glance = None
    if argv == ["generate"]:  # needs no parsing, and most often nothing else either
        glance = Glance(snapshot_key(NO_OPTIONS))
        if glance.fresh:
            sys.stdout.write(summary(0, glance.fresh, 0, time.monotonic() - started))
            return 0
    from schemagen.garbage import collect_seldom

    collect_seldom()
    from schemagen.commands import run

    return run(argv, started, glance)
