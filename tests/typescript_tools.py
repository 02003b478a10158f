"""TypeScript's compiler and prettier, run once for many files."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pytest

from schemagen.generate import render_outputs
from schemagen.model import JsonValue, Resolution, Schema
from schemagen.packs import Options, Pack, load_pack
from tests.conftest import REPOSITORY
from tests.node_tools import npm_packages

TYPESCRIPT, PRETTIER = "typescript@5.9.3", "prettier@3.6.2"
# Prints, by file and line from 1, what the compiler says of all *.ts below a folder.
_CHECK = """\
const ts = require("typescript");
const [root] = process.argv.slice(1);
const files = ts.sys.readDirectory(root, [".ts"]);
const options = {
  strict: true, noEmit: true, types: [], skipLibCheck: true, lib: ["lib.es2022.d.ts"], target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, isolatedModules: true,
};
const program = ts.createProgram(files, options);
const found = ts.getPreEmitDiagnostics(program).map((problem) => {
  const at = problem.file ? problem.file.getLineAndCharacterOfPosition(problem.start).line + 1 : 0;
  const name = problem.file ? require("path").relative(root, problem.file.fileName) : "";
  return [name, at, problem.code, ts.flattenDiagnosticMessageText(problem.messageText, " ").slice(0, 300)];
});
console.log(JSON.stringify({ files: files.length, found }));
"""
# Prints the names of those *.ts below a folder that are not as prettier leaves them.
_PRETTIER = """\
const prettier = require("prettier");
const { readdirSync, readFileSync } = require("fs");
const { join } = require("path");
const [root] = process.argv.slice(1);
(async () => {
  const wrong = {};
  let count = 0;
  for (const name of readdirSync(root, { recursive: true })) {
    if (!name.endsWith(".ts")) continue;
    count += 1;
    const text = readFileSync(join(root, name), "utf8");
    const formatted = await prettier.format(text, { parser: "typescript" });
    if (formatted === text) continue;
    const lines = formatted.split("\\n");
    const at = text.split("\\n").findIndex((line, index) => line !== lines[index]);
    wrong[name] = [at + 1, text.split("\\n").slice(at, at + 4), lines.slice(at, at + 4)];
  }
  console.log(JSON.stringify({ count, wrong }));
})();
"""


@dataclass(frozen=True)
class Problem:
    file: str
    line: int
    code: int
    message: str


def problems_of(cache: pytest.Cache, folder: Path) -> list[Problem]:
    """What ``tsc --strict`` says of all modules below ``folder``, as one program."""
    told = json.loads(node(npm_packages(cache, TYPESCRIPT), _CHECK, str(folder)))
    assert told["files"] > 0
    return [Problem(*each) for each in told["found"]]


def not_pretty(cache: pytest.Cache, folder: Path) -> tuple[int, dict[str, object]]:
    """How many modules are below ``folder``, and which of them prettier would change, with the first difference."""
    told = json.loads(node(npm_packages(cache, PRETTIER), _PRETTIER, str(folder)))
    return told["count"], told["wrong"]


def node(modules: Path, script: str, *arguments: str) -> str:
    environment = {**os.environ, "NODE_PATH": str(modules)}
    command = ["node", "--max-old-space-size=4096", "-e", script, *arguments]
    done = subprocess.run(command, capture_output=True, env=environment, encoding="utf-8", timeout=570, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def write_module(
    folder: Path, schema: Schema, resolution: Resolution, names: Mapping[str, str] | None = None, **options: bool
) -> Path:
    """Write the module of a schema as the pack makes it."""
    pack = _pack(frozenset(options.items()))
    told = replace(resolution, names=names or {})
    ((path, pieces),) = render_outputs(schema, told, [pack], [f"{schema.name}.ts"])
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"".join(pieces))
    return file


@lru_cache
def _pack(options: frozenset[tuple[str, bool]]) -> Pack:
    return load_pack("typescript", REPOSITORY, Options({"typescript": dict(options)}))


def root_name(module: str) -> str:
    """The name of the first type that a module exports."""
    return next(
        line.split()[2] for line in module.splitlines() if line.startswith(("export interface ", "export type "))
    )


def instance_lines(root: str, module: str, instances: Iterable[JsonValue]) -> str:
    """A module that holds ``instances`` against the type ``root`` of ``module``, a line each from the second."""
    lines = [f'import type {{ {root} }} from "./{module}";']
    lines += [f"export const v{number}: {root} = {expression(value)};" for number, value in enumerate(instances)]
    return "\n".join(lines) + "\n"


def expression(value: JsonValue) -> str:
    """``value`` as an expression; a key ``__proto__`` is a property like any other."""
    if isinstance(value, list):
        return f"[{', '.join(map(expression, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)}: {expression(item)}' for key, item in value.items())}}}"
    return json.dumps(value)


def _key(key: str) -> str:
    return '["__proto__"]' if key == "__proto__" else json.dumps(key)
