"""This module knows how to name the values that the other rooms pass to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

# None, bool, int, jiter.LosslessFloat (every number written with a fraction or an exponent, and
# -0: ``str()`` gives its text as written), str, list, dict. Never a Python float.
JsonValue: TypeAlias = Any


class Draft(StrEnum):
    """The dialects of JSON Schema that are understood, oldest first."""

    D4 = "draft4"
    D6 = "draft6"
    D7 = "draft7"
    D2019 = "2019-09"
    D2020 = "2020-12"


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A schema that was found, not yet read.

    ``name`` is its path below its schema folder without ``.json``, with ``/`` (``billing/invoice``);
    ``path`` is its path relative to the project folder, with ``/`` (``schemas/billing/invoice.json``),
    or absolute where it lies outside the project folder. Of a part of a document it is that of the file with the
    part's JSON Pointer (``api.yaml#/components/schemas/Pet``), as ``parts`` writes it, and no file's.
    """

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut out of a file that is too large to be held: the member at ``pointer``, as the one of an object, or
    the one item of an array. All but its first character and its last are as in the file; ``origin`` finds the line and
    column there of the second one."""

    pointer: str
    origin: Callable[[], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a schema is written that is no JSON file of its own: in ``file``, whose bytes are ``text``.

    ``pointer`` is where in that, for a part of a document; empty for a whole file. References of a part are relative to
    the innermost resource around it: ``around`` is the pointer of that, ``ids`` are those from the root down to it,
    each relative to the one before. With ``cut`` the text is only a piece of the file's.
    """

    file: str
    text: bytes
    pointer: str = ""
    around: str = "#"
    ids: tuple[str, ...] = ()
    cut: Cut | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema that was read once: ``digest`` is xxh3-128 (32 hex digits) of exactly the bytes of its file, or of all
    that a part of a document says. ``data`` is its text as JSON: these bytes, or what says the same."""

    name: str
    path: str
    data: bytes
    digest: str
    draft: Draft
    document: JsonValue
    home: Home | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reference leads.

    ``path`` is the ``Schema.path`` of the document, or the URI of a metaschema that ships with us;
    ``pointer`` is the JSON Pointer fragment of the subschema in it (``#`` for the whole document,
    ``#/$defs/a``, with ``~0 ~1`` escapes and no percent escapes). An opaque target (a reference that
    nothing in the project answers) has ``is_opaque`` true and the full URI as its ``path``.
    """

    path: str
    pointer: str
    is_opaque: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """All references that a schema reaches, directly or through other files.

    ``targets`` maps (document path, pointer of the subschema that holds the reference keyword,
    keyword) to its target; keyword is ``$ref``, ``$dynamicRef`` or ``$recursiveRef``.
    ``documents`` holds every document reached, itself first, by path, with its draft.
    ``files`` are the paths of the other schema files reached, sorted. ``missing`` are the paths that
    were looked for and do not exist, sorted. ``opaque`` are the URIs that stayed unresolved, sorted.
    ``asked`` maps each URI that the project was asked for to the paths of the schemas with that id, joined by
    newlines, empty where none has it: while these answers and the files stay, the resolution stays. ``names`` are the
    names of those documents that are schemas of the project, by path, where they are known.
    """

    targets: dict[tuple[str, str, str], Target]
    documents: Mapping[str, tuple[Draft, JsonValue]]
    files: tuple[str, ...]
    missing: tuple[str, ...]
    opaque: tuple[str, ...]
    asked: dict[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
