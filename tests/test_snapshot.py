"""A build with nothing to do ends at once, and never when there is something to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schemagen.doit_plugin.run import is_plain_dodo
from schemagen.state.snapshot import load_snapshot
from schemagen.unchanged import snapshot_path
from tests.conftest import REPOSITORY, Project

Build = Callable[[Project], str]


def trusted(project: Project, front: str) -> bool:
    snapshot = load_snapshot(str(project.root / snapshot_path(front)))
    return snapshot is not None and snapshot.fresh > 0


def settle(project: Project, build: Build, front: str) -> None:
    """Build until a snapshot is trusted: the files have to be two seconds old by then."""
    for _ in range(200):
        assert build(project).startswith(("0 generated, 3 fresh", "3 generated")), project.root
        if trusted(project, front):
            return
    raise AssertionError("no snapshot was ever trusted")


def by_command(project: Project) -> str:
    return project.run("generate").summary


def by_doit(project: Project) -> str:
    return project.doit("-n", "2").summary


FRONTS = [pytest.param(by_command, "generate", id="generate"), pytest.param(by_doit, "doit", id="doit")]


@pytest.mark.parametrize(("build", "front"), FRONTS)
def test_unchanged_project_is_found_fresh_without_reading_it(project: Project, build: Build, front: str) -> None:
    settle(project, build, front)
    before = (project.mtimes(), project.mtimes(".schemagen"))
    assert build(project) == "0 generated, 3 fresh, 0 failed"
    assert (project.mtimes(), project.mtimes(".schemagen")) == before, "a snapshot that holds is not written again"


def change_schema(project: Project) -> None:
    file = project.root / "schemas/bike.json"
    times = file.stat()
    file.write_bytes(file.read_bytes().replace(b"Two", b"Six"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def change_partial(project: Project) -> None:
    project.write("packs/plain/partials/about.mustache", "-")


def new_schema(project: Project) -> None:
    project.write("schemas/billing/deep.json", {"title": "Deep", "description": ""})


def delete_schema(project: Project) -> None:
    (project.root / "schemas/bike.json").unlink()


def edit_output(project: Project) -> None:
    project.write("build/bike.txt", "mine")


def delete_output(project: Project) -> None:
    (project.root / "build/bike.txt").unlink()


def change_option(project: Project) -> None:
    project.config(packs=["packs/plain"], exclude=["bike"])


def forget(project: Project) -> None:
    shutil.rmtree(project.root / ".schemagen/", ignore_errors=True)


def forget_log(project: Project) -> None:
    (project.root / ".schemagen/log").unlink()


def shadow_pack(project: Project) -> None:
    project.write("packs/plain/second.txt.mustache", "{{title}}")
    manifest = project.read("packs/plain/pack.toml")
    project.write(
        "packs/plain/pack.toml", manifest + '[[outputs]]\ntemplate = "second.txt.mustache"\npath = "{path}.2"\n'
    )


CHANGES = [
    change_schema, change_partial, new_schema, delete_schema, edit_output, delete_output, change_option, forget,
    forget_log, shadow_pack,
]  # fmt: skip


def outputs_of_clean_build(project: Project, at: Path) -> dict[str, bytes]:
    shutil.copytree(project.root, at, ignore=shutil.ignore_patterns("build", ".schemagen"))
    clean = Project(at)
    clean.generate()
    return clean.outputs()


@pytest.mark.long
@pytest.mark.parametrize(("build", "front"), FRONTS)
def test_any_change_is_noticed(project: Project, build: Build, front: str, tmp_path: Path) -> None:
    settle(project, build, front)
    original = tmp_path / "original"
    shutil.copytree(project.root, original, symlinks=True)
    for change in CHANGES:
        assert trusted(project, front)
        change(project)
        build(project)
        clean = outputs_of_clean_build(project, tmp_path / f"clean-{change.__name__}")
        assert project.outputs() == clean, change.__name__
        # Back to where it was, in the same folder: the snapshot of then must not be taken for one of now.
        shutil.rmtree(project.root)
        shutil.copytree(original, project.root, symlinks=True)
        settle(project, build, front)


@pytest.mark.parametrize(("build", "front"), FRONTS)
def test_failure_is_reported_every_time(project: Project, build: Build, front: str) -> None:
    project.write("schemas/bad.json", "{")
    for _ in range(6):
        assert build(project).endswith("1 failed")
    assert not trusted(project, front)


def test_damaged_snapshot_is_passed_over(project: Project) -> None:
    settle(project, by_command, "generate")
    file = project.root / snapshot_path("generate")
    whole = file.read_bytes()
    for damaged in (
        b"",
        whole[: len(whole) // 2],
        whole[:-1],
        whole[:60] + b"x" + whole[61:],
        b"schemagen-snapshot 9\n",
    ):
        file.write_bytes(damaged)
        assert load_snapshot(str(file)) is None
        assert by_command(project) == "0 generated, 3 fresh, 0 failed"


@pytest.mark.parametrize(
    ("old", "new", "is_plain"),
    [
        ("generate_tasks()", "generate_tasks()  # all of them", True),
        ("def task_generate():", "def task_generate() -> object:", True),
        ("generate_tasks()", "generate_tasks('sub')", False),
        ("def task_generate", "import os\n\n\ndef task_generate", False),
        ("DOIT_CONFIG = doit_config()", "DOIT_CONFIG = {**doit_config(), 'verbosity': 2}", False),
    ],
)
def test_only_the_documented_dodo_file_is_skipped(old: str, new: str, is_plain: bool) -> None:
    source = (REPOSITORY / "dodo.py").read_text(encoding="utf-8")
    assert old in source
    assert is_plain_dodo(source.replace(old, new).encode()) is is_plain


def test_doit_from_another_folder_keeps_its_state_with_the_project(project: Project) -> None:
    project.doit()
    elsewhere = project.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "pyproject.toml").write_bytes((project.root / "pyproject.toml").read_bytes())
    other = Project(elsewhere)
    other.write("dodo.py", "raise SystemExit('not this one')")
    assert other.doit("-f", str(project.root / "dodo.py")).summary == "0 generated, 3 fresh, 0 failed"
    assert not other.exists(".schemagen")


def test_other_tasks_of_a_dodo_file_are_never_skipped(project: Project) -> None:
    project.write(
        "dodo.py",
        (REPOSITORY / "dodo.py").read_text(encoding="utf-8")
        + "\n\ndef task_count():\n    return {'actions': ['echo x >> count'], 'uptodate': [False]}\n",
    )
    for _ in range(5):
        assert project.doit().code == 0
    assert project.read("count") == "x\n" * 5
