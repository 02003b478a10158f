"""This module knows what a build has to make of a world, and what from: worked out anew from the files on the disk.

It shares no code with schemagen. It understands just the schemas, packs and options that a game uses.
"""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.random_builds.world import API, Fingerprint, World


@dataclass(frozen=True, slots=True)
class Planned:
    """A task: the fingerprint of what each of its outputs is made from, by path."""

    outputs: dict[str, Fingerprint]


def plan(world: World) -> dict[str, Planned]:
    """The tasks that a build of ``world`` has, by name."""
    return _Reading(world).tasks()


class _Reading:
    def __init__(self, world: World) -> None:
        self._root = world.root
        self._options = world.options
        excluded = world.options.get("exclude", [])
        names = [name for name in world.schemas() if not any(_matches(name, pattern) for pattern in excluded)]
        self._texts = {name: world.schema_file(name).read_bytes() for name in names}
        # A part of the document is what it says, however that is written.
        self._texts |= {f"api/{part}": json.dumps(value).encode() for part, value in world.parts().items()}
        self._documents = {name: _parsed(text) for name, text in self._texts.items()}

    def tasks(self) -> dict[str, Planned]:
        kinds = [kind for pack in self._options["packs"] for kind in _outputs_of_pack(self._root / pack)]
        tasks = {}
        for name in self._texts:
            options = (self._options.get("unresolved_refs"), self._options.get("default_draft", "2020-12"))
            read = (name, options, self._closure(name))
            folder = self._options.get("output", "build")
            tasks[name] = Planned({f"{folder}/{pattern}".format(path=name): (read, kind) for pattern, kind in kinds})
        return tasks

    def _closure(self, name: str) -> Fingerprint:
        """All schemas that ``name`` reaches, with their bytes, and the references that nothing answers."""
        reached: dict[str, bytes] = {}
        unanswered: set[str] = set()
        waiting = [name]
        while waiting:
            here = waiting.pop()
            if here in reached:
                continue
            reached[here] = self._texts[here]
            for ref in _refs(self._documents[here]):
                targets = self._targets(here, ref)
                if len(targets) == 1:
                    waiting.append(targets[0])
                else:
                    unanswered.add(f"{ref} {len(targets)}")
        return tuple(sorted(reached.items())), tuple(sorted(unanswered))

    def _targets(self, referrer: str, ref: str) -> list[str]:
        if ref == _id_of(self._documents[referrer]):
            return [referrer]  # whoever else claims the id: a document is found in itself first
        if ref.startswith("https:"):
            return [name for name, document in self._documents.items() if _id_of(document) == ref]
        uri, _, pointer = ref.partition("#")
        own = API if referrer.startswith("api/") else f"schemas/{referrer}"
        # Of a schema that was moved to another depth it may lead elsewhere than it did.
        path = posixpath.normpath(posixpath.join(posixpath.dirname(own), uri)) if uri else own
        target = f"api/{posixpath.basename(pointer)}" if path == API else _without_suffix(path.removeprefix("schemas/"))
        return [target] if target in self._texts else []


def _without_suffix(file: str) -> str:
    return file.removesuffix(".json").removesuffix(".yaml")


def _matches(name: str, pattern: str) -> bool:
    return name.startswith(pattern.removesuffix("**")) if pattern.endswith("**") else name == pattern


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _id_of(document: Any) -> str | None:
    return document.get("$id") if isinstance(document, dict) else None


def _refs(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        if "$ref" in document:
            yield document["$ref"]
        for value in document.values():
            yield from _refs(value)


def _outputs_of_pack(folder: Path) -> Iterator[tuple[str, Fingerprint]]:
    """The pattern of each output of a pack, and all texts that it is made from."""
    manifest = folder / "pack.toml"
    if manifest.exists():
        text = manifest.read_text(encoding="utf-8")
        outputs = [(output["template"], output["path"]) for output in tomllib.loads(text)["outputs"]]
    else:
        text = ""
        templates = sorted(file.name for file in folder.glob("*.mustache"))
        outputs = [(name, "{path}." + name.split(".")[1]) for name in templates]
    for template, pattern in outputs:
        yield pattern, (folder.name, text, template, tuple(_texts_below(folder, folder / template)))


def _texts_below(folder: Path, template: Path) -> Iterator[str]:
    """The text of ``template``, and of all partials that it comes to."""
    text = template.read_text(encoding="utf-8")
    yield text
    for partial in re.findall(r"\{\{> *(\S+?) *\}\}", text):
        yield from _texts_below(folder, folder / f"partials/{partial}.mustache")
