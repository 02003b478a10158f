"""The peer: what a Python user would write. One schema after the other, pystache, nothing kept.

The view is schemagen's, so that the work is the same and the outputs can be compared. It makes only what there is of
each schema, not the few files that there are of a project. Arguments: the folder of schemas, the folder of outputs,
the folder of the pack, whose template has its name.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

import pystache

from schemagen.config import Config
from schemagen.loading import load_project
from schemagen.view.root import build_view


def main(schemas: str, output: str, pack: str) -> None:
    sys.setrecursionlimit(20_000)
    config = Config(str(Path.cwd()), (schemas,), output, (), unresolved_refs="opaque")
    project = load_project(config)
    for name in project.tasks:
        view = build_view(*project.resolved(name))
        partials = {file.stem: file.read_text() for file in Path(pack, "partials").glob("*.mustache")}
        renderer = pystache.Renderer(partials=partials, escape=html.escape, missing_tags="strict")
        template = Path(pack, f"{Path(pack).name}.mustache")
        target = Path(output, f"{name}.html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(renderer.render(template.read_text(), view), encoding="utf-8")


main(*sys.argv[1:])
