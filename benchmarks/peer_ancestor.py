"""This module knows how to compare a cold build with one of the ancestor's architecture, in Node.js: see
``benchmarks/ancestor``. Schemas of which the two make different pages, because its view lacks something, are left out
of the race, and counted.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from benchmarks.measure import Contender, run
from benchmarks.node import node_environment

FOLDER = Path(__file__).with_name("ancestor")
PACK = FOLDER / "pack"
INDEX = "forms.html"  # the pack form makes one for a project, and peers make none
# A string, to be passed over, or a number that JavaScript may write otherwise.
_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?')
_SMALLEST, _LARGEST = 1e-6, 1e21
_SHORT = 15  # a whole number of so many digits is the same in JavaScript


def copy_schemas(files: Sequence[Path], into: Path) -> None:
    """Copy schemas into one folder, numbers written as JavaScript writes them: ``JSON.parse`` does not keep more."""
    into.mkdir(parents=True)
    for file in files:
        text = _NUMBER.sub(_as_in_javascript, file.read_text(encoding="utf-8"))
        (into / file.name).write_text(text, encoding="utf-8")


def _as_in_javascript(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith('"') or (len(text) <= _SHORT and text.lstrip("-").isdecimal()):
        return text
    number = float(text)
    if not _SMALLEST <= abs(number) < _LARGEST:  # written with an exponent: left as it is, and perhaps unequal
        return text if number else "0"
    return f"{Decimal(repr(number)).normalize():f}"  # the shortest digits that mean it, in Python as in JavaScript


def ancestor(name: str, schemas: Path, folder: Path, modules: Path, *, batch: int, workers: int) -> Contender:
    """The ancestor as a contender that builds ``schemas`` into ``out`` in its ``folder``."""
    folder.mkdir(parents=True)
    command = ["node", str(FOLDER / "ancestor.js"), str(schemas), "out", str(PACK), str(batch), str(workers)]
    return Contender(name, command, folder, node_environment(modules))


def remove_unequal(schemas: Path, one: Contender, other: Contender) -> list[str]:
    """Remove from ``schemas`` those of which two contenders make different pages; returns their names."""
    run(one)
    run(other)
    first, second = outputs_of(one), outputs_of(other)
    unequal = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    for name in unequal:
        (schemas / name).with_suffix(".json").unlink()
    return [Path(name).stem for name in unequal]


def outputs_of(contender: Contender) -> Mapping[str, bytes]:
    """The pages that a contender has made of schemas, by name."""
    folder = contender.folder / "out"
    pages = sorted(file for file in folder.rglob("*.html") if file != folder / INDEX)
    return {page.relative_to(folder).as_posix(): page.read_bytes() for page in pages}


def forget(contender: Contender) -> None:
    """Remove what a contender has made, and what it remembers."""
    shutil.rmtree(contender.folder)
    contender.folder.mkdir()
