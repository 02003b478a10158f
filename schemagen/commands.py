"""This module knows how to do what the arguments of the ``schemagen`` command say."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from schemagen.arguments import describe_commands, parse_arguments
from schemagen.changes import EVERYTHING, look
from schemagen.errors import SchemagenError
from schemagen.unchanged import Glance, snapshot_key, summary

if TYPE_CHECKING:
    from schemagen.config import Config
    from schemagen.publishing import Notes

FAILED, CANNOT_START = 1, 3
SELECTION = ("schema_dir", "output_dir", "templates_dir", "unresolved_refs")


def run(argv: Sequence[str], started: float, glance: Glance | None) -> int:
    """Do what ``argv`` says; returns the exit code. ``started`` is when the command began, on the monotonic clock, and
    ``glance`` what it saw of the file times, if it looked."""
    _use_utf8(sys.stdout, sys.stderr)
    args = parse_arguments(argv)
    args.started, args.glance = started, glance
    try:
        os.getcwd()  # raises OSError where that is gone
        return _COMMANDS[args.command](args)
    except SchemagenError as problem:
        _say(problem)
    except ExceptionGroup as problems:
        for each in problems.exceptions:
            if not isinstance(each, SchemagenError):
                raise
            _say(each)
    return CANNOT_START


def _use_utf8(*streams: TextIO) -> None:
    """Messages name files and quote schemas: they must not depend on the locale."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _say(problem: SchemagenError) -> None:
    sys.stderr.write(f"{problem}\n")


def _config_for(args: argparse.Namespace) -> Config:
    """The project's configuration with what the command line says instead."""
    from schemagen.config import load_config, normal_source

    own = config = load_config(Path.cwd())
    if args.schema_dir:
        config = replace(config, schemas=tuple(normal_source(source) for source in args.schema_dir), exclude=())
    if args.output_dir:
        config = replace(config, output=_shown(args.output_dir))
    if args.templates_dir:
        config = replace(config, packs=tuple(args.templates_dir))
    if config != own:
        config = replace(config, project=own)
    if args.unresolved_refs:
        config = replace(config, unresolved_refs=args.unresolved_refs)
    if size := getattr(args, "batch_size", None):
        config = replace(config, batch_size=None if size == "auto" else size)
    if workers := getattr(args, "max_workers", None):
        config = replace(config, workers=workers)
    if memory := getattr(args, "max_memory", None):
        config = replace(config, max_memory=memory)
    if shard := getattr(args, "shard", None):
        config = replace(config, shard=shard)
    return _with_engine(_with_cache(config, args), args)


def _with_cache(config: Config, args: argparse.Namespace) -> Config:
    if getattr(args, "no_cache", False):
        config = replace(config, cache_asked=False)
    if url := getattr(args, "cache", None):
        config = replace(config, cache_asked=url)
    return replace(config, cache_is_read_only=True) if getattr(args, "cache_read_only", False) else config


def _with_engine(config: Config, args: argparse.Namespace) -> Config:
    """``config`` with what the command line says of who makes the outputs; raises ConfigError where that cannot be."""
    if engine := getattr(args, "engine", None):
        config = replace(config, engine=engine)
    named = {name: value for name in ("scheduler", "scheduler_file") if (value := getattr(args, name, None))}
    is_local = getattr(args, "local", False)
    if (named or is_local) and config.engine != "dask":
        args.error("--scheduler, --scheduler-file and --local are for --engine dask")
    if named:
        config = replace(config, **{"scheduler": "", "scheduler_file": "", **named})
    return replace(config, local_cluster=is_local) if is_local else config


def _shown(folder: str) -> str:
    """``folder`` as the rest of the program names it: without ``./`` and a last slash."""
    return os.path.normpath(folder)


def _generate(args: argparse.Namespace) -> int:
    has_notes = args.format != "text"
    if not (has_notes or args.output_file):
        return _build(args, None)
    if args.dry_run:
        args.error("--dry-run has no report: --format and --output-file are not for it")
    from schemagen.publishing import Notes, publish

    notes = Notes()
    return publish(args.format, args.output_file, "generate", notes, lambda: _build(args, notes if has_notes else None))


def _build(args: argparse.Namespace, notes: Notes | None) -> int:
    """Build; with ``notes`` every schema is looked at, since a report names it."""
    if args.engine == "dask":
        from schemagen.cluster.scheduler import choose_cluster

        choose_cluster(_config_for(args))  # it must be one that can be used even where there is nothing to do
    key = _key_of(args)
    # A shard is a part of all that there is, so all has to be looked at.
    is_paranoid = args.paranoid or notes is not None or args.shard is not None
    is_ordinary = not (args.dry_run or args.force or is_paranoid)
    found = look(args.glance or Glance(key)) if is_ordinary else EVERYTHING
    if found.fresh and not (args.quiet or args.report):
        sys.stdout.write(summary(0, found.fresh, 0, time.monotonic() - args.started))
        return 0
    config = replace(_config_for(args), is_paranoid=args.paranoid)
    if args.dry_run:
        from schemagen import inspection

        return inspection.dry_run(config, is_forced=args.force)
    from schemagen.doit_plugin.app import run_doit
    from schemagen.doit_plugin.report import Report
    from schemagen.doit_plugin.showing import Showing, say_fresh

    report = Report(args.report) if args.report is not None else None
    try:
        showing = Showing(args.started, args.verbose, args.quiet, args.profile, report, notes)
        if found.fresh:
            code = say_fresh(showing, found.fresh, args.started)
        else:
            code = run_doit(
                config,
                ["run", "-n", str(_processes(config, args)), *(["--always-execute"] if args.force else [])],
                key=key,
                started=args.started,
                found=found,
                is_paranoid=is_paranoid,
                showing=showing,
                keeps_edited=args.keep_edited,
                fails_on_change=args.fail_on_change,
            )
    finally:
        if report is not None:
            report.close()
    if report is not None and report.problem is not None:
        _say(report.problem)
        return code or FAILED
    return code


def _init(args: argparse.Namespace) -> int:
    from schemagen.scaffold import init
    from schemagen.scaffold.writing import Wishes

    return init(Path.cwd(), Wishes(args.pre_commit, args.github, args.gitlab, args.editor))


def _hook(args: argparse.Namespace) -> int:
    try:
        os.chdir(args.directory)
    except OSError as error:
        from schemagen.ending import no_project

        raise no_project(args.directory, error) from None
    if args.action == "check":
        command = ["check", *(["--diff"] if args.diff else [])]
    else:
        command = ["generate", "--quiet", "--fail-on-change"]
    asked = parse_arguments(command)
    asked.started, asked.glance = args.started, None
    return _COMMANDS[asked.command](asked)


def _tabcompletion(args: argparse.Namespace) -> int:
    from schemagen.completion import SHELLS

    sys.stdout.write(SHELLS[args.shell](describe_commands()))
    return 0


def _watch(args: argparse.Namespace) -> int:
    from schemagen.watching import watch

    def load() -> tuple[Config, int]:
        config = replace(_config_for(args), engine="local")  # a round is over before a cluster would be reached
        return config, _processes(config, args)

    watch(load, os.getcwd(), _key_of(args), keeps_edited=args.keep_edited)


def _key_of(args: argparse.Namespace) -> str:
    """What a snapshot has to have been taken for to be of use to a build with these options."""
    return snapshot_key((*(getattr(args, name) for name in SELECTION), args.keep_edited))


def _processes(config: Config, args: argparse.Namespace) -> int:
    """How many workers to start. One worker is this process, a second one would only add a pipe between the two; unless
    what only a worker has is asked for."""
    workers = config.workers or os.cpu_count() or 1
    return workers if workers > 1 or args.profile or config.max_memory else 0


def _clean(args: argparse.Namespace) -> int:
    from schemagen.doit_plugin.app import run_doit

    options = ["--dry-run"] if args.dry_run else []
    return run_doit(_config_for(args), ["clean", *options])


def _check(args: argparse.Namespace) -> int:
    from schemagen import inspection
    from schemagen.publishing import Notes, publish

    notes = None if args.format == "text" else Notes()
    return publish(
        args.format,
        args.output_file,
        "check",
        notes or Notes(),
        lambda: inspection.check(_config_for(args), shows_diff=args.diff, notes=notes),
    )


def _merge_state(args: argparse.Namespace) -> int:
    from schemagen.doit_plugin.merging import merge_state

    return merge_state(_config_for(args), args.folders)


def _explain(args: argparse.Namespace) -> int:
    from schemagen import explanations, inspection

    if args.codes:
        sys.stdout.write(explanations.page(explanations.load_explanations()))
        return 0
    if args.schema and explanations.is_code(args.schema):
        return inspection.explain_code(args.schema)

    return inspection.explain(_config_for(args), args.schema)


def _list(args: argparse.Namespace) -> int:
    from schemagen import inspection

    config = _config_for(args)
    return inspection.list_names(config) if args.quiet else inspection.list_schemas(config)


def _packs(args: argparse.Namespace) -> int:
    from schemagen import pack_commands
    from schemagen.config import load_config

    config = load_config(Path.cwd())
    if args.action == "copy":
        return pack_commands.copy_pack(config, args.pack, _shown(args.folder))
    if args.action == "check":
        return pack_commands.check_packs(config, args.packs)
    return pack_commands.list_packs(config)


def _cache(args: argparse.Namespace) -> int:
    from schemagen import cache_commands
    from schemagen.config import load_config

    config = _with_cache(load_config(Path.cwd()), args)
    if args.action == "verify":
        return cache_commands.verify_cache(config)
    if args.action == "prune":
        return cache_commands.prune_cache(config, 0 if args.all else args.size)
    return cache_commands.cache_info(config)


def _view(args: argparse.Namespace) -> int:
    from schemagen import inspection

    return inspection.print_view(_config_for(args), args.schema)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "generate": _generate,
    "watch": _watch,
    "check": _check,
    "merge-state": _merge_state,
    "explain": _explain,
    "list": _list,
    "view": _view,
    "packs": _packs,
    "cache": _cache,
    "clean": _clean,
    "init": _init,
    "hook": _hook,
    "tabcompletion": _tabcompletion,
}
