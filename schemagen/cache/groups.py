"""This module knows how to put the outputs of neighbours into groups, the same ones in every build of a project.

A store beyond this machine takes as long for a request as a schema or two take to be generated, so that what is asked
of it has to be many outputs at once. The tasks are gone through by name, and a group ends where a digest of the name
says so: then a schema that is new or gone changes one group and not all that come after it, and schemas of one folder,
which change together, lie together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemagen.digest import digest_of
from schemagen.plan import Task

# Groups have so many tasks as a rule, and never more than so many.
TASKS, MOST_TASKS = 24, 96


def groups_of(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    """``tasks`` in groups."""
    group: list[Task] = []
    for task in sorted(tasks, key=lambda task: task.name):
        group.append(task)
        is_end = int(digest_of(task.name.encode(errors="surrogatepass"))[:8], 16) % TASKS == 0
        if is_end or len(group) == MOST_TASKS:
            yield group
            group = []
    if group:
        yield group
