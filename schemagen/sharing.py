"""This module knows how to spare a build what was made before: in another checkout, on another branch, or elsewhere.

What is found is written, moved into place and recorded just as what is generated. What is generated is kept when all is
over, read again from where it is: no worker has anything to do with it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from schemagen.digest import digest_of
from schemagen.made import Made
from schemagen.plan import Task
from schemagen.session import Session

if TYPE_CHECKING:
    from schemagen.cache.stores import Cache

# Of tasks with larger outputs nothing is kept: they are not to be held in memory.
_MOST_BYTES = 16 << 20
# So many tasks are taken at once.
_AT_ONCE = 100


class Sharing:
    """What one session finds and keeps. Where it ``renews`` nothing is found: all is generated, and compared with what
    is kept. In a process that it was sent to it does nothing but generate."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._is_here = True
        self._has_brought = False
        self._lock = threading.Lock()
        self.renews = False

    def __getstate__(self) -> dict[str, Any]:
        return {"session": self.session, "_is_here": False, "renews": True, "_has_brought": True}

    @cached_property
    def _cache(self) -> Cache | None:
        from schemagen.cache.settings import settings_of

        session = self.session
        settings = settings_of(session.config, os.environ) if self._is_here and session.state is not None else None
        if settings is None:
            return None
        from schemagen.cache.keys import Keys
        from schemagen.cache.stores import Cache

        config = session.config
        keys = Keys(config.root, config.output, session.project, session.formatting.covers)
        return Cache(settings, keys, session.warn)

    def begin(self) -> None:
        """Begin what takes time; see ``Cache``."""
        if self._cache is not None:
            self._cache.begin()

    def make(self, task: Task, wanted: Collection[str]) -> Made:
        """The ``wanted`` outputs of the task of a schema, found or generated, in temporary files beside them."""
        if not self._is_here:
            return self.session.make_for(task, wanted)
        with self._lock:
            if not self._has_brought:
                self._bring(task for task in self.session.tasks() if self._is_changed(task))
            found = self._found(task, wanted)
        return self.session.make_for(task, wanted) if found is None else found

    def find(self, wanted: Sequence[tuple[Task, Collection[str]]]) -> Iterator[list[Made | None]]:
        """What is found of tasks, some at a time, in their order: all the outputs that are wanted of each, or None."""
        if self._cache is None or self.renews:
            return
        self._bring(task for task, _ in wanted)
        for at in range(0, len(wanted), _AT_ONCE):
            yield [self._found(task, paths) for task, paths in wanted[at : at + _AT_ONCE]]

    def _bring(self, wanted: Iterable[Task]) -> None:
        self._has_brought = True
        if self._cache is not None and not self.renews:
            self._cache.bring(wanted, self._everything())

    def _is_changed(self, task: Task) -> bool:
        recorded = self.session.facts(task).get("outputs", {})
        return any(recorded.get(output.path, ("",))[0] != output.key for output in task.outputs)

    def _found(self, task: Task, wanted: Collection[str]) -> Made | None:
        cache = self._cache
        outputs = None if cache is None or self.renews else cache.find(task, wanted)
        return None if outputs is None else self.session.take(task, outputs)

    def keep(self) -> None:
        """Keep what was made."""
        made = self.session.made
        if made and self._cache is not None:
            self._cache.keep([self.session.project.tasks[name] for name in made], self._everything(), self._bytes_of)

    def close(self) -> None:
        """End what was begun."""
        if "_cache" in self.__dict__ and self._cache is not None:
            self._cache.close()

    def _everything(self) -> list[Task]:
        """All tasks; none where only what changed is known: a few that changed are generated faster than asked for."""
        return [] if self.session.changes is not None else self.session.tasks()

    def _bytes_of(self, task: Task) -> list[bytes] | None:
        """The bytes of the outputs of ``task``, as they are recorded with the keys that they have now."""
        digests = self.session.settled(task)
        if digests is None:
            return None
        datas: list[bytes] = []
        for number, output in enumerate(task.outputs):
            data = self.session.bytes_of(output.path, _MOST_BYTES)
            if data is None or digest_of(data) != digests[number * 16 : number * 16 + 16].hex():
                return None
            datas.append(data)
        return datas
