"""The first executions of each target of ``tests.fuzzing``, and that it finds what there is to find.

For more of them: ``python -m tests.fuzzing --seconds 3600``.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random

import pytest

from schemagen.jsontext import dumps
from tests.fuzzing.inventing import invented_schema
from tests.fuzzing.judging import refusing
from tests.fuzzing.mutation import mutated_value
from tests.fuzzing.pipeline import Pipeline
from tests.fuzzing.running import Execute, Find, HangError, Target, execute_numbered, limited, run_for
from tests.fuzzing.targets import TARGETS

SEED = 1


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_nothing_is_found(target: Target, tmp_path: Path) -> None:
    execute = target.begin(tmp_path)
    for number in range(target.part):
        execute_numbered(target, execute, SEED, number)


def test_many_invented_schemas_are_taken(tmp_path: Path) -> None:
    """What is always refused would show nothing."""
    pipeline = Pipeline(tmp_path)
    chances = [Random(number) for number in range(40)]
    made = [pipeline.take(dumps(invented_schema(chance)).encode(), 0) for chance in chances]
    assert sum(map(bool, made)) >= 12


def test_value_is_changed_and_the_old_one_is_not() -> None:
    value = {"a": [1, {"b": None}], "c": "text"}
    others = [mutated_value(value, Random(number), ["a", "z"]) for number in range(50)]
    assert value == {"a": [1, {"b": None}], "c": "text"}
    assert sum(other != value for other in others) > 40


def fails_at_times(chance: Random) -> None:
    if chance.random() < 0.2:
        raise KeyError("found")


def dies_at_times(chance: Random) -> None:
    if chance.random() < 0.05:
        os._exit(3)


@pytest.mark.parametrize(("execute", "kind"), [(fails_at_times, "KeyError in "), (dies_at_times, "ended with 3")])
def test_find_is_told_and_made_again(execute: Execute, kind: str, tmp_path: Path) -> None:
    target = Target("example", lambda folder: execute, 1)
    finds: list[Find] = []
    count = 0
    while len(finds) < 3:
        for told in run_for(target, SEED, count, 0.1, tmp_path):
            if isinstance(told, Find):
                finds.append(told)
            else:
                count = told
    assert len({find.number for find in finds}) == len(finds)
    assert max(find.number for find in finds) < count
    for find in finds[:3]:
        assert kind in find.kind
        if execute is fails_at_times:
            with pytest.raises(KeyError, match="found") as caught:
                execute_numbered(target, execute, SEED, find.number)
            assert f"--only {find.number}" in caught.value.__notes__[0]


def test_what_takes_too_long_is_a_find() -> None:
    with pytest.raises(HangError), limited(0.05):
        spin(10.0)


def spin(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def test_error_that_is_not_ours_is_a_find() -> None:
    with pytest.raises(ZeroDivisionError), refusing():
        raise ZeroDivisionError
    with pytest.raises(ExceptionGroup), refusing():
        raise ExceptionGroup("some", [ValueError("not ours")])
