"""State that is damaged in any place never stops a build and never leaves a wrong output.

The log and the snapshot of a small project are cut at every byte, and a bit of every byte of them is changed, one at a
time; after each a build is made, of the project as it was or with other changes. Unless SCHEMAGEN_WHOLE=1 asks for all,
every byte is taken of the log where nothing else changed, and every fourth in the other cases.
"""

from __future__ import annotations

import contextlib
import gc
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import pytest

from schemagen.cli import main
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
    step = 1 if IS_WHOLE else 4
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
