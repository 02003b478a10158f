"""This module knows how to be called from Python: ``schemagen.build`` and ``schemagen.render``.

What is here is stable: names, parameters and results stay within a major version. Import it from ``schemagen``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schemagen.config import Config, load_config
from schemagen.digest import digest_of
from schemagen.errors import ConfigError, Location
from schemagen.generate import render_outputs
from schemagen.loading import load_project
from schemagen.metaschema import check_schema
from schemagen.model import SchemaFile
from schemagen.packs import load_packs
from schemagen.recursion import deep_recursion
from schemagen.refs import Library
from schemagen.reports import Problem
from schemagen.sources import parse_schema

__all__ = ["BuildResult", "Problem", "build", "render"]

# Exit codes of a build that could say what became of it: all well, a schema failed, it could not start.
_REPORTED = {0, 1, 3}
_RUN = "import sys; from schemagen.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What became of a build: the paths of the schemas that were ``generated``, were ``fresh`` or ``failed``, or whose
    outputs were ``shared``: found in the cache, and not generated; all ``problems``, also those for which it could not
    start, and how long it took. ``exit_code`` is that of ``schemagen generate``: 0 all well, 1 a schema failed, 3 the
    build could not start."""

    exit_code: int
    generated: tuple[str, ...]
    fresh: tuple[str, ...]
    failed: tuple[str, ...]
    problems: tuple[Problem, ...]
    seconds: float
    shared: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return self.exit_code == 0


def build(
    folder: str | os.PathLike[str] = ".",
    *,
    schemas: Sequence[str] | None = None,
    output: str | None = None,
    packs: Sequence[str] | None = None,
    workers: int | None = None,
    force: bool = False,
    keep_edited: bool = False,
) -> BuildResult:
    """Build the project in ``folder``, as ``schemagen generate`` does; what is not given is as its pyproject.toml says.

    It runs in a process of its own, so that it may be called from any thread, and neither signals nor the garbage
    collector of the caller are touched. Raises subprocess.CalledProcessError where that process was stopped, or refused
    a value.
    """
    options: list[str] = []
    for name, values in (("-s", schemas), ("-t", packs)):
        for value in values or ():
            options += [name, value]
    options += ["-o", output] if output is not None else []
    options += ["-w", str(workers)] if workers is not None else []
    options += [*(["--force"] if force else []), *(["--keep-edited"] if keep_edited else [])]
    # -P: what lies in the project's folder must not be taken for a module.
    command = [sys.executable, "-P", "-c", _RUN, "generate", "--format", "json", *options]
    done = subprocess.run(  # noqa: S603  # it is ourselves
        command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode not in _REPORTED:
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    return _result(json.loads(done.stdout))


def _environment() -> dict[str, str]:
    """Ours, in which this very schemagen is found first; paths in reports are from the project's folder."""
    where = str(Path(__file__).resolve().parent.parent)
    paths = [where, *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: value for name, value in os.environ.items() if name != "GITHUB_WORKSPACE"}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


def _result(report: Mapping[str, Any]) -> BuildResult:
    cases = report["schemas"]
    generated, fresh, failed, shared = (
        tuple(case["schema"] for case in cases if case["status"] == status)
        for status in ("generated", "fresh", "failed", "shared")
    )
    told = [*report["problems"], *(problem for case in cases for problem in case["problems"])]
    problems = tuple(map(_problem, told))
    return BuildResult(report["exit_code"], generated, fresh, failed, problems, report["seconds"], shared)


def _problem(told: Mapping[str, Any]) -> Problem:
    place = Location(told["path"], told["line"], told["column"], told["pointer"])
    return Problem(told["code"], told["message"], place, told["output"])


def render(
    schema: Mapping[str, Any] | bool | str | bytes | os.PathLike[str],
    pack: str | os.PathLike[str],
    *,
    name: str = "schema",
    folder: str | os.PathLike[str] = ".",
) -> dict[str, bytes]:
    """The outputs that ``pack`` makes of one schema, by path below an output folder. Nothing is written, and no
    formatter is run.

    ``schema`` is a schema as Python data, its JSON text, or the path of one of the schemas of the project in ``folder``
    (a ``pathlib.Path``, not a text), which may refer to others there. Data and text have the ``name``, and may refer to
    themselves only. ``pack`` is a pack by name, or its folder, from ``folder``.

    Raises SchemagenError for a schema that is wrong, and an ExceptionGroup of them for a pack that is: ``except*
    SchemagenError`` is for both.
    """
    root = Path(folder).resolve()
    with deep_recursion():
        if isinstance(schema, os.PathLike):
            return _render_file(Path(schema), os.fspath(pack), root)
        return _render_data(schema, os.fspath(pack), name, root)


def _render_file(path: Path, pack: str, root: Path) -> dict[str, bytes]:
    own = load_config(root)
    config = replace(own, packs=(pack,), format=(), project=own)
    project = load_project(config)
    full = (root / path).resolve()
    task = next((task for task in project.tasks.values() if (root / task.schema).resolve() == full), None)
    if task is None:
        raise ConfigError(f"no such schema in {', '.join(config.schemas)}", Location(path.as_posix()), "SG031")
    if task.problem is not None:
        raise task.problem
    wanted = {output.below for output in task.outputs}
    return {below: b"".join(pieces) for below, pieces in project.render(task.name, wanted)}


def _render_data(given: Mapping[str, Any] | bool | str | bytes, pack: str, name: str, root: Path) -> dict[str, bytes]:
    text = given if isinstance(given, str | bytes) else json.dumps(given)
    data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    config = Config(str(root), schemas=(), packs=(pack,))
    schema = parse_schema(SchemaFile(name, f"{name}.json"), data, digest_of(data), config)
    check_schema(schema)
    packs = load_packs(config.packs, root)
    wanted = {output.path_for(name) for each in packs for output in each.outputs}
    resolution = Library([schema], config).resolve(schema)
    return {below: b"".join(pieces) for below, pieces in render_outputs(schema, resolution, packs, wanted)}
