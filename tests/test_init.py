"""``schemagen init`` sets up a project, asks nothing, and overwrites nothing."""

from __future__ import annotations

import subprocess
import tomllib

import pytest

from schemagen.scaffold import texts
from schemagen.scaffold.finding import Found, find, is_schema
from tests.conftest import REPOSITORY, Project

SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Bike", "type": "object"}
NOTHING = "nothing to do: this project is set up\nnext: schemagen generate\n"


def files(project: Project) -> dict[str, bytes]:
    return project.outputs(".")


def test_empty_folder_gets_an_example_that_is_generated(empty_project: Project) -> None:
    result = empty_project.run("init")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "wrote schemas/person.json: an example, since no JSON Schema was found",
        "wrote pyproject.toml: [tool.schemagen], with one schema in schemas",
        "wrote pyproject.toml: [tool.doit.plugins.command], so that doit builds in batches",
        "wrote dodo.py: the schemas as tasks of doit",
        "wrote .gitignore: .schemagen/, build/",
        "next: schemagen generate",
    ]
    assert empty_project.generate().summary == "1 generated, 0 fresh, 0 failed"
    assert empty_project.exists("build/person.html")
    assert empty_project.doit("-n", "2").summary == "0 generated, 1 fresh, 0 failed"


@pytest.mark.parametrize("flags", [(), ("--pre-commit", "--github", "--gitlab")])
def test_the_second_time_there_is_nothing_to_do(empty_project: Project, flags: tuple[str, ...]) -> None:
    empty_project.run("init", *flags)
    before = files(empty_project)
    assert empty_project.run("init", *flags).out == NOTHING
    assert files(empty_project) == before


def test_folders_with_schemas_are_found_and_what_is_there_is_kept(empty_project: Project) -> None:
    empty_project.write("api/schemas/bike.json", SCHEMA)
    empty_project.write("api/schemas/deep/car.json", {"type": "object", "properties": {}})
    empty_project.write("api/schemas/example.json", {"title": "Bike", "type": 1})
    empty_project.write("package.json", {"name": "x", "type": "module"})
    empty_project.write("node_modules/x/schema.json", SCHEMA)
    empty_project.write("build/old.json", SCHEMA)
    mine = '[project]\nname = "mine" # a comment\n\n[tool.other]\nkey = 1'
    empty_project.write("pyproject.toml", mine)
    empty_project.write(".gitignore", "*.pyc")
    assert "with 2 schemas in api/schemas\n" in empty_project.run("init").out
    text = empty_project.read("pyproject.toml")
    assert text.startswith(mine + "\n\n[tool.schemagen]\n")
    assert tomllib.loads(text)["tool"]["schemagen"] == {
        "schemas": ["api/schemas"],
        "output": "generated",
        "packs": ["form", "markdown"],
        "exclude": ["example.json"],
    }
    assert empty_project.read(".gitignore") == "*.pyc\n.schemagen/\ngenerated/\n"
    assert empty_project.generate().summary == "2 generated, 0 fresh, 0 failed"
    assert empty_project.run("init").out == NOTHING


def test_existing_doit_project_keeps_its_dodo_and_is_told_what_to_add(empty_project: Project) -> None:
    dodo = "def task_own():\n    return {'actions': ['echo own']}\n"
    empty_project.write("dodo.py", dodo)
    empty_project.write("pyproject.toml", '[tool.doit]\nverbosity = 2\n\n[tool.doit.plugins.command]\nmine = "a:B"\n')
    empty_project.write("schemas/bike.json", SCHEMA)
    result = empty_project.run("init")
    assert empty_project.read("dodo.py") == dodo
    shown = "".join(f"    {line}\n" if line else "\n" for line in texts.DODO.splitlines())
    assert f"add to dodo.py, which is left as it is:\n\n{shown}" in result.out
    commands = "".join(f"    {line}\n" for line in texts.DOIT_COMMANDS.splitlines())
    assert f"add to pyproject.toml, which is left as it is:\n\n{commands}" in result.out
    assert empty_project.read("pyproject.toml").startswith("[tool.doit]\nverbosity = 2\n\n[tool.doit.plugins.command]")
    before = files(empty_project)
    result = empty_project.run("init")
    assert "wrote" not in result.out
    assert files(empty_project) == before
    # What is told to be added is right.
    lines = texts.DOIT_COMMANDS.partition("\n")[2]
    empty_project.write("pyproject.toml", empty_project.read("pyproject.toml").replace('mine = "a:B"\n', lines))
    empty_project.write("dodo.py", f"{texts.DODO}\n\n{dodo}")
    assert empty_project.run("init").out == NOTHING
    result = empty_project.doit("-n", "2")
    assert result.code == 0
    assert result.out.count("own") >= 1
    assert empty_project.exists("build/bike.html")


def test_flags_add_files_and_leave_those_that_are_there(empty_project: Project) -> None:
    result = empty_project.run("init", "--pre-commit", "--github", "--gitlab")
    assert "wrote .gitignore: .schemagen/\n" in result.out
    assert empty_project.read(".pre-commit-config.yaml") == texts.PRE_COMMIT
    assert "schemagen check --diff" in empty_project.read(".github/workflows/schemagen.yml")
    assert "schemagen check --diff" in empty_project.read(".gitlab-ci.yml")
    for path in (".pre-commit-config.yaml", ".gitlab-ci.yml"):
        empty_project.write(path, "# mine\n")
    result = empty_project.run("init", "--pre-commit", "--gitlab")
    assert "add to .pre-commit-config.yaml, which is left as it is:\n\n      - repo: local\n" in result.out
    assert "add to .gitlab-ci.yml, which is left as it is:\n" in result.out
    assert empty_project.read(".gitlab-ci.yml") == "# mine\n"


def test_outputs_that_are_ignored_are_generated_in_ci_and_no_matter_of_a_hook(empty_project: Project) -> None:
    empty_project.run("init", "--github")
    assert "- run: schemagen generate" in empty_project.read(".github/workflows/schemagen.yml")
    assert "take build/ out of .gitignore" in empty_project.run("init", "--pre-commit").out


def test_line_ends_of_the_configuration_are_kept(empty_project: Project) -> None:
    empty_project.write("pyproject.toml", b"[project]\r\nname = 'x'\r\n")
    empty_project.run("init")
    text = (empty_project.root / "pyproject.toml").read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n")


def test_configuration_that_cannot_be_read_or_added_to(empty_project: Project) -> None:
    empty_project.write("pyproject.toml", "[tool\n")
    result = empty_project.run("init")
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("pyproject.toml:1:")
    empty_project.write("pyproject.toml", "tool = {other = {}}\n")
    result = empty_project.run("init")
    assert result.code == 0
    assert "add to pyproject.toml, which is left as it is:\n\n    [tool.schemagen]\n" in result.out
    assert empty_project.read("pyproject.toml") == "tool = {other = {}}\n"


def test_folder_that_cannot_be_written(empty_project: Project) -> None:
    empty_project.write(".gitignore/x", "")
    result = empty_project.run("init")
    assert (result.code, result.err) == (3, ".gitignore:1:1: cannot read or write this: Is a directory [SG052]\n")


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        (SCHEMA, True),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, True),
        ({"$schema": "https://json.schemastore.org/package.json", "properties": {}}, False),
        ({"properties": {"a": {"type": "string"}}}, True),
        ({"type": "object", "required": []}, True),
        ({"type": ["string", "null"], "enum": ["a", None]}, True),
        ({"$defs": {}}, True),
        ({"type": "Feature", "properties": {"a": {}}}, False),
        ({"name": "x", "type": "module"}, False),
        ({"properties": {"a": 1}}, False),
        ({"type": "object"}, False),
        ([], False),
        (True, False),
    ],
)
def test_schemas_are_known_by_their_keywords(document: object, answer: bool) -> None:
    assert is_schema(document) is answer


def test_what_is_found(empty_project: Project) -> None:
    empty_project.write("one.schema.json", SCHEMA)
    for number in range(3):
        empty_project.write(f"data/{number}.json", {"a": number})
    empty_project.write("data/schema.json", SCHEMA)
    empty_project.write("a/b/c/x.json", SCHEMA)
    empty_project.write("a/b/d/x.json", SCHEMA)
    empty_project.write(".venv/pyvenv.cfg", "")
    empty_project.write("env/pyvenv.cfg", "")
    empty_project.write("env/x.json", SCHEMA)
    empty_project.write("a/broken.json", "{")
    assert find(empty_project.root) == Found(("a/b", "data/schema.json", "one.schema.json"), (), 4)


def test_readme_shows_what_is_written() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for text in (f"```python\n{texts.DODO}```", f"```toml\n{texts.DOIT_COMMANDS}```"):
        assert text in readme
    section = texts.config_section(("schemas",), "build", ()).replace('"form", ', "")
    assert f"```toml\n{section}```" in readme


def test_page_of_pre_commit_shows_what_is_written() -> None:
    page = (REPOSITORY / "docs/pre-commit.md").read_text(encoding="utf-8")
    assert f"```yaml\n{texts.PRE_COMMIT}```" in page


def test_written_workflows_and_hooks_are_yaml(empty_project: Project) -> None:
    yaml = pytest.importorskip("yaml")
    empty_project.run("init", "--pre-commit", "--github", "--gitlab")
    hook = yaml.safe_load(empty_project.read(".pre-commit-config.yaml"))["repos"][0]["hooks"][0]
    assert hook["entry"] == "schemagen hook generate"
    assert yaml.safe_load(empty_project.read(".gitlab-ci.yml"))["schemagen"]["script"][1] == "schemagen check --diff"
    for is_committed in (False, True):
        job = yaml.safe_load(texts.github_workflow("build", is_committed=is_committed))["jobs"]["schemagen"]
        assert [step.get("run", "") for step in job["steps"]][-1].startswith("schemagen ")
        yaml.safe_load(texts.gitlab_job("build", is_committed=is_committed))


def test_git_ignores_what_it_is_told_to(empty_project: Project) -> None:
    empty_project.run("init")
    empty_project.generate()
    subprocess.run(["git", "init", "-q"], cwd=empty_project.root, check=True)
    listed = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=empty_project.root, check=True, capture_output=True, text=True
    ).stdout
    assert sorted(line[3:] for line in listed.splitlines()) == [
        ".gitignore",
        "dodo.py",
        "pyproject.toml",
        "schemas/person.json",
    ]
