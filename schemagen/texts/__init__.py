"""Texts that schemas are written in: JSON, JSON with comments, YAML. All are read to the same values, and places in
them are found by the same pointers.

``syntax`` tells them apart and reads each its own way; ``comments`` takes comments out of JSON, ``yamltext`` reads
YAML.
"""

from schemagen.texts.syntax import (
    SUFFIXES,
    Syntax,
    json_text,
    parse_text,
    place_at,
    place_in,
    stem_of,
    suffix_of,
    syntax_of,
)

__all__ = [
    "SUFFIXES",
    "Syntax",
    "json_text",
    "parse_text",
    "place_at",
    "place_in",
    "stem_of",
    "suffix_of",
    "syntax_of",
]
