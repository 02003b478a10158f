"""This module knows how to tell where outputs are kept: what an option, the environment and pyproject.toml say, in this
order."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from schemagen.cache.objects import require_packages, shown
from schemagen.config import Config
from schemagen.errors import ConfigError, Location

URL, NONE, READ_ONLY, SECRET = (
    "SCHEMAGEN_CACHE",
    "SCHEMAGEN_NO_CACHE",
    "SCHEMAGEN_CACHE_READ_ONLY",
    "SCHEMAGEN_CACHE_KEY",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where outputs are kept: in the ``folder``, and beyond this machine at ``url`` (empty where they are not). The
    folder is ``own`` where it is the user's, and not one that was chosen, perhaps to be shared: then nothing is signed,
    and it is written to even if what is shared is ``read_only``. It is to have no more than ``limit`` bytes."""

    folder: str
    is_own: bool
    url: str
    is_read_only: bool
    secret: bytes
    limit: int

    @property
    def shown(self) -> str:
        """What to call the cache."""
        return shown(self.url) if self.url else self.folder


def settings_of(config: Config, environment: Mapping[str, str]) -> Settings | None:
    """Where the outputs of ``config`` are kept; None where they are not. Raises ConfigError for what is no URL, or
    where the packages that it needs are not there."""
    chosen = _chosen(config, environment)
    if chosen is False:
        return None
    is_read_only = config.cache_is_read_only or _is_on(environment, READ_ONLY)
    secret = environment.get(SECRET, "").encode(errors="surrogateescape")
    own = user_folder(environment)
    if chosen is True:
        return Settings(own, True, "", is_read_only, b"", config.cache_size)
    parts = urlsplit(chosen)
    if parts.scheme == "file":
        folder = unquote(parts.path)
        if parts.netloc not in {"", "localhost"} or not os.path.isabs(folder) or "\0" in folder:
            raise _wrong(chosen, "a folder is file:///, and its path from the root")
        return Settings(os.path.normpath(folder), False, "", is_read_only, secret, config.cache_size)
    if not parts.scheme or "://" not in chosen:
        raise _wrong(chosen, "it begins with s3://, https://, file:/// or the like")
    require_packages(chosen)
    return Settings(own, True, chosen, is_read_only, secret, config.cache_size)


def user_folder(environment: Mapping[str, str]) -> str:
    """The folder of this user's caches that is ours; empty where it is not known."""
    named = environment.get("XDG_CACHE_HOME", "")
    usual = "Library/Caches" if sys.platform == "darwin" else ".cache"
    folder = os.path.join(named or os.path.join(os.path.expanduser("~"), usual), "schemagen")
    return folder if os.path.isabs(folder) else ""


def _chosen(config: Config, environment: Mapping[str, str]) -> bool | str:
    if config.cache_asked is not None:
        return config.cache_asked
    if _is_on(environment, NONE):
        return False
    return environment.get(URL) or config.cache


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in {"", "0", "false", "no"}


def _wrong(url: str, why: str) -> ConfigError:
    return ConfigError(f"not the URL of a cache: {why}", Location(shown(url)), "SG054")
