"""Configuration that was changed: refused at a place in pyproject.toml, or a project that can be planned. Nothing is
written, and no formatter is run."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

from schemagen.config import FILE, Config, load_config
from schemagen.loading import load_project
from schemagen.recursion import deep_recursion
from tests.fuzzing.judging import refusing
from tests.fuzzing.mutation import TEXTS, mutated_bytes
from tests.fuzzing.running import Execute, Target, showing

_TEXT = b"""\
[project]
name = "x"

[tool.schemagen]
schemas = ["schemas", "api.json#/components/schemas/*"]
output = "build"
packs = ["form", "packs/plain"]
exclude = ["**/old*", "*.test"]
batch_size = "auto"
workers = 2
unresolved_refs = "error"
default_draft = "2020-12"
max_schema_bytes = 1000
max_output_bytes = 1000000
priority = ["a", "sub/*"]
timeout = 60
max_memory = "500M"
json_comments = false
format_files = [".prettierrc"]
[tool.schemagen.format]
"*.ts" = "prettier --stdin-filepath {path}"
"*.py" = "ruff format {paths}"
"*.md" = ""
[tool.schemagen.options.typescript]
faithful = true
"""
_WORDS = (
    *(
        b"schemas = ",
        b"output = ",
        b"packs = ",
        b"exclude = ",
        b"batch_size = ",
        b"workers = ",
        b"priority = ",
        b"format = ",
    ),
    *(
        b'["schemas"]',
        b'["."]',
        b"[]",
        b'[""]',
        b'"auto"',
        b'"\\u0000"',
        b"0",
        b"-1",
        b"1.5",
        b"nan",
        b"inf",
        b"2020-01-01",
    ),
    *(
        b"true",
        b'"10K"',
        b'"unlimited"',
        b"{}",
        b"{x = 1}",
        b"[[tool.schemagen]]\n",
        b"[tool]\n",
        b"[tool.schemagen.x]\n",
    ),
    *(
        b'"{path}"',
        b'"{paths} {path}"',
        b"'\\'",
        b'"a \\" b"',
        b"#",
        b"\n",
        b"'''",
        b'"""',
        b"1e400",
        b"9" * 30,
        b"[[",
        b"]",
    ),
    *(
        b'options.x.y = "z"\n',
        b"documents = 1\n",
        b'"[a-"',
        b'"[!]"',
        b'"**"',
        b'"api.json#/*"',
        b'"api.json#/~2/*"',
        b'"a#/*"',
    ),
)
_API = b'{"components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"type": "string"}, "C": 7}}}'


def _begin(folder: Path) -> Execute:
    _write(folder / "schemas/a.json", b'{"title": "A"}')
    _write(folder / "schemas/sub/b.json", b'{"$ref": "../a.json"}')
    _write(folder / "api.json", _API)
    _write(folder / "packs/plain/plain.txt.mustache", b"{{title}}\n")

    def execute(chance: Random) -> None:
        data = mutated_bytes(_TEXT, chance, _WORDS, 3)
        if chance.random() < 0.2:
            lines = data.split(b"\n")
            chance.shuffle(lines)
            data = b"\n".join(lines)
        if chance.random() < 0.1:
            text = chance.choice(TEXTS).encode("utf-8", "surrogatepass")
            data = data.replace(chance.choice([b"schemas", b"build", b"form", b"old", b"sub", b"auto"]), text)
        (folder / FILE).write_bytes(data)
        with showing(data=data), deep_recursion(), refusing({FILE: data}):
            _plan(load_config(folder), folder)

    return execute


def _plan(config: Config, folder: Path) -> None:
    if all(_is_inside(folder, path) for path in (*config.paths, *config.packs)):
        with refusing():
            load_project(config)


def _is_inside(folder: Path, path: str) -> bool:
    """A change may come to name a folder of this machine, and all that is in it."""
    try:
        real = os.path.realpath(folder / path)
    except ValueError:  # a NUL: nothing is named so
        return True
    return Path(real).is_relative_to(folder) and real != str(folder)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


TARGETS = (Target("configuration", _begin, 200),)
