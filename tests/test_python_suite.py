"""The JSON Schema Test Suite: what a schema allows goes through the types that are made of it, in Python."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import COUNTED
from tests.peers import peer_python
from tests.python_tools import (
    PACKAGE,
    Packaged,
    assert_formatted,
    assert_typed,
    make_packages,
    round_trips,
    tool_errors,
)

pytestmark = pytest.mark.long
# They need documents from elsewhere, or what leads to a schema tells what it means.
NOT_CHECKABLE = {"refRemote", "dynamicRef", "vocabulary"}
PACKS = ["python", "typeddict", "pydantic"]
PEER = "datamodel-code-generator>=0.26"


@dataclass(frozen=True, slots=True)
class Suite:
    """``groups`` are the tests of each schema, by its name: (is valid, instance). ``packages`` are made of all."""

    folder: Path
    groups: dict[str, list[tuple[bool, Any]]]
    packages: dict[str, Packaged]

    def instances(self, name: str, *, are_valid: bool) -> list[Any]:
        return [instance for is_valid, instance in self.groups[name] if is_valid is are_valid]

    def cases(self, pack: str, *, are_valid: bool) -> list[dict[str, Any]]:
        made = self.packages[pack]
        return [made[name].case(self.instances(name, are_valid=are_valid)) for name in self.groups]

    def count(self, *, are_valid: bool) -> int:
        return sum(len(self.instances(name, are_valid=are_valid)) for name in self.groups)


@pytest.fixture(scope="module")
def suite(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    folder = tmp_path_factory.mktemp("suite")
    groups = {}
    for file in sorted((corpus / "json-schema-test-suite/tests/draft2020-12").glob("*.json")):
        if file.stem in NOT_CHECKABLE:
            continue
        (folder / "schemas" / file.stem).mkdir(parents=True)
        for number, group in enumerate(json.loads(file.read_bytes())):
            name = f"{file.stem}/group{number}"
            (folder / "schemas" / f"{name}.json").write_text(json.dumps(group["schema"]))
            groups[name] = [(test["valid"], test["data"]) for test in group["tests"]]
    return Suite(folder, groups, make_packages(folder, folder / "schemas", PACKS, is_faithful=True))


@pytest.mark.parametrize("pack", PACKS)
def test_modules_are_formatted_and_typed(suite: Suite, pack: str) -> None:
    assert_formatted(suite.folder / pack)
    assert_typed(suite.folder / pack, PACKAGE)


def test_dataclasses_give_back_every_valid_instance(suite: Suite, record_property: Any) -> None:
    assert suite.count(are_valid=True) == 724
    assert round_trips(suite.folder / "python", suite.cases("python", are_valid=True)) == []
    record_property(f"{COUNTED}valid instances of the suite went through dataclasses", 724)
    refused = round_trips(suite.folder / "python", suite.cases("python", are_valid=False))
    assert all(reason.startswith("refused: ") for _, _, reason in refused)
    record_property(
        f"{COUNTED}of {suite.count(are_valid=False)} invalid ones were refused by dataclasses", len(refused)
    )
    assert len(refused) >= 290


def test_models_give_back_every_valid_instance(suite: Suite, record_property: Any) -> None:
    pytest.importorskip("pydantic")
    assert round_trips(suite.folder / "pydantic", suite.cases("pydantic", are_valid=True)) == []
    record_property(f"{COUNTED}valid instances of the suite went through our models of pydantic", 724)


@pytest.mark.whole
def test_models_of_others_give_back_fewer(
    suite: Suite, record_property: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    python = peer_python(request.config.cache, PEER)
    script = Path(__file__).with_name("python_peer.py")
    command = [python, str(script), str(suite.folder / "schemas"), str(tmp_path)]
    made = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    cases = [
        {"module": module, "root": "Root", "is_alias": False, "instances": suite.instances(name, are_valid=True)}
        for name, module in made.items()
    ]
    lost = round_trips(tmp_path, cases, python)
    through = sum(len(case["instances"]) for case in cases)
    through -= sum(len(cases[number]["instances"]) if index < 0 else 1 for number, index, _ in lost)
    record_property(f"{COUNTED}of them went through those of datamodel-code-generator", through)
    assert through < 724


def test_typed_dicts_take_every_valid_instance_that_they_can_tell(suite: Suite, record_property: Any) -> None:
    """mypy sees a literal of each instance. That an open object may have more members TypedDict cannot say."""
    folder = suite.folder / "typeddict"
    (folder / "literals").mkdir()
    told: dict[tuple[str, int], bool] = {}
    left_out = 0
    for name, made in suite.packages["typeddict"].items():
        file = name.replace("/", "_")
        rows = [f"from {PACKAGE}.{made.module} import {made.root}"]
        for is_valid, instance in suite.groups[name]:
            if is_valid and has_unnamed_members(suite, name, instance):
                left_out += 1
                continue
            rows.append(f"v{len(rows)}: {made.root} = {literal(instance)}")
            told[file, len(rows)] = is_valid
        (folder / "literals" / f"{file}.py").write_text("\n".join(rows) + "\n")
    found = set(errors_of(folder))
    assert [place for place, is_valid in told.items() if is_valid and place in found] == []
    valid = sum(told.values())
    assert valid + left_out == 724
    refused = sum(not is_valid and place in found for place, is_valid in told.items())
    record_property(f"{COUNTED}valid instances of the suite are right for mypy as literals of TypedDicts", valid)
    record_property(f"{COUNTED}were left out: they have members that an open object does not name", left_out)
    record_property(f"{COUNTED}of {len(told) - valid} invalid ones are wrong for mypy", refused)
    assert valid >= 700
    assert refused >= 260


def has_unnamed_members(suite: Suite, name: str, instance: Any) -> bool:
    """Whether ``instance``, read by a dataclass, has members that are not named."""
    folder = str(suite.folder / "python")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    made = suite.packages["python"][name]
    module = importlib.import_module(f"{PACKAGE}.{made.module}")
    if made.view["is_root_alias"]:
        return bool(unnamed_in(module.from_json(instance)))
    return bool(unnamed_in(getattr(module, made.root).from_dict(instance)))


def unnamed_in(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(unnamed_in, value))
    if isinstance(value, dict):
        return sum(map(unnamed_in, value.values()))
    return value._codec.unnamed(value) if hasattr(value, "_codec") else 0


def literal(value: Any) -> str:
    """``value`` as Python; 1.0 as the integer that JSON Schema takes it for."""
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {literal(item)}' for key, item in value.items())}}}"
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


def errors_of(folder: Path) -> Iterator[tuple[str, int]]:
    """(file, line) of all that mypy finds wrong in the literals in ``folder``."""
    for line in tool_errors("mypy", "--strict", "--no-error-summary", "literals", folder=folder):
        path, number, *_ = line.split(":")
        yield Path(path).stem, int(number)
