"""A build with nothing to do ends at once, and never when there is something to do."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schemagen.changes import Look, look
from schemagen.doit_plugin.dodo import is_plain_dodo
from schemagen.state.snapshot import load_snapshot
from schemagen.unchanged import NO_OPTIONS, SNAPSHOT, Glance, snapshot_key
from tests.conftest import IS_WHOLE, REPOSITORY, Project

Build = Callable[[Project], str]


def look_at(project: Project) -> Look:
    """What a build would find changed."""
    with contextlib.chdir(project.root):
        return look(Glance(snapshot_key(NO_OPTIONS)))


def looked_at(project: Project) -> set[str]:
    """The schemas that a build would look at; there must be changes, and they must not be everything."""
    changes = look_at(project).changes
    assert changes is not None
    return {changes.columns.task_name(task) for task in changes.tasks}


def is_trusted(project: Project) -> bool:
    """Whether no file has to be read to know that nothing changed."""
    with contextlib.chdir(project.root):
        glance = Glance(snapshot_key(NO_OPTIONS))
        return glance.loaded is not None and not glance.differing


def settle(project: Project, build: Build) -> None:
    """Build until all times are trusted: the files have to be two seconds old by then."""
    for _ in range(200):
        assert build(project).startswith(("0 generated, 3 fresh", "3 generated")), project.root
        if is_trusted(project):
            return
    raise AssertionError("the times were never trusted")


def by_command(project: Project) -> str:
    return project.run("generate").summary


def by_doit(project: Project) -> str:
    return project.doit("-n", "2").summary


FRONTS = [pytest.param(by_command, id="generate"), pytest.param(by_doit, id="doit")]


@pytest.mark.parametrize("build", FRONTS)
def test_unchanged_project_is_found_fresh_without_reading_it(project: Project, build: Build) -> None:
    settle(project, build)
    before = (project.mtimes(), project.mtimes(".schemagen"))
    assert build(project) == "0 generated, 3 fresh, 0 failed"
    assert (project.mtimes(), project.mtimes(".schemagen")) == before, "a snapshot that holds is not written again"


@pytest.mark.parametrize("build", FRONTS)
def test_build_right_after_a_build_looks_at_no_task(project: Project, build: Build) -> None:
    build(project)
    assert look_at(project).fresh == 3


def test_doit_and_the_command_share_one_snapshot(project: Project) -> None:
    settle(project, by_doit)
    assert look_at(project).fresh == 3
    change_schema(project)
    assert by_command(project) == "1 generated, 2 fresh, 0 failed"
    assert by_doit(project) == "0 generated, 3 fresh, 0 failed"


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
@pytest.mark.parametrize("build", FRONTS)
def test_any_change_is_noticed(project: Project, build: Build, tmp_path: Path) -> None:
    settle(project, build)
    original = tmp_path / "original"
    shutil.copytree(project.root, original, symlinks=True)
    for change in CHANGES if IS_WHOLE else CHANGES[build is by_doit :: 2]:
        assert is_trusted(project)
        change(project)
        build(project)
        clean = outputs_of_clean_build(project, tmp_path / f"clean-{change.__name__}")
        assert project.outputs() == clean, change.__name__
        # Back to where it was, in the same folder: the snapshot of then must not be taken for one of now.
        shutil.rmtree(project.root)
        shutil.copytree(original, project.root, symlinks=True)
        settle(project, build)


def test_changes_of_schemas_and_outputs_make_a_build_look_at_those_that_read_them_alone(project: Project) -> None:
    project.write("schemas/tandem.json", {"allOf": [{"$ref": "bike.json"}]})
    project.generate()
    change_schema(project)
    assert looked_at(project) == {"bike", "tandem"}
    project.generate()
    edit_output(project)
    assert looked_at(project) == {"bike"}


def test_schema_saved_through_a_temporary_file_is_all_that_is_looked_at(project: Project) -> None:
    """As editors save; the folder has another time then, and the same files."""
    project.generate()
    file = project.root / "schemas/bike.json"
    project.write("schemas/.bike.json.swp", "")
    file.with_name("bike.json~").write_bytes(file.read_bytes().replace(b"Two", b"Six"))
    file.with_name("bike.json~").replace(file)
    assert looked_at(project) == {"bike"}
    assert by_command(project) == "1 generated, 2 fresh, 0 failed"


def test_schema_that_gains_an_id_is_a_change_to_all(project: Project) -> None:
    project.write(
        "schemas/asks.json", {"$id": "https://x.example/asks", "allOf": [{"$ref": "https://x.example/wheel"}]}
    )
    assert project.run("generate").summary == "3 generated, 0 fresh, 1 failed"
    project.write("schemas/wheel.json", {"title": "Wheel", "description": ""})
    assert project.run("generate").summary == "1 generated, 3 fresh, 1 failed"
    project.write("schemas/wheel.json", {"$id": "https://x.example/wheel", "title": "Wheel", "description": ""})
    assert project.run("generate").summary == "2 generated, 3 fresh, 0 failed"
    project.write("schemas/wheel.json", {"$id": "https://x.example/other", "title": "Wheel", "description": ""})
    assert project.run("generate").summary == "1 generated, 3 fresh, 1 failed"


def test_new_reference_is_followed_from_then_on(project: Project) -> None:
    project.generate()
    project.write(
        "schemas/bike.json", {"title": "Bike", "description": "", "allOf": [{"$ref": "billing/invoice.json"}]}
    )
    assert project.run("generate").summary == "1 generated, 2 fresh, 0 failed"
    project.write("schemas/billing/invoice.json", {"title": "Bill", "description": ""})
    assert looked_at(project) == {"bike", "billing/invoice"}
    assert project.run("generate").summary == "2 generated, 1 fresh, 0 failed"


def test_failure_is_reported_every_time_and_nothing_else_is_looked_at(project: Project) -> None:
    project.write("schemas/bad.json", "{")
    for build in (by_command, by_doit, by_command, by_doit):
        assert build(project).endswith("1 failed")
    assert looked_at(project) == {"bad"}
    project.write("schemas/bad.json", {"title": "Good", "description": ""})
    assert by_doit(project) == "1 generated, 3 fresh, 0 failed"


def test_schema_that_breaks_what_refs_it_and_is_mended(project: Project) -> None:
    project.write("schemas/tandem.json", {"title": "", "description": "", "allOf": [{"$ref": "bike.json"}]})
    project.generate()
    before = project.outputs(), project.mtimes()
    good = project.read("schemas/bike.json")
    project.write("schemas/bike.json", good[:-3])
    assert by_command(project) == "0 generated, 2 fresh, 2 failed"
    project.write("schemas/bike.json", good)
    assert by_command(project) == "0 generated, 4 fresh, 0 failed"
    assert (project.outputs(), project.mtimes()) == before


def test_index_shows_a_schema_that_breaks_and_is_mended_as_a_build_without_a_snapshot_does(project: Project) -> None:
    project.write("packs/plain/all.txt.mustache", "{{#schemas}}{{title}}, {{/schemas}}")
    index = '[[outputs]]\ntemplate = "all.txt.mustache"\npath = "all.txt"\nper = "project"\n'
    project.write("packs/plain/pack.toml", project.read("packs/plain/pack.toml") + index)
    project.generate()
    bike = project.read("schemas/bike.json")
    project.write("schemas/bike.json", {"title": "Bike", "description": "Two wheels", "$ref": "none.json"})
    assert look_at(project).changes is not None
    assert project.generate().code == 1
    broken = project.read("build/all.txt")
    project.write("schemas/bike.json", bike)
    assert look_at(project).changes is not None
    assert project.generate().code == 0
    assert (broken, project.read("build/all.txt")) == (", Member, Invoice, ", "Bike, Member, Invoice, ")


def test_paranoid_build_reads_what_the_snapshot_trusts(project: Project) -> None:
    settle(project, by_command)
    before = (project.root / SNAPSHOT).stat().st_mtime_ns
    assert project.run("generate", "--paranoid").summary == "0 generated, 3 fresh, 0 failed"
    assert (project.root / SNAPSHOT).stat().st_mtime_ns != before, "a snapshot is taken after a look at everything"


def test_there_is_no_snapshot_after_a_build_that_was_stopped(project: Project) -> None:
    """What such a build left behind is for the next one to find."""
    project.generate()
    template = project.root / "packs/plain/extra.txt.mustache"
    os.mkfifo(template)
    running = project.start("schemagen", "generate", "-w", "1")
    with template.open("w"):  # opens when the build opens it to read
        running.kill()
        running.communicate()
    assert not project.exists(SNAPSHOT)
    template.unlink()
    assert by_command(project) == "0 generated, 3 fresh, 0 failed"


def test_damaged_snapshot_is_passed_over(project: Project) -> None:
    settle(project, by_command)
    file = project.root / SNAPSHOT
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
