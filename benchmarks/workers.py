"""This module knows how to measure cold builds with two workers: against what others would do, against one worker, at
many sizes, and with one schema that is much larger than the others.

Each part prints its figures and what is asked of them. Figures are the best of the runs: other work on the machine only
ever makes a run slower.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.bars import at_least, at_most
from benchmarks.measure import Contender, Figures, measure, python_environment, run
from benchmarks.node import install_mustache_js
from benchmarks.noop import PYPROJECT
from benchmarks.nothing import write_our_dodo, write_stock_dodo
from benchmarks.peer_ancestor import PACK, ancestor, copy_schemas, forget, outputs_of, remove_unequal
from benchmarks.synthetic import write_large, write_project
from schemagen.packs import builtin_folder

WORKERS = 2
PYSTACHE_SAMPLE = 60
IDLE_TASKS = 10_000
SIZES = (1_000, 50_000)
BATCH, BATCHES = 10, (25, 50, 100, 250)
MIXED_SMALL, MIXED_LARGE_BYTES = 2_000, 3_000_000
_REPOSITORY = Path(__file__).resolve().parent.parent
_STOCK_RUNNER = """\
[tool.schemagen]
schemas = ["{schemas}"]
output = "out"
packs = ["form"]
unresolved_refs = "opaque"
"""


class Race:
    """What all parts share: the corpus, a folder to work in, how often to run, and the environment."""

    def __init__(self, schemas: Path, base: Path, runs: int) -> None:
        self.schemas = schemas
        self.files = sorted(schemas.glob("*.json"))
        self.base = base
        self.runs = runs
        self.environment = python_environment(_REPOSITORY, base / "bytecode")

    def contender(self, name: str, command: Sequence[str], folder: str) -> Contender:
        path = self.base / folder
        path.mkdir(parents=True, exist_ok=True)
        return Contender(name, [sys.executable, "-m", *command], path, self.environment)

    def generate(self, schemas: Path, pack: str, workers: int, folder: str) -> Contender:
        command = ["schemagen", "generate", "-s", str(schemas), "-o", "out", "-t", pack, "-w", str(workers)]
        name = f"schemagen, {workers} worker{'s'[: workers - 1]}"
        return self.contender(name, [*command, "--unresolved-refs", "opaque"], folder)

    def measure(self, contenders: Sequence[Contender], runs: int | None = None) -> dict[str, Figures]:
        figures = measure(contenders, runs or self.runs, forget, is_best=True)
        print(f"{'':<34}{'wall s':>9}{'CPU s':>9}{'MB':>7}")
        for name, each in figures.items():
            print(f"{name:<34}{each.wall:>9.2f}{each.cpu:>9.2f}{each.memory:>7.0f}", flush=True)
        return figures


def compare(schemas: Path, base: Path, *, runs: int, parts: Sequence[str], best: bool) -> bool:
    """Print all ``parts``; with ``best`` the ancestor also has other sizes of batches. Returns whether all bars are
    held and all outputs are right."""
    base.mkdir(parents=True)
    race = Race(schemas, base, runs)
    is_right = True
    for part in parts:
        print(f"\n{part}", flush=True)
        is_right &= against_ancestor(race, best=best) if part == "ancestor" else PARTS[part](race)
    return is_right


def against_pystache(race: Race) -> bool:
    chosen = race.files[:: max(1, len(race.files) // PYSTACHE_SAMPLE)][:PYSTACHE_SAMPLE]
    sample = race.base / "sample"
    sample.mkdir()
    for file in chosen:
        shutil.copyfile(file, sample / file.name)
    plain = ["benchmarks.peer_pystache", str(sample), "out", str(builtin_folder() / "form")]
    peer = race.contender("plain pystache, sequential", plain, "pystache")
    ours = race.generate(sample, "form", WORKERS, "few")
    print(f"{len(chosen)} schemas of the corpus, pack form")
    figures = race.measure([peer, ours])
    ratio = figures[peer.name].wall / figures[ours.name].wall
    return _same([peer, ours]) & at_least("times faster than plain pystache", ratio, 20)


def against_idle_doit(race: Race) -> bool:
    """What a task costs that does nothing: all of a process that runs many, by their number."""
    ours = race.contender("doit with schemagen -n 2", ["doit", "-n", str(WORKERS)], "idle-ours")
    stock = race.contender("stock doit -n 2", ["doit", "-n", str(WORKERS), "--verbosity", "0"], "idle-stock")
    for contender in (ours, stock):
        shutil.rmtree(contender.folder)
        edges = write_project(contender.folder, IDLE_TASKS)
        if contender is ours:
            (ours.folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
            write_our_dodo(ours.folder, edges)
        else:
            write_stock_dodo(stock.folder, edges)

    def forget_state(contender: Contender) -> None:
        shutil.rmtree(contender.folder / ".schemagen", ignore_errors=True)
        for file in contender.folder.glob(".doit.db*"):
            file.unlink()

    print(f"{IDLE_TASKS:,} tasks that do nothing")
    figures = measure([ours, stock], race.runs, forget_state, is_best=True)
    for name, each in figures.items():
        print(f"{name:<34}{each.wall:>9.2f} s{each.wall / IDLE_TASKS * 1e6:>9.0f} us a task{each.memory:>7.0f} MB")
    return at_most("time per task to stock doit's", figures[ours.name].wall / figures[stock.name].wall, 0.2)


def against_stock_runner(race: Race) -> bool:
    ours = race.generate(race.schemas, "form", WORKERS, "cold-2")
    stock = race.contender("stock doit's runner, our action", ["doit", "-n", str(WORKERS)], "stock-runner")

    def prepare(contender: Contender) -> None:
        forget(contender)
        if contender is stock:
            (stock.folder / "pyproject.toml").write_text(_STOCK_RUNNER.format(schemas=race.schemas), encoding="utf-8")
            shutil.copyfile(_REPOSITORY / "dodo.py", stock.folder / "dodo.py")

    figures = measure([ours, stock], race.runs, prepare, is_best=True)
    mine, theirs = figures[ours.name].wall, figures[stock.name].wall
    print(f"{len(race.files)} schemas, pack form: {theirs:.2f} s, with ours {mine:.2f} s: {theirs / mine:.2f} times")
    return _same([ours, stock])


def against_one_worker(race: Race) -> bool:
    contenders = [race.generate(race.schemas, "form", workers, f"cold-{workers}") for workers in (1, WORKERS)]
    print(f"{len(race.files)} schemas, pack form")
    figures = race.measure(contenders)
    one, two = (figures[contender.name] for contender in contenders)
    print(f"two workers need {two.cpu / one.cpu:.2f} times the CPU of one")
    return _same(contenders) & at_least("two workers to one", one.wall / two.wall, 1.7)


def against_ancestor(race: Race, *, best: bool = False) -> bool:
    """``best``: its other sizes of batches too."""
    modules = install_mustache_js(race.base / "node")
    if modules is None:
        return True
    schemas = race.base / "equal"
    copy_schemas(race.files, schemas)
    ours = race.generate(schemas, str(PACK), WORKERS, "race")
    sizes = (BATCH, *BATCHES) if best else (BATCH,)
    theirs = {}
    for size in sizes:
        folder = race.base / f"ancestor-{size}"
        name = f"ancestor, batches of {size}"
        theirs[size] = ancestor(name, schemas, folder, modules, batch=size, workers=WORKERS)
    left_out = remove_unequal(schemas, ours, theirs[BATCH])
    print(f"{len(race.files) - len(left_out)} schemas of the corpus, {len(left_out)} left out: {', '.join(left_out)}")
    figures = race.measure([ours, *theirs.values()])
    mine = figures[ours.name].wall
    is_right = _same([ours, *theirs.values()])
    is_right &= at_least("times faster than the ancestor", figures[theirs[BATCH].name].wall / mine, 4)
    if best:
        fastest = min(figures[each.name].wall for each in theirs.values())
        is_right &= at_least("times faster than the ancestor with its best batches", fastest / mine, 1.5)
    return is_right


def many_schemas(race: Race) -> bool:
    """Whether the time per schema, and the memory, stay the same for many schemas."""
    seconds, memory = {}, 0.0
    for size in SIZES:
        contender = race.contender("schemagen", ["schemagen", "generate", "-w", str(WORKERS)], f"many-{size}")
        shutil.rmtree(contender.folder)
        write_project(contender.folder, size)
        (contender.folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")

        def prepare(contender: Contender) -> None:
            for folder in ("build", ".schemagen"):
                shutil.rmtree(contender.folder / folder, ignore_errors=True)

        (figures,) = measure([contender], race.runs if size == SIZES[0] else 1, prepare, is_best=True).values()
        seconds[size], memory = figures.wall, figures.memory
        print(f"{size:>7,} schemas, cold: {figures.wall:.2f} s, {figures.wall / size * 1e6:.0f} us each, "
              f"{figures.cpu / size * 1e6:.0f} us CPU each, {figures.memory:.0f} MB", flush=True)  # fmt: skip
        shutil.rmtree(contender.folder)
    few, many = SIZES
    ratio = (seconds[many] / many) / (seconds[few] / few)
    is_right = at_most(f"time per schema of {many:,} to that of {few:,}", ratio, 1.2)
    return at_most(f"MB of memory for {many:,} schemas", memory, 500) & is_right


def one_large(race: Race) -> bool:
    """Whether one large schema among small ones begins soon enough."""
    contender = race.contender("mixed", ["schemagen", "generate"], "mixed")
    contender.folder.rmdir()
    write_project(contender.folder, MIXED_SMALL)
    write_large(contender.folder / "schemas" / "zz-large.json", MIXED_LARGE_BYTES)
    (contender.folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    ratios = []
    for _ in range(race.runs):
        for folder in ("build", ".schemagen"):
            shutil.rmtree(contender.folder / folder, ignore_errors=True)
        ratios.append(_makespan(contender))
    return at_most("makespan to the longest, or half of all", min(ratios), 1.1)


def _makespan(contender: Contender) -> float:
    """The seconds that the workers were there, to what they would be if nobody ever waited."""
    report = contender.folder / "report.jsonl"
    options = ["-w", str(WORKERS), "--report", str(report)]
    run(Contender(contender.name, [*contender.command, *options], contender.folder, contender.environment))
    events = [json.loads(line) for line in report.read_text().splitlines()]
    seconds = [event["seconds"] for event in events if event["event"] == "generated"]
    ends = [event["at"] for event in events if event["event"] == "generated"]
    began = next(event["at"] for event in events if event["event"] == "began")
    longest, half = max(seconds), sum(seconds) / WORKERS
    took = max(ends) - began
    print(f"{len(seconds):,} schemas in {took:.2f} s; the longest takes {longest:.2f} s, half of all {half:.2f} s")
    return took / max(longest, half)


def _same(contenders: Sequence[Contender]) -> bool:
    first, *others = (outputs_of(contender) for contender in contenders)
    is_same = all(first == other for other in others)
    print("outputs: byte for byte the same" if is_same else "outputs DIFFER", flush=True)
    return is_same


PARTS: dict[str, Callable[[Race], bool]] = {
    "pystache": against_pystache,
    "idle": against_idle_doit,
    "stock": against_stock_runner,
    "one": against_one_worker,
    "ancestor": against_ancestor,
    "many": many_schemas,
    "large": one_large,
}
