"""This module knows how to compare prettier over many outputs at once with one run of it for each."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.bars import at_most

PRETTIER = "prettier@3.6.2"
OUTPUTS = 200
MOST_OF_ONE_BY_ONE = 0.25
_NPM_SECONDS = 300
_TEMPLATE = "export   const title = {{ts_title}} ;export const parts={  a: [1,2 ,3],b:{c:4}  }\n"


def compare(base: Path, *, runs: int) -> bool:
    """Build ``OUTPUTS`` outputs with prettier in both forms; says whether many at once cost little enough."""
    prettier = _install(base / "npm")
    if prettier is None:
        return True
    project = _make_project(base / "project")
    print(
        f"\n{OUTPUTS} outputs, {PRETTIER}, two workers; the best of {runs} runs for many at once, of 1 for each alone"
    )
    plain = min(_seconds(project, "") for _ in range(runs))
    many = min(_seconds(project, f"{prettier} --write --log-level=warn {{paths}}") for _ in range(runs))
    together = _outputs(project)
    each = _seconds(project, f"{prettier} --stdin-filepath {{path}}")
    for what, seconds in (("not formatted", plain), ("{paths}, many at once", many), ("{path}, each alone", each)):
        print(f"    {what:<30}{seconds:8.2f} s")
    is_same = _outputs(project) == together and any(b"title = " in data for data in together.values())
    print(f"    the outputs are {'the same' if is_same else 'DIFFERENT'}")
    return at_most("build with prettier: many at once / each alone", many / each, MOST_OF_ONE_BY_ONE) and is_same


def _install(folder: Path) -> Path | None:
    if shutil.which("npm") is None:
        print("prettier is not measured: needs Node.js and npm on the path")
        return None
    folder.mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PRETTIER]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_NPM_SECONDS, cwd=folder)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"prettier is not measured: {error}")
        return None
    return folder / "node_modules/.bin/prettier"


def _make_project(root: Path) -> Path:
    (root / "schemas").mkdir(parents=True)
    (root / "packs/ts").mkdir(parents=True)
    (root / "packs/ts/thing.ts.mustache").write_text(_TEMPLATE)
    for number in range(OUTPUTS):
        schema = {"title": f"Thing {number}", "type": "object"}
        (root / f"schemas/thing{number}.json").write_text(json.dumps(schema))
    return root


def _seconds(project: Path, command: str) -> float:
    """How long a build from nothing takes with ``command`` as its formatter."""
    for folder in ("build", ".schemagen"):
        shutil.rmtree(project / folder, ignore_errors=True)
    table = f'[tool.schemagen]\npacks = ["packs/ts"]\n[tool.schemagen.format]\n"*.ts" = {json.dumps(command)}\n'
    (project / "pyproject.toml").write_text(table)
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "schemagen", "generate", "-q", "-w", "2"],
        cwd=project,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - begin


def _outputs(project: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (project / "build").iterdir()}
