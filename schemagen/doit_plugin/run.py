"""This module knows how to run doit's ``run`` command as a build: under the lock, with our runner.

Until there is something to build it imports nothing of what builds: that takes longer than a build with
nothing to do.
"""

from __future__ import annotations

import ast
import codecs
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.action import PythonAction
from doit.cmd_run import Run
from doit.control import TaskControl
from doit.exceptions import InvalidCommand
from doit.runner import Runner
from doit.task import Stream

from schemagen.state.lock import writer_lock
from schemagen.state.snapshot import Observation
from schemagen.unchanged import STATE_FOLDER, snapshot_key, snapshot_path, summary, unchanged_tasks

if TYPE_CHECKING:
    from schemagen.session import Session

# Options of doit's run that change how a build is done, not what it does.
ORDINARY = {"num_process", "par_type", "continue", "verbosity"}


class RunBuild(Run):  # type: ignore[misc]  # doit has no types
    """doit's ``run``, with a lock round it, our runner behind ``-n``, and orphans removed after it."""

    name = "run"

    def execute(self, params: Any, args: list[str]) -> Any:
        """As doit's, but nothing is loaded where a snapshot shows that there is nothing to do."""
        started = time.monotonic()
        front, key, is_plain = self._front(params, args)
        if is_plain and (fresh := unchanged_tasks(front, key)):
            sys.stdout.write(summary(0, fresh, 0, time.monotonic() - started))
            return 0
        folder = _project_folder(params)
        with _locked(folder / STATE_FOLDER):
            self._seen: tuple[Session, Any] | None = None
            observation = Observation(snapshot_path(front), str(folder), key)
            result = super().execute(params, args)
            if is_plain and self._seen is not None:
                self._conclude(observation, *self._seen, dodo=params.get("dodoFile", ""))
            return result

    def _front(self, params: Any, args: list[str]) -> tuple[str, str, bool]:
        """Who runs us, what for, and whether it is a build of everything with nothing special about it."""
        special = set(params._non_default_keys) - ORDINARY if hasattr(params, "_non_default_keys") else set()
        key = getattr(self.loader, "snapshot_key", None)
        if key is not None:
            return "generate", key, not params.get("always")
        is_here = params.get("dodoFile") == "dodo.py" and not params.get("cwdPath")
        return "doit", snapshot_key(["doit"]), not args and not special and is_here

    def _conclude(self, observation: Observation, session: Session, report: Any, *, dodo: str) -> None:
        """Take a snapshot for the next build, if this one was about our tasks and nothing else."""
        from schemagen.doit_plugin.reporter import Reporter
        from schemagen.session import STATE_FILE

        if not isinstance(report, Reporter) or (dodo and not is_plain_dodo(Path(dodo).read_bytes())):
            return
        is_clean = not (report.generated or report.failed or session.kept or session.has_kept_orphans)
        observation.conclude(
            session.project.watched(STATE_FILE, *([dodo] if dodo else [])), report.fresh if is_clean else 0
        )

    def _execute(  # doit passes its options by these names
        self,
        outfile: Any,
        verbosity: int | None = None,
        always: bool = False,
        continue_: bool = False,
        reporter: Any = "console",
        num_process: int = 0,
        par_type: str = "process",
        single: bool = False,
        auto_delayed_regex: bool = False,
        force_verbosity: bool = False,
        failure_verbosity: int = 0,
        pdb: bool = False,
    ) -> Any:
        from schemagen.build import sweep_temps
        from schemagen.doit_plugin.runner import BatchRunner, SerialRunner, ThreadRunner
        from schemagen.plan import EDITED

        session = _session_of(self.task_list)
        if session is None:
            return super()._execute(
                outfile, verbosity, always, continue_, reporter, num_process, par_type, single,
                auto_delayed_regex, force_verbosity, failure_verbosity, pdb,
            )  # fmt: skip
        if par_type not in {"process", "thread"}:
            raise InvalidCommand(f"Invalid parallel type {par_type}")
        PythonAction.pm_pdb = pdb
        self.control = self._select(single, auto_delayed_regex)
        reporter_class = self.reporters[reporter] if isinstance(reporter, str) else reporter
        with _stream_for(outfile) as self.outstream, _deep_recursion():
            report = reporter_class(self.outstream, {"failure_verbosity": failure_verbosity})
            self._seen = session, report
            common = (self.dep_manager, report, continue_, always, Stream(verbosity, force_verbosity))
            runner: Runner
            if not num_process:
                runner = SerialRunner(*common)
            elif par_type == "thread":
                runner = ThreadRunner(*common, num_process)
            else:
                runner = BatchRunner(*common, num_process, session)
            sweep_temps(session.root / session.config.output)
            if self.sel_default_tasks:
                session.remove_orphans()
            result: int = runner.run_all(self.control.task_dispatcher())
            for path in sorted(session.kept):
                session.warn(f"{path}:1:1: {EDITED}: kept")
            return result or int(bool(session.kept))

    def _select(self, single: bool, auto_delayed_regex: bool) -> TaskControl:
        control = TaskControl(self.task_list, auto_delayed_regex=auto_delayed_regex)
        control.process(self.sel_tasks)
        if single:
            for name in control.selected_tasks:
                task = control.tasks[name]
                for alone in [control.tasks[sub] for sub in task.task_dep] if task.has_subtask else [task]:
                    alone.task_dep = []
        return control


PLAIN_DODO = """
from schemagen.doit_plugin import doit_config, generate_tasks
DOIT_CONFIG = doit_config()
def task_generate():
    yield from generate_tasks()
"""


def is_plain_dodo(source: bytes) -> bool:
    """Whether a dodo.py is just the one that our documentation shows, give or take docstrings and comments.

    Any other may declare other tasks tomorrow, for reasons that no file time tells.
    """

    def shape(text: bytes | str) -> list[str]:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body.pop(0)
            if isinstance(node, ast.FunctionDef):
                node.returns = None
        return [ast.dump(node) for node in tree.body]

    return shape(source) == shape(PLAIN_DODO)


def _project_folder(params: Any) -> Path:
    """The folder that doit will change to: that of the dodo.py, or the one that an option says."""
    dodo = Path(params.get("dodoFile") or "dodo.py")
    return Path(params.get("cwdPath") or dodo.parent).resolve()


def _session_of(tasks: list[Any]) -> Session | None:
    from schemagen.doit_plugin.tasks import GenerateTask

    return next((task.action.session for task in tasks if isinstance(task, GenerateTask)), None)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    def say_so() -> None:
        sys.stderr.write("waiting for another build of this project to end\n")

    def say_why(trouble: str) -> None:
        sys.stderr.write(f"{folder.name}:1:1: warning: no lock: {trouble}; do not start a second build\n")

    with writer_lock(folder, say_so, say_why):
        yield


@contextlib.contextmanager
def _stream_for(outfile: Any) -> Iterator[Any]:
    if isinstance(outfile, str):
        with codecs.open(outfile, "w", encoding="utf-8") as stream:
            yield stream
    else:
        # doit's default is what sys.stdout was when doit was imported; it may have been redirected since.
        yield sys.stdout


@contextlib.contextmanager
def _deep_recursion() -> Iterator[None]:
    """Rendering a view as deep as a schema may be takes more frames than Python allows by default."""
    from schemagen.workers import RECURSION_LIMIT

    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
