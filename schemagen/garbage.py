"""This module knows when garbage is collected: seldom, and not where there is none."""

from __future__ import annotations

import atexit
import contextlib
import gc
from collections.abc import Iterator

_THRESHOLDS = (10_000, 20, 20)


def collect_seldom() -> None:
    """Look for garbage less often, from now on: imports make none, and to look again and again takes a tenth of their
    time."""
    gc.set_threshold(*_THRESHOLDS)


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Collect no garbage while tasks are declared, and at the end: that is a third of the time it takes, and there is
    none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
        # The interpreter would look through all there is once more, before all of it goes.
        atexit.unregister(gc.freeze)  # a watch builds many times in one process
        atexit.register(gc.freeze)


@contextlib.contextmanager
def collecting() -> Iterator[None]:
    """Collect garbage, but seldom, and do not look again and again through what there is already, which stays until
    the end."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
    try:
        yield
    finally:
        gc.disable()
        gc.set_threshold(*before)
