"""This module knows how to read and write objects by name in whatever fsspec has a file system for.

Objects are made once and never replaced, where the file system can see to that: S3, GCS, Azure and ``memory`` do; of
others it is asked first whether there is one, and HTTP servers are told ``If-None-Match: *`` besides. No more is ever
read of an object than it may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from schemagen.errors import ConfigError, Location

CONNECT_SECONDS = 2.0
REQUEST_SECONDS = 10.0
# The packages that fsspec needs besides itself, by scheme, and what is imported of them.
DRIVERS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("s3", "s3a"), ("s3fs", "s3fs")),
    **dict.fromkeys(("gs", "gcs"), ("gcsfs", "gcsfs")),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), ("adlfs", "adlfs")),
    **dict.fromkeys(("http", "https"), ("aiohttp", "aiohttp")),
    **dict.fromkeys(("sftp", "ssh"), ("paramiko", "paramiko")),
}
_CREATES = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"}
_EXISTS, _UNMODIFIED = 409, 412


class Order(NamedTuple):
    """What is asked for: ``kind`` is get (``argument`` is the most bytes), put or replace (it is the bytes)."""

    kind: str
    name: str
    argument: Any


class Failure(NamedTuple):
    """Why something was not done."""

    why: str


class Refused(Exception):  # noqa: N818  # not for a person: a warning is made of it
    """The store did not do what it was asked to; the message says why."""


def require_packages(url: str) -> None:
    """Raise ConfigError where what the store at ``url`` needs is not installed; imports none of it."""
    from importlib.util import find_spec

    scheme = urlsplit(url).scheme
    package, module = DRIVERS.get(scheme, ("", ""))
    missing = [
        name for name, found in (("schemagen[cache]", "fsspec"), (package, module)) if found and not find_spec(found)
    ]
    if missing:
        line = " ".join(f"'{name}'" if "[" in name else name for name in missing)
        raise ConfigError(f"a cache at {scheme}:// needs more: pip install {line}", Location(shown(url)), "SG055")


def shown(url: str) -> str:
    """``url`` as it may be shown: without what only its owner should know."""
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"...@{host}" if at else host, query="", fragment="").geturl()


class ObjectStore:
    """The objects below ``url``. Imports fsspec. Its methods may be called from several threads, and raise Refused and
    whatever else a file system raises."""

    def __init__(self, url: str) -> None:
        import fsspec

        self._scheme = urlsplit(url).scheme
        self._base = url.rstrip("/")
        self._fs: Any = fsspec.filesystem(self._scheme, **_options(url))
        self._is_http = self._scheme in {"http", "https"}

    def get(self, name: str, most: int) -> bytes | None:
        """The bytes of the object ``name``, None where there is none; raises Refused if it has more than ``most``."""
        path = f"{self._base}/{name}"
        try:
            if self._is_http:
                data = self._run(self._get_http(path, most))
            else:
                data = self._fs.cat_file(path, start=0, end=most + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            if _is_empty_range(error):
                return b""
            raise
        if len(data) > most:
            raise Refused("it is too large")
        return bytes(data)

    def put(self, name: str, data: bytes) -> bool:
        """Make the object ``name``; whether it was made, which it was not if there is one."""
        path = f"{self._base}/{name}"
        if self._scheme not in _CREATES and self.get(name, len(data)) is not None:
            return False
        if self._is_http:
            return bool(self._run(self._put_http(path, data)))
        if self._scheme == "memory":
            self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        try:
            self._fs.pipe_file(path, data, **({"mode": "create"} if self._scheme in _CREATES else {}))
        except FileExistsError:
            return False
        except OSError as error:
            if _is_conflict(error):
                return False
            raise
        return True

    def replace(self, name: str, data: bytes) -> None:
        """Make the object ``name`` anew."""
        path = f"{self._base}/{name}"
        if self._is_http:
            self._run(self._put_http(path, data, replaces=True))
        else:
            self._fs.pipe_file(path, data)

    # -- HTTP, where fsspec would read whatever the server sends

    def _run(self, steps: Any) -> Any:
        from fsspec.asyn import sync

        async def done() -> Any:
            return await steps

        return sync(self._fs.loop, done)

    async def _get_http(self, url: str, most: int) -> bytes:
        session = await self._fs.set_session()
        async with session.get(url, allow_redirects=False) as response:
            if response.status in {404, 410}:
                raise FileNotFoundError(url)
            if response.status != 200:
                raise Refused(_said(response))
            pieces: list[bytes] = []
            size = 0
            async for piece in response.content.iter_chunked(1 << 16):
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise Refused("it is too large")
            return b"".join(pieces)

    async def _put_http(self, url: str, data: bytes, *, replaces: bool = False) -> bool:
        session = await self._fs.set_session()
        headers = {} if replaces else {"If-None-Match": "*"}
        async with session.put(url, data=data, headers=headers, allow_redirects=False) as response:
            if response.status in {_EXISTS, _UNMODIFIED}:
                return False
            if response.status not in {200, 201, 202, 204}:
                raise Refused(_said(response))
            return True


def _options(url: str) -> dict[str, Any]:
    scheme = urlsplit(url).scheme
    options: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    if scheme in {"s3", "s3a"}:
        limits = {"connect_timeout": CONNECT_SECONDS, "read_timeout": REQUEST_SECONDS, "retries": {"max_attempts": 1}}
        return {**options, "config_kwargs": limits}
    if scheme in {"http", "https"}:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS, sock_connect=CONNECT_SECONDS)
        return {**options, "client_kwargs": {"timeout": timeout, "auto_decompress": False}}
    return options


def _said(response: Any) -> str:
    return f"{response.status} {response.reason or ''}".strip()


def _is_conflict(error: OSError) -> bool:
    """S3's answer where somebody else makes the same object at this moment, or where there is one."""
    text = str(error)
    return any(word in text for word in ("PreconditionFailed", "ConditionalRequestConflict", "At least one of the pre"))


def _is_empty_range(error: OSError) -> bool:
    """S3's answer for the first bytes of an object that has none."""
    return "InvalidRange" in str(error) or "range is not satisfiable" in str(error)


def reason_of(error: BaseException) -> str:
    """What to say of ``error``: a line without addresses, in which there may be secrets."""
    if isinstance(error, TimeoutError):
        return "it does not answer"
    text = " ".join(str(error).split())
    if not text or "://" in text:
        status = getattr(error, "status", None)
        return f"{type(error).__name__}{f' {status}' if status else ''}"
    return text[:200]
