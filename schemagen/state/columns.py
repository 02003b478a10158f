"""This module knows how to keep what a build knew of its tasks in columns, which load in no time however many they are.

A path is named by its index in the snapshot that the columns belong to.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

_NUMBERS = ("inputs", "input_ends", "outputs", "output_ends", "places")


class Row(NamedTuple):  # one for each task: a dataclass takes four times as long
    """One task: its ``inputs`` (its schema first) and ``outputs`` as indices of paths, the URIs that name its schema,
    and the ``place`` of its row in the log (offset and length in bytes, 0 for none)."""

    name: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    ids: tuple[str, ...]
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Columns:
    """The tasks of a project, as columns; ``names`` and ``ids`` are joined by NUL, each ids as JSON or empty."""

    names: str
    ids: str
    inputs: array[int]
    input_ends: array[int]
    outputs: array[int]
    output_ends: array[int]
    places: array[int]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Columns:
        names: list[str] = []
        ids: list[str] = []
        columns = [array("q") for _ in _NUMBERS]
        inputs, input_ends, outputs, output_ends, places = columns
        for row in rows:
            names.append(row.name)
            ids.append(json.dumps(row.ids) if row.ids else "")
            inputs.extend(row.inputs)
            input_ends.append(len(inputs))
            outputs.extend(row.outputs)
            output_ends.append(len(outputs))
            places.extend(row.place)
        return cls("\0".join(names), "\0".join(ids), *columns)

    def replaced(self, rows: Mapping[int, Row]) -> Columns:
        """The columns with other inputs, ids and places of the tasks in ``rows``."""
        ids = self.ids.split("\0")
        inputs, ends, places = array("q"), array("q"), self.places[:]
        for task, row in sorted(rows.items()):
            ids[task] = json.dumps(row.ids) if row.ids else ""
            places[2 * task : 2 * task + 2] = array("q", row.place)
            self._copy_inputs(inputs, ends, task)
            inputs.extend(row.inputs)
            ends.append(len(inputs))
        self._copy_inputs(inputs, ends, len(self))
        return replace(self, ids="\0".join(ids), inputs=inputs, input_ends=ends, places=places)

    def _copy_inputs(self, inputs: array[int], ends: array[int], task: int) -> None:
        """Append to ``inputs`` and ``ends`` those of the tasks that they have not yet, up to ``task``."""
        first = self.input_ends[len(ends) - 1] if ends else 0
        more = len(inputs) - first
        inputs.extend(self.inputs[first : self.input_ends[task - 1] if task else 0])
        copied = self.input_ends[len(ends) : task]
        ends.extend(array("q", [end + more for end in copied]) if more else copied)

    def placed(self, places: Iterable[tuple[int, int]]) -> Columns:
        """The columns with other places of all tasks."""
        return replace(self, places=array("q", [number for place in places for number in place]))

    def __len__(self) -> int:
        return len(self.input_ends)

    def task_names(self) -> list[str]:
        return self.names.split("\0") if len(self) else []

    def known_ids(self) -> dict[int, tuple[str, ...]]:
        """The URIs that name the schemas of those tasks whose schema has any; raises ValueError where they are none."""
        known = {task: json.loads(ids) for task, ids in enumerate(self.ids.split("\0")) if ids}
        if not all(isinstance(ids, list) and all(isinstance(uri, str) for uri in ids) for ids in known.values()):
            raise ValueError("ids that are none")
        return {task: tuple(ids) for task, ids in known.items()}

    def are_sound(self, paths: int) -> bool:
        """Whether the columns fit each other, and name nothing but some of as many ``paths``: a snapshot may have been
        written by somebody else."""
        tasks = len(self.input_ends)
        are_alike = len(self.output_ends) == tasks and len(self.places) == 2 * tasks
        return (
            are_alike
            and len(self.task_names()) == tasks
            and self.ids.count("\0") == max(tasks - 1, 0)
            and _are_ends(self.input_ends, len(self.inputs))
            and _are_ends(self.output_ends, len(self.outputs))
            and len(set(self.input_ends)) == tasks
            and (not tasks or self.input_ends[0] > 0)
            and all(min(column) >= 0 and max(column) < paths for column in (self.inputs, self.outputs) if column)
        )

    def outputs_of(self, task: int) -> array[int]:
        start, end = _bounds(self.output_ends, task)
        return self.outputs[start:end]

    def place(self, task: int) -> tuple[int, int]:
        """Where the row of a task is in the log: its offset and length in bytes."""
        return self.places[2 * task], self.places[2 * task + 1]

    def schemas(self) -> list[int]:
        """The path of each task's schema."""
        return [self.inputs[start] for start in (0, *self.input_ends[:-1])] if self.input_ends else []

    def touching(self, paths: Collection[int]) -> set[int]:
        """The tasks that have one of ``paths`` among their inputs or outputs."""
        found: set[int] = set()
        for column, ends in ((self.inputs, self.input_ends), (self.outputs, self.output_ends)):
            task = 0
            for at in (at for at, path in enumerate(column) if path in paths):
                while ends[task] <= at:
                    task += 1
                found.add(task)
        return found

    def to_parts(self) -> list[bytes]:
        texts = [text.encode("utf-8", "surrogateescape") for text in (self.names, self.ids)]
        return [*texts, *(getattr(self, column).tobytes() for column in _NUMBERS)]

    @classmethod
    def from_parts(cls, parts: Sequence[bytes | memoryview]) -> Columns:
        names, ids = (str(part, "utf-8", "surrogateescape") for part in parts[:2])
        numbers = {column: array("q") for column in _NUMBERS}
        for column, part in zip(_NUMBERS, parts[2:], strict=True):
            numbers[column].frombytes(part)
        return cls(names, ids, **numbers)


def _are_ends(ends: array[int], count: int) -> bool:
    """Whether ``ends`` divide a column of ``count`` items."""
    listed = ends.tolist()
    return listed == sorted(listed) and (not listed or (listed[0] >= 0 and listed[-1] == count))


def _bounds(ends: array[int], task: int) -> tuple[int, int]:
    return ends[task - 1] if task else 0, ends[task]
