"""This module knows how to run the command in the process of the tests: there are many cases, and a process each would
take most of the time."""

from __future__ import annotations

import contextlib
import io
import re
import resource
import sys
from collections.abc import Iterator, Sequence

import pytest

from schemagen.cli import main
from tests.conftest import Project, Result

FAILED, USAGE, CANNOT_START = 1, 2, 3
ONE_LINE = re.compile(r"[^:\n]+:\d+:\d+: .+")
ALL_PACKS = ("form", "markdown", "typescript", "python")


def command(project: Project, *args: str) -> Result:
    """What ``schemagen ARGS`` does in the project folder."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(project.root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(list(args))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Result(code, out.getvalue(), err.getvalue())


def build(project: Project, *args: str) -> Result:
    """Build with one process; whatever goes wrong is said in lines with a place, and without a traceback."""
    result = command(project, "generate", "-w", "1", *args)
    assert "Traceback" not in result.out + result.err
    assert all(ONE_LINE.fullmatch(line) for line in result.errors), result.err
    assert not list(project.root.rglob("*.schemagen-tmp"))
    return result


def line_of(errors: Sequence[str], path: str) -> str:
    """The one line that begins with ``path``."""
    (line,) = [line for line in errors if line.startswith(f"{path}:")]
    return line


@contextlib.contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """No file grows beyond ``size`` bytes: to whoever writes it is as if the disk were full, and takes no right to
    mount one that is. Nor does Python keep what it compiles: it would keep a part, and believe it the next time."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
            patch.setattr(sys, "dont_write_bytecode", True)
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
