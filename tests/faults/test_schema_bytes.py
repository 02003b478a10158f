"""Cases 47 to 61: what may be wrong with the bytes of a schema. One build of all of them, of which each test looks at
its own line."""

from __future__ import annotations

import ast
import json

import pytest

from tests.conftest import IS_WHOLE, PLAIN_PACK, Project, Result
from tests.faults.running import ALL_PACKS, FAILED, build, line_of

DEEP = b'{"not":' * 10_000 + b"{}" + b"}" * 10_000
# By name: the bytes, the place where they are wrong, and what is said of it.
BAD: dict[str, tuple[bytes, str, str]] = {
    "latin-1": (b'{\n"title": "caf\xe9"}', "2:14", "not UTF-8: byte 15"),
    "utf-16": ('{"title": "a"}'.encode("utf-16"), "1:1", "UTF-16"),
    "utf-16-le": ('{"title": "a"}'.encode("utf-16-le"), "1:1", "UTF-16"),
    "utf-32": ('{"title": "a"}'.encode("utf-32"), "1:1", "UTF-32"),
    "empty": (b"", "1:1", "the file is empty"),
    "blank": (b" \n\t\n", "1:1", "the file is empty"),
    "trailing": (b"{} x", "1:4", "trailing characters"),
    "two": (b"{}\n{}", "2:1", "trailing characters"),
    "comment": (b"{ // c\n}", "1:3", "comments are not allowed"),
    "comma": (b'{"a": 1,\n}', "1:8", "trailing comma"),
    "twice": (b'{"a": {"b": 1,\n"b": 2}}', "2:1", "member 'b' stands twice"),
    "nan": (b'{"default": NaN}', "1:13", "'NaN' is not a value"),
    "infinity": (b'{"default": -Infinity}', "1:13", "'-Infinity' is not a value"),
    "digits": (b'{"default": ' + b"9" * 5000 + b"}", "1:13", "more than 4300 digits"),
    "surrogate": (b'{"title": "\\ud800"}', "1:12", "a lone surrogate"),
    "deep": (DEEP, "1:1408", "nested deeper than 200 levels"),
    "array": (b"[]", "1:1", "a schema is an object, true or false"),
    "text": (b'"x"', "1:1", "a schema is an object, true or false"),
    "number": (b"5", "1:1", "a schema is an object, true or false"),
    "null": (b"null", "1:1", "a schema is an object, true or false"),
    "dialect": (b'{\n"$schema": "https://example.com/mine"}', "2:1", "is not a dialect that schemagen knows"),
    "dialect-5": (b'{\n"$schema": 5}', "2:1", "is not a dialect that schemagen knows"),
    "properties": (b'{\n"properties": []}', "2:1", "[] is not of type object (at #/properties)"),
    "required": (b'{\n"required": "a"}', "2:1", '"a" is not of type array (at #/required)'),
    "ref": (b'{\n"$ref": 5}', "2:1", "5 is not of type string (at #/$ref)"),
    "enum": (b'{\n"enum": {}}', "2:1", "{} is not of type array (at #/enum)"),
    "type": (b'{\n"type": "strnig"}', "2:1", '"strnig" is not one of'),
    "id": (b'{\n"$id": 5}', "2:1", "5 is not of type string (at #/$id)"),
}
PROTOTYPES = ("__proto__", "constructor", "__class__", "items", "get", "hasOwnProperty", "toString", "__init__")
GOOD: dict[str, bytes] = {
    "bom": b'\xef\xbb\xbf{"title": "with a mark"}',
    "crlf": b'{\r\n"title":\r\n"crlf"}\r\n',
    "cr": b'{\r"title":\r"cr"}\r',
    "true": b"true",
    "false": b"false",
    "marks": '{"title": "a\\u0000b\u2028c\u202ed"}'.encode(),
}


def plain(project: Project, template: str = "{{title}}\n") -> None:
    project.write("packs/plain/pack.toml", PLAIN_PACK)
    project.write("packs/plain/plain.txt.mustache", template)
    project.config(packs=["packs/plain"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Result]:
    """A project of every good and bad schema, and what a build of it says."""
    project = Project(tmp_path_factory.mktemp("bytes"))
    plain(project)
    for name, (data, _, _) in BAD.items():
        project.write(f"schemas/bad/{name}.json", data)
    for name, data in GOOD.items():
        project.write(f"schemas/{name}.json", data)
    return project, build(project)


def is_told(world: tuple[Project, Result], *names: str) -> None:
    project, result = world
    assert result.code == FAILED
    assert result.summary == f"{len(GOOD)} generated, 0 fresh, {len(BAD)} failed"
    assert len(result.errors) == len(BAD)
    for name in names:
        _, place, about = BAD[name]
        line = line_of(result.errors, f"schemas/bad/{name}.json")
        assert line.startswith(f"schemas/bad/{name}.json:{place}: "), line
        assert about in line
        assert not project.exists(f"build/bad/{name}.txt")


def test_case_47_what_is_not_utf_8(world: tuple[Project, Result]) -> None:
    is_told(world, "latin-1", "utf-16", "utf-16-le", "utf-32")


def test_case_48_byte_order_mark(world: tuple[Project, Result]) -> None:
    assert world[0].read("build/bom.txt") == "with a mark\n"


def test_case_49_ends_of_lines(world: tuple[Project, Result], empty_project: Project) -> None:
    assert (world[0].root / "build/crlf.txt").read_bytes() == b"crlf\n"
    assert (world[0].root / "build/cr.txt").read_bytes() == b"cr\n"
    plain(empty_project)
    empty_project.write("schemas/a.json", '{\n"title": "a"\n}\n')
    build(empty_project)
    before = empty_project.mtimes()
    empty_project.write("schemas/a.json", '{\r\n"title": "a"\r\n}\r\n')
    assert build(empty_project).summary == "1 generated, 0 fresh, 0 failed"
    assert empty_project.mtimes() == before


def test_case_50_what_is_no_json(world: tuple[Project, Result]) -> None:
    is_told(world, "empty", "blank", "trailing", "two", "comment", "comma")


def test_case_51_duplicate_keys(world: tuple[Project, Result]) -> None:
    is_told(world, "twice")


def test_case_52_nan_and_infinity(world: tuple[Project, Result]) -> None:
    is_told(world, "nan", "infinity")


def test_case_53_numbers_are_kept_as_they_are_written(world: tuple[Project, Result], empty_project: Project) -> None:
    """More than 4300 digits are refused, which Python would not read back either."""
    is_told(world, "digits")
    numbers = ["1e400", "-0", "1.0", "1", "0.1000000000000000055511151231257827", "1E2", "9" * 100]
    empty_project.write(
        "schemas/numbers.json", f'{{"type": "number", "enum": [{", ".join(numbers)}], "default": 1e400}}'
    )
    empty_project.config(packs=list(ALL_PACKS))
    assert build(empty_project).code == 0
    page = empty_project.read("build/numbers.md")
    for number in numbers:
        assert number in page
    module = ast.parse(empty_project.read("build/numbers.py"))
    names = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
    assert not names & {"inf", "nan", "Infinity", "NaN"}
    assert "Infinity" not in page + empty_project.read("build/numbers.html") + empty_project.read("build/numbers.ts")


def test_case_54_surrogates_nul_and_separators(world: tuple[Project, Result]) -> None:
    """What is no text is refused; the rest is escaped by each language, see tests/test_hostile_text.py."""
    is_told(world, "surrogate")
    assert world[0].read("build/marks.txt") == "a\ufffdb c\u202ed\n"


def test_case_55_nesting(world: tuple[Project, Result], empty_project: Project) -> None:
    """200 levels, and not 500: the parser's own limit, above any schema in use, and none of Python's in any version."""
    is_told(world, "deep")
    empty_project.config(packs=list(ALL_PACKS))
    for keyword in ("not", "items", "additionalProperties"):
        empty_project.write(f"schemas/{keyword}.json", f'{{"{keyword}":' * 198 + "{}" + "}" * 198)
    assert build(empty_project).summary == "3 generated, 0 fresh, 0 failed"


def test_case_56_size(empty_project: Project) -> None:
    plain(empty_project)
    with empty_project.write("schemas/large.json", b'{"title": "large"}').open("r+b") as file:
        file.truncate((16 << 20) + 1)  # of NULs: parsed, it would be something else that is wrong
    empty_project.write("schemas/a.json", b'{"title": "a"}')
    result = build(empty_project)
    assert result.summary == "1 generated, 0 fresh, 1 failed"
    limit = "larger than 16777216 bytes; max_schema_bytes in [tool.schemagen] sets the limit [SG105]"
    assert result.errors == [f"schemas/large.json:1:1: {limit}"]
    empty_project.write("schemas/large.json", b'{"title": "large"}' + b" " * (16 << 20))
    empty_project.config(packs=["packs/plain"], max_schema_bytes=20 << 20)
    assert build(empty_project).code == 0
    assert empty_project.read("build/large.txt") == "large\n"


@pytest.mark.parametrize("count", [100_000 if IS_WHOLE else 500])
def test_case_57_many_values_properties_and_definitions(empty_project: Project, count: int) -> None:
    """That the time is linear is measured in benchmarks/, where it belongs."""
    empty_project.config(packs=["markdown", "typescript"], timeout=600)
    names = [f"name-{number}" for number in range(count)]
    empty_project.write("schemas/values.json", {"enum": list(range(10 * count))})
    empty_project.write("schemas/properties.json", {"properties": {name: {"type": "string"} for name in names}})
    referred = {name: {"$ref": f"#/$defs/{name}"} for name in names[::10]}
    empty_project.write(
        "schemas/definitions.json",
        {"$defs": {name: {"type": "string"} for name in names[::10]}, "properties": referred},
    )
    assert build(empty_project).summary == "3 generated, 0 fresh, 0 failed"
    assert names[-1] in empty_project.read("build/properties.md")


def test_case_57_large_schema_that_is_invalid(empty_project: Project) -> None:
    plain(empty_project)
    properties = {f"name-{number}": {"type": "string"} for number in range(50_000)}
    empty_project.write("schemas/a.json", json.dumps({"properties": properties, "required": "a"}, indent=1))
    assert build(empty_project).errors == ['schemas/a.json:150004:2: "a" is not of type array (at #/required) [SG110]']


def test_case_58_what_is_no_object(world: tuple[Project, Result]) -> None:
    is_told(world, "array", "text", "number", "null")
    assert world[0].exists("build/true.txt")
    assert world[0].exists("build/false.txt")


def test_case_59_dialects(world: tuple[Project, Result], empty_project: Project) -> None:
    """Without $schema the draft is `default_draft`, which is a choice and no guess."""
    is_told(world, "dialect", "dialect-5")
    plain(empty_project)
    empty_project.write(
        "schemas/mixed.json",
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "mixed",
            "definitions": {"new": {"$schema": "https://json-schema.org/draft/2020-12/schema", "const": 1}},
            "properties": {"a": {"$ref": "#/definitions/new"}},
        },
    )
    assert build(empty_project).code == 0


def test_case_60_wrong_types(world: tuple[Project, Result]) -> None:
    is_told(world, "properties", "required", "ref", "enum", "type", "id")


def test_case_61_names_that_mean_something_to_a_language(empty_project: Project) -> None:
    """Of three of the languages the output is compiled by the language itself, see tests/test_hostile_text.py."""
    members = {name: {"type": "string", "title": f"the {name}"} for name in PROTOTYPES}
    empty_project.write("schemas/a.json", {"type": "object", "properties": members, "required": list(PROTOTYPES)})
    empty_project.write("packs/plain/pack.toml", PLAIN_PACK)
    empty_project.write("packs/plain/plain.txt.mustache", "{{#root}}{{#properties}}{{title}};{{/properties}}{{/root}}")
    empty_project.config(packs=[*ALL_PACKS, "packs/plain"])
    assert build(empty_project).code == 0
    assert empty_project.read("build/a.txt") == "".join(f"the {name};" for name in PROTOTYPES)
    ast.parse(empty_project.read("build/a.py"))
    page = empty_project.read("build/a.md")
    assert all(f"the {name}".replace("_", "\\_") in page for name in PROTOTYPES)


@pytest.mark.parametrize("attribute", ["__class__", "get", "keys", "__getitem__"])
def test_case_61_objects_have_no_attributes(empty_project: Project, attribute: str) -> None:
    plain(empty_project, f"{{{{root.{attribute}}}}}")
    empty_project.write("schemas/a.json", {"title": "a"})
    result = build(empty_project)
    assert result.code == FAILED
    assert f"has no {attribute!r} of 'root.{attribute}' here" in result.err
