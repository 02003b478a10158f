"""This module knows how to find the definitions of a large document in one pass over it.

ijson reads the document, in which an empty string stands for each value that is passed over: so it says what the
keys are, and whether what is between the values is as JSON has it. Where a value ends ``window`` finds. Of a document
that was read before, most values have the bytes that they had: those are not even passed over bracket by bracket, but
known by their digest, ten times as fast.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NoReturn

from xxhash import xxh3_128_digest

from schemagen.bundles.index import NOTHING_SAID, Index, Making
from schemagen.bundles.places import place_of_byte
from schemagen.bundles.window import Window
from schemagen.errors import ConfigError, Location, SchemaError
from schemagen.jsontext import BOM, join_pointer, parse, split_pointer

# No key is as long as this; nor is an old value as this that is taken for the same without a look at its brackets.
MOST_KEY, MOST_AT_ONCE = 1 << 20, 1 << 24
_BRACKETS, _ENDS, _QUOTE = {ord("{"), ord("[")}, {ord("}"), ord("]")}, ord('"')


class Scanning:
    """One pass over ``file``, which is at ``path``, and open as ``fd``; its ``holders`` (pointers) hold definitions.
    ``before`` is an earlier index of it; nothing of that is believed but which bytes a value had.

    Raises ConfigError where ijson is not installed, or holders are below each other.
    """

    def __init__(self, fd: int, file: str, path: str, holders: Sequence[str], before: Index | None) -> None:
        self._file, self._path = file, path
        self._window = Window(fd)
        self._events: list[tuple[str, Any]] = []
        ijson = _ijson(file)
        self._error: type[Exception] = ijson.JSONError
        self._reader = ijson.basic_parse_coro(_Sink(self._events))
        self._levels = {pointer: number for number, pointer in enumerate(open_places(file, holders))}
        self._pointers = list(self._levels)
        self._inner = {self._levels[pointer.rpartition("/")[0]] for pointer in self._pointers[1:]}
        self._index = Making(file, holders, self._pointers)
        self._before = before if before is not None and list(before.levels) == self._pointers else None
        self._waiting = b""  # what ijson has yet to read
        self._expected = 0  # the entry of the earlier index that is likely to be next
        self._new: list[int] = []

    def run(self) -> tuple[Making, str, list[int]]:
        """What was found, the digest of all bytes, and the entries that had other bytes in the earlier index, or were
        not in it. Raises SchemaError where the file is no JSON."""
        window = self._window
        if window.byte() == BOM[0] and window.data.startswith(BOM):
            window.at = len(BOM)
        if window.pass_blanks() in _BRACKETS:
            self._container(0)
        else:
            self._fail("not JSON: an object or an array was expected")
        while window.pass_blanks() >= 0:
            self._send()
        return self._index, window.digest.hexdigest(), self._new

    def _container(self, level: int) -> None:
        """Read the object or array that begins here, which is open."""
        window = self._window
        is_object = window.byte() == ord("{")
        self._send()
        for number in itertools.count():
            if is_object and (member := window.member()) is not None:
                text, begins = member
                self._read(text)  # a comma where there has to be none, or the other way round, ijson refuses
                self._member(level, self._events[-1][1], begins)
                continue
            if window.pass_blanks() in _ENDS:
                self._send()
                return
            if number:
                self._send()  # a comma: ijson refuses anything else
                window.pass_blanks()
            begins = window.offset
            key = self._key() if is_object else str(number)
            self._member(level, key, begins)

    def _member(self, level: int, key: str, begins: int) -> None:
        """Read the value that begins here, of an item of what is open."""
        window = self._window
        inner = self._levels.get(join_pointer(self._pointers[level], key)) if level in self._inner else None
        if inner is not None and window.byte() in _BRACKETS:
            self._container(inner)
        else:
            self._value(level, key, begins)

    def _key(self) -> str:
        """Read a key, and the colon behind it."""
        window = self._window
        text = window.string(MOST_KEY) if window.byte() == _QUOTE else None
        if text is None:
            self._send()
            self._fail("not JSON: the name of a member was expected")
        self._read(text)
        try:
            key = parse(text, self._file)  # ijson takes half a character for a whole one
        except SchemaError as error:
            self._fail(error.message)
        window.pass_blanks()
        self._send()
        window.pass_blanks()
        return str(key)

    def _value(self, level: int, key: str, begins: int) -> None:
        """Pass over the value that begins here, that of ``key``, and note it down."""
        window = self._window
        first, start = window.byte(), window.offset
        if first in _BRACKETS or first == _QUOTE:
            known = self._known(level, key)
            if known is None:
                said, raw = NOTHING_SAID, window.pass_value()
                self._new.append(len(self._index.in_level))
            else:
                said, raw = known
            if raw is None:
                self._fail("not JSON: the text ends within a value")
            self._waiting = b'""'
        else:
            word = window.word()
            if word is None:
                self._send()
                self._fail("not JSON: a value was expected")
            self._waiting = word
            said, raw = NOTHING_SAID, xxh3_128_digest(word)
            self._new.append(len(self._index.in_level))
        self._index.add(level, key, (begins, start, window.offset - start), first, raw, said)

    def _known(self, level: int, key: str) -> tuple[bytes, bytes] | None:
        """What is known of the value that begins here, where it has the bytes that it had; then it is passed over. A
        value in brackets or quotes ends where it ended: no other begins with all of it."""
        before = self._before
        if before is None:
            return None
        entry = self._expected
        if entry >= len(before) or before.columns[0][entry] != level or before.key(entry) != key:
            found = before.find(self._pointers[level], key)
            if found is None:
                return None
            entry = found
        self._expected = entry + 1
        size, raw = before.span(entry)[2], before.raw(entry)
        if size > MOST_AT_ONCE or before.first(entry) != self._window.byte() or not self._window.holds(size, raw):
            return None
        return before.said(entry), raw

    def _send(self) -> None:
        """Let ijson read the next byte, or that there is none."""
        window = self._window
        if window.byte() < 0:
            self._fail("not JSON: the text ends within a value")
        window.at += 1
        self._read(window.data[window.at - 1 : window.at])

    def _read(self, text: bytes) -> None:
        self._events.clear()
        try:
            self._reader.send(self._waiting + text)
            self._waiting = b""
        except self._error as error:
            reason = str(error).strip().splitlines()
            self._fail(f"not JSON: {reason[0].removeprefix('parse error: ') if reason else 'ijson refuses it'}")
        except StopIteration:
            self._fail("not JSON: something stands behind its end")

    def _fail(self, message: str) -> NoReturn:
        place = place_of_byte(self._path, max(self._window.offset - 1, 0))
        raise SchemaError(message, Location(self._file, *place), "SG102")


class _Sink:
    """Takes what ijson sends."""

    def __init__(self, events: list[tuple[str, Any]]) -> None:
        self.send = events.append


def open_places(file: str, holders: Sequence[str]) -> list[str]:
    """The pointers of what is open where ``holders`` hold definitions; raises ConfigError where one is below another's
    definitions, which would have to be open and closed."""
    places: list[str] = ["#"]
    for holder in holders:
        here = "#"
        for token in split_pointer(holder):
            if here in holders:
                message = f"too large to take both {here}/* and {holder}/*: one is within the parts of the other"
                raise ConfigError(message, Location(file), "SG015")
            here = join_pointer(here, token)
            if here not in places:
                places.append(here)
    return places


def _ijson(file: str) -> Any:
    """ijson, which only a project with a large document needs."""
    try:
        import ijson
    except ImportError:
        message = "a document as large as this needs ijson: pip install 'schemagen[large]'"
        raise ConfigError(message, Location(file), "SG019") from None
    return ijson
