"""This module knows how to run the benchmarks and print what they found.

``cold`` builds real schemas from nothing, against plain sequential pystache. ``noop`` builds many small ones, then
has nothing to do, then one changed schema, against stock doit and ninja. ``workers`` builds with two of them, against
plain pystache, stock doit, the ancestor's architecture in Node.js and one worker; ``cluster`` with those of a dask
cluster on this machine. ``render`` measures the rendering stage alone, ``types`` generators of types, ``forms`` how
soon large forms are ready in Chromium, ``format`` prettier over many outputs at once, ``cache`` what is found against
what is generated, ``load`` 200,000 schemas once through. Without a name: ``cold``, and ``noop`` at its smallest size.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import cache, cluster, cold, formats, forms, load, noop, render, types, workers
from benchmarks.peer_ninja import find_ninja, ninja_version

REPOSITORY = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 50_000)


def main(argv: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    print(_machine(), flush=True)
    is_right = True
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=args.folder) as folder:
        if args.what == "render":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            return 0 if render.compare(schemas, Path(folder, "render"), limit=args.limit, runs=args.runs or 3) else 1
        if args.what == "types":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            return 0 if types.compare(schemas, Path(folder, "types"), limit=args.limit, runs=args.runs or 3) else 1
        if args.what == "cache":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            base, runs = Path(folder, "cache"), args.runs or 3
            return 0 if all(cache.compare(schemas, base / str(n), runs=runs, workers=n) for n in cold.WORKERS) else 1
        if args.what == "forms":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            return 0 if forms.compare(schemas, Path(folder, "forms"), runs=args.runs or 3) else 1
        if args.what == "load":
            return 0 if all(load.compare(Path(folder, "load"), size) for size in args.sizes or (load.SIZE,)) else 1
        if args.what == "format":
            return 0 if formats.compare(Path(folder, "format"), runs=args.runs or 3) else 1
        if args.what == "cluster":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            return 0 if cluster.compare(schemas, Path(folder, "cluster"), runs=args.runs or 3) else 1
        if args.what == "workers":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            base, runs = Path(folder, "workers"), args.runs or 3
            return 0 if workers.compare(schemas, base, runs=runs, parts=args.parts, best=args.best) else 1
        if args.what != "noop":
            schemas = cold.find_schemas(args.corpus, REPOSITORY)
            is_right = cold.compare(schemas, Path(folder, "cold"), limit=args.limit, runs=args.runs or 3)
        if args.what != "cold":
            sizes = args.sizes or (SIZES if args.what == "noop" else SIZES[:1])
            cost = noop.cost_of_one(Path(folder))
            for size in sizes:
                is_right &= noop.compare(size, Path(folder), args.tools, runs=args.runs or 5, cost_of_one=cost)
    return 0 if is_right else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("cache", "cluster", "cold", "format", "forms", "load", "noop", "render", "types", "workers"),
        help="one benchmark instead of both",
    )
    parser.add_argument("--runs", type=int, metavar="N", help="runs of each contender (default: 3, noop 5)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to work (default: the system's temp folder)")
    group = parser.add_argument_group("cache, cluster, cold, forms, render, types, workers")
    group.add_argument("--corpus", type=Path, metavar="DIR", help="folder of the corpus")
    group = parser.add_argument_group("cold, render, types")
    group.add_argument(
        "--limit", type=int, default=50, metavar="N", help="schemas compared with the peer (default: 50)"
    )
    group = parser.add_argument_group("load, noop")
    group.add_argument(
        "--sizes", type=_sizes, metavar="N,N,...", help="numbers of schemas (default: 1000,10000,50000; 200000)"
    )
    group.add_argument(
        "--tools", type=_tools, default=noop.TOOLS, metavar="T,T,...", help=f"of {','.join(noop.TOOLS)} (default: all)"
    )
    group = parser.add_argument_group("workers")
    group.add_argument(
        "--parts", type=_parts, default=tuple(workers.PARTS), metavar="P,P,...",
        help=f"of {','.join(workers.PARTS)} (default: all)",
    )  # fmt: skip
    group.add_argument("--best", action="store_true", help="look for the ancestor's best size of batches too")
    return parser


def _parts(text: str) -> tuple[str, ...]:
    return _of(text, tuple(workers.PARTS))


def _of(text: str, known: Sequence[str]) -> tuple[str, ...]:
    named = tuple(text.split(","))
    if unknown := set(named) - set(known):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
    return named


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not numbers with commas between") from None
    if min(sizes) < noop.SMALLEST:
        raise argparse.ArgumentTypeError(f"at least {noop.SMALLEST} schemas are needed")
    return sizes


def _tools(text: str) -> tuple[str, ...]:
    return _of(text, noop.TOOLS)


def _machine() -> str:
    ninja = find_ninja()
    return ", ".join(
        (
            f"{os.cpu_count()} CPUs",
            f"{platform.python_implementation()} {platform.python_version()}",
            f"{platform.system()} {platform.machine()}",
            f"doit {version('doit')}",
            f"pystache {version('pystache')}",
            f"ninja {ninja_version(ninja)}" if ninja else "no ninja",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
