"""This module knows how to measure whole processes from outside: wall clock, CPU and peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LAUNCH = Path(__file__).with_name("launch.py")
# A tool that trusts file times trusts them only once they are two seconds old.
_SETTLED_SECONDS = 2.5


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of wall clock, seconds of CPU with all children, peak memory in MB of the largest single process."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Contender:
    """What is measured: a name, the command, the folder it runs in, and its environment."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


Prepare = Callable[[Contender], None]


def python_environment(repository: Path, bytecode: Path) -> dict[str, str]:
    """The environment of every contender: the checkout is importable, and modules are compiled once, as those of an
    installed package are, and what is printed is buffered, wherever the caller's environment forbids that; and nothing
    is taken from a cache: what is cold is cold."""
    ours = {"PYTHONPATH": str(repository), "PYTHONPYCACHEPREFIX": str(bytecode), "SCHEMAGEN_NO_CACHE": "1"}
    left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | ours


def measure(
    contenders: Sequence[Contender], runs: int, prepare: Prepare, warmups: int = 0, *, is_best: bool = False
) -> dict[str, Figures]:
    """Medians by name, or the best of each. The contenders run in turn, A B A B, so that a machine that changes its
    speed does so for all; ``prepare`` is called before each run and not measured."""
    seen: dict[str, list[Figures]] = {contender.name: [] for contender in contenders}
    for turn in range(warmups + runs):
        for contender in contenders:
            prepare(contender)
            figures = run(contender)
            if turn >= warmups:
                seen[contender.name].append(figures)
    pick = min if is_best else statistics.median
    return {name: _picked(figures, pick) for name, figures in seen.items()}


def run(contender: Contender) -> Figures:
    """One run. Raises SystemExit where the command fails: figures of a failure mean nothing."""
    figures, log = _figures_of(contender), contender.folder / "benchmark.log"
    launch = [sys.executable, "-I", "-S", str(_LAUNCH), str(figures), str(log), *contender.command]
    subprocess.run(launch, cwd=contender.folder, env=dict(contender.environment), check=True)
    code, wall, cpu, peak_kb = figures.read_text().split()
    if code != "0":
        text = log.read_text(errors="replace")[-2000:]
        raise SystemExit(f"{contender.name} ended with {code} in {contender.folder}:\n{text}")
    return Figures(float(wall), float(cpu), float(peak_kb) / 1024)


def settle(contender: Contender) -> None:
    """Let the files that the last run wrote grow old enough to be trusted by their times, and the tool see them so."""
    written = _figures_of(contender).stat().st_mtime
    time.sleep(max(0.0, written + _SETTLED_SECONDS - time.time()))
    run(contender)


def _figures_of(contender: Contender) -> Path:
    """The file that a run ends with."""
    return contender.folder / "benchmark.figures"


def _picked(figures: Sequence[Figures], pick: Callable[[Iterable[float]], float]) -> Figures:
    return Figures(
        pick(each.wall for each in figures), pick(each.cpu for each in figures), pick(each.memory for each in figures)
    )
