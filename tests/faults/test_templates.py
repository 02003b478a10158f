"""Cases 73 to 83: templates."""

from __future__ import annotations

import resource

import pytest

from tests.conftest import Project
from tests.faults.running import CANNOT_START, FAILED, build, command
from tests.faults.test_schema_bytes import plain

TEMPLATE = "packs/plain/plain.txt.mustache"


@pytest.fixture
def small(empty_project: Project) -> Project:
    plain(empty_project)
    empty_project.write("schemas/a.json", {"title": "a"})
    empty_project.write("schemas/b.json", {"title": "b"})
    return empty_project


def test_case_74_partial_that_is_made_later(small: Project) -> None:
    """The pack cannot be used without it, so the build does not start; that it is there now is seen by the next."""
    small.write(TEMPLATE, "{{title}} {{> later}}")
    result = build(small)
    assert (result.code, len(result.errors)) == (CANNOT_START, 1)
    assert result.err.startswith(f"{TEMPLATE}:1:11: partial 'later' does not exist")
    small.write("packs/plain/partials/later.mustache", "now")
    assert build(small).code == 0
    assert small.read("build/a.txt") == "a now"


def test_case_75_partials_that_use_each_other_without_end(small: Project) -> None:
    small.write(TEMPLATE, "{{> a}}")
    small.write("packs/plain/partials/a.mustache", "{{> b}}")
    small.write("packs/plain/partials/b.mustache", "{{> a}}")
    result = build(small)
    assert (result.code, len(result.errors)) == (FAILED, 2)
    assert all("partials nested without end: ... " in line and "[SG303]" in line for line in result.errors)
    assert "packs/plain/partials/a.mustache > packs/plain/partials/b.mustache" in result.err


def test_case_76_recursion_as_deep_as_a_schema_may_be(small: Project) -> None:
    small.write(TEMPLATE, "{{#root}}{{> node}}{{/root}}")
    small.write("packs/plain/partials/node.mustache", "<{{#properties}}{{> node}}{{/properties}}>")
    levels = 98
    small.write("schemas/deep.json", '{"properties":{"a":' * levels + "{}" + "}}" * levels)
    assert build(small).code == 0
    assert small.read("build/deep.txt") == "<" * (levels + 1) + ">" * (levels + 1)


def test_case_78_dynamic_partials_are_those_of_the_pack(small: Project) -> None:
    small.write(TEMPLATE, "{{> *title}}")
    small.write("packs/plain/partials/b.mustache", "of the pack")
    small.write("schemas/a.json", {"title": "../../../pyproject"})
    result = build(small)
    assert (result.code, len(result.errors)) == (FAILED, 1)
    assert "partial '../../../pyproject' lies outside partials/ of this pack" in result.err
    assert small.read("build/b.txt") == "of the pack"


@pytest.mark.parametrize("data", [b"caf\xe9 {{title}}", "{{title}}".encode("utf-16")])
def test_case_80_template_that_is_not_utf_8(small: Project, data: bytes) -> None:
    small.write(TEMPLATE, data)
    result = build(small)
    assert (result.code, len(result.errors)) == (CANNOT_START, 1)
    assert result.err.startswith(f"{TEMPLATE}:1:1: not UTF-8 (byte ")


def test_case_80_ends_of_lines_are_those_of_the_template(small: Project) -> None:
    """An output has the ends of lines that its template has, which git and editors are told to choose; a byte order
    mark is dropped."""
    small.write(TEMPLATE, b"\xef\xbb\xbf{{title}}\r\n{{#title}}\r\nx\r\n{{/title}}\r\nend")
    assert build(small).code == 0
    assert (small.root / "build/a.txt").read_bytes() == b"a\r\nx\r\nend"


def test_case_81_template_that_comes_and_goes(small: Project) -> None:
    small.write("packs/other/page.md.mustache", "# {{title}}\n")
    small.config(packs=["packs/plain", "packs/other"])
    build(small)
    times = small.mtimes()
    small.write("packs/other/partials/about.mustache", "about")  # that nothing uses
    assert build(small).summary == "0 generated, 2 fresh, 0 failed"
    small.write("packs/other/more.csv.mustache", "{{title}}")
    assert build(small).summary == "2 generated, 0 fresh, 0 failed"
    assert {path: small.mtimes()[path] for path in times} == times
    (small.root / "packs/other/more.csv.mustache").unlink()
    assert build(small).code == 0
    assert small.mtimes() == times


def test_case_82_nothing_in_the_data_is_called(small: Project) -> None:
    """A view is made of texts, lists, objects, true and false, all from JSON, and a text is never a template."""
    hostile = "{{name}} {{> about}} {{#x}} {{=<% %>=}} <%title%>"
    small.write("schemas/a.json", {"title": hostile})
    assert build(small).code == 0
    assert small.read("build/a.txt") == f"{hostile}\n"


def test_case_83_output_without_bounds(small: Project) -> None:
    small.config(packs=["packs/plain"], max_output_bytes=1_000_000)
    small.write(
        TEMPLATE,
        "{{#root}}{{#properties}}{{#root}}{{#properties}}{{#root}}{{#properties}}{{title}}, and much more\n"
        "{{/properties}}{{/root}}{{/properties}}{{/root}}{{/properties}}{{/root}}",
    )
    build(small)
    before = small.outputs()
    # Of 700 properties a terabyte is made.
    small.write("schemas/a.json", {"properties": {f"p{number}": {"title": str(number)} for number in range(700)}})
    line = (
        "build/a.txt:1:1: would have more than 1000000 bytes; "
        "max_output_bytes in [tool.schemagen] sets the limit [SG405]"
    )
    before_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = build(small)
    assert (result.summary, result.errors) == ("0 generated, 1 fresh, 1 failed", [line])
    assert small.outputs() == before
    checked = command(small, "check")
    assert (checked.code, line in checked.out) == (FAILED, True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_peak < 100_000  # KB
