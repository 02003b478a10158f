"""This module knows how to read YAML strictly, to the values that JSON has, and where in the text they stand.

What is read is YAML 1.2 with its core schema, as far as JSON has a word for it: ``no``, ``on`` and dates are strings, a
number is written as JSON writes it and keeps its text. Tags, merge keys, keys that are no strings, members that stand
twice and several documents in a file are refused. An alias stands for a copy of what its anchor names; a document may
not grow by aliases beyond MOST_REPEATED characters, so that "billion laughs" are none.

PyYAML's scanner in C (libyaml) tells the events of the text; all that makes values of them is here. ruamel.yaml reads
YAML 1.2 too, but in Python alone, far slower, and its composer would have to be replaced
all the same.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NoReturn

from jiter import LosslessFloat

from schemagen.errors import ConfigError, Location, SchemaError
from schemagen.jsontext import decoded, escape_token, line_and_column
from schemagen.model import JsonValue

MOST_LEVELS = 200  # as in JSON
# How many characters aliases may add to a document, a value without any counting as one.
MOST_REPEATED = 1 << 20

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_MOST_DIGITS = 4300
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
# What else the core schema takes for a number.
_UNLIKE_JSON = re.compile(
    r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
# What YAML does not allow in a text, and what only YAML 1.1 takes for the end of a line.
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile(r"\r\n|\r|\n")
_OLD_BREAKS = "\x85\u2028\u2029"
# In these every key is a string: that is how their specifications define keys ("the failsafe schema").
_KEYS_ARE_TEXT = frozenset({"openapi", "asyncapi", "swagger"})
_OPEN: Any = object()  # what an anchor stands for whose node has not ended

Mark = Any  # PyYAML's: line and column from 0


def parse_yaml(data: bytes, path: str) -> JsonValue:
    """The value that ``data`` is the YAML of; ``path`` is named in errors.

    Raises SchemaError with line and column, both from 1, and ConfigError where PyYAML is not installed.
    """
    return _Reading(decoded(data, path), path).document()


def places_in_yaml(data: bytes) -> dict[str, tuple[int, int]]:
    """Line and column, from 1, of every value in ``data``, by its pointer; of its key, for a member of an object. What
    an alias repeats has none."""
    places: dict[str, tuple[int, int]] = {}
    with contextlib.suppress(SchemaError):  # of a fault that is being told: the places before it are good
        _Reading(decoded(data, ""), "", places).document()
    return places


class _Reading:
    """One pass over the events of ``text``. ``places`` takes the line and column of every value, by pointer."""

    def __init__(self, text: str, path: str, places: dict[str, tuple[int, int]] | None = None) -> None:
        self._text = text
        self._path = path
        self._places = places
        self._anchors: dict[str, JsonValue] = {}
        self._repeated = 0
        self._odd_key: SchemaError | None = None  # the first key that is no string

    def document(self) -> JsonValue:
        unreadable = _UNREADABLE.search(self._text)
        if unreadable is not None:
            self._fail_for_character(unreadable)
        yaml = _pyyaml(self._path)
        loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        self._events: Iterator[Any] = yaml.parse(self._text, Loader=loader)
        self._yaml = yaml
        try:
            return self._only_document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (1, 1) if mark is None else self._place(mark)
            why = error.problem or error.context or "it cannot be read"
            raise SchemaError(f"not YAML: {why}", Location(self._path, *place), "SG102") from None
        except yaml.YAMLError as error:
            raise SchemaError(f"not YAML: {error}", Location(self._path), "SG102") from None

    def _only_document(self) -> JsonValue:
        yaml = self._yaml
        next(self._events)  # the start of the stream
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise SchemaError("not YAML: the file is empty", Location(self._path), "SG102")
        if start.version not in {None, (1, 2)}:
            self._refuse(start.start_mark, "this says that it is YAML 1.1, and schemas are read as YAML 1.2")
        value = self._value(next(self._events), "#", 0)
        next(self._events)  # the end of the document
        more = next(self._events)
        if not isinstance(more, yaml.StreamEndEvent):
            self._refuse(more.start_mark, "a second document begins here; a file holds one schema")
        if self._odd_key is not None and not (isinstance(value, dict) and not _KEYS_ARE_TEXT.isdisjoint(value)):
            raise self._odd_key
        return value

    def _value(self, event: Any, pointer: str, depth: int) -> JsonValue:
        if self._places is not None:
            self._places.setdefault(pointer, self._place(event.start_mark))
        yaml = self._yaml
        if isinstance(event, yaml.AliasEvent):
            return self._repeat(event)
        if event.tag is not None:
            self._refuse(event.start_mark, f"the tag {event.tag!r}: a schema has none")
        if event.anchor is not None:
            self._anchors[event.anchor] = _OPEN
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif depth >= MOST_LEVELS:
            self._fail(event.start_mark, f"nested deeper than {MOST_LEVELS} levels", "SG104")
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(pointer, depth + 1)
        else:
            value = self._sequence(pointer, depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _mapping(self, pointer: str, depth: int) -> dict[str, JsonValue]:
        members: dict[str, JsonValue] = {}
        for event in self._events:
            if isinstance(event, self._yaml.MappingEndEvent):
                break
            key = self._key(event)
            if key in members:
                self._fail(event.start_mark, f"member {key!r} stands twice in this object", "SG103")
            there = ""
            if self._places is not None:
                there = f"{pointer}/{escape_token(key)}"
                self._places[there] = self._place(event.start_mark)
            members[key] = self._value(next(self._events), there, depth)
        return members

    def _sequence(self, pointer: str, depth: int) -> list[JsonValue]:
        items: list[JsonValue] = []
        for event in self._events:
            if isinstance(event, self._yaml.SequenceEndEvent):
                break
            items.append(self._value(event, f"{pointer}/{len(items)}" if self._places is not None else "", depth))
        return items

    def _key(self, event: Any) -> str:
        if not isinstance(event, self._yaml.ScalarEvent) or event.tag is not None:
            self._refuse(event.start_mark, "a key that is not a plain string")
        key: str = event.value
        if event.anchor is not None:
            self._anchors[event.anchor] = key
        if not event.style:
            if key == "<<":
                self._refuse(event.start_mark, "a merge key (<<) is not YAML 1.2: write the members out, or use $ref")
            is_string = not (key in _NULLS or key in _BOOLEANS or _NUMBER.fullmatch(key) or _UNLIKE_JSON.fullmatch(key))
            if not is_string and self._odd_key is None:
                message = f"not JSON: the key {_shortened(key)} is not a string: quote it"
                self._odd_key = SchemaError(message, self._location(event.start_mark), "SG111")
        return key

    def _scalar(self, event: Any) -> JsonValue:
        text: str = event.value
        if event.style:  # quoted, or a block: what is plain has none
            self._check_characters(event.start_mark, text)
            return text
        if text in _NULLS:
            return None
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if text[0] not in "-+.0123456789":
            return text
        if _INTEGER.fullmatch(text) and text != "-0":
            try:
                return int(text)
            except ValueError:
                self._fail(event.start_mark, "a number of more than 4300 digits", "SG102")
        if _NUMBER.fullmatch(text):
            if len(text) > _MOST_DIGITS:  # as in JSON
                self._fail(event.start_mark, "a number of more than 4300 digits", "SG102")
            return LosslessFloat(text.encode())
        if _UNLIKE_JSON.fullmatch(text):
            message = f"{_shortened(text)} is not a number as JSON writes it: write it so, or quote it if it is text"
            self._refuse(event.start_mark, message)
        return text

    def _check_characters(self, mark: Mark, text: str) -> None:
        # Only PyYAML's scanner in Python lets escapes make half of a character.
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            self._fail(mark, "not YAML: a lone surrogate, half of a character", "SG102")

    def _repeat(self, event: Any) -> JsonValue:
        if event.anchor not in self._anchors:
            self._fail(event.start_mark, f"not YAML: there is no anchor {_shortened(event.anchor)} above", "SG102")
        value = self._anchors[event.anchor]
        if value is _OPEN:
            self._refuse(event.start_mark, f"the alias {_shortened(event.anchor)} stands within what it repeats")
        return self._copied(value, event.start_mark)

    def _copied(self, value: JsonValue, mark: Mark) -> JsonValue:
        """A copy of ``value``, as JSON would have it: nothing in a document stands in two places."""
        self._repeated += 1 + (len(value) if isinstance(value, str) else 0)
        if self._repeated > MOST_REPEATED:
            self._refuse(mark, f"aliases that repeat more than {MOST_REPEATED} characters")
        if isinstance(value, dict):
            self._repeated += sum(map(len, value))
            return {key: self._copied(item, mark) for key, item in value.items()}
        if isinstance(value, list):
            return [self._copied(item, mark) for item in value]
        return value

    def _fail_for_character(self, found: re.Match[str]) -> NoReturn:
        place = Location(self._path, *line_and_column(self._text, found.start()))
        name = f"U+{ord(found[0]):04X}"
        if found[0] in _OLD_BREAKS:
            message = f"{name} ends a line to some readers of YAML: write it as an escape, in double quotes"
            raise SchemaError(f"not JSON: {message}", place, "SG111")
        raise SchemaError(f"not YAML: the character {name} may not stand in it", place, "SG102")

    def _refuse(self, mark: Mark, message: str) -> NoReturn:
        """Refuse what is YAML, and has no meaning in JSON."""
        self._fail(mark, f"not JSON: {message}", "SG111")

    def _fail(self, mark: Mark, message: str, code: str) -> NoReturn:
        raise SchemaError(message, self._location(mark), code)

    def _location(self, mark: Mark) -> Location:
        return Location(self._path, *self._place(mark))

    def _place(self, mark: Mark) -> tuple[int, int]:
        """Line and column of ``mark``. The end of a text whose last line does not end is, for libyaml, on a line more
        than there are."""
        lines, width = self._end
        return (lines, width + 1) if mark.line >= lines else (mark.line + 1, mark.column + 1)

    @cached_property
    def _end(self) -> tuple[int, int]:
        """How many lines the text has, and characters the last of them."""
        lines = _BREAK.split(self._text)
        return len(lines), len(lines[-1])


def _pyyaml(path: str) -> Any:
    """PyYAML, which only a project with YAML in it needs, and waits for."""
    try:
        import yaml
    except ImportError:
        message = "YAML schemas need PyYAML: pip install 'schemagen[yaml]'"
        raise ConfigError(message, Location(path), "SG016") from None
    return yaml


def _shortened(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
