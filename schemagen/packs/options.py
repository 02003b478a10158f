"""This module knows how to tell what options a pack has, and what a project has chosen of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from schemagen.errors import ConfigError, Location

NAME = re.compile(r"[a-z][a-z0-9_]*")
OptionValue: TypeAlias = bool | str


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a pack: one of the texts ``choices``, or where there are none true or false."""

    name: str
    description: str
    default: OptionValue
    choices: tuple[str, ...] = ()

    def allows(self, value: object) -> bool:
        return value in self.choices if self.choices else isinstance(value, bool)

    @property
    def wanted(self) -> str:
        """What may be chosen, for a message or a list."""
        return " or ".join(f'"{choice}"' for choice in self.choices) if self.choices else "true or false"


def _no_place(_pack: str, _name: str = "") -> Location:
    return Location("")


@dataclass(frozen=True, slots=True)
class Options:
    """What a project has chosen, ``by_pack``; ``place`` tells where it says so, of a pack or of an option of one. They
    ``are_for_all`` packs that are loaded with them: an option of another is a slip then."""

    by_pack: Mapping[str, Mapping[str, Any]]
    place: Callable[..., Location] = _no_place
    are_for_all: bool = False


NO_OPTIONS = Options({})


def chosen_values(
    pack: str, options: Mapping[str, Option], chosen: Mapping[str, Any], place: Callable[..., Location]
) -> dict[str, OptionValue]:
    """The value of each of the ``options`` of ``pack``: as ``chosen``, or else its default.

    Raises ConfigError, at the ``place`` of the option, for one that the pack has not, and for a value that it has not.
    """
    for name, value in chosen.items():
        if name not in options:
            near = get_close_matches(name, options, 1)
            known = f"it has {', '.join(options)}" if options else "it has none"
            hint = f"did you mean {near[0]!r}?" if near else known
            raise ConfigError(f"the pack {pack!r} has no option {name!r}; {hint}", place(pack, name), "SG026")
        if not options[name].allows(value):
            message = f"the option {name!r} of the pack {pack!r} must be {options[name].wanted}"
            raise ConfigError(message, place(pack, name), "SG026")
    return {name: chosen.get(name, option.default) for name, option in options.items()}


def unused_options(packs: Sequence[str], options: Options) -> Iterator[ConfigError]:
    """A problem for each pack that has options and is none of ``packs``, where these are all."""
    for name in options.by_pack if options.are_for_all else ():
        if name not in packs:
            near = get_close_matches(name, packs, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"the project uses {', '.join(packs)}"
            yield ConfigError(f"options for the pack {name!r}, which is not used; {hint}", options.place(name), "SG026")


def flags_of(options: Iterable[Option], values: Mapping[str, OptionValue]) -> dict[str, Any]:
    """What templates see of options: true or false by name, or for each choice, by that."""
    return {
        option.name: {choice: values[option.name] == choice for choice in option.choices}
        if option.choices
        else values[option.name]
        for option in options
    }
