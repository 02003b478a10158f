"""Workers: what they are handed comes back, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from schemagen.workers import Batch, Lost, WorkerPool


def double(item: Any) -> Any:
    """Doubles numbers; some items are the end of the worker."""
    if item == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "exit":
        os._exit(7)
    return item * 2


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(2, double)
    yield made
    made.close()


def run_all(pool: WorkerPool, batches: Sequence[Batch]) -> dict[Batch, Sequence[Any] | Lost]:
    results: dict[Batch, Sequence[Any] | Lost] = {}
    for batch in batches:
        while not pool.has_room:
            results.update(pool.results())
        pool.submit(batch)
    while not pool.is_idle:
        results.update(pool.results())
    return results


def test_every_batch_comes_back_in_its_order(pool: WorkerPool) -> None:
    batches = [(number, number + 1) for number in range(0, 200, 2)]
    assert run_all(pool, batches) == {batch: [item * 2 for item in batch] for batch in batches}


@pytest.mark.parametrize(("death", "word"), [("kill", "SIGKILL"), ("exit", "7")])
def test_batch_of_a_worker_that_dies_is_lost_and_the_others_come_back(pool: WorkerPool, death: str, word: str) -> None:
    batches: list[Batch] = [(number,) for number in range(20)]
    batches[5:5] = [(death,)]
    batches[15:15] = [(death, 100)]
    results = run_all(pool, batches)
    lost = {batch: result for batch, result in results.items() if isinstance(result, Lost)}
    assert set(lost) == {(death,), (death, 100)}
    assert all(word in result.why for result in lost.values())
    assert {batch: result for batch, result in results.items() if batch not in lost} == {
        (number,): [number * 2] for number in range(20)
    }


def test_large_results_do_not_block(pool: WorkerPool) -> None:
    batches: list[Batch] = [("x" * 1_000_000, str(number)) for number in range(6)]
    assert len(run_all(pool, batches)) == 6


PARENT = """
import sys
from schemagen.workers import WorkerPool

def work(item):
    while True:
        pass

pool = WorkerPool(2, work)
BUSY and pool.submit((1,))
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
def test_workers_end_when_their_parent_is_killed(busy: str) -> None:
    code = PARENT.replace("BUSY", busy)
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
