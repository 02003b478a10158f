"""This module knows how to compare schemagen with plain sequential pystache, on real schemas.

It prints schemas per second of a cold build and the time of a build with nothing to do. The outputs of all
contenders are compared first; where they differ it says so and ends with 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Contender, Figures, measure
from schemagen.packs import builtin_folder

REPOSITORY = Path(__file__).resolve().parent.parent
PEER = "plain pystache, sequential"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--limit", type=int, default=50, help="schemas in the comparison (default: 50)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender (default: 3)")
    parser.add_argument("--corpus", type=Path, default=None, help="folder of the corpus")
    args = parser.parse_args()
    named = os.environ.get("SCHEMAGEN_CORPUS")
    corpus = args.corpus or (Path(named) if named else REPOSITORY.parent / "shared" / "corpus")
    schemas = corpus / "schemastore" / "schemas"
    if not schemas.is_dir():
        print(f"no corpus at {corpus}: set SCHEMAGEN_CORPUS or use --corpus; measuring the samples instead")
        schemas = REPOSITORY / "schemas"
    print(f"{os.cpu_count()} CPUs, {platform.python_implementation()} {platform.python_version()}, {platform.system()}")
    files = sorted(schemas.rglob("*.json"))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        sample = _sample(files, schemas, base / "sample", args.limit)
        peers_agree = _compare(base, base / "sample", sample, args.runs, with_peer=True)
        _compare(base, schemas, len(files), args.runs, with_peer=False)
    return 0 if peers_agree else 1


def _sample(files: list[Path], schemas: Path, into: Path, limit: int) -> int:
    """Copy every so many-th schema, up to ``limit``; returns how many."""
    chosen = files[:: max(1, len(files) // limit)][:limit]
    for file in chosen:
        target = into / file.relative_to(schemas)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return len(chosen)


def _compare(base: Path, schemas: Path, count: int, runs: int, *, with_peer: bool) -> bool:
    def ours(workers: int) -> list[str]:
        return [
            sys.executable, "-m", "schemagen", "generate", "-s", str(schemas), "-o", "out", "-t", "form",
            "-w", str(workers), "--unresolved-refs", "opaque",
        ]  # fmt: skip

    contenders = [
        _contender(base, "schemagen, 1 worker, cold", ours(1), is_cold=True),
        _contender(base, "schemagen, 2 workers, cold", ours(2), is_cold=True),
        _contender(base, "schemagen, nothing to do", ours(2), is_cold=False),
    ]
    if with_peer:
        peer = [sys.executable, "-m", "benchmarks.peer_pystache", str(schemas), "out", str(builtin_folder() / "form")]
        contenders.insert(0, _contender(base, PEER, peer, is_cold=True))
    figures = measure(contenders, runs)
    print(f"\n{count} schemas, pack form, median of {runs} runs")
    _print_table(figures, count)
    return _agree(contenders)


def _contender(base: Path, name: str, command: list[str], *, is_cold: bool) -> Contender:
    folder = base / name.replace(" ", "-").replace(",", "")
    folder.mkdir(exist_ok=True)
    os.environ["PYTHONPATH"] = str(REPOSITORY)

    def clear() -> None:
        shutil.rmtree(folder)
        folder.mkdir()

    def fill_once() -> None:
        if not (folder / "out").exists():
            measure([Contender(name, command, folder, clear)], 1)

    prepare: Callable[[], None] = clear if is_cold else fill_once
    clear()
    return Contender(name, command, folder, prepare)


def _print_table(figures: dict[str, Figures], count: int) -> None:
    print(f"{'':<28}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'schemas/s':>11}{'times faster':>14}")
    peer = figures.get(PEER)
    for name, each in figures.items():
        ratio = f"{peer.wall / each.wall:.1f}" if peer else ""
        rate = f"{count / each.wall:.0f}"
        print(f"{name:<28}{each.wall:>9.2f}{each.cpu:>9.2f}{each.memory:>7.0f}{rate:>11}{ratio:>14}")


def _agree(contenders: list[Contender]) -> bool:
    first, *others = (_outputs(contender.folder / "out") for contender in contenders)
    differing = sum(1 for other in others for path in first.keys() | other.keys() if first.get(path) != other.get(path))
    print("outputs: byte for byte the same" if not differing else f"outputs: {differing} files DIFFER")
    return not differing


def _outputs(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.html")}


sys.exit(main())
