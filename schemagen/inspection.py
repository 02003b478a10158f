"""This module knows how to look at a project and say what it sees; it takes no lock and writes nothing.

Each function is a command: it prints, and returns its exit code. All raise what ``load_project`` raises.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from schemagen.check import check_outputs
from schemagen.config import Config
from schemagen.errors import ConfigError, Location
from schemagen.explanations import load_explanations, long_form
from schemagen.findings import cases_of
from schemagen.generate import whole_view
from schemagen.indexing import Indexing
from schemagen.jsontext import dumps
from schemagen.leftovers import orphans_of
from schemagen.loading import load_project
from schemagen.plan import Task
from schemagen.project import Project
from schemagen.publishing import Notes
from schemagen.recursion import deep_recursion
from schemagen.rows import STATE_FILE
from schemagen.session import Session
from schemagen.sources import find_schemas
from schemagen.state.store import State


def _session(config: Config) -> Session:
    """A session that only looks: it takes no lock and writes nothing."""

    def warn(damage: str) -> None:
        _say(f"{STATE_FILE}:1:1: warning: {damage}; going on with what is good of it")

    return Session(config, State(Path(config.root, STATE_FILE), warn), _say)


def dry_run(config: Config, *, is_forced: bool) -> int:
    """Say what a build would generate, and why; 1 if a schema could not be used."""
    session = _session(config)
    broken = count = 0
    tasks = session.own_tasks()
    for task in tasks:
        stale = session.stale(task)
        if task.problem is not None:
            broken += 1
            _say(str(task.problem))
        elif stale or is_forced:
            count += 1
            reasons = session.explain(task, stale) or ["asked for"]
            print(f"would generate {task.name}: {reasons[0]}")
    indexing = Indexing(session)
    for index in session.own_project_tasks():
        # What it will show of schemas that are stale is told by the schemas themselves, as they are now.
        keyed = indexing.keyed(index)
        if stale := session.stale(keyed):
            print(f"would generate {', '.join(sorted(stale))}: {session.explain(keyed, stale)[0]}")
    for orphan in orphans_of(session):
        print(f"would remove {orphan.path}" if orphan.is_intact else f"would keep {orphan.path}: it was edited")
    print(f"{count} would be generated, {len(tasks) - count - broken} fresh, {broken} would fail")
    return 1 if broken else 0


def check(config: Config, *, shows_diff: bool, notes: Notes | None = None) -> int:
    """Say which outputs are not what would be generated, or note it down for a report, diffs included; 1 if there are
    any."""
    with deep_recursion():
        report = check_outputs(_session(config))
    if notes is not None:
        cases, problems = cases_of(report, has_diffs=shows_diff)
        notes.cases += cases
        notes.problems += problems
    for finding in report.findings:
        print(f"{finding.kind:<8}  {finding.path}")
        if shows_diff and notes is None:
            sys.stdout.writelines(finding.diff_lines())
    print(
        f"{report.by_digest} outputs checked by recorded digest, {report.by_generating} by generating them in memory, "
        f"{len(report.findings)} not as they should be"
    )
    return 1 if report.findings else 0


def explain(config: Config, named: str | None) -> int:
    """Say why each schema, or the one that is named, would be generated, or was the last time; where none is named, why
    the outputs for the whole project would be, by pack, too."""
    session = _session(config)
    if named is not None:
        tasks = [_find_task(session.project, named)]
    else:
        indexing = Indexing(session)
        tasks = [*session.tasks(), *map(indexing.keyed, session.project.project_tasks)]
    for task in tasks:
        reasons = session.explain(task, session.stale(task))
        if reasons:
            print(f"{task.name} would be generated:" if task.problem is None else f"{task.name} would fail:")
        else:
            print(f"{task.name} is fresh; it was generated the last time because:")
            reasons = session.facts(task).get("why", [])
        for reason in reasons:
            print(f"    {reason}")
    return 0


def explain_code(code: str) -> int:
    """Say what an error code means, and what to do; raises ConfigError for one that there is not."""
    explained = load_explanations().get(code)
    if explained is None:
        raise ConfigError("no error has this code: docs/errors.md lists them", Location(code), "SG033")
    sys.stdout.write(long_form(explained))
    return 0


def list_schemas(config: Config) -> int:
    """Say which schemas there are, what is made from them, and which are stale."""
    session = _session(config)
    for task in session.tasks():
        status = "broken" if task.problem else "stale" if session.stale(task) else "fresh"
        outputs = ", ".join(output.path for output in task.outputs)
        print(f"{status:<6}  {task.name}  {task.schema} -> {outputs}")
    return 0


def list_names(config: Config) -> int:
    """Say which schemas there are, and nothing else: nothing is read but folders."""
    for file in find_schemas(config):
        print(file.name)
    return 0


def print_view(config: Config, named: str) -> int:
    """Print the view of a schema as JSON; 1 if it cannot be used."""
    project = load_project(replace(config, packs=(), format=()))
    task = _find_task(project, named)
    if task.problem is not None:
        _say(str(task.problem))
        return 1
    with deep_recursion():
        print(dumps(whole_view(*project.resolved(task.name)), indent=2))
    return 0


def _find_task(project: Project, named: str) -> Task:
    """The task of the schema that ``named``, a name or a path, means; raises ConfigError."""
    path = os.path.normpath(named)
    found = project.tasks.get(named) or next((task for task in project.tasks.values() if task.schema == path), None)
    if found is None:
        folders = ", ".join(project.config.schemas)
        raise ConfigError(f"no such schema in {folders}", Location(named), "SG031")
    return found


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
