"""This module knows how to name what a node is: its type in words, and a label for a variant."""

from __future__ import annotations

from typing import NamedTuple

from schemagen.view.kinds import plain_word
from schemagen.view.markdown import code_span, escape_markdown
from schemagen.view.shapes import Plain
from schemagen.view.text import claim, humanise, one_line, shorten

_MAX_WORDS = 300
_MAX_VARIANTS = 4


def type_words(node: Plain) -> tuple[str, str]:
    """The type of ``node`` in words, plain and as Markdown with links to definitions."""
    return _shortened_words(node, _ON_PAGE)


def linked_type(node: Plain) -> str:
    """The same as Markdown with links to the pages of other schemas."""
    return _shortened_words(node, _ACROSS_PAGES)[1]


class _Keys(NamedTuple):
    """The keys that hold the type of a part in words, plain and as Markdown, and the link to a definition."""

    text: str
    markdown: str
    link: str


_ON_PAGE = _Keys("type_text", "md_type", "md_name")
_ACROSS_PAGES = _Keys("md_linked_type", "md_linked_type", "md_link")


def _shortened_words(node: Plain, keys: _Keys) -> tuple[str, str]:
    text, markdown = _type_words(node, keys)
    if len(markdown) > _MAX_WORDS:
        text = markdown = node["kind"]
    if node["is_nullable"] and node["kind"] not in {"null", "any", "enum"}:
        return f"{text} or null", f"{markdown} or null"
    return text, markdown


def _type_words(node: Plain, keys: _Keys) -> tuple[str, str]:
    kind: str = node["kind"]
    match kind:
        case "ref":
            return node["ref"]["name"], node["ref"][keys.link]
        case "const":
            return (
                f"constant {shorten(node['const']['json'], 60)}",
                f"constant {code_span(node['const']['json'], 60)}",
            )
        case "array" if node["items"] and not node["prefix_items"]:
            return f"array of {node['items'][keys.text]}", f"array of {node['items'][keys.markdown]}"
        case "object" if node["additional"]["node"] and not node["properties"]:
            value = node["additional"]["node"]
            return f"map of {value[keys.text]}", f"map of {value[keys.markdown]}"
        case "string" if node.get("format", ""):
            shown = shorten(one_line(node.get("format", "")), 40)
            return f"string ({shown})", f"string ({escape_markdown(shown)})"
        case "union":
            return _union_words(node, keys)
    return kind, kind


def _union_words(node: Plain, keys: _Keys) -> tuple[str, str]:
    variants = [variant for choice in node["choices"] for variant in choice["variants"]]
    texts = list(dict.fromkeys(variant[keys.text] for variant in variants))
    if len(variants) > _MAX_VARIANTS or not texts:
        return f"one of {len(variants)} variants", f"one of {len(variants)} variants"
    return " or ".join(texts), " or ".join(dict.fromkeys(variant[keys.markdown] for variant in variants))


def item_title(item: Plain) -> str:
    """What to call an item of a list, before its number."""
    return item["title"] or (item["ref"] and item["ref"]["title"]) or "Item"


def variant_label(variant: Plain, taken: dict[str, int]) -> str:
    """What to call a variant where people choose between several."""
    return claim(_variant_label(variant), taken, " ")


def _variant_label(variant: Plain) -> str:
    if variant["title"]:
        return str(variant["title"])
    if variant["ref"]:
        return variant["ref"]["title"] or humanise(variant["ref"]["name"])
    if variant["const"]:
        return _constant(variant)
    if variant["properties"] or variant.get("unlisted_required"):
        for child in variant["properties"]:
            if child["const"]:
                return f"{_property_label(child)}: {_constant(child)}"
        required = [_property_label(child) for child in variant["properties"] if child["is_required"]]
        required += [humanise(item["key"]) for item in variant.get("unlisted_required", ())]
        if required:
            return shorten(f"With {', '.join(required)}", 80)
    if variant["kind"] == "array" and variant["items"]:
        return f"List of: {_variant_label(variant['items'])}"
    return plain_word(variant["kind"])


def _property_label(node: Plain) -> str:
    return node["title"] or humanise(node["key"])


def _constant(node: Plain) -> str:
    return shorten(one_line(node["const"]["text"]), 60) or '""'
