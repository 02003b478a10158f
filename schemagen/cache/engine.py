"""This module knows how to name the engine that makes outputs: ourselves, and what we lean on."""

from __future__ import annotations

import contextlib
import os
import sys
import unicodedata
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from schemagen import __version__
from schemagen.cache.digests import sha256_fields

# What reads schemas, parses templates, and decides whether an example is valid.
_LEANS_ON = ("jiter", "jsonschema-rs", "pystache", "pyyaml")
_INFO = ".dist-info"
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
    fields += [f"{name} {version}" for name, version in _versions().items()]
    for path in _sources(_FOLDER):
        with open(os.path.join(_FOLDER, path), "rb") as file:
            fields += (path, file.read())
    return sha256_fields(fields)


def _versions() -> dict[str, str]:
    """The versions of what we lean on: by the names of the folders that say so, which is ten times as fast as to have
    them read."""
    found: dict[str, str] = {}
    for folder in sys.path:
        with contextlib.suppress(OSError):  # of what is no folder there are many
            for name in os.listdir(folder or "."):
                if name.endswith(_INFO):
                    package, _, said = name.removesuffix(_INFO).partition("-")
                    found.setdefault(package.lower().replace("_", "-"), said)
    return {name: found.get(name) or _asked(name) for name in _LEANS_ON}


def _asked(name: str) -> str:
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
