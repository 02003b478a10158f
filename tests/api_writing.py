"""Writing API documents for tests: as many components as wanted, with references among them."""

from __future__ import annotations

from typing import Any

HOLDER = "#/components/schemas/"


def big_api(count: int) -> dict[str, Any]:
    """An OpenAPI document of ``count`` components, each of which refs up to three others, in circles too."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Big", "version": "1"},
        "paths": {f"/{name(n)}": {"get": {"responses": {200: {"description": "ok"}}}} for n in range(count)},
        "components": {"schemas": {name(n): _component(n, count) for n in range(count)}},
    }


def name(number: int) -> str:
    return f"Part{number:03}"


def _component(number: int, count: int) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "example": number},
        "note": {"type": "string", "nullable": True},
    }
    # Long chains would make every component depend on nearly all.
    block = number - number % 8
    for step in range(number % 4):
        other = name((block + (number * 3 + step) % 8) % count)
        properties[f"to{step}"] = {"$ref": HOLDER + other}
    return {"type": "object", "description": f"what {number} is", "properties": properties}


def dependents(api: dict[str, Any], changed: str) -> set[str]:
    """The components that reach ``changed``, itself among them."""
    refs = {
        key: {each["$ref"].removeprefix(HOLDER) for each in component.get("properties", {}).values() if "$ref" in each}
        for key, component in api["components"]["schemas"].items()
    }
    found = {changed}
    while more := {key for key, to in refs.items() if to & found} - found:
        found |= more
    return found
