"""Types of real schemas: one program of all of them compiles, prettier has nothing to change, and what is valid by a
schema is of its type."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COUNTED, IS_WHOLE, Project
from tests.form_trips import verdict
from tests.typescript_tools import instance_lines, not_pretty, problems_of, root_name

# Valid instances that the default types refuse, and why: the schema is one of objects, or of arrays, by what it speaks
# of, and says so nowhere; the instance is something else.
REFUSED = {
    "bukkit-plugin/bukkit-plugin-test.json": "permission has properties and no type; what stands beside its $ref means "
    "nothing in draft 4; the instance has true for one",
    "jsone/reverse-sort.json": "the schema has properties and no type; it refers to itself for templates of any type",
    "netlify/config.yml.json": "widget has properties and no type; the instance has the names of widgets",
}


@pytest.fixture(scope="module")
def build(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the modules of all real schemas, with their index."""
    project = Project(tmp_path_factory.mktemp("typescript"))
    schemas = corpus / "schemastore" / "schemas"
    done = project.run("generate", "-w", "2", "-s", str(schemas), "-t", "typescript", "--unresolved-refs", "opaque")
    assert done.code == 0, done.err[-3000:]
    return project.root / "build"


@pytest.mark.long
def test_all_real_schemas_compile_and_accept_what_is_valid(
    corpus: Path, build: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    names: dict[str, list[str]] = {}
    for folder in sorted((corpus / "schemastore" / "valid").iterdir()):
        module = build / f"{folder.name}.ts"
        files = sorted(folder.glob("*.json"))
        names[folder.name] = [file.name for file in files]
        instances = [json.loads(file.read_text(encoding="utf-8-sig")) for file in files]
        lines = instance_lines(root_name(module.read_text(encoding="utf-8")), folder.name, instances)
        (build / f"{folder.name}.instances.ts").write_text(lines, encoding="utf-8")
    problems = problems_of(request.config.cache, build)
    faults = [problem for problem in problems if not problem.file.endswith(".instances.ts")]
    assert not faults, faults[:5]
    refused: dict[str, str] = {}
    for problem in problems:
        name = problem.file.removesuffix(".instances.ts")
        refused.setdefault(f"{name}/{names[name][problem.line - 2]}", problem.message)
    # Some are not valid by their schemas, whatever their folder says.
    schemas = corpus / "schemastore" / "schemas"
    wrong = {}
    for each, message in refused.items():
        schema = json.loads((schemas / f"{each.partition('/')[0]}.json").read_text(encoding="utf-8-sig"))
        text = (corpus / "schemastore" / "valid" / each).read_text(encoding="utf-8-sig")
        if verdict(schema, text) is not False:
            wrong[each] = message
    count = sum(map(len, names.values()))
    record_property(f"{COUNTED}valid instances of real schemas that are of their types, of {count}", count - len(wrong))
    assert wrong.keys() == REFUSED.keys(), wrong
    assert len(wrong) <= 0.02 * count


@pytest.mark.long
def test_prettier_leaves_all_real_modules_as_they_are(
    build: Path, tmp_path: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    modules = sorted(file for file in build.glob("*.ts") if not file.name.endswith(".instances.ts"))
    for file in modules[:: 1 if IS_WHOLE else 4]:
        shutil.copyfile(file, tmp_path / file.name)
    count, wrong = not_pretty(request.config.cache, tmp_path)
    record_property(
        f"{COUNTED}modules of real schemas that prettier leaves as they are, of {count}", count - len(wrong)
    )
    assert not wrong
