"""This module knows how to keep the outputs that there is one of for the whole project, such as an index."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from schemagen.generate import Rendered, within
from schemagen.jsontext import dumps
from schemagen.overview import NO_SUMMARY, Entry, Summary, build_overview, summarise
from schemagen.packs import Pack
from schemagen.plan import Task, key_with
from schemagen.session import NOT_LOOKED, Look, Made, Session, task_name

# What it shows, the folder of the outputs that show it, their pack, and itself.
_Overview: TypeAlias = tuple[list[Entry], str, str, dict[str, Any]]
# The summary of a schema, the paths of the schemas that it reaches, and those of them that only others refer to.
Shown: TypeAlias = tuple[Summary, Sequence[str], Sequence[str]]


class Indexing:
    """The outputs for the whole project of one session; made before anything is generated.

    What they show of a schema is recorded when it is generated; so ``look`` is to be called when all that is over.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before = self._summaries()
        self._seen: list[Entry] = []  # when a look was last taken; nothing that they show changes after that
        self._last: _Overview | None = None  # that was built, and may be shown next

    def look(self, task: Task) -> Look:
        """See which outputs of ``task``, one of the project's tasks, are not fresh."""
        if self._shows_the_same():
            return NOT_LOOKED
        self._seen, self._last = self._entries(), None
        return self._session.look(self.keyed(task))

    def _shows_the_same(self) -> bool:
        """Whether it is known, without a look at all schemas, that nothing that is shown changed, nor what was made of
        it. Of schemas that fail, or failed the last time, what is recorded is not what is shown."""
        changes, session = self._session.changes, self._session
        if changes is None or changes.snapshot.unsettled:
            return False
        are_settled = all(session.settled(task) is not None for task in session.tasks())
        return are_settled and self._before == self._summaries()

    def keyed(self, task: Task) -> Task:
        """``task`` with keys that cover the overviews that its outputs show."""
        made = self._pack(task).project_outputs
        entries: list[Entry] = []
        outputs = []
        for output, template in zip(task.outputs, made, strict=True):
            if template.names_read is None or template.names_read:
                entries = entries or self._seen or self._entries()
                shown = dumps(self._overview(entries, output.below, task.name)).encode()
            else:
                shown = b""  # a script or a style sheet shows nothing of the schemas
            outputs.append(key_with(output, shown))
        return task._replace(outputs=tuple(outputs))

    def make(self, task: Task, stale: Collection[str]) -> Made:
        """Render the stale outputs of ``task`` into temporary files beside them."""
        return self._session.write(task, stale, partial(self.render, task))

    def render(self, task: Task, wanted: Collection[str]) -> Iterator[Rendered]:
        """The bytes, in pieces, of the ``wanted`` outputs (paths below the output folder) of ``task``; the pieces raise
        TemplateError or OutputError."""
        pack, config = self._pack(task), self._session.config
        entries = self._seen or self._entries()
        for output in pack.project_outputs:
            if output.rule.path in wanted:
                overview = self._overview(entries, output.rule.path, pack.name)
                pieces = output.pieces(pack.seen_by_templates(overview))
                path = f"{config.output}/{output.rule.path}"
                yield output.rule.path, within(pieces, config.max_output_bytes, path)
        self._last = None

    def _overview(self, entries: list[Entry], at: str, pack: str) -> dict[str, Any]:
        """The overview for an output of ``pack`` at ``at``: the last one again where it is the same."""
        folder = posixpath.dirname(at)
        if self._last is None or self._last[0] is not entries or self._last[1:3] != (folder, pack):
            self._last = entries, folder, pack, build_overview(entries, at, pack)
        return self._last[3]

    def _pack(self, task: Task) -> Pack:
        return next(pack for pack in self._session.project.packs if pack.name == task.name)

    def _entries(self) -> list[Entry]:
        """What overviews show: what is recorded of fresh schemas, and what the others say themselves."""
        changes, planned = self._session.changes, {task.schema: task for task in self._session.tasks()}
        if changes is None:
            names = {path: task.name for path, task in planned.items()}
        else:
            names = {changes.schema_of(task): name for task, name in enumerate(changes.columns.task_names())}
        return [self._entry(path, planned.get(path), names) for path in names]

    def _entry(self, path: str, task: Task | None, names: Mapping[str, str]) -> Entry:
        name, project = names[path], self._session.project
        summary, inputs, indirect = self._shown(name, path, task)
        outputs = {output.path_for(name): pack.name for pack in project.packs for output in pack.outputs}
        refs = {names[ref]: ref not in indirect for ref in inputs if ref != path and ref in names}
        return Entry(name, path, outputs, refs, summary)

    def _shown(self, name: str, path: str, task: Task | None) -> Shown:
        """What is shown of a schema."""
        state = self._session.state
        facts = {} if state is None else state.facts(task_name(name))
        inputs = facts.get("inputs", {})
        if task is None or (inputs and inputs.get(path) == task.links.inputs.get(path)):
            return _recorded(facts)
        schema = None if task.problem is not None else self._session.project.schema(name)
        summary = NO_SUMMARY if schema is None else summarise(schema)
        return summary, list(task.links.inputs), list(task.links.indirect)

    def _summaries(self) -> list[Shown]:
        """What is recorded now of the schemas that changed."""
        if self._session.changes is None or self._session.state is None:
            return []
        return [_recorded(self._session.facts(task)) for task in self._session.tasks()]


def _recorded(facts: Mapping[str, Any]) -> Shown:
    return facts.get("summary", NO_SUMMARY), list(facts.get("inputs", {})), facts.get("indirect", [])
