"""This module knows how to explain what the code of an error means, at length, with an example.

The text is in ``error_codes.toml``, the one source of ``schemagen explain``, of docs/errors.md, and of the rules in
SARIF reports.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import PurePosixPath

_CODE = re.compile(r"SG[0-9]{3}")
_COMMAND = "schemagen generate -t markdown"


@dataclass(frozen=True, slots=True)
class Example:
    """A project that has an error, and how it is mended: its ``files``, by path, and shell lines that are run after
    they are written; the ``command``, and the line in which it names the code; and the same for the mended one, where
    it differs."""

    says: str
    files: Mapping[str, str] = field(default_factory=dict)
    setup: str = ""
    command: str = _COMMAND
    mended: Mapping[str, str] = field(default_factory=dict)
    mended_setup: str = ""
    mended_command: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an error ``code`` means and what to do about it; ``example`` is None where there can be none, for the reason
    ``no_example``."""

    code: str
    title: str
    means: str
    do: str
    example: Example | None
    no_example: str = ""


def is_code(text: str) -> bool:
    """Whether ``text`` looks like a code."""
    return _CODE.fullmatch(text) is not None


def load_explanations() -> dict[str, Explanation]:
    """All codes, in order."""
    text = files("schemagen").joinpath("error_codes.toml").read_text(encoding="utf-8")
    return {code: _explanation(code, table) for code, table in tomllib.loads(text).items()}


def _explanation(code: str, table: dict[str, str]) -> Explanation:
    title, means, do = (table.pop(key) for key in ("title", "means", "do"))
    no_example = table.pop("no_example", "")
    example = None if no_example else Example(**table)  # type: ignore[arg-type]  # files are mappings
    return Explanation(code, title, means, do, example, no_example)


def long_form(explained: Explanation) -> str:
    """All that is known of a code, as Markdown that reads well in a terminal too."""
    return "\n".join(_lines(explained))


def page(explanations: Mapping[str, Explanation]) -> str:
    """The page of all codes, docs/errors.md."""
    head = (
        "# Errors\n\nEach error is one line, `path:line:column: message [code]`. `schemagen explain CODE` prints what "
        "is said here of one code. This page is made by `schemagen explain --codes`.\n\n"
    )
    table = "| code | what is wrong |\n|---|---|\n"
    rows = "".join(f"| [{each.code}](#{_anchor(each)}) | {each.title} |\n" for each in explanations.values())
    return head + table + rows + "\n" + "\n".join(map(long_form, explanations.values()))


def _anchor(explained: Explanation) -> str:
    """The anchor that GitHub gives to the heading."""
    heading = f"{explained.code}: {explained.title}".lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def _lines(explained: Explanation) -> Iterator[str]:
    yield f"## {explained.code}: {explained.title}\n"
    yield f"{explained.means}\n"
    yield f"**What to do.** {explained.do}\n"
    example = explained.example
    if example is None:
        yield f"There is no example. {explained.no_example}\n"
        return
    yield "For example:\n"
    yield from _project(example.files, example.setup)
    yield _block("", f"$ {example.command}\n{example.says}")
    yield "Mended:\n"
    yield from _project(example.mended, example.mended_setup)
    if example.mended_command:
        yield _block("", f"$ {example.mended_command}")


def _project(contents: Mapping[str, str], setup: str) -> Iterator[str]:
    for path, text in contents.items():
        yield f"`{path}`\n\n{_block(PurePosixPath(path).suffix.lstrip('.'), text.strip())}"
    if setup:
        yield _block("sh", setup)


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"
