"""This module knows how to tell whether what a log says has the shape that we give it.

A checksum shows damage, not who wrote a record. Whoever can write files of a project can write records of any shape
with the right checksums: they are to be passed over like damage, and never to end a build. What a record of the right
shape says is another matter: see docs/security.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any

VALUES = "_values_:"
OURS = "schemagen"
Row = dict[str, Any]

FILES = "files"  # of packs, in the row of these, with their digests
_DEPENDENCIES = "deps:"  # doit's
_TEXT = frozenset({str})
_LISTS, _DICTS = frozenset({list}), frozenset({dict})
_NONE: list[Any] = []
_EMPTY: dict[str, Any] = {}
_HALF = b"\\ud"  # how an escape begins that may be half of a character
DIGEST = 16  # bytes
_MOST_SECONDS = 1e9


def name_in(raw: bytes) -> str | None:
    """The name that a record has, or None."""
    name = _value_in(raw)
    return name if isinstance(name, str) else None


def claims_in(raw: bytes) -> dict[str, list[Any]] | None:
    """The claims that a record makes, ``{path: [digest, schema, pack]}`` or with true behind that; or None."""
    claims = _value_in(raw)
    if not isinstance(claims, dict) or any(map(_is_no_claim, claims.values())):
        return None
    return claims if "\0" not in "".join(claims) else None


def _is_no_claim(claim: Any) -> bool:
    return not (isinstance(claim, list) and len(claim) in {3, 4} and are_texts(claim[:3]) and claim[3:] in ([], [True]))


def paths_in(raw: bytes) -> list[str] | None:
    """The paths that a record lists, or None."""
    paths = _value_in(raw)
    return paths if isinstance(paths, list) and are_texts(paths) else None


def row_in(raw: bytes) -> Row | None:
    """The row that a record has, or None."""
    row = _value_in(raw)
    if not isinstance(row, dict):
        return None
    values, dependencies = row.get(VALUES, {}), row.get(_DEPENDENCIES, [])
    if not (isinstance(values, dict) and isinstance(dependencies, list) and are_texts(dependencies)):
        return None
    if not _is_text_by_text(row.get(FILES, {})):
        return None
    facts = values.get(OURS)
    if facts is None:
        return row
    if not isinstance(facts, dict) or not _are_facts(facts) or (_HALF in raw and _has_half(facts)):
        return None
    return row


def _value_in(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _are_facts(facts: Mapping[str, Any]) -> bool:
    """Whether ``facts`` are what a task of ours records. Each task of a build asks: so it is few steps, and whatever
    cannot be taken in them is of another shape."""
    get = facts.get
    indirect, files, why, formats = (
        get("indirect", _NONE),
        get("files", _NONE),
        get("why", _NONE),
        get("formats", _EMPTY),
    )
    try:
        inputs, asked, outputs = facts["inputs"], facts["asked"], facts["outputs"]
        missing, opaque, ids = facts["missing"], facts["opaque"], facts["ids"]
        if {*map(type, (missing, opaque, ids, indirect, files, why, *outputs.values()))} != _LISTS:
            return False
        if {*map(type, (inputs, asked, outputs, formats))} != _DICTS:
            return False
        made = [(key, digest, pack) for key, digest, pack in outputs.values()]
        digests = [digest for _, digest, _ in made]
        texts = [facts["schema"], facts["options"], *inputs.values(), *asked.values(), *formats.values()]
        texts += [*missing, *opaque, *ids, *indirect, *files, *why, *chain.from_iterable(made)]
        if {*map(type, texts)} != _TEXT or len(bytes.fromhex("".join(digests))) != DIGEST * len(digests):
            return False
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    seconds, summary = get("seconds", 0.0), get("summary", _EMPTY)
    return (
        {*map(len, digests)} <= {2 * DIGEST}
        and type(seconds) in {int, float}
        and 0 <= seconds < _MOST_SECONDS  # NaN is not
        and type(get("priority", 0)) is int
        and (not summary or _is_summary(summary))
    )


def are_texts(values: Any) -> bool:
    return set(map(type, values)) <= _TEXT


def _is_text_by_text(value: Any) -> bool:
    return type(value) is dict and set(map(type, value.values())) <= _TEXT


def _is_summary(summary: Any) -> bool:
    return (
        type(summary) is dict
        and are_texts((summary.get("title"), summary.get("description")))
        and type(summary.get("is_deprecated")) is bool
    )


def _has_half(facts: Mapping[str, Any]) -> bool:
    """Whether half of a character stands somewhere in ``facts``, which no path and no text of ours has."""
    try:
        json.dumps(facts, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
