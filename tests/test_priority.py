"""What is important comes first."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Project


@pytest.fixture
def ranked(empty_project: Project) -> Project:
    empty_project.write("packs/plain/plain.txt.mustache", "{{title}}\n")
    empty_project.write("schemas/a.json", {"title": "A"})
    empty_project.write("schemas/b.json", {"title": "B", "x-priority": 5})
    empty_project.write("schemas/c.json", {"title": "C", "x-priority": 50})
    empty_project.write("schemas/d.json", {"title": "D", "x-priority": -1})
    empty_project.write("schemas/core/e.json", {"title": "E"})
    empty_project.write("schemas/base/f.json", {"title": "F"})
    empty_project.write("schemas/z.json", {"title": "Z", "x-priority": "first, please"})
    empty_project.config(packs=["packs/plain"], priority=["core/**", "base/f"], batch_size=1)
    return empty_project


def order_of(project: Project, *args: str) -> list[str]:
    done = project.run("generate", "--report", "report", *args)
    assert done.code == 0, done.err
    events = [json.loads(line) for line in project.read("report").splitlines()]
    return [event["outputs"][0][6:-4] for event in events if event["event"] == "generated"]


EXPECTED = ["core/e", "base/f", "c", "b", "a", "z", "d"]


def test_patterns_of_the_configuration_come_first_then_what_schemas_ask_for(ranked: Project) -> None:
    assert order_of(ranked, "-w", "1") == EXPECTED


def test_what_a_schema_asked_for_is_known_where_it_is_not_parsed_again(ranked: Project) -> None:
    order_of(ranked, "-w", "1")
    ranked.write("packs/plain/plain.txt.mustache", "{{title}}!\n")
    assert order_of(ranked, "-w", "1") == EXPECTED


def test_workers_begin_with_it_too(ranked: Project) -> None:
    ranked.config(packs=["packs/plain"], priority=["core/**", "base/f"], batch_size=7)  # all to one worker, in order
    assert order_of(ranked, "-w", "2")[:4] == EXPECTED[:4]


def test_doit_begins_with_it_too(ranked: Project) -> None:
    lines = ranked.doit().out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith(".")] == [f"generate:{name}" for name in EXPECTED]
