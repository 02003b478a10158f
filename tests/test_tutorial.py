"""The tutorial of docs/packs.md, followed to the letter."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.conftest import REPOSITORY, Project


def step_by_step() -> dict[str, list[str]]:
    """The code blocks of the tutorial by language."""
    page = (REPOSITORY / "docs/packs.md").read_text(encoding="utf-8")
    section = page.partition("### Step by step\n")[2].partition("\n### ")[0]
    blocks: dict[str, list[str]] = {}
    for language, text in re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL):
        blocks.setdefault(language, []).append(text)
    return blocks


def times(folder: Path, pattern: str) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.glob(pattern)}


def test_tutorial_of_a_first_pack_says_what_happens(project: Project) -> None:
    steps = step_by_step()
    copy, generate = (line.split()[1:] for line in "".join(steps["sh"]).splitlines())
    (configuration,), (addition,), (complaint,) = steps["toml"], steps["mustache"], steps["text"]
    build, template = project.root / "build", project.root / "packs/mine/markdown.mustache"
    for name in ("one", "two"):
        project.write(f"schemas/{name}.json", json.dumps({"title": name, "type": "object"}))
    project.write("pyproject.toml", configuration.replace("packs/mine", "markdown"))
    assert project.run("generate").code == 0
    before = times(build, "*")

    assert project.run(*copy).code == 0
    project.write("pyproject.toml", configuration)
    assert project.run(*generate).code == 0
    assert times(build, "*") == before, "the copy makes the same pages"

    template.write_text(template.read_text(encoding="utf-8") + addition, encoding="utf-8")
    checked = project.run("packs", "check", "packs/mine")
    assert (checked.code, checked.out) == (1, complaint)
    failed = project.run("generate")
    assert failed.code == 1
    assert "did you mean 'path'?" in failed.err
    assert times(build, "*") == before, "the old pages are kept"

    template.write_text(template.read_text(encoding="utf-8").replace("paht", "path"), encoding="utf-8")
    assert project.run("generate").code == 0
    assert times(build, "*.html") == {path: time for path, time in before.items() if path.endswith(".html")}
    for name in ("one", "two"):
        assert (build / f"{name}.md").read_text(encoding="utf-8").endswith(f"Made from schemas/{name}.json.\n")
