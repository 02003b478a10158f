"""Writing bundles for tests: documents of as many definitions as wanted, each of some 2.5 KB, with references."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

BLOCK = 8
_WORDS = "what it is for, and what is to be known of it by whoever fills it in"


def name(number: int) -> str:
    return f"Definition{number:06}"


def definition(number: int, count: int, *, size: int = 2500) -> dict[str, Any]:
    """One definition of about ``size`` bytes, which refs the next one, up to the end of its block."""
    properties: dict[str, Any] = {}
    if number % BLOCK < BLOCK - 1 and number + 1 < count:
        properties["next"] = {"$ref": f"#/$defs/{name(number + 1)}"}
    fields = max(1, size // 150)
    for field in range(fields):
        properties[f"field{field}"] = {
            "type": "string" if field % 2 else "integer",
            "description": f'{_WORDS}: {{"{field}"}} of {number}',
            "examples": [f"\u00e9 {field}" if field % 2 else field],
        }
    return {"type": "object", "title": f"Title {number}", "properties": properties, "required": ["field0"]}


def write_bundle(path: Path, count: int, *, size: int = 2500) -> None:
    """Write a bundle of ``count`` definitions, one at a time."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"$schema": "https://json-schema.org/draft/2020-12/schema",\n"$defs": {\n')
        for number in range(count):
            text = json.dumps(definition(number, count, size=size), ensure_ascii=False)
            file.write(f'"{name(number)}": {text}{"," * (number + 1 < count)}\n')
        file.write("}}\n")


def retitle(path: Path, number: int, title: bytes) -> None:
    """Change the title of one definition in place: ``title`` has as many bytes as ``Title N``. Nothing else is read."""
    old = b'"title": "Title %d"' % number
    new = b'"title": "%b"' % title
    assert len(old) == len(new)
    with path.open("r+b") as file:
        at, before = 0, b""
        while chunk := file.read(1 << 22):
            found = (before + chunk).find(old)
            if found >= 0:
                file.seek(at - len(before) + found)
                file.write(new)
                break
            at += len(chunk)
            before = chunk[-len(old) :]
        else:
            raise AssertionError(f"no definition {number}")
        file.flush()
        os.fsync(file.fileno())


def dependents(number: int) -> set[int]:
    """The definitions that reach one, itself among them: those before it in its block."""
    return set(range(number - number % BLOCK, number + 1))
