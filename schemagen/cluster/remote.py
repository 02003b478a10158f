"""This module knows how to make batches on a worker of a cluster: bytes in, bytes out, and nothing of the disk.

A worker is given a *setup*, once: the packs, and the schemas that many others refer to. A batch names the setup by its
digest; a worker that does not have it, because it joined late, says so and is sent the batch again with it.

Frames (see ``frames``), as ``sending`` makes and reads them::

    setup   data {"identity", "packs": [pack as in packs.carrying], "documents": [[path, draft]]}, a blob each document
    batch   data {"identity", "setup": digest, "seconds", "documents": [[path, draft]], "tasks": [task]}, blobs likewise
    task    {"name", "documents": [number], "files": [path], "opaque": [uri], "names": {path: name},
             "targets": [[number of a document, pointer, keyword, number or URI, pointer]], "wanted": [path]}
    result  data {"refused": why, "worker", "tasks": [told]}, a blob for each output
    told    {"seconds", "problem": null or [code, message, path, line, column, pointer], "outputs": [[path, digest]]}

A document's number counts those of the batch from 0 up, and those of the setup from -1 down; its blob is JSON. A task's
own schema is the first of its documents.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from schemagen.cluster.frames import framed, unframed
from schemagen.cluster.identity import difference, identity
from schemagen.cluster.overtime import Overtime, Watch
from schemagen.digest import digest_of
from schemagen.errors import Location, OutputError, SchemaError, SchemagenError
from schemagen.generate import prepare, render_outputs
from schemagen.jsontext import parse
from schemagen.model import Draft, JsonValue, Resolution, Schema, Target
from schemagen.packs import Pack
from schemagen.packs.carrying import pack_from
from schemagen.recursion import RECURSION_LIMIT

# An output is held in memory by a worker, by the scheduler perhaps, and by the parent: a larger one is for a local
# build, which writes it as it comes.
MOST_OUTPUT_BYTES = 256 << 20
# Why a batch is refused that the worker could make if it had the setup.
NO_SETUP = "no setup"
_MOST_SETUPS = 4


def receive(setup: bytes) -> dict[str, Any]:
    """Keep ``setup``, and say what this worker is."""
    _kept.add(setup)
    return _identity()


def make_batch(batch: bytes, setup: bytes | None = None) -> bytes:
    """Make what ``batch`` asks for; ``setup`` is the one that it names, if the worker may not have it."""
    data, blobs = unframed(batch)
    different = difference(_identity(), data["identity"])
    if different:
        return framed({"refused": f"its worker {different}", "tasks": [], "worker": ""})
    if setup is not None:
        _kept.add(setup)
    kept = _kept.get(data["setup"])
    if kept is None:
        return framed({"refused": NO_SETUP, "tasks": [], "worker": ""})
    # Never set back: other threads may be deep in something of ours.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))
    making = _Making(kept, data, blobs)
    with Watch(data["seconds"]).running() as watch:
        made = [making.make(task, watch) for task in data["tasks"]]
    outputs = [blob for _, blobs in made for blob in blobs]
    return framed({"refused": "", "tasks": [told for told, _ in made], "worker": _place()}, outputs)


@lru_cache(maxsize=1)
def _identity() -> dict[str, Any]:
    return identity()


def _place() -> str:
    """What tells this thread from others, as well as a profile needs it."""
    return f"{os.getpid()}-{threading.get_ident()}"


class _Setup:
    """What a worker was given once; parsed and compiled when it is first used."""

    def __init__(self, frame: bytes) -> None:
        self._data, self._blobs = unframed(frame)
        self._lock = threading.Lock()
        self._documents: dict[int, tuple[Draft, JsonValue]] = {}

    @cached_property
    def _prepared(self) -> tuple[Pack, ...]:
        packs = tuple(map(pack_from, self._data["packs"]))
        prepare(packs)
        return packs

    @property
    def packs(self) -> tuple[Pack, ...]:
        with self._lock:  # a template that two threads compile at once is wrong in one of them
            return self._prepared

    def path(self, number: int) -> str:
        return str(self._data["documents"][number][0])

    def document(self, number: int) -> tuple[Draft, JsonValue]:
        """The draft and the content of the document ``number``, from 0 up; nobody changes what is parsed."""
        found = self._documents.get(number)
        if found is None:
            path, draft = self._data["documents"][number]
            found = self._documents[number] = Draft(draft), parse(self._blobs[number], path)
        return found

    def blob(self, number: int) -> bytes:
        return self._blobs[number]


class _Kept:
    """The setups of this process, the last few by their digests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._setups: OrderedDict[str, _Setup] = OrderedDict()

    def add(self, frame: bytes) -> None:
        digest = digest_of(frame)
        with self._lock:
            if digest not in self._setups:
                self._setups[digest] = _Setup(frame)
            self._setups.move_to_end(digest)
            while len(self._setups) > _MOST_SETUPS:
                self._setups.popitem(last=False)

    def get(self, digest: str) -> _Setup | None:
        with self._lock:
            return self._setups.get(digest)


# What one call leaves for the next in a worker of a cluster has no other place: the process is not ours.
_kept = _Kept()


class _Making:
    """The tasks of one batch."""

    def __init__(self, setup: _Setup, data: dict[str, Any], blobs: Sequence[bytes]) -> None:
        self._setup = setup
        self._documents = data["documents"]
        self._blobs = blobs

    def make(self, task: dict[str, Any], watch: Watch) -> tuple[dict[str, Any], list[bytes]]:
        """What is told of one task, and the bytes of its outputs."""
        began = time.perf_counter()
        path = self._path(task["documents"][0])
        outputs: dict[str, bytes] = {}
        problem: SchemagenError | None = None
        try:
            with watch.item():
                outputs = self._render(task)
        except SchemagenError as error:
            problem = error
        except Overtime:
            problem = SchemaError(
                f"not generated: its worker had not done it after {watch.seconds:g} seconds", Location(path), "SG500"
            )
        except Exception as fault:  # noqa: BLE001  # the rim of a worker: a fault of ours must not stop the others
            problem = _internal(path, fault)
        told = {
            "seconds": time.perf_counter() - began,
            "problem": None if problem is None else _plain_problem(problem),
            "outputs": [] if problem else [[below, digest_of(data)] for below, data in outputs.items()],
        }
        return told, [] if problem else list(outputs.values())

    def _render(self, task: dict[str, Any]) -> dict[str, bytes]:
        numbers = task["documents"]
        paths = [self._path(number) for number in numbers]
        documents = {path: self._document(number) for path, number in zip(paths, numbers, strict=True)}
        draft, content = documents[paths[0]]
        schema = Schema(task["name"], paths[0], self._blob(numbers[0]), "", draft, content)
        targets = {
            (paths[at], pointer, keyword): Target(paths[to], there)
            if isinstance(to, int)
            else Target(to, there, is_opaque=True)
            for at, pointer, keyword, to, there in task["targets"]
        }
        resolution = Resolution(
            targets, documents, tuple(task["files"]), (), tuple(task["opaque"]), names=dict(task["names"])
        )
        rendered = render_outputs(schema, resolution, self._setup.packs, task["wanted"])
        return {below: _joined(below, pieces) for below, pieces in rendered}

    def _path(self, number: int) -> str:
        return self._setup.path(-number - 1) if number < 0 else str(self._documents[number][0])

    def _blob(self, number: int) -> bytes:
        return self._setup.blob(-number - 1) if number < 0 else self._blobs[number]

    def _document(self, number: int) -> tuple[Draft, JsonValue]:
        if number < 0:
            return self._setup.document(-number - 1)
        path, draft = self._documents[number]
        return Draft(draft), parse(self._blobs[number], path)


def _joined(below: str, pieces: Any) -> bytes:
    size, parts = 0, []
    for piece in pieces:
        size += len(piece)
        if size > MOST_OUTPUT_BYTES:
            message = f"more than {MOST_OUTPUT_BYTES} bytes: too large for a cluster, build it with --engine local"
            raise OutputError(message, Location(below), "SG510")
        parts.append(piece)
    return b"".join(parts)


def _plain_problem(problem: SchemagenError) -> list[Any]:
    place = problem.location
    return [problem.code, problem.message, place.path, place.line, place.column, place.pointer]


def _internal(path: str, fault: Exception) -> SchemagenError:
    at = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{Path(at.filename).name}:{at.lineno}"
    message = f"a fault in schemagen, please report it: {type(fault).__name__} in {where}: {fault}"
    return SchemagenError(message, Location(path), "SG900")
