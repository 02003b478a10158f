"""This module knows what is seen of a task before it is made, and what is left of it when it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemagen.errors import SchemagenError
from schemagen.overview import NO_SUMMARY, Summary
from schemagen.plan import Task


class Made(NamedTuple):
    """What a worker made of one task: its new outputs by path, each as ``Written`` has it, and what overviews show of
    its schema, or what went wrong; and how long that took. ``facts`` is what is to be recorded, as JSON,
    but for why; empty where only the parent can tell. ``is_shared`` where it was found, not made: see ``sharing``."""

    written: Mapping[str, tuple[str, str]]
    problem: SchemagenError | None = None
    summary: Summary = NO_SUMMARY
    seconds: float = 0.0
    facts: str = ""
    is_shared: bool = False


class Draft(NamedTuple):
    """What was rendered of one task: what is ``written`` already, ``raw`` bytes, by path, that are to be formatted
    first, and the rest as in ``Made``."""

    task: Task
    written: dict[str, tuple[str, str]]
    raw: Mapping[str, bytes] = {}
    problem: SchemagenError | None = None
    summary: Summary = NO_SUMMARY
    seconds: float = 0.0


class Look(NamedTuple):
    """What a look at a task showed: its outputs that are ``stale``, by path, with the reason; the lines that say why;
    and the ``seconds`` that it took the last time, 0 where that is not known."""

    stale: Mapping[str, str] = {}
    why: Sequence[str] = ()
    seconds: float = 0.0


NOT_LOOKED = Look()
