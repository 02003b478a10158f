"""This module knows how to load a project: what is to be made, with as little parsing as can be.

What an earlier build recorded of a schema, its *facts*, holds as long as every byte it was made of does: the
schema and the files it refs, which files were looked for in vain, and what the ids of the project answered.
Then nothing has to be parsed to plan its task. The documents are loaded when an output is rendered.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from schemagen.config import FILE as CONFIG_FILE
from schemagen.config import Config, check_paths
from schemagen.digest import digest_of
from schemagen.errors import RefError, SchemaError
from schemagen.generate import render_outputs
from schemagen.metaschema import check_schema
from schemagen.model import Resolution, Schema, SchemaFile
from schemagen.packs import Pack, load_packs, places_of_pack
from schemagen.plan import Links, Task, check_collisions, options_digest, plan_failure, plan_task
from schemagen.refs import Known, Library, owners_of_ids
from schemagen.sources import find_folders, find_schemas, parse_schema, read_bytes
from schemagen.state.snapshot import Watched

Facts = Mapping[str, Any]
_NO_FACTS: Facts = {}


@dataclass(slots=True)
class Project:
    """What is to be made: ``tasks`` by schema name. Schemas and resolutions are loaded as they are needed."""

    config: Config
    packs: tuple[Pack, ...]
    tasks: dict[str, Task]
    _library: Library
    _load: Mapping[str, Callable[[], Schema]]
    _resolved: dict[str, tuple[Schema, Resolution]] = field(default_factory=dict)

    def resolved(self, name: str) -> tuple[Schema, Resolution]:
        """The schema ``name``, whose task has no problem, and all that it reaches."""
        if name not in self._resolved:
            schema = self._load[name]()
            self._resolved[name] = schema, self._library.resolve(schema)
        return self._resolved[name]

    def watched(self, *others: str) -> Watched:
        """All paths on which it depends that there is nothing to do, with ``others`` that a caller knows of."""
        root = Path(self.config.root)
        inputs = {file for task in self.tasks.values() for file in task.links.inputs}
        inputs |= {task.schema for task in self.tasks.values()}
        inputs |= {file for pack in self.packs for file in pack.files}
        inputs |= set(find_folders(self.config))
        places = {place for name in self.config.packs for place in places_of_pack(name)} | {CONFIG_FILE, *others}
        absent = {path for task in self.tasks.values() for path in task.links.missing}
        absent |= {place for place in places if not os.path.lexists(root / place)}
        inputs |= places - absent
        outputs = {output.path for task in self.tasks.values() for output in task.outputs}
        return Watched(tuple(sorted(inputs)), tuple(sorted(outputs)), tuple(sorted(absent)))

    def render(self, name: str, wanted: Collection[str]) -> dict[str, bytes]:
        """The bytes of the ``wanted`` outputs (paths below the output folder) of the schema ``name``.

        Raises SchemagenError.
        """
        schema, resolution = self.resolved(name)
        return dict(render_outputs(schema, resolution, self.packs, wanted))


def load_project(config: Config, remembered: Callable[[str], Facts] = lambda _: _NO_FACTS) -> Project:
    """Read all schemas and packs and plan the tasks; ``remembered`` gives the facts of a schema, by name.

    Raises ConfigError, or an ExceptionGroup of SchemagenErrors, where the build cannot start.
    """
    check_paths(config)
    files = find_schemas(config)
    packs = load_packs(config.packs, Path(config.root))
    return _Loading(config, packs, files, remembered).project()


class _Loading:
    """The steps of loading a project, each filling in what the next needs."""

    def __init__(
        self,
        config: Config,
        packs: tuple[Pack, ...],
        files: tuple[SchemaFile, ...],
        remembered: Callable[[str], Facts],
    ) -> None:
        self._config = config
        self._packs = packs
        self._files = files
        self._failed: dict[str, SchemaError] = {}
        self._digests: dict[str, str] = {}
        self._schemas: dict[str, Schema] = {}
        self._facts: dict[str, Links] = {}
        self._load: dict[str, Callable[[], Schema]] = {}
        options = options_digest(config)
        for file in files:
            self._read(file, options, remembered(file.name))
        known = {path: Known(links.ids, self._load[path]) for path, links in self._facts.items()}
        self._library = Library(self._schemas.values(), config, self._failed, known)
        ids = {path: self._library.ids(path) for path in self._schemas}
        ids |= {path: links.ids for path, links in self._facts.items()}
        self._ids = ids
        self._owners = owners_of_ids(dict(sorted(ids.items())))

    def _read(self, file: SchemaFile, options: str, facts: Facts) -> None:
        """Read ``file``, and parse it unless its bytes are those that ``facts`` are about."""
        try:
            data = read_bytes(file, self._config)
            digest = digest_of(data)
            if facts.get("options") == options and facts["inputs"].get(file.path) == digest:
                self._facts[file.path] = Links.from_facts(facts)
                self._load[file.path] = _once(partial(parse_schema, file, data, digest, self._config))
            else:
                schema = parse_schema(file, data, digest, self._config)
                check_schema(schema)
                self._schemas[file.path] = schema
                self._load[file.path] = _once(lambda: schema)
            self._digests[file.path] = digest
        except SchemaError as error:
            self._failed[file.path] = error

    def project(self) -> Project:
        tasks = [self._task(file) for file in self._files]
        check_collisions(tasks)
        by_name = {task.name: task for task in tasks}
        load = {file.name: self._load[file.path] for file in self._files if file.path in self._load}
        return Project(self._config, self._packs, by_name, self._library, load)

    def _task(self, file: SchemaFile) -> Task:
        if file.path in self._failed:
            return plan_failure(file, self._failed[file.path], Links({}), self._packs, self._config)
        links = self._facts.get(file.path)
        if links is None or not self._still_hold(links):
            try:
                resolution = self._library.resolve(self._load[file.path]())
            except RefError as error:
                inputs = {path: self._digests[path] for path in (file.path, *error.files)}
                failed = Links(inputs, error.missing)
                return plan_failure(file, error, failed, self._packs, self._config)
            links = self._links(file, resolution)
        return plan_task(file, links, self._packs, self._config)

    def _links(self, file: SchemaFile, resolution: Resolution) -> Links:
        inputs = {path: self._digests[path] for path in (file.path, *resolution.files)}
        ids = self._ids[file.path]
        return Links(inputs, resolution.missing, resolution.opaque, resolution.asked, ids)

    def _still_hold(self, links: Links) -> bool:
        """Whether the references of a schema lead where they led when ``links`` were recorded."""
        return (
            all(self._digests.get(path) == digest for path, digest in links.inputs.items())
            and not any(
                path in self._digests or path in self._failed or os.path.lexists(Path(self._config.root, path))
                for path in links.missing
            )
            and all("\n".join(self._owners.get(uri, ())) == answer for uri, answer in links.asked.items())
        )


def _once(load: Callable[[], Schema]) -> Callable[[], Schema]:
    """``load``, whose result is kept."""
    kept: list[Schema] = []

    def loaded() -> Schema:
        if not kept:
            kept.append(load())
        return kept[0]

    return loaded
