"""Cases 34 and 36 to 46: names of schemas and outputs, and links."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import PLAIN_PACK, Project
from tests.faults.running import CANNOT_START, build, command
from tests.faults.test_schema_bytes import plain

# Names that mean something to a shell, to doit, to a URI, to Windows, or to nobody.
ODD = [
    "sp ace", "quo'te", 'dq"x', "star*x", "q?x", "br[a]x", "dollar$x", "back\\slash", "semi;x", "-rf", "~", "trail ",
    "dot.", "CON", "aux.py", "a=b", "pct%20", "hash#x", "colon:x", "lt<x>", "amp&x", "pipe|x", "é", "😀", "x" * 240,
]  # fmt: skip
FORBIDDEN = [b"not-utf-8\xff", b"new\nline", b"tab\t", b"bell\x07", b"zero-width\xe2\x80\x8b", b"rtl\xe2\x80\xae"]


@pytest.fixture
def bare(empty_project: Project) -> Project:
    plain(empty_project)
    return empty_project


def test_case_34_names_that_are_too_long_for_an_output(bare: Project) -> None:
    """What a file system takes only it knows, so this is seen when the output is written; the others are."""
    bare.write("packs/plain/pack.toml", PLAIN_PACK.replace("{path}.txt", "{path}.longer.txt"))
    bare.write(f"schemas/{'x' * 250}.json", {"title": "long"})
    bare.write("schemas/a.json", {"title": "a"})
    result = build(bare)
    assert result.summary == "1 generated, 0 fresh, 1 failed"
    assert result.errors == [f"build/{'x' * 250}.longer.txt:1:1: cannot write: File name too long [SG401]"]


def test_case_34_folders_that_are_too_deep(bare: Project) -> None:
    folder = os.open(bare.root, os.O_RDONLY)
    for name in ["schemas", *["d" * 250] * 17]:
        os.mkdir(name, dir_fd=folder)
        inner = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(folder)
    result = command(bare, "generate", "-w", "1")
    assert (result.code, len(result.errors)) == (CANNOT_START, 1)
    assert result.err.endswith("cannot read this schema folder: File name too long [SG013]\n")


def test_case_37_names_that_are_the_same_in_another_form_of_unicode(bare: Project) -> None:
    bare.write("schemas/\u00e9.json", {"title": "one"})
    bare.write("schemas/e\u0301.json", {"title": "the same"})
    result = build(bare)
    assert (result.code, len(result.errors)) == (CANNOT_START, 1)
    assert "collides with" in result.err
    assert not bare.exists("build")


def test_case_39_output_that_would_be_the_configuration(bare: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/pyproject.json").write_text('{"title": "a"}', encoding="utf-8")
    bare.write("packs/plain/pack.toml", PLAIN_PACK.replace("{path}.txt", "{path}.toml"))
    bare.config(packs=["packs/plain"], schemas=["../elsewhere"])
    before = bare.read("pyproject.toml")
    for output in (".", str(bare.root), f"../{bare.root.name}"):
        result = build(bare, "-o", output)
        assert (result.code, len(result.errors)) == (CANNOT_START, 1)
        assert "would replace pyproject.toml, which is read" in result.err
        assert bare.read("pyproject.toml") == before


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "C:\\x", "\\\\srv\\x", "a\0b", "~", "x. ", "CON", "aux.py", "-rf", "a\nb"]
)
def test_case_40_nothing_in_a_schema_names_an_output(bare: Project, name: str) -> None:
    """No `title` or `$id` does, so there is nothing to be refused; the keys of the parts of a document do, and those
    are spelt out: see tests/test_documents.py. What Windows reserves is not refused as the name of a file: a schema of
    that name could not be there, so its output adds nothing."""
    bare.write("schemas/a.json", {"title": name, "$anchor": "a", "$defs": {name: {"title": name}}})
    assert build(bare).code == 0
    assert set(bare.outputs()) == {"a.txt"}
    assert {path.name for path in bare.root.iterdir()} == {"build", "packs", "pyproject.toml", "schemas", ".schemagen"}


def test_case_43_two_schemas_that_are_swapped(bare: Project) -> None:
    bare.write("schemas/a.json", {"title": "one"})
    bare.write("schemas/b.json", {"title": "two"})
    build(bare)
    schemas = bare.root / "schemas"
    (schemas / "a.json").rename(schemas / "c")
    (schemas / "b.json").rename(schemas / "a.json")
    (schemas / "c").rename(schemas / "b.json")
    assert build(bare).summary == "2 generated, 0 fresh, 0 failed"
    assert (bare.read("build/a.txt"), bare.read("build/b.txt")) == ("two\n", "one\n")


def test_case_44_links_that_lead_in_a_circle(bare: Project) -> None:
    bare.write("schemas/in/a.json", {"title": "a"})
    schemas = bare.root / "schemas"
    (schemas / "in/up").symlink_to("..")
    (schemas / "self").symlink_to("self")
    (schemas / "loop.json").symlink_to("loop.json")
    result = build(bare)
    assert result.summary == "1 generated, 0 fresh, 1 failed"
    assert result.errors == [
        "schemas/loop.json:1:1: cannot read: Too many levels of symbolic links [SG108]",
    ]
    assert set(bare.outputs()) == {"in/a.txt"}


def test_case_45_links_whose_target_changes(bare: Project, tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text('{"title": "one"}', encoding="utf-8")
    two.write_text('{"title": "two"}', encoding="utf-8")
    link = bare.root / "schemas/a.json"
    link.parent.mkdir()
    link.symlink_to(one)
    build(bare)
    assert bare.read("build/a.txt") == "one\n"
    one.write_text('{"title": "new"}', encoding="utf-8")
    assert build(bare).summary == "1 generated, 0 fresh, 0 failed"
    assert bare.read("build/a.txt") == "new\n"
    link.unlink()
    link.symlink_to(two)
    assert build(bare).summary == "1 generated, 0 fresh, 0 failed"
    assert bare.read("build/a.txt") == "two\n"


def test_case_46_names_that_mean_something_elsewhere(bare: Project) -> None:
    bare.config(packs=["packs/plain", "markdown"])
    for name in ODD:
        bare.write(f"schemas/{name}.json", {"title": name})
    assert build(bare).summary == f"{len(ODD)} generated, 0 fresh, 0 failed"
    assert {path for path in bare.outputs() if path.endswith(".txt")} == {f"{name}.txt" for name in ODD}
    assert build(bare).summary == f"0 generated, {len(ODD)} fresh, 0 failed"
    (bare.root / "schemas/-rf.json").write_text('{"title": "other"}', encoding="utf-8")
    assert build(bare).summary == f"1 generated, {len(ODD) - 1} fresh, 0 failed"
    assert command(bare, "clean").code == 0
    assert bare.outputs() == {}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_case_46_names_that_no_output_can_have(bare: Project, name: bytes) -> None:
    (bare.root / "schemas").mkdir()
    with open(os.path.join(os.fsencode(bare.root), b"schemas", name + b".json"), "wb") as file:
        file.write(b"{}")
    result = build(bare)
    assert (result.code, len(result.errors)) == (CANNOT_START, 1)
    assert result.err.endswith("has characters that no output can be named by [SG014]\n")
    assert result.err.isascii()
