"""This module knows how to change bytes, texts and values a little, at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from jiter import LosslessFloat

from tests.hostile import HOSTILE
from tests.odd_names import ODD_NAMES

TEXTS = [text for text in HOSTILE if len(text) < 1000] + ODD_NAMES
_BYTES = (b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\n", b"\r", b'"', b"\\")
# Numbers that have been the end of something: as they are written in JSON.
NUMBERS = (
    *("0", "-0", "0.0", "-0.0", "1", "-1", "1.0", "1e0", "10e-1", "0.1", "1e400", "-1e400", "1e-400", "1e308"),
    *("9007199254740993", "18446744073709551616", "-9223372036854775809", "1" + "0" * 400, "0." + "3" * 60),
    *("1E+2", "1e99999", "123456789.000000001", "4294967296", "2147483648", "1" * 4300),
)


def number(chance: Random) -> int | LosslessFloat:
    """A number as ``jsontext`` reads it."""
    text = chance.choice(NUMBERS)
    return int(text) if text.lstrip("-").isdigit() and text != "-0" else LosslessFloat(text.encode())


def mutated_bytes(data: bytes, chance: Random, words: Sequence[bytes], most: int = 4) -> bytes:
    """``data`` with some of its bytes changed, moved, repeated or gone, or some of ``words`` put into it."""
    for _ in range(chance.randint(1, most)):
        data = chance.choice(_BYTE_CHANGES)(data, chance, words)
    return data


def _flip(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    if not data:
        return b"{"
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _cut_out(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _cut_off(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))]


def _repeat(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice([1, 1, 2, 10]) + data[end:]


def _move(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance)
    rest = data[:start] + data[end:]
    at = chance.randint(0, len(rest))
    return rest[:at] + data[start:end] + rest[at:]


def _put_word(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    start, end = _span(data, chance) if chance.random() < 0.3 else (chance.randint(0, len(data)),) * 2
    return data[:start] + chance.choice([*words, *_BYTES]) + data[end:]


def _put_text(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(TEXTS).encode("utf-8", "surrogatepass") + data[at:]


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.choice([1, 2, 4, 16, 100]))


_BYTE_CHANGES: tuple[Callable[[bytes, Random, Sequence[bytes]], bytes], ...] = (
    *(_flip, _cut_out, _cut_off, _repeat, _move),
    *(_put_word, _put_word, _put_word, _put_text),
)


# -- values of JSON


def mutated_value(document: Any, chance: Random, keys: Sequence[str], most: int = 3) -> Any:
    """A copy of ``document`` with some of what is in it replaced, renamed, moved, repeated or gone; ``keys`` are names
    that mean something in it."""
    holder = [_copied(document)]
    for _ in range(chance.randint(1, most)):
        chance.choice(_VALUE_CHANGES)(holder, chance, keys)
    return holder[0]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every value in the list or dict ``value``: what it is in, and its index or key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        here = waiting.pop()
        items = here.items() if isinstance(here, dict) else enumerate(here)
        for key, item in items:
            found.append((here, key))
            if isinstance(item, dict | list):
                waiting.append(item)
    return found


def _copied(value: Any) -> Any:
    """Not ``deepcopy``, which numbers that keep their text do not know."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def scalar(chance: Random) -> Any:
    return chance.choice(
        [lambda: chance.choice(TEXTS), lambda: number(chance), lambda: chance.choice([True, False, None])]
    )()


def small_value(chance: Random, depth: int = 2) -> Any:
    kind = chance.randrange(6 if depth else 4)
    if kind == 4:
        return [small_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    if kind == 5:
        return {chance.choice(TEXTS): small_value(chance, depth - 1) for _ in range(chance.randint(0, 3))}
    return scalar(chance)


def _replace(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    here, key = chance.choice(places(holder))
    here[key] = small_value(chance)


def _replace_alike(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    """Another value of the same type, which is more often still good."""
    here, key = chance.choice(places(holder))
    value = here[key]
    if isinstance(value, str):
        here[key] = chance.choice(TEXTS) if chance.random() < 0.7 else value + chance.choice(TEXTS)
    elif isinstance(value, int | LosslessFloat) and not isinstance(value, bool):
        here[key] = number(chance)
    elif isinstance(value, list) and value:
        value.append(_copied(chance.choice(value)))
    elif isinstance(value, dict) and value:
        value[chance.choice(TEXTS)] = _copied(chance.choice(list(value.values())))


def _rename(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    dicts = [here for here, _ in places(holder) if isinstance(here, dict)]
    if dicts:
        here = chance.choice(dicts)
        old = chance.choice(list(here))
        new = chance.choice(keys) if chance.random() < 0.5 else chance.choice(TEXTS)
        renamed = {new if key == old else key: value for key, value in here.items()}
        here.clear()
        here.update(renamed)


def _remove(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    here, key = chance.choice(places(holder))
    if here is not holder:
        del here[key]


def _transplant(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    """Put a copy of what is somewhere to somewhere else."""
    all_places = places(holder)
    (here, key), (there, other) = chance.choice(all_places), chance.choice(all_places)
    here[key] = _copied(there[other])


def _add(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    all_places = places(holder)
    there, other = chance.choice(all_places)
    into = chance.choice([value for here, key in all_places if isinstance(value := here[key], dict)] or [{}])
    into[chance.choice(keys)] = _copied(there[other]) if chance.random() < 0.6 else small_value(chance)


def _wrap(holder: list[Any], chance: Random, keys: Sequence[str]) -> None:
    here, key = chance.choice(places(holder))
    for _ in range(chance.choice([1, 1, 1, 1, 2, 2, 30, 150])):
        here[key] = {chance.choice(keys): here[key]} if chance.random() < 0.7 else [here[key]]


_VALUE_CHANGES: tuple[Callable[[list[Any], Random, Sequence[str]], None], ...] = (
    *(_replace, *[_replace_alike] * 4, _rename, _remove, _transplant, _transplant, _add, _add, _wrap),
)
