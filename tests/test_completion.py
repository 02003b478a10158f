"""The completion scripts, each in its shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Project

_BASH = """
source "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_schemagen
printf '%s\\n' "${COMPREPLY[@]}"
"""
# Completion is a matter of the line editor; what would be offered is taken from the functions that offer it.
_ZSH = """
compdef() { :; }
_describe() { print -l -- ${(P)2%%:*}; }
_files() { print FILES; }
compadd() { shift; print -l -- "$@"; }
source "$SCRIPT"
words=("$@"); CURRENT=$#
_schemagen
"""
_FISH = 'source "$SCRIPT"; complete -C "$argv" | string replace -r "\\t.*" ""'


def complete(shell: str, project: Project, line: str) -> set[str]:
    """What the shell offers at the end of ``line``."""
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    script = project.write(f"../completion.{shell}", project.run("tabcompletion", "--shell", shell).out)
    command = {
        "bash": ["bash", "-c", _BASH, "bash", *line.split(" ")],
        "zsh": ["zsh", "-fc", _ZSH, "zsh", *line.split(" ")],
        "fish": ["fish", "--no-config", "-c", _FISH, line],
    }[shell]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=project.root,
        env={**os.environ, "SCRIPT": str(script), "PATH": path, "HOME": str(project.root.parent)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_commands_options_values_and_schemas_are_completed(project: Project, shell: str) -> None:
    assert {"generate", "watch", "explain", "tabcompletion"} <= complete(shell, project, "schemagen ")
    options = complete(shell, project, "schemagen generate --")
    assert {"--schema-dir", "--dry-run", "--keep-edited"} <= options
    assert "--diff" not in options
    assert {"bike", "billing/invoice", "member"} <= complete(shell, project, "schemagen explain ")
    assert {"list", "copy", "check"} <= complete(shell, project, "schemagen packs ")
    assert {"error", "opaque"} <= complete(shell, project, "schemagen check --unresolved-refs ")
    assert {"bash", "fish", "zsh"} <= complete(shell, project, "schemagen tabcompletion --shell ")


def test_doit_is_completed_in_fish(project: Project) -> None:
    project.doit("list")
    assert {"generate:bike", "generate:billing/invoice"} <= complete("fish", project, "doit info gen")
    assert {"forget", "info"} <= complete("fish", project, "doit ")


def test_names_of_schemas_are_listed_without_reading_them(project: Project) -> None:
    project.write("schemas/bad.json", "{")
    assert project.run("list", "--quiet").out == "bad\nbike\nbilling/invoice\nmember\n"
