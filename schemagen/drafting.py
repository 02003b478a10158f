"""This module knows how to write what is rendered of a task to temporary files beside its outputs, in any process."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from schemagen.config import Config
from schemagen.errors import Location, SchemagenError
from schemagen.formatting import Formatted, Formatting
from schemagen.generate import Rendered
from schemagen.made import Draft, Made
from schemagen.plan import Task
from schemagen.writing import OutputFolder, discard


class Drafts:
    """Writes outputs of the project that ``config`` is of to temporary files; nothing else is changed."""

    def __init__(self, config: Config, formatting: Formatting) -> None:
        self._root = Path(config.root)
        self._folder = OutputFolder(self._root, config.output)
        self._formatting = formatting

    def write_finished(self, task: Task, data: Mapping[str, bytes]) -> Made:
        """Write outputs of ``task`` that are as they should be, by path, to temporary files beside them."""
        written: dict[str, tuple[str, str]] = {}
        with self._rim(task, written) as problems:
            for path, each in data.items():
                written[path] = self._folder.write_beside(path, [each])
        return Made({}, problems[0]) if problems else Made(written)

    def write(
        self, task: Task, stale: Collection[str], render: Callable[[Collection[str]], Iterable[Rendered]]
    ) -> Made:
        """Write the stale outputs of ``task`` to temporary files beside them. ``render`` gives the bytes of those whose
        paths below the output folder are wanted."""
        draft = self.draft(task, stale, render)
        return self.finish(draft, self._formatting.format_all(draft.raw))

    def draft(
        self, task: Task, stale: Collection[str], render: Callable[[Collection[str]], Iterable[Rendered]]
    ) -> Draft:
        """The same, but leave to the caller what is to be formatted first."""
        written: dict[str, tuple[str, str]] = {}
        raw: dict[str, bytes] = {}
        wanted = {output.below: output.path for output in task.outputs if output.path in stale}
        with self._rim(task, written) as problems:
            for below, pieces in render(wanted):
                path = wanted[below]
                if self._formatting.covers(below):
                    self._folder.make(path)
                    raw[path] = b"".join(pieces)
                else:
                    written[path] = self._folder.write_beside(path, pieces)
        return Draft(task, {}, problem=problems[0]) if problems else Draft(task, written, raw)

    def finish(self, draft: Draft, formatted: Formatted) -> Made:
        """Write what was formatted to temporary files too."""
        written = draft.written
        with self._rim(draft.task, written) as problems:
            if draft.problem is not None:
                raise draft.problem
            for path in draft.raw:
                data = formatted[path]
                if isinstance(data, SchemagenError):
                    raise data
                written[path] = self._folder.write_beside(path, [data])
        if problems:
            return Made({}, problems[0])
        return Made(written, None, draft.summary, draft.seconds)

    @contextlib.contextmanager
    def _rim(self, task: Task, written: dict[str, tuple[str, str]]) -> Iterator[list[SchemagenError]]:
        """Keep what goes wrong with ``task`` from the others, and leave nothing of what was ``written`` then; gives the
        list that the problem will be in."""
        problems: list[SchemagenError] = []
        try:
            yield problems
        except SchemagenError as problem:
            problems.append(problem)
        except Exception as fault:  # noqa: BLE001  # the rim of a worker: a fault of ours must not stop the others
            problems.append(_internal(task, fault))
        if problems:
            self.discard(written)
            written.clear()

    def discard(self, written: Mapping[str, tuple[str, str]]) -> None:
        for path, (_, temp) in written.items():
            if temp:
                discard(self._root, path, temp)


def _internal(task: Task, fault: Exception) -> SchemagenError:
    at = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{Path(at.filename).name}:{at.lineno}"
    message = f"a fault in schemagen, please report it: {type(fault).__name__} in {where}: {fault}"
    return SchemagenError(message, Location(task.schema), "SG900")
