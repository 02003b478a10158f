"""Packs of which a file was changed: refused, at a place in them, or they make something."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

from schemagen.config import Config
from schemagen.digest import digest_of
from schemagen.generate import render_outputs
from schemagen.model import SchemaFile
from schemagen.overview import NO_SUMMARY, Entry, build_overview
from schemagen.packs import Pack, load_packs
from schemagen.recursion import deep_recursion
from schemagen.refs import Library
from schemagen.sources import parse_schema
from tests.fuzzing.judging import refusing
from tests.fuzzing.mutation import mutated_bytes
from tests.fuzzing.running import Execute, Target, showing
from tests.fuzzing.samples import BUILT_IN, pack_folder
from tests.fuzzing.targets.mustache import WORDS

MANIFEST_WORDS = (
    *(
        b"[[outputs]]\n",
        b"[outputs]\n",
        b"template = ",
        b"copy = ",
        b'path = "../{path}"',
        b'path = "{path}.x"',
        b'per = "x"',
    ),
    *(
        b"per = 1",
        b'language = "python"',
        b"language = []",
        b'view = "9"',
        b"view = 1",
        b'extends = "form"',
        b"extends = 1",
    ),
    *(
        b'name = "\\u0000"',
        b"name = 1",
        b"[options.x]\n",
        b"options = 1\n",
        b"default = ",
        b"choices = [1]",
        b"= ",
        b"[",
        b"]",
    ),
    *(
        b'"""',
        b"'''",
        b"\n",
        b'path = "{dir}/{stem}"',
        b'path = "/etc/x"',
        b'copy = "pack.toml"',
        b'path = "{py_path}.py"',
    ),
    *(
        b"description = 2020-01-01\n",
        b"x.y.z = inf\n",
        b'copy = "../../pyproject.toml"',
        b'template = "form.mustache"\n',
    ),
)
TEMPLATE_WORDS = (
    *WORDS,
    *(
        b"{{title}}",
        b"{{{title}}}",
        b"{{#root}}",
        b"{{/root}}",
        b"{{{ts_type}}}",
        b"{{#properties}}",
        b"{{/properties}}",
    ),
    *(
        b"{{#definitions}}",
        b"{{> node}}",
        b"{{> ../node}}",
        b"{{>*name}}",
        b"{{#options}}",
        b"{{nothing}}",
        b"{{#schemas}}",
    ),
)
_SCHEMA = b"""{"title": "A", "description": "Of *all*", "type": "object", "required": ["a"], "properties": {
  "a": {"type": "string", "default": "x", "pattern": "^x"}, "b": {"type": "array", "items": {"$ref": "#/$defs/n"}},
  "c": {"oneOf": [{"const": 1, "title": "one"}, {"type": "null"}]}, "d": {"enum": ["p", "q"]}},
  "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}}}, "x-note": {"y": [1.50]}}"""


class _Copies:
    """Copies of the built-in packs, each in a project folder of its own, of which one file at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.files: dict[str, list[Path]] = {}
        for name in BUILT_IN:
            copy = folder / name
            shutil.copytree(pack_folder(name), copy)
            self.files[name] = sorted(file for file in copy.rglob("*") if file.is_file())

    def texts(self, name: str) -> dict[str, bytes]:
        """All files of a pack, and its folders, which may be named too."""
        texts = {file.relative_to(self.root).as_posix(): file.read_bytes() for file in self.files[name]}
        return texts | {
            folder.relative_to(self.root).as_posix(): b"" for folder in {f.parent for f in self.files[name]}
        }


def _begin(folder: Path) -> Execute:
    copies = _Copies(folder)

    def execute(chance: Random) -> None:
        name = chance.choice(BUILT_IN)
        files = copies.files[name]
        file = files[0] if chance.random() < 0.25 else chance.choice(files)
        if chance.random() < 0.25:
            file = next(each for each in files if each.name == "pack.toml")
        before = file.read_bytes()
        data = mutated_bytes(before, chance, MANIFEST_WORDS if file.name == "pack.toml" else TEMPLATE_WORDS, 3)
        file.write_bytes(data)
        try:
            with showing(file=file.relative_to(folder).as_posix(), data=data):
                _use(copies, name)
        finally:
            file.write_bytes(before)

    return execute


def _use(copies: _Copies, name: str) -> None:
    with deep_recursion(), refusing(copies.texts(name)):
        for pack in load_packs([name], copies.root):
            _render(pack)


def _render(pack: Pack) -> None:
    config = Config("/nowhere", schemas=(), packs=(pack.name,))
    schema = parse_schema(SchemaFile("dir/a", "dir/a.json"), _SCHEMA, digest_of(_SCHEMA), config)
    resolution = Library([schema], config).resolve(schema)
    wanted = {output.path_for(schema.name) for output in pack.outputs}
    for path in wanted:
        assert ".." not in path.split("/"), path
        assert not path.startswith("/"), path
    for _, pieces in render_outputs(schema, resolution, [pack], wanted):
        b"".join(pieces)
    entries = [Entry("dir/a", "dir/a.json", dict.fromkeys(wanted, pack.name), {"dir/a": True}, NO_SUMMARY)]
    for output in pack.project_outputs:
        assert ".." not in output.rule.path.split("/"), output.rule.path
        view: dict[str, Any] = pack.seen_by_templates(build_overview(entries, output.rule.path, pack.name))
        b"".join(output.pieces(view))


TARGETS = (Target("changed-packs", _begin, 40),)
