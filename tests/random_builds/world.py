"""This module knows what a game is played on: a small project, and what its builds must remember."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.conftest import PLAIN_PACK, REPOSITORY, Project

NAMES = ("a", "b", "sub/c", "sub/deep/d", "e", "f")
# Those are JSON in files named as YAML: YAML can say all that JSON can.
IN_YAML = frozenset({"b", "e"})
# A document whose parts are schemas, and the names that these may have.
API, PARTS = "apis/api.yml", ("One", "Two", "Six")
IDS = ("https://x.example/one", "https://x.example/two")
STATE, LOG, SNAPSHOT = ".schemagen", ".schemagen/log", ".schemagen/snapshot"
NOTES = "build/notes.txt"
TEMPORARY = ".schemagen-tmp"
OUTPUT_FOLDERS = ("build", "made")
TEMPLATES = (
    "{{title}}: {{> about}}{{#definitions}} {{#node}}{{title}}{{/node}}{{/definitions}}\n",
    "{{> about}} {{title}}\n",
    "{{title}}\n",
    "-\n",
)
FIRST_OPTIONS: dict[str, Any] = {
    "packs": ["packs/plain", "packs/more"],
    "unresolved_refs": "opaque",
    "schemas": ["schemas", f"{API}#/components/schemas/*"],
}
# What an output was made from, as the test sees it.
Fingerprint = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """An output that a build made: what from, and its bytes."""

    made_from: Fingerprint
    data: bytes


@dataclass
class Memory:
    """What a build must remember: each task's outputs by path; of the tasks in ``unsure`` it may remember anything."""

    known: dict[str, dict[str, Record]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


class World:
    """A project and its history.

    ``unprovable`` are outputs that may be left over, since nothing proves any more that they are ours; ``mine`` are
    those that "the user" wrote, with the bytes: none of them may ever be lost but by making that output again.
    """

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        self.options = dict(FIRST_OPTIONS)
        self.memory = Memory()
        self.saved: Memory | None = None
        self.unprovable: set[str] = set()
        self.mine: dict[str, bytes] = {}
        root.mkdir(parents=True)
        write = self.project.write
        write("dodo.py", (REPOSITORY / "dodo.py").read_text(encoding="utf-8"))
        write("packs/plain/pack.toml", PLAIN_PACK)
        write("packs/plain/plain.txt.mustache", TEMPLATES[0])
        write("packs/plain/second.txt.mustache", "2 {{title}}\n")
        write("packs/plain/partials/about.mustache", "{{description}} {{> deep/mark}}")
        write("packs/plain/partials/deep/mark.mustache", "!")
        write("packs/plain/partials/unused.mustache", "?")
        write("packs/more/more.md.mustache", "# {{title}} {{> foot}}\n")
        write("packs/more/partials/foot.mustache", "foot")
        write(NOTES, "mine, and no output")
        self.project.config(**self.options)
        for name in NAMES[:4]:
            self.write_schema(name, Random(name))
        self.write_parts({part: some_part(part, Random(part)) for part in PARTS[:2]})

    @property
    def root(self) -> Path:
        return self.project.root

    def copy_to(self, root: Path) -> World:
        """The same world in another folder: every file is another one, with other times."""
        shutil.copytree(self.root, root, symlinks=True, copy_function=copy_content)
        other = copy.copy(self)
        other.project = Project(root)
        other.memory, other.saved = copy.deepcopy(self.memory), copy.deepcopy(self.saved)
        other.unprovable, other.mine, other.options = set(self.unprovable), dict(self.mine), dict(self.options)
        return other

    def schemas(self) -> list[str]:
        base = self.root / "schemas"
        return sorted(file.relative_to(base).with_suffix("").as_posix() for file in base.rglob("*.[jy]*"))

    def schema_file(self, name: str) -> Path:
        return self.root / f"schemas/{file_of(name)}"

    def write_schema(self, name: str, chance: Random) -> None:
        self.project.write(f"schemas/{file_of(name)}", some_schema(name, chance))

    def parts(self) -> dict[str, Any]:
        """The schemas in the document, by name."""
        parts: dict[str, Any] = json.loads(self.project.read(API))["components"]["schemas"]
        return parts

    def write_parts(self, parts: dict[str, Any], indent: int = 1) -> None:
        document = {"openapi": "3.1.0", "components": {"schemas": parts}}
        self.project.write(API, json.dumps(document, indent=indent))

    def outputs(self) -> list[str]:
        """The paths of all files below the output folders, links too, but for temporary ones and the user's own."""
        return [path for path in self._below_output_folders() if not path.endswith(TEMPORARY) and path != NOTES]

    def temporary_files(self) -> list[str]:
        """What killed builds left below the output folders."""
        return [path for path in self._below_output_folders() if path.endswith(TEMPORARY)]

    def _below_output_folders(self) -> list[str]:
        return sorted(
            file.relative_to(self.root).as_posix()
            for folder in OUTPUT_FOLDERS
            for file in (self.root / folder).rglob("*")
            if file.is_file() or file.is_symlink()
        )

    def bytes_of(self, path: str) -> bytes | None:
        """The bytes of the output ``path``, None where there is no regular file."""
        file = self.root / path
        return file.read_bytes() if file.is_file() and not file.is_symlink() else None

    def disown(self) -> None:
        """From now on nothing proves that the outputs are ours."""
        self.unprovable |= set(self.outputs())


def some_schema(name: str, chance: Random) -> dict[str, Any]:
    """A schema that may ref others of the project, by path or by id, or files and ids that are not there."""
    schema: dict[str, Any] = {
        "title": chance.choice(["One", "Two", "Six"]),
        "description": chance.choice(["red", "tan", "sky"]),
    }
    if chance.random() < 0.2:
        schema["$id"] = chance.choice(IDS)
    if chance.random() < 0.4:
        up = "../" * name.count("/")
        schema["properties"] = {"x": {"$ref": up + file_of(chance.choice([n for n in NAMES if n != name]))}}
    if chance.random() < 0.2:
        schema["items"] = {"$ref": chance.choice(IDS)}
    if chance.random() < 0.2:
        up = "../" * (name.count("/") + 1)
        schema["contains"] = {"$ref": f"{up}{API}#/components/schemas/{chance.choice(PARTS)}"}
    return schema


def some_part(name: str, chance: Random) -> dict[str, Any]:
    """A schema in the document, which may ref others there, or schemas of the project."""
    part: dict[str, Any] = {"title": chance.choice(["One", "Two"]), "description": chance.choice(["red", "tan", "sky"])}
    if chance.random() < 0.5:
        part["items"] = {"$ref": f"#/components/schemas/{chance.choice([n for n in PARTS if n != name])}"}
    if chance.random() < 0.3:
        part["contains"] = {"$ref": f"../schemas/{file_of(chance.choice(NAMES))}"}
    return part


def file_of(name: str) -> str:
    """The file of a schema, below the folder of schemas."""
    return f"{name}.yaml" if name in IN_YAML else f"{name}.json"


def copy_content(source: str, target: str) -> None:
    shutil.copyfile(source, target, follow_symlinks=False)
