"""This module knows how to find the schemas of a project and read each of them once."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import translate
from pathlib import Path

from schemagen.config import Config
from schemagen.dialects import draft_named
from schemagen.digest import digest_of
from schemagen.errors import ConfigError, Location, SchemaError
from schemagen.jsontext import dumps, parse
from schemagen.model import Draft, Home, JsonValue, Schema, SchemaFile
from schemagen.state.sight import see
from schemagen.texts import SUFFIXES, Syntax, json_text, parse_text, place_at, stem_of, suffix_of, syntax_of

_CHUNK = 1 << 20
SKIPPED_FOLDERS = {"node_modules"}


def find_schemas(config: Config) -> tuple[SchemaFile, ...]:
    """Every file below the schema folders with one of SUFFIXES: folders in their order, then by name.

    Each real folder is visited once, however many links lead to it. Folders that begin with a dot, and
    node_modules, are passed over. Raises ConfigError for a folder that is missing or has no schema.
    """
    excluded = compile_patterns(config.exclude)
    found: list[SchemaFile] = []
    for folder in config.folders:
        files = sorted(_find_below(Path(config.root), folder), key=lambda file: file.name.split("/"))
        if not files:
            raise ConfigError("no *.json, *.jsonc, *.yaml or *.yml in this schema folder", Location(folder), "SG011")
        found += files
    by_path: dict[str, SchemaFile] = {}  # where one schema folder holds another, the first names the schema
    for file in found:
        if not excluded or not is_excluded(file, excluded):
            by_path.setdefault(file.path, file)
    return tuple(by_path.values())


def may_be_found(file: SchemaFile, config: Config) -> bool:
    """Whether ``file`` is named as ``find_schemas`` names what it finds, or ``parts`` a part of a document. Nothing is
    looked up."""
    if ".." in file.name.split("/"):
        return False
    stem = stem_of(file.path)
    folders = [Path(folder).as_posix() for folder in config.folders]
    return (
        any(stem == f"{folder}/{file.name}" for folder in folders)
        or (file.path in folders and posixpath.basename(stem) == file.name)
        or any(file.path.startswith(f"{document}#/") for document, _ in config.documents)
    )


def compile_patterns(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    """What matches the names of schemas that ``patterns`` of the configuration mean."""
    # translate() has * match / too, so that ** needs no care but where it stands for no folder at all.
    return [
        re.compile("|".join(translate(way) for way in (pattern, re.sub(r"(^|/)\*\*/", r"\1", pattern))))
        for pattern in patterns
    ]


def matches(pattern: re.Pattern[str], name: str, suffixes: Iterable[str]) -> bool:
    """Whether ``pattern`` means the schema ``name``, whose file has one of ``suffixes``."""
    return bool(pattern.match(name)) or any(pattern.match(name + suffix) for suffix in suffixes)


def is_excluded(file: SchemaFile, excluded: Iterable[re.Pattern[str]]) -> bool:
    """Whether one of the patterns ``excluded`` means ``file``."""
    suffixes = (suffix_of(file.path),)
    return any(matches(pattern, file.name, suffixes) for pattern in excluded)


def find_folders(config: Config) -> dict[str, str]:
    """The folders that ``find_schemas`` looks into, each with the digest of its listing: a new schema changes it."""
    root = Path(config.root)
    paths = [
        f"{Path(folder).as_posix()}/{prefix}".rstrip("/")
        for folder in config.folders
        if os.path.isdir(root / folder)
        for prefix, _ in _walk(root, folder)
    ]
    return {path: see(str(root / path)).digest for path in paths}


def _find_below(root: Path, folder: str) -> Iterator[SchemaFile]:
    base = root / folder
    # Not the methods of Path, which raise OSError for a name that is too long.
    if os.path.isfile(base):
        yield _schema_file(base.name, Path(folder).as_posix())
        return
    if not os.path.isdir(base):
        raise ConfigError("no such schema folder", Location(folder), "SG010")
    for prefix, names in _walk(root, folder):
        for name in names:
            yield _schema_file(prefix + name, f"{Path(folder).as_posix()}/{prefix}{name}")


def _walk(root: Path, folder: str) -> Iterator[tuple[str, list[str]]]:
    """Each folder below ``folder``, once, as a prefix for the names in it, with the schemas in it."""
    visited: set[tuple[int, int]] = set()
    waiting = [(root / folder, "")]
    links: list[tuple[Path, str]] = []  # come last, so that a folder goes by its own name where it has one
    while waiting or links:
        here, prefix = (waiting or links).pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            where = Location(f"{folder}/{prefix}".rstrip("/"))
            raise ConfigError(f"cannot read this schema folder: {error.strerror}", where, "SG013") from None
        schemas: list[str] = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if _is_folder(entry):
                if entry.name not in SKIPPED_FOLDERS:
                    (links if entry.is_symlink() else waiting).append((Path(entry.path), f"{prefix}{entry.name}/"))
            elif entry.name.endswith(SUFFIXES):
                schemas.append(entry.name)
        yield prefix, schemas


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a loop of links: reading it will say so


def _schema_file(name: str, path: str) -> SchemaFile:
    if not name.isprintable() or name != name.encode("utf-8", "replace").decode():
        raise ConfigError(
            f"the file name {name!r} has characters that no output can be named by",
            Location(ascii(path)[1:-1]),
            "SG014",
        )
    return SchemaFile(stem_of(name), path)


def read_schema(file: SchemaFile, config: Config) -> Schema:
    """Read and parse the schema ``file``; raises SchemaError."""
    data = read_bytes(file, config)
    return parse_schema(file, data, digest_of(data), config)


def parse_schema(file: SchemaFile, data: bytes, digest: str, config: Config) -> Schema:
    """Parse ``data``, the bytes of ``file``, whose digest is ``digest``; raises SchemaError."""
    syntax = syntax_of(file.path, json_comments=config.json_comments)
    if syntax is Syntax.JSON:  # nearly always
        return checked_schema(file, data, digest, parse(data, file.path), config.default_draft)
    document = parse_text(data, file.path, syntax)
    text, home = _as_json(data, document, file.path, syntax)
    return checked_schema(file, text, digest, document, config.default_draft, home)


def _as_json(data: bytes, document: JsonValue, path: str, syntax: Syntax) -> tuple[bytes, Home | None]:
    """The JSON text of ``document``, which ``data`` says, and where that is written unless its places are the same."""
    if syntax is Syntax.YAML:
        return dumps(document).encode(), Home(path, data)
    return json_text(data, path, syntax), None


def checked_schema(
    file: SchemaFile, data: bytes, digest: str, document: JsonValue, default: Draft, home: Home | None = None
) -> Schema:
    """The schema that ``document`` is, of the dialect that it says, else of the ``default`` one; raises SchemaError."""
    schema = Schema(file.name, file.path, data, digest, default, document, home)
    if not isinstance(document, dict | bool):
        place = replace(place_at(schema, "#"), pointer="")
        raise SchemaError("a schema is an object, true or false", place, "SG106")
    draft = _draft_of(schema)
    return schema if draft is default else replace(schema, draft=draft)


def read_bytes(file: SchemaFile, config: Config) -> bytes:
    """The bytes of ``file``, read at once; raises SchemaError."""
    path, limit = file.path, config.max_schema_bytes
    try:
        # O_NONBLOCK: opening a fifo must not wait for somebody to write to it.
        fd = os.open(os.path.join(config.root, path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):  # to read a folder says why not
                raise SchemaError("not a regular file", Location(path), "SG108")
            # As much as there is, and a byte more, which shows that it did not grow: not all that it may be, for which
            # there would have to be room.
            data = os.read(fd, min(limit, status.st_size) + 1)
            while data and len(data) <= limit and (more := os.read(fd, _CHUNK)):
                data += more
        finally:
            os.close(fd)
    except OSError as error:
        raise SchemaError(f"cannot read: {error.strerror}", Location(path), "SG108") from None
    if len(data) > limit:
        raise SchemaError(
            f"larger than {limit} bytes; max_schema_bytes in [tool.schemagen] sets the limit",
            Location(path),
            "SG105",
        )
    return data


def _draft_of(schema: Schema) -> Draft:
    document = schema.document
    uri = document.get("$schema") if isinstance(document, dict) else None
    return schema.draft if uri is None else draft_named(uri, schema.draft, lambda: place_at(schema, "#/$schema"))
