"""Forms of many schemas, and what becomes of an instance that is put into one and taken out again."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from jsonschema.validators import validator_for
from referencing.exceptions import Unresolvable

from tests.conftest import Project

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Puts JSON into the form of a page, and says what it holds then; and whether any of it had to be shown as JSON.
_TRIP = """text => {
    const form = document.forms[0].schemaForm;
    form.setValue(text);
    return [form.getText(), form.problems().length, document.querySelector("[data-raw]") !== null];
}"""


@dataclass(frozen=True, slots=True)
class Case:
    """A schema, by its name, and instances as JSON text, by theirs."""

    name: str
    schema: Any
    instances: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trip:
    """What a form holds after an instance was put into it: as JSON; whether it is refused, and shown in fields only."""

    name: str
    instance: str
    given: str
    taken: str
    is_refused: bool
    is_in_fields: bool

    @property
    def is_same(self) -> bool:
        return self.taken != "" and exact(self.taken) == exact(self.given)


def exact(text: str) -> Any:
    """A value of JSON such that only equal JSON is equal: 1 and true are not, 1 and 1.0 are."""
    return _tagged(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def _tagged(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tagged(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    return (type(value).__name__, value)


def cases_of_suite(corpus: Path) -> list[Case]:
    """Every group of the required 2020-12 files that has a valid instance, with its valid instances."""
    cases = []
    for file in sorted((corpus / "json-schema-test-suite/tests/draft2020-12").glob("*.json")):
        for number, group in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            valid = [test for test in group["tests"] if test["valid"]]
            instances = {test["description"]: json.dumps(test["data"]) for test in valid}
            assert len(instances) == len(valid)
            cases.append(Case(f"{file.stem}-{number}", group["schema"], instances))
    return [case for case in cases if case.instances]


def cases_of_store(corpus: Path, kind: str) -> list[Case]:
    """Every real schema with ``kind`` (valid or invalid) instances."""
    store = corpus / "schemastore"
    return [
        Case(
            folder.name,
            json.loads((store / f"schemas/{folder.name}.json").read_text(encoding="utf-8-sig")),
            {file.name: file.read_text(encoding="utf-8-sig") for file in sorted(folder.glob("*.json"))},
        )
        for folder in sorted((store / kind).iterdir())
    ]


def forms_of(name: str, schemas: Path | list[Case], factory: pytest.TempPathFactory) -> Path:
    """The folder of the forms of ``schemas``, made once for all workers of pytest."""
    base = factory.getbasetemp()
    project = Project((base.parent if base.name.startswith("popen-") else base) / f"forms-of-{name}")
    project.root.mkdir(exist_ok=True)
    with (project.root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not project.exists("made"):
            if isinstance(schemas, list):
                for case in schemas:
                    project.write(f"schemas/{case.name}.json", case.schema)
                schemas = project.root / "schemas"
            options = ["-s", str(schemas), "-o", "build", "-t", "form", "--unresolved-refs", "opaque"]
            project.run("generate", "-w", "2", *options)
            project.write("made", "")
    return project.root / "build"


def trips(forms: Path, cases: list[Case], open_form: Callable[[Path], Page]) -> Iterator[Trip]:
    """Put every instance into the form of its schema; a schema without a form has no trips."""
    for case in cases:
        form = forms / f"{case.name}.html"
        if not form.exists():
            continue
        page = open_form(form)
        for instance, given in case.instances.items():
            taken, problems, has_raw = page.evaluate(_TRIP, given)
            yield Trip(case.name, instance, given, taken, problems > 0, not has_raw)


def verdict(schema: Any, text: str) -> bool | None:
    """Whether ``jsonschema`` takes an instance for valid; None where the schema refers to what is not there, or has a
    pattern that Python cannot read."""
    validator = validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        return bool(validator(schema).is_valid(json.loads(text)))
    except (Unresolvable, re.error):
        return None
