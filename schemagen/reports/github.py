"""This module knows how to write a report as workflow commands of GitHub Actions, which annotate lines of files.

A line is ``::error file=F,line=L,col=C,title=T::message``. GitHub's runner splits it at ``,`` and ``:``, and reads
``%25``, ``%0D``, ``%0A``, and in properties ``%3A`` and ``%2C``, for what they stand for. What follows as a diff is
text of files, any line of which could look like a command: it stands between ``::stop-commands::`` and a token that
nothing in it can hold, since it is a digest of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemagen.digest import digest_of
from schemagen.explanations import load_explanations
from schemagen.reports.outcome import Outcome, Problem, file_of, placed


def write(outcome: Outcome, prefix: str) -> str:
    titles = {code: each.title for code, each in load_explanations().items()}
    problems = list(outcome.all_problems())
    lines = [_annotation(problem, titles[problem.code], prefix) for problem in problems]
    lines += [line for problem in problems if problem.diff for line in _guarded(problem.diff)]
    return "".join(f"{line}\n" for line in lines)


def _annotation(problem: Problem, title: str, prefix: str) -> str:
    location = problem.location
    properties = {
        "file": placed(file_of(location.path), prefix),
        "line": str(location.line),
        "col": str(location.column),
        "title": f"{problem.code}: {title}",
    }
    shown = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    return f"::error {shown}::{escape_data(problem.text)}"


def escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _guarded(diff: str) -> Iterator[str]:
    token = digest_of(diff.encode(errors="surrogatepass"))
    yield f"::stop-commands::{token}"
    yield diff.rstrip("\n")
    yield f"::{token}::"
