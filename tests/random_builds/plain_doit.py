"""This module knows how to build a world as doit alone does: its own runner, checker and database.

Reading, planning and rendering are schemagen's, and the graph is as good as a careful author of a dodo.py could make
it. Only what decides what is stale, and what writes, is doit's way.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain
from doit.exceptions import TaskFailed
from doit.reporter import ConsoleReporter
from doit.tools import config_changed

from schemagen.config import load_config
from schemagen.errors import SchemagenError
from schemagen.loading import load_project
from schemagen.plan import Task, options_text
from schemagen.project import Project
from tests.random_builds.builds import Outcome, in_child
from tests.random_builds.moments import Interruption
from tests.random_builds.world import LOG


def build(root: Path, front: str, interruption: Interruption | None = None) -> Outcome:
    """Build the project at ``root`` with doit alone; of ``front`` it understands just whether all is to be made."""
    return in_child(lambda out: _run(root, front, out), interruption)


def _run(root: Path, front: str, out: io.StringIO) -> int:
    with contextlib.chdir(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        Path(LOG).parent.mkdir(exist_ok=True)
        settings = {"reporter": _Reporter, "backend": "json", "dep_file": LOG, "continue": True}
        loader = ModuleTaskLoader({"task_generate": _tasks, "DOIT_CONFIG": settings})
        code = DoitMain(loader).run(["run", *(["--always-execute"] if front.endswith("--force") else [])])
        return min(int(code or 0), 1) if code != 3 else 3  # a task that failed is an error of its group


def _tasks() -> Iterator[dict[str, Any]]:
    project = load_project(load_config(Path.cwd()))
    for task in project.tasks.values():
        schemas = project.files_of((task.schema, *task.links.inputs))
        packs = [path for pack in project.packs for path in pack.files if Path(path).is_file()]
        yield {
            "name": task.name,
            "actions": [(_make, [project, task])],
            "file_dep": [*(path for path in schemas if Path(path).exists()), *packs],
            "targets": [output.path for output in task.outputs],
            "uptodate": [config_changed(options_text(project.config))],
        }


def _make(project: Project, task: Task) -> TaskFailed | None:
    try:
        if task.problem is not None:
            raise task.problem
        paths = {output.below: output.path for output in task.outputs}
        for below, pieces in project.render(task.name, paths):
            _write(Path(paths[below]), b"".join(pieces))
    except (SchemagenError, OSError) as problem:
        return TaskFailed(str(problem))
    return None


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


class _Reporter(ConsoleReporter):  # type: ignore[misc]  # doit has no types
    """doit's own, with a summary such as ours at the end."""

    def __init__(self, outstream: Any, options: dict[str, Any]) -> None:
        super().__init__(sys.stdout, options)
        self._counts = {"generated": 0, "fresh": 0, "failed": 0}

    def add_success(self, task: Any) -> None:
        self._counts["generated"] += not task.has_subtask

    def skip_uptodate(self, task: Any) -> None:
        self._counts["fresh"] += not task.has_subtask

    def add_failure(self, task: Any, fail: Any) -> None:
        self._counts["failed"] += not task.has_subtask

    def complete_run(self) -> None:
        self.write(", ".join(f"{count} {what}" for what, count in self._counts.items()) + " in 0.00 s\n")
