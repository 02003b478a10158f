"""This module knows how to tell which files of packs changed since the last build, for those who ask why."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from schemagen.packs import Pack
from schemagen.plan import Task


class PackFiles:
    """The files of ``packs``. ``before`` are their digests, by path, in the last build; empty where nobody knows."""

    def __init__(self, packs: Sequence[Pack], before: Mapping[str, str]) -> None:
        self._packs = packs
        self.before = before
        # By the pack of a task for the project, or no name, and the numbers of its outputs.
        self._changed: dict[tuple[str, tuple[int, ...]], Sequence[str] | None] = {}

    @cached_property
    def now(self) -> dict[str, str]:
        """The digests of the files, by path; not of packs that come with schemagen, or lie elsewhere outside of the
        project, because what is recorded may be taken to another machine."""
        return {
            file: pack.files[file]
            for pack in self._packs
            for output in (*pack.outputs, *pack.project_outputs)
            for file in output.files
            if pack.files.get(file) and not os.path.isabs(file)
        }

    def changed(self, task: Task, paths: Collection[str]) -> Sequence[str] | None:
        """What is to be said of each file that changed and that the outputs of ``task`` at ``paths`` are made from;
        None where that is not known."""
        if not self.before:
            return None
        # Most often it is the same outputs, by number, of all schemas that are stale.
        pack = task.name if task.is_for_project else ""
        which = pack, tuple([number for number, output in enumerate(task.outputs) if output.path in paths])
        if which not in self._changed:
            self._changed[which] = self._changed_among(*which)
        return self._changed[which]

    def _changed_among(self, name: str, numbers: Collection[int]) -> Sequence[str] | None:
        """The same, of the outputs with these ``numbers`` that a task has: that for the project of the pack ``name``,
        or that of any schema where there is no name."""
        if name:
            outputs = [output for pack in self._packs if pack.name == name for output in pack.project_outputs]
        else:
            outputs = [output for pack in self._packs for output in pack.outputs]
        files = dict.fromkeys([file for number in numbers for file in outputs[number].files])
        if any(map(os.path.isabs, files)):
            return None
        return [self._said[file] for file in files if file in self._said]

    @cached_property
    def _said(self) -> dict[str, str]:
        """What is to be said of each file that changed, by path."""
        before = self.before
        return {
            file: f"{file} changed ({before[file][:8]} -> {digest[:8]})" if file in before else f"{file} is new"
            for file, digest in self.now.items()
            if digest != before.get(file)
        }
