"""Compiled templates render what pystache's own renderer does, byte for byte: every real schema, every pack of ours.

pystache parses a partial again at each use. Here it keeps what it parsed, which changes nothing but the time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.peer_kept import Kept
from schemagen.config import Config
from schemagen.loading import load_project
from schemagen.packs import builtin_folder, load_pack
from schemagen.packs.languages import LANGUAGES
from schemagen.view.root import build_view
from tests.conftest import REPOSITORY, parts

Count = Callable[[str, object], None]
PARTS = 16
ANCESTOR = "benchmarks/ancestor/pack"


@pytest.mark.long
@pytest.mark.parametrize("name", ["form", "markdown"])
@pytest.mark.parametrize("part", parts(PARTS))
def test_all_real_schemas(corpus: Path, tmp_path: Path, name: str, part: int, record_property: Count) -> None:
    config = Config(str(tmp_path), (str(corpus / "schemastore/schemas"),), "out", (), unresolved_refs="opaque")
    project = load_project(config)
    output = load_pack(name, REPOSITORY).outputs[0]
    folder = builtin_folder() / name
    partials = {file.stem: file.read_text("utf-8") for file in (folder / "partials").glob("*.mustache")}
    template = (folder / f"{name}.mustache").read_text("utf-8")
    pystache = Kept(template, partials, LANGUAGES["html" if name == "form" else name].escape)
    schemas = sorted(project.tasks)[part::PARTS]
    for schema in schemas:
        view = build_view(*project.resolved(schema), output.names_read)
        assert output.render(view) == pystache.render(view).encode(), schema
    record_property("counted: outputs equal to pystache's", len(schemas))


@pytest.mark.parametrize("name", ["form", "markdown", ANCESTOR])
def test_what_a_template_does_not_read_changes_no_output(corpus: Path, tmp_path: Path, name: str) -> None:
    config = Config(str(tmp_path), (str(corpus / "schemastore/schemas"),), "out", (), unresolved_refs="opaque")
    project = load_project(config)
    output = load_pack(name, REPOSITORY).outputs[0]
    for schema in sorted(project.tasks)[::17]:
        resolved = project.resolved(schema)
        if len(resolved[0].data) < 100_000:
            assert output.render(build_view(*resolved, output.names_read)) == output.render(build_view(*resolved))
