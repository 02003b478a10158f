"""Options of packs: declared, chosen, checked, part of the keys of their outputs and of no others."""

from __future__ import annotations

import pytest

from tests.conftest import Project

MANIFEST = """\
name = "mine"
language = "text"
view = "1"

[options.loud]
description = "Write it large."
default = false

[options.style]
description = "How it is written."
default = "plain"
choices = ["plain", "fancy"]

[[outputs]]
template = "page.mustache"
path = "{path}.mine.txt"

[[outputs]]
template = "index.mustache"
path = "index.mine.txt"
per = "project"
"""
PAGE = "{{#options.loud}}LOUD {{/options.loud}}{{#options}}{{#style}}{{#fancy}}~{{/fancy}}{{/style}}{{/options}}"
PAGE += "{{title}}\n"


@pytest.fixture
def mine(project: Project) -> Project:
    """The project with a pack that has options, beside one that has none."""
    project.write("packs/mine/pack.toml", MANIFEST)
    project.write("packs/mine/page.mustache", PAGE)
    project.write("packs/mine/index.mustache", "{{#options.style.fancy}}~{{/options.style.fancy}}{{count}}\n")
    choose(project)
    return project


def choose(project: Project, options: str = "", *, packs: str = '["packs/mine", "packs/plain"]') -> None:
    project.config()
    text = project.read("pyproject.toml").replace("[tool.schemagen]\n", f"[tool.schemagen]\npacks = {packs}\n{options}")
    project.write("pyproject.toml", text)


def test_what_is_not_chosen_is_as_the_pack_says(mine: Project) -> None:
    assert mine.generate().code == 0
    assert (mine.read("build/bike.mine.txt"), mine.read("build/index.mine.txt")) == ("Bike\n", "3\n")


def test_options_are_seen_by_templates_and_change_the_outputs_of_their_pack_alone(mine: Project) -> None:
    mine.generate()
    before = mine.mtimes()
    choose(mine, 'options.mine = { loud = true, style = "fancy" }\n')
    assert mine.generate().summary == "3 generated, 0 fresh, 0 failed"
    assert (mine.read("build/bike.mine.txt"), mine.read("build/index.mine.txt")) == ("LOUD ~Bike\n", "~3\n")
    changed = {path for path, time in mine.mtimes().items() if before[path] != time}
    assert changed == {f"{name}.mine.txt" for name in ("bike", "member", "billing/invoice", "index")}
    assert mine.generate().summary == "0 generated, 3 fresh, 0 failed"


def test_explain_says_that_an_option_may_have_changed(mine: Project) -> None:
    mine.generate()
    choose(mine, "options.mine.loud = true\n")
    assert "an option of the pack mine changed" in mine.run("explain", "bike").out


def test_a_pack_that_extends_one_has_its_options(mine: Project) -> None:
    mine.write("packs/ours/pack.toml", 'name = "ours"\nextends = "packs/mine"\n')
    choose(mine, "[tool.schemagen.options]\nours = { loud = true }\n", packs='["packs/ours"]')
    assert mine.generate().code == 0
    assert mine.read("build/bike.mine.txt") == "LOUD Bike\n"


def test_packs_lists_them(mine: Project) -> None:
    choose(mine, "options.mine.loud = true\n")
    out = mine.run("packs").out
    assert "          loud = true  (true or false)  Write it large.\n" in out
    assert '          style = "plain"  ("plain" or "fancy")  How it is written.\n' in out
    assert "faithful = false" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("options.mine.luod = true\n", "pyproject.toml:3:14: the pack 'mine' has no option 'luod'; did you"),
        ("options.mine.loud = 'a'\n", "pyproject.toml:3:14: the option 'loud' of the pack 'mine' must be true or"),
        ("options.mine.style = 'bold'\n", "the option 'style' of the pack 'mine' must be \"plain\" or \"fancy\" ["),
        ("options.nime.loud = true\n", "pyproject.toml:3:9: options for the pack 'nime', which is not used; "),
        ("options.plain.loud = true\n", "the pack 'plain' has no option 'loud'; it has none"),
        ("options.mine.loud = 1\n", "pyproject.toml:3:1: options: "),
        ("options.mine = 1\n", "pyproject.toml:3:1: options: "),
    ],
)  # fmt: skip
def test_wrong_choice_is_an_error_at_its_line(mine: Project, options: str, message: str) -> None:
    choose(mine, options)
    result = mine.generate()
    assert result.code == 3
    assert message in result.err


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("default = true", "the option 'x' needs a description"),
        ('description = "X."', "the default of the option 'x' must be true or false"),
        ('description = "X."\ndefault = "c"\nchoices = ["a", "b"]', "the default of the option 'x' must be \"a\" or"),
        ('description = "X."\ndefault = "A"\nchoices = ["A"]', "choices of the option 'x' is a list of words in lower"),
        ('description = "X."\ndefault = true\nchoises = []', "unknown key 'choises'; did you mean 'choices'?"),
    ],
)  # fmt: skip
def test_mistake_in_a_declaration_is_found(mine: Project, table: str, message: str) -> None:
    mine.write("packs/mine/pack.toml", f"{MANIFEST}\n[options.x]\n{table}\n")
    result = mine.generate()
    assert result.code == 3
    assert message in result.err


def test_option_that_the_pack_does_not_declare_is_a_slip_in_a_template(mine: Project) -> None:
    mine.write("packs/mine/page.mustache", "{{#options.louder}}x{{/options.louder}}\n")
    assert "no view has 'louder'" in mine.run("packs", "check", "packs/mine").out


def test_options_of_the_project_do_not_disturb_a_run_with_other_packs(mine: Project) -> None:
    choose(mine, "options.mine.loud = true\n")
    assert mine.generate("-t", "packs/plain").code == 0
