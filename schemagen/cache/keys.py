"""This module knows how to name an output by everything that its bytes depend on.

The key of an output is a SHA-256 over:

- the engine (see ``engine``);
- the schema's name and path, which templates may print;
- of the schema, and of each file that it refs, the path, the SHA-256 of the bytes and the name;
- the key that decides whether the output is fresh in its own project (see ``plan``): it covers template, partials,
  manifests, the options of the pack and those of the build, references that nothing answers, and the formatter;
- its path below the output folder;
- where it is formatted, the output folder, and what is around it (see ``surroundings``).

Neither the host nor the place of the checkout is in it, unless a schema lies outside the project folder and so has an
absolute path, which templates may print.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Protocol

from schemagen.cache.digests import sha256_fields, sha256_of
from schemagen.cache.engine import engine
from schemagen.cache.surroundings import Surroundings
from schemagen.errors import SchemaError
from schemagen.plan import PlannedOutput, Task

VERSION = "1"


class Inputs(Protocol):
    """Who has the schemas of the project."""

    @property
    def names(self) -> Mapping[str, str]:
        """The names of all schemas, by path."""

    def fields_of(self, path: str) -> list[bytes | str]:
        """All that the schema at ``path`` says; raises SchemaError and KeyError where that is not to be had."""


class Keys:
    """The keys of the outputs of one project, each made once. ``is_formatted`` tells whether the output at a path below
    the output folder is."""

    def __init__(self, root: str, output: str, inputs: Inputs, is_formatted: Callable[[str], bool]) -> None:
        self._output = output
        self._inputs = inputs
        self._is_formatted = is_formatted
        self._surroundings = Surroundings(root, output)
        self._later = Surroundings(root, output)
        self._digests: dict[str, str] = {}  # of inputs, by path
        self._keys: dict[str, tuple[str, ...]] = {}

    def of(self, task: Task) -> tuple[str, ...]:
        """The keys of the outputs of ``task``, in their order; none where it has no key: nothing is kept of it."""
        if task.name not in self._keys:
            self._keys[task.name] = self._make(task)
        return self._keys[task.name]

    def still_hold(self, task: Task) -> bool:
        """Whether what is around the outputs of ``task`` that are formatted is what it was: it was read before a
        formatter did, and is read again now."""
        belows = [output.below for output in task.outputs if self._is_formatted(output.below)]
        return all(self._surroundings.digest(below) == self._later.digest(below) for below in belows)

    def _make(self, task: Task) -> tuple[str, ...]:
        if task.problem is not None or task.is_for_project:
            return ()
        names = self._inputs.names
        fields = [VERSION, engine(), task.name, task.schema]
        try:
            for path in task.links.inputs:
                fields += (path, self._digest(path), names.get(path, ""))
        except (KeyError, SchemaError):  # it changed just now: the build says so where it reads it
            return ()
        base = sha256_fields(fields)
        return tuple(self._key(base, output) for output in task.outputs)

    def _key(self, base: str, output: PlannedOutput) -> str:
        below = output.below
        if not self._is_formatted(below):
            # What is before the path has always the same length; and no key of one that is formatted begins so.
            return sha256_of(f"{base}{output.key}{below}".encode())
        # Outside the project folder it would be a path of this machine.
        folder = "" if os.path.isabs(self._output) else self._output
        return sha256_fields([base, output.key, below, folder, self._surroundings.digest(below)])

    def _digest(self, path: str) -> str:
        if path not in self._digests:
            self._digests[path] = sha256_fields(self._inputs.fields_of(path))
        return self._digests[path]
