"""Documents that are too large to be read whole: parts of them are as they would be, and nothing more is read."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemagen.bundles import window
from schemagen.bundles.index import Index, load_index, write_index
from schemagen.bundles.reading import File, index_of, kept_index, read_index
from schemagen.bundles.scanning import Scanning
from schemagen.config import Config
from schemagen.errors import SchemaError
from schemagen.model import SchemaFile
from schemagen.parts import Parts
from schemagen.texts import place_at
from tests.api_writing import big_api
from tests.bundle_writing import definition, dependents, name, write_bundle
from tests.conftest import Project, Result
from tests.test_documents import TEMPLATE, ran
from tests.test_snapshot import look_at, looked_at

HOLDER = "#/$defs"
COUNT = 40


# -- where values are


TEXTS = st.text(st.sampled_from('ab{}[],:"\\/ é\U0001f600\n'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.fixed_dictionaries(
    {"$defs": st.dictionaries(TEXTS, VALUES, max_size=4) | st.lists(VALUES, max_size=3)},
    optional={"a": VALUES, "$id": TEXTS, "b": st.dictionaries(TEXTS, VALUES, max_size=3)},
)


def scanned(file: Path, before: Index | None = None) -> tuple[Index, list[int]]:
    fd = os.open(file, os.O_RDONLY)
    try:
        making, digest, new = Scanning(fd, "b.json", str(file), [HOLDER], before).run()
    finally:
        os.close(fd)
    return making.made((1, 2, 3, 4), digest, is_old=False), new


def values_at(index: Index, data: bytes) -> dict[str, Any]:
    spans = {index.pointer(entry): index.span(entry) for entry in range(len(index))}
    return {pointer: json.loads(data[start : start + size]) for pointer, (_, start, size) in spans.items()}


def escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def expected(document: dict[str, Any]) -> dict[str, Any]:
    held = document["$defs"]
    inside = held.items() if isinstance(held, dict) else ((str(at), value) for at, value in enumerate(held))
    others = {f"#/{escaped(key)}": value for key, value in document.items() if key != "$defs"}
    return {**others, **{f"{HOLDER}/{escaped(key)}": value for key, value in inside}}


@given(DOCUMENTS, st.sampled_from([None, 1]), st.booleans(), st.sampled_from([1, 2, 5, 64, 1 << 20]))
def test_values_are_found_exactly_whatever_is_read_at_once(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any], indent: int | None, is_ascii: bool, chunk: int
) -> None:
    file = tmp_path_factory.mktemp("scan") / "b.json"
    data = json.dumps(document, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")
    file.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "CHUNK", chunk)
        index, new = scanned(file)
        again, changed = scanned(file, index)
    assert values_at(index, data) == expected(document)
    assert new == list(range(len(index)))
    assert again == index
    assert all(data[index.span(entry)[1]] not in b'{["' for entry in changed), "known by its digest"
    for entry in range(len(index)):
        assert index.entry_at(index.pointer(entry)) == (entry, [])
        begins, start, _ = index.span(entry)
        assert begins == start or json.loads(data[begins:start].rstrip(b" \n:")) == index.key(entry)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"$defs": {"a": {}, }}', (1, 21), "not JSON: "),
        ('{"$defs": {"a" {}}}', (1, 16), "not JSON: "),
        ('{"$defs": {"a": {}', (1, 18), "not JSON: the text ends within a value"),
        ('{"$defs": {"a": {"b": "c}}', (1, 22), "not JSON: the text ends within a value"),
        ('{"$defs": {"a": {}}} x', (1, 22), "not JSON: "),
        ('{"$defs": {"a": {}\n,\n"a": {}}}', (3, 1), "member 'a' stands twice in this object"),
        ('{"$defs": {"a": }}', (1, 17), "not JSON: "),
        ("", (1, 1), "not JSON: "),
        ('{"$defs": {"a":\n {"b": nan}}}', (2, 8), "not JSON: 'nan' is not a value"),
        ('{"$defs": {"a": tru}}', (1, 20), "not JSON: "),
        ('{"$defs": {"é": {"a": 1,\n "a": 2}}}', (2, 2), "member 'a' stands twice in this object"),
        ('{"$defs": {"\\ud800": {}}}', (1, 19), "not JSON: a lone surrogate, half of a character"),
        ('{"$defs": {"a": {]}, "b": {}}}', (1, 30), "not JSON: "),
        ('{"$schema": "x", "$defs": {"a": {}}}', (1, 1), "$schema 'x' is not a dialect"),
    ],
)
def test_fault_is_told_where_it_is(tmp_path: Path, text: str, place: tuple[int, int], message: str) -> None:
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        read_index(File(str(tmp_path), "b.json", (HOLDER,)), None)
    assert caught.value.message.startswith(message)
    assert (caught.value.location.line, caught.value.location.column) == place


# -- parts are what they would be


def of_bundle() -> dict[str, Any]:
    """A document with ids within each other, references to what is no definition, and odd names."""
    inner = {"$id": "inner", "items": {"$ref": "#/$defs/x"}, "$defs": {"x": {"description": "x"}}}
    odd = {"a/b~c": {"title": "odd"}, "%41": True, "é\n": {"title": "new"}, "": {}, "$id": {"title": "no id"}}
    defs = {"one": {"items": {"$ref": "#/others/c"}}, "two": inner, **odd, "none": [1], "three": {"not": False}}
    return {"$id": "https://x.example/b", "$defs": defs, "others": {"c": {"description": "cc"}}, "1": 2}


@pytest.mark.parametrize(("document", "holder"), [(of_bundle(), "#/$defs"), (big_api(24), "#/components/schemas")])
@pytest.mark.parametrize("indent", [None, 2])
def test_parts_of_a_large_document_are_those_of_a_small_one(
    tmp_path: Path, document: dict[str, Any], holder: str, indent: int | None
) -> None:
    (tmp_path / "b.json").write_text(json.dumps(document, indent=indent, ensure_ascii=False), encoding="utf-8")
    config = Config(str(tmp_path), schemas=(f"b.json{holder}/*",))
    limit = 300 if holder == HOLDER else 2000
    small, large = Parts(config), Parts(replace(config, max_schema_bytes=limit))
    assert (list(small.bundles()), list(large.bundles())) == ([], ["b.json"])
    files = small.find()
    assert large.find() == files
    assert large.digests() == small.digests()
    assert list(large.root_ids()) == list(small.root_ids())
    within = ["#/others/c", "#/others", "#/$defs/two/$defs/x", "#/$defs/two/none", "#/none", "#/$defs/two/items", "#/1"]
    for path in [*(file.path for file in files), *(f"b.json{pointer}" for pointer in within)]:
        assert large.digest(path) == small.digest(path), path
        if small.digest(path) is None:
            continue
        schema, other = (parts.schema(SchemaFile("n", path)) for parts in (small, large))
        assert replace(other, home=None) == replace(schema, home=None)
        assert other.home is not None
        assert schema.home is not None
        assert (other.home.around, other.home.ids) == (schema.home.around, schema.home.ids)
        assert place_at(other, "#") == place_at(schema, "#")
        keys = list(schema.document) if isinstance(schema.document, dict) else []
        for key in keys:
            assert place_at(other, f"#/{key}") == place_at(schema, f"#/{key}")


def test_what_is_read_must_have_the_bytes_that_the_index_says(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    write_bundle(file, 8, size=300)
    parts = Parts(Config(str(tmp_path), schemas=(f"b.json{HOLDER}/*",), max_schema_bytes=1000))
    found = parts.find()
    file.write_bytes(file.read_bytes().replace(b"Title 3", b"Title X"))
    assert parts.schema(found[2]).document["title"] == "Title 2"
    with pytest.raises(SchemaError, match="changed while it was used: build again"):
        parts.schema(found[3])


# -- the index on the disk


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[File, Index]:
    root = tmp_path_factory.mktemp("indexed")
    (root / ".schemagen").mkdir()
    (root / ".schemagen/lock").touch()
    write_bundle(root / "b.json", 6, size=300)
    os.utime(root / "b.json", ns=(1, 1))
    file = File(str(root), "b.json", (HOLDER,))
    return file, read_index(file, None)


def test_index_comes_back_as_it_was(indexed: tuple[File, Index]) -> None:
    file, index = indexed
    write_index(file.index, index)
    assert load_index(file.index) == index


def test_damaged_index_is_none(indexed: tuple[File, Index]) -> None:
    file, index = indexed
    write_index(file.index, index)
    good = Path(file.index).read_bytes()
    for at in range(len(good)):
        Path(file.index).write_bytes(good[:at])
        assert load_index(file.index) is None, f"cut at {at}"
        Path(file.index).write_bytes(good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :])
        assert load_index(file.index) is None, f"flipped at {at}"
        assert kept_index(file.root, file.path) is None
    Path(file.index).write_bytes(good + b"x")
    assert load_index(file.index) is None


def test_index_that_somebody_else_wrote_is_none(indexed: tuple[File, Index]) -> None:
    file, index = indexed

    def with_column(at: int, column: memoryview) -> Index:
        return replace(index, columns=(*index.columns[:at], column, *index.columns[at + 1 :]))

    ends, order, starts = (list(index.columns[at]) for at in (7, 10, 1))
    wrong = [
        *(with_column(at, index.columns[at][:-1]) for at in range(len(index.columns))),
        with_column(7, memoryview(array("q", [*ends[:-1], ends[-1] + 1]))),
        with_column(7, memoryview(array("q", [ends[1], ends[0], *ends[2:]]))),
        with_column(10, memoryview(array("q", [len(index), *order[1:]]))),
        with_column(1, memoryview(array("q", [-1, *starts[1:]]))),
        replace(index, levels=("#",)),
        replace(index, levels=({}, [])),  # type: ignore[arg-type]
        replace(index, times=("a", 0, 0, 0)),  # type: ignore[arg-type]
        replace(index, holders=3),  # type: ignore[arg-type]
    ]
    for each in wrong:
        write_index(file.index, each)
        assert load_index(file.index) is None
    Path(file.index).unlink()
    Path(file.index).symlink_to(file.real)
    assert load_index(file.index) is None
    write_index(file.index, index)
    assert load_index(file.index) == index
    assert not Path(file.index).is_symlink()


def test_index_is_believed_only_where_the_times_are_sure(tmp_path: Path) -> None:
    (tmp_path / ".schemagen").mkdir()
    (tmp_path / ".schemagen/lock").touch()
    write_bundle(tmp_path / "b.json", 6, size=300)
    file = File(str(tmp_path), "b.json", (HOLDER,))
    index, is_new = index_of(file)
    write_index(file.index, index)
    assert is_new
    assert index_of(file)[1], "it is younger than two seconds"
    write_index(file.index, replace(index, times=(1, 2, 3, 4)))
    assert index_of(file)[1], "other times"
    status = os.stat(file.real)
    sure = replace(index, times=(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    write_index(file.index, sure)
    assert index_of(file) == (sure, False)
    assert index_of(file, trusts_times=False)[1]
    assert index_of(replace(file, holders=("#/other",)))[1]


# -- builds


@pytest.fixture
def bundle(project: Project) -> Project:
    write_bundle(project.root / "b.json", COUNT, size=300)
    project.write("schemas/user.json", {"title": "User", "items": {"$ref": f"../b.json#/$defs/{name(21)}"}})
    project.write("packs/plain/plain.txt.mustache", TEMPLATE)
    project.config(packs=["packs/plain"], schemas=["schemas/user.json", "b.json#/$defs/*"], max_schema_bytes=4000)
    return project


def change(project: Project, old: str, new: str, path: str = "b.json") -> None:
    text = project.read(path)
    assert old in text
    project.write(path, text.replace(old, new))


def names(*numbers: int) -> set[str]:
    return {f"b/{name(number)}" for number in numbers}


def is_as_a_clean_build(project: Project) -> bool:
    """Whether the outputs are those of a build from nothing, of a document that is read whole."""
    clean = project.root.parent / "clean"
    shutil.rmtree(clean, ignore_errors=True)
    shutil.copytree(project.root, clean, ignore=shutil.ignore_patterns(".schemagen", "build"))
    other = Project(clean)
    change(other, "max_schema_bytes = 4000", "max_schema_bytes = 10000000", "pyproject.toml")
    other.generate()
    return other.outputs() == project.outputs()


@pytest.mark.parametrize("front", ["generate", "doit", "doit -n 2"])
def test_edit_of_a_definition_runs_what_reaches_it_and_nothing_else(bundle: Project, front: str) -> None:
    command = front.split()

    def build() -> Result:
        return bundle.doit(*command[1:]) if command[0] == "doit" else bundle.generate("-v")

    total = COUNT + 1
    assert build().summary == f"{total} generated, 0 fresh, 0 failed"
    assert is_as_a_clean_build(bundle)
    for old, new, runs in [
        ("Title 5\n", "Title 5\n", set()),
        ("Title 21", "Titel 21", names(*dependents(21)) | {"user"}),
        ("Title 8", "A longer title", names(8)),
        ('"$defs"', ' "$defs"', set()),
    ]:
        change(bundle, old.strip(), new.strip())
        result = build()
        assert ran(result) == runs, result
        assert result.summary == f"{len(runs)} generated, {total - len(runs)} fresh, 0 failed"
    assert build().summary == f"0 generated, {total} fresh, 0 failed"
    assert is_as_a_clean_build(bundle)
    change(bundle, "max_schema_bytes = 4000", "max_schema_bytes = 10000000", "pyproject.toml")
    assert build().summary == f"0 generated, {total} fresh, 0 failed", "it is the same, read whole"
    assert not list((bundle.root / ".schemagen").glob("index-*"))


def test_layout_alone_concerns_no_task(bundle: Project) -> None:
    bundle.generate()
    for layout in (' "$defs"', '\n"$defs"'):
        change(bundle, '"$defs"', layout)
        found = look_at(bundle)
        assert (found.fresh, found.changes) == (COUNT + 1, None)
    change(bundle, "Title 21", "Titel 21")
    assert looked_at(bundle) == names(*dependents(21)) | {"user"}


def test_definitions_come_and_go(bundle: Project) -> None:
    bundle.generate()
    document = json.loads(bundle.read("b.json"))
    gone = name(COUNT - 1)
    del document["$defs"][gone]
    document["$defs"][name(COUNT - 2)]["properties"].pop("next")
    document["$defs"] = {"Another": definition(99, 100, size=300) | {"title": "New"}, **document["$defs"]}
    bundle.write("b.json", json.dumps(document))
    result = bundle.generate("-v")
    assert ran(result) == {"b/Another", *names(*dependents(COUNT - 2))}, "its text is another, but nothing it says"
    assert not bundle.exists(f"build/b/{gone}.txt")
    assert is_as_a_clean_build(bundle)
    assert bundle.generate().summary == f"0 generated, {COUNT + 1} fresh, 0 failed"


def test_check_explain_list_and_view_know_the_definitions(bundle: Project) -> None:
    bundle.generate()
    index = next((bundle.root / ".schemagen").glob("index-*"))
    index.unlink()
    assert bundle.run("check").code == 0
    assert bundle.run("explain", "b/" + name(3)).out.startswith(f"b/{name(3)} is fresh")
    assert not index.exists(), "they write nothing"
    change(bundle, "Title 21", "Titel 21")
    assert f"b.json#/$defs/{name(21)} changed" in bundle.run("explain", "user").out
    listed = bundle.run("list").out.splitlines()
    assert {line.split()[1] for line in listed if line.startswith("stale")} == names(*dependents(21)) | {"user"}
    assert '"title": "Titel 21"' in bundle.run("view", "b/" + name(21)).out
    assert bundle.run("generate", "--dry-run").summary == f"7 would be generated, {COUNT - 6} fresh, 0 would fail"


def test_change_of_what_is_no_definition_concerns_who_uses_it(bundle: Project) -> None:
    document = json.loads(bundle.read("b.json"))
    document["$defs"][name(7)]["items"] = {"$ref": "#/others/c"}
    document["$defs"][name(15)]["items"] = {"$ref": "#/others/none"}
    document["others"] = {"c": {"description": "cc"}}
    bundle.write("b.json", document)
    change(bundle, "max_schema", 'unresolved_refs = "opaque"\nmax_schema', "pyproject.toml")
    bundle.generate()
    change(bundle, '"cc"', '"ccc"')
    assert ran(bundle.generate("-v")) == names(*dependents(7))
    change(bundle, '"c":', '"none": {"description": "now"},\n"c":')
    assert ran(bundle.generate("-v")) == names(*dependents(15)), "it was looked for in vain"
    change(bundle, "draft/2020-12", "draft/2019-09")
    assert len(ran(bundle.generate("-v"))) == COUNT + 1, "what all are read by"
    assert is_as_a_clean_build(bundle)


def test_references_to_all_of_the_document_are_errors_at_their_place(bundle: Project) -> None:
    document = json.loads(bundle.read("b.json"))
    document["$defs"][name(0)]["items"] = {"$ref": "#"}
    document["$defs"][name(8)]["items"] = {"$ref": "#somewhere"}
    document["$defs"][name(16)]["items"] = {"$anchor": "here", "not": {"$ref": "#here"}}
    document["$defs"][name(24)]["type"] = "objekt"
    document["$defs"][name(32)]["description"] = "long" * 1000
    bundle.write("b.json", json.dumps(document, indent=1))
    result = bundle.generate()
    assert result.summary == f"{COUNT + 1 - 4} generated, 0 fresh, 4 failed"
    lines = bundle.read("b.json").splitlines()
    told = {int(line): message for line, message in re.findall(r"^b.json:(\d+):\d+: (.*)", result.err, re.MULTILINE)}
    assert {lines[line - 1].strip() for line in told} == {
        '"$ref": "#"',
        '"$ref": "#somewhere"',
        '"type": "objekt",',
        f'"{name(32)}": {{',
    }
    assert sum("b.json is not read whole" in message for message in told.values()) == 2


def test_damaged_index_makes_the_outputs_that_are_right(bundle: Project) -> None:
    bundle.generate()
    index = next((bundle.root / ".schemagen").glob("index-*"))
    good = index.read_bytes()
    title = "Title 21"
    for step, damaged in enumerate([good[:-1], b"", good.replace(b"q", b"Q"), good[: len(good) // 2], good[::-1]]):
        index.write_bytes(damaged)
        change(bundle, f'"{title}"', f'"New {step}"')
        title = f"New {step}"
        assert ran(bundle.generate("-v")) == names(*dependents(21)) | {"user"}
        assert bundle.read(f"build/b/{name(21)}.txt").startswith(title)
    assert is_as_a_clean_build(bundle)


def test_edit_during_the_build_is_noticed_by_the_next(bundle: Project) -> None:
    edits = """
import pathlib, sys
made, file = sys.stdin.read(), pathlib.Path('b.json')
sys.stdout.write(made)
if made.startswith('Title 0:'):
    file.write_text(file.read_text().replace('Title 30', 'Newer than 30').replace('Title 39', 'Titel 39'))
"""
    bundle.write("edit.py", edits)
    config = bundle.read("pyproject.toml")
    bundle.write("pyproject.toml", config + f'\n[tool.schemagen.format]\n"*.txt" = "{sys.executable} edit.py"\n')
    assert bundle.generate().code == 0
    assert bundle.read(f"build/b/{name(30)}.txt").startswith("Title 30"), "what was read is what is made"
    assert ran(bundle.generate("-v")) == names(*dependents(30), *dependents(39))
    assert bundle.read(f"build/b/{name(30)}.txt").startswith("Newer than 30")
    bundle.write("pyproject.toml", config)
    bundle.generate()
    assert is_as_a_clean_build(bundle)


def test_watch_sees_a_changed_definition(bundle: Project) -> None:
    bundle.generate()
    change(bundle, "Title 21", "Titel 21")
    # A round of a watch is the build that the command does; what it watches is the folder of the document.
    from schemagen.config import load_config
    from schemagen.packs import WarmPacks
    from schemagen.watching.places import folders_of

    assert str(bundle.root) in folders_of(load_config(bundle.root), WarmPacks())


def test_index_of_what_is_no_document_any_more_is_removed(bundle: Project) -> None:
    bundle.generate()
    assert len(list((bundle.root / ".schemagen").glob("index-*"))) == 1
    (bundle.root / "b.json").rename(bundle.root / "c.json")
    bundle.write("schemas/user.json", {"title": "User"})
    change(bundle, "b.json", "c.json", "pyproject.toml")
    before = set((bundle.root / ".schemagen").glob("index-*"))
    assert bundle.generate().summary == f"{COUNT + 1} generated, 0 fresh, 0 failed"
    after = set((bundle.root / ".schemagen").glob("index-*"))
    assert len(after) == 1
    assert after != before


# -- what it takes


def test_document_that_is_small_needs_no_ijson(bundle: Project) -> None:
    bundle.write("none/ijson.py", "raise ImportError")
    env = {"PYTHONPATH": str(bundle.root / "none")}
    result = bundle.run("generate", "-w", "1", env=env)
    assert result.code == 3
    message = "b.json:1:1: a document as large as this needs ijson: pip install 'schemagen[large]' [SG019]\n"
    assert result.err == message
    change(bundle, "max_schema_bytes = 4000", "max_schema_bytes = 10000000", "pyproject.toml")
    seen = (
        "import atexit, sys; from schemagen.cli import main;"
        "atexit.register(lambda: print([m for m in sys.modules if 'ijson' in m or 'bundles' in m]));"
        "main(['generate', '-w', '1'])"
    )
    bundle.write("seen.py", seen)
    assert bundle.start("seen", "generate").communicate()[0].splitlines()[-1] == "[]"


def test_index_that_finds_nothing_fails_its_schemas_and_not_the_build(bundle: Project) -> None:
    """With the right digest and columns that fit: who can write state can have the build say no more than that."""
    bundle.generate()
    (bundle.root / ".schemagen/snapshot").unlink()
    kept = kept_index(str(bundle.root), "b.json")
    assert kept is not None
    status = (bundle.root / "b.json").stat()
    times = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    nothing_found = memoryview(array("Q", [0] * len(kept)))
    columns = (*kept.columns[:9], nothing_found, kept.columns[10])
    write_index(File(str(bundle.root), "b.json", ()).index, replace(kept, times=times, columns=columns))
    done = bundle.generate()
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "[SG109]" in done.err
