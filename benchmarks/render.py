"""This module knows how to compare the rendering stage alone, on one core, with other renderers of Mustache, and with
what building the views takes.

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

from benchmarks.bars import at_most
from benchmarks.node import install_mustache_js, node_environment
from benchmarks.peer_kept import Kept
from schemagen.config import Config
from schemagen.loading import load_project
from schemagen.model import Resolution, Schema
from schemagen.mustache import Source, Templates
from schemagen.packs import builtin_folder, load_pack
from schemagen.packs.known import given_by_views
from schemagen.view.root import build_view

PACKS = ("form", "markdown")
OURS = "schemagen, compiled"
KEPT = "pystache, every parse kept"
USED = "pystache, as commonly used"
CHEVRON = "chevron"
NODE = "mustache.js, every parse kept"
# At least so many times faster must we be.
BARS = {USED: 40, KEPT: 8, NODE: 3}
# To build the views of a pack may take so many times what rendering them takes.
VIEW_BAR = 1
_PEER = Path(__file__).with_name("peer_mustache.js")


@dataclass(frozen=True, slots=True)
class Job:
    """What is rendered: a template, its partials, and views; and what these are built of: schemas and what they reach,
    and the names that the template reads."""

    pack: str
    template: str
    partials: dict[str, str]
    views: list[Any]
    resolved: list[tuple[Schema, Resolution]]
    read: frozenset[str] | None


def compare(schemas: Path, base: Path, *, limit: int, runs: int) -> bool:
    """Print a table for each pack; returns whether all outputs agree and all bars are met."""
    sys.setrecursionlimit(20_000)
    base.mkdir(parents=True)
    modules = install_mustache_js(base)
    if importlib.util.find_spec("chevron") is None:
        print("chevron is not installed: not measured")
    is_right = True
    resolved = _resolved(schemas, base, limit)
    for pack in PACKS:
        read = load_pack(pack, base).outputs[0].names_read
        views = [build_view(schema, resolution, read) for schema, resolution in resolved]
        gc.freeze()  # what the views hold is nobody's garbage
        folder = builtin_folder() / pack
        partials = {file.stem: file.read_text("utf-8") for file in sorted((folder / "partials").glob("*.mustache"))}
        job = Job(pack, (folder / f"{pack}.mustache").read_text("utf-8"), partials, views, resolved, read)
        is_right &= _compare(job, base / pack, modules, runs)
    return is_right


def _resolved(schemas: Path, base: Path, limit: int) -> list[tuple[Schema, Resolution]]:
    """At most ``limit`` schemas, spread over all, each with what it reaches."""
    project = load_project(Config(str(base), (str(schemas),), "out", (), unresolved_refs="opaque"))
    names = sorted(project.tasks)
    chosen = names[:: max(1, len(names) // limit)][:limit]
    return [project.resolved(name) for name in chosen]


def _compare(job: Job, folder: Path, modules: Path | None, runs: int) -> bool:
    folder.mkdir()
    began = time.process_time()
    renderers = _renderers(job)
    prepared = time.process_time() - began
    seconds: dict[str, list[float]] = {name: [] for name in renderers}
    outputs = {name: [render(view) for view in job.views] for name, render in renderers.items() if name != USED}
    if modules is not None:
        seconds[NODE] = []
    building: list[float] = []
    for _ in range(runs):
        building.append(_time_building(job))
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
    is_right = _print_table(medians, outputs, size)
    took = statistics.median(building)
    print(f"building the views takes {took:.3f} s, {took / len(job.views) * 1000:.2f} ms each")
    return at_most("building the views to rendering them, compiled", took / medians[OURS], VIEW_BAR) & is_right


def _renderers(job: Job) -> dict[str, Callable[[Any], str]]:
    """A function for each contender that runs in this process."""
    templates = Templates(
        {"": Source(job.pack, job.template)},
        {name: Source(f"partials/{name}", text) for name, text in job.partials.items()},
        html.escape,
        given=given_by_views,
    )
    templates.prepare("", in_pieces=True)
    renderers: dict[str, Callable[[Any], str]] = {
        OURS: lambda view: "".join(templates.pieces("", view)),
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


def _time_building(job: Job) -> float:
    began = time.process_time()
    for schema, resolution in job.resolved:
        build_view(schema, resolution, job.read)
    return time.process_time() - began


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
