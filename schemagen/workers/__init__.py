"""Worker processes: batches go to them, results come back, and no worker's end is the end of the build."""

from schemagen.workers.batches import Batch
from schemagen.workers.deadline import deadline
from schemagen.workers.engine import Engine, OnLoss, Take
from schemagen.workers.pool import Limits, Lost, WorkerPool

__all__ = [
    "Batch",
    "Engine",
    "Limits",
    "Lost",
    "OnLoss",
    "Take",
    "WorkerPool",
    "deadline",
]
