"""This module knows how to write a build.ninja with the inputs and outputs of schemagen's tasks; its command only
copies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.synthetic import Edge

# One edge for a schema with all of its outputs: tee writes them all in one process.
_RULE = """\
rule copy
  command = tee $out < $in > /dev/null
"""


def write_build(folder: Path, edges: Sequence[Edge]) -> None:
    """Write build.ninja into the project at ``folder``; what is not the schema itself is an implicit input."""
    lines = [_RULE]
    for edge in edges:
        implicit = [path for path in edge.inputs if path != edge.schema]
        lines.append(f"build {_listed(edge.outputs)}: copy {_escaped(edge.schema)} | {_listed(implicit)}\n")
    (folder / "build.ninja").write_text("".join(lines), encoding="utf-8")


def find_ninja() -> str | None:
    """The ninja of this environment (from PyPI, of the extra ``dev``) before one of the system."""
    ours = str(Path(sys.executable).parent)
    return shutil.which("ninja", path=os.pathsep.join((ours, os.environ.get("PATH", os.defpath))))


def ninja_version(ninja: str) -> str:
    return subprocess.run([ninja, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _listed(paths: Sequence[str]) -> str:
    return " ".join(map(_escaped, paths))


def _escaped(path: str) -> str:
    return path.replace("$", "$$").replace(" ", "$ ").replace(":", "$:")
