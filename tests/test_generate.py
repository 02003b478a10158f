"""What is generated, and when: the real command on real files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from schemagen.rows import STATE_FILE
from schemagen.state.shapes import OURS, VALUES
from schemagen.state.store import State
from tests.conftest import REPOSITORY, Project, Result, without_right_to_read_all


def test_first_build_makes_an_output_per_schema(project: Project) -> None:
    result = project.generate()
    assert (result.code, result.summary, result.err) == (0, "3 generated, 0 fresh, 0 failed", "")
    assert project.outputs() == {
        "bike.txt": b"Bike: Two wheels\n",
        "billing/invoice.txt": b"Invoice: \n",
        "member.txt": b"Member: A person\n",
    }


def test_second_build_makes_nothing_and_writes_nothing(project: Project) -> None:
    project.generate()
    before = project.mtimes()
    result = project.generate()
    assert (result.code, result.summary) == (0, "0 generated, 3 fresh, 0 failed")
    assert project.mtimes() == before


def test_touching_everything_makes_nothing(project: Project) -> None:
    project.generate()
    for file in project.root.rglob("*"):
        if ".schemagen" not in file.parts:
            os.utime(file, ns=(10**18, 10**18))
    assert project.generate().summary == "0 generated, 3 fresh, 0 failed"


def test_edit_makes_that_schema_alone(project: Project) -> None:
    project.generate()
    project.write("schemas/bike.json", {"title": "Bike", "description": "Three wheels", "type": "object"})
    assert project.generate().summary == "1 generated, 2 fresh, 0 failed"
    assert project.read("build/bike.txt") == "Bike: Three wheels\n"


def test_edit_with_the_old_size_and_time_is_noticed(project: Project) -> None:
    project.generate()
    file = project.root / "schemas/bike.json"
    times = file.stat()
    file.write_bytes(file.read_bytes().replace(b"Two", b"Six"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert project.generate().summary == "1 generated, 2 fresh, 0 failed"
    assert project.read("build/bike.txt") == "Bike: Six wheels\n"


def test_edit_makes_what_refs_it_too(project: Project) -> None:
    project.write("schemas/person.json", {"title": "Person", "description": "", "$ref": "member.json"})
    project.write("schemas/club.json", {"title": "Club", "description": "", "items": {"$ref": "person.json"}})
    project.generate()
    project.write("schemas/member.json", {"title": "Member", "description": "Somebody", "type": "object"})
    assert project.generate().summary == "4 generated, 1 fresh, 0 failed"


def test_edit_of_a_partial_makes_the_outputs_of_its_pack_alone(project: Project) -> None:
    project.write("packs/other/name.md.mustache", "# {{title}}\n")
    project.config(packs=["packs/plain", "packs/other"])
    project.generate()
    before = project.mtimes()
    project.write("packs/plain/partials/about.mustache", "<{{description}}>")
    assert project.generate().summary == "3 generated, 0 fresh, 0 failed"
    assert project.read("build/bike.txt") == "Bike: <Two wheels>\n"
    after = project.mtimes()
    assert {path for path in after if after[path] != before[path]} == {
        "bike.txt",
        "member.txt",
        "billing/invoice.txt",
    }


def test_edit_of_a_partial_that_no_template_uses_makes_nothing(project: Project) -> None:
    project.write("packs/plain/partials/unused.mustache", "a")
    project.generate()
    project.write("packs/plain/partials/unused.mustache", "b")
    assert project.generate().summary == "0 generated, 3 fresh, 0 failed"


def test_edit_that_changes_no_output_rewrites_none(project: Project) -> None:
    project.generate()
    before = project.mtimes()
    project.write("schemas/bike.json", project.read("schemas/bike.json") + "\n\n")
    assert project.generate().summary == "1 generated, 2 fresh, 0 failed"
    assert project.mtimes() == before


def test_creating_the_file_that_a_reference_missed_builds_its_schema(project: Project) -> None:
    project.write("schemas/club.json", {"title": "Club", "description": "", "items": {"$ref": "chair.json"}})
    assert project.generate().code == 1
    project.write("schemas/chair.json", {"title": "Chair", "description": ""})
    result = project.generate()
    assert (result.code, result.summary) == (0, "2 generated, 3 fresh, 0 failed")


def test_creating_the_file_that_an_opaque_reference_missed_builds_its_schema(project: Project) -> None:
    project.config(packs=["packs/plain"], unresolved_refs="opaque")
    project.write("schemas/club.json", {"title": "Club", "description": "", "items": {"$ref": "chair.json"}})
    assert project.generate().code == 0
    project.write("schemas/chair.json", {"title": "Chair", "description": ""})
    assert project.generate().summary == "2 generated, 3 fresh, 0 failed"


def test_deleted_output_is_made_again(project: Project) -> None:
    project.generate()
    (project.root / "build/bike.txt").unlink()
    assert project.generate().summary == "1 generated, 2 fresh, 0 failed"
    assert project.exists("build/bike.txt")


@pytest.mark.parametrize("content", ["Bike: Two wheelz\n", "", "Bike: Two wheels\nmore"])
def test_edited_output_is_restored(project: Project, content: str) -> None:
    project.generate()
    project.write("build/bike.txt", content)
    assert project.generate().summary == "1 generated, 2 fresh, 0 failed"
    assert project.read("build/bike.txt") == "Bike: Two wheels\n"


@pytest.mark.parametrize("command", [("generate", "-w", "1"), ("generate", "-w", "2"), ("generate", "-b", "1")])
def test_schema_that_failed_is_fresh_again_when_the_fault_is_undone(project: Project, command: tuple[str, ...]) -> None:
    project.run(*command)
    before, right = project.mtimes(), project.read("schemas/bike.json")
    project.write("schemas/bike.json", right[:-2])
    assert project.run(*command).summary == "0 generated, 2 fresh, 1 failed"
    project.write("schemas/bike.json", right)
    assert project.run(*command).summary == "0 generated, 3 fresh, 0 failed"
    assert project.mtimes() == before


def test_older_output_of_ours_is_replaced_without_a_word_about_edits(project: Project) -> None:
    # As after a checkout of another branch, or a build that was killed before it recorded what it had moved.
    project.generate()
    older = project.read("build/bike.txt")
    project.write("schemas/bike.json", {"title": "Bike", "description": "Three wheels"})
    project.generate()
    project.write("build/bike.txt", older)
    result = project.generate("--keep-edited")
    assert (result.code, result.err) == (0, "")
    assert project.read("build/bike.txt") == "Bike: Three wheels\n"


def test_outputs_of_a_deleted_schema_are_removed(project: Project) -> None:
    project.write("schemas/deep/er/sign.json", {"title": "Sign", "description": ""})
    project.generate()
    shutil.rmtree(project.root / "schemas/deep")
    assert project.generate().summary == "0 generated, 3 fresh, 0 failed"
    assert not project.exists("build/deep")
    assert project.exists("build/billing/invoice.txt")


def test_outputs_of_a_renamed_schema_move(project: Project) -> None:
    project.generate()
    (project.root / "schemas/bike.json").rename(project.root / "schemas/bicycle.json")
    project.generate()
    assert set(project.outputs()) == {"bicycle.txt", "billing/invoice.txt", "member.txt"}


def test_edited_output_of_a_deleted_schema_is_kept_and_named(project: Project) -> None:
    project.generate()
    project.write("build/bike.txt", "my own notes")
    (project.root / "schemas/bike.json").unlink()
    result = project.generate()
    assert project.read("build/bike.txt") == "my own notes"
    assert "build/bike.txt" in result.err


def test_file_at_the_path_of_an_output_that_was_removed_is_not_ours(project: Project) -> None:
    project.generate()
    project.config(packs=["packs/plain"], output="out")
    project.generate()
    shutil.copytree(project.root / "out", project.root / "build")
    project.write("schemas/new.json", {"title": "New", "description": ""})
    assert project.generate().err == ""
    assert len(project.outputs()) == 3
    project.config(packs=["packs/plain"], output="build")
    assert project.generate().err == ""
    assert not project.exists("out")
    (project.root / "schemas/bike.json").unlink()
    project.generate()
    assert set(project.outputs()) == {"billing/invoice.txt", "member.txt", "new.txt"}


@pytest.mark.parametrize("other", ["link", "packs/../build"])
def test_output_folder_by_another_name_holds_the_same_outputs(project: Project, other: str) -> None:
    project.generate()
    (project.root / "link").symlink_to("build")
    before = project.mtimes()
    for output in (other, "build", other, "build"):
        project.config(packs=["packs/plain"], output=output)
        project.generate()
        assert project.mtimes() == before
        (project.root / ".schemagen/snapshot").unlink()
        assert project.generate().summary == "0 generated, 3 fresh, 0 failed"


def test_another_output_folder_leaves_nothing_of_the_old_one(project: Project) -> None:
    project.generate()
    project.write("build/billing/mine.txt", "mine")
    project.config(packs=["packs/plain"], output="out")
    project.generate()
    assert set(project.outputs()) == {"billing/mine.txt"}
    project.config(packs=["packs/plain"], output="elsewhere/out")
    project.generate()
    assert not project.exists("out")


def test_files_that_are_not_ours_are_never_removed(project: Project) -> None:
    project.write("build/mine.txt", "mine")
    project.generate()
    shutil.rmtree(project.root / "schemas/billing")
    project.generate()
    assert project.read("build/mine.txt") == "mine"


def test_options_of_one_run_remove_nothing_of_another(project: Project) -> None:
    project.write("packs/other/name.md.mustache", "# {{title}}\n")
    project.generate()
    project.generate("-t", "packs/other")
    project.generate("-s", "schemas/billing", "-o", "elsewhere")
    assert {"bike.txt", "bike.md"} <= set(project.outputs())


def test_what_options_of_one_run_made_outlives_runs_without_them(project: Project) -> None:
    aside = ("-s", "schemas", "-o", "elsewhere")

    def made() -> list[str]:
        return sorted(file.name for file in (project.root / "elsewhere").rglob("*.txt"))

    project.generate(*aside)
    assert project.generate().summary.startswith("3 generated")
    assert made() == ["bike.txt", "invoice.txt", "member.txt"]
    assert project.generate().summary.startswith("0 generated")
    project.generate(*aside)
    (project.root / "schemas/bike.json").unlink()
    project.generate()
    assert made() == ["bike.txt", "invoice.txt", "member.txt"]
    project.generate(*aside)
    assert made() == ["invoice.txt", "member.txt"]


def test_options_that_say_what_the_configuration_says_make_a_run_of_the_project(project: Project) -> None:
    same = ("-s", "./schemas", "-t", "packs/plain", "-o", "build")
    project.generate(*same)
    assert project.generate().summary.startswith("0 generated")
    (project.root / "schemas/bike.json").unlink()
    project.generate(*same)
    assert "bike.txt" not in project.outputs()


def test_clean_removes_what_we_wrote_and_nothing_else(project: Project) -> None:
    project.generate()
    project.write("build/mine.txt", "mine")
    project.write("build/member.txt", "edited")
    result = project.run("clean")
    assert result.code == 0
    assert set(project.outputs()) == {"mine.txt", "member.txt"}
    assert "build/member.txt" in result.err
    assert not project.exists("build/billing")


def test_list_says_what_is_stale(project: Project) -> None:
    project.generate()
    project.write("schemas/bike.json", {"title": "Trike", "description": "", "type": "object"})
    lines = project.run("list").out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["stale", "bike"],
        ["fresh", "billing/invoice"],
        ["fresh", "member"],
    ]


def test_generate_outside_a_project_needs_no_configuration(
    project: Project, make_project: Callable[[str], Project]
) -> None:
    other = make_project("elsewhere")
    result = other.generate("-s", str(project.root / "schemas"), "-t", str(project.root / "packs/plain"), "-o", "out")
    assert (result.code, result.summary) == (0, "3 generated, 0 fresh, 0 failed")
    assert set(other.outputs("out")) == {"bike.txt", "billing/invoice.txt", "member.txt"}


def test_state_restored_into_another_checkout_makes_nothing(
    project: Project, make_project: Callable[[str], Project]
) -> None:
    project.generate()
    other = make_project("other/place")
    shutil.copytree(project.root, other.root, dirs_exist_ok=True, copy_function=shutil.copyfile)
    assert other.generate().summary == "0 generated, 3 fresh, 0 failed"


def sample_project(make_project: Callable[[str], Project], name: str) -> Project:
    made = make_project(name)
    for part in ("schemas", "templates"):
        shutil.copytree(REPOSITORY / part, made.root / part)
    made.config()
    return made


def test_outputs_are_the_same_however_they_are_made(make_project: Callable[[str], Project]) -> None:
    ways: dict[str, Callable[[Project], int]] = {
        "one-worker": lambda p: p.run("generate", "-w", "1").code,
        "two-workers": lambda p: p.run("generate", "-w", "2", env={"PYTHONHASHSEED": "1"}).code,
        "eight/workers": lambda p: p.run("generate", "-w", "8", "-b", "1", env={"PYTHONHASHSEED": "2"}).code,
        "doit": lambda p: p.doit().code,
        "doit-n-2": lambda p: p.doit("-n", "2", env={"LC_ALL": "C", "TZ": "Asia/Tokyo"}).code,
        "doit-threads": lambda p: p.doit("-n", "2", "-P", "thread").code,
    }
    made = {}
    for name, build in ways.items():
        samples = sample_project(make_project, name)
        assert build(samples) == 0, name
        made[name] = samples.outputs()
    first = made.pop("one-worker")
    assert len(first) >= 24
    for name, outputs in made.items():
        assert outputs == first, name


RUNNERS = {
    "serial": ("-n", "0"),
    "one worker": ("-n", "1"),
    "two workers": ("-n", "2"),
    "eight workers": ("-n", "8"),
    "threads": ("-n", "2", "-P", "thread"),
}


def executed(result: Result) -> set[str]:
    """The tasks of schemas that doit says it runs."""
    return {line.split()[1] for line in result.out.splitlines() if line.startswith(".  generate:")}


def records(project: Project) -> dict[str, object]:
    """What is remembered of each task, but for how long it took; of an index not why, of which a runner without our
    snapshot knows less."""
    state = State(project.root / STATE_FILE, print)
    rows = {name: json.loads(json.dumps(state.row(name))) for name in state.names() if state.facts(name)}
    for name, row in rows.items():
        del row[VALUES][OURS]["seconds"]
        if name.startswith("project:"):
            del row[VALUES][OURS]["why"]
    return rows


def test_memory_may_be_bounded_and_a_bound_that_is_none_is_refused(project: Project) -> None:
    assert project.run("generate", "-w", "2", "--max-memory", "64M").summary == "3 generated, 0 fresh, 0 failed"
    refused = project.run("generate", "--max-memory", "much")
    assert refused.code == 2
    assert "'much' is not a size such as 500M or 2G" in refused.err


def test_every_runner_and_batch_size_runs_and_records_the_same(make_project: Callable[[str], Project]) -> None:
    seen = {}
    sizes = {f"batches of {size}": ("-n", "2") for size in ("1", "10", "1000")}
    for name, args in {**RUNNERS, "stock runner": ("-n", "2"), **sizes}.items():
        made = sample_project(make_project, name)
        for number in range(40):
            made.write(f"schemas/more/{number}.json", {"properties": {"next": {"$ref": f"{number // 2}.json"}}})
        made.config(packs=["markdown"], batch_size=int(name.split()[-1]) if name in sizes else "auto")
        if name == "stock runner":
            made.write("pyproject.toml", '[tool.schemagen]\npacks = ["markdown"]\n')
        first = made.doit(*args)
        made.write("schemas/more/7.json", {"title": "Seven"})
        (made.root / "build/more/30.md").unlink()
        second = made.doit(*args)
        assert (first.code, second.code) == (0, 0), name
        seen[name] = executed(first), executed(second), made.outputs(), records(made)
    serial = seen.pop("serial")
    assert len(serial[0]) >= 40
    assert serial[1] == {f"generate:more/{number}" for number in (7, 14, 15, 28, 29, 30, 31)}
    for name, each in seen.items():
        assert each == serial, name


def test_stock_runner_of_doit_makes_the_same(project: Project, make_project: Callable[[str], Project]) -> None:
    """A dodo.py is read from a subfolder too (doit -k), where doit sees no plugin of the project."""
    project.doit()
    first = project.outputs()
    shutil.rmtree(project.root / "build")
    project.write("pyproject.toml", '[tool.schemagen]\npacks = ["packs/plain"]\n')
    for workers in ("0", "2"):
        shutil.rmtree(project.root / "build", ignore_errors=True)
        result = project.doit("-n", workers)
        assert result.code == 0, result
        assert project.outputs() == first
        assert project.doit("-n", workers).summary == "0 generated, 3 fresh, 0 failed"


def test_doit_and_the_command_share_one_state(project: Project) -> None:
    assert project.doit("-n", "2").summary == "3 generated, 0 fresh, 0 failed"
    assert project.generate().summary == "0 generated, 3 fresh, 0 failed"
    assert project.doit().summary == "0 generated, 3 fresh, 0 failed"


def test_doit_list_info_forget_and_clean_mean_what_a_doit_user_expects(project: Project) -> None:
    assert "generate:billing/invoice" in project.doit("list", "--all").out
    project.doit()
    info = project.doit("info", "generate:billing/invoice").out
    assert "schemas/member.json" in info
    assert "up-to-date" in info
    project.write("build/bike.txt", "mine")
    assert "- build/bike.txt is edited since it was made" in project.doit("info", "generate:bike").out
    project.doit()
    assert "R generate:bike" not in project.doit("list", "--all", "--status").out
    project.doit("forget", "generate:bike")
    assert project.doit().summary == "1 generated, 2 fresh, 0 failed"
    project.doit("forget")
    assert project.doit().summary == "3 generated, 0 fresh, 0 failed"
    project.doit("clean", "generate:bike")
    assert set(project.outputs()) == {"billing/invoice.txt", "member.txt"}
    assert project.doit("generate:bike").summary == "1 generated, 0 fresh, 0 failed"


def test_other_tasks_of_a_dodo_file_still_run(project: Project) -> None:
    project.write(
        "dodo.py",
        (REPOSITORY / "dodo.py").read_text(encoding="utf-8")
        + "\n\ndef task_count():\n"
        + "    return {'actions': ['ls build/*.txt | wc -l > count'], 'task_dep': ['generate'],\n"
        + "            'targets': ['count'], 'uptodate': [False]}\n",
    )
    assert project.doit("-n", "2").code == 0
    assert project.read("count").strip() == "2"


def test_batch_size_and_workers_change_nothing_but_the_time(project: Project) -> None:
    for number in range(25):
        project.write(f"schemas/many/s{number}.json", {"title": f"S{number}", "description": ""})
    for size in ("1", "10", "1000", "auto"):
        result = project.run("generate", "-w", "3", "-b", size, "-o", f"out-{size}")
        assert (result.code, result.summary) == (0, "28 generated, 0 fresh, 0 failed")
    assert (
        project.outputs("out-1")
        == project.outputs("out-10")
        == project.outputs("out-1000")
        == project.outputs("out-auto")
    )


@pytest.mark.parametrize("command", [("schemagen", "generate", "-w", "2"), ("doit", "-n", "2")])
def test_builds_at_the_same_time_all_end_well(project: Project, command: tuple[str, ...]) -> None:
    project.write("dodo.py", (REPOSITORY / "dodo.py").read_text(encoding="utf-8"))
    for number in range(40):
        project.write(f"schemas/many/s{number}.json", {"title": f"S{number}", "description": ""})
    running = [project.start(*command) for _ in range(3)]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    generated = sorted(int(out.splitlines()[-1].split()[0]) for out, _ in said)
    assert generated == [0, 0, 43], said
    assert len(project.outputs()) == 43


def test_killed_build_keeps_what_it_finished(project: Project) -> None:
    for number in range(300):
        project.write(f"schemas/many/s{number}.json", {"title": f"S{number}", "description": ""})
    running = project.start("schemagen", "generate", "-w", "2", "-b", "1", "-v")
    assert running.stdout is not None
    while not project.exists("build/many/s0.txt"):
        assert running.poll() is None
    running.kill()
    running.communicate()
    done = sum(1 for path in project.outputs() if path.endswith(".txt"))
    result = project.generate()
    assert result.code == 0
    assert int(result.out.split()[0]) <= 303 - done + 8, (result, done)
    assert len(project.outputs()) == 303


def test_wheel_holds_the_packs_and_the_configuration_schema(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"schemagen/templates/{pack}/pack.toml" for pack in ("form", "markdown")}
    assert expected | {"schemagen/contract/configuration.json", "schemagen/py.typed"} <= names


def test_no_output_tells_where_the_schemas_lie(project: Project, make_project: Callable[[str], Project]) -> None:
    other = make_project("elsewhere")
    schemas = str(REPOSITORY / "schemas")
    other.generate("-s", schemas, "-t", "form", "-t", "markdown", "-o", "out")
    assert len(other.outputs("out")) == 34  # two for each of 15 schemas, two indexes, the script and style of the forms
    for path, data in other.outputs("out").items():
        assert str(REPOSITORY).encode() not in data, path


def test_build_goes_on_where_the_state_cannot_be_written(project: Project) -> None:
    project.generate()
    project.write("schemas/bike.json", {"title": "Trike", "description": "", "type": "object"})
    for file in (project.root / ".schemagen").iterdir():
        file.chmod(0o444)
    (project.root / ".schemagen").chmod(0o555)
    result = project.run("generate", prefix=without_right_to_read_all())
    assert (result.code, result.summary) == (0, "1 generated, 2 fresh, 0 failed")
    assert project.read("build/bike.txt").startswith("Trike")
    assert len(result.errors) == 2, result.err
    assert all("warning" in line and "Permission denied" in line for line in result.errors)


@pytest.mark.parametrize("content", [{"title": "Bike", "description": "", "type": "object"}, "{"])
def test_huge_file_in_the_place_of_an_output_is_not_held_in_memory(project: Project, content: object) -> None:
    project.generate()
    project.write("schemas/bike.json", content)
    os.truncate(project.root / "build/bike.txt", 1 << 30)
    (project.root / "schemas/member.json").unlink()
    os.truncate(project.root / "build/member.txt", 1 << 30)
    project.write("schemas/billing/invoice.json", {"title": "Invoice", "description": ""})
    limited = ["bash", "-c", 'ulimit -v 1000000; exec "$@"', "bash"]
    result = project.run("generate", "-w", "1", prefix=limited)
    assert result.code == int(content == "{"), result
    assert "Traceback" not in result.err
    assert "build/member.txt:1:1: nothing makes this file any more, but it was edited: kept" in result.err


def test_full_disk_leaves_no_damaged_log(project: Project) -> None:
    for number in range(40):
        project.write(f"schemas/more{number}.json", {"title": "More", "description": ""})
    limited = ["bash", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$@"', "bash"]
    result = project.run("generate", "-w", "1", prefix=limited)
    assert (result.code, result.summary) == (0, "43 generated, 0 fresh, 0 failed")
    (warning,) = result.errors
    assert warning.startswith(".schemagen/log:1:1: warning: cannot write: File too large")
    result = project.generate()
    assert (result.code, result.err) == (0, "")
    assert 0 < int(result.summary.split()[0]) < 43


def test_full_disk_keeps_the_old_output_and_names_the_new_one(project: Project) -> None:
    """A limit on the size of files stands for the disk: the write of an output ends with an error."""
    project.generate()
    before = project.outputs()
    project.write("schemas/bike.json", {"title": "T" * 100_000, "description": "", "type": "object"})
    limited = ["bash", "-c", 'ulimit -f 40; trap "" XFSZ; exec "$@"', "bash"]
    result = project.run("generate", prefix=limited)
    assert result.code == 1, result
    assert result.errors[0].startswith("build/bike.txt:1:1: cannot write: File too large")
    assert project.outputs() == before
