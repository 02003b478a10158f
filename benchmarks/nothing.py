"""This module knows how to let doit run tasks that do nothing, with schemagen's runner and with its own: what is left
is what running a task costs.

Both are told the graph by a JSON file, so that no schema is parsed; both read the inputs of a task for their digests,
and note that it is done.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from doit import Globals

from benchmarks.synthetic import Edge
from schemagen.config import load_config
from schemagen.digest import digest_of
from schemagen.doit_plugin import warn
from schemagen.doit_plugin.tasks import declare_tasks
from schemagen.made import Made
from schemagen.model import SchemaFile
from schemagen.packs import load_packs
from schemagen.plan import Links, Task, plan_task, recipes_of
from schemagen.project import Project
from schemagen.refs import Library
from schemagen.session import Session
from schemagen.shelf import Shelf
from schemagen.state.sight import see
from schemagen.writing import Written

_GRAPH = "graph.json"
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


class _Graph(Project):
    """A project whose tasks are known, and whose schemas nobody needs."""

    def load_shared(self, tasks: Iterable[Task]) -> None:
        """Load nothing."""


class _Idle(Session):
    """A session whose workers make nothing, and say that each output is what it should be."""

    @cached_property
    def project(self) -> Project:
        graph = json.loads((self.root / _GRAPH).read_bytes())
        packs = load_packs(self.config.packs, self.root)
        recipes = recipes_of(packs, self.config)
        root = self.config.root
        sights = {inputs[0]: see(f"{root}/{inputs[0]}") for _, inputs, _ in graph}
        tasks = {}
        for name, inputs, _ in graph:
            links = Links({path: sights[path].digest for path in inputs if path in sights})
            tasks[name] = plan_task(
                SchemaFile(name, inputs[0]), links, {path: path for path in inputs}, recipes, self.config
            )
        library, shelf = Library((), self.config), Shelf(self.config, None)
        return _Graph(self.config, packs, tasks, 0, sights, {}, (), {}, {}, {}, None, library, shelf, {})

    def make(self, schema_name: str, stale: Collection[str]) -> Made:
        return Made({path: Written(_NOTHING, "") for path in stale})


def idle_tasks() -> Iterator[Any]:
    """schemagen's tasks for the project in the present folder."""
    yield from declare_tasks(_Idle(load_config(Path.cwd()), Globals.dep_manager.backend.state, warn))


def write_our_dodo(folder: Path, edges: Sequence[Edge]) -> None:
    _write(folder, _OURS, edges)


def write_stock_dodo(folder: Path, edges: Sequence[Edge]) -> None:
    _write(folder, _STOCK, edges)


def _write(folder: Path, dodo: str, edges: Sequence[Edge]) -> None:
    graph = [[edge.name, edge.inputs, edge.outputs] for edge in edges]
    (folder / _GRAPH).write_text(json.dumps(graph), encoding="utf-8")
    (folder / "dodo.py").write_text(dodo, encoding="utf-8")
