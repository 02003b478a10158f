"""This module knows how to write a report as SARIF 2.1.0, which code scanning of GitHub and others read.

Section numbers are of the standard (OASIS, SARIF 2.1.0). Paths are URI references below ``%SRCROOT%`` (3.4.4), with all
but unreserved characters percent-encoded. Columns count characters (3.14.17). A result keeps its fingerprint when
lines are added above it (3.27.17): it is a digest of what is wrong and of the pointer.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from schemagen import __version__
from schemagen.digest import digest_fields
from schemagen.explanations import Explanation, load_explanations, long_form
from schemagen.reports.outcome import Outcome, Problem, file_of, placed

_CANNOT_START = 3


def write(outcome: Outcome, prefix: str) -> str:
    explanations = load_explanations()
    numbers = {code: number for number, code in enumerate(explanations)}
    driver = {
        "name": "schemagen",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(each) for each in explanations.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": outcome.exit_code < _CANNOT_START, "exitCode": outcome.exit_code}],
        "results": [_result(problem, numbers[problem.code], prefix) for problem in outcome.all_problems()],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(explained: Explanation) -> dict[str, Any]:
    return {
        "id": explained.code,
        "shortDescription": {"text": explained.title},
        "fullDescription": {"text": explained.means},
        "help": {"text": f"{explained.means} {explained.do}", "markdown": long_form(explained)},
        "defaultConfiguration": {"level": "error"},
    }


def _result(problem: Problem, number: int, prefix: str) -> dict[str, Any]:
    location = problem.location
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(file_of(location.path), prefix),
            "region": {"startLine": location.line, "startColumn": location.column},
        }
    }
    if location.pointer:
        place["logicalLocations"] = [{"fullyQualifiedName": location.pointer}]
    return {
        "ruleId": problem.code,
        "ruleIndex": number,
        "level": "error",
        "message": {"text": problem.text},
        "locations": [place],
        "partialFingerprints": {
            "schemagen/v1": digest_fields(
                each.encode(errors="surrogatepass")
                for each in (problem.code, location.path, location.pointer, problem.message)
            )
        },
    }


def _artifact(path: str, prefix: str) -> dict[str, str]:
    there = placed(path, prefix)
    uri = quote(there, errors="backslashreplace")
    return {"uri": f"file://{uri}"} if os.path.isabs(there) else {"uri": uri, "uriBaseId": "%SRCROOT%"}
