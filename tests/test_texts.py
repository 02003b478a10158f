"""YAML and JSON with comments: the same values as JSON, places kept, and nothing that JSON has no word for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemagen.errors import SchemaError
from schemagen.jsontext import dumps, locate, parse, places_in_json
from schemagen.texts import Syntax, parse_text, place_in
from schemagen.texts.comments import without_comments
from schemagen.texts.yamltext import MOST_REPEATED, parse_yaml
from tests.conftest import Project
from tests.yaml_writing import to_yaml

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(), values, max_size=4),
    max_leaves=20,
)


def yaml_as_json(text: str) -> str:
    return dumps(parse_yaml(text.encode(), "a.yaml"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no\nb: on\nc: yes\nd: y", '{"a": "no", "b": "on", "c": "yes", "d": "y"}'),
        ("a: true\nb: False\nc: NULL\nd: ~\ne:", '{"a": true, "b": false, "c": null, "d": null, "e": null}'),
        ("a: 2001-01-01\nb: 12:30\nc: 1_000\nd: 0b1", '{"a": "2001-01-01", "b": "12:30", "c": "1_000", "d": "0b1"}'),
        ("[1, -0, 1.50, 1e400, 1E-7, 12345678901234567890]", "[1, -0, 1.50, 1e400, 1E-7, 12345678901234567890]"),
        ("no: 1\n'1': 2\n\"true\": 3\n'<<': 4", '{"no": 1, "1": 2, "true": 3, "<<": 4}'),
        ("a: |\n  one\n  two\nb: >-\n  one\n  two", '{"a": "one\\ntwo\\n", "b": "one two"}'),
        ("a: &x {b: [1]}\nc: *x", '{"a": {"b": [1]}, "c": {"b": [1]}}'),
        ("%YAML 1.2\n---\ntrue\n...\n", "true"),
        ("\ufeffa: 1", '{"a": 1}'),
        ('{"a": [1, {"b": null}], "c": "\\u00e9"}', '{"a": [1, {"b": null}], "c": "é"}'),
        # The specifications of these say that keys are strings however they are written.
        ("openapi: 3.0.0\nresponses: {200: {}, no: 1}", '{"openapi": "3.0.0", "responses": {"200": {}, "no": 1}}'),
    ],
)
def test_yaml_says_what_json_can_say(text: str, value: str) -> None:
    assert yaml_as_json(text) == value


@pytest.mark.parametrize(
    ("text", "place", "code", "about"),
    [
        ("a: 1\nb:\n  a: 1\n  'a': 2", (4, 3), "SG103", "stands twice"),
        ("a:\n  1: x", (2, 3), "SG111", "'1' is not a string"),
        ("true: x", (1, 1), "SG111", "'true' is not a string"),
        ("x: {~: 1}", (1, 5), "SG111", "'~' is not a string"),
        ("? [a]\n: b", (1, 3), "SG111", "a key"),
        ("- &a x\n- *a : 1", (2, 3), "SG111", "a key"),
        ("a: {b: 1}\nc:\n  <<: {d: 1}", (3, 3), "SG111", "merge key"),
        ("a: !!int 3", (1, 4), "SG111", "tag"),
        ("a: !!python/object/apply:os.system ['true']", (1, 4), "SG111", "tag"),
        ("a: ! b", (1, 4), "SG111", "tag"),
        ("!!str a: 1", (1, 1), "SG111", "key"),
        ("a: &a [*a]", (1, 8), "SG111", "within what it repeats"),
        ("a: &a {b: {c: *a}}", (1, 15), "SG111", "within what it repeats"),
        ("a: *b", (1, 4), "SG102", "no anchor 'b'"),
        ("a: 0x1F", (1, 4), "SG111", "'0x1F' is not a number"),
        ("a: 0o17", (1, 4), "SG111", "not a number"),
        ("zip: 01234", (1, 6), "SG111", "quote it"),
        ("a: .5", (1, 4), "SG111", "not a number"),
        ("a: +1", (1, 4), "SG111", "not a number"),
        ("a: -.inf", (1, 4), "SG111", "not a number"),
        ("a: .nan", (1, 4), "SG111", "not a number"),
        ("a: " + "9" * 5000, (1, 4), "SG102", "4300 digits"),
        ("a: " + "9" * 5000 + ".5", (1, 4), "SG102", "4300 digits"),
        ("a: 1\n---\nb: 2", (2, 1), "SG111", "second document"),
        ("%YAML 1.1\n---\na: no", (1, 1), "SG111", "YAML 1.1"),
        ("", (1, 1), "SG102", "empty"),
        ("# nothing\n", (1, 1), "SG102", "empty"),
        ("a: [1,\n", (2, 1), "SG102", "not YAML"),
        ("a: [1,", (1, 7), "SG102", "not YAML"),
        ("a:\r  b: [", (2, 7), "SG102", "not YAML"),
        ("a: b: c", (1, 5), "SG102", "not YAML"),
        ("\ta: 1", (1, 1), "SG102", "not YAML"),
        ("a: @b", (1, 4), "SG102", "not YAML"),
        ('a: "\\ud800"', (1, 7), "SG102", "not YAML"),
        ("a: \x00", (1, 1), "SG101", "UTF-16"),
        ("aaaa: 1\nb: \x07", (2, 4), "SG102", "U+0007"),
        ("é: 1\nb: x\u2028y", (2, 5), "SG111", "U+2028"),
        ("a: x\x85y", (1, 5), "SG111", "U+0085"),
        ("[" * 1000 + "]" * 1000, (1, 201), "SG104", "200 levels"),
        ("".join(" " * depth + "a:\n" for depth in range(300)), (201, 201), "SG104", "200 levels"),
    ],
)
def test_yaml_that_is_refused(text: str, place: tuple[int, int], code: str, about: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_yaml(text.encode(), "a.yaml")
    error = caught.value
    assert (error.location.line, error.location.column) == place, error
    assert error.code == code
    assert about in str(error)
    assert "\n" not in str(error)


def laughs(levels: int, each: int) -> str:
    """A document that is short, and endless once its aliases are replaced."""
    lines = ["a0: &a0 [" + ", ".join(["lol"] * each) + "]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * each) + "]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        laughs(10, 9),
        laughs(200, 2),
        "a: &a '" + "x" * 100_000 + "'\nb: [" + ", ".join(["*a"] * 100) + "]",
        "a: &a\n  ? " + "k" * 100_000 + "\n  : 1\nb: [" + ", ".join(["*a"] * 100) + "]",
        "a: &a " + "[[[[[]]]]]\nb: [" + ", ".join(["*a"] * (MOST_REPEATED // 4)) + "]",
    ],
    ids=["billion laughs", "doubled again and again", "a long text", "a long key", "many aliases"],
)
def test_document_does_not_grow_without_bound_by_aliases(text: str) -> None:
    with pytest.raises(SchemaError, match="aliases that repeat more than"):
        parse_yaml(text.encode(), "a.yaml")


def test_aliases_within_bounds_are_copies() -> None:
    value = parse_yaml(laughs(3, 9).encode(), "a.yaml")
    assert value["a2"][0] == value["a1"]
    assert value["a2"][0] is not value["a1"]


@settings(deadline=None, max_examples=150)
@given(JSON_VALUES)
def test_yaml_of_a_value_is_that_value(value: object) -> None:
    assert parse_yaml(to_yaml(value).encode(), "a.yaml") == value


def test_yaml_of_real_schemas_is_what_their_json_is(corpus: Path) -> None:
    files = sorted((corpus / "schemastore/schemas").glob("*.json"), key=lambda file: file.stat().st_size)[:150:3]
    for file in files:
        value = parse(file.read_bytes(), file.name)
        assert dumps(parse_yaml(to_yaml(value).encode(), file.name)) == dumps(value), file.name


@pytest.mark.parametrize(
    ("pointer", "place"),
    [("#", (2, 1)), ("#/a", (2, 1)), ("#/a/b/1/c", (3, 11)), ("#/a/d~1e", (4, 3)), ("#/a/d~1e/x/y", (4, 3))],
)
def test_place_in_yaml_is_that_of_the_key(pointer: str, place: tuple[int, int]) -> None:
    assert place_in(b"# first\na:\n  b: [1, {c: 2}]\n  d/e: &q 1\nf: *q\n", pointer, Syntax.YAML) == place


def test_place_in_yaml_of_what_is_not_there_is_the_end_of_the_text() -> None:
    assert place_in(b"---", "#", Syntax.YAML) == (1, 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{// one\n/* two\n */ "a": 1, }', {"a": 1}),
        ('["//", "/* */", "\\"//", 1,\n// last\n]', ["//", "/* */", '"//', 1]),
        ("[[1,],[],]// end", [[1], []]),
        ("/**/[/***/]/* a * / b */", []),
    ],
)
def test_comments_and_last_commas_are_passed_over(text: str, value: object) -> None:
    assert parse_text(text.encode(), "a.jsonc", Syntax.COMMENTED) == value


@pytest.mark.parametrize(
    ("text", "place", "about"),
    [
        ("[1,,2]", (1, 4), "not JSON"),
        ("[,]", (1, 2), "not JSON"),
        ("{,}", (1, 2), "not JSON"),
        ('{"a":,}', (1, 6), "not JSON"),
        ("[1] /* é\n", (1, 5), "does not end"),
        ("[1, # no\n2]", (1, 5), "comments are not allowed"),
        ("/* é é */ [1, nul]", (1, 15), "'nul' is not a value"),
        ('["a', (1, 3), "ends within"),
        ("// nothing", (1, 1), "empty"),
        ("[1 / 2]", (1, 4), "not JSON"),
        ('{"a": 1, /* */ "a": 2}', (1, 16), "stands twice"),
    ],
)
def test_places_stay_where_comments_are_taken_out(text: str, place: tuple[int, int], about: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_text(text.encode(), "a.jsonc", Syntax.COMMENTED)
    assert (caught.value.location.line, caught.value.location.column) == place, caught.value
    assert about in str(caught.value)


def test_comments_take_no_time_to_speak_of() -> None:
    hostile = ['"' + '\\"' * 500_000, "/*" * 500_000, "," * 500_000 + "]", "[1," + " " * 500_000, "/" * 500_000]
    for text in hostile:
        with pytest.raises(SchemaError):
            parse(without_comments(text.encode(), "a.jsonc"), "a.jsonc")


@settings(deadline=None, max_examples=50)
@given(JSON_VALUES)
def test_json_without_comments_stays_as_it_is(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False).encode()
    assert without_comments(text, "a.json") == text


@settings(deadline=None, max_examples=50)
@given(JSON_VALUES, st.sampled_from([None, 1]))
def test_places_in_json_are_those_of_each_pointer(value: object, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent).encode()
    for pointer, place in places_in_json(text).items():
        assert locate(text, pointer) == place


@pytest.mark.parametrize(("syntax", "text"), [(Syntax.COMMENTED, '// a\n{"b": 1}'), (Syntax.YAML, "# a\nb: 1")])
def test_place_is_found_in_every_syntax(syntax: Syntax, text: str) -> None:
    assert place_in(text.encode(), "#/b", syntax)[0] == 2


# -- builds


A = {"title": "A", "type": "object", "properties": {"b": {"$ref": "b.yaml#/$defs/c"}, "n": {"minimum": 1.50}}}
B = {"title": "B", "$defs": {"c": {"type": "string", "enum": ["no", "1"]}}, "items": {"$ref": "a.json"}}


def test_refs_lead_from_json_to_yaml_and_back(project: Project) -> None:
    project.write("schemas/a.json", A)
    project.write("schemas/b.yaml", to_yaml(B))
    project.config(packs=["markdown"])
    assert project.generate().summary == "5 generated, 0 fresh, 0 failed"
    assert "(b.md#definition-c)" in project.read("build/a.md")
    assert project.generate().summary == "0 generated, 5 fresh, 0 failed"
    project.write("schemas/b.yaml", to_yaml(B).replace("title: ", "title: New "))
    assert project.generate().summary == "2 generated, 3 fresh, 0 failed"


def test_real_schemas_make_the_same_of_yaml_as_of_json(make_project: Callable[[str], Project], corpus: Path) -> None:
    as_json, as_yaml = make_project("json"), make_project("yaml")
    files = sorted((corpus / "schemastore/schemas").glob("*.json"), key=lambda file: file.stat().st_size)[:200:4]
    for file in files:
        as_json.write(f"schemas/{file.name}", file.read_bytes())
        as_yaml.write(f"schemas/{file.stem}.yml", to_yaml(parse(file.read_bytes(), file.name)))
    for project in (as_json, as_yaml):
        assert project.run("generate", "-w", "2", "-t", "markdown", "--unresolved-refs", "opaque").code == 0
    assert {f"{file.stem}.md" for file in files} <= as_json.outputs().keys()
    assert len(files) == 50
    assert as_yaml.outputs() == as_json.outputs()


def test_faults_are_told_at_the_line_of_the_yaml(project: Project) -> None:
    project.write("schemas/syntax.yaml", "title: x\ntype: [\n")
    project.write("schemas/type.yml", "# why\ntype: object\nproperties:\n  a:\n    type: objekt\n")
    project.write("schemas/ref.yaml", "title: é\nitems:\n  $ref: nowhere.yaml\n")
    project.write("schemas/list.yaml", "# c\n- 1\n")
    result = project.generate()
    assert result.summary == "3 generated, 0 fresh, 4 failed"
    places = sorted(line.split(" ")[0] for line in result.errors)
    assert places == [
        "schemas/list.yaml:2:1:",
        "schemas/ref.yaml:3:3:",
        "schemas/syntax.yaml:3:1:",
        "schemas/type.yml:5:5:",
    ]


def test_two_sources_of_one_name_collide_before_anything_is_written(project: Project) -> None:
    project.write("schemas/bike.yaml", "title: Other\n")
    result = project.generate()
    assert result.code == 3
    assert result.errors == ["schemas/bike.yaml:1:1: collides with schemas/bike.json: both would be bike [SG030]"]
    assert not project.exists("build")


def test_yaml_that_comes_and_goes_is_noticed(project: Project) -> None:
    project.generate()
    project.write("schemas/new.yml", "title: New\n")
    assert project.generate().summary == "1 generated, 3 fresh, 0 failed"
    (project.root / "schemas/new.yml").unlink()
    assert project.generate().summary == "0 generated, 3 fresh, 0 failed"
    assert not project.exists("build/new.txt")


def test_comments_in_json_are_an_option_of_the_project(project: Project) -> None:
    project.write("schemas/more.jsonc", '{"title": "More", // why\n "description": "",}')
    assert project.generate().summary == "4 generated, 0 fresh, 0 failed"
    project.write("schemas/bike.json", '{"title": "Bike", // two wheels\n "description": "b"}')
    assert project.generate().summary == "0 generated, 3 fresh, 1 failed"
    project.config(packs=["packs/plain"], json_comments=True)
    assert project.generate().code == 0
    assert project.read("build/bike.txt") == "Bike: b\n"
    project.config(packs=["packs/plain"])
    assert project.generate().summary.endswith("1 failed")


def test_yaml_without_pyyaml_is_one_line_that_says_what_to_install(project: Project) -> None:
    project.write("sitecustomize.py", "import sys\nsys.modules['yaml'] = None\n")
    project.environment["PYTHONPATH"] = str(project.root)
    assert project.generate().code == 0
    project.write("schemas/a.yaml", "title: A\n")
    result = project.generate()
    assert result.code == 3
    assert result.errors == [
        "schemas/a.yaml:1:1: YAML schemas need PyYAML: pip install 'schemagen[yaml]' [SG016]",
    ]


def test_project_without_yaml_never_imports_it(project: Project) -> None:
    program = "import sys; from schemagen.cli import main; main(['generate']); print('yaml' in sys.modules)"
    done = project._process([sys.executable, "-c", program], None)
    assert done.out.splitlines()[-1] == "False", done.err
