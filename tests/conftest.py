"""A small vocabulary for tests: a project on disk, the real command run on it, edits."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Tests count what is generated, and nothing of the user's is theirs to touch: those of the cache have one of their own.
os.environ["SCHEMAGEN_NO_CACHE"] = "1"
for _name in ("SCHEMAGEN_CACHE", "SCHEMAGEN_CACHE_KEY", "SCHEMAGEN_CACHE_READ_ONLY"):
    os.environ.pop(_name, None)

REPOSITORY = Path(__file__).resolve().parent.parent
COUNTED = "counted: "
# The longest tests take a part of what they could, so that all of them together take some ten minutes; with
# SCHEMAGEN_WHOLE=1 they take all of it, and an hour.
IS_WHOLE = os.environ.get("SCHEMAGEN_WHOLE") == "1"


def parts(count: int) -> list[int]:
    """The numbers of the parts that a test is divided into; of these, unless all are asked for, the first."""
    return list(range(count if IS_WHOLE else 1))


pytest_plugins = ["tests.browser"]

# Some thousand processes are started, and each would compile all of schemagen if none were to write bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(REPOSITORY / ".pytest_cache" / "bytecode"))

# A busy machine is no fault of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked ``whole``, unless all of the tests are asked for."""
    if not IS_WHOLE:
        left_out = [item for item in items if item.get_closest_marker("whole")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@dataclass(frozen=True)
class Result:
    """What a process did: exit code, and its output as text."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> str:
        """The last line of standard output, without the seconds."""
        return self.out.splitlines()[-1].partition(" in ")[0] if self.out else ""

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


@dataclass
class Project:
    """A project folder. Paths are relative to it."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, content: Any) -> Path:
        """Write a file: bytes as they are, text as UTF-8, anything else as JSON."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        elif isinstance(content, str):
            file.write_text(content, encoding="utf-8", newline="")
        else:
            file.write_text(json.dumps(content, indent=2), encoding="utf-8")
        return file

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def exists(self, path: str) -> bool:
        return (self.root / path).exists()

    def config(self, **values: Any) -> None:
        """Write ``[tool.schemagen]`` with the run command of our plugin for doit."""
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        self.write("pyproject.toml", "[tool.schemagen]\n" + "\n".join(lines) + "\n\n" + DOIT_PLUGINS)

    def run(self, *args: str, env: dict[str, str] | None = None, prefix: Sequence[str] = ()) -> Result:
        """Run ``schemagen ARGS`` as a process in the project folder; ``prefix`` may be a command to run it by."""
        return self._process([*prefix, sys.executable, "-m", "schemagen", *args], env)

    def doit(self, *args: str, env: dict[str, str] | None = None) -> Result:
        """Run ``doit ARGS`` as a process in the project folder."""
        if not self.exists("dodo.py"):
            self.write("dodo.py", (REPOSITORY / "dodo.py").read_text(encoding="utf-8"))
        return self._process([sys.executable, "-m", "doit", *args], env)

    def generate(self, *args: str) -> Result:
        return self.run("generate", "-w", "1", *args)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start ``python -m COMMAND`` in the project folder and leave it to run."""
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=self.root,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            # Whoever runs the tests may have it ignored, as a shell has it for what it runs in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )

    def _process(self, command: list[str], env: dict[str, str] | None) -> Result:
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, **self.environment, **(env or {})},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=600,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def outputs(self, folder: str = "build") -> dict[str, bytes]:
        """The bytes of every file below ``folder``, by path."""
        base = self.root / folder
        found = {}
        for file in sorted(base.rglob("*")):
            # While a build runs its temporary files come and go.
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                found[file.relative_to(base).as_posix()] = file.read_bytes()
        return found

    def mtimes(self, folder: str = "build") -> dict[str, int]:
        base = self.root / folder
        return {
            file.relative_to(base).as_posix(): file.stat().st_mtime_ns
            for file in sorted(base.rglob("*"))
            if file.is_file()
        }


def without_right_to_read_all() -> list[str]:
    """The start of a command that runs another one without root's right to read every file."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root may read every file, and there is no setpriv to give up that right")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


DOIT_PLUGINS = """\
[tool.doit.plugins.command]
run = "schemagen.doit_plugin.run:RunBuild"
forget = "schemagen.doit_plugin.database:ForgetTasks"
reset-dep = "schemagen.doit_plugin.database:ResetTasks"
dumpdb = "schemagen.doit_plugin.database:DumpState"
check = "schemagen.doit_plugin.check:CheckOutputs"
"""

PLAIN_PACK = """\
name = "plain"
language = "text"
view = "1"

[[outputs]]
template = "plain.txt.mustache"
path = "{path}.txt"
"""


@pytest.fixture
def empty_project(tmp_path: Path) -> Project:
    """A folder with nothing in it."""
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)


@pytest.fixture
def project(empty_project: Project) -> Project:
    """Three schemas, one of which refs another, and a small pack of the project's own."""
    empty_project.write("packs/plain/pack.toml", PLAIN_PACK)
    empty_project.write("packs/plain/plain.txt.mustache", "{{title}}: {{> about}}\n")
    empty_project.write("packs/plain/partials/about.mustache", "{{description}}")
    empty_project.write("schemas/member.json", {"title": "Member", "description": "A person", "type": "object"})
    empty_project.write(
        "schemas/billing/invoice.json",
        {"title": "Invoice", "type": "object", "properties": {"to": {"$ref": "../member.json"}}},
    )
    empty_project.write("schemas/bike.json", {"title": "Bike", "description": "Two wheels", "type": "object"})
    empty_project.config(packs=["packs/plain"])
    return empty_project


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[[str], Project]:
    """Make further projects, by name."""

    def make(name: str) -> Project:
        root = tmp_path / name
        root.mkdir(parents=True)
        return Project(root)

    return make


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real schemas and test suites; tests that need it are skipped where it is absent."""
    named = os.environ.get("SCHEMAGEN_CORPUS")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"no corpus at {folder}: set SCHEMAGEN_CORPUS to its folder")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests counted: properties ``counted: WHAT``, summed."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    called = [report for report in reports if getattr(report, "when", "") == "call"]
    counts: Counter[str] = Counter()
    for name, value in (found for report in called for found in report.user_properties):
        if name.startswith(COUNTED):
            counts[name.removeprefix(COUNTED)] += value
    for what, count in counts.items():
        terminalreporter.write_line(f"{count} {what}")
