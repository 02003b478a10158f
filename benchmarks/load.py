"""This module knows how to build very many schemas once through, and to tell what that takes of each of them.

Beside it a project of a twentieth of the size is built in the same run: what a schema takes should be the same in both,
however many there are, and so should what is remembered of one.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bars import at_most
from benchmarks.measure import Contender, Figures, python_environment, run, settle
from benchmarks.noop import PYPROJECT
from benchmarks.synthetic import Edge, describe, write_project

SIZE = 200_000
PART = 20
_REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Project:
    """Schemas and who builds them with two workers; ``last`` is one that no other refs."""

    size: int
    contender: Contender
    last: Edge


def compare(base: Path, size: int = SIZE) -> bool:
    """Build ``size`` schemas below ``base``, build again with nothing to do, and with one changed; print what each
    took. Returns whether the outputs are there."""
    bytecode = base / "bytecode"
    projects = [_project(base / str(count), count, bytecode) for count in (size // PART, size)]
    print(f"{'':<34}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'CPU ms each':>13}")
    cold = {}
    is_right = True
    for project in projects:
        for what, figures in _builds(project):
            each = 1000 * figures.cpu / project.size
            said = f"{project.size:,} schemas, {what}"
            print(f"{said:<34}{figures.wall:>9.2f}{figures.cpu:>9.2f}{figures.memory:>7.0f}{each:>13.3f}", flush=True)
            cold.setdefault(project.size, figures)
        is_right &= _is_built(project)
        shutil.rmtree(project.contender.folder)
    few, many = (cold[project.size].cpu / project.size for project in projects)
    at_most(f"CPU of each schema, of {size:,} to {size // PART:,}", many / few, 1.2)
    return is_right


def _project(folder: Path, size: int, bytecode: Path) -> Project:
    edges = write_project(folder, size)
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    command = [sys.executable, "-m", "schemagen", "generate", "-w", "2"]
    contender = Contender("schemagen generate", command, folder, python_environment(_REPOSITORY, bytecode))
    return Project(size, contender, edges[-1])


def _builds(project: Project) -> Iterator[tuple[str, Figures]]:
    """Each build, with what it took."""
    yield "built", run(project.contender)
    yield "again at once", run(project.contender)
    settle(project.contender)
    yield "nothing to do", run(project.contender)
    describe(project.contender.folder / project.last.schema, "Changed")
    yield "one changed", run(project.contender)


def _is_built(project: Project) -> bool:
    """Whether there are all outputs, and the change is in those of the last schema."""
    folder = project.contender.folder
    made = sum(1 for file in (folder / "build").rglob("*") if file.is_file())
    changed = all("Changed" in (folder / output).read_text(encoding="utf-8") for output in project.last.outputs[1:])
    is_right = made == project.size * len(project.last.outputs)
    if not (is_right and changed):
        print(f"WRONG: {made} outputs of {project.size} schemas, changed: {changed}")
    return is_right and changed
