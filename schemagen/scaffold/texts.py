"""This module knows what the files of a project say that uses schemagen. README.md and docs/ show the same texts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from schemagen import __version__

EXAMPLE = """\
{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Person",
  "type": "object",
  "properties": {
    "name": { "type": "string", "minLength": 1 },
    "born": { "type": "string", "format": "date" }
  },
  "required": ["name"]
}
"""

DODO = '''\
"""doit reads this file."""

from schemagen.doit_plugin import doit_config, generate_tasks

DOIT_CONFIG = doit_config()


def task_generate():
    yield from generate_tasks()
'''

DOIT_COMMANDS = """\
[tool.doit.plugins.command]
run = "schemagen.doit_plugin.run:RunBuild"
forget = "schemagen.doit_plugin.database:ForgetTasks"
reset-dep = "schemagen.doit_plugin.database:ResetTasks"
dumpdb = "schemagen.doit_plugin.database:DumpState"
check = "schemagen.doit_plugin.check:CheckOutputs"
"""

PRE_COMMIT_HOOK = f"""\
  - repo: local
    hooks:
      - id: schemagen
        name: schemagen
        entry: schemagen hook generate
        language: python
        additional_dependencies: ["schemagen=={__version__}"]
        pass_filenames: false
        require_serial: true
        always_run: true
"""
PRE_COMMIT = f"repos:\n{PRE_COMMIT_HOOK}"

_GITHUB = """\
name: schemagen
on: [push, pull_request]
permissions:
  contents: read
jobs:
  schemagen:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
"""

_GITHUB_CACHE = """\
      - uses: actions/cache@v4
        with:
          path: |
            .schemagen
            {output}
          key: schemagen-${{{{ github.sha }}}}
          restore-keys: schemagen-
"""

_GITLAB_CACHE = """\
  cache:
    key: schemagen
    paths: [.schemagen/, {output}/]
"""


def config_section(schemas: Sequence[str], output: str, exclude: Sequence[str]) -> str:
    """``[tool.schemagen]``."""
    left_out = f"exclude = {_list(exclude)}\n" if exclude else ""
    return (
        f"[tool.schemagen]\nschemas = {_list(schemas)}\noutput = {json.dumps(output, ensure_ascii=False)}\n"
        f'packs = ["form", "markdown"]\n{left_out}'
    )


def _list(items: Sequence[str]) -> str:
    return json.dumps(list(items), ensure_ascii=False)  # what JSON writes of texts is TOML too


def github_workflow(output: str, *, is_committed: bool) -> str:
    """A workflow that generates; where the outputs ``is_committed``, one that compares them."""
    cache = "" if is_committed else _GITHUB_CACHE.format(output=output)
    return f"{_GITHUB}{cache}      - run: pip install schemagen=={__version__}\n      - run: {_step(is_committed)}\n"


def gitlab_job(output: str, *, is_committed: bool) -> str:
    """The same for GitLab."""
    cache = "" if is_committed else _GITLAB_CACHE.format(output=output)
    script = f"  script:\n    - pip install schemagen=={__version__}\n    - {_step(is_committed)}\n"
    return f'schemagen:\n  image: "python:3.13"\n{cache}{script}'


def _step(is_committed: bool) -> str:
    return "schemagen check --diff" if is_committed else "schemagen generate"
