"""This module knows how to make digests."""

from __future__ import annotations

from collections.abc import Iterable

import xxhash

# An xxh3-128 that is made piece by piece.
Digest = xxhash.xxh3_128


def digest_of(data: bytes) -> str:
    """The xxh3-128 of exactly ``data``, as 32 hex digits."""
    return xxhash.xxh3_128_hexdigest(data)


def digest_fields(fields: Iterable[bytes | str]) -> str:
    """One digest over several fields; each goes in behind its length, so that where one ends counts."""
    pieces: list[bytes] = []
    for field in fields:
        data = field.encode() if isinstance(field, str) else field
        pieces += (len(data).to_bytes(8, "little"), data)
    return digest_of(b"".join(pieces))
