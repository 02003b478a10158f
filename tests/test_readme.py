"""The README's commands are those that CI runs."""

from __future__ import annotations

import re

from tests.conftest import REPOSITORY


def test_the_first_two_commands_of_the_readme_are_single_lines_and_ci_runs_the_second() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"```sh\n(.+?)```", readme, re.DOTALL)[:2]
    assert first.count("\n") == second.count("\n") == 1
    assert first.strip().endswith("doit -n 2")
    assert second in (REPOSITORY / ".ci/run").read_text(encoding="utf-8")


def test_ci_installs_every_program_that_tests_skip_without() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in (REPOSITORY / "tests").glob("*.py"))
    wanted = {name for name in ("chromium", "java", "node", "npm") if f'shutil.which("{name}")' in tests}
    script = (REPOSITORY / ".ci/run").read_text(encoding="utf-8")
    assert {name for name in wanted if f" {name}:" in script} == wanted == {"chromium", "java", "node", "npm"}
