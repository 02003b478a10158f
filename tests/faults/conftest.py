"""What tests of several kinds of faults begin with."""

from __future__ import annotations

import pytest

from tests.conftest import Project
from tests.faults.test_schema_bytes import plain


@pytest.fixture
def small(empty_project: Project) -> Project:
    plain(empty_project)
    for name in "abc":
        empty_project.write(f"schemas/{name}.json", {"title": name})
    return empty_project
