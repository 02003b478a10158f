"""This module knows how to reach a dask cluster, and to make sure that its workers are of the kind that is needed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from schemagen.cluster.identity import difference, identity
from schemagen.cluster.remote import receive
from schemagen.cluster.scheduler import Cluster
from schemagen.errors import EngineError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

# Waited for at most: a scheduler, the first worker, a scheduler that was lost, a worker where there is none left. What
# dask is configured for counts where it is less.
MOST_SECONDS = 10.0
# Makes an error of a message and a code.
MakeError = Callable[[str, str], EngineError]


@contextlib.contextmanager
def connected(cluster: Cluster, patience: float, error: MakeError) -> Iterator[Client]:
    """A client of ``cluster``, for as long as this lasts; raises EngineError where it cannot be reached."""
    from distributed import Client

    with contextlib.ExitStack() as stack:
        local = stack.enter_context(started(cluster.workers)) if not cluster.address else None
        try:
            client = Client(
                local.scheduler_address if local is not None else cluster.address,
                timeout=patience,
                set_as_default=False,
                direct_to_workers=False,
                name="schemagen",
            )
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as problem:
            raise error(f"this scheduler cannot be reached: {line_of(problem)}", "SG063") from None
        try:
            yield client
        finally:
            with contextlib.suppress(Exception):  # it may be gone already; there is nothing more to be had from it
                client.close(timeout=2)


def agree(client: Client, setup: bytes, patience: float, error: MakeError) -> int:
    """Give the workers the setup, and make sure that they are what this process is; the threads that they have."""
    with telling(error):
        with contextlib.suppress(TimeoutError):
            client.wait_for_workers(1, timeout=patience)
        threads = client.nthreads(callback_timeout=patience)
        if not threads:
            raise error(f"this scheduler had no worker for {patience:g} seconds", "SG063")
        answers = client.run(receive, setup, on_error="return", callback_timeout=patience + MOST_SECONDS)
    ours = identity()
    for address, answer in sorted(answers.items()):
        if isinstance(answer, ImportError):
            raise error(f"the worker {address} has no such schemagen: {line_of(answer)}", "SG064")
        if isinstance(answer, Exception):
            raise error(f"the worker {address} failed: {line_of(answer)}", "SG063")
        if different := difference(ours, answer):
            raise error(f"the worker {address} {different}", "SG064")
    return sum(threads.values())


@contextlib.contextmanager
def telling(error: MakeError) -> Iterator[None]:
    """Say what went wrong where the scheduler does not answer."""
    from distributed import CancelledError

    try:
        yield
    except (OSError, TimeoutError, RuntimeError, CancelledError) as problem:
        raise error(f"this scheduler does not answer: {line_of(problem)}", "SG063") from None


@contextlib.contextmanager
def started(workers: int) -> Iterator[LocalCluster]:
    """A cluster on this machine alone, for as long as this lasts."""
    from distributed import LocalCluster

    # Without an address of their own, the HTTP servers of all of them would listen on every interface.
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        protocol="tcp",
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as cluster:
        yield cluster


@contextlib.contextmanager
def quiet_dask() -> Iterator[float]:
    """Have dask say nothing itself, and not mind batches that are large; gives how long to wait for a scheduler."""
    import dask
    import distributed  # noqa: F401  # its configuration

    # Its configuration gives several of its loggers levels and handlers of their own.
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            configured = dask.utils.parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
            yield min(MOST_SECONDS, configured)
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def line_of(error: BaseException) -> str:
    """What ``error`` says, on one line, no longer than anybody would read."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 300 else f"{text[:300]}..."
