"""The documentation says what is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from schemagen.config import config_schema
from schemagen.view.markdown import escape_markdown
from tests.conftest import REPOSITORY


def test_reference_pages_are_what_the_markdown_pack_makes_of_our_schemas(tmp_path: Path) -> None:
    """CI runs the same ``check`` in the checkout."""
    shutil.copytree(REPOSITORY / "schemagen/contract", tmp_path / "schemagen/contract")
    (tmp_path / "docs").mkdir()
    for name in ("view.md", "configuration.md", "schemas.md", "pyproject.toml"):
        shutil.copy(REPOSITORY / "docs" / name, tmp_path / "docs")
    subprocess.run([sys.executable, "-m", "schemagen", "check"], cwd=tmp_path / "docs", check=True)
    command = "(cd docs && ../.venv/bin/schemagen check)"
    assert command in (REPOSITORY / ".ci/run").read_text(encoding="utf-8")


def test_page_on_the_configuration_has_every_key_with_its_default_and_meaning() -> None:
    page = (REPOSITORY / "docs/configuration.md").read_text(encoding="utf-8")
    for key, schema in config_schema()["properties"].items():
        assert f"| [`{key}`](#property-{key.replace('_', '-')}) |" in page
        assert f"| `{json.dumps(schema['default'])}` | {escape_markdown(schema['description'])} |" in page


def test_links_between_pages_lead_somewhere() -> None:
    for page in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        text = re.sub(r"`[^`\n]*`", "", text)
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (page.parent / link).exists(), f"{page}: {link}"
