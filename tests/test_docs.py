"""The documentation says what is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from schemagen.config import config_schema
from tests.conftest import REPOSITORY


def test_configuration_page_has_every_key_with_its_default_and_meaning() -> None:
    page = (REPOSITORY / "docs/configuration.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{key}` | `{json.dumps(schema['default'])}` | {schema['description']} |"
        for key, schema in config_schema()["properties"].items()
    ]


def test_page_of_the_view_is_what_the_markdown_pack_makes_of_its_schema(tmp_path: Path) -> None:
    """CI runs the same ``check`` in the checkout, by the command that docs/packs.md gives."""
    shutil.copytree(REPOSITORY / "schemagen/contract", tmp_path / "schemagen/contract")
    (tmp_path / "docs").mkdir()
    shutil.copy(REPOSITORY / "docs/view.md", tmp_path / "docs")
    command = [sys.executable, "-m", "schemagen", "check", "-s", "schemagen/contract", "-t", "markdown", "-o", "docs"]
    subprocess.run(command, cwd=tmp_path, check=True)


def test_links_between_pages_lead_somewhere() -> None:
    for page in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"
