"""This module knows how to invent schemas: any keyword, any value, most of them good."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.fuzzing.mutation import TEXTS, number, scalar, small_value

DIALECTS = (
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
)
TYPES = ("null", "boolean", "object", "array", "number", "string", "integer")
FORMATS = (
    *(
        "date",
        "time",
        "date-time",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
    ),
    *("iri", "uuid", "uri-template", "json-pointer", "regex", "byte", "binary", "password", "int32", "int64", "float"),
    *("color", "textarea"),
)
PATTERNS = (
    *("^[a-z]+$", "^x-", "", ".*", "^$", "[0-9]{3,}", r"\d+\w\s", r"^\p{L}+$", "(a+)+$", "(?=a)b", "(?!x)", "(?<=a)b"),
    *("^(?<n>a)\\k<n>$", "a|b", "[", "(", "*", "\\", "a{2,1}", "[z-a]", "\\u{1F600}", "[^\\S\\n]", "^[\\w.]{1,9999}$"),
    *(
        "(x{1,1000}){1,1000}",
        "\\cA",
        "\\0",
        "[\\b]",
        "(?:)",
        "^\\/",
        "$^",
        "(a|aa)+$",
        "\\p{Script=Greek}",
        "[]",
        "[^]",
    ),
)
KEYWORDS = (
    *("$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$ref", "$dynamicRef", "$recursiveRef"),
    *("$comment", "$defs", "definitions", "$vocabulary", "title", "description", "default", "examples", "example"),
    *("deprecated", "readOnly", "writeOnly", "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum"),
    *("minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "format", "contentEncoding"),
    *("contentMediaType", "contentSchema", "items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"),
    *("minContains", "maxContains", "maxItems", "minItems", "uniqueItems", "properties", "patternProperties"),
    *("additionalProperties", "unevaluatedProperties", "propertyNames", "required", "dependentRequired"),
    *("dependentSchemas", "dependencies", "maxProperties", "minProperties", "allOf", "anyOf", "oneOf", "not", "if"),
    *("then", "else", "discriminator", "nullable", "x-order", "x-note", "x-priority", "x-enum-varnames", "xml"),
)
_PLAIN_NAMES = ("id", "name", "kind", "a", "b", "c", "items", "child", "next", "value", "user-name", "2nd", "class")
_APPLICATORS = ("items", "contains", "additionalProperties", "unevaluatedProperties", "propertyNames", "not", "if")
_COUNTS = (
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "minContains",
    "maxContains",
    "maxProperties",
    "minProperties",
)


def invented_schema(chance: Random, others: tuple[str, ...] = ()) -> Any:
    """A schema, which may refer to the files ``others`` beside it."""
    return _Inventing(chance, others).root()


class _Inventing:
    def __init__(self, chance: Random, others: tuple[str, ...]) -> None:
        self._chance = chance
        self._others = others
        self._left = chance.choice([5, 20, 60])
        self._names = [chance.choice(TEXTS) if chance.random() < 0.3 else name for name in _PLAIN_NAMES]
        self._defs: list[str] = [self._name() for _ in range(chance.randint(0, 3))]

    def root(self) -> Any:
        chance = self._chance
        if chance.random() < 0.02:
            return chance.choice([True, False, None, 1, "x", []])
        schema = self._schema(chance.choice([1, 2, 3, 4, 6]))
        if not isinstance(schema, dict):
            schema = {"not": schema}
        if chance.random() < 0.7:
            schema["$schema"] = chance.choice(DIALECTS)
        if self._defs:
            where = chance.choice(["$defs", "definitions"])
            schema.setdefault(where, {})
            if isinstance(schema[where], dict):
                schema[where] |= {name: self._schema(2) for name in self._defs}
        if chance.random() < 0.1:
            schema["$id"] = self._uri()
        return schema

    def _name(self) -> str:
        return self._chance.choice(self._names)

    def _schema(self, depth: int) -> Any:
        chance = self._chance
        self._left -= 1
        if depth <= 0 or self._left <= 0 or chance.random() < 0.06:
            return chance.choice([{}, True, False, {"type": chance.choice(TYPES)}, {"$ref": self._ref()}])
        schema: dict[str, Any] = {}
        shape = chance.choice(["object", "object", "array", "string", "number", "choice", "any", "ref", "enum"])
        if shape in TYPES and chance.random() < 0.85:
            schema["type"] = shape if chance.random() < 0.85 else [shape, "null"]
        for keyword in self._keywords_for(shape):
            schema[keyword] = self._value(keyword, depth - 1)
        for _ in range(chance.choice([0, 0, 1, 1, 2, 3])):
            keyword = chance.choice(KEYWORDS[9:])
            schema[keyword] = self._value(keyword, depth - 1)
        if chance.random() < 0.01:
            schema[chance.choice(KEYWORDS)] = small_value(chance)
        return schema

    def _keywords_for(self, shape: str) -> list[str]:
        chance = self._chance
        known = {
            "object": ["properties", "required", "additionalProperties", "patternProperties", "description"],
            "array": ["items", "minItems", "prefixItems", "uniqueItems", "contains"],
            "string": ["pattern", "format", "minLength", "maxLength", "default"],
            "number": ["minimum", "maximum", "multipleOf", "exclusiveMinimum", "default"],
            "choice": ["oneOf", "anyOf", "allOf", "discriminator"],
            "any": ["title", "default", "examples", "not", "if", "then"],
            "ref": ["$ref", "description"],
            "enum": ["enum", "const", "default"],
        }[shape]
        return [known[0], *(each for each in known[1:] if chance.random() < 0.3)]

    def _value(self, keyword: str, depth: int) -> Any:
        chance = self._chance
        if keyword in {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}:
            name = (lambda: chance.choice(PATTERNS)) if keyword == "patternProperties" else self._name
            return {name(): self._schema(depth) for _ in range(chance.choice([0, 1, 2, 3, 5]))}
        if keyword in {"allOf", "anyOf", "oneOf", "prefixItems"}:
            return [self._schema(depth) for _ in range(chance.choice([1, 2, 2, 3]))]
        if keyword in _APPLICATORS or keyword in {
            "then",
            "else",
            "contentSchema",
            "unevaluatedItems",
            "additionalItems",
        }:
            if keyword == "items" and chance.random() < 0.1:
                return [self._schema(depth)]
            return chance.random() < 0.5 if "dditional" in keyword and chance.random() < 0.5 else self._schema(depth)
        if keyword in _COUNTS:
            return number(chance) if chance.random() < 0.05 else chance.choice([0, 1, 1, 2, 3, 7])
        if keyword in {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}:
            is_flag = keyword.startswith("exclusive") and chance.random() < 0.1  # as in draft 4
            return chance.random() < 0.5 if is_flag else number(chance)
        if keyword in {"dependencies", "dependentRequired"}:
            return {self._name(): [self._name()] for _ in range(chance.randint(0, 2))}
        return self._plain_value(keyword)

    def _plain_value(self, keyword: str) -> Any:
        chance = self._chance
        match keyword:
            case "type":
                return chance.choice(TYPES) if chance.random() < 0.7 else chance.sample(TYPES, chance.randint(1, 4))
            case "required":
                return list(dict.fromkeys(self._name() for _ in range(chance.choice([1, 1, 2, 4]))))
            case "enum":
                return [small_value(chance) for _ in range(chance.choice([1, 2, 3, 8]))]
            case "examples":
                return [small_value(chance) for _ in range(chance.randint(0, 3))]
            case "default" | "const" | "example":
                return small_value(chance)
            case "pattern":
                return chance.choice(PATTERNS) if chance.random() < 0.8 else chance.choice(TEXTS)
            case "format":
                return chance.choice(FORMATS) if chance.random() < 0.8 else chance.choice(TEXTS)
            case "$ref" | "$dynamicRef":
                return self._ref()
            case "$recursiveRef":
                return "#"
            case "$id" | "id":
                return self._uri()
            case "$anchor" | "$dynamicAnchor":
                return chance.choice(["a", "b", "node", "_x", chance.choice(TEXTS)])
            case "deprecated" | "readOnly" | "writeOnly" | "uniqueItems" | "$recursiveAnchor" | "nullable":
                return chance.random() < 0.5
            case "discriminator":
                return {"propertyName": self._name()} if chance.random() < 0.8 else scalar(chance)
            case "x-enum-varnames" | "x-order":
                return [self._name(), self._name()] if chance.random() < 0.5 else small_value(chance)
            case "contentEncoding":
                return chance.choice(["base64", "base64url", "x"])
            case "title" | "description" | "$comment" | "contentMediaType":
                return chance.choice(TEXTS)
        return small_value(chance)

    def _ref(self) -> str:
        chance = self._chance
        kind = chance.random()
        if kind < 0.6 and self._defs:
            name = chance.choice(self._defs).replace("~", "~0").replace("/", "~1").replace("%", "%25")
            return f"#/{chance.choice(['$defs', 'definitions'])}/{name}"
        if kind < 0.7 and self._others:
            return chance.choice(self._others) + chance.choice(["", "#", "#/$defs/a", "#/properties/id"])
        if kind < 0.9:
            return "#"
        if kind < 0.97:
            return chance.choice(["#/properties/id", "#/properties/a", "#/items", "#/allOf/0", "#a", "#node"])
        return chance.choice([self._uri(), *TEXTS])

    def _uri(self) -> str:
        chance = self._chance
        return chance.choice([
            *("https://example.com/a.json", "urn:example:a", "a.json", "sub/a", "#a", "../b.json", "file:///etc/passwd"),
            *("http://127.0.0.1:9/x", "//host/x", "a%2Fb.json", "?x", "", "data:,x", "tag:x,2020:y", "a.json#b", "http://["),
            *self._others,
        ])  # fmt: skip
