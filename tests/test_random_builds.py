"""Any sequence of edits, crashes and builds ends as a clean build would.

Each seed plays a random game on a small project: edits (also with size and time kept), new, deleted, renamed
and swapped schemas, templates and partials, touched files, tampered and deleted outputs, damaged state, other
options, and builds that are killed at a random system call. After each build that was not killed:

- the outputs equal, byte for byte, those of a clean build of the same inputs in another folder, and no other
  file is there that we made;
- a further build runs no task and writes no file.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from schemagen.cli import main
from schemagen.state import snapshot
from tests.conftest import PLAIN_PACK, Project

NAMES = ("a", "b", "sub/c", "sub/deep/d", "e")
KILLED = 77


class Game:
    """A project, a seed, and what may be done to it."""

    def __init__(self, root: Path, seed: int) -> None:
        self.project = Project(root / "project")
        self.clean = root / "clean"
        self.random = random.Random(seed)
        self.trusts_young_times = seed % 2 == 1
        self.may_hold_orphans = False
        self.log: list[str] = []
        self.project.root.mkdir()
        self.project.write("packs/plain/pack.toml", PLAIN_PACK)
        self.project.write("packs/more/more.md.mustache", "# {{title}} {{> foot}}\n")
        self.project.write("packs/more/partials/foot.mustache", "foot")
        self.project.write("packs/plain/plain.txt.mustache", "{{title}}: {{> about}}\n")
        self.project.write("packs/plain/partials/about.mustache", "{{description}}")
        self.set_options()
        for name in NAMES[:3]:
            self.write_schema(name)

    # -- what may happen

    def write_schema(self, name: str) -> None:
        others = [other for other in NAMES if other != name]
        schema: dict[str, object] = {
            "title": self.random.choice(["One", "Two", "Six"]),
            "description": self.random.choice(["red", "tan", "sky"]),
        }
        if self.random.random() < 0.4:
            depth = name.count("/")
            schema["properties"] = {"x": {"$ref": "../" * depth + self.random.choice(others) + ".json"}}
        self.project.write(f"schemas/{name}.json", schema)

    def schemas(self) -> list[str]:
        base = self.project.root / "schemas"
        return sorted(file.relative_to(base).as_posix().removesuffix(".json") for file in base.rglob("*.json"))

    def set_options(self) -> None:
        packs = self.random.choice([["packs/plain"], ["packs/plain", "packs/more"]])
        self.project.config(packs=packs, unresolved_refs=self.random.choice(["opaque", "error"]))

    def edit(self) -> None:
        self.write_schema(self.random.choice(NAMES))

    def edit_unseen(self) -> None:
        """An edit that keeps size and times, as ``cp -p`` and archives can make one."""
        file = self.project.root / f"schemas/{self.random.choice(self.schemas())}.json"
        before = file.stat()
        words = [b"One", b"Two", b"Six", b"red", b"tan", b"sky"]
        file.write_bytes(file.read_bytes().replace(self.random.choice(words), self.random.choice(words)))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))

    def delete(self) -> None:
        if len(self.schemas()) > 1:
            (self.project.root / f"schemas/{self.random.choice(self.schemas())}.json").unlink()

    def rename(self) -> None:
        old, new = self.random.choice(self.schemas()), self.random.choice(NAMES)
        target = self.project.root / f"schemas/{new}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.project.root / f"schemas/{old}.json").replace(target)

    def swap(self) -> None:
        one, two = (self.project.root / f"schemas/{self.random.choice(self.schemas())}.json" for _ in range(2))
        first, second = one.read_bytes(), two.read_bytes()
        one.write_bytes(second)
        two.write_bytes(first)

    def edit_template(self) -> None:
        text = self.random.choice(["{{title}}: {{> about}}\n", "{{> about}} {{title}}\n", "{{title}}\n"])
        self.project.write("packs/plain/plain.txt.mustache", text)

    def edit_partial(self) -> None:
        self.project.write("packs/plain/partials/about.mustache", self.random.choice(["{{description}}", "-"]))
        self.project.write("packs/more/partials/foot.mustache", self.random.choice(["foot", "toe"]))

    def touch(self) -> None:
        for file in (self.project.root / "schemas").rglob("*"):
            os.utime(file)

    def tamper(self) -> None:
        for output in self.random.sample(self.outputs(), k=min(1, len(self.outputs()))):
            output.write_text(self.random.choice(["", "One: red\n", "mine"]), encoding="utf-8")
            self.may_hold_orphans = True  # if its schema goes now, we must keep it

    def delete_output(self) -> None:
        for output in self.random.sample(self.outputs(), k=min(1, len(self.outputs()))):
            output.unlink()

    def damage_state(self) -> None:
        log = self.project.root / ".schemagen/log"
        if log.exists():
            data = log.read_bytes()
            log.write_bytes(data[: self.random.randrange(len(data) + 1)])
            self.may_hold_orphans = True  # what proved them ours may be gone

    def outputs(self) -> list[Path]:
        return sorted(file for file in (self.project.root / "build").rglob("*") if file.is_file())

    # -- builds

    def build(self, die_after: int | None = None) -> str:
        """Build in a process of its own, killed after some system calls if asked; returns the summary."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            trusts = self.trusts_young_times
            os._exit(_build_in_child(self.project.root, writing, die_after, trusts_young_times=trusts))
        os.close(writing)
        with open(reading, encoding="utf-8") as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in {0, 1} or (code == KILLED and die_after is not None), said
        return said

    def check(self) -> None:
        said = self.build()
        expected = self.clean_outputs()
        present = self.project.outputs() if self.project.exists("build") else {}
        for path, data in expected.items():
            assert present.get(path) == data, path
        extra = set(present) - set(expected) - self.outputs_of_failed(said)
        assert self.may_hold_orphans or not extra, extra
        assert not [path for path in present if path.endswith(".schemagen-tmp")]
        before = self.project.mtimes() if self.project.exists("build") else {}
        for _ in range(self.random.choice([1, 1, 3])):  # the third may be told by a snapshot
            again = self.build()
            assert again.splitlines()[-1].startswith("0 generated, "), again
        assert "SG900" not in said, said
        assert (self.project.mtimes() if self.project.exists("build") else {}) == before

    def outputs_of_failed(self, said: str) -> set[str]:
        """A schema that fails keeps its old outputs."""
        failed = [
            name for name in NAMES if f"schemas/{name}.json:" in said or f"reached from schemas/{name}.json)" in said
        ]
        return {f"{name}.{suffix}" for name in failed for suffix in ("txt", "md")}

    def clean_outputs(self) -> dict[str, bytes]:
        shutil.rmtree(self.clean, ignore_errors=True)
        ignore = shutil.ignore_patterns("build", ".schemagen")
        shutil.copytree(self.project.root, self.clean, ignore=ignore)
        clean = Game.__new__(Game)
        clean.project = Project(self.clean)
        clean.trusts_young_times = False
        Game.build(clean)
        return clean.project.outputs() if clean.project.exists("build") else {}

    def play(self, steps: int) -> None:
        moves: list[Callable[[], None]] = [
            self.edit, self.edit, self.edit_unseen, self.delete, self.rename, self.swap, self.edit_template,
            self.edit_partial, self.touch, self.tamper, self.delete_output, self.set_options, self.damage_state,
        ]  # fmt: skip
        for _ in range(steps):
            for move in self.random.choices(moves, k=self.random.randint(1, 3)):
                self.log.append(move.__name__)
                move()
            for _ in range(self.random.choice([0, 0, 1, 2])):
                self.log.append("killed build")
                self.build(die_after=self.random.randint(1, 30))
            self.log.append("build")
            self.check()


def _build_in_child(root: Path, writing: int, die_after: int | None, *, trusts_young_times: bool) -> int:
    out = io.StringIO()
    os.chdir(root)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            # A game is too quick for a snapshot to be trusted. Every second one trusts them all the same: this
            # file system's clock tells any two writes apart.
            snapshot.RACY_NS = 0 if trusts_young_times else snapshot.RACY_NS
            if die_after is not None:
                _die_after(die_after)
            code = main(["generate", "-w", "1"])
    except BaseException as error:  # noqa: BLE001  # whatever it is, the parent has to hear of it
        out.write(f"{type(error).__name__}: {error}")
        code = 99
    os.write(writing, out.getvalue().encode())
    return code


def _die_after(calls: int) -> None:
    """Let this process die, as by SIGKILL, at its ``calls``-th call that changes the disk."""
    left = [calls]

    def watch(event: str, args: tuple[object, ...]) -> None:
        changes = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}
        if event in changes or (event == "open" and isinstance(args[2], int) and args[2] & os.O_CREAT):
            left[0] -= 1
            if left[0] == 0:
                os._exit(KILLED)

    sys.addaudithook(watch)


# Some 60 builds a game. More games, for a longer look: SCHEMAGEN_GAMES=400.
GAMES = int(os.environ.get("SCHEMAGEN_GAMES", "24"))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(GAMES))
def test_random_game_ends_like_a_clean_build(tmp_path: Path, seed: int) -> None:
    game = Game(tmp_path, seed)
    try:
        game.play(12)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, after {game.log}: {error}") from error
