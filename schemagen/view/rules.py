"""This module knows how to hold what one schema object asks for, in the terms of 2020-12, whatever its draft."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from schemagen.model import Draft, JsonValue

Schema: TypeAlias = dict[str, JsonValue]
# A subschema and its pointer in its document.
Place: TypeAlias = tuple[JsonValue, str]

# The drafts that have each reference keyword.
REFERENCES = {
    "$ref": frozenset(Draft),
    "$recursiveRef": frozenset({Draft.D2019}),
    "$dynamicRef": frozenset({Draft.D2020}),
}
OLD_DRAFTS = frozenset({Draft.D4, Draft.D6, Draft.D7})
# These say something about a value without asking anything of it. Up to draft 7 whatever stands beside $ref
# is ignored by validators; authors still describe a reference there, and readers miss it if it is not shown.
ANNOTATIONS = frozenset(
    {"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
)


class Rules:
    """What one schema object asks for. ``words`` has the keywords that hold no subschemas, and some that do.

    Most schemas have few keywords, so what is not set is found on the class, and is never changed in place.
    """

    required: Sequence[str] = ()
    # A key, its schema, and the pointer of what holds the two: most properties never need one of their own.
    properties: Sequence[tuple[str, JsonValue, str]] = ()
    pattern_properties: Sequence[tuple[str, Place]] = ()
    additional: Place | None = None
    unevaluated_properties: Place | None = None
    property_names: Place | None = None
    prefix_items: Sequence[Place] = ()
    items: Place | None = None
    unevaluated_items: Place | None = None
    contains: Place | None = None
    all_of: Sequence[Place] = ()
    any_of: Sequence[Place] = ()
    one_of: Sequence[Place] = ()
    negated: Place | None = None
    conditions: Sequence[tuple[Schema, str]] = ()
    dependent_required: Sequence[tuple[str, Sequence[str]]] = ()
    dependent_schemas: Sequence[tuple[str, Place]] = ()
    content_schema: Place | None = None
    # The keyword of a reference and the pointer of the schema that holds it.
    references: Sequence[tuple[str, str]] = ()

    def __init__(self, words: Schema, pointer: str) -> None:
        self.words = words
        self.pointer = pointer


def annotations_of(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key in ANNOTATIONS or key[:2] == "x-"}


def normal_words(schema: Schema) -> Schema:
    """The keywords of draft 4, where const is unknown, $id has no dollar, and exclusiveMinimum is a boolean that
    changes what minimum means, as those of later drafts."""
    if is_normal(schema):
        return schema
    words = {"$id" if key == "id" else key: value for key, value in schema.items() if key != "const"}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(words.get(exclusive), bool) and words.pop(exclusive) and bound in words:
            words[exclusive] = words.pop(bound)
    return words


def is_normal(keywords: Collection[str]) -> bool:
    """Whether ``keywords`` mean in draft 4 what they mean later."""
    return _DRAFT_4.isdisjoint(keywords)


_DRAFT_4 = frozenset({"id", "const", "exclusiveMinimum", "exclusiveMaximum"})
