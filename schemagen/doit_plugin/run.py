"""This module knows how to run doit's ``run`` command as a build: under the lock, with our runner.

Until there is something to build it imports nothing of what builds: that takes longer than a build with
nothing to do.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.action import PythonAction
from doit.cmd_run import Run
from doit.control import TaskControl
from doit.exceptions import InvalidCommand
from doit.task import Stream

from schemagen.doit_plugin.front import Front, SayFresh, report_fresh
from schemagen.doit_plugin.locking import locked
from schemagen.doit_plugin.stopping import Stopped, Stops
from schemagen.ending import end_for, ending_for, open_report
from schemagen.errors import ConfigError, EngineError
from schemagen.garbage import collecting, without_collecting
from schemagen.state.sight import file_system_now
from schemagen.unchanged import LOCK, STATE_FOLDER, key_with_path

if TYPE_CHECKING:
    from schemagen.cluster.scheduler import Cluster
    from schemagen.doit_plugin.batch_runner import BatchRunner
    from schemagen.doit_plugin.runner import SerialRunner, ThreadRunner
    from schemagen.session import Session
    from schemagen.sharing import Sharing

# Options of doit's run that change how a build is done, not what it does.
ORDINARY = {"num_process", "par_type", "continue", "verbosity", "engine", "scheduler"}
_ERROR, _CANNOT_START = 2, 3
_ENGINE = {
    "name": "engine",
    "long": "engine",
    "type": str,
    "default": "",
    "choices": (("local", "processes of this build"), ("dask", "the workers of a dask cluster")),
    "help": "who makes the outputs of schemas, instead of what [tool.schemagen] says",
}
_SCHEDULER = {
    "name": "scheduler",
    "long": "scheduler",
    "type": str,
    "default": "",
    "help": "address of the scheduler of a dask cluster, such as tls://host:8786",
}


class RunBuild(Run):  # type: ignore[misc]  # doit has no types
    """doit's ``run``, with a lock round it, our runner behind ``-n``, and orphans removed after it."""

    name = "run"
    cmd_options = (*Run.cmd_options, _ENGINE, _SCHEDULER)

    def execute(self, params: Any, args: list[str]) -> Any:
        """As doit's, but only what changed is loaded, where a snapshot can tell; and a signal stops it in order."""
        self._stops = Stops()
        try:
            with self._stops.watched():
                result = self._build(params, args)
                sys.stdout.flush()
                return result
        except Stopped as stopped:
            sys.stderr.write(f"{stopped}\n")
            raise SystemExit(stopped.exit_code) from None
        except EngineError as lost:
            sys.stderr.write(f"{lost}\n")
            raise SystemExit(_ERROR if lost.has_begun else _CANNOT_START) from None
        except ConfigError as problem:
            sys.stderr.write(f"{problem}\n")
            raise SystemExit(_CANNOT_START) from None
        except OSError as error:
            end_for(error)

    def _build(self, params: Any, args: list[str]) -> Any:
        self._started = time.monotonic()
        folder = _project_folder(params)
        front = self._front(params, args, folder)
        fails_on_change = self._asked is not None and self._asked.fails_on_change
        say_fresh: SayFresh = report_fresh
        if front is not None:
            self._started, say_fresh = front.started, front.say_fresh
        glance = front.glance() if front is not None and front.found is None else None
        if glance is not None and glance.fresh:
            return say_fresh(glance.fresh, self._started)
        from schemagen.changes import EVERYTHING, discard_snapshot, look

        found = EVERYTHING if front is None else front.found or look(glance)
        if found.fresh:
            return say_fresh(found.fresh, self._started)
        with locked(folder / STATE_FOLDER, self._stops) as has_waited:
            if front is not None and (has_waited or not (found.changes is None or found.changes.still_hold())):
                found = look(front.glance())
                if found.fresh:
                    return say_fresh(found.fresh, self._started)
            began = file_system_now(str(folder / LOCK))
            discard_snapshot(str(folder))
            if front is not None and found.changes is not None:
                self.loader = front.loader(found.changes)
            self._session: Session | None = None
            with without_collecting():
                result = super().execute(params, args)
                if front is not None and self._session is not None:
                    self._conclude(self._session, front, folder, began)
            if fails_on_change and self._session is not None:
                changed = _fail_on_change(self._session)
                return result or changed
            return result

    @property
    def _asked(self) -> Front | None:
        """Who runs us, if it is not doit."""
        front: Front | None = getattr(self.loader, "front", None)
        return front

    def _front(self, params: Any, args: list[str], folder: Path) -> Front | None:
        """Who runs us, if it is a build of everything with nothing special about it."""
        front = self._asked
        if front is not None:
            return None if params.get("always") else front
        special = set(params._non_default_keys) - ORDINARY if hasattr(params, "_non_default_keys") else set()
        is_here = params.get("dodoFile") == "dodo.py" and not params.get("cwdPath")
        return Front.of_doit(folder) if is_here and not args and not special else None

    def _conclude(self, session: Session, front: Front, folder: Path, began: int) -> None:
        """Take a snapshot for the next build, if that could make use of it: doit with a dodo.py that may have reasons
        of its own to run looks at every task anyway."""
        from schemagen.changes import save
        from schemagen.conclusion import conclude
        from schemagen.doit_plugin.dodo import digest_of_plain_dodo

        dodo = digest_of_plain_dodo(folder)
        if (front.dodo and not dodo) or session.config.shard is not None:
            return  # a snapshot is of all that there is
        key = key_with_path(front.key) if session.formatting else front.key
        snapshot = conclude(session, key, dodo, began)
        if snapshot is not None:
            save(snapshot)

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
        engine: str = "",
        scheduler: str = "",
    ) -> Any:
        from schemagen.doit_plugin.checker import ContentChecker
        from schemagen.leftovers import remove_orphans
        from schemagen.recursion import deep_recursion
        from schemagen.writing import sweep_temps

        sharing = _sharing_of(self.task_list)
        if sharing is None:
            return super()._execute(
                outfile, verbosity, always, continue_, reporter, num_process, par_type, single,
                auto_delayed_regex, force_verbosity, failure_verbosity, pdb,
            )  # fmt: skip
        session, sharing.renews = sharing.session, always
        if par_type not in {"process", "thread"}:
            raise InvalidCommand(f"Invalid parallel type {par_type}")
        PythonAction.pm_pdb = pdb
        self.control = self._select(single, auto_delayed_regex)
        reporter_class = self.reporters[reporter] if isinstance(reporter, str) else reporter
        checker = self.dep_manager.checker
        if isinstance(checker, ContentChecker):
            checker.trust({path: sight.digest for path, sight in session.project.sights.items()})
        with _stream_for(outfile) as self.outstream, deep_recursion(), collecting():
            report = reporter_class(self.outstream, {"failure_verbosity": failure_verbosity})
            self._session = session
            session.started = self._started
            common = (self.dep_manager, report, continue_, always, Stream(verbosity, force_verbosity))
            runner = _runner_of(session, common, num_process, par_type, _cluster_for(session, engine, scheduler))
            if session.changes is None:  # else the last build ended, and has left nothing
                sweep_temps(session.root / session.config.output)
            if self.sel_default_tasks and session.changes is None:
                remove_orphans(session)
                session.remember_packs()
            _remember(session)
            runner.stops, runner.sharing = self._stops, sharing
            sharing.begin()
            try:
                result: int = runner.run_all(self.control.task_dispatcher())
            finally:
                sharing.close()
                if self._stops.is_stopped or runner.has_lost_workers:
                    sweep_temps(session.root / session.config.output)
            return result or _tell_of_kept(session, report)

    def _select(self, single: bool, auto_delayed_regex: bool) -> TaskControl:
        control = TaskControl(self.task_list, auto_delayed_regex=auto_delayed_regex)
        control.process(self.sel_tasks)
        if single:
            for name in control.selected_tasks:
                task = control.tasks[name]
                for alone in [control.tasks[sub] for sub in task.task_dep] if task.has_subtask else [task]:
                    alone.task_dep = []
        return control


def _fail_on_change(session: Session) -> int:
    """Name the outputs that were written or removed; 1 if there are any."""
    for path in sorted(session.changed):
        sys.stderr.write(f"{path}:1:1: {'written' if (session.root / path).exists() else 'removed'}\n")
    return int(bool(session.changed))


def _project_folder(params: Any) -> Path:
    """The folder that doit will change to: that of the dodo.py, or the one that an option says."""
    dodo = Path(params.get("dodoFile") or "dodo.py")
    return Path(params.get("cwdPath") or dodo.parent).resolve()


def _runner_of(
    session: Session, common: tuple[Any, Any, bool, bool, Any], workers: int, par_type: str, cluster: Cluster | None
) -> SerialRunner | ThreadRunner | BatchRunner:
    """Who runs the tasks; ``common`` is what every runner of doit's is told, ``workers`` 0 for this process alone."""
    from schemagen.doit_plugin.runner import SerialRunner, ThreadRunner

    if not workers and not session.formatting.takes_many and cluster is None:
        return SerialRunner(*common)
    if par_type == "thread" and cluster is None:
        session.prepare()  # a template that two threads compile at once is wrong in one of them
        return ThreadRunner(*common, workers)
    from schemagen.doit_plugin.batch_runner import BatchRunner

    # If only for formatters that take many outputs at once.
    return BatchRunner(*common, workers or 1, session, cluster)


def _tell_of_kept(session: Session, report: Any) -> int:
    """Name the outputs that were edited and are kept; 1 if there are any."""
    from schemagen.doit_plugin.reporter import Reporter
    from schemagen.plan import EDITED

    for path in sorted(session.kept):
        session.warn(f"{path}:1:1: {EDITED}: kept")
        if isinstance(report, Reporter):
            report.kept(path)
    return int(bool(session.kept))


def _cluster_for(session: Session, engine: str, scheduler: str) -> Cluster | None:
    """The cluster to use, if one is; raises ConfigError. What doit's options say comes before the configuration."""
    config = session.config
    if (engine or config.engine) != "dask":
        return None
    from schemagen.cluster.scheduler import choose_cluster

    return choose_cluster(replace(config, scheduler=scheduler) if scheduler else config)


def _sharing_of(tasks: list[Any]) -> Sharing | None:
    from schemagen.doit_plugin.tasks import GroupTask

    return next((task.sharing for task in tasks if isinstance(task, GroupTask)), None)


def _remember(session: Session) -> None:
    """Keep what was found out, for the next build."""
    session.formatting.remember()
    if session.project.parts is not None:
        session.project.parts.keep_indexes()


@contextlib.contextmanager
def _stream_for(outfile: Any) -> Iterator[Any]:
    if isinstance(outfile, str):
        with open_report(outfile) as stream, ending_for(stream):
            yield stream
    else:
        # doit's default is what sys.stdout was when doit was imported; it may have been redirected since.
        yield sys.stdout
