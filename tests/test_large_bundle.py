"""What a bundle of very many definitions takes: memory that does not grow with its bytes, and no second reading.

By default it has 20 MB and 8,000 definitions; with SCHEMAGEN_WHOLE=1 it has a gigabyte and 400,000.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bundle_writing import BLOCK, dependents, name, retitle, write_bundle
from tests.conftest import IS_WHOLE, REPOSITORY, Project
from tests.test_documents import ran

pytestmark = pytest.mark.long

COUNT = 400_000 if IS_WHOLE else 5_000
MB = 1 << 20
# Of a process that does nothing else, Python and what it imports; and what each definition may take, index and all.
LEAST_MB, MOST_BYTES_EACH = 80, 576
MOST_MB = 300 if IS_WHOLE else LEAST_MB + COUNT * MOST_BYTES_EACH / MB

RUN = """
import atexit, sys
from schemagen.cli import main
atexit.register(lambda: open('io', 'w').write(open('/proc/self/io').read()))
sys.exit(main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Measured:
    """What a command said and took: the most memory that one of its processes had, in MB, and the bytes it read."""

    out: str
    peak_mb: float
    read_bytes: int

    @property
    def summary(self) -> str:
        return self.out.splitlines()[-1].partition(" in ")[0]


def measured(project: Project, *args: str) -> Measured:
    project.write("run.py", RUN)
    # Not from this process: its own memory would count as the first peak of what it starts.
    launch = [sys.executable, "-I", "-S", str(REPOSITORY / "benchmarks/launch.py"), "figures", "out"]
    subprocess.run([*launch, sys.executable, "run.py", *args], cwd=project.root, check=True)
    text = project.read("out")
    code, _, _, peak_kb = map(float, project.read("figures").split())
    assert code == 0, text
    read = re.search(r"rchar: (\d+)", project.read("io"))
    assert read is not None
    return Measured(text, peak_kb * 1024 / MB, int(read[1]))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The bundle, built; two seconds later, so that its times can be trusted."""
    project = Project(tmp_path_factory.mktemp("bundle"))
    write_bundle(project.root / "bundle.json", COUNT)
    project.write("packs/tiny/tiny.txt.mustache", "{{title}}\n")
    limit = {} if IS_WHOLE else {"max_schema_bytes": 100_000}
    project.config(packs=["packs/tiny"], schemas=["bundle.json#/$defs/*"], **limit)
    assert project.run("generate", "-w", "2").summary == f"{COUNT} generated, 0 fresh, 0 failed"
    age(project)
    return project


def age(project: Project) -> None:
    """Wait until the times of all files are two seconds old, which no event tells, and have them recorded."""
    time.sleep(2.1)
    assert project.run("generate").summary == f"0 generated, {COUNT} fresh, 0 failed"


def size(path: Path) -> int:
    return path.stat().st_size


def test_bundle_is_held_by_an_index_and_not_read_again(built: Project) -> None:
    bundle = size(built.root / "bundle.json")
    assert bundle > COUNT * 2400
    state = sum(map(size, (built.root / ".schemagen").glob("[is]*")))  # the index, and the snapshot
    for args in (["generate"], ["generate", "--quiet"]):
        fresh = measured(built, *args)
        assert fresh.peak_mb < MOST_MB
        assert fresh.read_bytes < state + 8 * MB < bundle

    changed = COUNT // 2 // BLOCK * BLOCK + 2
    retitle(built.root / "bundle.json", changed, b"Titel" + b" %d" % changed)
    some = measured(built, "generate", "-v", "-w", "1")
    assert {int(task[-6:]) for task in re.findall(r"generate:bundle/\S+", some.out)} == dependents(changed)
    assert some.summary == f"3 generated, {COUNT - 3} fresh, 0 failed"
    assert built.read(f"build/bundle/{name(changed)}.txt") == f"Titel {changed}\n"
    assert some.peak_mb < MOST_MB
    log = size(built.root / ".schemagen/log")
    assert some.read_bytes < 1.1 * bundle + log + 2 * state + 12 * MB, "it is read once"

    age(built)
    fresh = measured(built, "generate")
    assert fresh.summary == f"0 generated, {COUNT} fresh, 0 failed"
    assert fresh.read_bytes < state + 8 * MB


def test_doit_takes_no_more(built: Project) -> None:
    changed = 1
    retitle(built.root / "bundle.json", changed, b"Titel 1")
    result = built.doit("-n", "2")
    assert ran(result) == {f"bundle/{name(each)}" for each in dependents(changed)}
    assert result.summary == f"2 generated, {COUNT - 2} fresh, 0 failed"


# -- one large output


LONG_MB = 200 if IS_WHOLE else 100
ITEMS = "{{#root}}{{#is_object}}{{#properties}}%s{{/properties}}{{/is_object}}{{/root}}"


@pytest.mark.parametrize("count", [20_000, 500])
def test_output_that_is_large_is_never_whole_in_memory(empty_project: Project, count: int) -> None:
    project = empty_project
    properties = {f"p{number}": {"type": "string"} for number in range(count)}
    project.write("schemas/big.json", {"title": "Big", "type": "object", "properties": properties})
    project.config(packs=["packs/big"], max_output_bytes=300 * MB)
    template = "packs/big/big.txt.mustache"
    project.write(template, "{{title}}")
    least = measured(project, "generate", "-w", "2").peak_mb
    text = ("x" * 99 + "\n") * (LONG_MB * MB // 100 // count)
    project.write(template, ITEMS % ("{{name}}\n" + text))
    output = project.root / "build/big.txt"
    for end in ("", "and more\n"):
        project.write(template, ITEMS % ("{{name}}\n" + text) + end)
        made = measured(project, "generate", "-w", "2")
        assert size(output) > 0.99 * LONG_MB * MB
        assert made.peak_mb < least + 75
    with output.open("rb") as file:
        assert file.read(200) == b"/p0\n" + text[:196].encode()
        file.seek(-len(end), os.SEEK_END)
        assert file.read() == end.encode()
    before = output.stat().st_mtime_ns
    assert measured(project, "generate", "--force", "-w", "2").peak_mb < least + 75
    assert output.stat().st_mtime_ns == before, "it has the same bytes"
