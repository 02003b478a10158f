"""This module knows how to hold together one run: the configuration, the project, the state, and who writes what."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemagen.changes import Changes
from schemagen.config import Config
from schemagen.drafting import Drafts
from schemagen.formatting import Formatting, prepare_formatting
from schemagen.generate import Rendered, prepare
from schemagen.loading import load_changed, load_project
from schemagen.made import Draft, Look, Made
from schemagen.overview import NO_SUMMARY, summarise
from schemagen.pack_files import PackFiles
from schemagen.packs import LoadPacks, load_packs
from schemagen.plan import EDITED, FORMATS, Task, explain_task, options_text, stale_outputs
from schemagen.priority import Rank, ranking
from schemagen.project import Project
from schemagen.rows import PACKS_ROW, row_name, task_name
from schemagen.state.shapes import OURS
from schemagen.state.sight import Sight, see
from schemagen.state.store import Place, State, encode
from schemagen.writing import (
    Written,
    bytes_of_file,
    discard,
    move_into_place,
)

if TYPE_CHECKING:
    from schemagen.shards import Name

REASONS_KEPT = 5
_ASKED_FOR = ("asked for",)


def _never(_: str) -> bool:
    return False


class Session:
    """One run over one project. In a worker process it has no state and never writes but temporary files.

    With ``keeps_edited`` an output that was edited is not restored but added to ``kept``. With ``changes`` only
    what they may have made stale is looked at, if that can be. ``load`` loads the packs.
    """

    def __init__(
        self,
        config: Config,
        state: State | None,
        warn: Callable[[str], None],
        *,
        keeps_edited: bool = False,
        changes: Changes | None = None,
        load: LoadPacks = load_packs,
    ) -> None:
        self.config = config
        self._load = load
        self.root = Path(config.root)
        self.state = state
        self.warn = warn
        self.keeps_edited = keeps_edited
        self.changes = changes
        self.kept: set[str] = set()
        self.sights: dict[str, Sight] = {}  # of outputs, by path
        # The tasks of outputs for the whole project that were looked at, with their keys, by the names of their packs.
        self.seen_indexes: dict[str, Task] = {}
        self._settled: dict[str, bytes] = {}
        self.has_kept_orphans = False
        self.changed: list[str] = []  # the outputs that were written or removed
        self.made: list[str] = []  # the names of the schemas whose outputs were made, and not found
        self.started = time.monotonic()

    def __getstate__(self) -> dict[str, Any]:
        # A worker that did not inherit the project loads it again.
        mine = {name: value for name, value in self.__dict__.items() if name not in {"project", "_rank", "_pack_files"}}
        return {**mine, "state": None, "changes": None, "warn": print, "_load": load_packs}

    @cached_property
    def formatting(self) -> Formatting:
        return prepare_formatting(self.config)

    @cached_property
    def drafts(self) -> Drafts:
        """What writes rendered outputs beside their places."""
        return Drafts(self.config, self.formatting)

    @cached_property
    def project(self) -> Project:
        state, formatting = self.state, self.formatting
        if state is None:
            return load_project(self.config, formatting=formatting)

        def remembered(name: str) -> dict[str, Any]:
            return state.facts(task_name(name))

        if self.changes is not None:
            state.use_places(*_places(self.changes))
            project = load_changed(self.config, self.changes, remembered, formatting, self._load)
            if project is not None:
                return project
            self.changes = None
        return load_project(self.config, remembered, formatting, self._load)

    def tasks(self) -> list[Task]:
        """The tasks of schemas."""
        return list(self.project.tasks.values())

    def own_tasks(self) -> list[Task]:
        """Those that this run is to make: all, unless it makes a shard."""
        return [task for task in self.tasks() if self._is_own(task)]

    def own_project_tasks(self) -> list[Task]:
        """The same of the tasks of outputs for the whole project."""
        return [task for task in self.project.project_tasks if self._is_own(task)]

    def _is_own(self, task: Task) -> bool:
        return self.config.shard is None or self._shards[task.is_for_project, task.name] == self.config.shard[0]

    @cached_property
    def _shards(self) -> Mapping[Name, int]:
        """The shard that makes each task, by its name."""
        from schemagen.shards import divide, parts_of_tasks

        assert self.config.shard is not None
        parts = parts_of_tasks(self.tasks(), self.project.project_tasks, self.project.size)
        return divide(parts, self.config.shard[1])

    def ranked_tasks(self) -> list[Task]:
        """Those that this run is to make, what is to be made first before the others."""
        if not self.config.priority and not self.project.priorities:
            return self.own_tasks()
        return sorted(self.own_tasks(), key=self.rank)

    def rank(self, task: Task) -> Rank:
        return self._rank(task.name, self.project.priorities.get(task.schema, 0))

    @cached_property
    def _rank(self) -> Callable[[str, int], Rank]:
        return ranking(self.config.priority)

    # -- freshness

    def stale(self, task: Task) -> Mapping[str, str]:
        """The outputs of ``task`` that are not fresh, by path, with the reason."""
        return self._stale(task, self.facts(task))

    def look(self, task: Task) -> Look:
        """See which outputs of ``task`` are not fresh, and why."""
        facts = self.facts(task)
        stale = self._stale(task, facts)
        if task.is_for_project:
            self.seen_indexes[task.name] = task
        why = self._explain(task, facts, stale)[:REASONS_KEPT] if stale else ()
        return Look(stale, why, facts.get("seconds", 0.0))

    def _stale(self, task: Task, facts: Mapping[str, Any]) -> dict[str, str]:
        assert self.state is not None
        name, owns = row_name(task), self.state.owns
        # In a first build nothing is known of any task: not asked again for each output.
        wrote = partial(self.state.wrote, name) if facts or self.state.knows(name) else _never
        stale = stale_outputs(task, facts, self.digest_of, partial(owns, name), wrote)
        if facts and not stale:
            self._settle(task, [facts["outputs"][output.path][1] for output in task.outputs])
        if self.keeps_edited:
            self.kept |= {path for path, reason in stale.items() if reason == EDITED}
            stale = {path: reason for path, reason in stale.items() if reason != EDITED}
        return stale

    def facts(self, task: Task) -> dict[str, Any]:
        """What the last success of ``task`` recorded; nothing where there was none."""
        assert self.state is not None
        facts = self.state.facts(row_name(task))
        # What options of another run made is not what the project asks for: its task has yet to be run.
        return {} if facts.get("aside") and self.config.is_whole else facts

    def settled(self, task: Task) -> bytes | None:
        """The digests of the outputs of ``task``, one after the other as bytes, where they are known to be recorded
        with the keys that they have now: to read that again for each task at the end would take as long as to plan
        it."""
        return None if task.is_for_project else self._settled.get(task.name)

    def _note(self, task: Task, outputs: Mapping[str, Sequence[str]]) -> None:
        """Remember of a task what was just recorded, if it is about what would be made now."""
        if len(outputs) == len(task.outputs) and self.kept.isdisjoint(outputs):
            self._settle(task, [digest for _, digest, _ in outputs.values()])

    def take(self, task: Task, outputs: Mapping[str, bytes]) -> Made:
        """Write ``outputs`` of ``task``, that were found, by path, to temporary files beside them."""
        made = self.drafts.write_finished(task, outputs)
        if made.problem:
            return made
        schema = self.project.schema(task.name)
        shown = NO_SUMMARY if schema is None else summarise(schema)
        return made._replace(summary=shown, seconds=self.facts(task).get("seconds", 0.0), is_shared=True)

    def _settle(self, task: Task, digests: Sequence[str]) -> None:
        if not task.is_for_project:
            self._settled[task.name] = bytes.fromhex("".join(digests))

    def explain(self, task: Task, stale: Mapping[str, str]) -> Sequence[str]:
        """Why ``stale`` outputs of ``task`` are stale, a line each."""
        return self._explain(task, self.facts(task), stale)

    def _explain(self, task: Task, facts: Mapping[str, Any], stale: Mapping[str, str]) -> Sequence[str]:
        formats = self._formats(task).get(FORMATS, {})
        return explain_task(task, facts, stale, self.config, partial(self._changed_files, task), formats)

    def _changed_files(self, task: Task, paths: Collection[str]) -> Sequence[str] | None:
        """Which files of packs changed since the last build that the outputs of ``task`` at ``paths`` are made from;
        None where that is not known."""
        return [] if self.changes is not None else self._pack_files.changed(task, paths)  # no pack changed

    @cached_property
    def _pack_files(self) -> PackFiles:
        assert self.state is not None
        return PackFiles(self.project.packs, (self.state.row(PACKS_ROW) or {}).get("files", {}))

    def remember_packs(self) -> None:
        """Record of which files the packs were, so that the next build can say which changed."""
        assert self.state is not None
        kept = {} if self.config.is_whole else self._pack_files.before
        self.state.put_row(PACKS_ROW, {"files": {**kept, **self._pack_files.now}})

    def digest_of(self, path: str) -> str | None:
        """The digest of the output ``path``; None where there is no such file."""
        seen = self.sights[path] = see(str(self.root / path), follows=False)
        return seen.digest or None

    def bytes_of(self, path: str, most: int | None = None) -> bytes | None:
        """The bytes of the output ``path``; None where there is no such file, or it has more than ``most``."""
        return bytes_of_file(os.path.join(self.config.root, path), most)

    def most_seconds(self, task: Task) -> float:
        """The seconds that ``task`` may take. A run of a formatter, of which there may be one for each output, may take
        as long again: it is known then which output it hangs at."""
        return self.config.timeout * (1 + (len(task.outputs) if self.formatting else 0))

    def prepare(self) -> None:
        """Compile all templates, so that processes that are forked after this need not."""
        prepare(self.project.packs)

    # -- in a worker

    def draft_schema(self, schema_name: str, stale: Collection[str]) -> Draft:
        """Render the stale outputs of a schema, into temporary files beside them if they are not to be formatted."""
        task = self.project.tasks[schema_name]
        if task.problem is not None:
            return Draft(task, {}, problem=task.problem)

        def render(wanted: Collection[str]) -> Iterable[Rendered]:
            return self.project.render(schema_name, wanted)

        began = time.perf_counter()
        draft = self.drafts.draft(task, stale, render)
        schema = self.project.schema(schema_name)
        shown = draft.summary if draft.problem or schema is None else summarise(schema)
        return draft._replace(summary=shown, seconds=time.perf_counter() - began)

    def make(self, schema_name: str, stale: Collection[str]) -> Made:
        """Make the stale outputs of a schema, in temporary files beside them."""
        draft = self.draft_schema(schema_name, stale)
        return self.drafts.finish(draft, self.formatting.format_all(draft.raw))

    def make_recorded(self, schema_name: str, stale: Collection[str]) -> Made:
        """The same, with what is to be recorded: work that a parent with many workers is spared."""
        return self.recorded(self.project.tasks[schema_name], self.make(schema_name, stale))

    def recorded(self, task: Task, made: Made) -> Made:
        """``made`` with what is to be recorded, if that can be told without what was recorded before."""
        if made.problem or len(made.written) < len(task.outputs):
            return made
        return made._replace(facts=encode(self._facts(task, made, {})))

    def make_for(self, task: Task, stale: Collection[str]) -> Made:
        """The same, for the task of a schema."""
        return self.make(task.name, stale)

    # -- in the parent

    def claim(self, task: Task, made: Made) -> None:
        """Claim the new outputs: what comes before ``commit``, once it is on its way to the disk."""
        assert self.state is not None
        changed = {path: digest for path, (digest, temp) in made.written.items() if temp}
        if changed:
            packs = {output.path: output.pack for output in task.outputs}
            self.state.claim(changed, task.schema, packs, is_aside=self.config.is_aside)

    def commit(self, task: Task, made: Made, why: Sequence[str]) -> dict[str, Any]:
        """Move the new outputs, which are claimed, into place, and give the facts to record.

        Raises OutputError; what was not moved is discarded then.
        """
        self._move(made)
        self._note_made(task, made)
        facts = self._facts(task, made, self.facts(task))
        self._note(task, facts["outputs"])
        return {OURS: {**facts, "why": why or _ASKED_FOR}}

    def commit_and_record(self, task: Task, made: Made, why: Sequence[str]) -> None:
        """The same, but record the facts too, as a worker has them if it can."""
        assert self.state is not None
        self._move(made)
        self._note_made(task, made)
        if made.facts and (not self.kept or self.kept.isdisjoint(made.written)):
            facts, digests = made.facts, {path: digest for path, (digest, _) in made.written.items()}
            self._settle(task, [digests[output.path] for output in task.outputs])
        else:
            told = self._facts(task, made, self.facts(task))
            facts, digests = encode(told), {path: digest for path, (_, digest, _) in told["outputs"].items()}
            self._note(task, told["outputs"])
        self.state.put_facts(row_name(task), facts, tuple(why) or _ASKED_FOR, digests)

    def _note_made(self, task: Task, made: Made) -> None:
        if not (made.is_shared or task.is_for_project):
            self.made.append(task.name)

    def _move(self, made: Made) -> None:
        """Move the new outputs into place; raises OutputError, what was not moved is discarded then."""
        left = [(path, temp) for path, (_, temp) in made.written.items() if temp]
        try:
            while left:
                path, temp = left.pop(0)
                move_into_place(self.config.root, path, temp)
                self.changed.append(path)
        finally:
            for path, temp in left:
                discard(self.root, path, temp)

    def adopt(self, task: Task, digests: Mapping[str, str]) -> dict[str, Any]:
        """The facts to record where outputs with ``digests`` by path are taken for what ``task`` would make."""
        schema = None if task.is_for_project else self.project.schema(task.name)
        summary = NO_SUMMARY if schema is None else summarise(schema)
        written = {path: Written(digest, "") for path, digest in digests.items()}
        facts = self._facts(task, Made(written, summary=summary), self.facts(task))
        return {OURS: {**facts, "why": ["taken as it was"]}}

    def _facts(self, task: Task, made: Made, before: Mapping[str, Any]) -> dict[str, Any]:
        """What to record, but for why; ``before`` is what was recorded the last time."""
        recorded = before.get("outputs", {})
        outputs: dict[str, list[str]] = {}
        for output in task.outputs:
            if output.path in self.kept:
                # Nothing is recorded of one that was edited when its task was forgotten.
                outputs |= {output.path: recorded[output.path]} if output.path in recorded else {}
                continue
            written = made.written.get(output.path)
            digest = written[0] if written is not None else recorded[output.path][1]
            outputs[output.path] = [output.key, digest, output.pack]
        return {
            "schema": task.schema,
            **({"aside": True} if self.config.is_aside else {}),
            "options": options_text(self.config),
            **task.links.to_facts(),
            **({"files": list(self.project.files_of(task.links.inputs))} if self.project.parts is not None else {}),
            "outputs": outputs,
            "summary": made.summary,
            "seconds": self._seconds(task, made, before),
            "priority": self.project.priorities.get(task.schema, 0),
            **self._formats(task),
        }

    def _formats(self, task: Task) -> dict[str, dict[str, str]]:
        """What formats the outputs of ``task``, by path, to be recorded if anything does."""
        if not self.formatting:
            return {}
        said = {output.path: self.formatting.said_of(output.below) for output in task.outputs}
        return {FORMATS: {path: each for path, each in said.items() if each}}

    @staticmethod
    def _seconds(task: Task, made: Made, before: Mapping[str, Any]) -> float:
        """What all outputs of ``task`` take: as just made, or, where that were only some, the most that was seen."""
        seconds = round(made.seconds, 4)
        if len(made.written) == len(task.outputs):
            return seconds
        most: float = before.get("seconds", 0.0)
        return max(seconds, most)


def _places(changes: Changes) -> tuple[dict[str, Place], int, int]:
    """Where the rows of the tasks to look at, and of groups, are in the log; its size, and how much of it are rows."""
    columns = changes.columns
    places = {task_name(columns.task_name(task)): columns.place(task) for task in changes.tasks}
    return {**places, **changes.snapshot.places}, changes.snapshot.log_size, sum(columns.places[1::2])
