"""Imports go down the floors, never up or round; nothing below the top knows doit, rich or argv."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import REPOSITORY

# Top floor first. A module may import from its own room and from the floors below.
FLOORS = [
    ["__main__"],
    ["cli"],
    ["commands"],
    ["arguments"],
    ["watching"],
    ["doit_plugin"],
    ["api"],
    ["cache_commands", "completion", "inspection", "pack_commands", "scaffold"],
    ["findings", "publishing"],
    ["check", "conclusion", "reports"],
    ["cluster", "merging"],
    ["indexing", "sharing", "together", "leftovers"],
    ["session"],
    ["shards"],
    ["cache", "costs"],
    ["loading"],
    ["workers", "project", "pack_files"],
    ["drafting"],
    ["formatting"],
    ["programs", "writing"],
    ["collisions", "made", "rows"],
    ["plan", "generate"],
    ["languages"],
    ["typescript", "python"],
    ["packs", "types"],
    ["overview"],
    ["mustache", "view"],
    ["examples"],
    ["refs"],
    ["metaschema"],
    ["priority", "shelf"],
    ["changes"],
    ["parts"],
    ["bundles", "documents"],
    ["sources"],
    ["openapi"],
    ["dialects"],
    ["config", "keywords"],
    ["texts"],
    ["part_paths"],
    ["jsontext", "formatters"],
    ["unchanged"],
    ["state"],
    ["digest", "garbage", "ending", "recursion"],
    ["types"],
    ["model"],
    ["errors", "explanations"],
    ["__init__"],
]
TOP_ONLY = {"doit", "rich", "argparse"}
NEVER = {"pickle", "marshal", "shelve", "socket", "http", "urllib.request", "ssl", "yaml"}
# Who may import what nobody else may: YAML is read by its events, and no loader makes objects of it.
READERS = {"texts/yamltext.py": {"yaml"}}


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: relative import"
            yield node.module
            if node.module == "schemagen":
                yield from (f"schemagen.{alias.name}" for alias in node.names if alias.name != "__version__")


def modules() -> Iterator[tuple[str, Path]]:
    package = REPOSITORY / "schemagen"
    for file in sorted(package.rglob("*.py")):
        yield file.relative_to(package).parts[0].removesuffix(".py"), file


def floor_of(room: str) -> int:
    return next(index for index, rooms in enumerate(FLOORS) if room in rooms)


def test_imports_go_down() -> None:
    for room, file in modules():
        for name in imports_of(file):
            if name.startswith("schemagen."):
                other = name.split(".")[1]
                if room == "__init__":  # names what is imported when it is asked for
                    continue
                assert other == room or floor_of(other) > floor_of(room), f"{file} imports {name}"


def test_only_the_top_knows_doit_rich_and_argv() -> None:
    for room, file in modules():
        if room not in {"__main__", "cli", "commands", "arguments", "doit_plugin"}:
            assert not TOP_ONLY & {name.split(".")[0] for name in imports_of(file)}, file


def test_nothing_opens_a_socket_or_unpickles() -> None:
    for _, file in modules():
        never = NEVER - READERS.get(file.relative_to(REPOSITORY / "schemagen").as_posix(), set())
        for name in imports_of(file):
            assert name not in never, f"{file} imports {name}"
            assert name.split(".")[0] not in never, f"{file} imports {name}"


def test_mustache_and_state_could_be_libraries_of_their_own() -> None:
    allowed = {"mustache": {"mustache", "errors"}, "state": {"state"}}
    for room, file in modules():
        if room in allowed:
            ours = {name.split(".")[1] for name in imports_of(file) if name.startswith("schemagen.")}
            assert ours <= allowed[room], f"{file} imports {ours}"


def test_every_module_says_what_it_knows() -> None:
    for _, file in modules():
        doc = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
        assert doc, file
        if file.name not in {"__main__.py", "__init__.py"}:
            assert doc.startswith("This module knows "), file
    assert sys.version_info >= (3, 11)
