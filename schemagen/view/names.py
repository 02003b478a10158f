"""This module knows how to name things in every case style and language, each name once in its scope."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from schemagen.view.reserved import PYTHON_TYPES, PYTHON_VALUES, TYPESCRIPT_TYPES, TYPESCRIPT_VALUES
from schemagen.view.shapes import Plain

# Longer names help nobody; where they are cut, numbers keep them apart.
_MAX_LENGTH = 64
_MAX_SPELLED = 4
_ASCII_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """The words of ``text`` in lower case: ``billing``, ``address`` for ``billingAddress`` and ``billing_address``.

    Digits stay with the word before them. Letters of all scripts count, in their compatible form (NFKC, as
    Python reads identifiers); letters beyond U+FFFF do not, since older ECMAScript has none in identifiers. Of a
    text without a letter or a digit the characters are spelled: ``less``, ``than``, ``sign`` for ``<``.
    """
    runs = _ASCII_RUN.findall(text) if text.isascii() else _runs(unicodedata.normalize("NFKC", text))
    return shortened(_split(runs) or _spelled(text))


def _runs(text: str) -> list[str]:
    """The parts of ``text`` that are made of what an identifier may hold, but the underscore."""
    return "".join(
        character if character <= "\uffff" and character != "_" and f"a{character}".isidentifier() else " "
        for character in text
    ).split()


def _split(runs: list[str]) -> list[str]:
    words: list[str] = []
    for run in runs:
        if run.islower():
            words.append(run)
            continue
        parts = _ASCII_WORD.findall(run) if run.isascii() else _parts(run)
        for part in parts:
            if part.isdecimal() and part is not parts[0]:
                words[-1] += part
            else:
                words.append(part.lower() if part.isascii() else unicodedata.normalize("NFKC", part.lower()))
    return words


def _parts(run: str) -> list[str]:
    """The words of a run in any script: a new one starts with a capital after what is none."""
    parts = [run[0]]
    for before, character in pairwise(run):
        if character.isupper() and not before.isupper():
            parts.append(character)
        else:
            parts[-1] += character
    return parts


def _spelled(text: str) -> list[str]:
    if not text:
        return ["empty"]
    names = [unicodedata.name(character, f"u{ord(character):x}") for character in text[:_MAX_SPELLED]]
    return [word for name in names for word in re.findall(r"[a-z0-9]+", name.lower())]


def shortened(words: Sequence[str]) -> Words:
    """``words``, cut where they are too long together."""
    left = _MAX_LENGTH
    kept = []
    for word in words:
        if left <= 0:
            break
        kept.append(word[:left])
        left -= len(word)
    return tuple(kept)


def pascal(words: Words) -> str:
    return "".join(word[:1].upper() + word[1:] for word in words)


def camel(words: Words) -> str:
    return words[0] + pascal(words[1:])


def constant(words: Words) -> str:
    return "_".join(words).upper()


def cases(words: Words) -> Plain:
    """``words`` in five case styles."""
    snake = "_".join(words)
    return {
        "pascal": pascal(words),
        "camel": camel(words),
        "snake": snake,
        "kebab": "-".join(words),
        "constant": constant(words),
    }


# -- identifiers


def ts_name(words: Words) -> str:
    """``words`` as the identifier of a value in TypeScript: ``billingAddress``."""
    return _identifier(camel(words), "n", TYPESCRIPT_VALUES)


def py_name(words: Words) -> str:
    """``words`` as the identifier of a value in Python: ``billing_address``."""
    return _as_python_reads(_identifier("_".join(words), "n", PYTHON_VALUES))


def py_constant(words: Words) -> str:
    """``words`` as the identifier of a constant or of a member of an enum in Python: ``BILLING_ADDRESS``."""
    return _as_python_reads(_identifier(constant(words), "N", PYTHON_TYPES))


def _as_python_reads(name: str) -> str:
    """``name`` in the form that Python makes of it (PEP 3131): a mark goes together with the letter before it."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def ts_type_name(words: Words) -> str:
    """``words`` as the identifier of a type in TypeScript: ``BillingAddress``."""
    return _type_identifier(pascal(words), TYPESCRIPT_TYPES)


def py_type_name(words: Words) -> str:
    """``words`` as the identifier of a class in Python: ``BillingAddress``."""
    return _as_python_reads(_type_identifier(pascal(words), PYTHON_TYPES))


def _type_identifier(name: str, reserved: Collection[str]) -> str:
    # What has no capitals gets one in front, so that a type never has the name of a property.
    return _identifier(name if name[0].isupper() else f"T{name}", "T", reserved)


def _identifier(name: str, prefix: str, reserved: Collection[str]) -> str:
    if not name.isidentifier():
        name = prefix + name
    return f"{name}_" if name in reserved else name


# -- scopes


class Scope:
    """Names that must differ from each other: of the properties of an object, or of the types of a module.

    ``forms`` make what is to differ of the words of a name. Who comes first keeps its name; a later one that is
    equal in any form gets the first free number. So adding something at the end renames nothing.
    """

    def __init__(self, *forms: Callable[[Words], str]) -> None:
        self._forms = forms
        self._taken: set[tuple[int, str]] = set()
        self._numbers: dict[Words, int] = {}

    def claim(self, words: Words) -> Words:
        """``words``, with a number behind them where their names are taken; they are taken from now on."""
        number = self._numbers.get(words, 1)
        claimed = words
        while not self._taken.isdisjoint(self._named(claimed)):
            number += 1
            claimed = (*words, str(number))
        self._numbers[words] = number
        self._taken |= self._named(claimed)
        return claimed

    def _named(self, words: Words) -> set[tuple[int, str]]:
        return {(place, form(words)) for place, form in enumerate(self._forms)}


def property_scope() -> Scope:
    return Scope(pascal, constant, ts_name, py_name)


def type_scope() -> Scope:
    return Scope(pascal, constant, ts_type_name, py_type_name)


def member_scope() -> Scope:
    return Scope(pascal, constant, ts_type_name, py_constant)
