"""This module knows how to compare the rendering stage alone, on one core, with other renderers of Mustache.

Every contender renders the same templates with the same views, and escapes as ``html.escape`` does; the outputs are
compared. The views are built before, as a build with the pack builds them: with what its templates read. Contenders run
in turn, so that a machine that changes its speed does so for all.
"""

from __future__ import annotations

import gc
import html
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pystache

from benchmarks.node import install_mustache_js, node_environment
from benchmarks.peer_kept import Kept
from schemagen.config import Config
from schemagen.mustache import Source, Templates
from schemagen.packs import builtin_folder, load_pack
from schemagen.packs.known import given_by_views
from schemagen.project import load_project
from schemagen.view import build_view

PACKS = ("form", "markdown")
OURS = "schemagen, compiled"
KEPT = "pystache, every parse kept"
USED = "pystache, as commonly used"
CHEVRON = "chevron"
NODE = "mustache.js, every parse kept"
# At least so many times faster must we be.
BARS = {USED: 40, KEPT: 8, NODE: 3}
_PEER = Path(__file__).with_name("peer_mustache.js")


@dataclass(frozen=True, slots=True)
class Job:
    """What is rendered: a template, its partials, and views."""

    pack: str
    template: str
    partials: dict[str, str]
    views: list[Any]


def compare(schemas: Path, base: Path, *, limit: int, runs: int) -> bool:
    """Print a table for each pack; returns whether all outputs agree and all bars are met."""
    sys.setrecursionlimit(20_000)
    base.mkdir(parents=True)
    modules = install_mustache_js(base)
    if importlib.util.find_spec("chevron") is None:
        print("chevron is not installed: not measured")
    is_right = True
    for pack in PACKS:
        views = _views(schemas, base, pack, limit)
        gc.freeze()  # what the views hold is nobody's garbage
        folder = builtin_folder() / pack
        partials = {file.stem: file.read_text("utf-8") for file in sorted((folder / "partials").glob("*.mustache"))}
        job = Job(pack, (folder / f"{pack}.mustache").read_text("utf-8"), partials, views)
        is_right &= _compare(job, base / pack, modules, runs)
    return is_right


def _views(schemas: Path, base: Path, pack: str, limit: int) -> list[Any]:
    """The views of at most ``limit`` schemas, spread over all, for ``pack``."""
    read = load_pack(pack, base).outputs[0].names_read
    project = load_project(Config(str(base), (str(schemas),), "out", (), unresolved_refs="opaque"))
    names = sorted(project.tasks)
    chosen = names[:: max(1, len(names) // limit)][:limit]
    return [build_view(*project.resolved(name), read) for name in chosen]


def _compare(job: Job, folder: Path, modules: Path | None, runs: int) -> bool:
    folder.mkdir()
    began = time.process_time()
    renderers = _renderers(job)
    prepared = time.process_time() - began
    seconds: dict[str, list[float]] = {name: [] for name in renderers}
    outputs = {name: [render(view) for view in job.views] for name, render in renderers.items() if name != USED}
    if modules is not None:
        seconds[NODE] = []
    for _ in range(runs):
        for name, render in renderers.items():
            taken, outputs[name] = _timed(render, job.views)
            seconds[name].append(taken)
        if modules is not None:
            taken, outputs[NODE] = _timed_node(job, folder, modules)
            seconds[NODE].append(taken)
    size = sum(len(text.encode()) for text in outputs[OURS])
    print(f"\n{len(job.views)} schemas, pack {job.pack}, {size / 1e6:.1f} MB, median of {runs} runs, one core")
    print(f"compiling the templates took {prepared * 1000:.0f} ms, once per build, and is not in the figures")
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return _print_table(medians, outputs, size)


def _renderers(job: Job) -> dict[str, Callable[[Any], str]]:
    """A function for each contender that runs in this process."""
    templates = Templates(
        {"": Source(job.pack, job.template)},
        {name: Source(f"partials/{name}", text) for name, text in job.partials.items()},
        html.escape,
        given=given_by_views,
    )
    templates.prepare("")
    renderers: dict[str, Callable[[Any], str]] = {
        OURS: lambda view: templates.render("", view),
        KEPT: Kept(job.template, job.partials, html.escape).render,
        USED: lambda view: _as_used(job, view),
    }
    if importlib.util.find_spec("chevron") is not None:
        import chevron

        renderers[CHEVRON] = lambda view: chevron.render(job.template, view, partials_dict=job.partials)
    return renderers


def _as_used(job: Job, view: Any) -> str:
    renderer = pystache.Renderer(partials=job.partials, escape=html.escape, missing_tags="strict")
    text: str = renderer.render(job.template, view)
    return text


def _timed(render: Callable[[Any], str], views: Sequence[Any]) -> tuple[float, list[str]]:
    began = time.process_time()
    texts = [render(view) for view in views]
    return time.process_time() - began, texts


def _timed_node(job: Job, folder: Path, modules: Path) -> tuple[float, list[str]]:
    """The best of three runs in one process, so that it has warmed up, and its outputs."""
    file, into = folder / "job.json", folder / "outputs"
    if not file.is_file():
        into.mkdir()
        everything = {"template": job.template, "partials": job.partials, "views": job.views}
        file.write_text(json.dumps(everything), encoding="utf-8")
    command = ["node", "--max-old-space-size=8192", str(_PEER), str(file), str(into), "3"]
    environment = node_environment(modules)
    done = subprocess.run(command, env=environment, check=True, capture_output=True, encoding="utf-8")
    texts = [(into / str(number)).read_bytes().decode() for number in range(len(job.views))]
    return min(map(float, done.stdout.split())), texts


def _print_table(medians: dict[str, float], outputs: dict[str, list[str]], size: int) -> bool:
    is_right = True
    print(f"{'':<32}{'CPU s':>9}{'MB/s':>8}{'compiled is faster':>20}{'bar':>6}  outputs")
    for name, seconds in medians.items():
        ratio = seconds / medians[OURS]
        bar = BARS.get(name, 0)
        differing = sum(ours != theirs for ours, theirs in zip(outputs[OURS], outputs[name], strict=True))
        same = "the same" if not differing else f"{differing} DIFFER"
        is_met = ratio >= bar
        shown = f"{bar}" + ("" if is_met else " MISSED") if bar else ""
        print(f"{name:<32}{seconds:>9.3f}{size / 1e6 / seconds:>8.1f}{ratio:>20.1f}{shown:>6}  {same}", flush=True)
        is_right &= is_met and (not differing or name == CHEVRON)
    return is_right
