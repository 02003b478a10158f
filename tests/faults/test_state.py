"""Cases 85 to 90, and what is in no inventory: state that somebody else made."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from zlib import crc32

import pytest

import schemagen.plan
from schemagen.digest import digest_of
from tests.conftest import Project
from tests.faults.running import FAILED, build, command
from tests.faults.test_schema_bytes import plain

LOG, SNAPSHOT = ".schemagen/log", ".schemagen/snapshot"


@pytest.fixture
def built(empty_project: Project) -> Project:
    plain(empty_project)
    for name in "abc":
        empty_project.write(f"schemas/{name}.json", {"title": name})
    build(empty_project)
    return empty_project


@pytest.mark.parametrize("version", [b"0", b"99"])
def test_case_85_state_of_another_version(built: Project, version: bytes) -> None:
    times = built.mtimes()
    for path in (LOG, SNAPSHOT):
        data = (built.root / path).read_bytes()
        name, _, rest = data.partition(b"\n")
        built.write(path, name.rpartition(b" ")[0] + b" " + version + b"\n" + rest)
    result = build(built)
    assert (result.code, result.summary) == (0, "3 generated, 0 fresh, 0 failed")
    (line,) = result.errors
    assert line.startswith(".schemagen/log:1:1: warning: it is of another version or not a log")
    assert built.mtimes() == times
    assert build(built).summary == "0 generated, 3 fresh, 0 failed"


@pytest.mark.parametrize("gone", [(".schemagen",), ("build",), ("build", ".schemagen")])
def test_case_87_state_or_outputs_that_are_gone(built: Project, gone: tuple[str, ...]) -> None:
    """A file that is not ours is left where it is; that it is not is told by `check` of those alone that once were."""
    expected = built.outputs()
    for folder in gone:
        shutil.rmtree(built.root / folder)
    built.write("build/mine.txt", "mine")
    assert build(built).summary == "3 generated, 0 fresh, 0 failed"
    assert built.outputs() == {**expected, "mine.txt": b"mine"}
    assert command(built, "check").code == 0


def test_case_88_two_versions_by_turns(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    times = built.mtimes()
    for version in ("0.0.1", "99.0", "0.0.1"):
        monkeypatch.setattr(schemagen.plan, "__version__", version)
        schemagen.plan._options_text.cache_clear()
        # Of another process, of which nothing but the version is another.
        assert build(built, "--paranoid").summary == "3 generated, 0 fresh, 0 failed"
        assert build(built).summary == "0 generated, 3 fresh, 0 failed"
    monkeypatch.undo()
    schemagen.plan._options_text.cache_clear()
    assert built.mtimes() == times


def test_case_89_nothing_around_it_changes_an_output(built: Project) -> None:
    built.config(packs=["form", "markdown", "typescript", "python"])
    built.write(
        "schemas/a.json",
        {"title": "Äpfel", "properties": {"ß": {"enum": ["z", "a", 1.5]}, "I": {"type": "string", "format": "date"}}},
    )
    ways = [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "America/St_Johns", "PYTHONUTF8": "0"},
    ]
    made = []
    for way in ways:
        shutil.rmtree(built.root / "build", ignore_errors=True)
        assert built.run("generate", "-w", "1", "-f", env=way).code == 0
        made.append(built.outputs())
    assert made[0] == made[1] == made[2]


def test_case_90_output_that_was_tampered_with(built: Project) -> None:
    built.write("build/a.txt", "mine")
    checked = command(built, "check")
    assert (checked.code, "edited" in checked.out) == (FAILED, True)
    result = build(built)
    assert result.code == 0
    assert "build/a.txt" in result.err
    assert built.read("build/a.txt") == "a\n"


# -- state that somebody else made: out of a cache, say, that others may fill


@pytest.mark.parametrize("name", ["log", "lock", "snapshot", "snapshot.new", "log.new", "formatters"])
def test_link_in_the_state_is_not_followed(built: Project, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    file = built.root / ".schemagen" / name
    file.unlink(missing_ok=True)
    file.symlink_to(victim)
    built.write("schemas/a.json", {"title": "new"})
    times = os.stat(victim)
    assert build(built).code == 0
    assert build(built).code == 0
    assert built.read("build/a.txt") == "new\n"
    assert victim.read_text(encoding="utf-8") == "precious"
    assert os.stat(victim).st_mtime_ns == times.st_mtime_ns


@pytest.mark.parametrize("name", ["log", "lock", "snapshot"])
def test_fifo_in_the_state_is_not_waited_for(built: Project, name: str) -> None:
    file = built.root / ".schemagen" / name
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    built.write("schemas/a.json", {"title": "new"})
    assert build(built).code == 0
    assert built.read("build/a.txt") == "new\n"


def forged(claims: dict[str, str]) -> bytes:
    """A record that we wrote files with the digests ``claims``, by path."""
    body = {path: [digest, "schemas/gone.json", "plain"] for path, digest in claims.items()}
    text = b'C\t""\t' + json.dumps(body).encode()
    return b"%08x %b\n" % (crc32(text), text)


def test_log_is_not_believed_that_the_files_of_others_are_ours(built: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (built.root / "link").symlink_to(outside)
    targets = {
        "../outside/a": outside / "a",
        str(outside / "b"): outside / "b",
        "build/../../outside/c": outside / "c",
        "link/d": outside / "d",
        "schemas/a.json": built.root / "schemas/a.json",
        "packs/plain/plain.txt.mustache": built.root / "packs/plain/plain.txt.mustache",
        "pyproject.toml": built.root / "pyproject.toml",
        ".git/config": built.root / ".git/config",
    }
    (built.root / ".git").mkdir()
    for target in targets.values():
        if not target.exists():
            target.write_text("precious", encoding="utf-8")
    before = {path: target.read_bytes() for path, target in targets.items()}
    built.write("build/left.txt", "ours")  # as a build of before left it
    claims = {path: digest_of(data) for path, data in before.items()}
    with (built.root / LOG).open("ab") as log:
        log.write(forged({**claims, "build/left.txt": digest_of(b"ours")}))
    result = build(built)
    assert result.code == 0
    assert {path: target.read_bytes() for path, target in targets.items()} == before
    assert not built.exists("build/left.txt")
    assert all(line.endswith("but it lies outside the project: kept") for line in result.errors), result.err
