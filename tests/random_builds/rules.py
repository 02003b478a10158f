"""This module knows what must be so after a build, whatever came before it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.random_builds.builds import Outcome
from tests.random_builds.reading import Planned, plan
from tests.random_builds.world import LOG, NOTES, STATE, Record, World

KEPT_STATE = {"log", "lock", "snapshot"}


class Violation(AssertionError):  # noqa: N818  # the word for it
    """A rule that a build broke; ``kind`` is the rule."""

    def __init__(self, kind: str, detail: object) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a build will find, and what it is to do: its ``tasks``, the bytes that a ``clean`` build makes, the bytes
    and the files (inode and time) that are ``present`` as outputs, the tasks that are ``failing``, since their schema
    is bad or something stands in the way of an output, and all that are ``owed``, which have to be run."""

    tasks: dict[str, Planned]
    clean: dict[str, bytes]
    present: dict[str, bytes | None]
    files: dict[str, tuple[int, int]]
    failing: set[str]
    owed: set[str]


def prospect(world: World, clean: dict[str, bytes], *, is_forced: bool) -> Prospect:
    """What a build of ``world`` will find; ``is_forced`` if it is to run every task."""
    tasks, present = plan(world), present_outputs(world)
    failing = {
        name
        for name, task in tasks.items()
        if not all(path in clean and not (world.root / path).is_dir() for path in task.outputs)
    }
    fresh = {name for name, task in tasks.items() if _is_fresh(world.memory.known.get(name, {}), task, present)}
    owed = set(tasks) if is_forced else (tasks.keys() - fresh) | failing
    return Prospect(tasks, clean, present, _files(world), failing, owed)


def _is_fresh(known: dict[str, Record], task: Planned, present: dict[str, bytes | None]) -> bool:
    for path, made_from in task.outputs.items():
        data = present.get(path)
        if data is None or known.get(path) != Record(made_from, data):
            return False
    return True


def present_outputs(world: World) -> dict[str, bytes | None]:
    """The bytes of every output, None for what is no regular file."""
    return {path: world.bytes_of(path) for path in world.outputs()}


def _files(world: World) -> dict[str, tuple[int, int]]:
    statuses = {path: (world.root / path).lstat() for path in world.outputs()}
    return {path: (status.st_ino, status.st_mtime_ns) for path, status in statuses.items()}


def check(world: World, before: Prospect, outcome: Outcome) -> None:
    """Hold a build that ended by itself to all rules, and remember what it made; raises Violation."""
    if outcome.code != (1 if before.failing else 0) or "SG900" in outcome.said:
        raise Violation("crash", f"exit code {outcome.code}, failing {before.failing}\n{outcome.said}")
    _check_outputs(world, before)
    _check_left_over(world, before)
    _check_report(world, before, outcome)
    _check_not_rewritten(world, before)
    _remember(world, before, outcome)


def _check_outputs(world: World, before: Prospect) -> None:
    present = present_outputs(world)
    for name, task in before.tasks.items():
        for path in task.outputs:
            expected = before.present.get(path) if name in before.failing else before.clean[path]
            if present.get(path) != expected:
                raise Violation("wrong output", f"{path}: {present.get(path)!r}, not {expected!r}")


def _check_left_over(world: World, before: Prospect) -> None:
    planned = {path for task in before.tasks.values() for path in task.outputs}
    if temporary := world.temporary_files():
        raise Violation("temporary file left over", temporary)
    if left := {path for path in world.outputs() if path not in planned} - world.unprovable:
        raise Violation("left over", left)
    if surplus := {file.name for file in (world.root / STATE).iterdir()} - KEPT_STATE:
        raise Violation("state left over", surplus)
    if not world.project.exists(NOTES):
        raise Violation("lost", f"{NOTES}, which is no output")
    made = {path for name in before.tasks.keys() - before.failing for path in before.tasks[name].outputs}
    for path, data in world.mine.items():
        if path not in made and world.bytes_of(path) != data:
            raise Violation("lost", f"{path}, which was edited by hand")
    world.mine = {path: data for path, data in world.mine.items() if path not in made}
    world.unprovable -= made


def _check_report(world: World, before: Prospect, outcome: Outcome) -> None:
    unsure = world.memory.unsure
    if missed := before.owed - unsure - outcome.ran:
        raise Violation("too few tasks", f"{missed}\n{outcome.said}")
    if surplus := outcome.ran - unsure - before.owed:
        raise Violation("too many tasks", f"{surplus}\n{outcome.said}")
    expected = summary(before, generated=len(outcome.ran - before.failing))
    if outcome.summary != expected:
        raise Violation("wrong summary", f"{expected!r} expected\n{outcome.said}")


def summary(before: Prospect, generated: int) -> str:
    """What a build has to say at its end."""
    failed = len(before.failing)
    return f"{generated} generated, {len(before.tasks) - generated - failed} fresh, {failed} failed"


def _check_not_rewritten(world: World, before: Prospect) -> None:
    present, files = present_outputs(world), _files(world)
    for path, data in before.present.items():
        if data is not None and present.get(path) == data and files[path] != before.files[path]:
            raise Violation("rewritten", path)


def _remember(world: World, before: Prospect, outcome: Outcome) -> None:
    memory = world.memory
    for name in before.tasks.keys() - before.failing:
        made = {path: Record(of, before.clean[path]) for path, of in before.tasks[name].outputs.items()}
        kept = {} if name in outcome.ran else memory.known.get(name, {})
        memory.known[name] = kept | made
    memory.known = {name: outputs for name, outputs in memory.known.items() if name in before.tasks}
    memory.unsure &= before.failing


def written(world: World) -> object:
    """What a build with nothing to do must leave as it is: the files of the outputs, and the log."""
    log = world.root / LOG
    return _files(world), log.read_bytes() if log.exists() else None


def check_idle(before: Prospect, outcome: Outcome) -> None:
    """Hold a build that came right after the one for ``before`` to doing nothing; raises Violation."""
    if outcome.summary != summary(before, generated=0) or outcome.ran - before.failing:
        raise Violation("again", f"a build right after a build does something: {outcome.said}")
