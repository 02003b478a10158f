"""This module knows how to wait until files change and then build, for as long as nobody stops it.

The order makes it sure that no change is missed: the folders are watched first, then everything is looked at. Whatever
is saved after that look is in the next round, and if a build finds other folders to watch, or one was replaced by
another of its name, both are done again.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

from schemagen.config import Config
from schemagen.doit_plugin.showing import progress_since
from schemagen.doit_plugin.watchers import Totals
from schemagen.errors import ConfigError, Location, SchemagenError
from schemagen.unchanged import summary
from schemagen.watching.lines import Lines, saved_at
from schemagen.watching.places import concerns_a_build, folders_of
from schemagen.watching.rounds import Round, Rounds, not_started

# Changes are waited for in steps of so many milliseconds, and are a round when a step brings no more of them: what
# writes many files, as Git does, writes the next one sooner than that. It is most of the latency that is not a build.
_STEP = 15
_LONGEST_ROUND = 1600
# After so many milliseconds without any change it is sure that the folders are being watched.
_QUIET = 50

# Gives the configuration as it is now, and how many workers it asks for; raises SchemagenError.
LoadConfig = Callable[[], tuple[Config, int]]


def watch(load: LoadConfig, folder: str, key: str, *, keeps_edited: bool) -> NoReturn:
    """Build the project in the present ``folder`` whenever a file of it changes; ``key`` is as in a Snapshot.

    It ends by a signal only, as KeyboardInterrupt or SystemExit. Raises ConfigError where files cannot be watched.
    """
    _require_watchfiles()
    _Watch(load, folder, Rounds(key, keeps_edited=keeps_edited), Lines(folder, sys.stdout, sys.stderr)).run()


class _Watch:
    def __init__(self, load: LoadConfig, folder: str, rounds: Rounds, lines: Lines) -> None:
        self._load = load
        self._rounds = rounds
        self._lines = lines
        self._config = Config(folder)  # the last one that could be read
        self._looked = 0.0  # when the last build looked at everything, in seconds since the epoch

    def run(self) -> NoReturn:
        started = time.monotonic()
        done = self._build(started)
        self._lines.say_round(Round(None, done.errors, is_started=done.is_started), (), 0)
        if done.is_started:
            totals = done.totals or Totals(0, done.fresh, 0, time.monotonic() - started)
            self._lines.say(
                summary(totals.generated, totals.fresh, totals.failed, totals.seconds, totals.shared).rstrip()
            )
        says_hello = True
        while True:
            folders = folders_of(self._config, self._rounds.packs)
            for number, changed in enumerate(_changes(folders)):
                concerning = [path for path in changed if concerns_a_build(path, self._config)]
                if number == 0 or concerning:
                    self._round(concerning)
                if says_hello:
                    self._lines.say(f"watching {len(folders)} folders; Ctrl-C ends it")
                    says_hello = False
                # A folder that came or went may be another by now, of which nothing is told until it is watched.
                if not folders.isdisjoint(concerning):
                    break
                if concerning and folders_of(self._config, self._rounds.packs) != folders:
                    break

    def _round(self, changed: list[str]) -> None:
        now = time.time()
        since = saved_at(changed, self._looked)
        self._lines.say_round(self._build(), changed, now if since is None else since)
        gc.collect()  # a build leaves that to its end, which here never comes

    def _build(self, started: float | None = None) -> Round:
        """Build, and show how it gets on if it began at ``started`` and may take long."""
        self._looked = time.time()
        try:
            self._config, workers = self._load()
        except SchemagenError as problem:
            return not_started([problem])
        return self._rounds.build(self._config, workers, () if started is None else [progress_since(started)])


def _require_watchfiles() -> None:
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        message = "watch needs watchfiles: pip install 'schemagen[watch]'"
        raise ConfigError(message, Location("watch"), "SG050") from None


def _changes(folders: frozenset[str]) -> Iterator[set[str]]:
    """The absolute paths of what changed in ``folders``, again and again; an empty set where nothing did for a while.

    It ends where one of them is gone already.
    """
    import watchfiles

    try:
        for changes in watchfiles.watch(
            *sorted(folders),
            watch_filter=None,
            debounce=_LONGEST_ROUND,
            step=_STEP,
            rust_timeout=_QUIET,
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        ):
            yield {path for _, path in changes}
    except FileNotFoundError:
        return
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"cannot watch: {error}", Location("watch"), "SG051") from None
