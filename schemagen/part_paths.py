"""This module knows how to name the parts of a document: as paths beside those of files, and as names of files.

A part is named by its document's file and a pointer: ``api.yaml#/components/schemas/Pet``. The pointer in such a path
has its tokens as JSON Pointers have them (``~0``, ``~1``), with percent escapes for ``%`` and for what is not
printable: a path is a line of text, whatever a document holds.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from schemagen.digest import digest_of

# What a name of a part may not hold as it is: it becomes the name of a file.
_UNSAFE = re.compile(r'[%/\\:*?"<>|]|^\.|[. ]$')
# A name of more bytes than this ends with a digest: with a suffix it has to fit into the 255 of a file system.
_MOST_BYTES, _KEPT_CHARACTERS = 180, 40


def path_of_part(file: str, pointer: str) -> str:
    """The path of the part of ``file`` at ``pointer``."""
    if pointer.isprintable() and "%" not in pointer:
        return file + pointer
    return file + "".join(
        _escaped(character) if character == "%" or not character.isprintable() else character for character in pointer
    )


def pointer_of_part(path: str, file: str) -> str:
    """The pointer that ``path_of_part`` made a path of."""
    return unquote(path[len(file) :])


def safe_name(key: str) -> str:
    """``key`` as the name of a file that any file system takes; no two keys have the same one."""
    if key.isprintable() and not _UNSAFE.search(key) and 0 < len(key.encode()) <= _MOST_BYTES:
        return key
    safe = "".join(
        character if character.isprintable() and not _UNSAFE.search(character) else _escaped(character)
        for character in key
    )
    if len(safe.encode()) > _MOST_BYTES:
        return f"{safe[:_KEPT_CHARACTERS].rstrip('%')}%~{digest_of(key.encode())}"
    return safe or "%"


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())
