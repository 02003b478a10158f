"""This module knows how to load a project: what is to be made, with as little parsing as can be.

What an earlier build recorded of a schema, its *facts*, holds as long as every byte it was made of does: the
schema and the files it refs, which files were looked for in vain, and what the ids of the project answered.
Then nothing has to be parsed to plan its task. The documents are loaded when an output is rendered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemagen.changes import Changes
from schemagen.collisions import check_collisions
from schemagen.config import FILE as CONFIG_FILE
from schemagen.config import Config, check_paths, place_of_option
from schemagen.digest import digest_of
from schemagen.errors import ConfigError, Location, RefError, SchemaError
from schemagen.formatting import NO_FORMATTING, Formatting
from schemagen.metaschema import check_schema
from schemagen.model import Resolution, Schema, SchemaFile
from schemagen.packs import LoadPacks, Options, Pack, load_packs
from schemagen.plan import Links, Task, options_text, plan_failure, plan_project_outputs, plan_task, recipes_of
from schemagen.priority import asked_priority
from schemagen.project import Project
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
