"""check, explain, dry runs, forcing, and keeping what was edited."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import REPOSITORY, Project


def test_check_trusts_the_record_where_there_is_one(project: Project) -> None:
    project.generate()
    result = project.run("check")
    assert result.code == 0
    assert result.out == (
        "3 outputs checked by recorded digest, 0 by generating them in memory, 0 not as they should be\n"
    )


def test_check_without_state_generates_in_memory(project: Project) -> None:
    project.generate()
    shutil.rmtree(project.root / ".schemagen")
    result = project.run("check")
    assert (result.code, result.out.split(",")[1].strip()) == (0, "3 by generating them in memory")
    assert not project.exists(".schemagen")
    file = project.root / "build/bike.txt"
    file.write_bytes(file.read_bytes().replace(b"wheels", b"wheelz"))
    result = project.run("check", "--diff")
    assert result.code == 1
    assert result.out.splitlines()[:6] == [
        "stale     build/bike.txt",
        "--- build/bike.txt (present)",
        "+++ build/bike.txt (generated)",
        "@@ -1 +1 @@",
        "-Bike: Two wheelz",
        "+Bike: Two wheels",
    ]


def test_difference_is_shown_where_only_one_side_is_text(project: Project) -> None:
    project.write("schemas/bike.json", {"title": "Bike", "description": "\ufffd", "type": "object"})
    project.generate()
    (project.root / "build/bike.txt").write_bytes(b"Bike: \xff\n")
    assert "\n-Bike: \\xff\n+Bike: \ufffd\n" in project.run("check", "--diff").out


def test_check_and_view_take_more_frames_than_python_allows_as_a_build_does(project: Project) -> None:
    deep: dict[str, object] = {"type": "string"}
    for _ in range(95):
        deep = {"properties": {"a": deep}}
    project.write("schemas/deep.json", deep)
    project.write("schemas/circle.json", {"default": 1, "allOf": [{"$ref": "#"}]})
    assert project.generate("-t", "markdown").code == 0
    shutil.rmtree(project.root / ".schemagen")
    for command in (["check", "-t", "markdown"], ["view", "deep"], ["view", "circle"]):
        result = project.run(*command)
        assert (result.code, result.err) == (0, ""), command


def test_check_names_every_kind_of_difference_and_writes_nothing(project: Project) -> None:
    project.write("schemas/gone.json", {"title": "Gone", "description": ""})
    project.write("schemas/lost.json", {"title": "Lost", "description": ""})
    project.generate()
    (project.root / "schemas/gone.json").unlink()
    (project.root / "build/lost.txt").unlink()
    project.write("build/bike.txt", "mine")
    project.write("schemas/member.json", {"title": "Member", "description": "Somebody", "type": "object"})
    project.write("schemas/bad.json", "{")
    before = (project.mtimes(), project.mtimes(".schemagen"))
    result = project.run("check")
    assert result.code == 1
    assert {tuple(line.split()[:2]) for line in result.out.splitlines()[:-1]} == {
        ("broken", "schemas/bad.json:1:1:"),
        ("edited", "build/bike.txt"),
        ("missing", "build/lost.txt"),
        ("stale", "build/member.txt"),
        ("orphaned", "build/gone.txt"),
    }
    assert (project.mtimes(), project.mtimes(".schemagen")) == before


def test_doit_check_says_the_same(project: Project) -> None:
    project.doit("-n", "2")
    assert project.doit("check").out == project.run("check").out
    project.write("build/bike.txt", "mine\n")
    result = project.doit("check", "--diff")
    assert (result.code, result.out) == (1, project.run("check", "--diff").out)
    project.write("packs/plain/plain.txt.mustache", "{{title")
    result = project.doit("check")
    assert result.code == 3
    assert "packs/plain/plain.txt.mustache:1:1: tag is not closed" in result.err


def test_change_that_changes_no_output_is_no_difference(project: Project) -> None:
    project.generate()
    project.write("schemas/bike.json", project.read("schemas/bike.json") + "\n")
    assert project.run("check").code == 0


def test_check_on_a_read_only_checkout(project: Project) -> None:
    project.generate()
    for folder in ("build", ".schemagen"):
        for file in (project.root / folder).rglob("*"):
            file.chmod(0o444 if file.is_file() else 0o555)
    assert project.run("check").code == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("schemas/bike.json", {"title": "Trike", "description": ""}), "schemas/bike.json changed ("),
        (("packs/plain/partials/about.mustache", "-"), "packs/plain/partials/about.mustache changed ("),
        (("packs/plain/plain.txt.mustache", "-"), "packs/plain/plain.txt.mustache changed ("),
        (("build/bike.txt", "mine"), "build/bike.txt is edited since it was made"),
    ],
)
def test_explain_names_the_reason(project: Project, change: tuple[str, object], reason: str) -> None:
    project.generate()
    project.write(*change)
    lines = project.run("explain", "bike").out.splitlines()
    assert lines[0] == "bike would be generated:"
    assert lines[1].strip().startswith(reason)
    assert reason in project.run("generate", "-w", "1", "-v").out
    lines = project.run("explain", "schemas/bike.json").out.splitlines()
    assert lines[0].startswith("bike is fresh")
    assert lines[1].strip().startswith(reason)


def test_explain_names_the_file_that_a_schema_refs(project: Project) -> None:
    project.generate()
    project.write("schemas/member.json", {"title": "Member", "description": "Somebody", "type": "object"})
    out = project.run("explain").out
    assert out.count("schemas/member.json changed (") == 2
    assert "bike is fresh" in out


def test_explain_without_a_record(project: Project) -> None:
    assert "not made yet" in project.run("explain", "bike").out


def test_dry_run_writes_nothing(project: Project) -> None:
    result = project.generate("--dry-run")
    assert result.code == 0
    assert result.out.splitlines()[-1] == "3 would be generated, 0 fresh, 0 would fail"
    assert not project.exists("build")
    assert not project.exists(".schemagen")
    project.generate()
    (project.root / "schemas/bike.json").unlink()
    assert "would remove build/bike.txt" in project.generate("--dry-run").out
    assert project.exists("build/bike.txt")


def test_force_generates_everything_and_rewrites_nothing(project: Project) -> None:
    project.generate()
    before = project.mtimes()
    assert project.generate("--force").summary == "3 generated, 0 fresh, 0 failed"
    assert project.mtimes() == before


def test_edited_output_is_restored_and_named(project: Project) -> None:
    project.generate()
    project.write("build/bike.txt", "mine")
    assert project.generate().err == "build/bike.txt:1:1: edited since it was made: restored\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_edited_output_is_kept_if_asked(project: Project, workers: str) -> None:
    project.generate()
    project.write("build/bike.txt", "mine")
    project.write("schemas/bike.json", {"title": "Trike", "description": "", "type": "object"})
    result = project.run("generate", "-w", workers, "--keep-edited")
    assert (result.code, result.err) == (1, "build/bike.txt:1:1: edited since it was made: kept\n")
    assert project.read("build/bike.txt") == "mine"
    assert project.generate().code == 0
    assert project.read("build/bike.txt").startswith("Trike")


@pytest.mark.parametrize("command", [("generate", "-w", "1"), ("generate", "-w", "2")])
def test_output_that_was_edited_while_its_task_was_forgotten_is_an_edit_too(
    project: Project, command: tuple[str, ...]
) -> None:
    project.doit()
    project.doit("forget", "generate:bike")
    project.write("build/bike.txt", "mine")
    for _ in range(2):
        result = project.run(*command, "--keep-edited")
        assert (result.code, result.err) == (1, "build/bike.txt:1:1: edited since it was made: kept\n")
        assert project.read("build/bike.txt") == "mine"
    assert "edited    build/bike.txt" in project.run("check").out
    assert project.run(*command).err == "build/bike.txt:1:1: edited since it was made: restored\n"
    assert project.read("build/bike.txt").startswith("Bike")


def test_output_of_a_schema_that_comes_back_may_have_been_edited(project: Project) -> None:
    project.generate()
    project.config(packs=["packs/plain"], exclude=["bike*"])
    project.write("build/bike.txt", "mine")
    assert "it was edited: kept" in project.generate().err
    project.config(packs=["packs/plain"])
    assert project.generate().err == "build/bike.txt:1:1: edited since it was made: restored\n"


def test_output_that_has_the_right_bytes_is_not_said_to_be_restored(project: Project) -> None:
    """It was made by a build whose record was lost, on a full disk for instance."""
    project.generate()
    record = (project.root / ".schemagen/log").read_bytes()
    project.write("schemas/bike.json", {"title": "Trike", "description": "", "type": "object"})
    project.generate()
    (project.root / ".schemagen/log").write_bytes(record)
    assert project.generate().err == ""


def test_explain_names_the_option(project: Project) -> None:
    project.generate()
    project.config(packs=["packs/plain"], unresolved_refs="opaque", default_draft="draft7")
    lines = project.run("explain", "bike").out.splitlines()
    assert lines[1:] == [
        "    unresolved_refs changed (error -> opaque)",
        "    default_draft changed (2020-12 -> draft7)",
    ]


def test_explain_names_the_templates_of_stale_outputs_alone(project: Project) -> None:
    manifest = project.read("packs/plain/pack.toml")
    project.write(
        "packs/plain/pack.toml", manifest + '\n[[outputs]]\ntemplate = "two.mustache"\npath = "{path}.2.txt"\n'
    )
    project.write("packs/plain/two.mustache", "2")
    project.generate()
    project.write("packs/plain/two.mustache", "two")
    project.write("packs/plain/partials/nobody.mustache", "uses this")
    reasons = project.run("explain", "bike").out.splitlines()[1:]
    assert [reason.partition(" (")[0].strip() for reason in reasons] == ["packs/plain/two.mustache changed"]
    project.write("packs/plain/pack.toml", project.read("packs/plain/pack.toml").replace("A", "The"))
    project.write("packs/plain/pack.toml", project.read("packs/plain/pack.toml") + "# mine\n")
    reasons = project.run("explain", "bike").out.splitlines()[1:]
    assert [reason.partition(" (")[0].strip() for reason in reasons] == [
        "packs/plain/pack.toml changed",
        "packs/plain/two.mustache changed",
    ]


def test_explain_says_that_an_index_shows_something_else(project: Project) -> None:
    manifest = project.read("packs/plain/pack.toml")
    index = '\n[[outputs]]\ntemplate = "index.mustache"\npath = "index.txt"\nper = "project"\n'
    project.write("packs/plain/pack.toml", manifest + index)
    project.write("packs/plain/index.mustache", "{{#schemas}}{{title}}{{/schemas}}")
    project.generate()
    project.write("schemas/bike.json", {"title": "Trike", "description": "", "type": "object"})
    lines = project.run("explain").out.splitlines()
    assert lines[lines.index("plain would be generated:") + 1] == "    what it shows of the schemas changed"
    assert "project:plain  what it shows of the schemas changed\n" in project.generate("-v").out
    project.write("packs/plain/index.mustache", "{{#schemas}}{{title}} {{/schemas}}")
    assert "project:plain  packs/plain/index.mustache changed (" in project.generate("-v").out


def test_log_names_no_file_of_a_pack_outside_of_the_project(project: Project) -> None:
    project.config(packs=["packs/plain", "markdown"])
    project.generate()
    assert b'"=packs"' in (project.root / ".schemagen/log").read_bytes()
    assert str(REPOSITORY).encode() not in (project.root / ".schemagen/log").read_bytes()
