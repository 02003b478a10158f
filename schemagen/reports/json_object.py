"""This module knows how to write a report as one JSON object, for other programs:

    {"version": 1, "command": "check", "exit_code": 1, "seconds": 0.31,
     "schemas": [{"schema": "schemas/a.json", "status": "wrong", "seconds": 0.0, "problems": [PROBLEM]}],
     "problems": []}

A problem has ``code``, ``message``, ``path``, ``line`` and ``column`` (from 1, in characters), ``pointer``, ``output``
and ``diff``, the last three empty where there are none. ``problems`` at the top are about no schema.
"""

from __future__ import annotations

import json
from typing import Any

from schemagen.reports.outcome import Outcome, Problem, placed

VERSION = 1


def write(outcome: Outcome, prefix: str) -> str:
    report = {
        "version": VERSION,
        "command": outcome.command,
        "exit_code": outcome.exit_code,
        "seconds": round(outcome.seconds, 3),
        "schemas": [
            {
                "schema": placed(case.path, prefix),
                "status": case.status,
                "seconds": round(case.seconds, 4),
                "problems": [_problem(problem, prefix) for problem in case.problems],
            }
            for case in outcome.cases
        ],
        "problems": [_problem(problem, prefix) for problem in outcome.problems],
    }
    return json.dumps(report, indent=2) + "\n"


def _problem(problem: Problem, prefix: str) -> dict[str, Any]:
    location = problem.location
    return {
        "code": problem.code,
        "message": problem.message,
        "path": placed(location.path, prefix),
        "line": location.line,
        "column": location.column,
        "pointer": location.pointer,
        "output": placed(problem.output, prefix) if problem.output else "",
        "diff": problem.diff,
    }
