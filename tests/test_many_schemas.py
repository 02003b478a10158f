"""What doit says and does of 1,200 schemas (10,000 where all of the tests are asked for), through the documented
dodo.py, is what a doit user expects.

``list``, ``info``, ``clean``, ``forget``, ``reset-dep`` and ``dumpdb`` are doit's own words; what they mean is in its
documentation ("Other commands").
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import IS_WHOLE, Project

FOLDERS, A_FOLDER = 100, 100 if IS_WHOLE else 12
COUNT = FOLDERS * A_FOLDER + 1
# The first schema of every folder refs the shared one.
FIRSTS = [f"generate:{folder:02}/s00" for folder in range(FOLDERS)]
NAMES = [f"generate:{folder:02}/s{number:02}" for folder in range(FOLDERS) for number in range(A_FOLDER)]
ALL = [*NAMES, "generate:shared"]
SHARED = "schemas/shared.json"

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Very many schemas, one output each, built by doit. Tests work on copies of it."""
    root = tmp_path_factory.mktemp("many") / "built"
    root.mkdir()
    project = Project(root)
    for folder in range(FOLDERS):
        for number in range(A_FOLDER):
            items = {"items": {"$ref": "../shared.json"}} if number == 0 else {}
            project.write(f"schemas/{folder:02}/s{number:02}.json", {"title": f"{folder} {number}", **items})
    project.write(SHARED, {"title": "Shared"})
    project.write("packs/tiny/tiny.txt.mustache", "{{title}}\n")
    project.config(packs=["packs/tiny"])
    assert project.doit("-n", "2").summary == f"{COUNT} generated, 0 fresh, 0 failed"
    return project


@pytest.fixture
def many(built: Project, tmp_path: Path) -> Project:
    """A copy of the project that was built: files are links to the same ones, so they must be replaced, not edited."""
    root = tmp_path / "many"
    shutil.copytree(built.root, root, copy_function=os.link, ignore=shutil.ignore_patterns(".schemagen"))
    shutil.copytree(built.root / ".schemagen", root / ".schemagen")
    return Project(root)


def edit(project: Project, path: str, content: object) -> None:
    (project.root / path).unlink()
    project.write(path, content)


def statuses(project: Project) -> dict[str, str]:
    """The letter that ``doit list`` has for each task that is no group: Run, Up-to-date or Ignored."""
    lines = project.doit("list", "--all", "--status", "--quiet").out.splitlines()
    return {name: letter for letter, name in (line.split() for line in lines) if name != "generate"}


def test_list_names_the_group_and_with_all_every_schema(many: Project) -> None:
    assert many.doit("list").out == "generate   generate the outputs of every schema that changed\n"
    lines = many.doit("list", "--all").out.splitlines()
    assert [line.split()[0] for line in lines] == ["generate", *ALL]
    assert lines[1].split(maxsplit=1)[1] == "schemas/00/s00.json -> build/00/s00.txt"


def test_list_has_the_status_of_every_schema(many: Project) -> None:
    assert statuses(many) == dict.fromkeys(ALL, "U")
    edit(many, SHARED, {"title": "Common"})
    edit(many, "build/07/s07.txt", "edited")
    (many.root / "build/08/s08.txt").unlink()
    stale = {*FIRSTS, "generate:shared", "generate:07/s07", "generate:08/s08"}
    assert {name for name, letter in statuses(many).items() if letter == "R"} == stale
    assert many.doit().summary == f"103 generated, {COUNT - 103} fresh, 0 failed"
    assert statuses(many) == dict.fromkeys(ALL, "U")


def test_info_says_what_a_task_reads_and_makes_and_why_it_would_run(many: Project) -> None:
    result = many.doit("info", "generate:42/s00")
    assert result.code == 0
    assert re.search(r"^status +: up-to-date$", result.out, re.MULTILINE)
    assert listed(result.out, "file_dep") == {"schemas/42/s00.json", SHARED}
    assert listed(result.out, "targets") == {"build/42/s00.txt"}

    edit(many, SHARED, {"title": "Common"})
    result = many.doit("info", "generate:42/s00")
    assert result.code == 1
    assert re.search(r"^status +: run$", result.out, re.MULTILINE)
    assert f" * The following file dependencies have changed:\n    - {SHARED}\n" in result.out
    assert "status     : up-to-date" in many.doit("info", "generate:42/s01").out

    (many.root / "build/42/s01.txt").unlink()
    result = many.doit("info", "generate:42/s01")
    assert " * The following targets do not exist:\n    - build/42/s01.txt\n" in result.out


def listed(info: str, attribute: str) -> set[str]:
    """The items that ``doit info`` lists below an attribute."""
    section = re.search(rf"^{attribute} *: *\n((?: - .*\n)*)", info, re.MULTILINE)
    assert section is not None, info
    return {line.removeprefix(" - ") for line in section[1].splitlines()}


def test_clean_removes_all_that_we_wrote_and_nothing_else(many: Project) -> None:
    many.write("build/mine.txt", "mine")
    edit(many, "build/07/s07.txt", "edited")
    before = many.outputs()

    result = many.doit("clean", "--dry-run")
    assert result.code == 0
    assert cleaned(result.out) == {*ALL} - {"generate:07/s07"}
    assert many.outputs() == before

    assert cleaned(many.doit("clean", "generate:00/s00").out) == {"generate:00/s00"}
    assert before.keys() - many.outputs().keys() == {"00/s00.txt"}

    result = many.doit("clean")
    assert result.code == 0
    assert cleaned(result.out) == {*ALL} - {"generate:00/s00", "generate:07/s07"}
    assert many.outputs() == {"mine.txt": b"mine", "07/s07.txt": b"edited"}
    assert [path.name for path in (many.root / "build").iterdir() if path.is_dir()] == ["07"]

    assert set(statuses(many).values()) == {"R"}
    assert many.doit("generate:00/s00", "generate:shared").summary == "2 generated, 0 fresh, 0 failed"
    assert many.outputs().keys() == {"mine.txt", "07/s07.txt", "00/s00.txt", "shared.txt"}


def cleaned(out: str) -> set[str]:
    """The tasks whose output ``doit clean`` says that it removes."""
    return {line.partition(" - removing file ")[0] for line in out.splitlines() if " - removing file " in line}


def test_forgotten_tasks_run_again(many: Project) -> None:
    before = many.mtimes()
    result = many.doit("forget", "generate:42/s00", "generate:shared")
    assert (result.code, result.out) == (0, "forgetting generate:42/s00\nforgetting generate:shared\n")
    assert {name for name, letter in statuses(many).items() if letter == "R"} == {"generate:42/s00", "generate:shared"}
    assert many.doit().summary == f"2 generated, {COUNT - 2} fresh, 0 failed"

    assert many.doit("forget").out.splitlines() == [f"forgetting {name}" for name in ("generate", *ALL)]
    assert many.doit("-n", "2").summary == f"{COUNT} generated, 0 fresh, 0 failed"
    assert many.mtimes() == before, "what is made again with the same bytes is not written"

    assert many.doit("forget", "--all").out == "forgetting all tasks\n"
    assert set(statuses(many).values()) == {"R"}


def test_reset_dep_takes_the_outputs_that_are_there_for_fresh(many: Project) -> None:
    edit(many, SHARED, {"title": "Common"})
    edit(many, "schemas/50/s10.json", {"title": "Half"})
    before = many.outputs()
    result = many.doit("reset-dep", "generate:50/s10")
    assert (result.code, result.out) == (0, "processed generate:50/s10\n")
    assert {name for name, letter in statuses(many).items() if letter == "R"} == {*FIRSTS, "generate:shared"}

    lines = many.doit("reset-dep").out.splitlines()
    words = {name: word for word, name in (line.split() for line in lines)}
    assert {name for name in ALL if words[name] == "processed"} == {*FIRSTS, "generate:shared"}
    assert {words[name] for name in ALL} == {"processed", "skip"}
    assert many.doit().summary == f"0 generated, {COUNT} fresh, 0 failed"
    assert many.outputs() == before, "no task is run"

    shutil.rmtree(many.root / ".schemagen")
    assert many.doit("reset-dep").out.count("processed generate:") == COUNT
    assert many.doit().summary == f"0 generated, {COUNT} fresh, 0 failed"


def test_dumpdb_prints_what_is_remembered_of_every_task(many: Project) -> None:
    result = many.doit("dumpdb")
    assert result.code == 0, result.err
    rows = dict(re.findall(r"^(\S+) -> (\{.*?\})$(?=\n\S|\n?\Z)", result.out, re.MULTILINE | re.DOTALL))
    assert rows.keys() == {"generate", *ALL}
    row = ast.literal_eval(rows["generate:42/s00"])
    assert set(row["deps:"]) == {"schemas/42/s00.json", SHARED}
    assert set(row) >= {"_values_:", "checker:", "schemas/42/s00.json", SHARED}
