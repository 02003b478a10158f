"""Workers: what they are handed comes back, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from schemagen.workers import Batch, Limits, Lost, WorkerPool
from schemagen.workers.batches import DEATH, HANG, MISHAP, TOO_MANY, Verdict, after_loss

LONG = 10.0  # seconds of a batch that no other waits behind


def double(item: Any) -> Any:
    """Doubles numbers; some items are the end of the worker."""
    if item == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "exit":
        os._exit(7)
    if item == "hang":
        sum(range(10**15))  # never gives the interpreter's lock away
    if item == "who":
        return os.getpid()
    if item == "grow":
        double.kept = [*getattr(double, "kept", []), bytes(os.urandom(1 << 20) * 48)]  # type: ignore[attr-defined]
        return "grown"
    return item * 2


@pytest.fixture
def make_pool() -> Iterator[Callable[..., WorkerPool]]:
    made: list[WorkerPool] = []

    def make(*args: Any) -> WorkerPool:
        made.append(WorkerPool(2, double, *args))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def run_all(pool: WorkerPool, batches: Sequence[Sequence[Any]], seconds: float = 0.0) -> list[tuple[Any, Any]]:
    """Items with their results, as they came; a batch is said to take ``seconds``."""
    waiting = iter([Batch(tuple(batch), seconds) for batch in batches])
    results: list[tuple[Any, Any]] = []

    def take(is_second: bool) -> Batch | None:
        return next(waiting, None)

    pool.feed(take)
    while not pool.is_idle:
        results += pool.results(1.0)
        pool.feed(take)
    return results


def test_every_item_comes_back_once(make_pool: Callable[..., WorkerPool]) -> None:
    batches = [(number, number + 1) for number in range(0, 200, 2)]
    assert sorted(run_all(make_pool(), batches)) == [(number, number * 2) for number in range(200)]


@pytest.mark.parametrize(("death", "word"), [("kill", "SIGKILL"), ("exit", "7")])
def test_item_that_ends_its_worker_each_time_is_told_and_the_others_come_back(
    make_pool: Callable[..., WorkerPool], death: str, word: str
) -> None:
    batches: list[list[Any]] = [list(range(start, start + 5)) for start in range(0, 50, 5)]
    batches[3][2] = death
    batches[7][0] = death
    results = run_all(make_pool(), batches)
    told = [result.why for _, result in results if isinstance(result, Lost)]
    assert len(told) == 2
    assert all(word in why for why in told)
    rest = sorted(item for item, result in results if not isinstance(result, Lost))
    assert rest == [number for number in range(50) if number not in {17, 35}]


def test_item_that_hangs_is_told_and_the_others_come_back(make_pool: Callable[..., WorkerPool]) -> None:
    losses: list[Sequence[Any]] = []
    pool = make_pool(Limits(seconds=0.3), lambda items, how: losses.append(items))
    results = run_all(pool, [[1, 2, "hang", 3, 4], [5, 6], [7]])
    (told,) = [result.why for item, result in results if item == "hang"]
    assert "0.3 seconds" in told
    assert sorted(item for item, _ in results if item != "hang") == [1, 2, 3, 4, 5, 6, 7]
    assert losses == [("hang",)]


def test_worker_that_died_while_it_had_nothing_to_do_is_replaced(make_pool: Callable[..., WorkerPool]) -> None:
    pool = make_pool()
    pids = {pid for _, pid in run_all(pool, [["who"], ["who"]])}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    assert run_all(pool, [[1]]) == [(1, 2)]


def test_worker_that_grows_is_replaced(make_pool: Callable[..., WorkerPool]) -> None:
    pool = make_pool(Limits(memory=1))
    run_all(pool, [[1], [2]], LONG)
    results = run_all(pool, [["grow"]] * 4, LONG)
    assert [result for _, result in results] == ["grown"] * 4
    assert pool.recycled == 4


def test_workers_that_grow_at_once_become_fewer(make_pool: Callable[..., WorkerPool]) -> None:
    pool = make_pool(Limits(memory=1))
    run_all(pool, [["grow"]] * 4, LONG)
    assert len({pid for _, pid in run_all(pool, [["who"]] * 10)}) == 1


def test_large_results_do_not_block(make_pool: Callable[..., WorkerPool]) -> None:
    batches = [["x" * 1_000_000, str(number)] for number in range(6)]
    assert len(run_all(make_pool(), batches)) == 12


# -- what becomes of a batch


def test_item_that_a_worker_was_at_is_alone_from_then_on() -> None:
    again = after_loss(Batch((1, 2, 3, 4)), 2, DEATH).again
    assert [(batch.items, batch.losses) for batch in again] == [((1, 2), 0), ((3,), DEATH), ((4,), 0)]


@pytest.mark.parametrize(("weight", "tries"), [(MISHAP, 12), (DEATH, 4), (HANG, 2)])
def test_item_is_at_fault_after_some_losses_alone(weight: int, tries: int) -> None:
    verdict = after_loss(Batch(("bad", 1)), 0, weight)
    for _ in range(tries - 1):
        verdict = after_loss(verdict.again[0], 0, weight)
    assert verdict == Verdict((), ("bad",))
    assert weight * tries == TOO_MANY


@pytest.mark.parametrize("bad", range(13))
def test_batch_is_halved_to_the_item_at_fault_where_nobody_knows_which_it_is(bad: int) -> None:
    waiting = [Batch(tuple(range(13)))]
    good: list[int] = []
    guilty: list[int] = []
    losses = 0
    while waiting:
        batch = waiting.pop()
        if bad not in batch.items:
            good += batch.items
            continue
        losses += 1
        verdict = after_loss(batch, None, DEATH)
        waiting += verdict.again
        guilty += verdict.guilty
    assert guilty == [bad]
    assert sorted([*good, bad]) == list(range(13))
    assert losses <= 9


# -- when the parent dies

PARENT = """
import sys
from schemagen.workers import Batch, WorkerPool

def work(item):
    HANG

pool = WorkerPool(2, work)
batches = [Batch((1,))] if BUSY else []
pool.feed(lambda is_second: batches.pop() if batches else None)
print(*[worker.process.pid for worker in pool._workers], flush=True)
sys.stdin.read()
"""


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("busy", ["True", "False"])
@pytest.mark.parametrize("hang", ["while True: pass", "sum(range(10**15))"], ids=["in Python", "in C"])
def test_workers_end_when_their_parent_is_killed(busy: str, hang: str) -> None:
    code = PARENT.replace("BUSY", busy).replace("HANG", hang)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert all(is_alive(pid) for pid in pids)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 10
        while any(is_alive(pid) for pid in pids):
            assert time.monotonic() < deadline, "a worker outlived its parent"
            os.sched_yield()


class Summing:
    """Work on many items at once, which is long, but says that it is alive; some items are the end of the worker."""

    def together(self, items: Sequence[Any], begin: Callable[[], None], alive: Callable[[], None]) -> Sequence[Any]:
        for item in items:
            begin()
            if item in {"kill", "hang"}:
                double(item)
        for _ in range(4 if "long" in items else 0):
            busy_until(time.monotonic() + 0.4)
            alive()
        return [item * 2 for item in items]


def busy_until(when: float) -> None:
    while time.monotonic() < when:
        pass


@pytest.fixture
def make_summing() -> Iterator[Callable[..., WorkerPool]]:
    made: list[WorkerPool] = []

    def make(*args: Any) -> WorkerPool:
        made.append(WorkerPool(2, Summing(), *args))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def test_items_done_together_come_back_in_order(make_summing: Callable[..., WorkerPool]) -> None:
    batches = [list(range(start, start + 250)) for start in range(0, 1000, 250)]
    assert sorted(run_all(make_summing(), batches)) == [(number, number * 2) for number in range(1000)]


def test_who_says_that_it_is_alive_does_not_hang(make_summing: Callable[..., WorkerPool]) -> None:
    pool = make_summing(Limits(1.0))
    assert run_all(pool, [[1, "long", 2]]) == [(1, 2), ("long", "longlong"), (2, 4)]
    assert pool.losses == 0


@pytest.mark.parametrize("end", ["kill", "hang"])
def test_item_that_ends_its_worker_is_told_from_those_done_with_it(
    make_summing: Callable[..., WorkerPool], end: str
) -> None:
    results = run_all(make_summing(Limits(0.5)), [[1, 2, end, 3], [4, 5]])
    assert [item for item, result in results if isinstance(result, Lost)] == [end]
    assert sorted(item for item, _ in results if item != end) == [1, 2, 3, 4, 5]
