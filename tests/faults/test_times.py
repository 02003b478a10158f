"""Cases 21 and 22: times that are not to be trusted."""

from __future__ import annotations

import os

import pytest

from tests.conftest import Project
from tests.faults.running import build
from tests.faults.test_schema_bytes import plain

YEAR_NS = 365 * 24 * 3600 * 10**9


@pytest.mark.parametrize("time_ns", [0, -YEAR_NS, (2**31 + 1) * 10**9, 10 * 2**31 * 10**9, None])
def test_case_21_times_before_and_after_all_times(empty_project: Project, time_ns: int | None) -> None:
    plain(empty_project)
    file = empty_project.write("schemas/a.json", '{"title": "one"}')
    build(empty_project)
    for text in ("one", "two"):
        file.write_text(f'{{"title": "{text}"}}', encoding="utf-8")
        # None: an hour from now, as a clock that was set back leaves it, or that of a file server runs ahead.
        chosen = file.stat().st_mtime_ns + 3600 * 10**9 if time_ns is None else time_ns
        for path in (file, empty_project.root / "build/a.txt"):
            os.utime(path, ns=(chosen, chosen))
        is_new = text == "two"
        expected = f"{int(is_new)} generated, {int(not is_new)} fresh, 0 failed"
        assert build(empty_project).summary == expected
        assert build(empty_project).summary == "0 generated, 1 fresh, 0 failed"
        assert empty_project.read("build/a.txt") == f"{text}\n"
