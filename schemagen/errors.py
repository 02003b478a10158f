"""This module knows how to say what is wrong, where, in one line that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. ``line`` and ``column`` count from 1; ``pointer`` is a JSON Pointer
    fragment such as ``#/properties/a`` or empty."""

    path: str
    line: int = 1
    column: int = 1
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class SchemagenError(Exception):
    """Base of every error that is the user's to mend. ``code`` names the kind of error: see ``explanations``."""

    def __init__(self, message: str, location: Location, code: str) -> None:
        super().__init__(message, location, code)
        self.message = message
        self.location = location
        self.code = code

    def __str__(self) -> str:
        """``path:line:column: message (at #/pointer) [code]``, always on one line."""
        where = f" (at {self.location.pointer})" if self.location.pointer else ""
        text = f"{self.location}: {self.message}{where} [{self.code}]"
        return " ".join(text.splitlines())


class ConfigError(SchemagenError):
    """The build cannot start: configuration, folders, packs or colliding outputs are wrong."""


class SchemaError(SchemagenError):
    """One schema cannot be used; the others can."""


class RefError(SchemaError):
    """A reference of a schema leads nowhere or out of the schema folders.

    ``missing`` are the files that were looked for in vain, ``files`` those that were followed: creating
    or changing one of them may mend it.
    """

    def __init__(
        self,
        message: str,
        location: Location,
        code: str,
        missing: tuple[str, ...] = (),
        files: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, location, code)
        self.missing = missing
        self.files = files


class TemplateError(SchemagenError):
    """A template or partial of a pack is wrong."""


class OutputError(SchemagenError):
    """An output cannot be written."""


class EngineError(SchemagenError):
    """What makes the outputs cannot be reached, or was lost; ``has_begun`` if that was in the middle of it."""

    def __init__(self, message: str, location: Location, code: str, *, has_begun: bool) -> None:
        super().__init__(message, location, code)
        self.has_begun = has_begun
