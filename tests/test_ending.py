"""Where nobody reads what is said, or nothing more can be written: a line, if there is anybody to hear it, and no
traceback; what was finished is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, Project

FULL = Path("/dev/full")
SCHEMAGEN = (sys.executable, "-m", "schemagen")
DOIT = (sys.executable, "-m", "doit")
NO_SPACE = "No space left on device"
SAYING = [
    (*SCHEMAGEN, "generate"),
    (*SCHEMAGEN, "generate", "-v", "-w", "2"),
    (*SCHEMAGEN, "generate", "--format", "json"),
    (*SCHEMAGEN, "check"),
    (*SCHEMAGEN, "list"),
    (*SCHEMAGEN, "packs"),
    (*SCHEMAGEN, "explain", "bike"),
    (*SCHEMAGEN, "view", "bike"),
    (*DOIT, "-n", "2"),
    DOIT,
]
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full, a disk that is always full")


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def unbuffered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said is written at once, or kept until there is more: then it is not a write that fails, but a flush."""
    monkeypatch.setenv("PYTHONUNBUFFERED", request.param)


def name_of(command: Sequence[str]) -> str:
    return " ".join(command[2:])


def run(project: Project, command: Sequence[str], stdout: int) -> tuple[int, str]:
    project.write("dodo.py", (REPOSITORY / "dodo.py").read_bytes())
    done = subprocess.run(
        command, cwd=project.root, stdout=stdout, stderr=subprocess.PIPE, encoding="utf-8", check=False, timeout=60
    )
    return done.returncode, done.stderr


def assert_is_whole(project: Project) -> None:
    """What was finished is kept, and the next build does the rest."""
    assert project.generate().code == 0
    assert project.run("check").code == 0


def run_without_a_reader(project: Project, command: Sequence[str]) -> tuple[int, str]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return run(project, command, writer)
    finally:
        os.close(writer)


def run_on_a_full_disk(project: Project, command: Sequence[str]) -> tuple[int, str]:
    with FULL.open("w") as full:
        return run(project, command, full.fileno())


@pytest.mark.usefixtures("unbuffered")
@pytest.mark.parametrize("command", SAYING, ids=name_of)
def test_reader_that_has_gone_ends_a_command_quietly(project: Project, command: Sequence[str]) -> None:
    code, said = run_without_a_reader(project, command)
    assert code == 141
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert "cannot write" not in said
    if "generate" in command or "doit" in command:
        assert_is_whole(project)


@needs_full
@pytest.mark.usefixtures("unbuffered")
@pytest.mark.parametrize("command", SAYING, ids=name_of)
def test_full_disk_under_stdout_is_said_in_a_line(project: Project, command: Sequence[str]) -> None:
    code, said = run_on_a_full_disk(project, command)
    assert code == 1
    assert said.splitlines()[-1] == f"cannot write to stdout: {NO_SPACE}"
    assert "Traceback" not in said
    if "generate" in command or "doit" in command:
        assert_is_whole(project)


@needs_full
@pytest.mark.usefixtures("unbuffered")
def test_report_that_cannot_be_written_does_not_stop_the_build(project: Project) -> None:
    done = project.generate("--report", str(FULL))
    assert (done.code, done.errors) == (1, [f"{FULL}:1:1: cannot write this report: {NO_SPACE} [SG032]"])
    assert done.summary.startswith("3 generated")
    again = project.generate("--report", str(FULL))
    assert (again.code, len(again.errors)) == (1, 1)
    assert project.run("check").code == 0


@needs_full
@pytest.mark.usefixtures("unbuffered")
@pytest.mark.parametrize("form", ["text", "json", "junit"])
@pytest.mark.parametrize("command", ["generate", "check"])
def test_report_of_all_that_cannot_be_written_is_said(project: Project, command: str, form: str) -> None:
    done = project.run(command, "--format", form, "--output-file", str(FULL))
    assert done.code == 1
    assert done.errors[-1] == f"cannot write to {FULL}: {NO_SPACE}"
    assert "Traceback" not in done.err
    assert_is_whole(project)


@needs_full
@pytest.mark.usefixtures("unbuffered")
def test_output_file_of_doit_that_cannot_be_written_is_said(project: Project) -> None:
    done = project.doit("-n", "2", "-o", str(FULL))
    assert (done.code, done.errors) == (1, [f"cannot write to {FULL}: {NO_SPACE}"])
    assert_is_whole(project)
    project.write("schemas/bike.json", {"title": "Tandem"})
    done = project.doit("-o", "no/such/folder/file")
    said = "no/such/folder/file:1:1: cannot write this report: No such file or directory [SG032]"
    assert (done.code, done.errors) == (3, [said])


@needs_full
def test_nobody_to_complain_to(project: Project) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*SCHEMAGEN, "generate"], cwd=project.root, stdout=full, stderr=full, check=False, timeout=60
        )
    assert done.returncode == 1
    assert_is_whole(project)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_may_be_closed(project: Project, closed: str) -> None:
    """What is written next must not be taken for them either."""
    project.write("packs/plain/plain.txt.mustache", "{{title}}" * 10_000)
    command = f'exec "$0" -m schemagen generate -v -w 2 {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=project.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert set(project.outputs()) == {"bike.txt", "billing/invoice.txt", "member.txt"}
    assert project.run("check").code == 0


@pytest.mark.parametrize("command", ["generate", "list", "init", "check", "clean"])
def test_project_folder_that_is_gone_is_said(tmp_path: Path, command: str) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    remove = f'rmdir "{gone}" && exec "$0" -m schemagen {command}'
    done = subprocess.run(
        ["sh", "-c", remove, sys.executable],
        cwd=gone,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == ".:1:1: no such project: No such file or directory [SG053]\n"


def test_project_folder_may_go_during_a_watch(project: Project) -> None:
    watch = project.start("schemagen", "watch")
    assert watch.stdout is not None
    for line in watch.stdout:
        if line.startswith("watching "):
            break
    project.root.rename(project.root.with_name("gone"))
    shutil.rmtree(project.root.with_name("gone"))
    _, said = watch.communicate(timeout=60)
    assert watch.returncode == 3
    assert said.splitlines()[-1] == ".:1:1: no such project: No such file or directory [SG053]"
    assert "Traceback" not in said
