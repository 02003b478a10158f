"""A form gives back the very JSON that was put into it, and refuses what its schema refuses, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import COUNTED, parts
from tests.form_trips import cases_of_store, cases_of_suite, forms_of, trips, verdict

if TYPE_CHECKING:
    from playwright.sync_api import Page

PARTS = 12

# What a form cannot take or give back, and why.
EXCEPTIONS = {
    "vocabulary-0": "its dialect is a metaschema of its own, which no build may fetch: no form is made",
    "vocabulary-1": "its dialect is a metaschema of its own, which no build may fetch: no form is made",
}

Count = Callable[[str, Any], None]


@pytest.mark.long
@pytest.mark.parametrize("part", parts(PARTS))
def test_valid_instances_of_the_suite_come_back(
    part: int,
    corpus: Path,
    tmp_path_factory: pytest.TempPathFactory,
    open_form: Callable[[Path], Page],
    record_property: Count,
) -> None:
    cases = cases_of_suite(corpus)
    forms = forms_of("suite", cases, tmp_path_factory)
    assert {case.name for case in cases if not (forms / f"{case.name}.html").exists()} == set(EXCEPTIONS)
    schemas = {case.name: case.schema for case in cases}
    made = list(trips(forms, cases[part::PARTS], open_form))
    _count(record_property, "valid instances of the suite came back from a form", made)
    assert [(trip.name, trip.instance, trip.given, trip.taken) for trip in made if not trip.is_same] == []
    assert [(trip.name, trip.instance) for trip in made if trip.is_refused] == []
    assert [trip.name for trip in made if verdict(schemas[trip.name], trip.taken) is False] == []


@pytest.mark.long
@pytest.mark.parametrize("part", parts(PARTS))
def test_valid_instances_of_real_schemas_come_back(
    part: int,
    corpus: Path,
    tmp_path_factory: pytest.TempPathFactory,
    open_form: Callable[[Path], Page],
    record_property: Count,
) -> None:
    cases = cases_of_store(corpus, "valid")
    forms = forms_of("store", corpus / "schemastore/schemas", tmp_path_factory)
    schemas = {case.name: case.schema for case in cases}
    made = list(trips(forms, cases[part::PARTS], open_form))
    _count(record_property, "valid instances of real schemas came back from a form", made)
    assert len(made) == sum(len(case.instances) for case in cases[part::PARTS])
    assert [(trip.name, trip.instance) for trip in made if not trip.is_same] == []
    # Some are not valid by their schemas, whatever their folder says: a form refuses just these, as jsonschema does.
    refused = [(trip.name, trip.instance) for trip in made if trip.is_refused]
    assert refused == [(trip.name, trip.instance) for trip in made if verdict(schemas[trip.name], trip.taken) is False]


@pytest.mark.long
@pytest.mark.parametrize("part", parts(2))
def test_invalid_instances_of_real_schemas_are_refused(
    part: int,
    corpus: Path,
    tmp_path_factory: pytest.TempPathFactory,
    open_form: Callable[[Path], Page],
    record_property: Count,
) -> None:
    cases = cases_of_store(corpus, "invalid")
    forms = forms_of("store", corpus / "schemastore/schemas", tmp_path_factory)
    schemas = {case.name: case.schema for case in cases}
    made = list(trips(forms, cases[part::2], open_form))
    assert len(made) == sum(len(case.instances) for case in cases[part::2])
    wrong = [trip for trip in made if verdict(schemas[trip.name], trip.given) is False]
    record_property(f"{COUNTED}invalid instances of real schemas refused by a form", sum(t.is_refused for t in made))
    record_property(f"{COUNTED}invalid instances of real schemas refused by jsonschema", len(wrong))
    assert [(trip.name, trip.instance) for trip in wrong if not trip.is_refused] == []
    assert [(trip.name, trip.instance) for trip in made if not trip.is_same] == []


def _count(record_property: Count, what: str, made: list[Any]) -> None:
    record_property(f"{COUNTED}{what}", sum(trip.is_same for trip in made))
    record_property(f"{COUNTED}{what}, shown in fields alone, without JSON to edit", sum(t.is_in_fields for t in made))
