"""This module knows how to tell which scheduler a build is to use, and whether it may, before anything is sent."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from schemagen.config import Config, place_of_key
from schemagen.errors import ConfigError, Location

VARIABLE = "DASK_SCHEDULER_ADDRESS"
_ENCRYPTED = {"tls", "wss"}
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster to use: that of the scheduler at ``address``; or, where that is empty, one of ``workers`` processes on
    this machine that is started for the build."""

    address: str
    workers: int = 0


def require_dask() -> None:
    """Raise ConfigError where dask's distributed is not installed."""
    if find_spec("distributed") is None:
        message = "--engine dask needs dask's distributed: pip install 'schemagen[dask]'"
        raise ConfigError(message, Location("schemagen"), "SG060")


def choose_cluster(config: Config, environ: Mapping[str, str] = os.environ) -> Cluster:
    """The cluster that ``config`` names, or else the environment; raises ConfigError where there is none, or where it
    must not be used."""
    require_dask()
    if config.local_cluster:
        return Cluster("", config.workers or os.cpu_count() or 1)
    address = config.scheduler
    if not address and config.scheduler_file:
        address = _address_in(config)
    address = address or environ.get(VARIABLE, "")
    if not address:
        message = f"--engine dask needs a scheduler: --scheduler, --scheduler-file, {VARIABLE}, or --local"
        raise ConfigError(message, place_of_key(config, "engine"), "SG061")
    return Cluster(_checked(address, config))


def _address_in(config: Config) -> str:
    """The address in the scheduler's file, which dask-scheduler --scheduler-file has written."""
    file = config.scheduler_file
    try:
        with Path(config.root, file).open("rb") as stream:
            data = json.loads(stream.read(_MOST_BYTES))
        address = data["address"]
    except OSError as error:
        raise ConfigError(f"cannot read this scheduler file: {error.strerror}", Location(file), "SG061") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        address = None
    if not isinstance(address, str) or not address:
        raise ConfigError("it is no scheduler file: it has no address", Location(file), "SG061")
    return address


def _checked(address: str, config: Config) -> str:
    """``address`` with its protocol, if it may be used."""
    full = address if "://" in address else f"tcp://{address}"
    try:
        parts = urlsplit(full)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or not port or not full.isprintable():
        raise ConfigError("it is no address of a scheduler, such as tls://host:8786", Location(address), "SG061")
    if parts.scheme in _ENCRYPTED or config.allow_insecure or _is_loopback(host):
        return full
    message = (
        f"it is not on this machine, and {parts.scheme}:// is neither encrypted nor authenticated: "
        "use tls://, or set allow_insecure = true"
    )
    raise ConfigError(message, Location(full), "SG062")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
