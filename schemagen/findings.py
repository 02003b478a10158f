"""This module knows how to put what a check found into the words of a report."""

from __future__ import annotations

from schemagen.check import Finding, Report
from schemagen.errors import Location
from schemagen.reports import Case, Problem

_CODES = {"missing": "SG601", "stale": "SG602", "edited": "SG603", "orphaned": "SG604"}
_SAID = {
    "missing": "{} is missing: run schemagen generate",
    "stale": "{} is not what would be generated now: run schemagen generate",
    "edited": "{} was edited since it was made: schemagen generate would restore it",
    "orphaned": "nothing makes {} any more: schemagen generate would remove it, if it was not edited",
}


def cases_of(report: Report, *, has_diffs: bool) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """A case for each schema, and for each pack whose outputs for the project are not right; and the problems that are
    about neither."""
    problems: dict[str, list[Problem]] = {path: [] for path in report.schemas}
    for finding in report.findings:
        problems.setdefault(finding.schema, []).append(_problem(finding, has_diff=has_diffs))
    others = problems.pop("", [])
    cases = (Case(path, "wrong" if found else "right", tuple(found)) for path, found in problems.items())
    return tuple(cases), tuple(others)


def _problem(finding: Finding, *, has_diff: bool) -> Problem:
    if finding.problem is not None:
        return Problem.of(finding.problem)
    # What was edited is in the output; of what is missing or stale the schema is the place to look at.
    place = finding.place
    if place is None or finding.kind == "edited":
        place = Location(finding.path, finding.first_line)
    diff = "".join(finding.diff_lines()) if has_diff else ""
    return Problem(_CODES[finding.kind], _SAID[finding.kind].format(finding.path), place, finding.path, diff)
