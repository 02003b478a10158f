"""This module knows how to name the engine that makes outputs: ourselves, and what we lean on."""

from __future__ import annotations

import os
import sys
import unicodedata
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from schemagen import __version__
from schemagen.cache.digests import sha256_fields

# What reads schemas, parses templates, and decides whether an example is valid.
_LEANS_ON = ("jiter", "jsonschema-rs", "pystache", "PyYAML")
_SOURCES = (".py", ".json")
_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@lru_cache(maxsize=1)
def engine() -> str:
    """A digest of all that is neither schema nor pack and that the bytes of outputs may depend on.

    Of ourselves that is the source and not just the version: who works on schemagen has one version and many engines,
    and the cache is shared by all of them.
    """
    fields: list[bytes | str] = [
        __version__,
        f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}",
        unicodedata.unidata_version,  # which identifiers there are
    ]
    fields += [f"{name} {_version_of(name)}" for name in _LEANS_ON]
    for path in _sources(_FOLDER):
        with open(os.path.join(_FOLDER, path), "rb") as file:
            fields += (path, file.read())
    return sha256_fields(fields)


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _sources(folder: str) -> list[str]:
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in {"__pycache__", "templates"}]  # packs are no engine
        found += [os.path.join(parent, name) for name in names if name.endswith(_SOURCES)]
    return sorted(os.path.relpath(path, folder) for path in found)
