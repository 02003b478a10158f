"""This module knows how to say what each round of a watch was about and what became of it: a line per change."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from typing import TextIO

from schemagen.watching.rounds import Round

# So many errors are shown at once: a wrong template, or a wrong schema that others ref, is one of many schemas.
_SHOWN = 10


class Lines:
    """Says what happens in the project at ``root``: errors when they come, on ``err``, and all else on ``out``."""

    def __init__(self, root: str, out: TextIO, err: TextIO) -> None:
        self._root = root
        self._out = out
        self._err = err
        self._errors: Mapping[str, str] = {}

    def say(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()

    def say_round(self, done: Round, changed: Collection[str], since: float) -> None:
        """Say what became of a round that files at the absolute paths ``changed`` were the reason for, as far as that
        is known; they were saved at ``since`` (seconds since the epoch)."""
        came, went = self._note_errors(done)
        totals = done.totals
        if totals is not None and (totals.generated or totals.shared or came or went or done.removed):
            removed = f", {done.removed} removed" if done.removed else ""
            found = f", {totals.shared} from the cache" if totals.shared else ""
            failed = f", {totals.failed} failed" if totals.failed else ""
            milliseconds = (time.time() - since) * 1000
            label = self._label(changed or [os.path.join(self._root, path) for path in done.generated])
            self.say(f"{label}: {totals.generated} generated{found}{removed}{failed} in {milliseconds:.0f} ms")

    def _note_errors(self, done: Round) -> tuple[bool, bool]:
        """Say which errors came, and which went; returns whether any did."""
        errors = done.errors if done.is_started else {**self._errors, **done.errors}
        came = [lines for path, lines in errors.items() if lines != self._errors.get(path)]
        went = [path for path in self._errors if path not in errors]
        self._errors = errors
        for lines in came[:_SHOWN]:
            self._err.write(f"{lines}\n")
        if len(came) > _SHOWN:
            self._err.write(f"... and {len(came) - _SHOWN} more\n")
        self._err.flush()
        for path in went[:_SHOWN]:
            self.say(f"{path}: {'mended' if os.path.lexists(os.path.join(self._root, path)) else 'gone'}")
        if len(went) > _SHOWN:
            self.say(f"... and {len(went) - _SHOWN} more: mended")
        return bool(came), bool(went)

    def _label(self, changed: Collection[str]) -> str:
        """What to call what changed: the file, if it is but one that a person wrote."""
        paths = sorted(path for path in changed if not (_is_an_editors(path) or os.path.isdir(path))) or sorted(changed)
        if len(paths) != 1:
            return f"{len(paths)} files" if paths else "files that are gone"
        shown = os.path.relpath(paths[0], self._root)
        return shown if os.path.lexists(paths[0]) else f"{shown} (gone)"


def _is_an_editors(path: str) -> bool:
    name = os.path.basename(path)
    return name.startswith((".", "#")) or name.endswith(("~", ".swp", ".tmp")) or name.isdigit()


def saved_at(paths: Collection[str], earliest: float) -> float | None:
    """When the first of ``paths`` was saved, in seconds since the epoch; None where no file's time is after
    ``earliest``, such as of what is gone or was moved here."""
    times = []
    for path in paths:
        try:
            times.append(os.lstat(path).st_mtime)
        except OSError:  # it is gone
            continue
    return min((each for each in times if each >= earliest), default=None)
