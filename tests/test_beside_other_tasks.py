"""Our tasks in the dodo.py of a project that has tasks of its own, which depend on ours and ours on theirs."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Project

DODO = '''
import json
from pathlib import Path

from doit.tools import config_changed

from schemagen.doit_plugin import doit_config, generate_tasks

DOIT_CONFIG = {**doit_config(), "default_tasks": ["report"], "verbosity": 2}


def task_generate():
    """what schemagen makes"""
    for task in generate_tasks():
        yield task


def task_bundle():
    """all outputs in one file; depends on our group of tasks"""

    def bundle():
        files = sorted(Path("build").rglob("*.txt"))
        Path("bundle.json").write_text(json.dumps({file.name: file.read_text() for file in files}))

    return {"actions": [bundle], "task_dep": ["generate"], "targets": ["bundle.json"], "uptodate": [False]}


def task_bike():
    """a copy of one output; depends on the file, and so on the task that makes it"""
    return {"actions": ["cp build/bike.txt bike.copy"], "file_dep": ["build/bike.txt"], "targets": ["bike.copy"]}


def task_report():
    """the one that is asked for; has sub-tasks, options and a calculated dependency"""
    yield {"name": "bundle", "actions": ["cp bundle.json report.json"], "file_dep": ["bundle.json"],
           "targets": ["report.json"], "uptodate": [config_changed("1")]}
    yield {"name": "bike", "actions": ["cp bike.copy report.bike"], "file_dep": ["bike.copy"],
           "targets": ["report.bike"], "task_dep": ["generate:member"]}


def task_alone():
    """has nothing to do with schemas"""
    return {"actions": ["echo alone > alone.txt"], "targets": ["alone.txt"]}
'''


@pytest.fixture(params=["with our run command", "with doit's own"])
def larger(project: Project, request: pytest.FixtureRequest) -> Project:
    project.write("dodo.py", DODO)
    if request.param == "with doit's own":
        text = project.read("pyproject.toml")
        project.write("pyproject.toml", text.replace('run = "schemagen.doit_plugin.run:RunBuild"\n', ""))
    return project


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("-n", "2", "-P", "thread")])
def test_tasks_that_depend_on_ours_are_run_after_them(larger: Project, options: tuple[str, ...]) -> None:
    result = larger.doit(*options)
    assert result.code == 0, result.err
    assert json.loads(larger.read("report.json"))["bike.txt"] == "Bike: Two wheels\n"
    assert larger.read("report.bike") == "Bike: Two wheels\n"
    assert not larger.exists("alone.txt")
    larger.write("schemas/bike.json", {"title": "Trike", "description": "Three wheels", "type": "object"})
    result = larger.doit(*options)
    assert result.summary == "1 generated, 2 fresh, 0 failed"
    assert larger.read("report.bike") == "Trike: Three wheels\n"
    assert json.loads(larger.read("report.json"))["bike.txt"] == "Trike: Three wheels\n"
    again = larger.doit(*options)
    assert (again.code, again.summary) == (0, "0 generated, 3 fresh, 0 failed")
    assert "-- report:bike" in again.out


def test_one_task_of_either_kind_is_run_with_what_it_depends_on(larger: Project) -> None:
    assert larger.doit("bike").code == 0
    assert sorted(larger.outputs()) == ["bike.txt"]
    assert larger.doit("generate:member").code == 0
    assert sorted(larger.outputs()) == ["bike.txt", "member.txt"]
    assert larger.doit("alone").code == 0
    assert larger.exists("alone.txt")


def test_failure_of_ours_keeps_those_that_depend_on_it_from_running(larger: Project) -> None:
    assert larger.doit().code == 0
    larger.write("schemas/bike.json", "{")
    result = larger.doit("-n", "2")
    assert result.code != 0
    assert "schemas/bike.json:1:" in result.err
    assert json.loads(larger.read("report.json"))["bike.txt"] == "Bike: Two wheels\n"


def test_lists_and_info_have_both_kinds(larger: Project) -> None:
    lines = {line.split()[0] for line in larger.doit("list", "--all").out.splitlines()}
    assert lines == {
        *("alone", "bike", "bundle", "generate", "report", "report:bike", "report:bundle"),
        *("generate:bike", "generate:billing/invoice", "generate:member"),
    }
    assert set(larger.doit("list", "-q").out.split()) == {"alone", "bike", "bundle", "generate", "report"}
    info = larger.doit("info", "generate:bike")
    assert info.code in {0, 1}  # doit's own code for a task that is not up to date
    assert "build/bike.txt" in info.out
    assert "not made yet" in info.out
    larger.doit()
    assert "up-to-date" in larger.doit("info", "generate:bike").out
    assert "bundle.json" in larger.doit("info", "bundle").out


def test_clean_and_forget_do_what_they_do_to_both_kinds(larger: Project) -> None:
    larger.doit()
    assert larger.doit("forget", "generate:bike", "report:bike").code == 0
    assert larger.doit().summary == "1 generated, 2 fresh, 0 failed"
    assert larger.doit("clean", "generate").code == 0
    assert larger.outputs() == {}
    assert larger.doit().summary == "3 generated, 0 fresh, 0 failed"


def test_the_schemagen_command_shares_what_is_remembered(larger: Project) -> None:
    larger.doit()
    assert larger.generate().summary == "0 generated, 3 fresh, 0 failed"
    assert larger.doit().summary == "0 generated, 3 fresh, 0 failed"
