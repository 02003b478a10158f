"""This module knows how to compare what is found in a cache with generating it, and what it costs to keep it.

All of it is cold: no output and no state. ``HTTP`` is a server on this machine, so it says what our part of a store
costs, and nothing of networks. Its builds have an empty folder of their own in front of it.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.bars import at_most
from benchmarks.measure import Contender, Figures, measure, python_environment, run
from benchmarks.peer_ancestor import outputs_of

NONE, KEPT, FOUND = "generated, no cache", "generated and kept", "found"
PUT, FETCHED = "generated and put, HTTP", "found, HTTP"
MOST_TO_KEEP = 1.05
MOST_OF_GENERATING = 0.4
_REPOSITORY = Path(__file__).resolve().parent.parent


def compare(schemas: Path, base: Path, *, runs: int, workers: int) -> bool:
    """Print the table; returns whether the outputs agree and the bars are held."""
    with _server() as url:
        contenders = [_contender(name, schemas, base, url, workers) for name in (NONE, KEPT, FOUND)]
        if url:
            contenders += [_contender(name, schemas, base, url, workers) for name in (PUT, FETCHED)]
        else:
            print("HTTP is not measured: it takes fsspec and aiohttp")

        def prepare(contender: Contender) -> None:
            for name in ("out", ".schemagen", *(["home"] if contender.name != FOUND else [])):
                shutil.rmtree(contender.folder / name, ignore_errors=True)
            if contender.name == PUT:
                _ask(f"{url}/forget")

        for contender in contenders:
            if contender.name == FOUND:
                run(contender)  # there is something to be found from now on
        # What was put just before is what is fetched.
        figures = measure(contenders, runs, prepare, warmups=1, is_best=True)
        count = sum(1 for _ in schemas.rglob("*.json"))
        _print_table(figures, count, runs, workers)
        first, *others = (outputs_of(contender) for contender in contenders)
        is_same = all(other == first for other in others)
        print(f"outputs: {'byte for byte the same' if is_same else 'DIFFERENT'}")
    return _bars(figures) and is_same


def _bars(figures: dict[str, Figures]) -> bool:
    plain, kept, found = (figures[name].cpu for name in (NONE, KEPT, FOUND))
    is_held = at_most("CPU: generated and kept / generated", kept / plain, MOST_TO_KEEP)
    is_held &= at_most("CPU: found / generated", found / plain, MOST_OF_GENERATING)
    if FETCHED in figures:
        is_held &= at_most("wall: found over HTTP / generated", figures[FETCHED].wall / figures[NONE].wall, 1)
    return is_held


def _contender(name: str, schemas: Path, base: Path, url: str, workers: int) -> Contender:
    folder = base / name.replace(", ", " ").replace(" ", "-")
    folder.mkdir(parents=True)
    environment = python_environment(_REPOSITORY, base / "bytecode")
    environment |= {"XDG_CACHE_HOME": str(folder / "home"), "SCHEMAGEN_NO_CACHE": "1" if name == NONE else ""}
    if name in {PUT, FETCHED}:
        environment["SCHEMAGEN_CACHE"] = f"{url}/store"
    command = [
        sys.executable, "-m", "schemagen", "generate", "-s", str(schemas), "-o", "out", "-t", "form",
        "-w", str(workers), "--unresolved-refs", "opaque",
    ]  # fmt: skip
    return Contender(name, command, folder, environment)


def _print_table(figures: dict[str, Figures], count: int, runs: int, workers: int) -> None:
    print(f"\n{count} schemas, pack form, {workers} worker{'s'[: workers - 1]}, cold, the best of {runs} runs")
    print(f"{'':<28}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'of CPU':>9}")
    for name, each in figures.items():
        share = each.cpu / figures[NONE].cpu
        print(f"{name:<28}{each.wall:>9.2f}{each.cpu:>9.2f}{each.memory:>7.0f}{share:>9.2f}")


@contextmanager
def _server() -> Iterator[str]:
    """The URL of a server; empty where no client of it is installed."""
    if not all(map(importlib.util.find_spec, ("fsspec", "aiohttp"))):
        yield ""
        return
    command = [sys.executable, "-m", "benchmarks.object_server"]
    with subprocess.Popen(command, cwd=_REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def _ask(url: str) -> None:
    with urlopen(url, timeout=30) as response:
        response.read()
