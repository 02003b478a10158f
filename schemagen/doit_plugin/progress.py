"""This module knows how to show a build while it goes on: a live bar in a terminal, a line now and then elsewhere.

Both write to stderr and say nothing of a build that is over at once; what failed is written by the reporter, and stands
above the bar. rich is imported when there is something to show, which most builds are too short for.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO, cast

from schemagen.doit_plugin.watchers import Crew, Totals, Watcher
from schemagen.errors import SchemagenError
from schemagen.plan import Task

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

# Work that is over before this shows no bar.
_PATIENCE_SECONDS = 0.5
_REFRESH_SECONDS = 0.1
_LINE_SECONDS = 10.0
# More workers than this are only counted.
_WORKERS_SHOWN = 8


class _Counting(Watcher):
    """Keeps count; ``started`` is when the build began, on the monotonic clock."""

    def __init__(self, started: float) -> None:
        self._started = self._first = started
        self._schemas = self._fresh = self._generated = self._shared = self._failed = 0
        self._left = 0.0  # seconds that one worker is predicted to need for what waits
        self._predicted = self._taken = 0.0  # for what is generated
        self._workers: Sequence[str | None] = ()

    def began(self, schemas: int) -> None:
        self._schemas = schemas

    def backlog(self, left: float) -> None:
        self._left = left

    def at_work(self, schemas: Sequence[str | None]) -> None:
        if not self._workers:
            self._first = time.monotonic()
        self._workers = schemas

    def generated(self, task: Task, predicted: float, seconds: float) -> None:
        self._generated += 1
        self._predicted += predicted
        self._taken += seconds

    def shared(self, task: Task) -> None:
        self._shared += 1

    def failed(self, task: Task, problem: SchemagenError) -> None:
        self._failed += 1

    def fresh(self, schemas: int) -> None:
        self._fresh += schemas

    @property
    def _done(self) -> int:
        return self._generated + self._shared + self._fresh + self._failed

    @property
    def _rate(self) -> float:
        """Schemas generated in a second."""
        return self._generated / max(time.monotonic() - self._first, 0.001)

    def _time_left(self) -> str:
        """By what waiting schemas are predicted to take, and how right that was so far; by their number where
        nothing is predicted."""
        if self._left:
            error = self._taken / self._predicted if self._predicted else 1.0
            seconds = self._left * error / max(len(self._workers), 1)
        elif self._generated:
            seconds = (self._schemas - self._done) / self._rate
        else:
            return "?"
        left = math.ceil(seconds)
        return f"{left // 60}:{left % 60:02}"


class Lines(_Counting):
    """A line every ten seconds."""

    def __init__(self, stream: TextIO, started: float) -> None:
        super().__init__(started)
        self._stream = stream
        self._next = started + _LINE_SECONDS

    def at_work(self, schemas: Sequence[str | None]) -> None:
        super().at_work(schemas)
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LINE_SECONDS
        self._stream.write(
            f"{self._done} of {self._schemas} schemas done, {self._failed} failed, "
            f"{self._rate:.0f} a second, {self._time_left()} left\n"
        )


class Bar(_Counting):
    """A bar with rate and time left, what each worker does, and at the end a table."""

    def __init__(self, started: float) -> None:
        super().__init__(started)
        self._next = 0.0
        self._live: Live | None = None
        self._stderr = sys.stderr
        self._crew: Crew | None = None

    def at_work(self, schemas: Sequence[str | None]) -> None:
        super().at_work(schemas)
        now = time.monotonic()
        if now < max(self._next, self._first + _PATIENCE_SECONDS):
            return
        self._next = now + _REFRESH_SECONDS
        if self._live is None:
            self._live = self._start()
        self._live.update(self._picture(), refresh=True)

    def _start(self) -> Live:
        from rich.console import Console
        from rich.live import Live

        console = Console(file=self._stderr)
        sys.stderr = cast(TextIO, _Above(console))
        # No thread of rich's own: only a process with one thread can start workers by fork.
        live = Live(console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
        live.start()
        return live

    def dismissed(self, crew: Crew) -> None:
        self._crew = crew

    def ended(self, totals: Totals) -> None:
        if self._live is None:
            return
        self._live.update(self._closing_table(totals), refresh=True)
        self._live.stop()
        sys.stderr = self._stderr

    def _picture(self) -> Table:
        from rich.markup import escape
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        head = Table.grid(padding=(0, 1), expand=True)
        for ratio in (None, 1, None, None):
            head.add_column(ratio=ratio, no_wrap=True)
        failed = f"[red]{self._failed} failed[/] " if self._failed else ""
        head.add_row(
            f"{self._done:,}/{self._schemas:,}",
            ProgressBar(max(self._schemas, 1), self._done),
            f"{failed}{self._rate:.0f}/s",
            f"{self._time_left()} left",
        )
        picture = Table.grid(expand=True)
        picture.add_column(no_wrap=True, overflow="ellipsis")
        picture.add_row(head)
        for number, schema in enumerate(self._workers[:_WORKERS_SHOWN], 1):
            picture.add_row(
                f"[dim]worker {number}[/]  {escape(schema or '')}" if schema else f"[dim]worker {number}[/]"
            )
        return picture

    def _closing_table(self, totals: Totals) -> Table:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD)
        cells: list[tuple[str, Any]] = [
            ("generated", f"{totals.generated:,}"),
            *([("from the cache", f"{totals.shared:,}")] if totals.shared else []),
            ("fresh", f"{totals.fresh:,}"),
            ("failed", f"[red]{totals.failed:,}[/]" if totals.failed else "0"),
            ("schemas/s", f"{self._rate:.0f}"),
            ("seconds", f"{totals.seconds:.2f}"),
        ]
        if self._crew is not None:
            busy = sum(self._crew.busy) / (self._crew.seconds * len(self._crew.busy))
            cells += [("workers", str(len(self._crew.busy))), ("at work", f"{busy:.0%}")]
        for title, _ in cells:
            table.add_column(title, justify="right")
        table.add_row(*(cell for _, cell in cells))
        return table


class _Above:
    """What stands for stderr while there is a bar: whole lines go above it, unbroken, so that they can be copied."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = ""

    def write(self, text: str) -> int:
        from rich.text import Text

        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._console.print(Text(line), soft_wrap=True)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console.file, name)
