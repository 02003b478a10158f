"""docs/commands.md says what ``--help`` says, of every command and option."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import lru_cache

import pytest

from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs/commands.md").read_text(encoding="utf-8")
SELECTION = PAGE.partition("## Which schemas")[2].partition("\n## ")[0]
COMMANDS = re.findall("^## schemagen ([a-z-]+)$", PAGE, re.MULTILINE)


@lru_cache
def help_of(*command: str) -> str:
    """What ``--help`` says, with its lines joined."""
    args = [sys.executable, "-m", "schemagen", *command, "--help"]
    done = subprocess.run(args, check=True, capture_output=True, encoding="utf-8")
    return " ".join(done.stdout.split())


def section_of(command: str) -> str:
    section = PAGE.partition(f"\n## schemagen {command}\n")[2].partition("\n## ")[0]
    has_selection = "--schema-dir" in help_of(command)
    return section + (SELECTION if has_selection else "")


def rows(section: str) -> list[tuple[list[str], str]]:
    """The names in the first column of each row, and the meaning in the second."""
    found = re.findall(r"^\| (`.+?`) \| (.+) \|$", section, re.MULTILINE)
    return [(re.findall("`([^` ]+)", names.replace("\\|", "|")), meaning) for names, meaning in found]


def test_page_has_every_command_with_its_purpose_in_the_order_of_the_help() -> None:
    listed = re.search(".* COMMAND (.*?) options:", help_of())
    assert listed is not None
    page, purposes = " ".join(PAGE.split()), []
    for command in COMMANDS:
        described = re.search(rf"`schemagen {command}\b[^`]*`: (.+?)\. (?:[A-Z|#`])", page)
        assert described is not None, command
        purposes.append(f"{command} {described[1]}")
    assert " ".join(purposes) == listed[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_section_has_every_option_with_its_meaning(command: str) -> None:
    said, section = help_of(command), section_of(command)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said.partition("options:")[2])) - {"--help"}
    assert {name for names, _ in rows(section) for name in names if name.startswith("--")} == options
    for names, meaning in rows(section):
        assert f" {meaning}" in said, names


def test_exit_codes_are_those_that_the_help_names() -> None:
    codes = re.findall(r"\b(\d+) (?:if|after)", help_of())
    assert set(codes) <= set(re.findall(r"\d+", PAGE.partition("## Exit codes")[2].partition("\n## ")[0]))
