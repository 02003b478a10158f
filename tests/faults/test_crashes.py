"""Cases 6 and 10 to 18: signals, power cuts, and others that read and write at the same time."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading

import pytest

from tests.conftest import Project
from tests.faults.running import build

HANGS_UP = """
import os, signal, sys
from schemagen.cli import main
from schemagen.session import Session

make = Session.make

def make_or_hang_up(self, name, stale):
    if name == "b":
        os.kill(os.getpid(), signal.SIGHUP)
    return make(self, name, stale)

Session.make = make_or_hang_up
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.exit(main(["generate", "-w", "1"]))
"""


def test_case_06_hangup(small: Project) -> None:
    """Of what follows the first signal nothing is needed: a build ends at once when it is asked to. SIGINT and SIGTERM
    have their tests in tests/test_survival.py, with each way to build."""
    done = subprocess.run(
        [sys.executable, "-c", HANGS_UP], cwd=small.root, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (129, "stopped by SIGHUP; what was finished is kept\n")
    assert set(small.outputs()) == {"a.txt"}
    assert build(small).summary == "2 generated, 1 fresh, 0 failed"


def test_case_08_schema_that_takes_too_long_without_workers(small: Project) -> None:
    """That it is ended in a worker has its test in tests/test_survival.py."""
    small.config(packs=["packs/plain"], timeout=1, max_output_bytes=1 << 60)
    loop = "{{#root}}{{#properties}}%s{{/properties}}{{/root}}"
    small.write("packs/plain/plain.txt.mustache", loop % (loop % (loop % (loop % "{{title}}"))))
    small.write("schemas/b.json", {"properties": {f"p{number}": {"title": ""} for number in range(1000)}})
    result = build(small)
    assert result.summary == "2 generated, 0 fresh, 1 failed"
    assert result.errors == ["schemas/b.json:1:1: not generated: it had not been done after 1 seconds [SG500]"]
    assert set(small.outputs()) == {"a.txt", "c.txt"}


@pytest.mark.parametrize("left", [b"", b"\0\0", None])
def test_case_10_outputs_that_a_power_cut_took(small: Project, left: bytes | None) -> None:
    """What is synced is the log where it is rewritten; outputs can be made again, and their digests tell."""
    build(small)
    before = small.outputs()
    for name in "ab":
        file = small.root / f"build/{name}.txt"
        times = file.stat()
        if left is None:
            file.unlink()
        else:
            file.write_bytes(left)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert build(small).summary == "2 generated, 1 fresh, 0 failed"
    assert small.outputs() == before


HOLDS = """
import fcntl, sys
file = open(".schemagen/lock", "r+")
fcntl.flock(file, fcntl.LOCK_EX)
print(1, flush=True)
sys.stdin.read()
"""


def test_case_13_who_held_the_lock_was_killed(small: Project) -> None:
    build(small)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS], cwd=small.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"1\n"
    holder.kill()
    holder.communicate()
    small.write("schemas/a.json", {"title": "new"})
    result = build(small)
    assert (result.summary, result.err) == ("1 generated, 2 fresh, 0 failed", "")


def test_case_14_file_system_without_locks(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(fd: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    result = build(small)
    assert (result.code, result.summary) == (0, "3 generated, 0 fresh, 0 failed")
    assert result.errors == [
        ".schemagen:1:1: warning: no lock: No locks available; do not start a second build",
    ]


def meddling(project: Project, script: str) -> None:
    """Have a formatter of ``a.txt`` run ``script``: a hand that moves while a build is under way."""
    # It is asked for its version before anything is read.
    project.write("meddle.sh", f'[ "$1" = --version ] && exit 0\n{script}\ncat\n')
    with (project.root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tool.schemagen.format]\n"a.txt" = "sh meddle.sh"\n')


def test_case_15_edit_during_the_build(small: Project) -> None:
    meddling(
        small, """echo '{"title": "edited"}' > schemas/b.json; printf '!{{title}}' > packs/plain/plain.txt.mustache"""
    )
    assert build(small).summary == "3 generated, 0 fresh, 0 failed"
    assert {path: small.read(f"build/{path}") for path in small.outputs()} == {
        "a.txt": "a\n",
        "b.txt": "b\n",
        "c.txt": "c\n",
    }
    assert build(small).summary == "3 generated, 0 fresh, 0 failed"
    assert small.read("build/b.txt") == "!edited"


def test_case_16_schema_that_goes_during_the_build(small: Project) -> None:
    """It was read already, once, so this build is one of what was there; the next one notices. (A project of more than
    may be held in memory reads again: then the schema fails, SG109.)"""
    meddling(small, "rm -f schemas/b.json")
    assert build(small).summary == "3 generated, 0 fresh, 0 failed"
    assert build(small).summary == "0 generated, 2 fresh, 0 failed"
    assert set(small.outputs()) == {"a.txt", "c.txt"}


def test_case_17_output_that_is_edited_just_before_it_is_replaced(small: Project) -> None:
    """Between the look at an output and its replacement an edit is lost: no system call replaces a file only if it is
    still what it was. What is there is whole in any case."""
    build(small)
    small.write("schemas/a.json", {"title": "new"})
    meddling(small, "echo edited > build/a.txt")
    assert build(small).code == 0
    assert small.read("build/a.txt") == "new\n"


def test_case_18_reader_sees_the_old_or_the_new(small: Project) -> None:
    small.write("packs/plain/plain.txt.mustache", "{{#root}}{{#properties}}{{title}}\n{{/properties}}{{/root}}")
    file = small.root / "build/a.txt"
    ways = []
    for text in ("old", "new"):
        small.write("schemas/a.json", {"properties": {f"p{number}": {"title": text} for number in range(5_000)}})
        build(small)
        ways.append(file.read_bytes())
    seen: set[bytes] = set()
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for text in ("old", "new", "old"):
            small.write("schemas/a.json", {"properties": {f"p{number}": {"title": text} for number in range(5_000)}})
            build(small)
    finally:
        is_over.set()
        reader.join()
    assert seen <= set(ways)
    assert seen
