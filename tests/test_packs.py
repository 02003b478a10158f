"""Packs: manifests, packs that extend others, and outputs for the whole project."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Project

INDEX_PACK = """\
name = "site"
language = "html"
view = "1"

[[outputs]]
template = "page.mustache"
path = "{path}.html"

[[outputs]]
template = "index.mustache"
path = "index.html"
per = "project"

[[outputs]]
copy = "style.css"
path = "assets/style.css"
per = "project"
"""


@pytest.fixture
def site(project: Project) -> Project:
    """The project with a pack of a page per schema, an index and a stylesheet."""
    project.write("packs/site/pack.toml", INDEX_PACK)
    project.write("packs/site/page.mustache", "<h1>{{title}}</h1>{{description}}\n")
    index = "{{#folders}}[{{path}}]{{#schemas}} {{label}}={{#outputs}}{{href}}{{/outputs}}{{/schemas}}\n{{/folders}}"
    project.write("packs/site/index.mustache", "{{count}}\n" + index)
    project.write("packs/site/style.css", "/* {{not a tag}} */\n")
    project.config(packs=["packs/site"])
    return project


INDEX = "3\n[] Bike=bike.html Member=member.html\n[billing] Invoice=billing/invoice.html\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_output_for_the_project_shows_all_schemas(site: Project, workers: str) -> None:
    assert site.run("generate", "-w", workers).summary == "3 generated, 0 fresh, 0 failed"
    assert site.read("build/index.html") == INDEX
    assert site.read("build/assets/style.css") == "/* {{not a tag}} */\n"


@pytest.mark.parametrize("front", ["generate", "doit"])
def test_index_is_made_again_only_if_what_it_shows_changed(site: Project, front: str) -> None:
    def build() -> str:
        return (site.doit("-n", "2") if front == "doit" else site.run("generate")).summary

    build()
    before = site.mtimes()
    bike = {"title": "Bike", "description": "Three wheels", "properties": {"bell": True}}
    site.write("schemas/bike.json", bike)
    assert build() == "1 generated, 2 fresh, 0 failed"
    after = site.mtimes()
    assert {path for path in after if after[path] != before[path]} == {"bike.html"}
    site.write("schemas/bike.json", {**bike, "title": "Trike"})
    assert build() == "1 generated, 2 fresh, 0 failed"
    assert site.read("build/index.html") == INDEX.replace("Bike", "Trike")
    site.write("schemas/new.json", {"title": "New", "description": ""})
    (site.root / "schemas/member.json").unlink()
    site.write("schemas/billing/invoice.json", {"title": "Invoice", "description": ""})
    build()
    assert site.read("build/index.html") == (
        "3\n[] Trike=bike.html New=new.html\n[billing] Invoice=billing/invoice.html\n"
    )
    assert site.run("check").code == 0
    assert build() == "0 generated, 3 fresh, 0 failed"


def test_index_is_made_though_a_schema_failed(site: Project) -> None:
    site.write("schemas/bad.json", "{")
    assert site.run("generate").summary == "3 generated, 0 fresh, 1 failed"
    assert site.read("build/index.html").startswith("4\n[] bad=bad.html Bike=bike.html")


@pytest.mark.parametrize("command", ["generate", "doit"])
def test_index_that_cannot_be_made_is_one_line_and_a_failure(site: Project, command: str) -> None:
    site.write("packs/site/index.mustache", "{{#schemas}}{{tilte}}{{/schemas}}")
    site.write("packs/site/style.css", "/* */")
    result = site.run("generate") if command == "generate" else site.doit("-n", "2")
    assert (result.code, result.summary) == (1, "3 generated, 0 fresh, 1 failed")
    (error,) = result.errors
    assert error.startswith("packs/site/index.mustache:1:13: the view has no 'tilte' here; did you mean 'title'?")
    assert "TaskFailed" not in result.out


def test_index_is_not_named_where_schemas_are_not(site: Project) -> None:
    assert site.generate().out.count("\n") == 1
    (site.root / ".schemagen/snapshot").unlink()
    assert site.generate().out.count("\n") == 1
    assert "project:" not in site.doit("-n", "2", "--verbosity", "0", "generate", "project").out


def test_edited_index_is_restored_and_an_index_of_no_pack_is_removed(site: Project) -> None:
    site.generate()
    site.write("build/index.html", "mine")
    assert site.run("check").code == 1
    result = site.run("generate")
    assert "build/index.html:1:1: edited since it was made: restored" in result.err
    assert site.read("build/index.html") == INDEX
    manifest = site.read("packs/site/pack.toml")
    site.write("packs/site/pack.toml", manifest[: manifest.rindex("[[outputs]]")])
    site.generate()
    assert not site.exists("build/assets")
    assert site.run("check").code == 0


def test_check_without_state_covers_the_index(site: Project) -> None:
    site.generate()
    (site.root / ".schemagen/log").unlink()
    assert site.run("check").code == 0
    site.write("build/index.html", INDEX.replace("Bike", "Bake"))
    result = site.run("check", "--diff")
    assert result.code == 1
    assert "+[] Bike=bike.html Member=member.html" in result.out


def test_doit_knows_the_index(site: Project) -> None:
    assert site.doit("-n", "2").code == 0
    assert "project:site" in site.doit("list", "--all").out
    assert site.doit("info", "project:site").code == 0
    site.doit("clean")
    assert site.outputs() == {}
    assert site.doit().summary == "3 generated, 0 fresh, 0 failed"
    assert site.read("build/index.html") == INDEX


def test_file_to_copy_is_an_input(site: Project) -> None:
    site.generate()
    site.write("packs/site/style.css", "/* new */\n")
    assert site.run("generate").summary == "0 generated, 3 fresh, 0 failed"
    assert site.read("build/assets/style.css") == "/* new */\n"


def test_pack_that_extends_another_takes_its_place_file_by_file(site: Project) -> None:
    site.write("packs/ours/pack.toml", 'name = "ours"\nextends = "packs/site"\n')
    site.write("packs/ours/style.css", "/* ours */\n")
    site.write("packs/ours/page.mustache", "{{title}}, ours\n")
    site.config(packs=["packs/ours"])
    site.generate()
    assert site.read("build/bike.html") == "Bike, ours\n"
    assert site.read("build/index.html") == INDEX
    assert site.read("build/assets/style.css") == "/* ours */\n"
    site.write("packs/site/page.mustache", "theirs\n")
    assert site.run("generate").summary == "0 generated, 3 fresh, 0 failed"
    site.write("packs/site/index.mustache", "{{count}}\n")
    site.generate()
    assert site.read("build/index.html") == "3\n"


def test_built_in_pack_can_be_extended_under_its_own_name(project: Project) -> None:
    project.write("templates/form/pack.toml", 'extends = "form"\n')
    project.write("templates/form/form.mustache", "{{title}}\n")
    project.config(packs=["form"])
    project.generate()
    assert project.read("build/bike.html") == "Bike\n"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"pag.mustache": ""},
            (
                "packs/ours/pag.mustache:1:1: this template overrides nothing of the pack 'site', and nothing uses it; "
                "did you mean 'page.mustache'? [SG023]"
            ),
        ),
        (
            {"partials/x.mustache": ""},
            "packs/ours/partials/x.mustache:1:1: this partial overrides nothing of the pack 'site', and nothing uses ",
        ),
        (
            {"pack.toml": 'extends = "packs/sight"\n'},
            "packs/ours/pack.toml:1:1: extends 'packs/sight': no such pack or folder (there are form, markdown, typ",
        ),
        ({"pack.toml": 'extends = "packs/ours"\n'}, "packs/ours/pack.toml:1:1: extends 'packs/ours': "),
    ],
)
def test_pack_that_extends_nothing_is_refused(site: Project, files: dict[str, str], message: str) -> None:
    site.write("packs/ours/pack.toml", 'name = "ours"\nextends = "packs/site"\n')
    for path, text in files.items():
        site.write(f"packs/ours/{path}", text)
    site.config(packs=["packs/ours"])
    result = site.generate()
    assert result.code == 3
    assert message in result.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('per = "schemas"', '16:1: per must be "schema" or "project"'),
        (
            'template = "index.mustache"\ncopy = "style.css"',
            "14:1: an output has a template, or a file to copy, and a path",
        ),
        ('template = "../x.mustache"', "15:1: template '../x.mustache' is no name of a file of this pack"),
        ('template = "index.mustache"\npath = "../x"\nper = "project"', "16:1: path '../x' leaves the output folder"),
        (
            'template = "index.mustache"\npath = "{path}"\nper = "project"',
            "16:1: path of an output of the whole project",
        ),
        ('template = "index.mustache"\nlangage = "html"', "16:1: unknown key 'langage'; did you mean 'language'?"),
    ],
)
def test_mistake_in_an_output_is_shown_at_its_line(site: Project, line: str, message: str) -> None:
    base = INDEX_PACK[: INDEX_PACK.index("[[outputs]]\ncopy")]
    table = "[[outputs]]\n" + ("" if "template" in line else 'template = "index.mustache"\n') + line + "\n"
    site.write("packs/site/pack.toml", base + table)
    result = site.generate()
    assert result.code == 3
    assert f"packs/site/pack.toml:{message}" in result.err


def test_pack_is_copied_checked_and_mended(project: Project) -> None:
    project.config(packs=["packs/mine"])
    assert project.run("packs", "copy", "markdown", "packs/mine").code == 0
    assert 'name = "mine"' in project.read("packs/mine/pack.toml")
    assert project.run("packs", "copy", "markdown", "packs/mine").err == (
        "packs/mine:1:1: exists already; a pack is copied into a new folder [SG024]\n"
    )
    assert project.run("packs", "check").out == "1 pack checked, 0 problems\n"
    template = project.read("packs/mine/markdown.mustache")
    project.write("packs/mine/markdown.mustache", "{{titel}}\n{{#properties}}\n{{ nmae }}{{/properties}}" + template)
    result = project.run("packs", "check")
    assert (result.code, result.out.splitlines()) == (1, [
        "packs/mine/markdown.mustache:1:1: no view has 'titel'; did you mean 'title'? [SG308]",
        "packs/mine/markdown.mustache:3:1: no view has 'nmae'; did you mean 'name'? [SG308]",
        "1 pack checked, 2 problems",
    ])  # fmt: skip
    project.write("packs/mine/markdown.mustache", "{{#titel}")
    assert project.run("packs", "check", "packs/mine").out.startswith("packs/mine/markdown.mustache:1:1: ")


def test_packs_are_listed_with_what_they_make(site: Project) -> None:
    site.write("templates/broken/pack.toml", "language")
    result = site.run("packs")
    lines = result.out.splitlines()
    assert lines[0] == "used  packs/site  (packs/site)  "
    assert lines[1:4] == [
        "          {path}.html",
        "          index.html  (once for the project)",
        "          assets/style.css  (once for the project)",
    ]
    assert any(line.startswith("templates/broken/pack.toml:1:") for line in lines)
    assert any(line.startswith("      form  (built in)  An accessible HTML form for each schema, ") for line in lines)
    assert result.code == 1


def test_text_of_a_schema_is_no_code(project: Project) -> None:
    project.write("packs/code/index.ts.mustache", "// {{description}}\nexport const title = {{ts_title}};\n")
    project.config(packs=["packs/code"])
    result = project.generate()
    assert result.code == 3
    assert result.err.startswith("packs/code/index.ts.mustache:1:4: ")
    assert "[SG307]" in result.err
    assert project.run("packs", "check").out.startswith("packs/code/index.ts.mustache:1:4: ")
    project.write("packs/code/index.ts.mustache", "export const title = {{ts_title}};\n")
    assert project.generate().code == 0
    assert project.read("build/bike.ts") == 'export const title = "Bike";\n'


def test_json_pack_escapes_what_stands_in_strings(project: Project) -> None:
    project.write("packs/data/{}".format("index.json.mustache"), '{"title": "{{title}}", "text": "{{description}}"}\n')
    project.write("schemas/bike.json", {"title": 'A "bike"\\', "description": "two\nlines\u2028more"})
    project.config(packs=["packs/data"])
    project.generate()
    assert json.loads(project.read("build/bike.json")) == {"title": 'A "bike"\\', "text": "two\nlines\u2028more"}
