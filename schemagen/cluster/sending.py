"""This module knows how to make bytes of batches for the workers of a cluster, and how to take over what comes back.

What is sent holds all that it takes to make the outputs, so that no worker needs the project's files. What comes back
is believed as far as it can be checked: each output that was asked for is there, no other, and with its digest. See
``remote`` for the frames.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemagen.cluster.frames import framed, unframed
from schemagen.cluster.identity import identity
from schemagen.cluster.remote import MOST_OUTPUT_BYTES
from schemagen.digest import digest_of
from schemagen.errors import Location, OutputError, SchemagenError
from schemagen.generate import Rendered
from schemagen.jsontext import dumps
from schemagen.made import Draft, Made
from schemagen.model import Resolution, Schema
from schemagen.overview import NO_SUMMARY, Summary, summarise
from schemagen.packs.carrying import plain_of
from schemagen.plan import Task
from schemagen.session import Session
from schemagen.together import Item, finish_all, wanted_of

# Schemas that several tasks reach are sent once to each worker, the most used first, up to so many bytes of them.
MOST_SHARED_BYTES = 32 << 20
_MOST_MESSAGE = 2000


class Refused(Exception):  # noqa: N818  # a worker does not make a batch: it may still be made
    """A worker made nothing of a batch; ``why`` is in the worker's words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Parcel(NamedTuple):
    """A batch as it is sent: ``frame`` has ``items``; the others have ``failed``, with what is to be said of them."""

    frame: bytes
    items: tuple[Item, ...]
    failed: tuple[tuple[Item, Made], ...]


class Answer(NamedTuple):
    """What was ``made`` of the items of a batch, in order, and what ``worker`` made it."""

    made: list[Made]
    worker: str


class _Told(NamedTuple):
    """What a worker says of one task: its outputs, by path below the output folder, or what went wrong."""

    outputs: Mapping[str, bytes]
    seconds: float = 0.0
    problem: SchemagenError | None = None


class Sending:
    """What is sent and what comes back in one build; ``tasks`` are those that will be made, as far as they are known:
    what many of them need is put into the ``setup``, which goes to each worker once."""

    def __init__(self, session: Session, tasks: Iterable[Task]) -> None:
        self._session = session
        self._identity = identity()
        self._summaries: dict[str, Summary] = {}
        self._shared: dict[str, int] = {}
        self.setup = self._make_setup(tasks)
        self._digest = digest_of(self.setup)

    def _make_setup(self, tasks: Iterable[Task]) -> bytes:
        uses = Counter(path for task in tasks if task.problem is None for path in task.links.inputs)
        documents: list[tuple[str, str]] = []
        blobs: list[bytes] = []
        room = MOST_SHARED_BYTES
        for path, count in uses.most_common():
            if count == 1:
                break
            try:
                schema = self._session.project.schema_at(path)
            except (SchemagenError, KeyError):
                continue  # it is not at hand, or not good: whoever needs it will say so
            if len(schema.data) <= room:
                room -= len(schema.data)
                self._shared[path] = -len(documents) - 1
                documents.append((path, schema.draft))
                blobs.append(schema.data)
        packs = [plain_of(pack) for pack in self._session.project.packs]
        return framed({"identity": self._identity, "packs": packs, "documents": documents}, blobs)

    # -- what is sent

    def parcel(self, items: Sequence[Item]) -> Parcel:
        """``items`` as they are sent."""
        documents: dict[str, tuple[int, str, bytes]] = {}
        tasks, sent, failed = [], [], []
        for item in items:
            try:
                tasks.append(self._task(item, documents))
                sent.append(item)
            except SchemagenError as problem:
                failed.append((item, Made({}, problem)))
        data = {
            "identity": self._identity,
            "setup": self._digest,
            "seconds": self._session.config.timeout,
            "documents": [[path, draft] for path, (_, draft, _) in documents.items()],
            "tasks": tasks,
        }
        frame = framed(data, [blob for _, _, blob in documents.values()])
        return Parcel(frame, tuple(sent), tuple(failed))

    def _task(self, item: Item, documents: dict[str, tuple[int, str, bytes]]) -> dict[str, Any]:
        """One task as it is sent; what it reaches is added to ``documents`` if no worker has it. Raises SchemaError."""
        name = item[0]
        schema, resolution = self._session.project.resolved(name)
        self._summaries[name] = summarise(schema)
        blobs = {path: self._blob(schema, path, resolution) for path in resolution.documents if path not in documents}
        numbers = {path: number for number, path in enumerate(resolution.documents)}
        for path, blob in blobs.items():
            if path not in self._shared:
                documents[path] = (len(documents), resolution.documents[path][0], blob)
        return {
            "name": name,
            "documents": [self._shared.get(path) or documents[path][0] for path in numbers],
            "files": resolution.files,
            "opaque": resolution.opaque,
            "names": dict(resolution.names),
            "targets": [
                [
                    numbers[path],
                    pointer,
                    keyword,
                    target.path if target.is_opaque else numbers[target.path],
                    target.pointer,
                ]
                for (path, pointer, keyword), target in resolution.targets.items()
            ],
            "wanted": list(self._wanted(item)),
        }

    def _blob(self, schema: Schema, path: str, resolution: Resolution) -> bytes:
        """The document at ``path`` as JSON text."""
        if path == schema.path:
            return schema.data
        if path in self._shared:
            return b""
        if path in resolution.files:
            return self._session.project.schema_at(path).data
        return dumps(resolution.documents[path][1]).encode()  # a metaschema

    def _wanted(self, item: Item) -> dict[str, str]:
        """The paths of the outputs that are to be made, by their paths below the output folder."""
        name, wanted = item
        paths = set(wanted_of(self._session, name, wanted))
        return {each.below: each.path for each in self._session.project.tasks[name].outputs if each.path in paths}

    # -- what comes back

    def answer(self, items: Sequence[Item], frame: object) -> Answer:
        """What was made of ``items``, in temporary files beside the outputs; raises Refused where nothing was."""
        told, worker = self._told(items, frame)
        drafts = [self._draft(item, each) for item, each in zip(items, told, strict=True)]
        return Answer(finish_all(self._session, drafts), worker)

    def _told(self, items: Sequence[Item], frame: object) -> tuple[list[_Told], str]:
        try:
            data, blobs = unframed(frame)  # type: ignore[arg-type]  # it may be anything, and is looked at
            refused, tasks, worker = data["refused"], data["tasks"], str(data["worker"])[:100]
            if refused:
                raise Refused(str(refused)[:_MOST_MESSAGE])
            if len(tasks) != len(items):
                raise ValueError(f"it tells of {len(tasks)} schemas and not of {len(items)}")
        except (ValueError, KeyError, TypeError) as error:
            return [self._wrong(item, f"a result that is none: {error}") for item in items], ""
        waiting = iter(blobs)
        return [self._checked(item, told, waiting) for item, told in zip(items, tasks, strict=True)], worker

    def _checked(self, item: Item, told: Any, blobs: Iterator[bytes]) -> _Told:
        """What is told of ``item``, whose outputs are the next of ``blobs``."""
        try:
            seconds = max(0.0, float(told["seconds"]))
            listed = [(str(below), str(digest)) for below, digest in told["outputs"]]
            outputs = {below: next(blobs, b"") for below, _ in listed}
            if told["problem"] is not None:
                code, message, path, line, column, pointer = told["problem"]
                place = Location(str(path), int(line), int(column), str(pointer))
                return _Told({}, seconds, SchemagenError(str(message)[:_MOST_MESSAGE], place, str(code)[:10]))
        except (ValueError, KeyError, TypeError) as error:
            return self._wrong(item, f"a result that is none: {error}")
        wanted = self._wanted(item)
        if outputs.keys() != wanted.keys():
            odd = min(outputs.keys() ^ wanted.keys())
            what = "was not asked for" if odd in outputs else "is missing"
            return self._wrong(item, f"a result in which {odd} {what}")
        for below, digest in listed:
            if len(outputs[below]) > MOST_OUTPUT_BYTES:
                return self._wrong(item, f"a result in which {below} has more than {MOST_OUTPUT_BYTES} bytes")
            if digest_of(outputs[below]) != digest:
                return self._wrong(item, f"a result in which {below} has not the bytes that it says")
        return _Told(outputs, seconds)

    def _wrong(self, item: Item, what: str) -> _Told:
        schema = self._session.project.tasks[item[0]].schema
        return _Told({}, 0.0, OutputError(f"a worker of the cluster gave {what}", Location(schema), "SG510"))

    def _draft(self, item: Item, told: _Told) -> Draft:
        name = item[0]
        task = self._session.project.tasks[name]
        if told.problem is not None:
            return Draft(task, {}, problem=told.problem)
        wanted = self._wanted(item)

        def render(belows: Iterable[str]) -> Iterator[Rendered]:
            return ((below, [told.outputs[below]]) for below in belows)

        draft = self._session.drafts.draft(task, wanted.values(), render)
        return draft._replace(summary=self._summaries.pop(name, NO_SUMMARY), seconds=told.seconds)
