"""This module knows how to tell whether another process makes the same of the same bytes: by versions and code.

A version alone would not do: of two checkouts with one version, one may have been edited.
"""

from __future__ import annotations

import sys
from typing import Any

from schemagen import __version__
from schemagen.cache.engine import engine

# Of what is sent and what comes back, as ``sending`` and ``remote`` have it.
PROTOCOL = 1
_NAMES = {"schemagen": "schemagen", "python": "Python", "protocol": "protocol"}


def identity() -> dict[str, Any]:
    """What this process is: plain data."""
    return {
        "schemagen": __version__,
        "python": ".".join(map(str, sys.version_info[:2])),
        "protocol": PROTOCOL,
        "engine": engine(),
    }


def difference(ours: dict[str, Any], theirs: object) -> str:
    """What is not the same of ``theirs``, for a person; empty where nothing is."""
    if not isinstance(theirs, dict):
        return "does not say what it is"
    for part, name in _NAMES.items():
        if theirs.get(part) != ours[part]:
            return f"has {name} {str(theirs.get(part))[:40]}, and this is {name} {ours[part]}"
    if theirs.get("engine") != ours["engine"]:
        return f"has schemagen {ours['schemagen']} too, but other code of it, or other versions of what it leans on"
    return ""
