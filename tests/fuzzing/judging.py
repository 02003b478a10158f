"""This module knows what may come out of schemagen where its input is wrong: an error of ours, with a place in it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from schemagen.errors import SchemagenError
from schemagen.explanations import load_explanations

CODES = frozenset(load_explanations())


@contextlib.contextmanager
def refusing(files: Mapping[str, bytes] | None = None) -> Iterator[list[SchemagenError]]:
    """Let what is wrong with the input be refused here; gives the list that the refusals will be in.

    ``files`` are the files that may be named, with their bytes: lines that they have not are no places. None where any
    may be.
    """
    refusals: list[SchemagenError] = []
    try:
        yield refusals
    except SchemagenError as error:
        refusals.append(error)
    except ExceptionGroup as group:
        ours, others = group.split(SchemagenError)
        if others is not None:
            raise
        assert ours is not None
        refusals += _leaves(ours)
    for refusal in refusals:
        judge(refusal, files)


def _leaves(group: BaseException) -> Iterator[SchemagenError]:
    if isinstance(group, BaseExceptionGroup):
        for each in group.exceptions:
            yield from _leaves(each)
    elif isinstance(group, SchemagenError):
        yield group


def judge(refusal: SchemagenError, files: Mapping[str, bytes] | None) -> None:
    """Raise AssertionError unless ``refusal`` is one line about a place that there is."""
    text, place = str(refusal), refusal.location
    assert refusal.code != "SG900", refusal
    assert len(text.splitlines()) == 1, text
    assert refusal.message, text
    assert refusal.code in CODES, refusal.code
    assert place.line >= 1, text
    assert place.column >= 1, text
    if files is None:
        return
    assert place.path in files, text
    assert is_place(place.line, place.column, files[place.path], place.path), text


def is_place(line: int, column: int, data: bytes, path: str) -> bool:
    """Whether there is such a line and column in a file, or right behind one of its lines. To YAML, and some editors, a
    carriage return alone ends a line too: either way of counting will do there."""
    text = data.decode("utf-8-sig", errors="replace")
    ways = [text.split("\n")]
    if path.endswith((".yaml", ".yml")):
        ways.append(re.split(r"\r\n|\r|\n", text))
    return any(1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1 for lines in ways)
