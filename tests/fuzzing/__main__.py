"""The command: see the package."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzzing.running import Find, Target, execute_numbered, run_for
from tests.fuzzing.targets import TARGETS

_TURN = 30.0  # seconds that a target has before the next one has its turn


def main() -> int:
    options = _options()
    targets = [TARGETS[name] for name in options.target or TARGETS]
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="fuzzing-", dir=memory) as folder:
        if options.only is not None:
            return _again(targets[0], options.seed, options.only, Path(folder))
        return _run(targets, options.seed, options.seconds, Path(folder), options.finds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long in all (600)")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="one target; all, unless named")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other executions (1)")
    parser.add_argument("--only", type=int, help="make the execution of this number, in this process")
    parser.add_argument("--finds", type=Path, default=Path("fuzzing-finds"), help="the folder for what is found")
    return parser.parse_args()


def _again(target: Target, seed: int, number: int, folder: Path) -> int:
    execute_numbered(target, target.begin(folder), seed, number)
    print("nothing found")
    return 0


def _run(targets: list[Target], seed: int, seconds: float, folder: Path, finds: Path) -> int:
    """Give each target its turn until time is up; the exit code is 1 where anything was found."""
    began = time.monotonic()
    counts = dict.fromkeys((target.name for target in targets), 0)
    spent = dict.fromkeys(counts, 0.0)
    kinds: dict[tuple[str, str], int] = {}
    turn = min(_TURN, seconds / len(targets))
    while time.monotonic() < began + seconds:
        for target in targets:
            left = began + seconds - time.monotonic()
            if left <= 0:
                break
            here = folder / f"{target.name}-{counts[target.name]}"
            here.mkdir()
            start = time.monotonic()
            for told in run_for(target, seed, counts[target.name], min(turn, left), here):
                if isinstance(told, int):
                    counts[target.name] = told
                else:
                    _note(told, kinds, finds)
            spent[target.name] += time.monotonic() - start
    for name, count in counts.items():
        found = sum(1 for target, _ in kinds if target == name)
        print(f"{name}: {count} executions in {spent[name]:.0f} s, {found} kinds of finds", flush=True)
    print(f"in all: {sum(counts.values())} executions in {time.monotonic() - began:.0f} s, {len(kinds)} kinds of finds")
    return 1 if kinds else 0


def _note(find: Find, kinds: dict[tuple[str, str], int], finds: Path) -> None:
    """Keep the first find of its kind, and say so."""
    key = find.target, find.kind
    kinds[key] = kinds.get(key, 0) + 1
    if kinds[key] > 1:
        return
    finds.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.]+", "-", f"{find.target} {find.kind}")[:100]
    (finds / f"{name}.txt").write_text(
        f"{find.target} {find.seed} {find.number}\n{find.text}", "utf-8", "backslashreplace"
    )
    print(f"found: {find.target} {find.seed} {find.number}: {find.kind}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
