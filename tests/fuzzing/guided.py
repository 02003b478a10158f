"""This module knows how to have atheris look for inputs: it sees which code an input comes to, and changes those that
came to something new.

    python -m tests.fuzzing.guided json --seconds 600

It needs ``pip install atheris``, and is libFuzzer in a process of its own, which is told options of its own, such as
``-len_control=0``. What is found is written to a file, which libFuzzer takes in the place of a folder, and ends the
process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import atheris  # type: ignore[import-not-found,unused-ignore]

with atheris.instrument_imports(include=["schemagen", "pystache"]):
    from schemagen.recursion import deep_recursion
    from tests.fuzzing.samples import suite_schemas
    from tests.fuzzing.targets import mustache, statefiles, texts

from schemagen.texts import Syntax

Input = Callable[[bytes], None]
_MOST_BYTES = 4096
_VIEW = {"a": "A<", "b": [{"a": 1, "c": True}, {}], "c": {"a": "", "b": {"d": "x"}}, "d": False}


def _text_input(syntax: Syntax) -> Callable[[Path], Input]:
    def begin(folder: Path) -> Input:
        def read(data: bytes) -> None:
            texts.read(data, syntax)

        return read

    return begin


def _template_input(folder: Path) -> Input:
    """The text of a template and of two partials, with NUL between them; whether it is strict is said by a byte."""

    def compare(data: bytes) -> None:
        text = data[1:].decode(errors="replace").replace("<", "").replace("$", "")
        parts = [*text.split("\0", 2), "", ""][:3]
        mustache.compare_texts(parts, _VIEW, is_strict=bool(data[:1] > b"\x7f"))

    return compare


def _invented_template_input(folder: Path) -> Input:
    def compare(data: bytes) -> None:
        if data:
            mustache.INVENTED[data[0] % len(mustache.INVENTED)](data[1:])

    return compare


def _state_input(folder: Path) -> Input:
    def read(data: bytes) -> None:
        statefiles.read_input(folder, data)

    return read


def _no_seeds(folder: Path) -> Iterable[bytes]:
    return ()


def _template_seeds(folder: Path) -> Iterable[bytes]:
    return (b" " + text for text in mustache.pack_texts())


# How an input is executed, what to begin with, and words that mean something in it.
TARGETS: dict[str, tuple[Callable[[Path], Input], Callable[[Path], Iterable[bytes]], Sequence[bytes]]] = {
    "json": (_text_input(Syntax.JSON), lambda folder: suite_schemas(), texts.JSON_WORDS),
    "commented-json": (_text_input(Syntax.COMMENTED), lambda folder: suite_schemas(), texts.JSON_WORDS),
    "yaml": (_text_input(Syntax.YAML), lambda folder: suite_schemas(), texts.YAML_WORDS),
    "templates": (_template_input, _template_seeds, mustache.WORDS),
    "invented-templates": (_invented_template_input, _no_seeds, [b"\0", b"\xff"]),
    "state": (_state_input, statefiles.seeds, statefiles.WORDS),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.guided", description=__doc__)
    parser.add_argument("target", choices=list(TARGETS))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--finds", type=Path, default=Path("fuzzing-finds"), help="the folder for what is found")
    options, more = parser.parse_known_args()
    options.finds.mkdir(parents=True, exist_ok=True)
    begin, seeds_of, words = TARGETS[options.target]
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix=f"guided-{options.target}-", dir=memory))
    child = os.fork()  # libFuzzer ends the process itself
    if child:
        _, status = os.waitpid(child, 0)
        shutil.rmtree(folder)
        sys.exit(os.waitstatus_to_exitcode(status))
    corpus, work = folder / "corpus", folder / "work"
    corpus.mkdir()
    work.mkdir()
    for number, seed in enumerate(seeds_of(work)):
        if len(seed) <= _MOST_BYTES:
            (corpus / str(number)).write_bytes(seed)
    dictionary = folder / "words"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words if len(word) < 64), encoding="ascii")
    execute = begin(work)

    def one_input(data: bytes) -> None:
        with deep_recursion():
            execute(data)

    told = [
        *(sys.argv[0], str(corpus), f"-dict={dictionary}", f"-seed={options.seed}", f"-max_len={_MOST_BYTES}"),
        *(f"-max_total_time={options.seconds}", "-timeout=60", "-print_final_stats=1", "-rss_limit_mb=4096"),
        *(f"-artifact_prefix={options.finds}/guided-{options.target}-", *more),
    ]
    atheris.Setup(told, one_input)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
