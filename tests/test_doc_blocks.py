"""Every block of README.md and docs/ does what it says: commands are run, files are written and used, the rest parses.

The words that introduce a block say what it is: after "in `FILE`:" it is the content of that file, after "add to
`FILE`:" it goes to its end. ``sh`` is run, in a project with the files so far. ``text`` is output: right after commands
it must be theirs, but for seconds.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pystache.parser
import pytest
import yaml

from tests.conftest import REPOSITORY, Project

GENERATED = {"view.md", "configuration.md", "schemas.md", "errors.md"}
PAGES = ["README.md", *(f"docs/{page.name}" for page in sorted((REPOSITORY / "docs").glob("*.md")))]
BLOCK = re.compile(r"^ *```(.*)\n((?:(?! *```).*\n)*?) *```$", re.MULTILINE)
FILE = re.compile(r"(in|to)\s+`([\w./-]+)`:\s*\Z")
SECONDS = re.compile(r"\d+\.\d\d s\b")
# What a page takes for granted, and commands that are not for a reader's own project.
READY = {"docs/ci.md": ("generate",)}
ELSEWHERE = {
    "docs/packs.md": "tests/test_tutorial.py follows the tutorial",
    "docs/cluster.md": "tests/test_cluster.py and tests/test_shards.py do so with clusters and shards of their own",
}
OUR_OWN = re.compile(r"^python3 -m venv \.venv && \.venv/bin/pip install -q -e \S+ && ")
NODE = shutil.which("node")


class Block(NamedTuple):
    language: str
    text: str
    before: str


def blocks_of(page: str) -> list[Block]:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    found, end = [], 0
    for match in BLOCK.finditer(text):
        found.append(Block(match[1], match[2], text[end : match.start()]))
        end = match.end()
    return found


def parse(block: Block) -> None:
    """Raise what the parser of the block's language raises."""
    match block.language:
        case "toml":
            tomllib.loads(block.text)
        case "json":
            json.loads(block.text)
        case "yaml":
            yaml.compose(block.text)
        case "python":
            ast.parse(block.text)
        case "mustache":
            pystache.parser.parse(block.text)
        case "js":
            if NODE:
                subprocess.run([NODE, "--check", "-"], input=block.text, encoding="utf-8", check=True)
        case language:
            # What a pack makes, as a page shows it, is output too.
            assert language in {"sh", "text", "ts"}, f"a block of {language!r}"


@pytest.mark.parametrize("page", [page for page in PAGES if Path(page).name not in GENERATED])
def test_blocks_parse_and_commands_run(page: str, project: Project, tmp_path: Path) -> None:
    if page == "README.md":
        project = Project(tmp_path / "new")
        project.root.mkdir()
    else:
        project.config(packs=["markdown"])
    for command in READY.get(page, ()):
        assert project.run(command).code == 0
    shown: str | None = None
    for block in blocks_of(page):
        parse(block)
        words = FILE.search(block.before)
        if block.language == "sh":
            shown = "" if page in ELSEWHERE else run(block.text, project)
        elif block.language == "text":
            if shown and not block.before.strip():
                assert SECONDS.sub("", shown) == SECONDS.sub("", block.text)
        elif words:
            old = project.read(words[2]) + "\n" if words[1] == "to" else ""
            project.write(words[2], old + block.text)


def run(commands: str, project: Project) -> str:
    """What ``commands`` print."""
    if OUR_OWN.match(commands):
        return run_our_own(OUR_OWN.sub("", commands), project)
    commands = re.sub(r"^pip install schemagen\n", "", commands, flags=re.MULTILINE)
    return run_in(project.root, commands)


def run_our_own(commands: str, project: Project) -> str:
    """The commands of the README's first lines, which are for a checkout, but the installation, as this one is."""
    if "pytest" in commands:
        return ""  # that is what runs this
    copy = project.root.parent / "checkout"
    copy.mkdir()
    for name in ("schemas", "templates"):
        shutil.copytree(REPOSITORY / name, copy / name)
    for name in ("dodo.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, copy)
    out = run_in(copy, commands.replace(".venv/bin/", ""))
    assert (copy / "build/forms.html").exists()
    assert (copy / "build/schemas.md").exists()
    return out


def run_in(folder: Path, commands: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    cache = {"SCHEMAGEN_NO_CACHE": "", "XDG_CACHE_HOME": str(folder.parent / "cache home")}  # as it is by default
    done = subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=folder,
        env={**os.environ, **cache, "PATH": path},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_project_of_the_readme_is_what_it_says(tmp_path: Path) -> None:
    """As a new user would: three schemas and a pack of one's own, from README.md alone."""
    project = Project(tmp_path / "new")
    project.root.mkdir()
    for block in blocks_of("README.md"):
        words = FILE.search(block.before)
        if words and block.language != "sh":
            old = project.read(words[2]) + "\n" if words[1] == "to" else ""
            project.write(words[2], old + block.text)
    assert project.doit("-n", "2").summary == "3 generated, 0 fresh, 0 failed"
    assert set(project.outputs()) == {
        *(f"{name}.{suffix}" for name in ("book", "loan", "member") for suffix in ("md", "txt")),
        "schemas.md",
    }
    assert "[Book](book.md#schema)" in project.read("build/loan.md")
    assert "n2 --> n1" in project.read("build/schemas.md")
    assert project.run("check").code == 0
    assert len(project.read("dodo.py").splitlines()) <= 10


def test_configuration_of_mkdocs_makes_a_site_in_which_every_link_leads_somewhere(project: Project) -> None:
    (configuration,) = [block.text for block in blocks_of("docs/pages.md") if block.language == "yaml"]
    shutil.rmtree(project.root / "schemas")
    shutil.copytree(REPOSITORY / "schemas", project.root / "schemas")
    project.config(packs=["markdown"])
    assert project.run("generate").code == 0
    # Its own theme instead of the one to be installed: what is looked at here does not depend on it.
    project.write("mkdocs.yml", configuration.replace("name: material", "name: mkdocs"))
    run_in(project.root, "mkdocs build --strict --quiet")
    assert 'class="mermaid"' in project.read("site/schemas/index.html")
    assert "<table" in project.read("site/billing/invoice/index.html")
