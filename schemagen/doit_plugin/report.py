"""This module knows how to record a build for other programs: a file with a JSON object per line.

Each has an ``event``, and ``at``, the seconds since the build began:

    {"event": "began", "at": 0.21, "schemas": 500}
    {"event": "generated", "at": 0.35, "schema": "schemas/a.json", "outputs": ["build/a.html"], "seconds": 0.0123}
    {"event": "shared", "at": 0.36, "schema": "schemas/c.json", "outputs": ["build/c.html"]}
    {"event": "failed", "at": 0.36, "schema": "schemas/b.json", "message": "schemas/b.json:1:1: ..."}
    {"event": "ended", "at": 0.90, "generated": 497, "shared": 1, "fresh": 1, "failed": 1}

What is shared was found in the cache, and not generated. Fresh schemas have no line of their own. A line is written
when it happens: a build that is killed leaves whole lines.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

from schemagen.doit_plugin.watchers import Totals, Watcher
from schemagen.ending import cannot_report, open_report
from schemagen.errors import ConfigError, SchemagenError
from schemagen.plan import Task


class Report:
    """A file that is written line by line. Once a line cannot be written none is, and ``problem`` says why: a build
    goes on without. Raises ConfigError where it cannot be opened."""

    def __init__(self, path: str) -> None:
        self.problem: ConfigError | None = None
        self._path = path
        self._stream = open_report(path, buffering=1)

    def write(self, line: str) -> None:
        if self.problem is None:
            try:
                self._stream.write(line)
            except OSError as error:
                self.problem = cannot_report(self._path, error)

    def close(self) -> None:
        with suppress(OSError):  # of the line that could not be written, and is tried again here
            self._stream.close()


class JsonLines(Watcher):
    """Writes the lines to ``report``; ``started`` is on the monotonic clock."""

    def __init__(self, report: Report, started: float) -> None:
        self._report = report
        self._started = started

    def began(self, schemas: int) -> None:
        self._write("began", schemas=schemas)

    def generated(self, task: Task, predicted: float, seconds: float) -> None:
        outputs = [output.path for output in task.outputs]
        self._write("generated", schema=task.schema, outputs=outputs, seconds=round(seconds, 4))

    def shared(self, task: Task) -> None:
        self._write("shared", schema=task.schema, outputs=[output.path for output in task.outputs])

    def failed(self, task: Task, problem: SchemagenError) -> None:
        self._write("failed", schema=task.schema, message=str(problem))

    def ended(self, totals: Totals) -> None:
        self._write("ended", generated=totals.generated, shared=totals.shared, fresh=totals.fresh, failed=totals.failed)

    def _write(self, event: str, **facts: Any) -> None:
        at = round(time.monotonic() - self._started, 3)
        self._report.write(json.dumps({"event": event, "at": at, **facts}) + "\n")
