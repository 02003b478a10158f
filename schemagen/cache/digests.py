"""This module knows how to make digests that an adversary cannot choose two texts for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

HEX = 64  # digits of a SHA-256


def sha256_of(data: bytes) -> str:
    """The SHA-256 of exactly ``data``."""
    return hashlib.sha256(data).hexdigest()


def sha256_fields(fields: Iterable[bytes | str]) -> str:
    """One SHA-256 over several fields; each goes in behind its length, so that ("ab", "c") is not ("a", "bc")."""
    return hashlib.sha256(framed(fields)).hexdigest()


def signature_of(secret: bytes, fields: Iterable[bytes | str]) -> str:
    """The HMAC-SHA256 of several fields, framed in the same way."""
    return hmac.new(secret, framed(fields), hashlib.sha256).hexdigest()


def framed(fields: Iterable[bytes | str]) -> bytes:
    """``fields`` as one, each behind its length in eight bytes."""
    pieces: list[bytes] = []
    for field in fields:
        data = field.encode(errors="surrogatepass") if isinstance(field, str) else field
        pieces += (len(data).to_bytes(8, "little"), data)
    return b"".join(pieces)


def is_hex(text: object) -> bool:
    """Whether ``text`` is a SHA-256 as we write it."""
    return isinstance(text, str) and len(text) == HEX and not set(text) - set("0123456789abcdef")
