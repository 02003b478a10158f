"""This module knows how to divide what is to be made among shards, which machines make that know nothing of each other.

Each machine divides all of the project, whatever is fresh there, by what a checkout has: the paths of the outputs and
the bytes of the schemas. Nothing that was recorded counts, since it is another on each machine. An output has its own
shard, by its path, and stays there as others come and go, unless that shard has more than its share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from schemagen.costs import predicted_bytes
from schemagen.digest import digest_of
from schemagen.plan import Task

# A shard has room up to so many times its share; with more than the other it is better to begin anew.
_ROOM, _MOST = 1.05, 1.15
# Bytes that an output for the whole project takes for each schema, as far as that can be told.
_SHOWN_BYTES = 200


# What a task is known by: whether it is for the whole project, and its name. A schema and a pack may have one name.
Name: TypeAlias = tuple[bool, str]


class Part(NamedTuple):
    """Something that one shard makes: ``name`` is what it is known by, ``path`` decides where it belongs, and ``cost``
    is in bytes, as ``costs`` predicts by them."""

    name: Name
    path: str
    cost: int


def name_of(task: Task) -> Name:
    """What ``task`` is known by."""
    return task.is_for_project, task.name


def parts_of_tasks(tasks: Iterable[Task], project_tasks: Iterable[Task], size: Callable[[str], int]) -> list[Part]:
    """What there is to divide; ``size`` gives the bytes of the schema at a path."""
    parts = [
        Part(name_of(task), _path(task), predicted_bytes(task.links.inputs, size, len(task.outputs))) for task in tasks
    ]
    shown = _SHOWN_BYTES * len(parts)
    return parts + [Part(name_of(task), _path(task), shown * len(task.outputs)) for task in project_tasks]


def _path(task: Task) -> str:
    return task.outputs[0].below if task.outputs else task.name


def divide(parts: Sequence[Part], count: int) -> dict[Name, int]:
    """The shard, from 1 to ``count``, of each of ``parts``, by name."""
    largest_first = sorted(parts, key=lambda part: (-part.cost, part.path, part.name))
    share = sum(part.cost for part in parts) / count
    found = _levelled(largest_first, count, _ROOM * share)
    if max(_loads(found, parts, count)) > _MOST * share:
        # A few are so large that what is moved matters more than what stays where it was.
        other = _dealt(largest_first, count)
        found = min(found, other, key=lambda each: max(_loads(each, parts, count)))
    return found


def _levelled(largest_first: Sequence[Part], count: int, most: float) -> dict[Name, int]:
    """Each part in its own shard, but where that has more than ``most``: of those, the largest are moved."""
    found = {part.name: int(digest_of(part.path.encode())[:8], 16) % count + 1 for part in largest_first}
    loads = _loads(found, largest_first, count)
    for part in largest_first:
        shard = found[part.name] - 1
        if loads[shard] <= most:
            continue
        least = loads.index(min(loads))
        if loads[least] + part.cost <= most:
            loads[shard] -= part.cost
            loads[least] += part.cost
            found[part.name] = least + 1
    return found


def _dealt(largest_first: Sequence[Part], count: int) -> dict[Name, int]:
    """Each part in the shard that has the least when it comes."""
    loads = [0] * count
    found = {}
    for part in largest_first:
        least = loads.index(min(loads))
        loads[least] += part.cost
        found[part.name] = least + 1
    return found


def _loads(found: Mapping[Name, int], parts: Iterable[Part], count: int) -> list[int]:
    """What each shard has."""
    loads = [0] * count
    for part in parts:
        loads[found[part.name] - 1] += part.cost
    return loads
