"""Python's own tools, run on what is generated: ruff, mypy and the interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from schemagen.config import Config
from schemagen.packs import load_pack
from schemagen.python.dataclasses import dataclasses_of
from schemagen.python.models import models_of
from schemagen.python.typed_dicts import typed_dicts_of
from schemagen.refs import Library
from schemagen.sources import find_schemas, read_schema
from schemagen.types import module_of
from schemagen.types.model import Module
from schemagen.view.modules import module_path
from tests.conftest import REPOSITORY


def tool(*command: str, folder: Path | None = None, text: str | None = None) -> str:
    """What ``python -m`` COMMAND prints, with no settings but its own; fails where it fails."""
    done = _run(command, folder, text)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def tool_errors(*command: str, folder: Path) -> list[str]:
    """The lines with errors that ``python -m`` COMMAND prints."""
    done = _run(command, folder, None)
    assert done.returncode < 2, (done.stdout + done.stderr)[-4000:]
    return [line for line in done.stdout.splitlines() if ": error: " in line]


def _run(command: Sequence[str], folder: Path | None, text: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def formatted(source: str) -> str:
    """``source`` as ``ruff format`` leaves it."""
    return tool("ruff", "format", "--isolated", "--stdin-filename", "x.py", "-", text=source)


def assert_formatted(folder: Path) -> None:
    """Nothing in ``folder`` is left to ``ruff format`` and ``ruff check`` to change, with their default settings."""
    tool("ruff", "format", "--isolated", "--check", "--quiet", ".", folder=folder)
    tool("ruff", "check", "--isolated", "--quiet", "--output-format=concise", ".", folder=folder)
    tool(
        "ruff", "check", "--isolated", "--quiet", "--select=E4,E7,E9,F,I", "--output-format=concise", ".", folder=folder
    )


def assert_typed(folder: Path, package: str) -> None:
    """mypy --strict has nothing to say about ``package`` in ``folder``."""
    tool("mypy", "--strict", "--no-error-summary", "--cache-dir", ".mypy_cache", "-p", package, folder=folder)


# -- packages


@dataclass(frozen=True, slots=True)
class Generated:
    """A module that was made of a schema: its dotted name below the package, the view that it was made of."""

    module: str
    view: dict[str, Any]

    @property
    def root(self) -> str:
        name: str = self.view["py_identifier"]
        return name

    def case(self, instances: Sequence[Any]) -> dict[str, Any]:
        """What ``python_trips`` asks for to send ``instances`` through the module."""
        return {
            "module": f"{PACKAGE}.{self.module}",
            "root": self.root,
            "is_alias": self.view["is_root_alias"],
            "instances": list(instances),
        }


Packaged: TypeAlias = dict[str, Generated]
PACKAGE = "made"
MAKERS = {
    "python": ("py_module", dataclasses_of),
    "typeddict": ("py_dict_module", typed_dicts_of),
    "pydantic": ("py_model_module", models_of),
}


def make_packages(folder: Path, schemas: Path, packs: Sequence[str], *, is_faithful: bool) -> dict[str, Packaged]:
    """Make of all schemas in the folder ``schemas`` a package per pack, called PACKAGE, in a folder of its own; answers
    for each pack the modules by the names of their schemas."""
    config = Config(root=str(schemas.parent), schemas=(schemas.name,), unresolved_refs="opaque")
    found = [read_schema(file, config) for file in find_schemas(config)]
    library = Library(found, config)
    names = {schema.path: schema.name for schema in found}
    modules = [module_of(schema, library.resolve(schema), names, is_faithful=is_faithful) for schema in found]
    return {pack: _make_package(folder / pack, pack, modules) for pack in packs}


def _make_package(folder: Path, name: str, modules: Sequence[Module]) -> Packaged:
    pack = load_pack(name, REPOSITORY)
    key, view_of = MAKERS[name]
    made = {}
    for module in modules:
        view = view_of(module)
        (output,) = pack.outputs
        file = folder / PACKAGE / output.path_for(module.name)
        assert not file.exists(), f"{module.name}: {file} is made of another schema too"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(output.render({key: view}))
        made[module.name] = Generated(module_path(module.name).replace("/", "."), view)
    for output in pack.project_outputs:
        (folder / PACKAGE / output.rule.path).write_bytes(output.render({}))
    return made


def round_trips(folder: Path, cases: Sequence[dict[str, Any]], python: str = sys.executable) -> list[list[Any]]:
    """The instances of ``cases`` that modules in ``folder`` refuse or give back otherwise: [case, number of the
    instance, or -1 where the module cannot be imported, why]. A warning is an error."""
    (folder / "cases.json").write_text(json.dumps(cases))
    script = Path(__file__).with_name("python_trips.py")
    done = subprocess.run(
        [python, "-W", "error", str(script), str(folder)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    problems: list[list[Any]] = json.loads(done.stdout)
    return problems
