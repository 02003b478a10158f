"""Every code is documented, every documented code is raised, and every example in the long form says what it says."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemagen.explanations import Example, load_explanations, long_form, page
from tests.conftest import REPOSITORY, Project, without_right_to_read_all

EXPLANATIONS = load_explanations()
EXAMPLES = {code: each.example for code, each in EXPLANATIONS.items() if each.example is not None}
# As root, these need a command that has not root's right to read and write everything.
NEED_RIGHTS = {"SG013", "SG404"}


def codes_in(file: Path) -> Iterator[str]:
    """The codes that stand in ``file`` by themselves, as they do where an error is raised."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("SG[0-9]{3}", node.value):
            yield node.value


def test_every_code_that_is_raised_is_documented_and_every_documented_code_is_raised() -> None:
    raised = {code for file in (REPOSITORY / "schemagen").rglob("*.py") for code in codes_in(file)}
    assert raised == set(EXPLANATIONS)
    assert list(EXPLANATIONS) == sorted(EXPLANATIONS)


def test_the_page_of_errors_is_what_the_command_prints(empty_project: Project) -> None:
    printed = empty_project.run("explain", "--codes")
    assert (printed.code, printed.out) == (0, (REPOSITORY / "docs/errors.md").read_text(encoding="utf-8"))
    assert printed.out == page(EXPLANATIONS)


def test_explain_prints_the_long_form_of_a_code(empty_project: Project) -> None:
    printed = empty_project.run("explain", "SG103")
    assert (printed.code, printed.out) == (0, long_form(EXPLANATIONS["SG103"]))
    for part in ("## SG103: ", "What to do", "schemas/bike.json:3:3: member 'properties' stands twice", "Mended:"):
        assert part in printed.out


def test_a_schema_called_like_a_code_is_explained_by_its_path(empty_project: Project) -> None:
    empty_project.write("schemas/SG103.json", {"title": "A schema"})
    assert empty_project.run("explain", "schemas/SG103.json").out.startswith("SG103 would be generated:")


def set_up(project: Project, files: dict[str, str], setup: str) -> None:
    for path, text in files.items():
        project.write(path, text.lstrip("\n"))
    if setup:
        subprocess.run(["sh", "-ec", setup], cwd=project.root, check=True, env=environment(), capture_output=True)


def environment() -> dict[str, str]:
    """Ours, with the ``schemagen`` of this Python first."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def said(project: Project, command: str, code: str) -> list[str]:
    """The lines that name ``code`` of what ``command`` says."""
    prefix = without_right_to_read_all() if code in NEED_RIGHTS else []
    name, *args = command.split()
    assert name == "schemagen"
    result = project.run(*args, prefix=prefix, env=environment())
    assert "Traceback" not in result.err
    return [line for line in (result.out + result.err).splitlines() if code in line]


@pytest.mark.parametrize("code", EXAMPLES)
def test_example_says_what_the_long_form_says(empty_project: Project, code: str) -> None:
    example: Example = EXAMPLES[code]
    set_up(empty_project, dict(example.files), example.setup)
    assert said(empty_project, example.command, code)[:1] == [example.says]


# The commands of all mended examples in one process: most of the time of each would be its start.
RUN_ALL = """
import json, os, sys, traceback
from schemagen.cli import main
for folder, argv in json.load(sys.stdin):
    os.chdir(folder)
    print("== ", os.path.basename(folder), main(argv), flush=True)
"""


def test_mended_examples_have_no_error(make_project: Callable[[str], Project]) -> None:
    commands = []
    for code, example in EXAMPLES.items():
        project = make_project(code)
        set_up(project, dict(example.files), example.setup)
        set_up(project, dict(example.mended), example.mended_setup)
        commands.append((str(project.root), (example.mended_command or example.command).split()[1:]))
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL],
        input=json.dumps(commands),
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=environment(),
    )
    assert "[SG" not in done.stderr, done.stderr
    assert re.findall("^==  (SG[0-9]+) ([0-9]+)$", done.stdout, re.MULTILINE) == [(code, "0") for code in EXAMPLES]
