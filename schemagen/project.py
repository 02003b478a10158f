"""This module knows how to load a project: what is to be made, with as little parsing as can be.

What an earlier build recorded of a schema, its *facts*, holds as long as every byte it was made of does: the
schema and the files it refs, which files were looked for in vain, and what the ids of the project answered.
Then nothing has to be parsed to plan its task. The documents are loaded when an output is rendered.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemagen.changes import Changes
from schemagen.config import FILE as CONFIG_FILE
from schemagen.config import Config, check_paths, place_of_option
from schemagen.digest import digest_of
from schemagen.errors import ConfigError, Location, RefError, SchemaError
from schemagen.formatting import NO_FORMATTING, Formatting
from schemagen.generate import Rendered, render_outputs, within
from schemagen.metaschema import check_schema
from schemagen.model import Resolution, Schema, SchemaFile
from schemagen.packs import LoadPacks, Options, Pack, load_packs
from schemagen.plan import (
    Links,
    Task,
    check_collisions,
    options_text,
    plan_failure,
    plan_project_outputs,
    plan_task,
    recipes_of,
)
from schemagen.priority import asked_priority
from schemagen.refs import Document, Known, Library, owners_of_ids, scanned
from schemagen.shelf import Shelf
from schemagen.sources import find_folders, find_schemas, may_be_found, read_bytes
from schemagen.state.glance import times_at
from schemagen.state.sight import Sight

if TYPE_CHECKING:
    from schemagen.bundles.index import Index
    from schemagen.parts import Parts

Facts = Mapping[str, Any]
_NO_FACTS: Facts = {}
_NO_INDEXES: Mapping[str, Index] = {}


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


def load_project(
    config: Config,
    remembered: Callable[[str], Facts] = lambda _: _NO_FACTS,
    formatting: Formatting = NO_FORMATTING,
    load: LoadPacks = load_packs,
) -> Project:
    """Read all schemas and packs and plan the tasks; ``remembered`` gives the facts of a schema, by name,
    ``formatting`` is what goes over the outputs, and ``load`` gives the packs.

    Raises ConfigError, or an ExceptionGroup of SchemagenErrors, where the build cannot start.
    """
    check_paths(config)
    # Folders before what is in them: what is added after a look at one is noticed by the next build.
    basis = {CONFIG_FILE: config.digest, **find_folders(config)}
    parts = parts_of(config)
    files = _schemas_of(config, parts)
    large = {} if parts is None else parts.sights()
    if parts is not None:
        basis |= {path: digest for path, digest in parts.digests().items() if path not in large}
    packs = load(config.packs, Path(config.root), options_of(config))
    for pack in packs:
        basis |= pack.files
    basis |= formatting.files
    loading = _Loading(config, packs, files, remembered, _NOTHING_ELSE, formatting, parts)
    tasks = loading.tasks()
    project = loading.project(tasks, basis, others=0)
    check_collisions([*tasks, *project.project_tasks], {**basis, **large}, config)
    return project


def options_of(config: Config) -> Options:
    """What a project has chosen of the options of its packs."""
    # Where options of a run chose other packs, what is configured for the project's own says nothing of them.
    are_for_all = config.is_whole and bool(config.packs)
    return Options(config.options, partial(place_of_option, config.root), are_for_all)


def load_changed(
    config: Config,
    changes: Changes,
    remembered: Callable[[str], Facts],
    formatting: Formatting = NO_FORMATTING,
    load: LoadPacks = load_packs,
) -> Project | None:
    """As ``load_project``, but only what ``changes`` may have made stale; None where that cannot be told, because an
    id of a schema changed."""
    columns, paths = changes.columns, changes.snapshot.paths
    try:
        ids = {changes.schema_of(task): known for task, known in columns.known_ids().items()}
    except ValueError:  # a snapshot of somebody else's
        return None
    files = [SchemaFile(columns.task_name(task), changes.schema_of(task)) for task in sorted(changes.tasks)]
    called = {paths[at]: columns.task_name(task) for task, at in enumerate(columns.schemas()) if at >= 0}
    parts = parts_of(config, {index.file: index for index in changes.indexes}, changes.read_anew())
    named = [*files, *(SchemaFile(called[path], path) for path in ids if path in called)]
    if not all(may_be_found(file, config) for file in named):
        return None  # somebody else's too: it names what is no schema of ours
    packs = load(config.packs, Path(config.root), options_of(config))
    rest = _Rest(called, ids)
    loading = _Loading(config, packs, files, remembered, rest, formatting, parts)
    project = loading.project(loading.tasks(), {}, others=len(columns) - len(files))
    has_same_ids = all(project.ids.get(file.path, ()) == ids.get(file.path, ()) for file in files)
    return project if has_same_ids else None


def parts_of(config: Config, indexes: Mapping[str, Index] = _NO_INDEXES, new: Collection[str] = ()) -> Parts | None:
    """The parts of documents that are schemas; None where there are no such documents, and nothing of it is needed.
    ``indexes`` are those of large documents that are known, by path, ``new`` those of them that were made just now."""
    if not config.documents:
        return None
    from schemagen.parts import Parts

    return Parts(config, indexes, new)


def _schemas_of(config: Config, parts: Parts | None) -> Sequence[SchemaFile]:
    """All schemas: files, but for documents whose parts are schemas, then those parts. Raises ConfigError, or an
    ExceptionGroup of them where two have one name."""
    files: Sequence[SchemaFile] = find_schemas(config)
    if parts is not None:
        files = [*(file for file in files if not parts.is_document(file.path)), *parts.find()]
    named: dict[str, SchemaFile] = {}
    problems = [
        ConfigError(f"collides with {other.path}: both would be {file.name}", Location(file.path), "SG030")
        for file in files
        if (other := named.setdefault(file.name, file)) is not file
    ]
    if problems:
        raise ExceptionGroup("schemas collide", problems)
    return files


@dataclass(frozen=True, slots=True)
class _Rest:
    """The schemas of a project that may be needed and are not planned now: their names by path, and the URIs that
    name those that have any. What is in large documents is not among the names: the documents know."""

    names: Mapping[str, str]
    ids: Mapping[str, tuple[str, ...]]
    is_all: bool = False  # there is nothing else that may be needed, not even in large documents


_NOTHING_ELSE = _Rest({}, {}, is_all=True)


class _Loading:
    """The steps of loading a project, each filling in what the next needs. ``files`` are the schemas to plan."""

    def __init__(
        self,
        config: Config,
        packs: tuple[Pack, ...],
        files: Sequence[SchemaFile],
        remembered: Callable[[str], Facts],
        rest: _Rest,
        formatting: Formatting,
        parts: Parts | None,
    ) -> None:
        self._config = config
        self._packs = packs
        self._formats = formatting.digest_for if formatting else None
        self._recipes = recipes_of(packs, config, self._formats)
        self._files = files
        self._rest = rest
        names = {**rest.names, **{file.path: file.name for file in files}}
        self._names: Mapping[str, str] = names if parts is None or rest.is_all else parts.names(names)
        self._parts = parts
        self._failed: dict[str, SchemaError] = {}
        self._sights: dict[str, Sight] = {}
        self._shelf = Shelf(config, parts)
        self._documents: dict[str, Document] = {}  # of schemas that nothing is remembered of
        self._facts: dict[str, Links] = {}
        self._resolutions: dict[str, Resolution] = {}
        self._priorities: dict[str, int] = {}
        options = options_text(config)
        for file in files:
            self._read(file, options, remembered(file.name))
        known_ids = {path: ids for path, ids in rest.ids.items() if path not in self._documents}
        known_ids |= {path: links.ids for path, links in self._facts.items() if links.ids}
        for path in self._failed:
            known_ids.pop(path, None)
        paths = (self._facts.keys() | rest.names.keys()) - self._failed.keys()
        known = Known(paths, known_ids, self._load_known)
        self._library = Library((), config, self._failed, known, self._shelf.get, self._documents, parts)
        self._documents.clear()  # they are the library's now
        self._ids = self._library.ids
        self._owners = owners_of_ids(dict(sorted(self._ids.items())))

    def _read(self, file: SchemaFile, options: str, facts: Facts) -> None:
        """Read ``file``, and parse it unless its bytes are those that ``facts`` are about."""
        try:
            data, digest = self._part(file) if self._is_part(file.path) else self._seen(file)
            if facts.get("options") == options and facts["inputs"].get(file.path) == digest:
                self._facts[file.path] = Links.from_facts(facts)
                self._note_priority(file.path, facts.get("priority", 0))
                self._shelf.put(file, data, digest)
            else:
                schema = self._checked(file, data, digest)
                self._documents[file.path] = scanned(schema, self._shelf.get)
                self._note_priority(file.path, asked_priority(schema.document))
        except SchemaError as error:
            self._failed[file.path] = error

    def _seen(self, file: SchemaFile) -> tuple[bytes, str]:
        """The bytes of ``file`` and their digest, which are remembered with its times."""
        times = times_at(os.path.join(self._config.root, file.path))
        data = read_bytes(file, self._config)
        digest = digest_of(data)
        self._sights[file.path] = Sight(times, digest)
        return data, digest

    def _is_part(self, path: str) -> bool:
        return self._parts is not None and self._parts.document_of(path) is not None

    def _part(self, part: SchemaFile) -> tuple[bytes, str]:
        """What stands for the bytes of a part of a document, which ``parts`` has, and its digest."""
        assert self._parts is not None
        return b"", self._parts.digest(part.path) or self._parts.schema(part).digest

    def _checked(self, file: SchemaFile, data: bytes, digest: str) -> Schema:
        """Put a schema on the shelf; raises SchemaError where it is no good."""
        self._shelf.put(file, data, digest)
        try:
            schema = self._shelf.get(file.path)
            check_schema(schema)
        except SchemaError:
            self._shelf.drop(file.path)
            raise
        return schema

    def _note_priority(self, path: str, asked: int) -> None:
        if asked:
            self._priorities[path] = asked

    def _load_known(self, path: str) -> Schema:
        """The schema at ``path``, which was good when it was last read; raises SchemaError if it is not now."""
        if path in self._shelf:
            return self._shelf.get(path)
        if self._is_part(path):
            part = SchemaFile(self._names.get(path, path), path)
            return self._checked(part, *self._part(part))
        file = SchemaFile(self._rest.names[path], path)
        data = read_bytes(file, self._config)
        return self._checked(file, data, digest_of(data))

    def tasks(self) -> list[Task]:
        return [self._task(file) for file in self._files]

    def project(self, tasks: Iterable[Task], basis: Mapping[str, str], others: int) -> Project:
        by_name = {task.name: task for task in tasks}
        config, packs, sights, ids = self._config, self._packs, self._sights, self._ids
        project_tasks = tuple(
            plan_project_outputs(pack, config, self._formats) for pack in packs if pack.project_outputs
        )
        if not self._shelf.holds_all:
            self._library.forget()
        if self._parts is not None:
            sights |= self._parts.sights()
        return Project(
            *(config, packs, by_name, others, sights, ids, project_tasks, basis, self._priorities, self._names),
            *(self._parts, self._library, self._shelf, self._resolutions),
        )

    def _task(self, file: SchemaFile) -> Task:
        if file.path in self._failed:
            return plan_failure(file, self._failed[file.path], Links({}), self._recipes)
        links = self._facts.get(file.path)
        try:
            if links is None or not self._still_hold(links):
                resolution = self._library.resolve_at(file.path)
                links = self._links(file, resolution)
                if self._shelf.holds_all:
                    self._resolutions[file.path] = resolution
        except RefError as error:
            failed = Links(self._inputs(file, error.files), error.missing)
            return plan_failure(file, error, failed, self._recipes)
        except SchemaError as error:  # of a schema of the rest, which broke just now
            return plan_failure(file, error, Links(self._inputs(file, ())), self._recipes)
        return plan_task(file, links, self._names, self._recipes, self._config)

    def _links(self, file: SchemaFile, resolution: Resolution) -> Links:
        inputs = self._inputs(file, resolution.files)
        ids = self._ids.get(file.path, ())
        direct = {target.path for (path, _, _), target in resolution.targets.items() if path == file.path}
        indirect = tuple(path for path in resolution.files if path not in direct)
        return Links(inputs, resolution.missing, resolution.opaque, resolution.asked, ids, indirect)

    def _inputs(self, file: SchemaFile, refs: Iterable[str]) -> dict[str, str]:
        return {path: self._digest(path) or "" for path in (file.path, *refs)}

    def _digest(self, path: str) -> str | None:
        """The digest of the schema at ``path`` as it is used now; None where there is no good one."""
        if path in self._failed:
            return None
        if path in self._sights:
            return self._sights[path].digest
        if self._parts is not None and self._is_part(path):
            return self._parts.digest(path)
        return self._load_known(path).digest if path in self._rest.names else None

    def _still_hold(self, links: Links) -> bool:
        """Whether the references of a schema lead where they led when ``links`` were recorded."""
        return (
            all(self._digest(path) == digest for path, digest in links.inputs.items())
            and not any(
                path in self._failed or self._digest(path) or os.path.lexists(Path(self._config.root, path))
                for path in links.missing
            )
            and all("\n".join(self._owners.get(uri, ())) == answer for uri, answer in links.asked.items())
        )
