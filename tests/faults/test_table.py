"""docs/reliability.md: its table of cases, and the promises above it, are held by tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs/reliability.md"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")
CASES = 103


def rows() -> dict[int, list[tuple[str, str]]]:
    """By the number of a case, its tests: the path of the file and the name of the function."""
    found = {}
    for number, _, tests in ROW.findall(PAGE.read_text(encoding="utf-8")):
        assert int(number) not in found, f"case {number} stands twice"
        found[int(number)] = [(path, name) for name, path in LINK.findall(tests)]
    return found


def names_of_tests(file: Path) -> set[str]:
    """The tests that pytest collects of ``file``."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert file.name.startswith("test_")
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_case_has_a_test() -> None:
    cases = rows()
    assert set(cases) == set(range(1, CASES + 1))
    assert all(cases.values()), [number for number, tests in cases.items() if not tests]


def test_every_test_that_the_page_names_is_there() -> None:
    links = LINK.findall(PAGE.read_text(encoding="utf-8"))
    there = {path: names_of_tests(REPOSITORY / path) for _, path in links}
    assert {(path, name) for name, path in links if name not in there[path]} == set()


def test_every_test_of_a_case_stands_in_its_row() -> None:
    cases = rows()
    for file in (REPOSITORY / "tests/faults").glob("test_*.py"):
        for name in names_of_tests(file):
            number = re.match(r"test_case_(\d+)_", name)
            if number:
                assert (f"tests/faults/{file.name}", name) in cases[int(number[1])], name
