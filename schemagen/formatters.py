"""This module knows how to read the command of an external formatter, and to write it out for files."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

ONE, MANY = "{path}", "{paths}"


@dataclass(frozen=True, slots=True)
class Formatter:
    """A formatter for the outputs whose paths match ``pattern``; ``words`` are its command, none where they are to be
    left as they are. It reads one output on stdin and writes it to stdout, unless it ``takes_many``: then it is given
    many files at once, which it rewrites in place."""

    pattern: str
    words: tuple[str, ...]

    @property
    def takes_many(self) -> bool:
        return MANY in self.words

    def arguments(self, paths: Sequence[str]) -> list[str]:
        """The arguments of the program for files at ``paths``, of which a formatter that takes one has one."""
        if self.takes_many:
            return [each for word in self.words[1:] for each in (paths if word == MANY else [word])]
        return [word.replace(ONE, paths[0]) for word in self.words[1:]]

    @property
    def version_arguments(self) -> list[str]:
        """The arguments that have it say its version: what comes before the first option, as in ``npx prettier``."""
        leading = []
        for word in self.words[1:]:
            if word.startswith("-") or ONE in word or MANY in word:
                break
            leading.append(word)
        return [*leading, "--version"]


def parse_formatter(pattern: str, command: str) -> Formatter:
    """The formatter that ``command`` is; raises ValueError, with what is wrong with it."""
    words = tuple(shlex.split(command))
    if words and any(mark in words[0] for mark in (ONE, MANY)):
        raise ValueError("a command begins with a program, not with a path")
    if any(MANY in word and word != MANY for word in words):
        raise ValueError(f"{MANY} stands for many files: it is a word of its own")
    if MANY in words and any(ONE in word.replace(MANY, "") for word in words):
        raise ValueError(f"{ONE}, for one file on stdin, and {MANY}, for many files at once, exclude each other")
    return Formatter(pattern, words)
