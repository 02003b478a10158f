"""What may not be read, written or removed: a line that says so, and the build goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Project, Result, without_right_to_read_all


def run(project: Project, *args: str) -> Result:
    return project.run(*args, prefix=without_right_to_read_all())


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def no_folder_above(path: Path) -> None:
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    path.parent.touch()


@pytest.mark.parametrize("spoil", [lambda path: path.chmod(0), a_folder, no_folder_above])
@pytest.mark.parametrize("command", ["generate", "check", "explain", "list", "clean"])
def test_log_that_cannot_be_read_is_passed_over_with_a_warning(
    project: Project, spoil: Callable[[Path], None], command: str
) -> None:
    project.generate()
    before = project.outputs()
    spoil(project.root / ".schemagen/log")
    result = run(project, command)
    assert result.code == 0, result
    assert all(line.startswith(".schemagen") or line.endswith("kept") for line in result.errors), result.err
    assert any("cannot read: " in line for line in result.errors), result.err
    assert project.outputs() == before


@pytest.mark.parametrize("command", [("dumpdb",), ("forget",), ("reset-dep",), ("list", "--all"), ("-n", "2")])
def test_doit_passes_over_a_log_that_cannot_be_read(project: Project, command: tuple[str, ...]) -> None:
    project.doit()
    a_folder(project.root / ".schemagen/log")
    result = project.doit(*command)
    assert result.code == 0, result
    assert "Traceback" not in result.err


def test_orphan_that_cannot_be_removed_is_named_and_removed_when_it_can_be(project: Project) -> None:
    project.generate()
    folder = project.root / "build/billing"
    (project.root / "schemas/billing/invoice.json").unlink()
    folder.chmod(0o555)
    for _ in range(2):
        result = run(project, "generate")
        assert result.code == 0, result
        assert result.err == (
            "build/billing/invoice.txt:1:1: nothing makes this file any more, but it cannot be removed: "
            "Permission denied\n"
        )
    folder.chmod(0o755)
    assert run(project, "generate").err == ""
    assert not folder.exists()


def test_clean_names_what_cannot_be_removed_and_removes_the_others(project: Project) -> None:
    project.generate()
    folder = project.root / "build/billing"
    folder.chmod(0o555)
    result = run(project, "clean")
    folder.chmod(0o755)
    assert result.code == 0, result
    assert result.err == "build/billing/invoice.txt:1:1: cannot be removed: Permission denied [SG404]\n"
    assert set(project.outputs()) == {"billing/invoice.txt"}


def test_leftover_of_a_killed_build_that_cannot_be_removed_stops_nothing(project: Project) -> None:
    project.generate()
    project.write("build/billing/.invoice.txt.1.ab.schemagen-tmp", "half")
    project.write("schemas/new.json", {"title": "New", "description": ""})
    folder = project.root / "build/billing"
    folder.chmod(0o555)
    result = run(project, "generate")
    folder.chmod(0o755)
    assert (result.code, result.err) == (0, "")
    assert result.summary == "1 generated, 3 fresh, 0 failed"
