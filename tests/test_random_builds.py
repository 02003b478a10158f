"""Any sequence of edits, crashes and builds ends as a clean build would.

Each seed plays a random game on a small project: edits (also with size and time kept), new, deleted, renamed and
swapped schemas, templates, partials, manifests, options, outputs that are edited, deleted or replaced, damaged, lost
and restored state, a checkout that moves, builds that are killed at a random moment and builds while which a file
changes. Builds are by ``schemagen generate`` and by ``doit``, with one process and with several. After each build:

- the outputs equal, byte for byte, those of a clean build of the same inputs, and no file of ours is left over;
- just those tasks ran that an independent reading of the project says had to, and no output with equal bytes was
  written again;
- a further build runs no task and writes no file.

A game that breaks a rule is shortened before it is shown: its steps can be played again as they are printed.

The default is some 180 builds; for a longer look: ``SCHEMAGEN_BUILDS=20000``.
"""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import parts
from tests.random_builds import plain_doit
from tests.random_builds.builds import Builder, build, cached_in, young_times_trusted
from tests.random_builds.game import Game, Step, deal
from tests.random_builds.rules import Violation
from tests.random_builds.shortening import shortened

BUILDS = int(os.environ.get("SCHEMAGEN_BUILDS", "180"))
BUILDS_A_GAME = 42
GAMES = -(-BUILDS // BUILDS_A_GAME)


def violation_of(folder: Path, steps: Sequence[Step], builder: Builder = build) -> Violation | None:
    """The first rule that is broken when ``steps`` are played in ``folder``, which must not exist."""
    folder.mkdir()
    try:
        Game(folder, builder).play(steps)
    except Violation as violation:
        return violation
    return None


def shortest(
    folder: Path, steps: Sequence[Step], kind: str | None = None, builder: Builder = build
) -> tuple[list[Step], Violation]:
    """A part of ``steps`` that breaks the rule ``kind`` (None: any), as short as it gets, and how it breaks it."""
    numbers = count()
    found: dict[tuple[Step, ...], Violation] = {}

    def breaks(fewer: Sequence[Step]) -> bool:
        violation = violation_of(folder / f"try-{next(numbers)}", fewer, builder)
        if violation is None or kind not in (None, violation.kind):
            return False
        found[tuple(fewer)] = violation
        return True

    assert breaks(steps), "the game does not break the rule again"
    kept = shortened(steps, breaks)
    return kept, found[tuple(kept)]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(GAMES))
def test_random_game_breaks_no_rule(tmp_path: Path, seed: int, record_property: Callable[[str, object], None]) -> None:
    steps = deal(seed, BUILDS_A_GAME)
    game = Game(tmp_path)
    # In every second game no time is old enough to be trusted, as in any project where somebody is at work.
    with young_times_trusted() if seed % 2 else contextlib.nullcontext():
        try:
            game.play(steps)
        except Violation as violation:
            kept, last = shortest(tmp_path, steps, violation.kind)
            pytest.fail(f"seed {seed}: {kept}\n{last}")
    # A build leaves its garbage for the end of the process, which is a thousand builds away here.
    gc.collect()
    record_property("counted: builds made and checked", game.builds)
    assert game.builds >= BUILDS_A_GAME


@pytest.mark.long
@pytest.mark.parametrize("seed", parts(8))
def test_random_games_that_share_a_cache_break_no_rule(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """Two checkouts, each with a history of its own: what is found is what a clean build makes, in either."""
    games = [Game(tmp_path / name) for name in ("one", "two")]
    with cached_in(tmp_path / "cache"):
        for number, game in enumerate(games):
            game.play(deal(1000 + 2 * seed + number, BUILDS_A_GAME))
    gc.collect()
    record_property("counted: builds made and checked", sum(game.builds for game in games))
    assert all(game.shared for game in games)


@pytest.mark.long
@pytest.mark.parametrize("seed", parts(3))
def test_random_game_finds_fault_with_doit_alone(tmp_path: Path, seed: int) -> None:
    steps = deal(seed, BUILDS_A_GAME)
    violation = violation_of(tmp_path / "whole", steps, plain_doit.build)
    assert violation is not None
    # doit looks at times, so which rule breaks first, and how short the game gets, is not the same each time.
    kept, last = shortest(tmp_path, steps, builder=plain_doit.build)
    print(kept, last, sep="\n")
    assert len(kept) < len(steps) // 2
    assert violation_of(tmp_path / "ours", kept) is None


@pytest.mark.long
@pytest.mark.parametrize(
    ("move", "kind"),
    [
        ("edit_unseen", "wrong output"),
        ("changed build", "wrong output"),
        ("tamper", "wrong output"),
        ("delete", "left over"),
        ("truncate_log", "crash"),
        ("killed build", "torn output"),
        ("edit_manifest", "rewritten"),
        ("edit_template", "too many tasks"),
    ],
)
def test_rule_is_one_that_doit_alone_breaks(tmp_path: Path, move: str, kind: str) -> None:
    for seed in range(100):
        steps = [Step("build", 0), Step("add", seed), Step(move, seed), Step("build", 0)]
        violation = violation_of(tmp_path / f"doit-{seed}", steps, plain_doit.build)
        if violation is not None and violation.kind == kind:
            assert violation_of(tmp_path / "ours", steps) is None
            return
    pytest.fail("doit alone never breaks it")


def test_failing_game_is_shortened_to_the_steps_that_matter() -> None:
    steps = [Step("edit", seed) for seed in range(40)]
    needed = {steps[3], steps[17], steps[18], steps[39]}
    assert set(shortened(steps, lambda fewer: needed <= set(fewer))) == needed
