"""This module knows how to put plain data and blobs of bytes into one frame of bytes, and to take them out again.

Layout, byte for byte::

    LENGTH     8 bytes, big-endian: the length of HEADER
    HEADER     JSON, UTF-8: {"sizes": [size of each blob in bytes], "data": anything}
    BLOBS      one after the other, to the end

A frame comes from another machine: whatever is wrong with one is a ValueError, and nothing of it is run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

_LENGTH = 8
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def framed(data: Any, blobs: Sequence[bytes] = ()) -> bytes:
    """``data``, which is plain, and ``blobs`` as one frame."""
    header = _encode({"sizes": list(map(len, blobs)), "data": data}).encode()
    return b"".join([len(header).to_bytes(_LENGTH, "big"), header, *blobs])


def unframed(frame: bytes) -> tuple[Any, list[bytes]]:
    """The data and the blobs of ``frame``; raises ValueError where it is none."""
    if not isinstance(frame, bytes) or len(frame) < _LENGTH:
        raise ValueError("it is no frame")
    start = _LENGTH + int.from_bytes(frame[:_LENGTH], "big")
    if start > len(frame):
        raise ValueError("it is cut off")
    try:
        header = json.loads(frame[_LENGTH:start])
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    sizes = header.get("sizes") if isinstance(header, dict) else None
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("it has no list of sizes")
    if start + sum(sizes) != len(frame):
        raise ValueError("it is not as long as it says")
    ends = accumulate(sizes, initial=start)
    return header.get("data"), [frame[first:last] for first, last in pairwise(ends)]
