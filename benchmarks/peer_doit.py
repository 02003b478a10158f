"""This module knows how to write a dodo.py for stock doit: its own checker (MD5) and its own database (dbm).

Its tasks have the inputs and outputs that schemagen's have; their action only copies. The graph is read from a
JSON file, which spares doit the parsing of schemas that a real dodo.py would have to do to find the refs.
"""

from __future__ import annotations

import dbm
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.synthetic import Edge

_DODO = '''\
"""Stock doit, one task for each schema."""

import json
from pathlib import Path

GRAPH = json.loads(Path("graph.json").read_text())


def copy(schema, targets):
    data = Path(schema).read_bytes()
    for target in targets:
        path = Path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def task_copy():
    for name, schema, inputs, outputs in GRAPH:
        yield {"name": name, "actions": [(copy, [schema])], "file_dep": inputs, "targets": outputs}
'''


def write_dodo(folder: Path, edges: Sequence[Edge]) -> None:
    """Write dodo.py and its graph into the project at ``folder``."""
    graph = [[edge.name, edge.schema, edge.inputs, edge.outputs] for edge in edges]
    (folder / "graph.json").write_text(json.dumps(graph), encoding="utf-8")
    (folder / "dodo.py").write_text(_DODO, encoding="utf-8")


def database_of(folder: Path) -> str:
    """Which dbm doit found on this machine: the speed of stock doit depends on it."""
    return dbm.whichdb(str(folder / ".doit.db")) or "unknown"
