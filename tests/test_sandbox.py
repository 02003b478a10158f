"""What a build asks of the machine, whatever its schemas say: no connection, no program but formatters, no file but
schemas, packs, outputs, state and the cache of this machine, no code but templates.

The real command runs with a hook for the audit events of Python (see ``auditing/sitecustomize.py``) in it and in all
that it forks, over real schemas and all built-in packs. Libraries in other languages raise no such events: ``strace``
shows what they ask of the kernel.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from tests.conftest import IS_WHOLE, REPOSITORY, Project
from tests.test_hostile_text import full_of

pytestmark = pytest.mark.long
AUDITING = REPOSITORY / "tests" / "auditing"
# The packs of Python make outputs at the same paths, which one build may not.
RUNS = (("form", "markdown", "typescript", "python"), ("pydantic",), ("typeddict",))
EVERY = 1 if IS_WHOLE else 25  # of the 500 real schemas
CANARY = "zzcanary"
CACHE = "../cache/schemagen"
WRITTEN = ("build", ".schemagen", CACHE)

# The library of Python, of which compiled files are read, and what is installed beside it.
_PREFIXES = [path for path in (sys.base_prefix, sys.prefix, os.environ.get("PYTHONPYCACHEPREFIX")) if path]
LIBRARIES = tuple({*_PREFIXES, *map(os.path.realpath, _PREFIXES)})
OURS = (str(REPOSITORY / "schemagen"), str(REPOSITORY / "templates"), str(AUDITING))
# What else is opened, and why.
BY_NAME = {
    "/dev/null": "what a worker reads of its standard input",
    "/proc/meminfo": "how much memory there is",
    "/proc/self/statm": "how much of it we use",
    "/proc/self/status": "how much of it we use",
}
# Who runs code that it wrote: our templates, and classes that are made when modules are imported.
CODE_WRITERS = {
    "schemagen/mustache/engine.py": "compiled templates",
    "collections/__init__.py": "named tuples",
    "dataclasses.py": "methods of dataclasses",
    "attr/_make.py": "methods of attrs' classes",
    "typing.py": "annotations of modules",
    "/ast.py": "parsed and not run: the signatures of functions in C, for inspect",
    "annotationlib.py": "annotations of modules",
    "<frozen importlib._bootstrap>": "modules",
    "<frozen importlib._bootstrap_external>": "modules that have no compiled file",
    "<frozen runpy>": "python -m schemagen",
}
COMMANDS = ("subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "pty.spawn")
NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ssl.", "poplib.", "imaplib.")


@dataclass(frozen=True)
class Event:
    """What a process asked for: the name of an audit event, and its arguments as text."""

    process: str
    name: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class Audited:
    """A project that was built with the hook, and what it noted."""

    project: Project
    log: Path

    @cached_property
    def events(self) -> list[Event]:
        rows = (line.split("\t") for line in self.log.read_text("utf-8").splitlines())
        return [Event(process, name, tuple(told)) for process, name, *told in rows]

    def named(self, *starts: str) -> list[Event]:
        return [event for event in self.events if event.name.startswith(starts)]


def audited(project: Project, *args: str) -> Audited:
    log = project.root.parent / "audit.log"
    path = os.pathsep.join([str(AUDITING), str(REPOSITORY)])
    env = {"AUDIT_LOG": str(log), "AUDIT_CANARY": CANARY, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    home = project.root.parent / "cache"
    home.mkdir(exist_ok=True)
    env |= {"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(home)}
    done = project.run(*args, env=env)
    assert done.code == 0, done.err
    return Audited(project, log)


@pytest.fixture(scope="module", params=RUNS, ids=lambda packs: packs[0])
def build(request: pytest.FixtureRequest, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """A build of real schemas, and of one with a canary in each of its texts, by two workers."""
    project = Project(tmp_path_factory.mktemp("sandbox") / "project")
    for file in sorted((corpus / "schemastore/schemas").glob("*.json"))[::EVERY]:
        project.write(f"schemas/{file.name}", file.read_bytes())
    project.write(f"schemas/{CANARY}.json", full_of(CANARY))
    project.config(packs=request.param, unresolved_refs="opaque")
    return audited(project, "generate", "-w", "2")


def test_all_was_built_by_workers_that_were_watched_too(build: Audited) -> None:
    assert len(build.project.outputs()) >= 500 // EVERY
    assert len({event.process for event in build.events}) >= 3
    (parent,) = {event.process for event in build.named("cpython.run_module")}
    written = {event.process for event in build.named("open") if event.told[0].endswith(".schemagen-tmp")}
    assert len(written - {parent}) == 2  # the parent writes what there is one of for the project


def test_nothing_is_sent_anywhere(build: Audited) -> None:
    """A worker and its parent talk by a pair of sockets that have no name: nobody else can have one of them."""
    asked = build.named(*NETWORK)
    assert {(event.name, *event.told[1:]) for event in asked} <= {("socket.__new__", "1", "1", "0")}
    assert len({event.process for event in asked}) <= 1


def test_no_program_is_run(build: Audited) -> None:
    assert build.named(*COMMANDS) == []
    assert {event.told[-1] for event in build.named("ctypes.dlsym")} <= {"prctl"}


def test_only_schemas_packs_outputs_and_state_are_opened(build: Audited) -> None:
    root = build.project.root
    for path, is_written in opened(build):
        if is_written:
            assert is_in(root, path, *WRITTEN) or path == "/dev/null", path
        else:
            assert path.startswith((f"{root}/", *LIBRARIES, *OURS)) or is_in(root, path, CACHE) or path in BY_NAME, path
    for event in build.named("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "shutil."):
        for path in event.told:
            assert path.lstrip("-").isdigit() or is_in(root, path, *WRITTEN), event


def opened(build: Audited) -> Iterator[tuple[str, bool]]:
    for event in build.named("open"):
        path, _, flags = event.told
        if not path.isdigit():  # else it is a descriptor of what was opened before
            full = os.path.normpath(build.project.root / path)
            yield full, bool(int(flags) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND))


def is_in(root: Path, path: str, *folders: str) -> bool:
    full = os.path.normpath(root / path)
    tops = [os.path.normpath(root / folder) for folder in folders]
    return any(full == top or full.startswith(f"{top}/") for top in tops)


def test_only_templates_and_modules_are_run_as_code(build: Audited) -> None:
    for event in build.named("compile", "exec", "marshal."):
        assert event.told[0].endswith(tuple(CODE_WRITERS)), event
    compiled = {event.told[1] for event in build.named("compile") if event.told[0].endswith("mustache/engine.py")}
    assert compiled
    assert all(path.endswith(".mustache") for path in compiled)
    assert not [event for event in build.named("compile") if event.told[1].startswith("canary")]


# The code of modules is marshalled; of those that are a part of the interpreter (since Python 3.13 it says so) too.
IMPORTS = ("<frozen importlib._bootstrap_external>", "<frozen importlib._bootstrap>")


def test_nothing_from_the_disk_is_unpickled(build: Audited) -> None:
    """Processes of one build tell each other in pickles which batch is next and what became of it."""
    for event in build.named("pickle.", "shelve.", "marshal."):
        assert event.told[0].endswith(("multiprocessing/connection.py", *IMPORTS)), event
        assert event.told[1].startswith("schemagen.") or event.name.startswith("marshal."), event


def test_the_hook_notices_what_it_is_to_notice(tmp_path: Path) -> None:
    code = "import pickle, socket, subprocess; pickle.loads(pickle.dumps(print)); compile('zzcanary', 'x', 'exec')\n"
    code += "subprocess.run(['true'])\ntry: socket.create_connection(('127.0.0.1', 9))\n"
    code += "except PermissionError: print('kept')"
    project = Project(tmp_path)
    env = {**os.environ, "AUDIT_LOG": str(tmp_path / "log"), "AUDIT_CANARY": CANARY, "PYTHONPATH": str(AUDITING)}
    done = project._process([sys.executable, "-c", code], env)
    assert done.out == "kept\n", done.err
    names = {event.name for event in Audited(project, tmp_path / "log").events}
    assert {"pickle.find_class", "subprocess.Popen", "socket.getaddrinfo", "compile"} <= names
    assert f"canary {'x'}" in (tmp_path / "log").read_text()


def test_formatters_are_the_only_programs(project: Project) -> None:
    cat = shutil.which("cat")
    project.write(
        "pyproject.toml",
        project.read("pyproject.toml").replace("[tool.doit", 'format = {"*.txt" = "cat"}\n[tool.doit', 1),
    )
    build = audited(project, "generate", "-w", "2")
    run = [event for event in build.named(*COMMANDS) if event.name == "subprocess.Popen"]
    assert run
    assert {event.told[0] for event in run} == {cat}
    assert {event.told[1] for event in run} == {f"['{cat}', '--version']", f"['{cat}']"}


_CALL = re.compile(r"\d+ +(?:<\.\.\. )?(\w+)\(?(.*)")
_STRACE = ["strace", "-f", "-qq", "-s", "4096", "-e", "trace=%network,%file,execve,ptrace,io_uring_setup", "-o"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="strace is Linux's")
def test_kernel_is_asked_for_nothing_else(build: Audited, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace on the path (Debian: apt-get install strace)")
    root, trace = build.project.root, tmp_path / "trace"
    for file in sorted((root / "schemas").glob("*.json"))[30:]:
        file.rename(tmp_path / file.name)
    try:
        env = {"PYTHONDONTWRITEBYTECODE": "1"}
        done = build.project.run("generate", "-w", "2", "--force", env=env, prefix=[*_STRACE, str(trace)])
    finally:
        for file in tmp_path.glob("*.json"):
            file.rename(root / "schemas" / file.name)
    assert done.code == 0, done.err
    calls = [
        match.groups() for line in trace.read_text("utf-8", "replace").splitlines() if (match := _CALL.match(line))
    ]
    names = {name for name, _ in calls}
    assert "openat" in names
    network = [rest for name, rest in calls if name in {"socket", "connect", "bind", "sendto", "sendmsg", "listen"}]
    assert not [rest for rest in network if "AF_UNIX" not in rest]
    assert not {"connect", "bind", "listen", "io_uring_setup"} & names
    assert sum(name == "execve" and " = 0" in rest for name, rest in calls) == 1
    for name, rest in calls:
        found = re.match(r'AT_FDCWD, "((?:[^"\\]|\\.)*)", (\S+).* = \d+', rest) if name == "openat" else None
        if found and re.search("O_WRONLY|O_RDWR|O_CREAT", found[2]):
            assert is_in(root, found[1], *WRITTEN) or found[1] == "/dev/null", rest
