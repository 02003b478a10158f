"""This module knows how to be ``doit check``: are the outputs what would be generated?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from doit.cmd_base import Command
from doit.exceptions import InvalidCommand

from schemagen.config import load_config
from schemagen.errors import SchemagenError
from schemagen.inspection import check

_DIFF = {
    "name": "diff",
    "long": "diff",
    "type": bool,
    "default": False,
    "help": "show how outputs differ, as unified diffs",
}


class CheckOutputs(Command):  # type: ignore[misc]  # doit has no types
    """The same as ``schemagen check`` in the present folder; it writes nothing and takes no lock."""

    name = "check"
    doc_purpose = "check that the outputs of schemas are what would be generated"
    doc_usage = ""
    doc_description = None
    cmd_options = (_DIFF,)

    def execute(self, opt_values: Any, pos_args: list[str]) -> int:
        if pos_args:
            raise InvalidCommand("check takes no task: it is about all outputs of [tool.schemagen]")
        try:
            return check(load_config(Path.cwd()), shows_diff=opt_values["diff"])
        except SchemagenError as problem:
            raise InvalidCommand(str(problem)) from None
        except ExceptionGroup as problems:
            raise InvalidCommand("\n".join(str(problem) for problem in problems.exceptions)) from None
