"""This module knows how to write a project of many small schemas, the same ones each time.

They are those of a water company: what its plants consist of, in folders of a hundred. One in twenty is
shared; each of the others refs up to three of those. Two packs of eight templates in all, three of which make
an output and five of which are partials. A project's packs apply to all of its schemas, so each has three outputs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED = 20_260_601
_SHARED_EVERY = 20
_MOST_REFS = 3
_THINGS = ("pump", "valve", "filter", "reservoir", "meter", "sluice", "well", "main", "hydrant", "basin")
_QUALITIES = ("coarse", "deep", "eastern", "fine", "old", "northern", "spare", "upper", "twin", "wide")
_FIELDS: dict[str, dict[str, Any]] = {
    "serial": {"title": "Serial number", "type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"},
    "installed": {"title": "Installed on", "type": "string", "format": "date"},
    "inspected": {"title": "Last inspection", "type": "string", "format": "date-time"},
    "pressure": {"title": "Pressure in bar", "type": "number", "minimum": 0, "maximum": 25},
    "flow": {"title": "Litres a second", "type": "number", "minimum": 0},
    "diameter": {"title": "Diameter in millimetres", "type": "integer", "exclusiveMinimum": 0},
    "material": {"title": "Material", "enum": ["cast iron", "steel", "concrete", "plastic"]},
    "in_service": {"title": "In service", "type": "boolean", "default": True},
    "remarks": {"title": "Remarks", "type": "array", "items": {"type": "string"}, "maxItems": 20},
    "keeper": {"title": "Who looks after it", "type": "string", "format": "email"},
}
OUTPUTS = ("build/{name}.html", "build/{name}.card.html", "build/{name}.md")
PACKS = ("packs/pages", "packs/notes")
_PACK_FILES = {
    "packs/pages/pack.toml": """\
name = "pages"
description = "A page and a card for each part of a plant"
language = "html"
view = "1"

[[outputs]]
template = "page.mustache"
path = "{path}.html"

[[outputs]]
template = "card.mustache"
path = "{path}.card.html"
""",
    "packs/pages/page.mustache": """\
<!doctype html>
{{> head}}
<main>
<h1>{{title}}</h1>
<p>{{description}}</p>
</main>
{{> foot}}
""",
    "packs/pages/card.mustache": "<article><h2>{{title}}</h2>{{> about}}</article>\n",
    "packs/pages/partials/head.mustache": '<meta charset="utf-8">\n<title>{{title}}</title>\n',
    "packs/pages/partials/about.mustache": "<p>{{summary}}</p>",
    "packs/pages/partials/foot.mustache": "<footer>{{name}}, {{dialect}}</footer>\n",
    "packs/notes/pack.toml": """\
name = "notes"
description = "A note for each part of a plant"
language = "markdown"
view = "1"

[[outputs]]
template = "note.mustache"
path = "{path}.md"
""",
    "packs/notes/note.mustache": "{{> heading}}\n{{description}}\n\n{{> origin}}",
    "packs/notes/partials/heading.mustache": "# {{title}}\n",
    "packs/notes/partials/origin.mustache": "From {{path}}\n",
}
TEMPLATES = tuple(path for path in _PACK_FILES if path.endswith(".mustache"))


@dataclass(frozen=True, slots=True)
class Edge:
    """What a build tool has to know of one schema; paths are relative to the project. ``inputs`` are the schema,
    the schemas it refs and all templates."""

    name: str
    schema: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def write_project(folder: Path, count: int, seed: int = SEED) -> tuple[Edge, ...]:
    """Write ``count`` schemas and the packs into ``folder``, which must not exist; returns the graph, in which the
    last schema is one that no other refs."""
    chance = random.Random(seed)
    shared = [_name(number) for number in range(0, count - 1, _SHARED_EVERY)]
    known = frozenset(shared)
    edges = []
    for number in range(count):
        name = _name(number)
        refs = [] if name in known else sorted(chance.sample(shared, min(chance.randint(0, _MOST_REFS), len(shared))))
        _write(folder / f"schemas/{name}.json", json.dumps(_schema(name, refs, chance), indent=2) + "\n")
        edges.append(_edge(name, refs))
    for path, text in _PACK_FILES.items():
        _write(folder / path, text)
    return tuple(edges)


def write_large(file: Path, size: int) -> None:
    """Write one schema of about ``size`` bytes: a register of parts, each with fields of its own."""
    chance = random.Random(SEED)
    each = len(json.dumps(_schema(_name(0), [], chance), indent=2))
    parts = {f"part_{number}": _schema(_name(number), [], chance) for number in range(size // each)}
    for part in parts.values():
        del part["$schema"]
    text = json.dumps({"title": "Register of all parts", "type": "object", "properties": parts}, indent=2)
    _write(file, text + "\n")


def describe(file: Path, description: str) -> None:
    """Give the schema in ``file`` another description: the edit of one schema."""
    document = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(document | {"description": description}, indent=2) + "\n", encoding="utf-8")


def _name(number: int) -> str:
    quality, thing = _QUALITIES[number // 10 % 10], _THINGS[number % 10]
    return f"plant-{number // 100:03}/{quality}-{thing}"


def _schema(name: str, refs: Sequence[str], chance: random.Random) -> dict[str, Any]:
    plant, _, stem = name.partition("/")
    title = f"{stem.replace('-', ' ').capitalize()} of {plant.replace('-', ' ')}"
    fields = chance.sample(sorted(_FIELDS), chance.randint(3, 6))
    properties = {field: _FIELDS[field] for field in fields}
    for ref in refs:
        properties[ref.replace("/", "_").replace("-", "_")] = {"$ref": f"../{ref}.json"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": f"What is kept on record about the {stem.replace('-', ' ')}.",
        "type": "object",
        "properties": properties,
        "required": sorted(fields[:2]),
    }


def _edge(name: str, refs: Sequence[str]) -> Edge:
    schema = f"schemas/{name}.json"
    inputs = (schema, *(f"schemas/{ref}.json" for ref in refs), *TEMPLATES)
    return Edge(name, schema, inputs, tuple(output.format(name=name) for output in OUTPUTS))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
