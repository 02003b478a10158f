"""This module knows how to read what a schema says about a value: title, description, default, examples, members."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, TypeAlias

from schemagen.model import JsonValue
from schemagen.view.literals import put
from schemagen.view.making import Making
from schemagen.view.markdown import table_cell
from schemagen.view.rules import Rules, Schema
from schemagen.view.shapes import EMPTY_VOCABULARY, Plain
from schemagen.view.text import clean, one_line, summarise

# Writes what a keyword says into a node: (node, the keyword's value, the build).
_Writer: TypeAlias = Callable[[Plain, JsonValue, Making], None]


class Writers(NamedTuple):
    """What to write for a list of keywords: a writer for each that says something, and which are extensions."""

    known: tuple[tuple[str, _Writer], ...]
    extensions: tuple[str, ...]


def writers_of(keywords: Collection[str], making: Making) -> Writers:
    """How to write what ``keywords`` say."""
    known = [(keyword, write) for keyword in keywords if (write := _writer(keyword, making)) is not None]
    has_extensions = not making.node.keys().isdisjoint({"x", "has_x"})
    extensions = [keyword for keyword in keywords if keyword[:2] == "x-"] if has_extensions else []
    return Writers(tuple(known), tuple(extensions))


def _writer(keyword: str, making: Making) -> _Writer | None:
    """What writes ``keyword``; None where nobody reads what it would write."""
    if keyword == "description" and making.has_bare_descriptions:
        return _describe_barely
    written = _WRITTEN.get(keyword)
    return _WRITERS.get(keyword) if written is None or not written.isdisjoint(making.node) else None


def annotate(node: Plain, words: Schema, writers: Writers, making: Making) -> None:
    """Fill in what ``words``, whose writers are known, say about the value of ``node``."""
    for keyword, write in writers.known:
        write(node, words[keyword], making)
    if writers.extensions:
        put(node, "x", [_extension(keyword, words[keyword], making) for keyword in writers.extensions])
    if making.has_documentation:
        making.document(node, _text(words, "title"), _text(words, "description"))


def _title(node: Plain, value: JsonValue, making: Making) -> None:
    if isinstance(value, str):
        node["title"] = title = one_line(value)
        if title and making.has_labels:
            making.set_label(node, title)
        making.add_strings(node, "title", value)


def describe(node: Plain, value: JsonValue, making: Making) -> None:
    if not isinstance(value, str):
        return
    text = (value if value.isprintable() else clean(value)).strip()
    node["description"] = text
    if text and making.has_hints:
        node["has_hint"] = True
    if making.has_summary:
        node["summary"] = summarise(text)
    if making.has_md_cell:
        node["md_cell"] = table_cell(text)
    making.add_strings(node, "description", value)


def _describe_barely(node: Plain, value: JsonValue, making: Making) -> None:
    """The same where nothing is made of the text."""
    if isinstance(value, str):
        node["description"] = text = (value if value.isprintable() else clean(value)).strip()
        if text and making.has_hints:
            node["has_hint"] = True


def _default(node: Plain, value: JsonValue, making: Making) -> None:
    node["default"] = making.literals.of(value)


def _examples(node: Plain, value: JsonValue, making: Making) -> None:
    if isinstance(value, list):
        put(node, "examples", making.literals.examples(value))


def _comment(node: Plain, value: JsonValue, making: Making) -> None:
    if isinstance(value, str):
        node["comment"] = clean(value)
        making.add_strings(node, "comment", value)


def _vocabulary(node: Plain, value: JsonValue, _making: Making) -> None:
    if isinstance(value, dict):
        listed = [
            {**EMPTY_VOCABULARY, "uri": clean(uri), "is_required": needed is True} for uri, needed in value.items()
        ]
        put(node, "vocabularies", listed)


def _flag(name: str) -> _Writer:
    def write(node: Plain, value: JsonValue, _making: Making) -> None:
        node[name] = value is True

    return write


def _plain(name: str) -> _Writer:
    def write(node: Plain, value: JsonValue, _making: Making) -> None:
        if isinstance(value, str):
            node[name] = clean(value)

    return write


_WRITERS: dict[str, _Writer] = {
    "title": _title,
    "description": describe,
    "default": _default,
    "examples": _examples,
    "deprecated": _flag("is_deprecated"),
    "readOnly": _flag("is_read_only"),
    "writeOnly": _flag("is_write_only"),
    "$comment": _comment,
    "$id": _plain("uri"),
    "$schema": _plain("schema_uri"),
    "$anchor": _plain("anchor_name"),
    "$dynamicAnchor": _plain("dynamic_anchor"),
    "$vocabulary": _vocabulary,
}


# The keys of a node that only templates read, where a keyword has such: any of them, or it is passed over.
_WRITTEN = {
    "$id": frozenset({"uri"}),
    "$schema": frozenset({"schema_uri"}),
    "$anchor": frozenset({"anchor_name"}),
    "$dynamicAnchor": frozenset({"dynamic_anchor"}),
    "$vocabulary": frozenset({"vocabularies", "has_vocabularies"}),
    "$comment": frozenset({"comment"}),
}


def _text(words: Schema, keyword: str) -> str:
    value = words.get(keyword)
    return value if isinstance(value, str) else ""


def _extension(key: str, value: JsonValue, making: Making) -> Plain:
    extension = making.named_key(key, making.extension)
    extension["value"] = making.literals.of(value)
    return extension


def listed_values(words: Schema) -> tuple[list[JsonValue], Sequence[str], Sequence[str]]:
    """The values, labels and descriptions of an enum."""
    values = words["enum"]
    return (
        values,
        _texts(words, ("enumNames", "x-enum-varnames"), len(values)),
        _texts(words, ("x-enum-descriptions", "enumDescriptions", "markdownEnumDescriptions"), len(values)),
    )


def enumeration(rules: Rules) -> tuple[list[JsonValue], Sequence[str], Sequence[str]] | None:
    """The values, labels and descriptions of an enum, or of a union of described constants."""
    if isinstance(rules.words.get("enum"), list):
        return listed_values(rules.words)
    if bool(rules.one_of) == bool(rules.any_of) or rules.all_of or rules.references:
        return None
    variants = [schema for schema, _ in rules.one_of or rules.any_of]
    if not isinstance(variants[0], dict) or "const" not in variants[0]:  # as for nearly every union
        return None
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


def _texts(words: Schema, keywords: tuple[str, ...], count: int) -> list[str]:
    for keyword in keywords:
        value = words.get(keyword)
        if isinstance(value, list) and len(value) == count and all(isinstance(item, str) for item in value):
            return value
    return []
