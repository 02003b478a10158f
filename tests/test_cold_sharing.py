"""A file that many schemas ref is read and parsed once in a build, however many workers there are."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from tests.conftest import Project

# The command, with every reading and parsing of a schema written down, in whichever process it happens. (The snapshot
# that a build ends with looks at young files again: that is no reading of a schema.)
PROGRAM = """
import sys
import schemagen.loading, schemagen.shelf, schemagen.sources

def noting(name):
    original = getattr(schemagen.sources, name)

    def noted(file, *rest):
        with open("noted", "a") as notes:
            print(name, file.path, file=notes)
        return original(file, *rest)

    for module in (schemagen.loading, schemagen.shelf, schemagen.sources):
        if hasattr(module, name):
            setattr(module, name, noted)

noting("read_bytes")
noting("parse_schema")
from schemagen.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def shared(empty_project: Project) -> Project:
    """Fifty schemas that all ref two shared ones, one of which refs the other."""
    empty_project.write("packs/plain/plain.txt.mustache", "{{title}}\n")
    empty_project.write("schemas/one.json", {"title": "One", "properties": {"two": {"$ref": "two.json"}}})
    empty_project.write("schemas/two.json", {"title": "Two"})
    for number in range(50):
        refs = {"a": {"$ref": "one.json"}, "b": {"$ref": "two.json"}}
        empty_project.write(f"schemas/user-{number}.json", {"title": f"User {number}", "properties": refs})
    empty_project.config(packs=["packs/plain"])
    return empty_project


def build_noting(project: Project) -> dict[str, int]:
    """Build with two workers; how often each schema was read and parsed."""
    (project.root / "noted").unlink(missing_ok=True)
    project.write("program.py", PROGRAM)
    command = [sys.executable, "program.py", "generate", "-w", "2", "-b", "5"]
    subprocess.run(command, cwd=project.root, check=True, capture_output=True)
    return Counter(project.read("noted").splitlines())


def test_cold_build_reads_and_parses_every_schema_once(shared: Project) -> None:
    noted = build_noting(shared)
    assert len(noted) == 2 * 52
    assert set(noted.values()) == {1}


def test_shared_schemas_are_parsed_once_where_only_a_template_changed(shared: Project) -> None:
    build_noting(shared)
    shared.write("packs/plain/plain.txt.mustache", "{{title}}!\n")
    noted = build_noting(shared)
    assert len(noted) == 2 * 52
    assert set(noted.values()) == {1}
    assert shared.read("build/user-7.txt") == "User 7!\n"
