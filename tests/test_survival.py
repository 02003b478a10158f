"""A build survives its workers, and leaves nothing behind when it does not survive itself."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import IS_WHOLE, REPOSITORY, Project, Result

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc")

# The command, with a schema that does something to whoever makes it.
PROGRAM = """
import os, signal, sys, threading, time
from schemagen.session import Session

# Whoever runs the tests may have it ignored, as a shell has it for what it runs in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
make = Session.make

def make_or(self, name, stale):
    if name == "bad":
        {deed}
    return make(self, name, stale)

Session.make = make_or
{main}
sys.exit(main(sys.argv[1:]))
"""
GENERATE, DOIT = "from schemagen.cli import main", "from doit.doit_cmd import DoitMain; main = DoitMain().run"
DEEDS = {
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "exits": "os._exit(3)",
}
SLEEPS = "time.sleep(3600)"


@pytest.fixture
def many(empty_project: Project) -> Project:
    """Sixty schemas, some of which ref others, and one that is ``bad``."""
    empty_project.write("packs/plain/plain.txt.mustache", "{{title}} {{name}}\n")
    for number in range(60):
        refs = {"other": {"$ref": f"schema-{number // 7}.json"}} if number % 3 else {}
        empty_project.write(f"schemas/schema-{number}.json", {"title": f"Title {number}", "properties": refs})
    empty_project.write("schemas/bad.json", {"title": "Bad"})
    empty_project.config(packs=["packs/plain"], timeout=1)
    return empty_project


def program(project: Project, deed: str, *, main: str = GENERATE) -> Path:
    return project.write("program.py", PROGRAM.format(deed=deed, main=main))


def run_program(project: Project, deed: str, *args: str) -> Result:
    command = [sys.executable, str(program(project, deed)), "generate", *args]
    done = subprocess.run(command, cwd=project.root, capture_output=True, encoding="utf-8", timeout=100, check=False)
    return Result(done.returncode, done.stdout, done.stderr)


def start(project: Project, command: list[str], **options: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=project.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,  # type: ignore[call-overload]
    )


def wait_until(is_so: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        os.sched_yield()


def events(project: Project, kind: str) -> list[str]:
    """The schemas that the report names in events of a kind, in whole lines."""
    file = project.root / "report"
    lines = file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
    return [event["schema"] for event in map(json.loads, lines) if event["event"] == kind]


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def temps(project: Project) -> list[Path]:
    return list(project.root.rglob("*.schemagen-tmp"))


# -- workers that the system does not let us have


@pytest.mark.parametrize("tool", ["schemagen", "doit"])
def test_as_many_workers_as_can_be_started_do_the_work(many: Project, tool: str) -> None:
    many.write("dodo.py", (REPOSITORY / "dodo.py").read_bytes())
    args = ("generate", "-w", "40", "-b", "1") if tool == "schemagen" else ("-n", "40")
    if tool == "doit":
        many.config(packs=["packs/plain"], batch_size=1)
    done = with_few_files_open(many, 40, tool, *args)
    (warning,) = done.errors
    assert re.fullmatch(
        r"workers:1:1: warning: [1-9]\d* of 40 worker processes could not be started: Too many open files", warning
    )
    assert done.code == 0
    assert done.summary == "61 generated, 0 fresh, 0 failed"
    assert many.run("check").code == 0


def test_no_worker_that_can_be_started_is_said(many: Project) -> None:
    done = with_few_files_open(many, 8, "schemagen", "generate", "-w", "40")
    assert done.code == 3
    assert done.errors == ["workers:1:1: cannot start a worker process: Too many open files [SG501]"]
    assert not many.outputs()
    assert many.generate().summary == "61 generated, 0 fresh, 0 failed"


def with_few_files_open(project: Project, most: int, *command: str) -> Result:
    limited = f'ulimit -n {most}; exec "$0" -m "$@"'
    done = subprocess.run(
        ["sh", "-c", limited, sys.executable, *command],
        cwd=project.root,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


# -- a schema that is the end of its worker


@pytest.mark.parametrize(
    ("deed", "size"), [(DEEDS["is killed"], "1"), (DEEDS["crashes"], "10"), (DEEDS["exits"], "auto")]
)
def test_schema_that_ends_its_worker_is_named_and_the_others_are_built(many: Project, deed: str, size: str) -> None:
    done = run_program(many, deed, "-w", "2", "-b", size)
    assert done.summary == "60 generated, 0 fresh, 1 failed"
    assert done.code == 1
    assert done.errors[-1].startswith("schemas/bad.json:1:1: not generated: its worker process")
    assert len(many.outputs()) == 60
    assert not temps(many)
    assert many.run("generate", "-w", "2").summary == "1 generated, 60 fresh, 0 failed"


def test_schema_that_takes_for_ever_is_named_and_the_others_are_built(many: Project) -> None:
    done = run_program(many, SLEEPS, "-w", "2")
    assert done.summary == "60 generated, 0 fresh, 1 failed"
    assert "schemas/bad.json:1:1: not generated: its worker process had not done it after 1 seconds" in done.err


def test_worker_that_is_killed_once_costs_no_schema(many: Project) -> None:
    once = "os.path.exists('once') or (open('once', 'x'), os.kill(os.getpid(), signal.SIGKILL))"
    done = run_program(many, once, "-w", "2")
    assert (done.code, done.summary) == (0, "61 generated, 0 fresh, 0 failed")
    (warning,) = done.errors
    assert warning.startswith("schemas/bad.json:1:1: warning: a worker process was killed by SIGKILL")


# -- workers that are killed at random


@pytest.mark.parametrize("kills", [4, pytest.param(200 if IS_WHOLE else 15, marks=pytest.mark.long)])
def test_workers_killed_at_random_moments_cost_no_schema(many: Project, kills: int) -> None:
    assert many.run("generate", "-w", "1").code == 0
    expected = many.outputs()
    chance = random.Random(kills)
    left = kills
    while left > 0:
        build = start(many, [str(program(many, "pass")), "generate", "-w", "2", "-f", "-b", "3", "--report", "report"])
        kills_all = chance.random() < 0.5
        wait_until(lambda: children(build.pid) or build.poll() is not None)  # noqa: B023
        while build.poll() is None and left > 0:
            wait_a_moment(build, chance.uniform(0, 0.1))
            workers = children(build.pid)
            left -= sum(map(killed, workers if kills_all else chance.sample(workers, min(1, len(workers)))))
        out, err = build.communicate(timeout=60)
        assert build.returncode == 0, err
        assert "61 generated" in out
        assert many.outputs() == expected
        assert Counter(events(many, "generated")) == Counter(f"schemas/{path[:-4]}.json" for path in expected)


def killed(pid: int) -> bool:
    """Kill the process; whether there was one to kill: a worker may have ended since it was listed."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def wait_a_moment(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


# -- a parent that is killed, or asked to stop


@pytest.mark.parametrize("kills", [3, pytest.param(100 if IS_WHOLE else 10, marks=pytest.mark.long)])
def test_parent_killed_at_a_random_moment_leaves_no_worker_and_little_to_do(many: Project, kills: int) -> None:
    chance = random.Random(kills)
    expected: dict[str, bytes] = {}
    for _ in range(kills):
        for gone in ("build", ".schemagen"):
            shutil.rmtree(many.root / gone, ignore_errors=True)
        (many.root / "report").unlink(missing_ok=True)
        build = start(many, ["-m", "schemagen", "generate", "-w", "2", "-b", "1", "--report", "report"])
        wait_a_moment(build, chance.uniform(0.1, 0.9))
        workers = children(build.pid)
        build.kill()
        wait_until(lambda: not any(map(is_alive, workers)), 1)  # noqa: B023
        build.communicate()
        finished = len(events(many, "generated"))
        done = many.run("generate", "-w", "2")
        generated = int(done.summary.split()[0])
        assert done.code == 0
        assert 61 - finished - 1 <= generated <= 61 - finished
        assert not temps(many)
        assert many.outputs() == (expected := expected or many.outputs())


def test_signal_that_interrupts_nothing_stops_the_build_all_the_same(many: Project) -> None:
    # A signal that another thread takes leaves the main thread asleep, as does one that arrives just before it sleeps.
    takes = "signal.pthread_kill(threading.get_ident(), signal.SIGINT)"
    done = run_program(many, f"threading.Timer(0.5, lambda: {takes}).start(); {SLEEPS}", "-w", "1")
    assert done.code == 130
    assert done.errors == ["stopped by SIGINT; what was finished is kept"]


FRONTS = {
    "one process": [GENERATE, "generate", "-w", "1"],
    "workers": [GENERATE, "generate", "-w", "2", "-b", "1"],
    "doit": [DOIT],
    "doit, workers": [DOIT, "-n", "2"],
    "doit, threads": [DOIT, "-n", "2", "-P", "thread"],
}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS.keys())
def test_build_that_is_asked_to_stop_keeps_what_is_finished(
    many: Project, front: list[str], number: signal.Signals, code: int
) -> None:
    many.write("dodo.py", (Path(__file__).parent.parent / "dodo.py").read_text(encoding="utf-8"))
    many.config(packs=["packs/plain"], priority=["schema-*"], batch_size=1)
    main, *args = front
    build = start(many, [str(program(many, SLEEPS, main=main)), *args], start_new_session=True)
    wait_until(lambda: len(list(many.root.glob("build/[!.]*"))) >= 60 or build.poll() is not None)
    workers = children(build.pid)
    began = time.monotonic()
    os.killpg(build.pid, number)  # as a terminal does
    out, err = build.communicate(timeout=60)
    assert time.monotonic() - began < 2
    assert build.returncode == code, err
    assert err.splitlines()[-1] == f"stopped by {number.name}; what was finished is kept"
    assert "Traceback" not in err
    assert "60 generated, 0 fresh, 0 failed" in out
    assert not any(map(is_alive, workers))
    assert not temps(many)
    assert many.run("generate", "-w", "1").summary == "1 generated, 60 fresh, 0 failed"


# -- asked to stop before anything is made


def assert_it_stops(build: subprocess.Popen[str]) -> None:
    """Ask a build to stop, as Ctrl-C does."""
    began = time.monotonic()
    build.send_signal(signal.SIGINT)
    _, err = build.communicate(timeout=60)
    assert (build.returncode, err.splitlines()[-1]) == (130, "stopped by SIGINT; what was finished is kept")
    assert "Traceback" not in err
    assert time.monotonic() - began < 2


def test_build_that_plans_can_be_stopped(many: Project) -> None:
    properties = {f"name-{number}": {"type": "string", "title": str(number)} for number in range(100)}
    for number in range(1500):
        many.write(f"schemas/more/{number}.json", {"properties": properties})
    build = start(many, [str(program(many, "pass")), "generate", "-w", "2"])
    wait_until(lambda: (many.root / ".schemagen" / "lock").exists() or build.poll() is not None)
    assert_it_stops(build)
    assert many.outputs() == {}


def waits_for_a_lock(pid: int) -> bool:
    """Whether the kernel has the process wait."""
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any("->" in line.split() and str(pid) in line.split() for line in lines)


@pytest.fixture
def waiting(many: Project) -> Iterator[Callable[[list[str]], subprocess.Popen[str]]]:
    """Starts a build that waits, and has said so, for one that takes for ever."""
    many.config(packs=["packs/plain"], timeout=1000, priority=["schema-*"])
    first = start(many, [str(program(many, SLEEPS)), "generate", "-w", "1"])
    started = []

    def start_second(command: list[str]) -> subprocess.Popen[str]:
        wait_until(lambda: len(many.outputs()) > 0 or first.poll() is not None)
        started.append(start(many, command))
        assert started[0].stderr is not None
        assert started[0].stderr.readline() == "waiting for another build of this project to end\n"
        wait_until(lambda: waits_for_a_lock(started[0].pid))
        return started[0]

    yield start_second
    for build in [first, *started]:
        build.kill()
        build.communicate()


def test_build_that_waits_for_another_can_be_stopped(
    many: Project, waiting: Callable[[list[str]], subprocess.Popen[str]]
) -> None:
    command = [str(many.write("second.py", PROGRAM.format(deed="pass", main=GENERATE))), "generate", "-w", "2", "-f"]
    assert_it_stops(waiting(command))


def test_signal_that_interrupts_nothing_stops_a_build_that_waits_for_another(
    many: Project, waiting: Callable[[list[str]], subprocess.Popen[str]]
) -> None:
    # As above: a signal that another thread takes leaves the main thread asleep.
    takes = f"""
def take():
    sys.stdin.read()
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

threading.Thread(target=take).start()
{GENERATE}"""
    second = many.write("second.py", PROGRAM.format(deed="pass", main=takes))
    build = waiting([str(second), "generate", "-w", "2", "-f"])
    _, err = build.communicate(timeout=60)
    assert (build.returncode, err) == (130, "stopped by SIGINT; what was finished is kept\n")
