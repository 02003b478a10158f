"""This module knows what is to be made of a project, and how to render it; ``loading`` finds that out."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemagen.config import Config
from schemagen.errors import SchemaError
from schemagen.generate import Rendered, render_outputs, within
from schemagen.model import Resolution, Schema, SchemaFile
from schemagen.packs import Pack
from schemagen.plan import Task
from schemagen.refs import Library
from schemagen.shelf import Shelf
from schemagen.state.sight import Sight

if TYPE_CHECKING:
    from schemagen.parts import Parts


@dataclass(slots=True)
class Project:
    """What is to be made: ``tasks`` by schema name. Schemas and resolutions are loaded as they are needed.

    ``others`` is the number of tasks that are known to be fresh, and left out. ``sights`` are what was seen of each
    schema that was read, by path, and ``ids`` the URIs that name them; ``basis`` are the digests, as they were used, of
    all else that the plan depends on: packs, configuration and folders, empty for what was not there. ``project_tasks``
    are those of outputs that there is one of for the whole project, a task per pack that has any. ``priorities`` are
    what schemas ask for themselves, by path, of those that do. ``names`` are those of all schemas, by path; ``parts``
    are those of the documents whose parts are schemas.
    """

    config: Config
    packs: tuple[Pack, ...]
    tasks: dict[str, Task]
    others: int
    sights: Mapping[str, Sight]
    ids: Mapping[str, tuple[str, ...]]
    project_tasks: tuple[Task, ...]
    basis: Mapping[str, str]
    priorities: Mapping[str, int]
    names: Mapping[str, str]
    parts: Parts | None
    _library: Library
    _shelf: Shelf
    _resolutions: dict[str, Resolution]

    def resolved(self, name: str) -> tuple[Schema, Resolution]:
        """The schema ``name``, whose task has no problem, and all that it reaches."""
        path = self.tasks[name].schema
        # Of planning; it is let go of, since nobody needs it twice.
        resolution = self._resolutions.pop(path, None) or self._library.resolve_at(path)
        names = {other: self.names[other] for other in resolution.files if other in self.names}
        return self._shelf.get(path), replace(resolution, names=names) if names else resolution

    def size(self, path: str) -> int:
        """The bytes of the schema at ``path``, 0 for one that was not read."""
        sight = self.sights.get(path)
        if sight is not None:
            return sight.times[0]
        return 0 if self.parts is None else self.parts.size(path)

    def schema_at(self, path: str) -> Schema:
        """The schema at ``path``, which a resolution of this project has; raises SchemaError where it broke since."""
        return self._shelf.get(path)

    def load_shared(self, tasks: Iterable[Task]) -> None:
        """Load the schemas that several of ``tasks`` reach, those that most reach first, as long as there is room:
        workers that are forked later have them, and none of them has to load one that another has loaded too."""
        uses = Counter(path for task in tasks if task.problem is None for path in task.links.inputs)
        shared = sorted((path for path, count in uses.items() if count > 1), key=uses.__getitem__, reverse=True)
        for path in shared:
            try:
                if not self._shelf.keep(path):
                    return
            except SchemaError:
                continue  # it was changed just now: whoever needs it will say so
            self._library.load(path)

    def files_of(self, paths: Collection[str]) -> Collection[str]:
        """The files that hold the schemas at ``paths``."""
        return paths if self.parts is None else self.parts.files_of(paths)

    def schema(self, name: str) -> Schema | None:
        """The schema ``name``; None where it cannot be used."""
        task = self.tasks.get(name)
        if task is None or task.schema not in self._shelf:
            return None
        with contextlib.suppress(SchemaError):
            return self._shelf.get(task.schema)
        return None

    def fields_of(self, path: str) -> list[bytes | str]:
        """All that the schema at ``path`` says: of a file its bytes, of a part of a document what it says and where its
        references start from. Raises SchemaError where it is another by now, KeyError where there is none."""
        if self.parts is None or self.parts.document_of(path) is None:
            return [self._shelf.data(path)]
        part = self._shelf.get(path) if path in self._shelf else self.parts.schema(SchemaFile(path, path))
        home = part.home
        assert home is not None
        return [part.data, part.draft, home.around, *home.ids]

    def render(self, name: str, wanted: Collection[str]) -> Iterator[Rendered]:
        """The bytes, in pieces, of the ``wanted`` outputs (paths below the output folder) of the schema ``name``.

        Raises SchemagenError, and the pieces do too.
        """
        schema, resolution = self.resolved(name)
        for below, pieces in render_outputs(schema, resolution, self.packs, wanted):
            yield below, within(pieces, self.config.max_output_bytes, f"{self.config.output}/{below}")
