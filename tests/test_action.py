"""The GitHub Action: valid, safe with what it is given, and its steps do what docs/ci.md says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import REPOSITORY, Project, Result

yaml = pytest.importorskip("yaml")
ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


def test_action_is_valid_by_the_schema_of_schemastore(corpus: Path) -> None:
    found = next(corpus.rglob("github-action.json"), None)
    if found is None:
        pytest.skip("the corpus has no github-action.json")
    jsonschema.validate(ACTION, yaml.safe_load(found.read_text(encoding="utf-8")))


def test_what_is_given_reaches_scripts_as_variables_alone() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)


def test_documented_inputs_are_those_of_the_action() -> None:
    page = (REPOSITORY / "docs/ci.md").read_text(encoding="utf-8")
    documented = re.findall(
        r"^\| `([a-z-]+)` \| (?:`(.*?)`)? ?\|", page.partition("| input |")[2].partition("For code")[0], re.MULTILINE
    )
    assert documented == [(name, each["default"]) for name, each in ACTION["inputs"].items()]


def run_check(project: Project, tmp_path: Path, **variables: str) -> Result:
    """Run the last step as the runner would, after one that has installed schemagen."""
    installed = tmp_path / "runner" / "schemagen" / "bin"
    installed.mkdir(parents=True, exist_ok=True)
    link = installed / "schemagen"
    if not link.exists():
        link.write_text(f'#!/bin/sh\nexec {sys.executable} -m schemagen "$@"\n')
        link.chmod(0o755)
    step = STEPS[-1]
    given = {name: ACTION["inputs"][value[11:-3]]["default"] for name, value in step["env"].items()}
    env = {
        **os.environ,
        **given,
        **variables,
        "RUNNER_TEMP": str(tmp_path / "runner"),
        "GITHUB_WORKSPACE": str(project.root),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=project.root, env=env, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


def test_step_checks_and_remembers_only_what_is_right(project: Project, tmp_path: Path) -> None:
    wrong = run_check(project, tmp_path)
    assert (wrong.code, wrong.out.count("::error file=schemas/")) == (1, 3)
    assert not project.exists(".schemagen/log")
    assert not project.exists("build")
    project.generate()
    (project.root / ".schemagen/log").unlink()
    before = project.mtimes()
    right = run_check(project, tmp_path)
    assert (right.code, right.out) == (0, "")
    assert "3 by generating them in memory" in right.err
    assert "3 outputs checked by recorded digest" in run_check(project, tmp_path).err
    assert project.mtimes() == before


def test_step_takes_arguments_and_generates(project: Project, tmp_path: Path) -> None:
    assert run_check(project, tmp_path, COMMAND="generate", ARGS="-o out -t markdown").code == 0
    assert project.exists("out/bike.md")
    assert run_check(project, tmp_path, COMMAND="remove").code == 2
    assert run_check(project, tmp_path, ARGS="$(touch pwned) ; touch pwned").code == 2
    assert not project.exists("pwned")
