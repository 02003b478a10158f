"""This module knows how to name every key that a template can ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemagen.overview import OVERVIEW_KEYS
from schemagen.view import view_schema


def known_keys(*, is_per_schema: bool) -> frozenset[str]:
    """The keys of any object in a view, or where not ``is_per_schema`` in an overview."""
    return _properties(view_schema()) if is_per_schema else OVERVIEW_KEYS


def _properties(schema: Mapping[str, Any]) -> frozenset[str]:
    """All names of properties in ``schema``, a JSON Schema, at any depth."""
    keys: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            properties = value.get("properties")
            if isinstance(properties, dict):
                keys.update(properties)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return frozenset(keys)
