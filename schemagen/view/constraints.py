"""This module knows how to say what a schema asks of a value, as fields and as sentences."""

from __future__ import annotations

from schemagen.jsontext import is_number, number_text
from schemagen.model import JsonValue
from schemagen.view.making import Making
from schemagen.view.phrases import Code, Sentence, counted, sentence
from schemagen.view.rules import Schema
from schemagen.view.shapes import Plain
from schemagen.view.text import clean

_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
}
_STRING_FIELDS = {"pattern": "pattern", "format": "format"} | {
    "contentEncoding": "content_encoding",
    "contentMediaType": "content_media_type",
}
_NUMBER_WORDS = frozenset(_BOUNDS)
_STRING_WORDS = frozenset({*_STRING_FIELDS, "minLength", "maxLength"})
_FORMAT_HINTS = {
    "date": "a date (YYYY-MM-DD)",
    "time": "a time of day with its offset from UTC (RFC 3339)",
    "date-time": "a date and time with its offset from UTC (RFC 3339)",
    "duration": "a duration, such as P3DT4H",
    "email": "an e-mail address",
    "idn-email": "an e-mail address",
    "hostname": "a host name",
    "idn-hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uri": "a full URI, such as https://example.com/",
    "iri": "a full IRI, such as https://example.com/",
    "uri-reference": "a URI or a relative reference",
    "iri-reference": "an IRI or a relative reference",
    "uri-template": "a URI template",
    "uuid": "a UUID",
    "json-pointer": "a JSON Pointer",
    "relative-json-pointer": "a relative JSON Pointer",
    "regex": "a regular expression",
}


def number_field(value: JsonValue) -> str:
    """The JSON text of a number; empty for anything else."""
    return number_text(value) if is_number(value) else ""


def count_field(value: JsonValue) -> str:
    """The text of a count: ``3`` also where the schema says ``3.0``."""
    text = number_field(value)
    if text.isdecimal() or not text:
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() and number < 1e15 else text


def add_number(node: Plain, words: Schema, said: list[Sentence]) -> None:
    if _NUMBER_WORDS.isdisjoint(words):
        return
    for keyword, name in _BOUNDS.items():
        if keyword in words:
            node[name] = number_field(words[keyword])
    low, high = node.get("minimum", ""), node.get("maximum", "")
    above, below = node.get("exclusive_minimum", ""), node.get("exclusive_maximum", "")
    if low and high:
        said.append(sentence("minimum", f"Between {low} and {high}."))
    elif low:
        said.append(sentence("minimum", f"At least {low}."))
    elif high:
        said.append(sentence("maximum", f"At most {high}."))
    if above:
        said.append(sentence("exclusiveMinimum", f"Greater than {above}."))
    if below:
        said.append(sentence("exclusiveMaximum", f"Less than {below}."))
    if node.get("multiple_of", ""):
        said.append(sentence("multipleOf", f"A multiple of {node['multiple_of']}."))


def add_string(node: Plain, words: Schema, said: list[Sentence], making: Making) -> None:
    if _STRING_WORDS.isdisjoint(words):
        return
    if "minLength" in words or "maxLength" in words:
        _add_counts(node, words, said, "Length", "character")
    for keyword, name in _STRING_FIELDS.items():
        value = words.get(keyword)
        if isinstance(value, str):
            node[name] = clean(value)
            making.add_strings(node, name, value)
    pattern, form = node.get("pattern"), node.get("format")
    encoding, media_type = node.get("content_encoding"), node.get("content_media_type")
    if pattern:
        said.append(sentence("pattern", "Matches the pattern ", Code(pattern), "."))
    if form:
        hint = _FORMAT_HINTS.get(form)
        said.append(sentence("format", *([f"Must be {hint}."] if hint else ["Format: ", Code(form), "."])))
    if encoding:
        said.append(sentence("contentEncoding", "Encoded as ", Code(encoding), "."))
    if media_type:
        said.append(sentence("contentMediaType", "Holds content of type ", Code(media_type), "."))


def add_array(node: Plain, words: Schema, said: list[Sentence]) -> None:
    if "minItems" in words or "maxItems" in words:
        _add_counts(node, words, said, "Items", "item")
    if words.get("uniqueItems") is True:
        node["is_unique"] = True
        said.append(sentence("uniqueItems", "No item may occur twice."))
    if "contains" in words:
        node["min_contains"] = count_field(words.get("minContains"))
        node["max_contains"] = count_field(words.get("maxContains"))


def add_object(node: Plain, words: Schema, said: list[Sentence]) -> None:
    if "minProperties" in words or "maxProperties" in words:
        _add_counts(node, words, said, "Properties", "property")


def _add_counts(node: Plain, words: Schema, said: list[Sentence], suffix: str, thing: str) -> None:
    low_word, high_word = f"min{suffix}", f"max{suffix}"
    low, high = count_field(words.get(low_word)), count_field(words.get(high_word))
    node[f"min_{suffix.lower()}"], node[f"max_{suffix.lower()}"] = low, high
    least = low if low != "0" else ""
    if least and least == high:
        said.append(sentence(low_word, f"Exactly {counted(low, thing)}."))
    elif least and high:
        said.append(sentence(low_word, f"Between {low} and {counted(high, thing)}."))
    elif least:
        said.append(sentence(low_word, f"At least {counted(low, thing)}."))
    elif high:
        said.append(sentence(high_word, f"At most {counted(high, thing)}."))
