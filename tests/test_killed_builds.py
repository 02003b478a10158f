"""A build that is killed at any moment leaves nothing that the next build does not mend.

A moment is a call that changes the disk, just before it is made: see ``random_builds/moments.py``. Each build here is
killed at its first, then at its second, and so on, until one has no more of them. Unless all of the tests are asked
for it is every third, and by doit, which adds no moment of its own, every fourth.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from schemagen.state.log import LogWriter, Record, load_log
from schemagen.state.store import COMPACT_FROM
from tests.conftest import IS_WHOLE
from tests.random_builds.builds import young_times_trusted
from tests.random_builds.game import KILLED, Game
from tests.random_builds.moments import Kill
from tests.random_builds.world import LOG

# The steps of the protocol, in its order. What comes before each is a state of the disk that a kill may leave.
WRITING_OF_OUTPUTS = {
    "OutputFolder._create mkdir",
    "OutputFolder._create create",
    "OutputFolder._write_temp write",
    "OutputFolder._write_temp fchmod",
}
COMMITS = {
    "writer_lock create",
    "discard_snapshot unlink",
    "State.claim write",
    "move_into_place replace",
    "State.put_row write",
    "write_snapshot create",
    "write_snapshot writelines",
    "write_snapshot replace",
}
# What workers made is committed many tasks at a time, with one write for all claims and one for all rows.
COMMITS_OF_WORKERS = COMMITS - {"State.claim write", "State.put_row write"} | {
    "BatchRunner._claim write",
    "BatchRunner._commit write",
}
REMOVAL = {
    "sweep_temps unlink",
    "State.forget_row write",
    "remove_orphan unlink",
    "remove_orphan rmdir",
    "State.release write",
}
COMPACTION = {"rewrite_log create", "rewrite_log write", "rewrite_log fsync", "rewrite_log replace"}


def prepare_everything(game: Game) -> None:
    """Temporary files to sweep, outputs to remove and to make, in new folders too, and a log to shorten."""
    world = game.world
    world.schema_file("sub/deep/d").unlink()
    world.schema_file("a").rename(world.schema_file("sub/c"))
    world.write_schema("b", Random(1))
    world.project.write("schemas/new/e.json", {"title": "One", "description": "red"})
    world.project.write("build/.a.txt.1.00000000.schemagen-tmp", "of a build that was killed")
    log = LogWriter(world.root / LOG, load_log(world.root / LOG).good_bytes)
    for number in range(2 * COMPACT_FROM // 10_000):
        log.append(Record(b"R", b'"count"', b'{"number":"%010000d"}' % number))
    log.flush()
    log.close()


def prepare_one_edit(game: Game) -> None:
    """A build that need look at nothing but what was edited."""
    game.build("generate")
    game.world.write_schema("a", Random(1))


def survive_every_kill(
    folder: Path, front: str, prepare: Callable[[Game], None], *, of_workers: bool
) -> tuple[int, set[str]]:
    """Kill a build at each of its moments in turn, and build again; how many builds that were, and the moments."""
    step = 1 if IS_WHOLE else 3 if front.startswith("generate") else 4
    first = Game(folder / "first")
    first.build("generate")
    moments: set[str] = set()
    builds, at, was_killed = 1, 1 - step, True
    while was_killed:
        at += step
        game = first.copy_to(folder / f"kill-{at}")
        prepare(game)
        outcome = game.interrupted_build(front, Kill(at, of_workers))
        was_killed = outcome.code == KILLED or "was killed by SIGKILL" in outcome.said
        game.build("generate")
        moments |= game.moments
        builds += game.builds
    return builds, moments


@pytest.mark.long
@pytest.mark.parametrize(
    ("prepare", "moments"),
    [
        pytest.param(prepare_everything, WRITING_OF_OUTPUTS | COMMITS | REMOVAL | COMPACTION, id="everything"),
        pytest.param(prepare_one_edit, WRITING_OF_OUTPUTS - {"OutputFolder._create mkdir"} | COMMITS, id="one-edit"),
    ],
)
@pytest.mark.parametrize("front", ["generate", "doit"])
def test_build_may_be_killed_at_every_moment(
    tmp_path: Path,
    front: str,
    prepare: Callable[[Game], None],
    moments: set[str],
    record_property: Callable[[str, object], None],
) -> None:
    with young_times_trusted():
        builds, seen = survive_every_kill(tmp_path, front, prepare, of_workers=False)
    assert not moments - seen
    record_property("counted: builds made and checked", builds)


@pytest.mark.long
@pytest.mark.parametrize("prepare", [prepare_everything, prepare_one_edit] if IS_WHOLE else [prepare_one_edit])
@pytest.mark.parametrize("front", ["generate -w 2", "doit -n 2"])
def test_build_with_workers_may_be_killed_at_every_moment(
    tmp_path: Path, front: str, prepare: Callable[[Game], None], record_property: Callable[[str, object], None]
) -> None:
    with young_times_trusted():
        builds, seen = survive_every_kill(tmp_path, front, prepare, of_workers=False)
    assert not COMMITS_OF_WORKERS - seen
    assert not WRITING_OF_OUTPUTS & seen
    record_property("counted: builds made and checked", builds)


@pytest.mark.long
@pytest.mark.parametrize("prepare", [prepare_everything, prepare_one_edit] if IS_WHOLE else [prepare_one_edit])
@pytest.mark.parametrize("front", ["generate -w 2", "doit -n 2"])
def test_workers_may_be_killed_at_every_moment(
    tmp_path: Path, front: str, prepare: Callable[[Game], None], record_property: Callable[[str, object], None]
) -> None:
    with young_times_trusted():
        builds, seen = survive_every_kill(tmp_path, front, prepare, of_workers=True)
    assert not WRITING_OF_OUTPUTS - {"OutputFolder._create mkdir"} - seen
    assert not (COMMITS | COMMITS_OF_WORKERS) & seen
    record_property("counted: builds made and checked", builds)
