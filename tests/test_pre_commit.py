"""The hooks of ``.pre-commit-hooks.yaml``, run by the real pre-commit in real repositories.

pre-commit makes one environment for all tests of a session: that takes most of the time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Project

pytestmark = pytest.mark.long

_OFFLINE = ("No matching distribution", "Could not find a version", "Failed to establish a new connection")
_CONFIG = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: {hook}
"""
_NAMES_PASSED = "        pass_filenames: true\n        require_serial: false\n"


@dataclass(frozen=True)
class Hooks:
    """A repository with our hooks in it, the revision that it is at, and the environment to run pre-commit in."""

    repository: Path
    revision: str
    environment: dict[str, str]

    def config(self, hook: str, more: str = "") -> str:
        return _CONFIG.format(repository=self.repository, revision=self.revision, hook=hook) + more

    def run(self, root: Path, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )

    def git(self, root: Path, *args: str) -> str:
        done = self.run(root, "git", *args)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def commit(self, root: Path) -> subprocess.CompletedProcess[str]:
        return self.run(root, "git", "commit", "-m", "A change")


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Hooks:
    pytest.importorskip("pre_commit")
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "hooks"  # of all workers of pytest-xdist
    shared.mkdir(exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PRE_COMMIT_HOME": str(shared / "home"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "protocol.file.allow",
        "GIT_CONFIG_VALUE_0": "always",
    }
    with open(shared / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Hooks(shared / "schemagen", "", environment)
        if not made.repository.exists():
            _copy_repository(made)
        made = Hooks(made.repository, made.git(made.repository, "rev-parse", "HEAD").strip(), environment)
        _install(made, shared / "first")
    return made


def _copy_repository(hooks: Hooks) -> None:
    """Our repository as it is in the working tree, with what is not committed yet."""
    hooks.repository.mkdir()
    for name in ("schemagen", "templates"):
        shutil.copytree(REPOSITORY / name, hooks.repository / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(REPOSITORY / name, hooks.repository)
    hooks.git(hooks.repository, "init", "-qb", "main")
    hooks.git(hooks.repository, "add", ".")
    hooks.git(hooks.repository, "commit", "-qm", "All")


def _install(hooks: Hooks, folder: Path) -> None:
    if not folder.exists():
        folder.mkdir()
        hooks.git(folder, "init", "-qb", "main")
        (folder / ".pre-commit-config.yaml").write_text(hooks.config("schemagen"), encoding="utf-8")
    done = hooks.run(folder, "pre-commit", "install-hooks")
    if done.returncode and any(sign in done.stdout for sign in _OFFLINE):
        pytest.skip("pre-commit cannot install what schemagen needs: offline?")
    assert done.returncode == 0, done.stdout


@pytest.fixture
def repository(project: Project, hooks: Hooks) -> Callable[..., Path]:
    """Makes the project a repository with its outputs committed and one of our hooks installed."""

    def make(hook: str = "schemagen", more: str = "") -> Path:
        project.generate()
        project.write(".gitignore", ".schemagen/\n")
        project.write(".pre-commit-config.yaml", hooks.config(hook, more))
        hooks.git(project.root, "init", "-qb", "main")
        hooks.git(project.root, "add", ".")
        hooks.git(project.root, "commit", "-qm", "First")
        hooks.git(project.root, "config", "core.hooksPath", "")
        hooks.git(project.root, "config", "--unset", "core.hooksPath")
        assert hooks.run(project.root, "pre-commit", "install").returncode == 0
        return project.root

    return make


BIKE = {"title": "Trike", "description": "Three wheels", "type": "object"}


def test_commit_fails_until_what_it_changes_is_added(
    project: Project, repository: Callable[..., Path], hooks: Hooks
) -> None:
    root = repository()
    project.write("schemas/bike.json", BIKE)
    project.write("schemas/car.json", {"title": "Car", "description": "", "type": "object"})
    hooks.git(root, "add", "schemas")
    done = hooks.commit(root)
    assert done.returncode == 1
    assert "build/bike.txt:1:1: written\nbuild/car.txt:1:1: written\n" in done.stdout
    hooks.git(root, "add", ".")
    assert hooks.commit(root).returncode == 0
    assert hooks.git(root, "status", "--porcelain") == ""
    (root / "schemas/car.json").unlink()
    hooks.git(root, "add", "schemas")  # pre-commit has no file to name then
    done = hooks.commit(root)
    assert done.returncode == 1
    assert "build/car.txt:1:1: removed\n" in done.stdout
    hooks.git(root, "add", ".")
    assert hooks.commit(root).returncode == 0
    project.write("schemas/bike.json", "{")
    hooks.git(root, "add", ".")
    done = hooks.commit(root)
    assert done.returncode == 1
    assert "schemas/bike.json:1:" in done.stdout


def test_unstaged_changes_have_no_part_in_it(project: Project, repository: Callable[..., Path], hooks: Hooks) -> None:
    root = repository()
    project.write("schemas/bike.json", {**BIKE, "title": "Unstaged"})
    project.write("schemas/member.json", {"title": "Staged", "description": "", "type": "object"})
    project.generate()  # of both
    hooks.git(root, "add", "schemas/member.json", "build/member.txt")
    assert hooks.commit(root).returncode == 0
    assert hooks.git(root, "show", "HEAD:build/bike.txt") == "Bike: Two wheels\n"
    assert project.read("build/bike.txt") == "Unstaged: Three wheels\n"  # as it was left
    assert project.generate("--fail-on-change").code == 0
    # What is staged of a schema is what counts, also where the outputs are those of what is not.
    project.write("schemas/bike.json", {**BIKE, "title": "Half"})
    hooks.git(root, "add", "schemas/bike.json")
    project.write("schemas/bike.json", {**BIKE, "title": "Whole"})
    project.generate()
    hooks.git(root, "add", "build/bike.txt")
    done = hooks.commit(root)
    assert done.returncode == 1
    assert "build/bike.txt:1:1: written" in done.stdout
    assert "Whole" in project.read("schemas/bike.json")


def test_no_state_is_needed(project: Project, repository: Callable[..., Path], hooks: Hooks, tmp_path: Path) -> None:
    hooks.git(tmp_path, "clone", "-q", str(repository()), "clone")
    done = hooks.run(tmp_path / "clone", "pre-commit", "run", "--all-files")
    assert done.returncode == 0, done.stdout
    Project(tmp_path / "clone").write("build/bike.txt", "mine\n")
    done = hooks.run(tmp_path / "clone", "pre-commit", "run", "--all-files")
    assert done.returncode == 1
    assert "build/bike.txt:1:1: written" in done.stdout


def test_worktree_and_submodule(
    project: Project, repository: Callable[..., Path], hooks: Hooks, tmp_path: Path
) -> None:
    root = repository()
    hooks.git(root, "worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    _fails_and_then_commits(hooks, tmp_path / "tree")
    outer = tmp_path / "outer"
    outer.mkdir()
    hooks.git(outer, "init", "-qb", "main")
    hooks.git(outer, "submodule", "add", "-q", str(root), "inner")
    assert hooks.run(outer / "inner", "pre-commit", "install").returncode == 0
    _fails_and_then_commits(hooks, outer / "inner")


def _fails_and_then_commits(hooks: Hooks, root: Path) -> None:
    Project(root).write("schemas/bike.json", BIKE)
    hooks.git(root, "add", ".")
    done = hooks.commit(root)
    assert done.returncode == 1
    assert "build/bike.txt:1:1: written" in done.stdout
    hooks.git(root, "add", ".")
    assert hooks.commit(root).returncode == 0


def test_names_of_files_that_are_passed_to_several_processes(
    project: Project, repository: Callable[..., Path], hooks: Hooks
) -> None:
    root = repository(more=_NAMES_PASSED)
    for number in range(40):  # pre-commit starts a second process for so many
        project.write(f"schemas/many/s{number}.json", {"title": f"S{number}", "description": ""})
    hooks.git(root, "add", ".")
    done = hooks.commit(root)
    assert done.returncode == 1
    assert sum(line.endswith(": written") for line in done.stdout.splitlines()) == 40
    hooks.git(root, "add", ".")
    assert hooks.commit(root).returncode == 0


def test_check_says_what_is_wrong_and_writes_nothing(
    project: Project, repository: Callable[..., Path], hooks: Hooks
) -> None:
    root = repository("schemagen-check", '        args: ["--diff"]\n')
    project.write("schemas/bike.json", BIKE)
    hooks.git(root, "add", ".")
    done = hooks.commit(root)
    assert done.returncode == 1
    assert "stale     build/bike.txt" in done.stdout
    assert "-Bike: Two wheels\n+Trike: Three wheels\n" in done.stdout
    assert project.read("build/bike.txt") == "Bike: Two wheels\n"
    project.generate()
    hooks.git(root, "add", ".")
    assert hooks.commit(root).returncode == 0


def test_hook_for_a_project_in_a_folder(project: Project) -> None:
    outer = Project(project.root.parent)
    result = outer.run("hook", "generate", "-C", "project", "some/file.json", "other.json")
    assert (result.code, result.out) == (1, "")
    assert result.errors == [
        "build/bike.txt:1:1: written",
        "build/billing/invoice.txt:1:1: written",
        "build/member.txt:1:1: written",
    ]
    assert outer.run("hook", "generate", "-C", "project").code == 0
    assert outer.run("hook", "check", "-C", "project", "x").code == 0
    result = outer.run("hook", "check", "-C", "nowhere")
    assert (result.code, result.err) == (3, "nowhere:1:1: no such project: No such file or directory [SG053]\n")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_generate_that_fails_on_change(project: Project, workers: str) -> None:
    command = ("generate", "-w", workers, "--fail-on-change")
    assert project.run(*command).code == 1
    assert project.run(*command).code == 0
    assert project.run(*command, "--force").code == 0
    shutil.rmtree(project.root / ".schemagen")
    assert project.run(*command).code == 0  # all are made again, and are as they were
    (project.root / "schemas/bike.json").unlink()
    result = project.run(*command, "--force")
    assert (result.code, result.err) == (1, "build/bike.txt:1:1: removed\n")
