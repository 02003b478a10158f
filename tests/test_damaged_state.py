"""State that is damaged in any place never stops a build and never leaves a wrong output.

The log and the snapshot of a small project are cut at every byte, and a bit of every byte of them is changed, one at a
time; after each a build is made, of the project as it was or with other changes. Unless SCHEMAGEN_WHOLE=1 asks for all
of them, every eighth byte is taken.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from zlib import crc32

import pytest
import xxhash

from schemagen.cli import main
from schemagen.digest import digest_of
from schemagen.state.glance import HEADER, load_parts
from schemagen.state.log import load_log
from tests.conftest import IS_WHOLE, Project
from tests.random_builds.builds import young_times_trusted

LOG, SNAPSHOT = ".schemagen/log", ".schemagen/snapshot"
FIRST = {
    "schemas/a.json": '{"title": "A", "properties": {"x": {"$ref": "b.json"}}}',
    "schemas/b.json": '{"title": "B"}',
}
OUTPUTS = ("build/a.txt", "build/b.txt")
# The schema that both outputs are made from is edited, and one of them is gone.
OTHER = {"schemas/b.json": '{"title": "Other"}', "build/b.txt": None}
NOTHING: dict[str, str | None] = {}
# A build leaves its garbage for the end of the process, which is thousands of builds away here.
COLLECTED_EVERY = 50

Damage = Callable[[bytes], Iterator[bytes]]


def cut(data: bytes) -> Iterator[bytes]:
    """Every beginning of ``data``."""
    return (data[:length] for length in range(len(data)))


def one_bit(data: bytes) -> Iterator[bytes]:
    """``data`` with one bit of one byte changed, for each byte; which bit depends on the place."""
    return (data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :] for at in range(len(data)))


@dataclass(frozen=True, slots=True)
class Kept:
    """A project, and what each file of it is that a build reads or writes."""

    project: Project
    files: Mapping[str, bytes]

    def restore(self) -> None:
        """Make every file what it was; what is so already is not written."""
        for path, data in self.files.items():
            if not self.project.exists(path) or (self.project.root / path).read_bytes() != data:
                self.project.write(path, data)

    def change(self, changes: Mapping[str, str | None]) -> None:
        for path, text in changes.items():
            if text is None:
                (self.project.root / path).unlink()
            else:
                self.project.write(path, text)


def build(project: Project) -> str:
    """Build in this process: there are thousands of builds to make; returns all that was printed."""
    out = io.StringIO()
    with contextlib.chdir(project.root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(["generate", "-w", "1"])
    assert code == 0, out.getvalue()
    return out.getvalue()


@pytest.fixture
def kept(empty_project: Project) -> Iterator[Kept]:
    """A project that was built, with a snapshot of which every time is trusted."""
    project = empty_project
    project.write(
        "packs/plain/plain.txt.mustache", "{{title}}{{#definitions}} {{#node}}{{title}}{{/node}}{{/definitions}}\n"
    )
    project.config(packs=["packs/plain"])
    for path, text in FIRST.items():
        project.write(path, text)
    with young_times_trusted():
        build(project)
        build(project)
        paths = [*FIRST, *OUTPUTS, LOG, SNAPSHOT]
        yield Kept(project, {path: (project.root / path).read_bytes() for path in paths})


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "damage", "changes"),
    [
        pytest.param(LOG, cut, NOTHING, id="log-cut"),
        pytest.param(LOG, one_bit, NOTHING, id="log-bit"),
        pytest.param(LOG, cut, OTHER, id="log-cut-with-changes"),
        pytest.param(LOG, one_bit, OTHER, id="log-bit-with-changes"),
        pytest.param(SNAPSHOT, cut, NOTHING, id="snapshot-cut"),
        pytest.param(SNAPSHOT, one_bit, NOTHING, id="snapshot-bit"),
        pytest.param(SNAPSHOT, cut, OTHER, id="snapshot-cut-with-changes"),
        pytest.param(SNAPSHOT, one_bit, OTHER, id="snapshot-bit-with-changes"),
    ],
)
def test_damage_in_any_place_leaves_no_wrong_output(
    kept: Kept,
    file: str,
    damage: Damage,
    changes: Mapping[str, str | None],
    record_property: Callable[[str, object], None],
) -> None:
    project = kept.project
    expected = outputs_of_clean_build(kept, changes)
    builds = 0
    step = 1 if IS_WHOLE else 16
    for number, data in enumerate(islice(damage(kept.files[file]), 0, None, step)):
        kept.restore()
        kept.change(changes)
        project.write(file, data)
        build(project)
        assert project.outputs() == expected, number
        builds += 1
        if builds % COLLECTED_EVERY == 0:
            gc.collect()
    assert build(project).startswith("0 generated")
    record_property("counted: builds made and checked", builds)


def outputs_of_clean_build(kept: Kept, changes: Mapping[str, str | None]) -> dict[str, bytes]:
    """What a build makes of the same inputs, with no state and no outputs."""
    kept.change(changes)
    for path in (LOG, SNAPSHOT, *OUTPUTS):
        (kept.project.root / path).unlink(missing_ok=True)
    build(kept.project)
    return kept.project.outputs()


# -- with the right checksums, as whoever can write to the project's folder can make them

RECORDS = (
    *(b'C\t""\t[]', b'C\t""\t{"a": 1}', b'C\t""\t{"a": ["d", "s"]}', b'C\t""\t{"a": [1, 2, 3]}', b'C\t""\tno JSON'),
    *(
        b'C\t""\t{"a\\u0000": ["d", "s", "p"]}',
        b'D\t""\t{}',
        b'D\t""\t[1]',
        b"F\t{}\tnull",
        b"R\t[]\t{}",
        b"R\t1\t{}",
        b"R",
    ),
    *(
        b'R\t"generate:a"\t[]',
        b'R\t"generate:a"\tno JSON',
        b'R\t"generate:a"\t' + b"[" * 100_000,
        b'R\t"=packs"\t{"files": 1}',
    ),
    *(
        b'R\t"generate"\t{"deps:": 5}',
        b'R\t"generate:a"\t{"_values_:": []}',
        b'R\t"generate:a"\t{"_values_:": {"schemagen": 1}}',
    ),
)
WRONG_FACTS: tuple[tuple[str, object], ...] = (
    *(("inputs", []), ("inputs", {"schemas/a.json": 1}), ("missing", {}), ("opaque", [1]), ("asked", []), ("ids", 5)),
    *(("indirect", 1), ("outputs", {"build/a.txt": ["k", "no digest", "plain"]}), ("outputs", {"build/a.txt": []})),
    *(("outputs", 1), ("summary", {"title": []}), ("seconds", "x"), ("seconds", float("nan")), ("priority", {})),
    *(("options", None), ("schema", []), ("missing", ["\ud800"]), ("formats", {"build/a.txt": 1}), ("files", [None])),
)


def record(text: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(text), text)


def assert_stops_no_build(kept: Kept, file: str, data: bytes) -> None:
    kept.restore()
    if file == LOG:
        (kept.project.root / SNAPSHOT).unlink(missing_ok=True)
    kept.project.write(file, data)
    build(kept.project)
    assert kept.project.outputs() == {path.removeprefix("build/"): kept.files[path] for path in OUTPUTS}


def test_record_of_another_shape_stops_no_build(kept: Kept) -> None:
    for text in RECORDS:
        assert_stops_no_build(kept, LOG, kept.files[LOG] + record(text))


def test_files_of_packs_of_another_shape_stop_no_build(kept: Kept) -> None:
    template = "packs/plain/plain.txt.mustache"
    row = b'R\t"=packs"\t{"files": {"packs/plain/plain.txt.mustache": 1}}'
    kept.project.write(LOG, kept.files[LOG] + record(row))
    kept.project.write(template, kept.project.read(template) + "more\n")
    assert build(kept.project).startswith("2 generated")


def test_facts_of_another_shape_stop_no_build(kept: Kept) -> None:
    name, body = next(
        (found.name, found.body) for found in load_log(kept.project.root / LOG).records if found.name == b'"generate:a"'
    )
    for key, value in WRONG_FACTS:
        row = json.loads(body)
        row["_values_:"]["schemagen"][key] = value
        assert_stops_no_build(kept, LOG, kept.files[LOG] + record(b"R\t%b\t%b" % (name, json.dumps(row).encode())))


def test_snapshot_of_another_shape_stops_no_build(kept: Kept) -> None:
    data = kept.files[SNAPSHOT]
    key, dodo, numbers, _ = data[len(HEADER) + 17 :].split(b"\n", 3)
    (kept.project.root / SNAPSHOT).write_bytes(data)
    loaded = load_parts(str(kept.project.root / SNAPSHOT))
    assert loaded is not None
    parts = [bytes(part) for part in loaded[3]]
    counts = numbers.split(b" ")[:4]
    for number, part in enumerate(parts):
        for other in (b"", part[:-1], part + b"\0" * 8, b"\xff" * len(part), b"[1,{},[9]]"):
            changed = [*parts[:number], other, *parts[number + 1 :]]
            sizes = [str(len(each)).encode() for each in changed]
            rest = b"\n".join([key, dodo, b" ".join([*counts, *sizes]), b"".join(changed)])
            assert_stops_no_build(kept, SNAPSHOT, signed(rest))
    for line in (
        b"",
        b"little",
        b"little x",
        numbers + b" 0",
        b"little -1" + numbers[8:],
        numbers.replace(b" ", b" 9", 2),
    ):
        assert_stops_no_build(kept, SNAPSHOT, signed(b"\n".join([key, dodo, line, b"".join(parts)])))
    assert_stops_no_build(kept, SNAPSHOT, signed(b"\xff"))


def signed(rest: bytes) -> bytes:
    return HEADER + xxhash.xxh3_64_hexdigest(rest).encode() + b"\n" + rest


@pytest.mark.parametrize(
    ("old", "new"), [(b"schemas/b.json", b"../cret/b.json"), (b"b", b"../b"), (b"schemas/b.json", b"secret/bb.json")]
)
def test_snapshot_of_somebody_else_has_nothing_read_or_written_outside(kept: Kept, old: bytes, new: bytes) -> None:
    """Where a schema is written, and what its outputs are named, is not for a snapshot to say."""
    project = kept.project
    secret = {"title": "SECRET"}
    project.write("../cret/b.json", secret)
    project.write("secret/bb.json", secret)
    data = kept.files[SNAPSHOT]
    key, dodo, numbers, _ = data[len(HEADER) + 17 :].split(b"\n", 3)
    loaded = load_parts(str(project.root / SNAPSHOT))
    assert loaded is not None
    names_of = 2 if old.endswith(b".json") else 4  # the part with the paths, or that with the names of tasks
    parts = [
        b"\0".join(new if each == old else each for each in bytes(part).split(b"\0")) if number == names_of else part
        for number, part in enumerate(loaded[3])
    ]
    sizes = [str(len(part)).encode() for part in parts]
    rest = b"\n".join([key, dodo, b" ".join([*numbers.split(b" ")[:4], *sizes]), b"".join(parts)])
    kept.restore()
    kept.change(OTHER)
    project.write(SNAPSHOT, signed(rest))
    build(project)
    assert project.outputs().keys() == {"a.txt", "b.txt"}
    assert not any(b"SECRET" in made for made in project.outputs().values())
    assert not project.exists("b.txt")


def test_log_of_somebody_else_has_nothing_removed_outside_or_that_is_read(kept: Kept) -> None:
    project = kept.project
    victims = ["../victim.txt", ".git/config", "packs/plain/plain.txt.mustache", "pyproject.toml", "schemas/b.json"]
    for path in victims[:2]:
        project.write(path, "known to many\n")
    absolute = str((project.root / victims[0]).resolve())
    digests = {path: digest_of((project.root / path).read_bytes()) for path in (*victims, absolute)}
    claims = {path: [digest, "schemas/gone.json", "plain"] for path, digest in digests.items()}
    (project.root / SNAPSHOT).unlink()
    project.write(LOG, kept.files[LOG] + record(b'C\t""\t' + json.dumps(claims).encode()))
    said = build(project)
    assert all(project.exists(path) for path in victims)
    assert "../victim.txt:1:1: nothing makes this file any more, but it lies outside the project" in said
