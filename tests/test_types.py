"""Types: of every keyword that they can tell, exactly where that can be, never too narrow, always finite."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from schemagen.jsontext import parse
from schemagen.keywords import walk_schemas
from schemagen.model import Draft, Resolution, Schema, Target
from schemagen.types import module_of
from schemagen.types.accepting import accepts
from schemagen.types.model import (
    Array,
    Declaration,
    Intersection,
    Literal,
    Module,
    Named,
    Record,
    Scalar,
    Type,
    Union,
)
from schemagen.view.names import pascal
from tests.odd_names import ODD_NAMES


def types_of(document: Any, draft: Draft = Draft.D2020, *, faithful: bool = False, **others: Any) -> Module:
    """What is declared of a schema; ``others`` are schemas beside it, with modules of their own."""
    documents = {"schemas/thing.json": document} | {f"schemas/{name}.json": other for name, other in others.items()}
    parsed = {path: parse(json.dumps(each).encode(), path) for path, each in documents.items()}
    targets = {}
    for path, each in parsed.items():
        for pointer, found in walk_schemas(each, draft):
            for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
                if isinstance(found, dict) and isinstance(found.get(keyword), str):
                    file, _, fragment = found[keyword].partition("#")
                    target = Target(f"schemas/{file}" if file else path, f"#{fragment}")
                    targets[path, pointer, keyword] = target
    path = "schemas/thing.json"
    schema = Schema("thing", path, b"", "", draft, parsed[path])
    resolution = Resolution(targets, {each: (draft, content) for each, content in parsed.items()}, (), (), ())
    names = {each: each.removeprefix("schemas/").removesuffix(".json") for each in parsed}
    return module_of(schema, resolution, names, is_faithful=faithful)


def shown(found: Type) -> str:
    match found:
        case Scalar(kind):
            return kind.value
        case Literal(_, text):
            return text
        case Array(fixed, least, rest):
            items = [shown(item) + "?" * (index >= least) for index, item in enumerate(fixed)]
            return f"[{', '.join([*items, *([] if rest is None else [f'...{shown(rest)}'])])}]"
        case Record(members, rest):
            listed = [f"{member.key}{'' if member.is_required else '?'}: {shown(member.type)}" for member in members]
            return f"{{{', '.join([*listed, *([] if rest is None else [f'...{shown(rest)}'])])}}}"
        case Union(parts):
            return " | ".join(map(shown, parts))
        case Intersection(parts):
            return " & ".join(map(shown, parts))
        case Named(module, words):
            return f"{module}:" * bool(module) + "".join(map(str.capitalize, words))
    raise AssertionError(found)


def declared(module: Module) -> dict[str, str]:
    return {"".join(map(str.capitalize, each.words)): shown(each.type) for each in module.declarations}


def root(document: Any, draft: Draft = Draft.D2020, **options: Any) -> str:
    return declared(types_of(document, draft, **options))["Thing"]


EVERYTHING_BUT_OBJECTS = "null | boolean | number | string | [...any]"
ANY_OBJECT = "{...any}"
AB = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "null"}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, "any"),
        (False, "never"),
        ({}, "any"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"type": ["integer", "number"]}, "number"),
        ({"type": []}, "never"),
        ({"const": 1.0}, "1"),
        ({"const": {"b": [1.50], "a": None}}, '{"a":null,"b":[15e-1]}'),
        ({"enum": [1, 1.0, "1", True, False]}, '1 | "1" | boolean'),
        ({"enum": []}, "never"),
        ({"type": "integer", "enum": [1, 1.5, 2e3, "a"]}, "1 | 2000"),
        ({"type": "object", "enum": [{"a": "x"}, {"a": 1}], **AB}, '{"a":"x"}'),
        ({"type": "array"}, "[...any]"),
        ({"items": {"type": "string"}}, "[...string]"),
        ({"items": False}, "[]"),
        ({"type": "array", "minItems": 2, "items": {"type": "null"}}, "[null, null, ...null]"),
        ({"type": "array", "maxItems": 2, "items": {"type": "null"}}, "[null?, null?]"),
        ({"type": "array", "minItems": 100000, "items": {"type": "null"}}, "[...null]"),
        ({"type": "array", "maxItems": 100000, "items": {"type": "null"}}, "[...null]"),
        ({"type": "array", "minItems": 3, "maxItems": 1}, "never"),
        ({"prefixItems": [{"type": "null"}, {}], "minItems": 1}, "[null, any?, ...any]"),
        ({"prefixItems": [{"type": "null"}, False, {}]}, "[null?]"),
        ({"type": "object"}, ANY_OBJECT),
        (AB, "{a?: string, b?: null, ...any}"),
        ({**AB, "required": ["a", "c"]}, "{a: string, b?: null, c: any, ...any}"),
        ({**AB, "required": ["c"], "additionalProperties": False}, "never"),
        ({**AB, "additionalProperties": {"type": "number"}}, "{a?: string, b?: null, ...number}"),
        ({"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": False}, "{...string}"),
        ({"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": {"const": 1}}, "{...string | 1}"),
        ({"type": "object", "maxProperties": 0, **AB}, "{}"),
        ({"propertyNames": {"enum": ["a", "b"]}, "additionalProperties": {"type": "null"}}, "{a?: null, b?: null}"),
        ({"type": "object", "properties": {"a": False}, "required": ["a"]}, "never"),
        ({"type": "object", "properties": {"a": False}}, "{a?: never, ...any}"),
        ({"type": "object", "properties": {"a": False}, "additionalProperties": False}, "{}"),
        # all at once
        ({"allOf": [AB, {"properties": {"c": {"type": "null"}}}]}, "{a?: string, b?: null, c?: null, ...any}"),
        ({"allOf": [AB, {"required": ["a"]}]}, "{a: string, b?: null, ...any}"),
        ({"allOf": [AB, {"additionalProperties": False, "properties": {"a": {}}}]}, "{a?: string}"),
        ({"allOf": [AB, {"additionalProperties": {"type": "string"}}]}, "{a?: string, b?: never, ...string}"),
        ({"allOf": [{"type": ["string", "integer"]}, {"type": ["number", "null"]}]}, "integer"),
        ({"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 1, "x"]}]}, "1 | 3"),
        ({"allOf": [{"prefixItems": [{"type": "string"}]}, {"items": {"type": ["string", "null"]}, "minItems": 1}]},
         "[string, ...string | null]"),
        ({"allOf": [{"items": {"type": "string"}}, {"prefixItems": [{}, {"type": "null"}]}]}, "[string?]"),
        ({"properties": {"a": {}}, "allOf": [{"properties": {"b": {}}}], "unevaluatedProperties": False},
         "{a?: any, b?: any}"),
        ({"type": "array", "prefixItems": [{}], "anyOf": [{"prefixItems": [{}, {}]}, True], "unevaluatedItems": False},
         "[any?, any?]"),
        # one of several
        ({"anyOf": [{"type": "string"}, {"type": "string", "minLength": 3}]}, "string"),
        ({"oneOf": [{"type": "string"}, {"const": "a"}, {"const": 1}]}, "string | 1"),
        ({"oneOf": [{"type": "string"}, {}]}, "any"),
        ({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "ThingVariant1 | ThingVariant2"),
        ({"allOf": [{"properties": {"a": {}}}, {"properties": {"b": {}}}]}, "{a?: any, b?: any, ...any}"),
        ({"allOf": [{"properties": {"a": {}}}, {"type": ["object", "string"]}]}, "string | ThingObject"),
        ({"allOf": [{"anyOf": [{"required": ["a"]}, {"type": "null"}]}]}, "ThingObject | null"),
        ({"type": ["object", "string"], "allOf": [{"properties": {"a": {}}}]}, "ThingObject | string"),
        ({"if": {"type": "string"}, "then": {"const": "a"}, "else": {"type": "integer"}}, '"a" | integer'),
        ({"type": ["string", "null"], "if": {"type": "string"}, "then": {"const": "a"}}, "string | null"),
        ({"not": {"type": "string"}}, "any"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}, "A"),
        ({"$ref": "#/$defs/a", "maxLength": 2, "$defs": {"a": {"type": "string"}}}, "A"),
        ({"$ref": "#/$defs/a", "type": "null", "$defs": {"a": {"type": ["string", "null"]}}}, "null"),
    ],
)  # fmt: skip
def test_types_of_schemas(schema: Any, expected: str) -> None:
    assert root(schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"required": ["a"]}, f"{EVERYTHING_BUT_OBJECTS} | ThingObject"),
        ({"additionalProperties": False}, f"{EVERYTHING_BUT_OBJECTS} | {{}}"),
        ({"items": {"type": "null"}}, "null | boolean | number | string | [...null] | {...any}"),
        ({"type": "object", "required": ["a"]}, "{a: any, ...any}"),
        ({"allOf": [{"properties": {"a": {"type": "null"}}}, {"type": "object"}]}, "{a?: null, ...any}"),
    ],
)
def test_without_a_type_a_schema_accepts_what_its_keywords_do_not_speak_of(schema: Any, expected: str) -> None:
    assert root(schema, faithful=True) == expected


def test_older_drafts_are_read_as_they_mean() -> None:
    assert root({"items": [{"type": "null"}], "additionalItems": False}, Draft.D7) == "[null?]"
    assert root({"$ref": "#/definitions/a", "type": "null", "definitions": {"a": {"type": "string"}}}, Draft.D7) == "A"
    assert root({"type": "string", "const": "a"}, Draft.D4) == "string"


def test_recursion_goes_by_name() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}, "kids": {"items": {"$ref": "#"}}}}
    module = types_of(tree)
    assert declared(module) == {"Thing": "{next?: Thing, kids?: [...Thing], ...any}"}
    assert module.declarations[0].is_recursive


def test_what_recurses_is_not_merged_but_intersected() -> None:
    schema = {"type": "object", "properties": {"up": {"$ref": "#", "required": ["a"]}}}
    assert declared(types_of(schema)) == {"Thing": "{up?: Thing & ThingUp, ...any}", "ThingUp": "{a: any, ...any}"}


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "string"}, {"$ref": "#"}]},
        {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}, {"type": "null"}]}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}},
        {"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"oneOf": [{"$ref": "#"}, {"type": "array"}]}}},
    ],
)
def test_what_leads_to_nothing_but_itself_says_nothing(schema: Any) -> None:
    module = types_of(schema)
    names = {"".join(map(str.capitalize, each.words)): each.type for each in module.declarations}
    for found in names.values():
        passed = set()
        while isinstance(found, Named):
            name = "".join(map(str.capitalize, found.words))
            assert name not in passed
            passed.add(name)
            found = names[name]  # noqa: PLW2901


def test_objects_inside_are_declared_by_their_places() -> None:
    item = {"type": "object", "properties": {"sku": {"type": "string"}}}
    schema = {"type": "object", "properties": {"lines": {"items": item}, "by": {"anyOf": [item, {"type": "null"}]}}}
    assert declared(types_of(schema)) == {
        "Thing": "{lines?: [...ThingLinesItem], by?: ThingBy | null, ...any}",
        "ThingLinesItem": "{sku?: string, ...any}",
        "ThingBy": "{sku?: string, ...any}",
    }


def test_objects_inside_what_is_merged_are_called_by_their_own_places() -> None:
    base = {"type": "object", "properties": {"at": {"type": "object", "properties": {"x": {}}}}}
    schema = {"allOf": [{"$ref": "#/$defs/base"}, {"required": ["at"]}], "$defs": {"base": base}}
    assert declared(types_of(schema)) == {
        "Thing": "{at: BaseAt, ...any}",
        "Base": "{at?: BaseAt, ...any}",
        "BaseAt": "{x?: any, ...any}",
    }


def test_definitions_are_declared_in_their_order_used_or_not() -> None:
    schema = {
        "$defs": {"b": {"type": "null"}, "thing": {"type": "string"}},
        "definitions": {"a": {"$ref": "#/$defs/b"}},
    }
    assert declared(types_of(schema)) == {"Thing": "any", "B": "null", "Thing2": "string", "A": "B"}


def test_other_modules_are_imported_by_the_names_that_they_have() -> None:
    other = {"type": "object", "properties": {"x": {"type": "object", "properties": {"y": {}}}},
             "$defs": {"other": {"type": "null"}, "b c": {"type": "string"}}}  # fmt: skip
    schema = {
        "type": "object",
        "properties": {
            "whole": {"$ref": "other.json"},
            "part": {"$ref": "other.json#/$defs/other"},
            "spaced": {"$ref": "other.json#/$defs/b c"},
            "inner": {"$ref": "other.json#/properties/x"},
        },
    }
    module = types_of(schema, other=other)
    assert declared(module) == {
        "Thing": "{whole?: other:Other, part?: other:Other2, spaced?: other:BC, inner?: X, ...any}",
        "X": "{y?: any, ...any}",
    }
    assert module.imports == (("other", ("b", "c")), ("other", ("other",)), ("other", ("other", "2")))
    names = {"".join(map(str.capitalize, each.words)) for each in types_of(other).declarations}
    assert names == {"Thing", "ThingX", "Other", "BC"}


def test_modules_may_import_each_other_but_are_not_made_of_each_other() -> None:
    one = {"anyOf": [{"type": "string"}, {"$ref": "other.json"}]}
    other = {"anyOf": [{"type": "null"}, {"$ref": "thing.json"}]}
    assert root(one, other=other) == "any"
    listed = {"type": "array", "items": {"$ref": "other.json"}}
    assert root(listed, other=other) == "[...other:Other]"


def test_sentences_say_what_types_cannot() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "pattern": "^x", "maxLength": 3},
            "b": {"type": "array", "minItems": 1, "maxItems": 99, "uniqueItems": True},
            "c": {"not": {"const": 1}},
        },
        "dependentRequired": {"a": ["b"]},
        "if": {"required": ["a"]},
        "then": {"required": ["c"]},
    }
    (thing,) = types_of(schema).declarations
    assert isinstance(thing.type, Record)
    assert [member.notes.sentences for member in thing.type.members] == [
        ("At most 3 characters.", "Matches the pattern ^x."),
        ("Between 1 and 99 items.", "No item may occur twice."),
        ("Not allowed where the value is 1.",),
    ]
    assert thing.notes.sentences == ("If a is present, c is required.", "If a is present, b is required.")


def doubling(count: int, *, merging: bool) -> dict[str, Any]:
    """Definitions each of which holds the one before it twice."""

    def half(number: int) -> Any:
        reference = {"$ref": f"#/$defs/d{number}"}
        return {"allOf": [reference, {"properties": {"x": {}}}]} if merging else reference

    last = {"type": "object", "properties": {"end": {}}}
    steps = {
        f"d{number}": {"type": "object", "properties": {"l": half(number + 1), "r": half(number + 1)}}
        for number in range(count)
    }
    return {"$ref": "#/$defs/d0", "required": ["l"], "$defs": {**steps, f"d{count}": last}}


HOSTILE_SCHEMAS = {
    "doubling": doubling(60, merging=False),
    "doubling and merging": doubling(60, merging=True),
    "unions of unions": {
        "allOf": [
            {"anyOf": [{"properties": {f"p{a}{b}": {"type": "null"}}, "required": [f"q{b}"]} for b in range(12)]}
            for a in range(12)
        ]
    },
    "a chain of references": {
        "$ref": "#/$defs/d0",
        "type": "object",
        "$defs": {f"d{n}": {"$ref": f"#/$defs/d{n + 1}", "required": ["a"]} for n in range(1500)} | {"d1500": AB},
    },
    "everything is everything": {
        "$defs": {
            f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{(n + k) % 40}"} for k in range(1, 6)], "properties": {f"p{n}": {}}}
            for n in range(40)
        }
    },
    "long enums": {"allOf": [{"enum": list(range(5000))}, {"enum": list(range(2500, 7500))}]},
}


def nested(levels: int, step: Any) -> Any:
    found: Any = {"type": "string"}
    for _ in range(levels):
        found = step(found)
    return found


@pytest.mark.parametrize("name", HOSTILE_SCHEMAS)
@pytest.mark.parametrize("faithful", [True, False])
def test_work_is_bounded(name: str, faithful: bool) -> None:
    began = time.perf_counter()
    types_of(HOSTILE_SCHEMAS[name], faithful=faithful)
    assert time.perf_counter() - began < 8


@pytest.mark.parametrize(
    "step",
    [
        lambda inner: {"items": inner},
        lambda inner: {"properties": {"a": inner}},
        lambda inner: {"allOf": [inner, {"type": "object"}]},
        lambda inner: {"anyOf": [inner, {"items": {}}]},
    ],
)
def test_deep_schemas_are_read(step: Any) -> None:
    types_of(nested(95, step), faithful=True)


def test_every_declaration_has_a_name_of_its_own() -> None:
    schema = {
        "$defs": {key: {"type": "object", "properties": {"x": {"properties": {"y": {}}}}} for key in ODD_NAMES},
        "properties": {key: {"type": "object", "properties": {key: {}}} for key in ODD_NAMES},
    }
    module = types_of(schema)
    names = [pascal(each.words) for each in module.declarations]
    assert len(names) == len(set(names)) == 1 + 3 * len(ODD_NAMES)


def test_a_later_definition_renames_nothing() -> None:
    schema: dict[str, Any] = {"properties": {"a": {"properties": {"b": {}}}}, "$defs": {"c": {"type": "null"}}}
    before = declared(types_of(schema))
    schema["$defs"]["z"] = {"properties": {"a": {"properties": {"b": {}}}}}
    after = declared(types_of(schema))
    assert {name: after[name] for name in before} == before


def test_types_accept_what_they_are_of() -> None:
    schema = {"type": "object", "properties": {"a": {"enum": [1, "x", None]}}, "required": ["a"]}
    (thing,) = types_of(schema).declarations
    assert isinstance(thing, Declaration)

    def has(value: Any) -> bool:
        return accepts(thing.type, value, lambda _: None)

    assert has({"a": 1})
    assert has({"a": None, "b": []})
    assert not has({"a": 2})
    assert not has({})
    assert not has([])
