"""This module knows how to compare a build of real schemas from nothing with plain sequential pystache.

The peer is slow, so it is compared on a sample; schemagen alone builds all of them too. The outputs of all
contenders are compared: where they differ it says so.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Contender, Figures, measure, python_environment, run, settle
from benchmarks.peer_ancestor import outputs_of
from schemagen.packs import builtin_folder

PEER = "plain pystache, sequential"
IDLE = "schemagen, nothing to do"
WORKERS = (1, 2)


def find_schemas(corpus: Path | None, repository: Path) -> Path:
    """The folder of the corpus that is named, or its usual place, or the samples."""
    named = os.environ.get("SCHEMAGEN_CORPUS")
    corpus = corpus or (Path(named) if named else repository.parent / "shared" / "corpus")
    schemas = corpus / "schemastore" / "schemas"
    if schemas.is_dir():
        return schemas.resolve()
    print(f"no corpus at {corpus}: set SCHEMAGEN_CORPUS or use --corpus; measuring the samples instead")
    return repository / "schemas"


def compare(schemas: Path, base: Path, *, limit: int, runs: int) -> bool:
    """Print both tables; returns whether all outputs agree."""
    files = sorted(schemas.rglob("*.json"))
    environment = python_environment(Path(__file__).resolve().parent.parent, base / "bytecode")
    chosen = files[:: max(1, len(files) // limit)][:limit]
    sample = _copy(chosen, schemas, base / "sample")

    peer = [sys.executable, "-m", "benchmarks.peer_pystache", str(sample), "out", str(builtin_folder() / "form")]
    contenders = [_contender(PEER, peer, base / "peer", environment), *_ours(sample, base / "few", environment)]
    _print_table(measure(contenders, runs, _prepare, warmups=1), len(chosen), runs)
    is_same = _agree(contenders)

    contenders = _ours(schemas, base / "all", environment)
    _print_table(measure(contenders, runs, _prepare), len(files), runs)
    return _agree(contenders) and is_same


def _copy(chosen: Sequence[Path], schemas: Path, into: Path) -> Path:
    for file in chosen:
        target = into / file.relative_to(schemas)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return into


def _ours(schemas: Path, base: Path, environment: dict[str, str]) -> list[Contender]:
    def generate(workers: int) -> list[str]:
        return [
            sys.executable, "-m", "schemagen", "generate", "-s", str(schemas), "-o", "out", "-t", "form",
            "-w", str(workers), "--unresolved-refs", "opaque",
        ]  # fmt: skip

    contenders = [
        _contender(
            f"schemagen, {workers} worker{'s'[: workers - 1]}, cold",
            generate(workers),
            base / f"workers-{workers}",
            environment,
        )
        for workers in WORKERS
    ]
    return [*contenders, _contender(IDLE, generate(WORKERS[-1]), base / "idle", environment)]


def _contender(name: str, command: list[str], folder: Path, environment: dict[str, str]) -> Contender:
    folder.mkdir(parents=True)
    return Contender(name, command, folder, environment)


def _prepare(contender: Contender) -> None:
    """Nothing is there before a cold build; everything is before one that has nothing to do."""
    if contender.name != IDLE:
        shutil.rmtree(contender.folder)
        contender.folder.mkdir()
    elif not (contender.folder / "out").exists():
        run(contender)
        settle(contender)


def _print_table(figures: dict[str, Figures], count: int, runs: int) -> None:
    print(f"\n{count} schemas, pack form, median of {runs} runs")
    print(f"{'':<28}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'schemas/s':>11}{'times faster':>14}")
    peer = figures.get(PEER)
    for name, each in figures.items():
        ratio = f"{peer.wall / each.wall:.1f}" if peer else ""
        rate = f"{count / each.wall:.0f}"
        print(f"{name:<28}{each.wall:>9.2f}{each.cpu:>9.2f}{each.memory:>7.0f}{rate:>11}{ratio:>14}")


def _agree(contenders: Sequence[Contender]) -> bool:
    first, *others = (outputs_of(contender) for contender in contenders)
    differing = sum(1 for other in others for path in first.keys() | other.keys() if first.get(path) != other.get(path))
    print("outputs: byte for byte the same" if not differing else f"outputs: {differing} files DIFFER", flush=True)
    return not differing
