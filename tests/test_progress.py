"""What a build shows: a bar in a terminal, lines elsewhere, nothing but errors where that was asked for."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

from schemagen.doit_plugin.profile import Cost, profile_lines
from schemagen.doit_plugin.progress import Bar
from schemagen.doit_plugin.watchers import Crew, Totals
from tests.conftest import Project

# The command, with schemas that take long enough for a bar to be shown.
SLOW = """
import sys, time
from schemagen.errors import Location, SchemagenError
from schemagen.made import Made
from schemagen.session import Session

make = Session.make

def make_slowly(self, name, stale):
    time.sleep(0.4)
    if name == "wrong":
        return Made({}, SchemagenError("very " * 30 + "wrong", Location("schemas/wrong.json"), "SG999"))
    return make(self, name, stale)

Session.make = make_slowly
from schemagen.cli import main
sys.exit(main(sys.argv[1:]))
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")


@pytest.fixture
def slow(empty_project: Project) -> Project:
    empty_project.write("packs/plain/plain.txt.mustache", "{{title}}\n")
    for number in range(6):
        empty_project.write(f"schemas/part-{number}.json", {"title": f"Part {number}"})
    empty_project.write("schemas/broken.json", {"$ref": "nowhere.json"})
    empty_project.config(packs=["packs/plain"], batch_size=1)
    empty_project.write("slow.py", SLOW)
    return empty_project


def in_terminal(project: Project, *command: str, **environment: str) -> str:
    """What a terminal of 80 columns is sent by ``python COMMAND``."""
    ours, theirs = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    env |= {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environment}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=project.root, stdin=theirs, stdout=theirs, stderr=theirs, env=env
    )
    os.close(theirs)
    sent = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            sent += os.read(ours, 65536)
        except OSError:  # nobody writes to it any more
            break
    process.wait()
    os.close(ours)
    return sent.decode()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_terminal_is_shown_a_bar_and_a_table(slow: Project, workers: str) -> None:
    sent = in_terminal(slow, "slow.py", "generate", "-w", workers)
    assert "━" in sent
    assert re.search(r"[0-6]/7", sent)
    assert re.search(r"[0-9]+/s", sent)
    assert re.search(r"[0-9]:[0-9]{2} left", sent)
    assert re.search(r"worker 1\S*  \S*part-[0-5]", sent)
    assert ("worker 2" in sent) == (workers == "2")
    assert COLOUR.search(sent)
    *_, head, _, row, blank, summary = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in sent.splitlines()]
    assert head.split()[:3] == ["generated", "fresh", "failed"]
    assert row.split()[:3] == ["6", "0", "1"]
    assert blank.strip() == ""
    assert summary.startswith("6 generated, 0 fresh, 1 failed in ")


def test_what_fails_stands_whole_above_the_bar(slow: Project) -> None:
    slow.write("schemas/wrong.json", {})  # the smallest, so the last
    sent = in_terminal(slow, "slow.py", "generate", "-w", "2")
    message = f"schemas/wrong.json:1:1: {'very ' * 30}wrong [SG999]\r\n"
    assert sent.index("━") < sent.index(message)


def test_terminal_without_colours_gets_none(slow: Project) -> None:
    sent = in_terminal(slow, "slow.py", "generate", "-w", "2", NO_COLOR="1")
    assert "━" in sent
    assert not COLOUR.search(sent)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_terminal_that_can_do_nothing_is_asked_for_nothing(slow: Project, term: str) -> None:
    assert "\x1b" not in in_terminal(slow, "slow.py", "generate", "-w", "2", TERM=term)


def test_work_that_is_soon_over_shows_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(time.monotonic())
    bar.began(1)
    bar.at_work(["a"])
    bar.ended(Totals(1, 0, 0, 0.1))
    assert capsys.readouterr().err == ""


def test_without_a_terminal_there_are_plain_lines(slow: Project) -> None:
    done = slow.run("generate", "-w", "2")
    assert done.summary == "6 generated, 0 fresh, 1 failed"
    assert len(done.errors) == 1
    assert "\x1b" not in done.out + done.err


def test_quiet_says_nothing_but_what_is_wrong(slow: Project) -> None:
    assert slow.run("generate", "-q", "-w", "2").out == ""
    assert [line.split(":")[0] for line in slow.run("generate", "-q").errors] == ["schemas/broken.json"]
    (slow.root / "schemas/broken.json").unlink()
    done = slow.run("generate", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    done = slow.run("generate", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_report_records_each_schema_once(slow: Project) -> None:
    assert slow.run("generate", "-w", "2", "--report", "report").code == 1
    events = [json.loads(line) for line in slow.read("report").splitlines()]
    assert [event["event"] for event in events] == ["began", "failed", *["generated"] * 6, "ended"]
    assert events[0]["schemas"] == 7
    assert events[1]["schema"] == "schemas/broken.json"
    assert {event["schema"] for event in events[2:-1]} == {f"schemas/part-{number}.json" for number in range(6)}
    assert all(event["outputs"] == [event["schema"].replace("schemas", "build")[:-4] + "txt"] for event in events[2:-1])
    assert (events[-1]["generated"], events[-1]["fresh"], events[-1]["failed"]) == (6, 0, 1)
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)


def test_report_of_a_build_with_nothing_to_do_says_so(project: Project) -> None:
    assert project.generate().code == 0
    assert project.generate("--report", "report").code == 0
    began, ended = [json.loads(line) for line in project.read("report").splitlines()]
    assert (began["event"], began["schemas"], ended["event"], ended["fresh"]) == ("began", 3, "ended", 3)


def test_report_that_cannot_be_written_stops_the_build(project: Project) -> None:
    done = project.generate("--report", "no/such/folder/report")
    assert done.code == 3
    assert done.errors == ["no/such/folder/report:1:1: cannot write this report: No such file or directory [SG032]"]


def test_profile_names_what_was_predicted_what_it_took_and_how_busy_workers_were(project: Project) -> None:
    lines = project.run("generate", "-w", "2", "-b", "1", "--profile").out.splitlines()
    assert lines[0].startswith("3 schemas took ")
    assert lines[1].startswith("2 workers for ")
    assert lines[2].split() == ["seconds", "predicted", "the", "slowest"]
    assert {line.split()[-1] for line in lines[3:6]} == {
        "schemas/member.json", "schemas/billing/invoice.json", "schemas/bike.json",
    }  # fmt: skip


def test_no_more_workers_are_started_than_there_are_batches(project: Project) -> None:
    lines = project.run("generate", "-w", "8", "--profile").out.splitlines()
    assert lines[1].startswith("1 worker for ")
    project.write("schemas/bike.json", {"title": "Tandem"})
    project.write("schemas/member.json", {"title": "Members"})
    lines = project.run("generate", "-w", "8", "-b", "1", "--profile").out.splitlines()
    assert lines[0].startswith("3 schemas took ")
    assert lines[1].startswith("3 workers for ")


def test_profile_lists_the_ten_slowest() -> None:
    costs = [Cost(number / 10, number / 10 * (1 if number % 2 else 3), f"{number}.json") for number in range(1, 21)]
    lines = list(profile_lines(costs, Crew((9.0, 6.0), 10.0, 1, 0), 12.5))
    assert lines[0] == "20 schemas took 21.00 s, predicted 43.00 s; 10 within a factor of 2"
    assert lines[1] == "2 workers for 10.00 s of 12.50 s, at work 90%, 60% of that time"
    assert lines[2] == "1 workers were lost, 0 replaced because they had grown"
    assert lines[4] == "    2.000      6.000  20.json"
    assert len(lines) == 14


def test_build_with_nothing_to_do_imports_neither_rich_nor_multiprocessing(project: Project) -> None:
    assert project.generate().code == 0
    code = "import sys; from schemagen.cli import main; main(['generate']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    assert not {"rich", "doit", "multiprocessing"} & set(modules)
