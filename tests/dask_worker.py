"""What the workers of the tests' clusters load first: they have no eyes for a project's files, and some schemas do to
them what their names say. The processes, and how they end, are real."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from schemagen import generate
from schemagen.cluster import remote
from schemagen.cluster.frames import framed, unframed
from schemagen.digest import digest_of
from schemagen.model import Schema

UNSEEN = "project-that-no-worker-sees"
make_batch, render_outputs = remote.make_batch, generate.render_outputs


def no_files_of_a_project(event: str, args: tuple[Any, ...]) -> None:
    if event in {"open", "os.listdir", "os.scandir"} and UNSEEN in str(args[0]):
        raise PermissionError(f"a worker looks at {args[0]}")


def render(schema: Schema, *args: Any) -> Any:
    if schema.name.startswith("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    if schema.name.startswith("endless"):
        while True:
            time.sleep(0.01)
    if schema.name.startswith("slow"):
        time.sleep(0.2)
    return render_outputs(schema, *args)


def with_lies(batch: bytes, setup: bytes | None = None) -> bytes:
    """The result of a batch, with what is wrong in it that the name of its first schema says."""
    names = [task["name"] for task in unframed(batch)[0]["tasks"]]
    frame = make_batch(batch, setup)
    lie = LIES.get(names[0])
    if lie is None:
        return frame
    data, blobs = unframed(frame)
    return lie(data, blobs)


def lie_undeclared(data: Any, blobs: list[bytes]) -> bytes:
    data["tasks"][0]["outputs"].append(["../../escaped.txt", digest_of(b"x")])
    return framed(data, [*blobs, b"x"])


def lie_missing(data: Any, blobs: list[bytes]) -> bytes:
    data["tasks"][0]["outputs"].pop()
    return framed(data, blobs[:-1])


def lie_digest(data: Any, blobs: list[bytes]) -> bytes:
    return framed(data, [blobs[0] + b"!", *blobs[1:]])


def lie_shape(data: Any, blobs: list[bytes]) -> bytes:
    return b"no frame at all"


def lie_count(data: Any, blobs: list[bytes]) -> bytes:
    return framed({**data, "tasks": []}, blobs)


LIES: dict[str, Callable[[Any, list[bytes]], bytes]] = {
    "undeclared": lie_undeclared,
    "missing": lie_missing,
    "digest": lie_digest,
    "shape": lie_shape,
    "count": lie_count,
}


def dask_setup(worker: Any) -> None:
    sys.addaudithook(no_files_of_a_project)
    remote.render_outputs = render  # type: ignore[assignment, attr-defined]
    with_lies.__module__, with_lies.__qualname__ = make_batch.__module__, make_batch.__qualname__
    remote.make_batch = with_lies
