"""This module knows how to say what the cache on this machine holds, to check it, and to make room in it."""

from __future__ import annotations

import os
import sys

from schemagen.cache.folder import FolderStore, Unusable
from schemagen.cache.objects import shown
from schemagen.cache.pruning import prune, sizes, verify
from schemagen.cache.settings import Settings, settings_of
from schemagen.config import Config
from schemagen.errors import ConfigError, Location

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def cache_info(config: Config) -> int:
    """Say where outputs are kept, how much that is, and how much it may be."""
    settings = settings_of(config, os.environ)
    if settings is None:
        print("there is no cache: an option, the environment or pyproject.toml says so")
        return 0
    if settings.url:
        print(f"beyond this machine: {shown(settings.url)}{', only to be read' if settings.is_read_only else ''}")
        print(f"    {'signed with SCHEMAGEN_CACHE_KEY' if settings.secret else 'not signed'}")
    store = _opened(settings)
    print(f"folder: {settings.folder or 'none: no home folder is known'}")
    if store is not None:
        found = sizes(store)
        print(f"    {found.outputs} outputs in {found.groups} groups, {said(found.size_bytes)}")
        if found.quarantined:
            print(f"    {found.quarantined} files in quarantine: they were damaged")
    print(f"    limit {said(settings.limit)}")
    return 0


def verify_cache(config: Config) -> int:
    """Read all that is kept in the folder; 1 if something is damaged, which is in quarantine then."""
    store = _opened(_settings(config))
    damaged = 0
    for group, path in verify(store) if store is not None else ():
        damaged += 1
        sys.stderr.write(f"{group}:1:1: damaged: {path or 'its mapping'}\n")
    found = sizes(store) if store is not None else None
    print(f"{found.outputs if found else 0} outputs are as they were kept, {damaged} damaged")
    return int(damaged > 0)


def prune_cache(config: Config, size: int | None) -> int:
    """Let go of what is too much for ``size``, or for the limit where that is None."""
    settings = _settings(config)
    store = _opened(settings)
    limit = settings.limit if size is None else size
    went = 0
    if store is not None:
        try:
            went = prune(store, limit, is_asked=True)
        except OSError as error:
            raise ConfigError(f"cannot be pruned: {error.strerror}", Location(store.root), "SG056") from None
    print(f"{said(went)} went")
    return 0


def said(size: int) -> str:
    """``size`` bytes for a person."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{size} bytes"


def _settings(config: Config) -> Settings:
    settings = settings_of(config, os.environ)
    if settings is None:
        raise ConfigError(
            "there is no cache: an option, the environment or pyproject.toml says so", Location("cache"), "SG056"
        )
    return settings


def _opened(settings: Settings) -> FolderStore | None:
    """The folder's store, None where there is no such folder; raises ConfigError where it is not to be used."""
    if not settings.folder or not os.path.lexists(settings.folder):
        return None
    store = FolderStore(settings.folder, b"" if settings.is_own else settings.secret)
    try:
        return store if store.open() else None
    except (Unusable, OSError) as error:
        why = error.why if isinstance(error, Unusable) else error.strerror
        raise ConfigError(f"the cache is not used: {why}", Location(settings.folder), "SG056") from None
