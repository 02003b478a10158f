"""This module knows how to name what a command found, for those who write it down."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from schemagen.errors import Location, SchemagenError

_PART = re.compile(r"(.+?\.(?:json|jsonc|yaml|yml))#/")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong at ``location``, in the words of ``message``. ``output`` is the path of the output that
    it is about, if it is about one, and ``diff`` how that differs from what would be generated, where it was asked for.
    """

    code: str
    message: str
    location: Location
    output: str = ""
    diff: str = ""

    @classmethod
    def of(cls, error: SchemagenError) -> Problem:
        return cls(error.code, " ".join(error.message.splitlines()), error.location)

    @property
    def text(self) -> str:
        """The message, with the pointer of the place if it has one."""
        return f"{self.message} (at {self.location.pointer})" if self.location.pointer else self.message

    def __str__(self) -> str:
        """As errors are shown: ``path:line:column: message [code]``."""
        return str(SchemagenError(self.message, self.location, self.code))


@dataclass(frozen=True, slots=True)
class Case:
    """What became of one schema, which ``path`` names, or of the outputs for the project of the pack of that name.
    ``status`` is generated, shared, fresh or failed; for a check right or wrong."""

    path: str
    status: str
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ``command`` found: a case for each schema, and ``problems`` that are about none; it takes ``seconds`` and
    ends with ``exit_code``."""

    command: str
    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    seconds: float
    exit_code: int

    def all_problems(self) -> Iterator[Problem]:
        yield from self.problems
        for case in self.cases:
            yield from case.problems


def file_of(path: str) -> str:
    """The file that ``path`` names: of a part, ``api.yaml#/components/schemas/Pet``, that is the document."""
    match = _PART.match(path)
    return match[1] if match else path


def placed(path: str, prefix: str) -> str:
    """``path``, of the project, from where the reader starts."""
    return path if os.path.isabs(path) else os.path.normpath(f"{prefix}{path}")
