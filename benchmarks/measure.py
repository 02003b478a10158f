"""This module knows how to measure a process from outside: wall clock, CPU and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of some runs: seconds of wall clock, seconds of CPU with all children, peak memory in MB of the
    largest single process."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Contender:
    """What is measured: a name, the command, its folder, and what to do before each run."""

    name: str
    command: Sequence[str]
    folder: Path
    prepare: Callable[[], None]


def measure(contenders: Sequence[Contender], runs: int) -> dict[str, Figures]:
    """Run the contenders in turn, A B A B, so that a machine that changes its speed does so for all."""
    seen: dict[str, list[Figures]] = {contender.name: [] for contender in contenders}
    for _ in range(runs):
        for contender in contenders:
            contender.prepare()
            seen[contender.name].append(_run(contender))
    return {name: _median(figures) for name, figures in seen.items()}


def _run(contender: Contender) -> Figures:
    log = contender.folder / "benchmark.log"
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(contender.command, cwd=contender.folder, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{contender.name} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _median(figures: Sequence[Figures]) -> Figures:
    return Figures(
        statistics.median(each.wall for each in figures),
        statistics.median(each.cpu for each in figures),
        statistics.median(each.memory for each in figures),
    )
