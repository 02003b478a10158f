"""This module knows how to say what types a schema has, in no language yet.

A type stands for a set of JSON values, and is sound: it accepts every value that its schema accepts. What types cannot
tell (a pattern, a bound, ``not``, which branch of ``oneOf`` is the only one) it leaves open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from schemagen.model import Draft, JsonValue


class Kind(StrEnum):
    """The types that have no parts. ``INTEGER`` is a part of ``NUMBER``; 1.0 is an integer, as in JSON Schema."""

    ANY = "any"
    NEVER = "never"
    NULL = "null"
    BOOLEAN = "boolean"
    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Scalar:
    """Any value of one kind."""

    kind: Kind


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """Exactly one JSON value. ``json`` is its canonical text, which two literals are compared by."""

    value: JsonValue
    json: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.json == other.json

    def __hash__(self) -> int:
        return hash(self.json)


@dataclass(frozen=True, slots=True)
class Array:
    """An array: ``fixed`` are its first items, of which the first ``least`` are always there; all others are of the
    type ``rest``, None where there may be none."""

    fixed: tuple[Type, ...]
    least: int
    rest: Type | None


@dataclass(frozen=True, slots=True)
class Notes:
    """What a schema says to people. ``sentences`` are its constraints that types cannot tell, each a sentence; texts
    are as they were written but for control characters."""

    title: str = ""
    description: str = ""
    is_deprecated: bool = False
    is_read_only: bool = False
    is_write_only: bool = False
    has_default: bool = False
    default: JsonValue = None
    examples: tuple[JsonValue, ...] = ()
    sentences: tuple[str, ...] = ()


NO_NOTES = Notes()


@dataclass(frozen=True, slots=True)
class Member:
    """A property of an object. ``notes`` say what its schema says of it to people."""

    key: str
    type: Type
    is_required: bool
    notes: Notes = field(compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """An object with these members, in schema order; all other properties are of the type ``rest``, None where there
    may be none. ``notes`` say what its schema says of it, unless that was merged of several."""

    members: tuple[Member, ...]
    rest: Type | None
    notes: Notes = field(default=NO_NOTES, compare=False)


@dataclass(frozen=True, slots=True)
class Union:
    """One of two or more types, none of which is itself a union, any value or none."""

    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Intersection:
    """All of two or more types at once, where they could not be made into one (a recursive reference, too many
    combinations of unions)."""

    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A type by its name. ``module`` is the name of the schema whose module declares it (``billing/invoice``), empty
    for this one. ``words`` are its name in lower case, from which each language makes its own."""

    module: str
    words: tuple[str, ...]


Type: TypeAlias = Scalar | Literal | Array | Record | Union | Intersection | Named

# There is but one scalar of each kind: any value, and none, are told by identity.
ANY, NEVER, NULL = Scalar(Kind.ANY), Scalar(Kind.NEVER), Scalar(Kind.NULL)


@dataclass(frozen=True, slots=True)
class Declaration:
    """A type that a module gives a name. A record that is declared is an interface or a class, all else an alias."""

    words: tuple[str, ...]
    type: Type
    notes: Notes
    is_root: bool = False
    is_recursive: bool = False


@dataclass(frozen=True, slots=True)
class Module:
    """What is declared of one schema, called ``name``, the root first. ``imports`` are all that ``Named`` types of it
    refer to in other modules, sorted: (module, words)."""

    name: str
    draft: Draft
    declarations: tuple[Declaration, ...]
    imports: tuple[tuple[str, tuple[str, ...]], ...]
