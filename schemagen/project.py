"""This module knows how to load a project: configuration in, packs, schemas and the tasks to make from them out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from schemagen.config import Config, check_paths
from schemagen.errors import RefError, SchemaError
from schemagen.generate import render_outputs
from schemagen.metaschema import check_schema
from schemagen.model import Resolution, Schema, SchemaFile
from schemagen.packs import Pack, load_packs
from schemagen.plan import Task, check_collisions, plan_failure, plan_task
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that is read before anything is written. ``tasks``, ``schemas`` and ``resolutions`` are by
    schema name; a schema that cannot be used has a task with a problem and nothing else."""

    config: Config
    packs: tuple[Pack, ...]
    tasks: dict[str, Task]
    schemas: dict[str, Schema]
    resolutions: dict[str, Resolution]

    def render(self, name: str, wanted: Collection[str]) -> dict[str, bytes]:
        """The bytes of the ``wanted`` outputs (paths below the output folder) of the schema ``name``.

        Raises SchemagenError.
        """
        return dict(render_outputs(self.schemas[name], self.resolutions[name], self.packs, wanted))


def load_project(config: Config) -> Project:
    """Read all schemas and packs and plan the tasks.

    Raises ConfigError, or an ExceptionGroup of SchemagenErrors, where the build cannot start.
    """
    check_paths(config)
    files = find_schemas(config)
    packs = load_packs(config.packs, Path(config.root))
    schemas: dict[str, Schema] = {}
    failed: dict[str, SchemaError] = {}
    for file in files:
        try:
            schema = read_schema(file, config)
            check_schema(schema)
        except SchemaError as error:
            failed[file.path] = error
        else:
            schemas[file.path] = schema
    return _plan(config, packs, files, schemas, failed)


def _plan(
    config: Config,
    packs: tuple[Pack, ...],
    files: tuple[SchemaFile, ...],
    schemas: dict[str, Schema],
    failed: dict[str, SchemaError],
) -> Project:
    library = Library(schemas.values(), config, failed)
    digests = {path: schema.digest for path, schema in schemas.items()}
    tasks: list[Task] = []
    resolutions: dict[str, Resolution] = {}
    for file in files:
        if file.path in failed:
            tasks.append(plan_failure(file, failed[file.path], {}, (), packs, config))
            continue
        schema = schemas[file.path]
        try:
            resolution = library.resolve(schema)
        except RefError as error:
            inputs = {path: digests[path] for path in (file.path, *error.files)}
            tasks.append(plan_failure(file, error, inputs, error.missing, packs, config))
        else:
            resolutions[file.name] = resolution
            tasks.append(plan_task(schema, resolution, digests, packs, config))
    check_collisions(tasks)
    return Project(
        config,
        packs,
        {task.name: task for task in tasks},
        {schema.name: schema for schema in schemas.values()},
        resolutions,
    )
