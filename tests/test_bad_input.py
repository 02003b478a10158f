"""Bad input gets one line a person can act on, the other schemas are built, and the exit code says so.

Every test runs the real command and reads what a user would read.
"""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.conftest import PLAIN_PACK, Project, Result, without_right_to_read_all

ONE_LINE = re.compile(r"^[^:\n]+:\d+:\d+: .+ \[SG\d{3}\]$")
FAILED = 1
CANNOT_START = 3


def assert_one_line(result: Result, start: str, about: str, code: int) -> None:
    """One line on stderr that begins with ``start``, mentions ``about``, and no traceback."""
    assert result.code == code, result
    assert len(result.errors) == 1, result.err
    line = result.errors[0]
    assert ONE_LINE.match(line), line
    assert line.startswith(start), line
    assert about in line, line
    assert "Traceback" not in result.out


def assert_others_built(project: Project, *names: str) -> None:
    for name in names:
        assert project.exists(f"build/{name}.txt"), name


def test_missing_schema_folder(project: Project) -> None:
    result = project.generate("-s", "nowhere")
    assert_one_line(result, "nowhere:1:1: ", "no such schema folder", CANNOT_START)


def test_missing_schema_folder_in_the_configuration_names_its_line(project: Project) -> None:
    project.config(packs=["packs/plain"], schemas=["nowhere"])
    assert_one_line(project.generate(), "nowhere:1:1: ", "no such schema folder", CANNOT_START)


def test_empty_schema_folder(project: Project) -> None:
    (project.root / "empty").mkdir()
    assert_one_line(project.generate("-s", "empty"), "empty:1:1: ", "no *.json", CANNOT_START)


def test_unreadable_schema(project: Project) -> None:
    (project.root / "schemas/bike.json").chmod(0)
    result = project.run("generate", prefix=without_right_to_read_all())
    assert_one_line(result, "schemas/bike.json:1:1: ", "Permission denied", FAILED)
    assert_others_built(project, "member", "billing/invoice")


def test_schema_that_is_a_fifo_does_not_block(project: Project) -> None:
    os.mkfifo(project.root / "schemas/pipe.json")
    result = project.generate()
    assert_one_line(result, "schemas/pipe.json:1:1: ", "not a regular file", FAILED)
    assert_others_built(project, "member", "bike", "billing/invoice")


def test_dangling_link_as_schema(project: Project) -> None:
    (project.root / "schemas/gone.json").symlink_to("nothing-here.json")
    result = project.generate()
    assert_one_line(result, "schemas/gone.json:1:1: ", "cannot read", FAILED)
    assert_others_built(project, "member", "bike")


@pytest.mark.parametrize(
    ("content", "place", "about"),
    [
        ('{"type": "object",\n  "title": }', "2:12", "not JSON"),
        ("", "1:1", "empty"),
        ('{"title": "a", "title": "b"}', "1:", "title"),
        ('{"title": NaN}', "1:", "not JSON"),
        ('{"title": "\\ud800"}', "1:", "surrogate"),
        ("[" * 10_000, "1:", "nested deeper"),
        ("[]", "1:1", "object"),
        (b'{\n "title": "caf\xe9"}', "2:15", "UTF-8"),
        ('{"title": "a"}'.encode("utf-16"), "1:1", "UTF-16"),
    ],
)
def test_what_is_not_strict_json(project: Project, content: str | bytes, place: str, about: str) -> None:
    project.write("schemas/bad.json", content)
    result = project.generate()
    assert_one_line(result, f"schemas/bad.json:{place}", about, FAILED)
    assert_others_built(project, "member", "bike", "billing/invoice")
    assert not project.exists("build/bad.txt")


def test_invalid_schema_names_the_place(project: Project) -> None:
    project.write("schemas/bad.json", '{\n  "type": "object",\n  "properties": {\n    "a": {"type": "strnig"}\n  }\n}')
    result = project.generate()
    assert_one_line(result, "schemas/bad.json:4:", "strnig", FAILED)
    assert "#/properties/a/type" in result.err
    assert_others_built(project, "member", "bike", "billing/invoice")


def test_unknown_dialect(project: Project) -> None:
    project.write("schemas/bad.json", {"$schema": "https://example.com/mine", "type": "object"})
    result = project.generate()
    assert_one_line(result, "schemas/bad.json:2:3: ", "https://example.com/mine", FAILED)


@pytest.mark.parametrize(
    ("ref", "about"),
    [
        ("#/$defs/nothing", "#/$defs/nothing"),
        ("#nothing", "nothing"),
        ("missing.json", "missing.json"),
        ("https://example.com/x.json", "https://example.com/x.json"),
        ("../../outside.json", "leaves"),
        ("/etc/passwd", "/etc/passwd"),
        ("file:///etc/passwd", "/etc/passwd"),
    ],
)
def test_dangling_reference(project: Project, ref: str, about: str) -> None:
    project.write("schemas/bad.json", f'{{"title": "B", "properties": {{\n"a": {{"$ref": "{ref}"}}}}}}')
    result = project.generate()
    assert_one_line(result, "schemas/bad.json:2:7: ", about, FAILED)
    assert_others_built(project, "member", "bike", "billing/invoice")


def test_two_schemas_that_map_to_one_output(project: Project) -> None:
    project.write("more/bike.json", {"title": "Another bike", "description": ""})
    project.config(packs=["packs/plain"], schemas=["schemas", "more"])
    result = project.generate()
    assert_one_line(result, "more/bike.json:1:1: ", "schemas/bike.json", CANNOT_START)
    assert not project.exists("build")


def test_outputs_that_differ_in_case_alone(project: Project) -> None:
    project.write("schemas/BIKE.json", {"title": "Another bike", "description": ""})
    result = project.generate()
    assert result.code == CANNOT_START
    assert "build/BIKE.txt" in result.err
    assert "build/bike.txt" in result.err


def test_output_that_would_be_the_folder_of_another(project: Project) -> None:
    project.write("schemas/bike.txt/wheel.json", {"title": "Wheel", "description": ""})
    result = project.generate()
    assert_one_line(result, "schemas/bike.txt/wheel.json:1:1: ", "build/bike.txt", CANNOT_START)


def test_two_packs_that_make_one_output(project: Project) -> None:
    project.write("packs/other/other.txt.mustache", "{{title}}")
    result = project.generate("-t", "packs/plain", "-t", "packs/other")
    assert result.code == CANNOT_START
    assert "collides" in result.err


@pytest.mark.parametrize("output", ["packs/plain/partials", "packs/Plain/Partials"])
def test_output_that_would_be_a_partial(project: Project, output: str) -> None:
    manifest = PLAIN_PACK.replace("{path}.txt", "{path}.mustache")
    project.write("packs/plain/pack.toml", manifest)
    project.write("schemas/about.json", {"title": "About"})
    result = project.generate("-o", output)
    about = "about.mustache would replace packs/plain/partials/about.mustache, which is read"
    assert_one_line(result, "schemas/about.json:1:1: ", about, CANNOT_START)


@pytest.mark.parametrize("output", [".git", ".git/hooks", ".schemagen", "sub/.GIT/x"])
def test_output_in_a_folder_that_is_not_for_outputs(project: Project, output: str) -> None:
    result = project.generate("-o", output)
    assert result.code == CANNOT_START
    assert "would lie in a folder of Git's or schemagen's own [SG030]" in result.err


def test_two_packs_of_one_name(project: Project) -> None:
    project.write("packs/other/pack.toml", PLAIN_PACK.replace("{path}.txt", "{path}.text"))
    project.write("packs/other/plain.txt.mustache", "{{title}}")
    result = project.generate("-t", "packs/plain", "-t", "packs/other")
    assert_one_line(result, "packs/other/pack.toml:1:1: ", "is that of the pack packs/plain too", CANNOT_START)


@pytest.mark.parametrize("output", ["schemas/out", "schemas", "."])
def test_output_inside_the_schema_folder(project: Project, output: str) -> None:
    result = project.generate("-o", output)
    assert_one_line(result, f"{output}:1:1: ", "schema folder", CANNOT_START)


def test_unknown_pack(project: Project) -> None:
    result = project.generate("-t", "forms")
    assert_one_line(result, "forms:1:1: ", "form", CANNOT_START)


def test_folder_that_is_no_pack_says_what_it_holds(project: Project) -> None:
    result = project.generate("-t", "packs")
    assert_one_line(result, "packs:1:1: ", "plain", CANNOT_START)


@pytest.mark.parametrize(
    ("template", "place", "about"),
    [
        ("{{title}}\n  {{#title}}open", "2:3", "not closed"),
        ("{{title}}{{/title}}", "1:10", "not open"),
        ("{{#title}}\n{{/tilte}}{{/title}}", "2:1", "tilte"),
        ("ab {{title", "1:4", "tag is not closed"),
        ("{{ }}", "1:1", "empty tag"),
        ("{{=|=}}", "1:1", "delimiters"),
        ("{{#title}}" * 201 + "{{/title}}" * 201, "1:2001", "nested deeper than 200 levels"),
        ("x{{> nowhere}}", "1:2", "nowhere"),
        ("x{{> ../../secret}}", "1:2", "secret"),
    ],
)
def test_template_that_is_wrong(project: Project, template: str, place: str, about: str) -> None:
    project.write("packs/plain/plain.txt.mustache", template)
    result = project.generate()
    assert_one_line(result, f"packs/plain/plain.txt.mustache:{place}: ", about, CANNOT_START)
    assert not project.exists("build")


def test_missing_variable_names_template_and_schema(project: Project) -> None:
    project.write("packs/plain/plain.txt.mustache", "{{title}}\n{{tilte}}")
    result = project.generate()
    assert result.code == FAILED
    assert len(result.errors) == 3
    for line in result.errors:
        assert ONE_LINE.match(line)
        assert line.startswith("packs/plain/plain.txt.mustache:2:1: ")
    assert "schemas/bike.json" in result.err


def test_endless_partial_is_an_error_not_a_crash(project: Project) -> None:
    project.write("packs/plain/partials/about.mustache", "{{> about}}")
    result = project.generate()
    assert result.code == FAILED
    assert "without end" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("manifest", "about"),
    [
        ("name = ", "TOML"),
        ('language = "klingon"\nview = "1"', "klingon"),
        ('language = "text"\nview = "99"', "view"),
        ('language = "text"\nview = "1"\nouputs = 1', "ouputs"),
        ('language = "text"\nview = "1"', "outputs"),
        (
            'language = "text"\nview = "1"\n[[outputs]]\ntemplate = "no.mustache"\npath = "{path}"',
            "no.mustache",
        ),
        (
            'language = "text"\nview = "1"\n[[outputs]]\ntemplate = "plain.txt.mustache"\npath = "../{path}"',
            "leaves",
        ),
    ],
)
def test_manifest_that_is_wrong(project: Project, manifest: str, about: str) -> None:
    project.write("packs/plain/pack.toml", manifest)
    assert_one_line(project.generate(), "packs/plain/pack.toml:", about, CANNOT_START)


@pytest.mark.parametrize(
    ("table", "place", "about"),
    [
        ("[tool.schemagen]\noutputs = 1", "2:1", "'output'"),
        ('[tool.schemagen]\nschemas = "schemas"', "2:1", "schemas"),
        ("[tool.schemagen]\n\nbatch_size = 0", "3:1", "batch_size"),
        ('[tool.schemagen]\nunresolved_refs = "ignore"', "2:1", "unresolved_refs"),
        ("[tool.schemagen\n", "1:", "TOML"),
    ],
)
def test_configuration_that_is_wrong(project: Project, table: str, place: str, about: str) -> None:
    project.write("pyproject.toml", table)
    assert_one_line(project.generate(), f"pyproject.toml:{place}", about, CANNOT_START)


def test_failure_keeps_the_old_output_and_builds_it_again_when_mended(project: Project) -> None:
    good = project.read("schemas/bike.json")
    project.generate()
    before = project.outputs()
    project.write("schemas/bike.json", "{")
    broken = project.generate()
    assert (broken.code, broken.summary) == (FAILED, "0 generated, 2 fresh, 1 failed")
    assert project.outputs() == before
    project.write("schemas/bike.json", good)
    mended = project.generate()
    assert (mended.code, mended.errors) == (0, [])
    assert project.outputs() == before


def test_output_that_is_a_folder_is_left_alone(project: Project) -> None:
    project.write("build/bike.txt/keep.me", "mine")
    result = project.generate()
    assert_one_line(result, "build/bike.txt:1:1: ", "not a regular file", FAILED)
    assert project.read("build/bike.txt/keep.me") == "mine"
    assert_others_built(project, "member", "billing/invoice")


def test_output_folder_linked_to_outside_is_refused(project: Project) -> None:
    outside = project.root.parent / "outside"
    outside.mkdir()
    (project.root / "build").mkdir()
    (project.root / "build/billing").symlink_to(outside)
    result = project.generate()
    assert_one_line(result, "build/billing/invoice.txt:1:1: ", "leads out", FAILED)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_doit_says_the_same(project: Project, workers: str) -> None:
    project.write("schemas/bad.json", "{")
    result = project.doit("-n", workers)
    assert_one_line(result, "schemas/bad.json:1:", "not JSON", FAILED)
    assert_others_built(project, "member", "bike", "billing/invoice")


def test_doit_cannot_start_without_schemas(project: Project) -> None:
    project.config(packs=["packs/plain"], schemas=["nowhere"])
    result = project.doit()
    assert result.code == CANNOT_START
    assert "Traceback" not in result.err
    assert any(ONE_LINE.match(line) and "nowhere:1:1: " in line for line in result.errors)


def test_bad_options_are_refused(project: Project) -> None:
    for args in (["-w", "0"], ["-b", "few"], ["--unresolved-refs", "maybe"]):
        assert project.run("generate", *args).code == 2


def test_view_of_an_unknown_schema(project: Project) -> None:
    assert_one_line(project.run("view", "nothing"), "nothing:1:1: ", "no such schema", CANNOT_START)


def test_one_mistake_that_breaks_many_schemas_is_said_a_few_times(project: Project) -> None:
    for number in range(6):
        project.write(f"schemas/more/s{number}.json", {"title": "More", "description": "", "type": "object"})
    project.write("schemas/bike.json", {"title": "Bike", "type": "objct"})
    for number in range(7):
        project.write(f"schemas/rides/r{number}.json", {"$ref": "../bike.json"})
    project.write("packs/plain/plain.txt.mustache", "{{titel}}\n")
    result = project.generate("--report", "report.jsonl")
    assert result.code == 1
    wrong = [line for line in result.errors if line.startswith("packs/plain/plain.txt.mustache:1:1: ")]
    assert len(wrong) == 6
    assert all(", rendering schemas/" in line for line in wrong[:5])
    assert wrong[5].endswith(": the same for 3 more schemas; --report FILE has each [SG304]")
    unusable = [line for line in result.errors if line.startswith("schemas/rides/")]
    assert len(unusable) == 6
    assert unusable[5].endswith(": the same for 2 more schemas; --report FILE has each [SG203]")
    events = map(json.loads, project.read("report.jsonl").splitlines())
    assert sum(event["event"] == "failed" for event in events) == 8 + 1 + 7
