"""This module knows how to read what a schema says about a value: title, description, default, examples, members."""

from __future__ import annotations

from schemagen.model import JsonValue
from schemagen.view.literals import Plain, examples, literal, put
from schemagen.view.markdown import code_span
from schemagen.view.rules import Rules
from schemagen.view.text import clean, one_line, summarise


def annotate(node: Plain, rules: Rules) -> None:
    words = rules.words
    title = words.get("title")
    if isinstance(title, str):
        node["title"] = one_line(title)
    describe(node, words)
    if "default" in words:
        node["default"] = literal(words["default"])
    shown = words.get("examples")
    if isinstance(shown, list):
        put(node, "examples", examples(shown))
    node["is_deprecated"] = words.get("deprecated") is True
    node["is_read_only"] = words.get("readOnly") is True
    node["is_write_only"] = words.get("writeOnly") is True
    extensions = [
        {"key": clean(key), "md_key": code_span(key), "value": literal(words[key])}
        for key in words
        if key.startswith("x-")
    ]
    put(node, "x", extensions)


def describe(node: Plain, words: dict[str, JsonValue]) -> None:
    description = words.get("description")
    if isinstance(description, str):
        node["description"] = clean(description).strip()
        node["summary"] = summarise(node["description"])


def enumeration(rules: Rules) -> tuple[list[JsonValue], list[str], list[str]] | None:
    """The values, labels and descriptions of an enum, or of a union of described constants."""
    words = rules.words
    values = words.get("enum")
    if isinstance(values, list):
        return (
            values,
            _texts(words, ("enumNames", "x-enum-varnames"), len(values)),
            _texts(words, ("x-enum-descriptions", "enumDescriptions", "markdownEnumDescriptions"), len(values)),
        )
    if bool(rules.one_of) == bool(rules.any_of) or rules.all_of or rules.references:
        return None
    variants = [schema for schema, _ in rules.one_of or rules.any_of]
    if not all(isinstance(variant, dict) and "const" in variant for variant in variants):
        return None
    if any(key not in _DESCRIBED_CONSTANT for variant in variants for key in variant):
        return None
    labels = [variant.get("title", "") for variant in variants]
    descriptions = [variant.get("description", "") for variant in variants]
    named = all(isinstance(label, str) and label for label in labels)
    return (
        [variant["const"] for variant in variants],
        labels if named else [],
        [text if isinstance(text, str) else "" for text in descriptions],
    )


_DESCRIBED_CONSTANT = frozenset({"const", "title", "description", "type", "$comment", "deprecated"})


def _texts(words: dict[str, JsonValue], keywords: tuple[str, ...], count: int) -> list[str]:
    for keyword in keywords:
        value = words.get(keyword)
        if isinstance(value, list) and len(value) == count and all(isinstance(item, str) for item in value):
            return value
    return []
