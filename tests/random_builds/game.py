"""This module knows how to deal and to play a game: moves, builds, and builds that something happens to."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.random_builds.builds import FRONTS, Builder, Outcome, build, uncached
from tests.random_builds.moments import Change, Interruption, Kill
from tests.random_builds.moves import INPUT_MOVES, MOVES, OUTPUT_MOVES, STATE_MOVES
from tests.random_builds.reading import plan
from tests.random_builds.rules import Prospect, Violation, check, check_idle, present_outputs, prospect, written
from tests.random_builds.world import API, OUTPUT_FOLDERS, World

KILLED = -9
# About as many as a build of this size has, of those that change the disk.
MOST_MOMENTS = 90
BUILD, KILLED_BUILD, CHANGED_BUILD = "build", "killed build", "changed build"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: the name of a move or of a kind of build, and the seed of its chance."""

    name: str
    seed: int


def deal(seed: int, builds: int) -> list[Step]:
    """The steps of a game of at least so many ``builds``."""
    chance = Random(seed)
    moves = [*INPUT_MOVES * 3, *OUTPUT_MOVES * 2, *STATE_MOVES]
    steps = [Step(BUILD, 0)]
    count = 2
    while count < builds:
        steps += [Step(move.__name__, chance.getrandbits(32)) for move in chance.choices(moves, k=chance.randint(1, 3))]
        interrupted = chance.choices([None, KILLED_BUILD, CHANGED_BUILD], [5, 3, 2])[0]
        if interrupted is not None:
            steps.append(Step(interrupted, chance.getrandbits(32)))
            count += 1
        steps.append(Step(BUILD, chance.getrandbits(32)))
        count += 2  # one, and one right after it
    return steps


class Game:
    """A world and who builds it. ``builds`` counts the builds of the world itself, ``shared`` the schemas whose outputs
    they found in a cache; ``moments`` are those that builds to be interrupted came to."""

    def __init__(self, folder: Path, builder: Builder = build) -> None:
        self.world = World(folder / "project")
        self.builds = self.shared = 0
        self.moments: set[str] = set()
        self._folder = folder
        self._builder = builder
        self._clean: dict[object, dict[str, bytes]] = {}

    def copy_to(self, folder: Path) -> Game:
        """The same game, to be played on from here in another folder."""
        other = Game.__new__(Game)
        other.world = self.world.copy_to(folder / "project")
        other.builds, other.shared, other.moments = 0, 0, set()
        other._folder, other._builder, other._clean = folder, self._builder, self._clean
        return other

    def play(self, steps: Sequence[Step]) -> None:
        """Do all ``steps``; raises Violation."""
        for step in steps:
            chance = Random(step.seed)
            if step.name == BUILD:
                front = chance.choices(list(FRONTS), [12, 3, 1, 3, 2])[0]
                self.build(front, [chance.choice([front, "generate", ""]) for _ in range(chance.choice([1, 1, 2]))])
            elif step.name == KILLED_BUILD:
                front = _some_front(chance)
                of_workers = front.endswith("2") and chance.random() < 0.5
                self.interrupted_build(front, Kill(chance.randint(1, 12 if of_workers else MOST_MOMENTS), of_workers))
            elif step.name == CHANGED_BUILD:
                self.interrupted_build(_some_front(chance), some_change(self.world, chance))
            else:
                MOVES[step.name](self.world, chance)

    def build(self, front: str, again: Sequence[str] = ("generate",)) -> None:
        """A build, with all that must be so after it, and more by the fronts of ``again``, with nothing to do."""
        before = prospect(self.world, self.clean_outputs(), is_forced=front == "generate --force")
        check(self.world, before, self._run(front, None))
        for idle in again:
            there = written(self.world)
            check_idle(before, self._run(idle if idle != "generate --force" else "generate", None))
            if written(self.world) != there:
                raise Violation("again", "a build right after a build writes something")

    def interrupted_build(self, front: str, interruption: Interruption) -> Outcome:
        """A build that is killed, or while which a file changes: whatever it leaves, the next one has to mend."""
        before = prospect(self.world, self.clean_outputs(), is_forced=False)
        outcome = self._run(front, interruption)
        self.world.memory.unsure |= before.owed
        self._forget_restored(before)
        if isinstance(interruption, Kill):
            self._check_killed(before, outcome)
        else:
            self._check_changed(before, outcome, interruption)
        return outcome

    def _forget_restored(self, before: Prospect) -> None:
        """What "the user" wrote and an interrupted build made again is the build's: the next one need not make it."""
        for path in [path for path in self.world.mine if path in before.clean]:
            if self.world.bytes_of(path) == before.clean[path]:
                del self.world.mine[path]

    def _check_killed(self, before: Prospect, outcome: Outcome) -> None:
        if outcome.code not in {KILLED, 0, 1}:
            raise Violation("crash", outcome.said)
        for path, data in present_outputs(self.world).items():
            if data not in {before.present.get(path), before.clean.get(path)}:
                raise Violation("torn output", path)

    def _check_changed(self, before: Prospect, outcome: Outcome, change: Change) -> None:
        """Whether the build saw the change, nobody can say: of what reads the file, nothing is known any more."""
        if outcome.code not in {0, 1, 3} or "SG900" in outcome.said:
            raise Violation("crash", outcome.said)
        world, after = self.world, plan(self.world)
        path = Path(change.path).relative_to(world.root).as_posix()
        for name in before.tasks.keys() | after.keys():
            if before.tasks.get(name) != after.get(name) or path in before.tasks[name].outputs:
                world.memory.unsure.add(name)
        if path.startswith(OUTPUT_FOLDERS):
            world.unprovable.add(path)
            world.mine.pop(path, None)

    def _run(self, front: str, interruption: Interruption | None) -> Outcome:
        self.builds += 1
        outcome = self._builder(self.world.root, front, interruption)
        self.moments |= set(outcome.moments)
        self.shared += outcome.shared
        return outcome

    def clean_outputs(self) -> dict[str, bytes]:
        """What a build of the same inputs in a new folder makes: by schemagen, whoever builds this world."""
        world = self.world
        inputs = [world.root / "pyproject.toml", *sorted((world.root / "schemas").rglob("*.*")), world.root / API]
        inputs += sorted(file for file in (world.root / "packs").rglob("*") if file.is_file())
        same = tuple((file.relative_to(world.root).as_posix(), file.read_bytes()) for file in inputs)
        if same not in self._clean:
            self._clean[same] = self._build_clean(same)
        return self._clean[same]

    def _build_clean(self, inputs: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
        folder = self._folder / "clean"
        for path, data in inputs:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        with uncached():
            outcome = build(folder, "generate")
        if outcome.code not in {0, 1} or "SG900" in outcome.said:
            raise Violation("crash", outcome.said)
        base = folder / self.world.options.get("output", "build")
        outputs = {file.relative_to(folder).as_posix(): file.read_bytes() for file in base.rglob("*") if file.is_file()}
        shutil.rmtree(folder)
        return outputs


def some_change(world: World, chance: Random) -> Change:
    """A change of a file while a build goes on: of an output, a template or a schema, or a new schema."""
    at = chance.randint(1, 6 * MOST_MOMENTS)
    outputs = [path for path in world.outputs() if world.bytes_of(path) is not None]
    if outputs and chance.random() < 0.3:
        path, data = chance.choice(outputs), chance.choice([None, b"edited during a build\n"])
        return Change(at, str(world.root / path), data)
    if chance.random() < 0.3:
        path = chance.choice(["plain/plain.txt", "plain/partials/about", "more/partials/foot"])
        return Change(at, str(world.root / f"packs/{path}.mustache"), chance.choice([b"now {{title}}\n", b"-\n"]))
    schema = world.schema_file(chance.choice(world.schemas()))
    word = chance.choice([b"One", b"Two", b"Six"])
    changed = schema.read_bytes().replace(b"One", word).replace(b"Two", word).replace(b"Six", word)
    if chance.random() < 0.3:
        schema = world.schema_file(chance.choice(["a", "b", "e", "f"]))
    return Change(at, str(schema), changed)


def _some_front(chance: Random) -> str:
    return chance.choices(["generate", "generate -w 2", "doit", "doit -n 2"], [4, 2, 1, 1])[0]
