"""Cases 62 to 72: references, and where they may not lead. One build of all that lead nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Project, Result
from tests.faults.running import ALL_PACKS, FAILED, build, line_of
from tests.faults.test_schema_bytes import plain

# By case: what is referred to, and the code of what is said.
BAD: dict[int, dict[str, tuple[str, str]]] = {
    64: {
        "pointer": ("#/$defs/nothing", "SG201"),
        "anchor": ("#nothing", "SG201"),
        "file": ("missing.json", "SG201"),
    },
    65: {
        "folder": ("sub", "SG201"),
        "folder-slash": ("sub/", "SG201"),
        "here": ("./", "SG201"),
    },
    66: {
        "up": ("../../../../etc/passwd", "SG202"),
        "up-escaped": ("%2e%2e/%2e%2e/etc/passwd", "SG202"),
        "absolute": ("/etc/passwd", "SG202"),
        "file-uri": ("file:///etc/passwd", "SG202"),
        "host": ("//host/x", "SG202"),
        "drive": ("C:\\\\x", "SG202"),
        "share": ("\\\\\\\\host\\\\x", "SG202"),
        "link": ("out/secret.schema", "SG202"),
    },
    67: {
        "metadata": ("http://169.254.169.254/latest/meta-data", "SG201"),
        "https": ("https://example.com/a.json", "SG201"),
        "ftp": ("ftp://example.com/a.json", "SG201"),
        "data": ("data:application/json,{}", "SG201"),
        "jar": ("jar:http://example.com/a.jar!/a.json", "SG201"),
    },
    70: {
        "slash-escaped": ("sub%2Fb.json", "SG202"),
        "nul": ("sub/b.json%00", "SG202"),
        "query": ("sub/b.json?x=1", "SG202"),
        "case": ("sub/B.JSON", "SG201"),
    },
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Result]:
    """A project of every reference that leads nowhere, and what a build of it says."""
    folder = tmp_path_factory.mktemp("refs")
    project = Project(folder / "project")
    project.root.mkdir()
    plain(project)
    (folder / "secret.schema").write_text('{"title": "secret"}', encoding="utf-8")
    project.write("schemas/sub/b.json", {"title": "b"})
    for case in BAD.values():
        for name, (ref, _) in case.items():
            project.write(f"schemas/{name}.json", f'{{"title": "{name}",\n"$ref": "{ref}"}}')
    (project.root / "schemas/out").symlink_to(folder)
    return project, build(project)


@pytest.mark.parametrize("case", [pytest.param(case, id=f"case_{case}") for case in BAD])
def test_where_a_reference_may_not_lead(world: tuple[Project, Result], case: int) -> None:
    """A URI with a scheme is answered by the `$id`s of the project alone: nothing is fetched, and nothing here could,
    see tests/test_layers.py. What a path outside holds is not looked at, so it is not said whether it is there."""
    project, result = world
    assert result.code == FAILED
    assert "secret" not in "".join(map(str, project.outputs().values()))
    for name, (_, code) in BAD[case].items():
        line = line_of(result.errors, f"schemas/{name}.json")
        assert line.startswith(f"schemas/{name}.json:2:"), line
        assert line.endswith(f"[{code}]"), line
        assert not project.exists(f"build/{name}.txt")


def test_case_62_recursion(empty_project: Project) -> None:
    tree = {"title": "tree", "type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "b.json"}}}
    empty_project.write("schemas/a.json", tree)
    empty_project.write("schemas/b.json", {"title": "b", "type": "array", "items": {"$ref": "a.json"}})
    empty_project.write(
        "schemas/mutual.json",
        {
            "$ref": "#/$defs/one",
            "$defs": {
                "one": {"properties": {"a": {"$ref": "#/$defs/two"}}},
                "two": {"properties": {"b": {"$ref": "#/$defs/one"}}},
            },
        },
    )
    empty_project.config(packs=list(ALL_PACKS))
    assert build(empty_project).summary == "3 generated, 0 fresh, 0 failed"


def test_case_63_references_that_lead_only_to_each_other(empty_project: Project) -> None:
    plain(empty_project)
    empty_project.write("schemas/a.json", '{\n"$ref": "b.json"}')
    empty_project.write("schemas/b.json", '{\n"$ref": "a.json"}')
    result = build(empty_project)
    assert result.code == FAILED
    assert all(line.startswith(f"schemas/{name}.json:2:1: ") for name, line in zip("ab", result.errors, strict=True))
    assert all("[SG205]" in line for line in result.errors)


def test_case_68_id_only_names(empty_project: Project) -> None:
    """The base is the `$id`, so the file beside it is not meant; but it answers where it is one of the project, as
    nearly every project has it that was never published."""
    plain(empty_project)
    empty_project.write("schemas/a.json", '{"$id": "http://evil.example/x/a.json",\n"$ref": "../../etc/passwd"}')
    empty_project.write("schemas/b.json", '{"$id": "http://evil.example/x/b.json",\n"$ref": "nowhere.json"}')
    result = build(empty_project)
    assert result.code == FAILED
    assert all("[SG201]" in line for line in result.errors)
    assert len(result.errors) == 2


def test_case_69_two_schemas_with_one_id(empty_project: Project) -> None:
    """An error where the `$id` has to answer, and only there: copies that nobody refers to are no mistake."""
    plain(empty_project)
    for name in "ab":
        empty_project.write(f"schemas/{name}.json", {"$id": "https://example.com/same", "title": name})
    assert build(empty_project).code == 0
    empty_project.write("schemas/c.json", '{"title": "c",\n"$ref": "https://example.com/same"}')
    result = build(empty_project)
    assert result.code == FAILED
    (line,) = result.errors
    assert line.startswith("schemas/c.json:2:1: ")
    assert "schemas/a.json" in line
    assert "schemas/b.json" in line


def laughs(levels: int, keyword: str) -> dict[str, Any]:
    """A schema that is ``2 ** levels`` schemas, if every reference is followed."""
    definitions: dict[str, Any] = {f"d{levels}": {"type": "string"}}
    for level in range(levels):
        ref = {"$ref": f"#/$defs/d{level + 1}"}
        both = {"a": ref, "b": ref} if keyword == "properties" else [ref, ref]
        definitions[f"d{level}"] = {keyword: both}
    return {"title": "Laughs", "$ref": "#/$defs/d0", "$defs": definitions}


def wide(levels: int, count: int, keyword: str) -> dict[str, Any]:
    definitions: dict[str, Any] = {f"d{levels}": {}}
    for level in range(levels):
        definitions[f"d{level}"] = {keyword: [{"$ref": f"#/$defs/d{level + 1}"}] * count}
    return {"title": "Wide", "$ref": "#/$defs/d0", "$defs": definitions}


def covering(levels: int, keyword: str) -> dict[str, Any]:
    """A schema that takes a validator some three times as long with each level."""
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {}}}
    for _ in range(levels):
        schema = {keyword: [schema], "unevaluatedProperties": False}
    return schema


def test_case_72_exponential_inlining(empty_project: Project) -> None:
    """A definition that is too large or too deep to be put in its place is shown by its name, so none of these is an
    error; an example is looked for within bounds. Each would take longer than there is time, were it followed."""
    empty_project.config(packs=["form", "markdown", "typescript"], timeout=20)
    for keyword in ("properties", "allOf", "oneOf"):
        empty_project.write(f"schemas/laughs-{keyword}.json", laughs(30, keyword))
    behind = laughs(30, "allOf")
    behind["$defs"] |= {f"c{number}": {"$ref": f"#/$defs/c{number + 1}"} for number in range(500)}
    behind["$defs"]["c500"] = {"$ref": behind["$ref"]}
    empty_project.write("schemas/far-behind.json", {**behind, "$ref": "#/$defs/c0"})
    empty_project.write("schemas/wide.json", wide(6, 50, "allOf"))
    empty_project.write("schemas/covering.json", covering(60, "anyOf"))
    # With workers: only they are ended where they take too long.
    result = empty_project.run("generate", "-w", "2")
    assert (result.summary, result.err) == ("6 generated, 0 fresh, 0 failed", "")
    assert sum(map(len, empty_project.outputs().values())) < 8_000_000
