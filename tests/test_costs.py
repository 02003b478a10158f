"""What is to be done is cut into batches that are worth handing over, the longest first."""

from __future__ import annotations

import heapq

import pytest

from schemagen.costs import AT_HAND, Backlog, Job


def jobs(*seconds: float) -> list[Job]:
    """Jobs that took so long the last time; the item of each is its number."""
    return [Job(number, 1000, each) for number, each in enumerate(seconds)]


def backlog(*added: Job, workers: int = 2, size: int | None = None) -> Backlog:
    made = Backlog(workers, size)
    for job in added:
        made.add(job)
    return made


def batches(of: Backlog) -> list[tuple[int, ...]]:
    taken = []
    while batch := of.take(False):
        taken.append(batch.items)
    return taken


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_number_is_obeyed_exactly(size: int) -> None:
    sizes = [len(batch) for batch in batches(backlog(*jobs(*[0.01] * 105), size=size))]
    assert sizes == [size] * (105 // size) + [105 % size] * (105 % size > 0)


def test_longest_comes_first() -> None:
    assert batches(backlog(*jobs(0.3, 5.0, 0.4, 1.0), size=1)) == [(1,), (3,), (2,), (0,)]


def test_rank_comes_before_length() -> None:
    ranked = [Job("long", 1, 9.0, (1, 0)), Job("first", 1, 0.1, (0, 0)), Job("last", 1, 9.0, (1, 5))]
    assert batches(backlog(*ranked, size=1)) == [("first",), ("long",), ("last",)]


def test_jobs_alike_keep_their_order_when_some_have_ended_before_others_are_added() -> None:
    waiting = backlog(Job("a", 1, 0.1), Job("b", 1, 0.1), size=1)
    first = waiting.take(False)
    assert first is not None
    waiting.predictions.pop(first.items[0])
    waiting.add(Job("c", 1, 0.1))
    assert [*first.items, *(item for batch in batches(waiting) for item in batch)] == ["a", "b", "c"]


def test_batch_is_worth_from_50_to_250_milliseconds() -> None:
    waiting = backlog(*jobs(*[0.004] * 2000))
    worth = []
    while batch := waiting.take(False):
        worth.append(batch.seconds)
    assert all(AT_HAND.least - 0.004 <= each <= AT_HAND.most for each in worth[:-1])
    assert max(worth) > AT_HAND.most - 0.005
    assert max(worth[-4:]) <= AT_HAND.least + 0.001, "the tail is short"


def test_what_is_long_is_alone() -> None:
    first = backlog(*jobs(3.0, *[0.01] * 100)).take(False)
    assert first is not None
    assert first.items == (0,)


def test_batches_become_smaller_where_things_take_longer_than_predicted() -> None:
    waiting = backlog(*jobs(*[0.004] * 2000))
    before = waiting.take(False)
    for _ in range(1000):
        waiting.learn(0.004, 0.016)
    after = waiting.take(False)
    assert before is not None
    assert after is not None
    assert len(after.items) < len(before.items) / 2


def test_schema_that_was_never_made_is_predicted_from_its_size_by_what_the_others_took() -> None:
    known, small, large = Job("known", 9_500, 1.0), Job("small", 500), Job("large", 19_500)
    waiting = backlog(known, small, large, size=1)
    assert batches(waiting) == [("large",), ("known",), ("small",)]
    assert waiting.predictions["large"] == pytest.approx(2.0)
    assert waiting.predictions["small"] == pytest.approx(0.1)


def test_nobody_gets_a_second_batch_of_the_last_ones() -> None:
    waiting = backlog(*jobs(0.2, 0.2))
    assert waiting.take(True) is None
    assert waiting.take(False) is not None


def test_makespan_of_one_long_schema_and_many_small_ones_is_near_the_least_there_can_be() -> None:
    """One of 3 MB and 2,000 of 1 to 9 kB, of which nothing is known but their sizes."""
    sizes = [3_000_000, *(1_000 + 4 * number for number in range(2000))]
    took = [size * 1e-6 * (0.5 + number % 7 / 4) for number, size in enumerate(sizes)]
    waiting = backlog(*(Job(number, size) for number, size in enumerate(sizes)))
    free = [(0.0, worker) for worker in range(2)]
    while batch := waiting.take(False):
        now, worker = heapq.heappop(free)
        for item in batch.items:
            now += took[item]
            waiting.learn(waiting.predictions[item], took[item])
        heapq.heappush(free, (now, worker))
    least = max(*took, sum(took) / 2)
    assert max(free)[0] <= least * 1.1
