"""This module knows how to measure what a dask cluster on this machine costs: for each batch, and for a whole build
against the local pool, by the size of batches.

Both have two workers, which share the machine with the scheduler. The cluster runs before a build is timed.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks.bars import at_most
from benchmarks.measure import Contender, measure, python_environment
from benchmarks.peer_ancestor import forget, outputs_of
from schemagen.cluster.connecting import started
from schemagen.cluster.engine import DaskEngine
from schemagen.cluster.frames import framed
from schemagen.cluster.identity import identity
from schemagen.cluster.remote import make_batch, receive
from schemagen.cluster.scheduler import Cluster
from schemagen.cluster.sending import Answer, Parcel, Sending
from schemagen.digest import digest_of
from schemagen.session import Made
from schemagen.workers import Batch, Engine, WorkerPool

if TYPE_CHECKING:
    from distributed import Client

WORKERS = 2
BATCHES = 300
# Short runs, and many: one of them comes when the machine has nothing else to do.
TRIES = 5
SIZES = ("1", "4", "16", "auto")
SAMPLE = 4  # one in so many schemas of the corpus
_REPOSITORY = Path(__file__).resolve().parent.parent
_SETUP = framed({"identity": identity(), "packs": [], "documents": []})


class NothingToSend:
    """Sends batches of no tasks, by the real frames: what is left is what handing over takes."""

    setup = _SETUP

    def __init__(self) -> None:
        data = {"identity": identity(), "setup": digest_of(_SETUP), "seconds": 60, "documents": [], "tasks": []}
        self.frame = framed(data)

    def parcel(self, items: Sequence[Any]) -> Parcel:
        return Parcel(self.frame, tuple(items), ())

    def answer(self, items: Sequence[Any], frame: object) -> Answer:
        return Answer([Made({})] * len(items), "")


def compare(schemas: Path, base: Path, *, runs: int) -> bool:
    """Print both parts; returns whether the bar is held and all outputs are right."""
    base.mkdir(parents=True)
    with started(WORKERS) as cluster:
        is_right = _empty_batches(str(cluster.scheduler_address), runs)
        return _builds(schemas, base, str(cluster.scheduler_address), runs) & is_right


def _empty_batches(address: str, runs: int) -> bool:
    """What a batch takes that has nothing in it, one after the other, as they are made by three."""
    from distributed import Client

    print(f"\n{BATCHES:,} empty batches, {WORKERS} workers: ms each, the best of {runs * TRIES} runs", flush=True)
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with Client(address, set_as_default=False) as client:
        for _ in range(runs * TRIES):
            for name, contender in {
                "dask, our engine": lambda: _through_engine(address),
                "dask, one by one": lambda: _one_by_one(client),
                "local pool": _through_pool,
            }.items():
                seconds, busy = contender()
                wall.setdefault(name, []).append(seconds)
                cpu.setdefault(name, []).append(busy)
    for name, each in wall.items():
        busy = min(cpu[name]) / BATCHES * 1e3
        print(f"{name:<24}{min(each) / BATCHES * 1e3:>9.2f} ms, {busy:.2f} ms CPU of the parent")
    return at_most("ms per empty batch", min(wall["dask, our engine"]) / BATCHES * 1e3, 3)


def _through_engine(address: str) -> tuple[float, float]:
    engine = DaskEngine(Cluster(address), cast(Sending, NothingToSend()), 60, _ignore)
    try:
        return _timed(engine)
    finally:
        engine.close()


def _through_pool() -> tuple[float, float]:
    pool = WorkerPool(WORKERS, _nothing)
    try:
        return _timed(pool)
    finally:
        pool.close()


def _timed(engine: Engine) -> tuple[float, float]:
    _run(engine, 4 * WORKERS)  # so that all workers are there
    began, busy = time.monotonic(), time.process_time()
    _run(engine, BATCHES)
    return time.monotonic() - began, time.process_time() - busy


def _run(engine: Engine, batches: int) -> None:
    waiting = iter([Batch((number,)) for number in range(batches)])
    engine.feed(lambda _: next(waiting, None))
    while not engine.is_idle:
        for _ in engine.results(1.0):
            pass
        engine.feed(lambda _: next(waiting, None))


def _one_by_one(client: Client) -> tuple[float, float]:
    """As the documentation of dask has it: each submitted by itself, few at once."""
    from distributed import as_completed

    client.run(receive, _SETUP)
    frame = NothingToSend().frame
    began, busy = time.monotonic(), time.process_time()
    left = iter(range(BATCHES))

    def submit() -> Any:
        return client.submit(make_batch, frame, pure=False, retries=0)

    first = [submit() for _ in zip(range(4 * WORKERS), left, strict=False)]
    completed = as_completed(first, with_results=True, loop=client.loop)
    for future, _ in completed:
        future.release()
        if next(left, None) is not None:
            completed.add(submit())
    return time.monotonic() - began, time.process_time() - busy


def _builds(schemas: Path, base: Path, address: str, runs: int) -> bool:
    sample = base / "sample"
    sample.mkdir()
    chosen = sorted(schemas.glob("*.json"))[::SAMPLE]
    for file in chosen:
        shutil.copyfile(file, sample / file.name)
    print(f"\n{len(chosen)} schemas, packs form and markdown", flush=True)
    contenders = list(_contenders(sample, base, address))
    figures = measure(contenders, runs, forget, is_best=True)
    print(f"{'':<24}{'wall s':>9}{'parent CPU s':>14}")
    for name, each in figures.items():
        print(f"{name:<24}{each.wall:>9.2f}{each.cpu:>14.2f}", flush=True)
    made = [outputs_of(contender) for contender in contenders]
    is_same = all(each == made[0] for each in made) and bool(made[0])
    print(f"{len(made[0])} outputs, {'all the same' if is_same else 'NOT THE SAME'}")
    return is_same


def _contenders(schemas: Path, base: Path, address: str) -> Iterator[Contender]:
    environment = python_environment(_REPOSITORY, base / "bytecode")
    engines = {"local": ["-w", str(WORKERS)], "dask": ["--engine", "dask", "--scheduler", address]}
    for size in SIZES:
        for name, options in engines.items():
            folder = base / f"{name}-{size}"
            folder.mkdir()
            command = [sys.executable, "-m", "schemagen", "generate", "-q", "-s", str(schemas), "-o", "out"]
            packs = ["-t", "form", "-t", "markdown", "--unresolved-refs", "opaque"]
            yield Contender(f"{name}, batches of {size}", [*command, *packs, "-b", size, *options], folder, environment)


def _nothing(item: Any) -> None:
    """Make nothing of ``item``."""


def _ignore(items: Sequence[Any], how: str) -> None:
    """Tell nobody."""
