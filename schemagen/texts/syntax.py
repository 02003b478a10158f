"""This module knows how to tell in which syntax a file is written, and how to read each of them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from enum import Enum, auto
from functools import lru_cache

from schemagen.errors import Location
from schemagen.jsontext import join_pointer, locate, parse, places_in_json, split_pointer
from schemagen.model import Cut, JsonValue, Schema


class Syntax(Enum):
    """How a schema is written."""

    JSON = auto()
    COMMENTED = auto()  # JSON with comments and trailing commas
    YAML = auto()


_SYNTAXES = {".json": Syntax.JSON, ".jsonc": Syntax.COMMENTED, ".yaml": Syntax.YAML, ".yml": Syntax.YAML}
_MOST = ".json"  # is what nearly all have
# What names of schemas end with.
SUFFIXES = tuple(_SYNTAXES)


def suffix_of(path: str) -> str:
    """The ending of ``path`` that tells its syntax; empty where it has none."""
    if path.endswith(_MOST):
        return _MOST
    suffix = posixpath.splitext(path)[1]
    return suffix if suffix in _SYNTAXES else ""


def stem_of(path: str) -> str:
    """``path`` without that ending."""
    return path.removesuffix(suffix_of(path))


def syntax_of(path: str, *, json_comments: bool = False) -> Syntax:
    """The syntax of the file at ``path``; with ``json_comments`` JSON may have comments whatever it is named."""
    syntax = Syntax.JSON if path.endswith(_MOST) else _SYNTAXES.get(suffix_of(path), Syntax.JSON)
    return Syntax.COMMENTED if json_comments and syntax is Syntax.JSON else syntax


def parse_text(data: bytes, path: str, syntax: Syntax) -> JsonValue:
    """The value that ``data``, written in ``syntax``, stands for.

    Raises SchemaError, which names ``path``, a line and a column; ConfigError where YAML cannot be read here.
    """
    if syntax is Syntax.YAML:
        from schemagen.texts.yamltext import parse_yaml

        return parse_yaml(data, path)
    return parse(json_text(data, path, syntax), path)


def json_text(data: bytes, path: str, syntax: Syntax) -> bytes:
    """``data``, which is JSON if perhaps with comments, as plain JSON in which every value stands where it stood."""
    if syntax is Syntax.JSON:
        return data
    from schemagen.texts.comments import without_comments

    return without_comments(data, path)


def place_in(data: bytes, pointer: str, syntax: Syntax) -> tuple[int, int]:
    """Line and column, from 1, of the value at ``pointer`` in ``data``, which is good at least up to there; of its key,
    for a member of an object. Where the pointer leads nowhere, the place of the nearest value above it."""
    places = _places_in(data, syntax)
    here = join_pointer("#", *split_pointer(pointer))
    while here not in places and "/" in here:
        here = here.rpartition("/")[0]
    return places.get(here, (1, 1))


@lru_cache(maxsize=1)
def _places_in(data: bytes, syntax: Syntax) -> Mapping[str, tuple[int, int]]:
    # Where one place in a large document is asked for, more are: each of many components may have the same fault.
    if syntax is Syntax.YAML:
        from schemagen.texts.yamltext import places_in_yaml

        return places_in_yaml(data)
    return places_in_json(json_text(data, "", syntax))


def place_at(schema: Schema, pointer: str) -> Location:
    """Where the value at ``pointer`` in ``schema`` is written, for a message."""
    home = schema.home
    if home is None:
        return Location(schema.path, *locate(schema.data, pointer), pointer)
    full = home.pointer + pointer[1:] if home.pointer else pointer
    if home.cut is not None:
        return Location(home.file, *_place_in_cut(home.text, home.cut, full), full)
    # Comments make no difference to where something stands, unless it is all that there is.
    return Location(home.file, *place_in(home.text, full, syntax_of(home.file, json_comments=True)), full)


def _place_in_cut(text: bytes, cut: Cut, pointer: str) -> tuple[int, int]:
    """The same in a piece of JSON: where in the file the value at ``pointer`` is, of what was ``cut`` out of it."""
    key = cut.pointer.rpartition("/")[2] if text.startswith(b"{") else "0"
    line, column = place_in(text, f"#/{key}{pointer.removeprefix(cut.pointer)}", Syntax.JSON)
    first_line, first_column = cut.origin()
    return first_line + line - 1, first_column + column - 2 if line == 1 else column
