"""This module knows how to collect what becomes of futures of dask, all that have come together at once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from distributed import Client, Future


class Outcome(NamedTuple):
    """What became of the batch with a ``key``: ``kind`` is done, killed, cancelled or failed."""

    key: str
    kind: str
    value: Any


class Collector:
    """Collects the results of futures on a thread of its own, all that have come together at once."""

    def __init__(self, client: Client) -> None:
        from distributed import as_completed

        self._client = client
        self._completed = as_completed([], with_results=False, raise_errors=False, loop=client.loop)
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._has_more = threading.Event()
        self._is_over = False
        threading.Thread(target=self._run, daemon=True).start()

    def add(self, futures: Sequence[Future]) -> None:
        self._completed.update(futures)
        self._has_more.set()

    def next(self, seconds: float | None) -> Outcome | None:
        """The next outcome; None where there is none within ``seconds``."""
        with contextlib.suppress(Empty):
            return self._outcomes.get(timeout=seconds) if seconds != 0 else self._outcomes.get_nowait()
        return None

    def close(self) -> None:
        self._is_over = True
        self._completed.clear()
        self._has_more.set()

    def _run(self) -> None:
        while not self._is_over:
            self._has_more.wait()
            self._has_more.clear()
            for futures in self._completed.batches():
                for outcome in self._collect(futures):
                    self._outcomes.put(outcome)

    def _collect(self, futures: Sequence[Future]) -> Iterator[Outcome]:
        finished = [future for future in futures if future.status == "finished"]
        values = self._gathered(finished)
        for future in futures:
            key = str(future.key)
            yield values[key] if key in values else _not_finished(future)
            future.release()

    def _gathered(self, finished: Sequence[Future]) -> dict[str, Outcome]:
        if not finished:
            return {}
        try:
            values = self._client.gather(list(finished))
        except Exception:  # noqa: BLE001  # of any of them; each is asked for by itself then
            return {str(future.key): self._one(future) for future in finished}
        keys = [str(future.key) for future in finished]
        return {key: Outcome(key, "done", value) for key, value in zip(keys, values, strict=True)}

    def _one(self, future: Future) -> Outcome:
        try:
            return Outcome(str(future.key), "done", future.result())
        except Exception:  # noqa: BLE001  # whatever it is, it is told as the outcome
            return _not_finished(future)


def _not_finished(future: Future) -> Outcome:
    from distributed.scheduler import KilledWorker

    key = str(future.key)
    if future.status != "error":
        return Outcome(key, "cancelled", None)
    error = future.exception()
    if isinstance(error, KilledWorker):
        deaths = error.allowed_failures + 1
        return Outcome(key, "killed", f"{deaths} workers of the cluster that were given it died, one after the other")
    return Outcome(key, "failed", error)
