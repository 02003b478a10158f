"""This module knows how to read a pack's manifest, pack.toml, and what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from schemagen.errors import ConfigError, Location
from schemagen.packs.languages import LANGUAGES, language_of
from schemagen.packs.options import NAME, Option
from schemagen.view import VIEW_VERSION

MANIFEST = "pack.toml"
SUFFIX = ".mustache"
FIELDS = ("path", "dir", "stem", "py_path")
_KEYS = ("name", "description", "language", "view", "extends", "outputs", "options")
_OPTION_KEYS = ("description", "default", "choices")
_OUTPUT_KEYS = ("template", "copy", "path", "per", "language")


@dataclass(frozen=True, slots=True)
class Rule:
    """One of a pack's outputs. ``source`` is the name of its template, or where ``is_copy`` of a file that is taken as
    it is; ``path`` the pattern of its path; ``is_per_schema`` is false where there is one for the whole project."""

    source: str
    path: str
    language: str
    is_per_schema: bool = True
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a pack.toml says; ``extends`` is the pack whose files this one takes where it has none of its own.
    ``language`` and ``outputs`` may be empty then: they are those of that pack. ``options`` are by name."""

    name: str
    description: str
    language: str
    extends: str
    outputs: tuple[Rule, ...]
    options: Mapping[str, Option] = field(default_factory=dict)


def manifest_of_folder(name: str, templates: Collection[str], shown: str) -> Manifest:
    """The manifest of a folder that has none: each ``NAME.EXT.mustache`` makes ``{path}.EXT``, in the language of EXT.

    Raises ConfigError for a template without EXT.
    """
    rules = []
    for template in templates:
        suffix = PurePosixPath(template.removesuffix(SUFFIX)).suffix.lstrip(".")
        if not suffix:
            message = f"its output has no extension: name it NAME.EXT{SUFFIX}, or write a {MANIFEST}"
            raise ConfigError(message, Location(f"{shown}/{template}"), "SG021")
        rules.append(Rule(template, "{path}." + suffix, language_of(suffix)))
    return Manifest(name, "", "", "", tuple(rules))


def parse_manifest(text: str, path: str, folder: str) -> Manifest:
    """The manifest in ``text``, read from ``path``; ``folder`` is the pack's name where it says none.

    Raises ConfigError at the line of what is wrong.
    """
    return _Parser(text, path).manifest(folder)


class _Parser:
    def __init__(self, text: str, path: str) -> None:
        self._lines = text.splitlines()
        self._path = path
        try:
            self._data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"not TOML: {error}", Location(path), "SG022") from None

    def manifest(self, folder: str) -> Manifest:
        self._check_keys(self._data, _KEYS, 0)
        extends = self._text("extends", "")
        if "\0" in extends:
            raise self._wrong(f"extends {extends!r} is no name of a pack", "extends")
        language = self._text("language", "")
        if language or not extends:
            self._check_language(language, 0)
        view, version = self._data.get("view"), VIEW_VERSION.partition(".")[0]
        if view != version and (view is not None or not extends):
            raise self._wrong(f'view must be "{version}", the view version that this schemagen makes', "view")
        outputs = self._data.get("outputs", [])
        if not isinstance(outputs, list) or not (outputs or extends):
            raise self._wrong("at least one [[outputs]] is needed", "outputs")
        rules = tuple(self._rule(number, item, language) for number, item in enumerate(outputs))
        description, options = self._text("description", ""), self._options()
        return Manifest(self._text("name", folder), description, language, extends, rules, options)

    def _options(self) -> dict[str, Option]:
        tables = self._data.get("options", {})
        if not isinstance(tables, dict):
            raise self._wrong("options is a table of tables: [options.NAME]", "options")
        return {name: self._option(name, table) for name, table in tables.items()}

    def _option(self, name: str, table: Any) -> Option:
        at = f"[options.{name}]"
        if not isinstance(table, dict) or not NAME.fullmatch(name):
            raise self._wrong("an option is a table [options.NAME], with a name in lower case", at)
        self._check_keys(table, _OPTION_KEYS, 0)
        choices, default = table.get("choices", []), table.get("default", "")
        if not isinstance(choices, list) or not all(isinstance(each, str) and NAME.fullmatch(each) for each in choices):
            raise self._wrong(f"choices of the option {name!r} is a list of words in lower case", at)
        description = table.get("description")
        if not isinstance(description, str) or not description:
            raise self._wrong(f"the option {name!r} needs a description", at)
        option = Option(name, description, default, tuple(choices))
        if not option.allows(default):
            raise self._wrong(f"the default of the option {name!r} must be {option.wanted}", at)
        return option

    def _rule(self, number: int, item: Any, language: str) -> Rule:
        if not isinstance(item, dict):
            raise self._wrong("outputs is a list of tables: [[outputs]]", "outputs")
        self._check_keys(item, _OUTPUT_KEYS, number)
        named = [key for key in ("template", "copy") if key in item]
        if len(named) != 1 or not all(isinstance(item.get(key, ""), str) for key in _OUTPUT_KEYS):
            raise self._wrong("an output has a template, or a file to copy, and a path", "[[outputs]]", number)
        source = item[named[0]]
        if not _stays_below(source):
            raise self._wrong(f"{named[0]} {source!r} is no name of a file of this pack", named[0], number)
        per = item.get("per", "schema")
        if per not in {"schema", "project"}:
            raise self._wrong('per must be "schema" or "project"', "per", number)
        if "language" in item:
            self._check_language(item["language"], number)
        is_per_schema = per == "schema"
        path = self._pattern(item.get("path", ""), is_per_schema, number)
        return Rule(source, path, item.get("language", language), is_per_schema, named == ["copy"])

    def _pattern(self, path: str, is_per_schema: bool, number: int) -> str:
        has_field = any("{" + field + "}" in path for field in FIELDS)
        if is_per_schema and not any("{" + field + "}" in path for field in ("path", "stem", "py_path")):
            raise self._wrong("path must be a pattern with {path} or {stem}, such as {path}.html", "path", number)
        if not is_per_schema and (has_field or not path):
            raise self._wrong("path of an output of the whole project is a path, such as index.html", "path", number)
        if not _stays_below(path):
            raise self._wrong(f"path {path!r} leaves the output folder", "path", number)
        return path

    def _check_language(self, language: str, number: int) -> None:
        if language not in LANGUAGES:
            known = ", ".join(sorted(LANGUAGES))
            raise self._wrong(f"language must be one of {known}, not {language!r}", "language", number)

    def _check_keys(self, table: dict[str, Any], known: Collection[str], number: int) -> None:
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                raise self._wrong(f"unknown key {key!r}; {hint}", key, number)

    def _text(self, key: str, default: str) -> str:
        value = self._data.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(f"{key} must be a text", key)
        return value

    def _wrong(self, message: str, key: str, number: int = 0) -> ConfigError:
        """An error at the line of ``key``, in the output ``number`` if it is one's."""
        seen = -1
        for line, row in enumerate(self._lines, 1):
            stripped = row.lstrip()
            seen += stripped.startswith("[[outputs]]")
            if stripped.startswith(key) and (seen == number or (number == 0 and seen < 0)):
                return ConfigError(message, Location(self._path, line, len(row) - len(stripped) + 1), "SG022")
        return ConfigError(message, Location(self._path), "SG022")


def _stays_below(path: str) -> bool:
    is_plain = bool(path) and "\\" not in path and "\0" not in path
    return is_plain and not path.startswith("/") and ".." not in path.split("/")
