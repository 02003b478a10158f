"""This module knows how to write down what a group of outputs is, and to take nothing of that on trust.

A mapping is a line, then a JSON object:

    schemagen-cache 1 HMAC
    {"blob": "SHA256", "size": 5000, "outputs": {"KEY": ["a.html", 0, 3000, "SHA256"], ...}}

``HMAC``, or ``-`` where there is no secret, is an HMAC-SHA256 over three framed fields: ``schemagen-cache 1``, the key
of the group, and the bytes of the object. ``blob`` is the SHA-256 of the blob, which has ``size`` bytes (or, of
one that was made here, one over those of the outputs in it). ``outputs`` has for the key of each output its path below
the output folder, where it begins in the blob, how long it is, and its SHA-256.

A mapping is believed only if it is no larger than it may be, has a right HMAC where there is a secret, and is about the
group that was asked for: the key of a group is a digest over the keys of its members. An output is believed only if its
path is the one that the plan has, and its bytes have the SHA-256. So damage is never more than an output that is not
there; but who may write mappings may forge them, which is what the secret is for.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from schemagen.cache.digests import is_hex, sha256_fields, sha256_of, signature_of

MAGIC = b"schemagen-cache 1"
UNSIGNED = "-"
# Nothing larger is read, or kept.
MOST_MAPPING_BYTES = 4 << 20
MOST_BLOB_BYTES = 64 << 20


class Damaged(Exception):  # noqa: N818  # not for a person: a warning is made of it
    """What was found is not what it should be: ``why``. ``is_unsigned`` where only the signature is wrong."""

    def __init__(self, why: str, *, is_unsigned: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.is_unsigned = is_unsigned


class Kept(NamedTuple):
    """Where in its blob an output is, and what it is."""

    path: str
    start: int
    size: int
    sha256: str


class Group(NamedTuple):
    """A mapping: the ``blob``, with its size, and the outputs in it, by key."""

    key: str
    blob: str
    size: int
    outputs: Mapping[str, Kept]


class New(NamedTuple):
    """An output that is to be kept."""

    key: str
    path: str
    data: bytes


def key_of_group(keys: Iterable[str]) -> str:
    """The key of the group of the outputs with ``keys``."""
    return sha256_fields(["group", *sorted(keys)])


def make_group(outputs: Collection[New]) -> tuple[Group, bytes]:
    """The group of ``outputs``, and its blob, which has the name that stores of blobs check."""
    blob = b"".join(output.data for output in outputs)
    return local_group(outputs)._replace(blob=sha256_of(blob)), blob


def local_group(outputs: Iterable[New]) -> Group:
    """The group of ``outputs`` for where nobody checks the name of a blob: to go over all bytes once more for that
    would take as long as to write them."""
    kept: dict[str, Kept] = {}
    at = 0
    for output in outputs:
        kept[output.key] = Kept(output.path, at, len(output.data), sha256_of(output.data))
        at += len(output.data)
    return Group(key_of_group(kept), sha256_fields(each.sha256 for each in kept.values()), at, kept)


def encode(group: Group, secret: bytes) -> bytes:
    """``group`` as it is kept."""
    body = json.dumps(
        {"blob": group.blob, "size": group.size, "outputs": group.outputs}, separators=(",", ":")
    ).encode()
    signature = _signature(secret, group.key, body) if secret else UNSIGNED
    return b"%b %b\n%b" % (MAGIC, signature.encode(), body)


def decode(data: bytes, key: str, secret: bytes) -> Group:
    """The group that ``data`` says, which was found for ``key``; raises Damaged where it is not to be believed."""
    if len(data) > MOST_MAPPING_BYTES:
        raise Damaged("it is too large")
    head, _, body = data.partition(b"\n")
    magic, _, signature = head.rpartition(b" ")
    if magic != MAGIC:
        raise Damaged("it is none of ours")
    if secret and not hmac.compare_digest(signature, _signature(secret, key, body).encode()):
        raise Damaged("it is not signed with SCHEMAGEN_CACHE_KEY", is_unsigned=True)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Damaged("it is no JSON") from None
    group = _group(key, found)
    if group is None:
        raise Damaged("it does not say what it should")
    if key_of_group(group.outputs) != key:
        raise Damaged("it is about other outputs")
    return group


def _signature(secret: bytes, key: str, body: bytes) -> str:
    return signature_of(secret, [MAGIC, key, body])


def _group(key: str, found: object) -> Group | None:
    if not (isinstance(found, dict) and found.keys() == {"blob", "size", "outputs"}):
        return None
    blob, size, outputs = found["blob"], found["size"], found["outputs"]
    if not (is_hex(blob) and _is_size(size) and isinstance(outputs, dict)):
        return None
    kept = {name: _kept(each, size) for name, each in outputs.items() if is_hex(name)}
    right = {name: each for name, each in kept.items() if each is not None}
    return Group(key, blob, size, right) if len(right) == len(outputs) else None


def _kept(found: object, most: int) -> Kept | None:
    if not (isinstance(found, list) and len(found) == 4):
        return None
    path, start, size, sha256 = found
    is_right = isinstance(path, str) and _is_size(start) and _is_size(size) and is_hex(sha256)
    return Kept(path, start, size, sha256) if is_right and start + size <= most else None


def _is_size(number: object) -> bool:
    return type(number) is int and 0 <= number <= MOST_BLOB_BYTES


def check_output(kept: Kept, path: str, data: bytes) -> None:
    """Raise Damaged if ``data`` is not what ``kept`` says it is, or not for the output at ``path``."""
    if kept.path != path:
        raise Damaged("it names another output")
    if len(data) != kept.size or sha256_of(data) != kept.sha256:
        raise Damaged("its bytes are others")
