"""This module knows how to compare generators of types: how many schemas they do in a second, one process each.

Both begin with parsed schemas in memory and end with the text of a module, laid out for people. Only schemas count that
both can do; what is loaded before the first schema is in no figure. Contenders run in turn, so that a machine that
changes its speed does so for all. Another language is one more ``Contest`` in ``compare``.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from benchmarks import types_python
from benchmarks.bars import at_least
from benchmarks.node import node_environment
from schemagen.config import Config
from schemagen.generate import render_outputs
from schemagen.loading import load_project
from schemagen.packs import load_pack

PEER = "json-schema-to-typescript@16.0.0"
_BAR = 3
_PEER = Path(__file__).with_name("peer_types.js")
_NPM_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Contest:
    """A pack of ours, and what it is compared with: a command that reads the paths of schemas from a file and prints
    the seconds that each took, as JSON, by name; those that it cannot do are left out."""

    pack: str
    peer: str
    command: tuple[str, ...]
    environment: dict[str, str]
    bar: float


def compare(schemas: Path, base: Path, *, limit: int, runs: int) -> bool:
    """Print a table for each language; returns whether all bars are met."""
    base.mkdir(parents=True)
    contests: list[Contest] = []
    modules = _install(base / "npm")
    if modules is not None:
        command = ("node", "--max-old-space-size=4096", str(_PEER))
        contests.append(Contest("typescript", PEER, command, node_environment(modules), _BAR))
    peer = types_python.install_peer(base / "python")
    if peer is not None:
        contests += [
            Contest(pack, types_python.PEER, peer, dict(os.environ), types_python.BAR)
            for pack in ("python", "pydantic")
        ]
    is_right = True
    for contest in contests:
        is_right &= _compare(contest, schemas, base, limit, runs)
    return is_right


def _compare(contest: Contest, schemas: Path, base: Path, limit: int, runs: int) -> bool:
    config = Config(str(base), (str(schemas),), "out", (), unresolved_refs="opaque")
    names = sorted(load_project(config).tasks)
    chosen = names[:: max(1, len(names) // limit)][:limit]
    listed = base / "schemas.json"
    listed.write_text(json.dumps({name: str(schemas / f"{name}.json") for name in chosen}))
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    for _ in range(runs):
        ours.append(_time_ours(contest.pack, config, chosen))
        done = subprocess.run(
            [*contest.command, str(listed)], env=contest.environment, capture_output=True, check=True, encoding="utf-8"
        )
        theirs.append(json.loads(done.stdout))
    both = [name for name in chosen if all(name in run for run in (*ours, *theirs))]
    print(f"\n{len(both)} of {len(chosen)} schemas that both can do, median of {runs} runs, one process each")
    rates = {who: _rate(timed, both) for who, timed in ((f"schemagen, {contest.pack}", ours), (contest.peer, theirs))}
    print(f"{'':<36}{'can do':>8}{'schemas/s':>12}")
    for (who, rate), timed in zip(rates.items(), (ours, theirs), strict=True):
        print(f"{who:<36}{len(timed[0]):>8}{rate:>12.1f}", flush=True)
    first, second = rates.values()
    return at_least(f"times as many schemas a second as {contest.peer}", first / second, contest.bar)


def _rate(runs: list[dict[str, float]], names: Collection[str]) -> float:
    return len(names) / statistics.median(sum(run[name] for name in names) for run in runs)


def _time_ours(pack: str, config: Config, names: Collection[str]) -> dict[str, float]:
    """The CPU seconds of each schema, from its document to the text of its module."""
    sys.setrecursionlimit(20_000)
    project, loaded = load_project(config), load_pack(pack, Path(config.root))
    seconds = {}
    for name in names:
        schema, resolution = project.resolved(name)
        resolution.documents[schema.path]  # parsed, as the other has it
        wanted = [output.path_for(name) for output in loaded.outputs]
        began = time.process_time()
        for _, pieces in render_outputs(schema, resolution, [loaded], wanted):
            b"".join(pieces)
        seconds[name] = time.process_time() - began
    return seconds


def _install(folder: Path) -> Path | None:
    """Install the peer; says why where it cannot be."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print(f"{PEER} is not measured: needs Node.js and npm on the path")
        return None
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), PEER]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_NPM_SECONDS, encoding="utf-8")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"{PEER} is not measured: npm install failed: {str(error.stderr)[-200:]}")
        return None
    return folder / "node_modules"
