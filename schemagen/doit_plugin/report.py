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
from typing import Any, TextIO

from schemagen.doit_plugin.watchers import Totals, Watcher
from schemagen.errors import SchemagenError
from schemagen.plan import Task


class JsonLines(Watcher):
    """Writes the lines to ``stream``, which must be line buffered; ``started`` is on the monotonic clock."""

    def __init__(self, stream: TextIO, started: float) -> None:
        self._stream = stream
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
        self._stream.write(json.dumps({"event": event, "at": at, **facts}) + "\n")
