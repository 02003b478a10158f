"""This module knows how to keep what a build knew of its tasks in columns, which load in no time however many they are.

A path is named by its index in the snapshot that the columns belong to; a number below zero stands for something that
is no path, which the snapshot knows too.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, TypeAlias

# Numbers that were made, or are where a snapshot was loaded: to copy those takes as much memory again.
Numbers: TypeAlias = "array[int] | memoryview"
_NUMBERS = ("inputs", "input_ends", "outputs", "output_ends", "places", "name_ends")


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
    """The tasks of a project, as columns. ``names`` are joined by NUL, and end where ``name_ends`` says; ``ids``, too,
    each as JSON or empty. Of a task, and of its schema, what is asked for is made of them then."""

    names: bytes | memoryview
    ids: bytes | memoryview
    inputs: Numbers
    input_ends: Numbers
    outputs: Numbers
    output_ends: Numbers
    places: Numbers
    name_ends: Numbers

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Columns:
        names, ids = bytearray(), bytearray()
        columns = [array("q") for _ in _NUMBERS]
        inputs, input_ends, outputs, output_ends, places, name_ends = columns
        for row in rows:
            names += b"\0" * bool(name_ends) + _encoded(row.name)
            name_ends.append(len(names))
            ids += b"\0" * bool(input_ends) + _encoded_ids(row)
            inputs.extend(row.inputs)
            input_ends.append(len(inputs))
            outputs.extend(row.outputs)
            output_ends.append(len(outputs))
            places.extend(row.place)
        return cls(bytes(names), bytes(ids), *columns)

    def replaced(self, rows: Mapping[int, Row]) -> Columns:
        """The columns with other inputs, ids and places of the tasks in ``rows``."""
        ids, places = bytes(self.ids).split(b"\0"), array("q")
        places.frombytes(bytes_of(self.places))
        for task, row in rows.items():
            ids[task] = _encoded_ids(row)
            places[2 * task : 2 * task + 2] = array("q", row.place)
        changed = replace(self, ids=b"\0".join(ids), places=places)
        if all(list(row.inputs) == list(self.inputs_of(task)) for task, row in rows.items()):
            return changed  # most often they are the same, and there may be many
        inputs, ends = array("q"), array("q")
        for task, row in sorted(rows.items()):
            self._copy_inputs(inputs, ends, task)
            inputs.extend(row.inputs)
            ends.append(len(inputs))
        self._copy_inputs(inputs, ends, len(self))
        return replace(changed, inputs=inputs, input_ends=ends)

    def _copy_inputs(self, inputs: array[int], ends: array[int], task: int) -> None:
        """Append to ``inputs`` and ``ends`` those of the tasks that they have not yet, up to ``task``."""
        first = self.input_ends[len(ends) - 1] if ends else 0
        more = len(inputs) - first
        inputs.frombytes(bytes_of(self.inputs[first : self.input_ends[task - 1] if task else 0]))
        copied = self.input_ends[len(ends) : task]
        if more:
            ends.extend(end + more for end in copied)
        else:
            ends.frombytes(bytes_of(copied))

    def placed(self, places: Iterable[tuple[int, int]]) -> Columns:
        """The columns with other places of all tasks."""
        return replace(self, places=array("q", [number for place in places for number in place]))

    def __len__(self) -> int:
        return len(self.input_ends)

    def task_name(self, task: int) -> str:
        start = self.name_ends[task - 1] + 1 if task else 0
        return str(self.names[start : self.name_ends[task]], "utf-8", "surrogateescape")

    def task_names(self) -> Iterator[str]:
        return map(self.task_name, range(len(self)))

    def known_ids(self) -> dict[int, tuple[str, ...]]:
        """The URIs that name the schemas of those tasks whose schema has any; raises ValueError where they are none."""
        texts = bytes(self.ids).split(b"\0")
        known = {task: json.loads(_decoded(ids)) for task, ids in enumerate(texts) if ids}
        if not all(isinstance(ids, list) and all(isinstance(uri, str) for uri in ids) for ids in known.values()):
            raise ValueError("ids that are none")
        return {task: tuple(ids) for task, ids in known.items()}

    def are_sound(self, paths: int, others: int) -> bool:
        """Whether the columns fit each other, and name nothing but some of as many ``paths``, and of ``others`` with
        numbers below zero: a snapshot may have been written by somebody else."""
        tasks = len(self.input_ends)
        are_alike = len(self.output_ends) == len(self.name_ends) == tasks and len(self.places) == 2 * tasks
        return (
            are_alike
            and bytes(self.ids).count(b"\0") == max(tasks - 1, 0)
            and _are_ends(self.name_ends, len(self.names), least=1)
            and _are_ends(self.input_ends, len(self.inputs), least=1)
            and _are_ends(self.output_ends, len(self.outputs), least=0)
            and (not self.inputs or (min(self.inputs) >= -others and max(self.inputs) < paths))
            and (not self.outputs or (min(self.outputs) >= 0 and max(self.outputs) < paths))
        )

    def inputs_of(self, task: int) -> Numbers:
        start, end = _bounds(self.input_ends, task)
        return self.inputs[start:end]

    def outputs_of(self, task: int) -> Numbers:
        start, end = _bounds(self.output_ends, task)
        return self.outputs[start:end]

    def place(self, task: int) -> tuple[int, int]:
        """Where the row of a task is in the log: its offset and length in bytes."""
        return self.places[2 * task], self.places[2 * task + 1]

    def schema(self, task: int) -> int:
        """The path of the schema of a task."""
        return self.inputs[self.input_ends[task - 1] if task else 0]

    def schemas(self) -> Iterator[int]:
        """The path of each task's schema."""
        return map(self.schema, range(len(self)))

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

    def to_parts(self) -> list[bytes | memoryview]:
        return [self.names, self.ids, *(bytes_of(getattr(self, column)) for column in _NUMBERS)]

    @classmethod
    def from_parts(cls, parts: Sequence[bytes | memoryview]) -> Columns:
        return cls(parts[0], parts[1], *(memoryview(part).cast("q") if len(part) else array("q") for part in parts[2:]))


def bytes_of(numbers: Numbers) -> memoryview:
    """``numbers`` as bytes, which are not copied."""
    view = memoryview(numbers)
    return view.cast("B") if len(view) > 0 else memoryview(b"")  # an empty view cannot be cast


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _encoded_ids(row: Row) -> bytes:
    return _encoded(json.dumps(row.ids)) if row.ids else b""


def _are_ends(ends: Numbers, count: int, *, least: int) -> bool:
    """Whether ``ends`` divide a column of ``count`` items into pieces of at least as many as ``least``."""
    if not ends:
        return True
    return ends[0] >= least and ends[-1] == count and all(end - start >= least for start, end in pairwise(ends))


def _bounds(ends: Numbers, task: int) -> tuple[int, int]:
    return ends[task - 1] if task else 0, ends[task]
