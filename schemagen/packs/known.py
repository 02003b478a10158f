"""This module knows how to name every key that a template can ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemagen.mustache import Given
from schemagen.overview import OVERVIEW_FRAMES, OVERVIEW_KEYS, OVERVIEW_TEXTS
from schemagen.packs.options import Option
from schemagen.view import view_schema

_PLAIN = ("^([a-z][a-z0-9-]*)?$", "^[fp][1-9][0-9]*$")  # patterns of the published schema


def known_keys(*, is_per_schema: bool) -> frozenset[str]:
    """The keys of any object in a view, or where not ``is_per_schema`` in an overview."""
    return _properties(view_schema()) if is_per_schema else OVERVIEW_KEYS


def known_keys_of_options(options: Iterable[Option]) -> frozenset[str]:
    """The keys that a template can ask for where the pack has ``options``."""
    return frozenset(key for option in options for key in ("options", option.name, *option.choices))


def given_by_views(options: Sequence[Option] = ()) -> Given:
    """What is known of every view and overview that the templates of a pack with ``options`` see."""
    schema = view_schema()
    frames = {**OVERVIEW_FRAMES, "": OVERVIEW_FRAMES[""].union(schema["properties"])}
    if options:
        frames["options"] = frozenset(option.name for option in options)
        frames |= {option.name: frozenset(option.choices) for option in options if option.choices}
    named = known_keys_of_options(options)
    plain, marked = set[str](), set(OVERVIEW_KEYS)
    texts, others = set(OVERVIEW_TEXTS), set(OVERVIEW_KEYS - OVERVIEW_TEXTS)
    for described in (schema, *schema["$defs"].values()):
        for name, value in described.get("properties", {}).items():
            led_to = [schema["$defs"][reference.rpartition("/")[2]] for reference in _references(value)]
            for keys in filter(None, (each.get("properties") for each in led_to)):
                frames[name] = frames.get(name, frozenset()).union(keys)
            is_text = all(each.get("type") == "string" for each in led_to or [value])
            (texts if is_text else others).add(name)
            (plain if value.get("pattern") in _PLAIN else marked).add(name)
    return Given(frames, frozenset(texts - others - named), frozenset(plain - marked - named))


def _references(schema: Mapping[str, Any]) -> list[str]:
    """Where the schema of a property leads: itself, its items, or a part of its anyOf."""
    parts = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    return [part["$ref"] for part in parts if "$ref" in part]


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
