"""This package knows how to write what a command found in the forms that CI systems read.

``outcome`` is what is written; each other module is one form, with one function: ``write``. ``prefix`` is what leads
from the folder that the reader starts from, such as that of the repository, to the project's: empty, or a path that
ends in a slash. Nothing that a schema, a file name or a template says can be more than text in any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schemagen.reports import github, json_object, junit, sarif
from schemagen.reports.outcome import Case, Outcome, Problem

# How a report is written that --format names; "text" is what commands say anyway.
FORMATS: Mapping[str, Callable[[Outcome, str], str]] = {
    "github": github.write,
    "json": json_object.write,
    "junit": junit.write,
    "sarif": sarif.write,
}

__all__ = ["FORMATS", "Case", "Outcome", "Problem"]
