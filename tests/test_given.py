"""What compiled templates take for granted of their data is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from schemagen.config import Config
from schemagen.loading import load_project
from schemagen.overview import Entry, build_overview
from schemagen.packs.known import given_by_views
from schemagen.view.root import build_view
from tests.conftest import IS_WHOLE


def assert_as_given(data: dict[str, Any]) -> None:
    given = given_by_views()
    waiting = [("", data)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            if key == "options" and not value:  # of a pack that has none, of which nothing is given
                continue
            assert value, f"{key} is an empty object"
            assert value.keys() <= given.frames[key], key
            waiting += value.items()
        elif isinstance(value, list):
            waiting += [(key, item) for item in value]
            assert not value or isinstance(value[0], dict), key
        else:
            assert key not in given.plain or re.fullmatch("([a-z][a-z0-9-]*)?", value), key
            assert isinstance(value, str) or (isinstance(value, bool) and key not in given.texts), key


@pytest.mark.long
def test_views_of_all_real_schemas(corpus: Path, tmp_path: Path) -> None:
    config = Config(str(tmp_path), (str(corpus / "schemastore/schemas"),), "out", (), unresolved_refs="opaque")
    project = load_project(config)
    for name in sorted(project.tasks)[:: 1 if IS_WHOLE else 30]:
        assert_as_given(build_view(*project.resolved(name)))


def test_overview() -> None:
    summary = {"title": "T", "description": "", "is_deprecated": False}
    entries = [Entry(name, f"{name}.json", {f"{name}.html": "form"}, {"a/b": True}, summary) for name in ("a/b", "c")]
    assert_as_given(build_overview(entries, "index.html", "form"))
    assert_as_given(build_overview([], "index.html", "form"))
