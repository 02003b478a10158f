"""This module knows how to tell whether another process makes the same of the same bytes: by versions and code.

A version alone would not do: of two checkouts with one version, one may have been edited.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import schemagen
from schemagen import __version__
from schemagen.digest import digest_fields, digest_of

# Of what is sent and what comes back, as ``sending`` and ``remote`` have it.
PROTOCOL = 1
_PARTS = ("schemagen", "python", "protocol", "code")


def identity() -> dict[str, Any]:
    """What this process is: plain data."""
    return {
        "schemagen": __version__,
        "python": ".".join(map(str, sys.version_info[:2])),
        "protocol": PROTOCOL,
        "code": _digest_of_code(),
    }


def difference(ours: dict[str, Any], theirs: object) -> str:
    """What is not the same of ``theirs``, for a person; empty where nothing is."""
    if not isinstance(theirs, dict):
        return "does not say what it is"
    for part in _PARTS:
        if theirs.get(part) == ours[part]:
            continue
        if part == "code":
            return f"has schemagen {ours['schemagen']} too, but with other code"
        name = {"python": "Python", "protocol": "protocol"}.get(part, part)
        return f"has {name} {str(theirs.get(part))[:40]}, and this is {name} {ours[part]}"
    return ""


def _digest_of_code() -> str:
    """A digest of all modules of ours, and of what they read, as they are on the disk: some milliseconds."""
    folder = Path(schemagen.__file__).parent
    files = sorted((*folder.rglob("*.py"), *folder.rglob("*.json")))
    return digest_fields(
        [part for file in files for part in (file.relative_to(folder).as_posix(), digest_of(file.read_bytes()))]
    )
