"""This module knows how to write a report as JUnit XML: a test case per schema, failed if something is wrong with it.

There is no standard; this is what Jenkins' and GitLab's readers take, and the XSD of Jenkins' allows. XML 1.0 has no
way to write most control characters, or half of a surrogate pair: they are written as Python does, ``\\x07``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from schemagen.reports.outcome import Case, Outcome, Problem, placed

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(outcome: Outcome, prefix: str) -> str:
    return "".join(f"{line}\n" for line in _lines(outcome, prefix))


def _lines(outcome: Outcome, prefix: str) -> Iterator[str]:
    cases = [*outcome.cases, *_others(outcome)]
    counts = {
        "name": f"schemagen {outcome.command}",
        "tests": str(len(cases)),
        "failures": str(sum(1 for case in cases if case.problems)),
        "errors": "0",
        "time": f"{outcome.seconds:.3f}",
    }
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<testsuites>"
    yield f"<testsuite{_attributes(counts)}>"
    for case in cases:
        name = {
            "classname": f"schemagen.{outcome.command}",
            "name": placed(case.path, prefix),
            "time": f"{case.seconds:.4f}",
        }
        if not case.problems:
            yield f"<testcase{_attributes(name)}/>"
            continue
        yield f"<testcase{_attributes(name)}>"
        first = case.problems[0]
        yield f"<failure{_attributes({'type': first.code, 'message': first.text})}>{_told(case.problems)}</failure>"
        yield "</testcase>"
    yield "</testsuite>"
    yield "</testsuites>"


def _others(outcome: Outcome) -> list[Case]:
    """What is about no schema, as cases of its own: readers show nothing but cases."""
    paths = dict.fromkeys(problem.location.path for problem in outcome.problems)
    return [
        Case(path, "failed", tuple(each for each in outcome.problems if each.location.path == path)) for path in paths
    ]


def _told(problems: tuple[Problem, ...]) -> str:
    text = "\n".join(f"{problem}\n{problem.diff}" if problem.diff else str(problem) for problem in problems)
    return escape(_as_xml(text), {"\r": "&#13;"})


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_as_xml(value))}" for name, value in values.items())


def _as_xml(text: str) -> str:
    return _NOT_XML.sub(lambda match: ascii(match[0])[1:-1], text)
