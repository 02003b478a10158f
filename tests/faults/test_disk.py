"""Cases 25 to 35: disks that are full, and what may not be written, or is no file."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Project, without_right_to_read_all
from tests.faults.running import FAILED, build, command, files_up_to, line_of


def test_case_25_no_room_for_an_output(small: Project) -> None:
    """The schema fails, with 1, as with anything else that is wrong with its outputs."""
    build(small)
    before = small.outputs()
    small.write("schemas/b.json", {"title": "long " * 50_000})
    small.write("schemas/c.json", {"title": "new"})
    with files_up_to(100_000):
        result = build(small)
    assert (result.code, result.summary) == (FAILED, "1 generated, 1 fresh, 1 failed")
    assert result.errors == ["build/b.txt:1:1: cannot write: File too large [SG401]"]
    assert small.outputs() == {**before, "c.txt": b"new\n"}
    assert build(small).summary == "1 generated, 2 fresh, 0 failed"


def test_case_25_no_room_for_the_copy_of_a_pack(small: Project) -> None:
    with files_up_to(1000):
        result = small.run("packs", "copy", "form", "mine")
    assert (result.code, result.errors) == (3, ["mine:1:1: cannot write: File too large [SG024]"])
    assert not small.exists("mine")
    assert small.run("packs", "copy", "form", "mine").code == 0
    assert small.run("packs", "check", "mine").code == 0


def test_case_25_no_room_for_what_init_adds(empty_project: Project) -> None:
    """What is the author's own stays as it was: nothing is emptied first."""
    own = {"pyproject.toml": "[project]\nname = 'mine'\n", ".gitignore": "*.pyc\n" * 400}
    for path, text in own.items():
        empty_project.write(path, text)
    with files_up_to(100):
        result = empty_project.run("init")
    assert (result.code, len(result.errors)) == (3, 1)
    assert result.errors[0].endswith(":1:1: cannot read or write this: File too large [SG052]")
    assert {path: empty_project.read(path) for path in own} == own
    with files_up_to(2000):
        result = empty_project.run("init")
    assert result.errors == [".gitignore:1:1: cannot read or write this: File too large [SG052]"]
    assert empty_project.read(".gitignore") == own[".gitignore"]
    assert not [path for path in empty_project.root.rglob("*") if path.name.endswith("tmp")]
    assert empty_project.run("init").code == 0
    assert empty_project.generate().code == 0


def test_case_26_no_room_for_the_log(small: Project) -> None:
    for number in range(30):
        small.write(f"schemas/more/{number}.json", {"title": str(number)})
    with files_up_to(3000):
        result = build(small)
    assert (result.code, result.summary) == (0, "33 generated, 0 fresh, 0 failed")
    (line,) = result.errors
    assert line == (".schemagen/log:1:1: warning: cannot write: File too large; what is not remembered is made again")
    times = small.mtimes()
    again = build(small)
    assert (again.code, again.err) == (0, "")
    assert 0 < int(again.summary.split()[0]) < 33
    assert small.mtimes() == times
    assert build(small).summary == "0 generated, 33 fresh, 0 failed"


def test_case_27_output_folder_that_is_read_only(small: Project) -> None:
    build(small)
    before = small.outputs()
    small.write("schemas/a.json", {"title": "new"})
    folder = small.root / "build"
    folder.chmod(0o555)
    result = small.run("generate", "-w", "1", prefix=without_right_to_read_all())
    checked = small.run("check", prefix=without_right_to_read_all())
    folder.chmod(0o755)
    assert (result.code, result.summary) == (FAILED, "0 generated, 2 fresh, 1 failed")
    assert result.errors == ["build/a.txt:1:1: cannot write: Permission denied [SG401]"]
    assert small.outputs() == before
    assert (checked.code, checked.err) == (FAILED, "")
    assert "build/a.txt" in checked.out


def test_case_28_project_in_which_no_state_can_be_kept(small: Project) -> None:
    (small.root / "build").mkdir()
    small.root.chmod(0o555)
    result = small.run("generate", "-w", "1", prefix=without_right_to_read_all())
    small.root.chmod(0o755)
    assert (result.code, result.summary) == (0, "3 generated, 0 fresh, 0 failed")
    assert [line.partition(": warning: ")[2].partition(";")[0] for line in result.errors] == [
        "no lock: Permission denied",
        "cannot write: Permission denied",
    ]
    assert set(small.outputs()) == {"a.txt", "b.txt", "c.txt"}


def test_case_29_state_that_anybody_may_write(small: Project) -> None:
    """The state lies in the project, as pyproject.toml does, so who may write the one has the other; it is read
    wherever it comes from, and what it says is checked. The shared cache, which lies elsewhere, is another matter: see
    tests/test_cache_builds.py."""
    build(small)
    (small.root / ".schemagen").chmod(0o777)
    assert build(small).summary == "0 generated, 3 fresh, 0 failed"


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    # The path of a socket is short: about a hundred bytes.
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [a_fifo, a_socket])
def test_case_30_output_that_is_no_file(small: Project, make: Callable[[Path], None]) -> None:
    (small.root / "build").mkdir()
    make(small.root / "build/b.txt")
    kind = stat.S_IFMT((small.root / "build/b.txt").stat().st_mode)
    result = build(small)
    assert result.summary == "2 generated, 0 fresh, 1 failed"
    assert result.errors == ["build/b.txt:1:1: exists and is not a regular file [SG402]"]
    assert stat.S_IFMT((small.root / "build/b.txt").stat().st_mode) == kind


@pytest.mark.parametrize("is_inside", [True, False])
def test_case_31_output_that_is_a_link(small: Project, tmp_path: Path, is_inside: bool) -> None:
    """The link is replaced, wherever it leads: nothing is written through it. A folder that is a link to outside is
    refused, see tests/test_bad_input.py."""
    target = small.root / "mine.txt" if is_inside else tmp_path / "theirs.txt"
    target.write_text("precious", encoding="utf-8")
    (small.root / "build").mkdir()
    (small.root / "build/b.txt").symlink_to(target)
    assert build(small).summary == "3 generated, 0 fresh, 0 failed"
    assert target.read_text(encoding="utf-8") == "precious"
    assert not (small.root / "build/b.txt").is_symlink()
    assert small.read("build/b.txt") == "b\n"


def test_case_32_schemas_that_are_no_files(small: Project) -> None:
    for name, make in (("fifo", a_fifo), ("socket", a_socket), ("device", a_device)):
        make(small.root / f"schemas/{name}.json")
    result = build(small)
    assert result.summary == "3 generated, 0 fresh, 3 failed"
    for name in ("fifo", "device"):
        assert line_of(result.errors, f"schemas/{name}.json").endswith(":1:1: not a regular file [SG108]")
    assert "cannot read: No such device or address [SG108]" in line_of(result.errors, "schemas/socket.json")


def test_case_33_few_descriptors(small: Project) -> None:
    for number in range(150):
        small.write(f"schemas/{number // 10}/{number}.json", {"title": str(number)})
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
        result = small.run("generate", "-w", "4")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (result.summary, result.err) == ("153 generated, 0 fresh, 0 failed", "")


def test_case_35_modes(small: Project) -> None:
    before = os.umask(0o027)
    try:
        build(small)
        modes = {path: stat.S_IMODE((small.root / "build" / path).stat().st_mode) for path in small.outputs()}
        (small.root / "build/a.txt").chmod(0o604)
        small.write("schemas/a.json", {"title": "new"})
        build(small)
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o640}
    assert stat.S_IMODE((small.root / "build/a.txt").stat().st_mode) == 0o604
    assert command(small, "check").code == 0
