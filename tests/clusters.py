"""dask clusters for tests: a scheduler and workers, each a process of its own, on the loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import dask_worker

Client = pytest.importorskip("distributed").Client

# A machine that has better things to do may take long.
PATIENCE = 60.0


@dataclass
class Cluster:
    """A cluster that runs. ``file`` holds the address of its scheduler; ``workers`` are the nannies of its workers."""

    file: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"])

    def pids(self) -> list[int]:
        """The worker processes themselves."""
        return [pid for nanny in self.workers for pid in worker_below(nanny.pid)]


def worker_below(pid: int) -> list[int]:
    """The children of a nanny that are workers: not what Python keeps to track resources."""
    found = []
    for child in (
        child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


@contextlib.contextmanager
def running_cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A scheduler and ``workers``, whose present folder is below ``folder``, for as long as this lasts."""
    file, elsewhere = folder / "scheduler.json", folder / "elsewhere"
    elsewhere.mkdir(parents=True)
    environment = {
        **os.environ,
        "DASK_DISTRIBUTED__ADMIN__LOG_LENGTH": "0",
        "DASK_DISTRIBUTED__WORKER__LIFETIME__RESTART": "false",
    }
    processes: list[subprocess.Popen[bytes]] = []

    def start(module: str, *args: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(file), *args]
        log = (folder / f"{module}-{len(processes)}.log").open("wb")
        with log:
            processes.append(
                subprocess.Popen(
                    command, cwd=elsewhere, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        return processes[-1]

    try:
        scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        until(file.exists)
        options = ("--nthreads", "1", "--nworkers", "1", "--no-dashboard", "--host", "127.0.0.1")
        preload = ("--preload", dask_worker.__file__, "--local-directory", str(elsewhere))
        nannies = [start("dask_worker", *options, *preload) for _ in range(workers)]
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=PATIENCE)
        yield Cluster(file, scheduler, nannies)
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something ``holds`` that another process brings about."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        os.sched_yield()
