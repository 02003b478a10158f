"""This module knows how to let doit run tasks that do nothing, with schemagen's runner and with its own: what is left
is what running a task costs. Stock doit has the same graph; both note that each task is done.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from doit import Globals

from benchmarks.synthetic import Edge
from schemagen.build import Written
from schemagen.config import load_config
from schemagen.digest import digest_of
from schemagen.doit_plugin import warn
from schemagen.doit_plugin.tasks import declare_tasks
from schemagen.session import Made, Session

_NOTHING = digest_of(b"")
_OURS = '''\
"""schemagen's tasks, its runner and its state; the action does nothing."""

from benchmarks.nothing import idle_tasks
from schemagen.doit_plugin import doit_config

DOIT_CONFIG = doit_config()


def task_generate():
    yield from idle_tasks()
'''
_STOCK = '''\
"""Stock doit: the same tasks; the action does nothing."""

import json
from pathlib import Path

GRAPH = json.loads(Path("graph.json").read_text())


def nothing():
    """Do nothing."""


def task_nothing():
    for name, inputs, outputs in GRAPH:
        yield {"name": name, "actions": [nothing], "file_dep": inputs, "targets": outputs}
'''


class Idle(Session):
    """A session whose workers make nothing, and say that each output is what it should be."""

    def make(self, schema_name: str, stale: Collection[str]) -> Made:
        return Made({path: Written(_NOTHING, "") for path in stale})


def idle_tasks() -> Iterator[Any]:
    """schemagen's tasks for the project in the present folder."""
    yield from declare_tasks(Idle(load_config(Path.cwd()), Globals.dep_manager.backend.state, warn))


def write_our_dodo(folder: Path) -> None:
    (folder / "dodo.py").write_text(_OURS, encoding="utf-8")


def write_stock_dodo(folder: Path, edges: Sequence[Edge]) -> None:
    graph = [[edge.name, edge.inputs, edge.outputs] for edge in edges]
    (folder / "graph.json").write_text(json.dumps(graph), encoding="utf-8")
    (folder / "dodo.py").write_text(_STOCK, encoding="utf-8")
