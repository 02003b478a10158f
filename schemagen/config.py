"""This module knows how to read ``[tool.schemagen]`` from pyproject.toml, and what is wrong with it."""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from schemagen.digest import digest_of
from schemagen.errors import ConfigError, Location
from schemagen.formatters import Formatter, parse_formatter
from schemagen.model import Draft

FILE = "pyproject.toml"
# As the description of the view: see ``view.published``.
_PUBLISHED = Path(__file__).parent / "contract" / "configuration.json"
_SECTION = ("tool", "schemagen")
_ARRAY = ("[]",)
UNLIMITED = "unlimited"
_SIZE = re.compile(r"([1-9][0-9]{0,9})([KMG])")
_SHIFTS = {"K": 10, "M": 20, "G": 30}
_AUTO = {"batch_size", "workers"}
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")
_TOML_TOKEN = re.compile(
    r"""#[^\n]*|"{3}(?:[^\\]|\\.)*?"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[\[\]{}=,.\n]|[^\s\[\]{}=,.#"']+""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Config:
    """What is built, from what, how. ``root`` is the absolute path of the project folder; the other paths
    are relative to it, or absolute. ``batch_size`` and ``workers`` are None for ``auto``, ``max_memory`` (in bytes) is
    None for no limit; ``timeout`` is in seconds. ``format`` are external formatters, of which the last that matches an
    output counts, ``format_files`` what else they read; ``options`` are those of packs, by pack. ``cache``
    says whether outputs are kept, or the URL where; ``cache_size`` is how many bytes of a folder that may take;
    ``cache_asked`` and ``cache_is_read_only`` are what options of this run say of it. With ``local_cluster`` the engine
    dask starts workers here, which no pyproject.toml can ask for; ``shard`` is the part of all, (3, 8) for the third of
    eight, that this run makes. ``digest`` is that of the pyproject.toml that was read, empty where there is none.
    ``project`` is what the project's own configuration says where options of this run chose other schemas, packs or
    another output folder, else None. A run that ``is_paranoid`` trusts no file time."""

    root: str
    schemas: tuple[str, ...] = ("schemas",)
    output: str = "build"
    packs: tuple[str, ...] = ("form", "markdown")
    exclude: tuple[str, ...] = ()
    batch_size: int | None = None
    workers: int | None = None
    unresolved_refs: Literal["error", "opaque"] = "error"
    default_draft: Draft = Draft.D2020
    max_schema_bytes: int = 16 * 1024 * 1024
    max_output_bytes: int = 64 * 1024 * 1024
    priority: tuple[str, ...] = ()
    timeout: int = 60
    max_memory: int | None = None
    format: tuple[Formatter, ...] = ()
    format_files: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, bool | str]] = field(default_factory=dict)
    json_comments: bool = False
    cache: bool | str = True
    cache_size: int = 1 << 30
    cache_asked: bool | str | None = field(default=None, compare=False)
    cache_is_read_only: bool = field(default=False, compare=False)
    engine: Literal["local", "dask"] = "local"
    scheduler: str = ""
    scheduler_file: str = ""
    allow_insecure: bool = False
    fallback: Literal["error", "local"] = "error"
    local_cluster: bool = False
    shard: tuple[int, int] | None = None
    digest: str = field(default="", compare=False)
    project: Config | None = field(default=None, compare=False)
    is_paranoid: bool = field(default=False, compare=False)

    @property
    def folders(self) -> tuple[str, ...]:
        """The schema folders, and single files, of ``schemas``."""
        return tuple(source for source in self.schemas if part_source(source) is None)

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Of ``schemas``, the files whose parts are schemas, each with the pointer of what holds these parts."""
        return tuple(found for source in self.schemas if (found := part_source(source)) is not None)

    @property
    def paths(self) -> tuple[str, ...]:
        """The folders and files that ``schemas`` names."""
        return tuple(dict.fromkeys(found[0] if (found := part_source(each)) else each for each in self.schemas))

    def holds(self, path: str) -> bool:
        """Whether the schema at ``path`` comes from one of ``schemas``."""
        return any(_gives(source, path) for source in self.schemas)

    @property
    def is_whole(self) -> bool:
        """The run is about all of the project: what nothing makes now is left over."""
        return self.project is None

    @property
    def is_aside(self) -> bool:
        """The run makes outputs that the project's own configuration does not ask for."""
        own = self.project
        if own is None:
            return False
        return not (
            self.output == own.output
            and set(self.packs) <= set(own.packs)
            and all(own.holds(f"{_start(source)}/") for source in self.schemas)
        )


def part_source(source: str) -> tuple[str, str] | None:
    """The file and the pointer of ``file#/pointer/*``, which stands for each part that is directly below; None for
    a folder or file."""
    file, mark, pointer = source.rpartition("#/")
    return (file, f"#/{pointer}"[:-2]) if file and mark and f"/{pointer}".endswith("/*") else None


def normal_source(source: str) -> str:
    """``source`` as the rest of the program names it: its path without ``./`` and a last slash."""
    found = part_source(source)
    return os.path.normpath(source) if found is None else f"{os.path.normpath(found[0])}{found[1]}/*"


def _gives(source: str, path: str) -> bool:
    """Whether the schema at ``path`` would come from ``source``: a folder gives no parts of documents."""
    start = f"{_start(source)}/"
    return path.startswith(start) and (part_source(source) is not None or "#/" not in path[len(start) :])


def _start(source: str) -> str:
    return source.rstrip("/") if part_source(source) is None else source.removesuffix("/*")


def load_config(root: Path) -> Config:
    """The configuration of the project in the folder ``root``: defaults where it has none.

    Raises ConfigError, at the line of the key, for TOML that cannot be read, an unknown key or a wrong value.
    """
    table, text, digest = _read_table(root / FILE)
    if not table:
        return Config(str(root), digest=digest)
    _check(table, text)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key in _AUTO:
            values[key] = None if value == "auto" else int(value)
        elif key in {"max_schema_bytes", "max_output_bytes", "timeout"}:
            values[key] = int(value)  # JSON Schema takes 10.0 for an integer
        elif key == "max_memory":
            values[key] = None if value == UNLIMITED else bytes_of_size(value)
        elif key == "cache_size":
            values[key] = bytes_of_size(value)
        elif key == "format":
            values[key] = tuple(_formatter(pattern, command, text) for pattern, command in value.items())
        elif key == "default_draft":
            values[key] = Draft(value)
        elif key == "output":
            values[key] = os.path.normpath(value)  # one name for one folder: outputs are remembered by their paths
        elif key == "schemas":
            values[key] = tuple(
                Path(source).as_posix() if part_source(source) is None else normal_source(source) for source in value
            )
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    return Config(root=str(root), digest=digest, **values)


def _formatter(pattern: str, command: str, text: str) -> Formatter:
    try:
        return parse_formatter(pattern, command)
    except ValueError as error:
        place = _place_of(("format", pattern), text)
        raise ConfigError(f"format of {pattern!r}: {error}", place, "SG040") from None


def place_of_key(config: Config, *keys: str) -> Location:
    """Where ``keys`` in [tool.schemagen] are set in the project's pyproject.toml."""
    return place_of_keys(config.root, *keys)


def place_of_option(root: str, pack: str, name: str = "") -> Location:
    """Where the project in the folder ``root`` says something of the options of ``pack``, or of the one at ``name``."""
    return place_of_keys(root, "options", pack, *([name] if name else []))


def place_of_keys(root: str, *keys: str) -> Location:
    """Where ``keys`` in [tool.schemagen] are set in pyproject.toml in the folder ``root``."""
    return _place_of(keys, _read_table(Path(root, FILE))[1])


def bytes_of_size(text: str) -> int:
    """The bytes that ``text``, such as ``500M`` or ``2G``, says; raises ValueError."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a size such as 500M or 2G")
    return int(match[1]) << _SHIFTS[match[2]]


def _read_table(file: Path) -> tuple[dict[str, Any], str, str]:
    """The table of ``file``, with the text of all of it, and the digest of that."""
    try:
        raw = file.read_bytes()
        text = raw.decode()
        data = tomllib.loads(text)
    except FileNotFoundError:
        return {}, "", ""
    except OSError as error:
        raise ConfigError(f"cannot read: {error.strerror}", Location(FILE), "SG003") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 (byte {error.start})", Location(FILE), "SG003") from None
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(error), text) from None
    tool = data.get("tool", {})
    table = tool.get("schemagen", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise ConfigError("tool.schemagen must be a table", _place_of((), text), "SG002")
    return table, text, digest_of(raw)


def _toml_error(message: str, text: str) -> ConfigError:
    match = _TOML_PLACE.search(message)
    reason = message[: match.start()] if match else message
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (text.count("\n") + 1, 1)
    return ConfigError(f"not TOML: {reason}", Location(FILE, line, column), "SG003")


def config_schema() -> dict[str, Any]:
    """The JSON Schema of ``[tool.schemagen]``, as Python data."""
    schema: dict[str, Any] = json.loads(_PUBLISHED.read_bytes())
    return schema


def _check(table: dict[str, Any], text: str) -> None:
    import jsonschema_rs

    schema = config_schema()
    known = list(schema["properties"])
    validator = jsonschema_rs.validator_for(schema)
    for key, value in table.items():
        if key not in known:
            message = f"unknown key {key!r} in [tool.schemagen]; {_hint(key, known)}"
            raise ConfigError(message, _place_of((key,), text), "SG002")
        for error in validator.iter_errors({key: _as_json(value)}):
            message = _wanted(schema["properties"][key], error.message)
            raise ConfigError(f"{key}: {message}", _place_of((key,), text), "SG002")


def _hint(key: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(key, known, 1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def _as_json(value: Any) -> Any:
    """``value`` with what TOML has and JSON has not (dates, times, nan, inf) as an object, which no key takes."""
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    is_json = isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    return value if is_json else {"TOML": str(value)}


def _wanted(schema: dict[str, Any], message: str) -> str:
    """What is wrong in a person's words: anyOf says nothing of use by itself, and enum not all that may stand."""
    if "enum" in schema:
        return f"must be one of {', '.join(map(json.dumps, schema['enum']))}"
    if "anyOf" not in schema:
        return message
    ways = [
        json.dumps(way["const"]) if "const" in way else f"a whole number from {way['minimum']} up"
        for way in schema["anyOf"]
    ]
    return f"must be {' or '.join(ways)}"


def _place_of(path: tuple[str, ...], text: str) -> Location:
    """Where ``path`` in [tool.schemagen] is set; the table's own place where that cannot be seen."""
    wanted = _SECTION + path
    best, found = 0, 0
    for keys, index in _key_places(text):
        matched = len(keys) if keys == wanted[: len(keys)] else 0
        if matched > best:
            best, found = matched, index
    return Location(FILE, text.count("\n", 0, found) + 1, found - text.rfind("\n", 0, found))


def _key_places(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every key and table that ``text``, which is TOML, names, in full, with the index of its last part."""
    scopes: list[tuple[str, ...]] = [()]  # what the keys of each open table stand under, or _ARRAY
    key: tuple[str, ...] = ()
    in_value = False
    for match in _TOML_TOKEN.finditer(text):
        mark = match[0]
        if mark == "\n" and len(scopes) == 1:
            key, in_value = scopes[0], False
        elif mark in {"[", "{"} and in_value:
            # Tables in an array have no place of their own among the keys.
            scopes.append(_ARRAY if mark == "[" or scopes[-1] == _ARRAY else key)
            in_value = scopes[-1] == _ARRAY
        elif mark in {"]", "}"} and len(scopes) > 1:
            scopes.pop()
            in_value = True
        elif mark == "[":
            key = ()
        elif mark == "]":
            scopes[0] = key
        elif mark == "=":
            in_value = True
        elif mark == "," and scopes[-1] != _ARRAY:
            key, in_value = scopes[-1], False
        elif not in_value and mark not in {"\n", "."} and mark[0] != "#":
            key = (*key, _unquoted(mark))
            yield key, match.start()


def _unquoted(mark: str) -> str:
    return str(tomllib.loads(f"x = {mark}")["x"]) if mark[0] in {'"', "'"} else mark


def check_paths(config: Config) -> None:
    """Raise ConfigError if the output folder lies inside a schema folder, or holds one."""
    root = Path(config.root)
    # realpath and not Path.resolve, which raises RuntimeError for a loop of links.
    output = Path(os.path.realpath(root / config.output))
    for folder in config.paths:
        schemas = Path(os.path.realpath(root / folder))
        if output.is_relative_to(schemas) or schemas.is_relative_to(output):
            raise ConfigError(
                f"the output folder {config.output} and the schema folder {folder} lie one inside the other",
                Location(config.output),
                "SG012",
            )
