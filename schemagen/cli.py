"""This module knows how to be the ``schemagen`` command: arguments in, exit code out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from schemagen import __version__
from schemagen.changes import EVERYTHING, look, snapshot_key, summary
from schemagen.errors import SchemagenError

if TYPE_CHECKING:
    from schemagen.config import Config

CANNOT_START = 3
SELECTION = ("schema_dir", "output_dir", "templates_dir", "unresolved_refs")
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0 all well, 1 a schema failed, 3 the build could not start."""
    _use_utf8(sys.stdout, sys.stderr)
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except SchemagenError as problem:
        _say(problem)
    except ExceptionGroup as problems:
        for each in problems.exceptions:
            if not isinstance(each, SchemagenError):
                raise
            _say(each)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return CANNOT_START


def _use_utf8(*streams: TextIO) -> None:
    """Messages name files and quote schemas: they must not depend on the locale."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _say(problem: SchemagenError) -> None:
    sys.stderr.write(f"{problem}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="schemagen",
        description="Generate files from JSON Schemas through Mustache templates, incrementally and in parallel.",
    )
    parser.add_argument("--version", action="version", version=f"schemagen {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    generate = commands.add_parser("generate", help="generate the outputs of every schema that changed")
    _add_selection(generate)
    generate.add_argument(
        "-b", "--batch-size", metavar="N|auto", type=_batch_size, help="schemas handed to a worker at once"
    )
    generate.add_argument("-w", "--max-workers", metavar="N", type=_count, help="worker processes (default: CPUs)")
    generate.add_argument("-v", "--verbose", action="store_true", help="name each schema that is generated")
    generate.add_argument("-f", "--force", action="store_true", help="generate everything, fresh or not")
    generate.add_argument("--paranoid", action="store_true", help="read every file: trust no file time")
    generate.add_argument("-n", "--dry-run", action="store_true", help="only say what would be generated, and why")
    generate.add_argument(
        "--keep-edited", action="store_true", help="keep outputs that were edited, and end with 1 if there are any"
    )
    generate.set_defaults(run=_generate)

    check = commands.add_parser("check", help="check that the outputs are what would be generated; writes nothing")
    _add_selection(check)
    check.add_argument("--diff", action="store_true", help="show how they differ, as unified diffs")
    check.set_defaults(run=_check)

    explain = commands.add_parser("explain", help="say why each schema would be generated, or was the last time")
    _add_selection(explain)
    explain.add_argument("schema", metavar="SCHEMA", nargs="?", help="a schema's path or name; all if not given")
    explain.set_defaults(run=_explain)

    listing = commands.add_parser("list", help="list the schemas with their outputs, and which are stale")
    _add_selection(listing)
    listing.set_defaults(run=_list)

    view = commands.add_parser("view", help="print the view of a schema, as templates see it, as JSON")
    _add_selection(view)
    view.add_argument("schema", metavar="SCHEMA", help="a schema's path or name, such as billing/invoice")
    view.set_defaults(run=_view)

    clean = commands.add_parser("clean", help="remove the outputs that hold what schemagen wrote")
    _add_selection(clean)
    clean.add_argument("-n", "--dry-run", action="store_true", help="only say what would be removed")
    clean.set_defaults(run=_clean)
    return parser


def _add_selection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to generate (default: [tool.schemagen] in pyproject.toml)")
    group.add_argument("-s", "--schema-dir", metavar="DIR", action="append", help="folder of schemas")
    group.add_argument("-o", "--output-dir", metavar="DIR", help="folder of the outputs")
    group.add_argument(
        "-t", "--templates-dir", metavar="PACK_OR_DIR", action="append", help="pack by name, or its folder"
    )
    group.add_argument(
        "--unresolved-refs",
        choices=("error", "opaque"),
        help="what a $ref that nothing in the project answers is: an error, or an external type",
    )


def _batch_size(text: str) -> int | str:
    return text if text == "auto" else _count(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def _config_for(args: argparse.Namespace) -> Config:
    """The project's configuration with what the command line says instead."""
    from schemagen.config import load_config

    config = load_config(Path.cwd())
    if args.schema_dir:
        config = replace(config, schemas=tuple(_shown(folder) for folder in args.schema_dir), exclude=())
    if args.output_dir:
        config = replace(config, output=_shown(args.output_dir))
    if args.templates_dir:
        config = replace(config, packs=tuple(args.templates_dir))
    if args.unresolved_refs:
        config = replace(config, unresolved_refs=args.unresolved_refs)
    if size := getattr(args, "batch_size", None):
        config = replace(config, batch_size=None if size == "auto" else size)
    if workers := getattr(args, "max_workers", None):
        config = replace(config, workers=workers)
    return config


def _shown(folder: str) -> str:
    """``folder`` as the rest of the program names it: without ``./`` and a last slash."""
    return os.path.normpath(folder)


def _is_whole(args: argparse.Namespace) -> bool:
    return not (args.schema_dir or args.output_dir or args.templates_dir)


def _generate(args: argparse.Namespace) -> int:
    started = time.monotonic()
    key = snapshot_key([getattr(args, name) for name in SELECTION] + [args.keep_edited])
    is_ordinary = not (args.dry_run or args.force or args.paranoid)
    found = look(key) if is_ordinary else EVERYTHING
    if found.fresh:
        sys.stdout.write(summary(0, found.fresh, 0, time.monotonic() - started))
        return 0
    config = _config_for(args)
    if args.dry_run:
        from schemagen import inspection

        return inspection.dry_run(config, is_whole=_is_whole(args), is_forced=args.force)
    from schemagen.doit_plugin.app import run_doit

    workers = config.workers or os.cpu_count() or 1
    # One worker is this process: a second one would only add a pipe between the two.
    processes = workers if workers > 1 else 0
    options = ["--always-execute"] if args.force else []
    return run_doit(
        config,
        ["run", "-n", str(processes), *options],
        key=key,
        started=started,
        found=found,
        is_paranoid=args.paranoid,
        is_whole=_is_whole(args),
        is_verbose=args.verbose,
        keeps_edited=args.keep_edited,
    )


def _clean(args: argparse.Namespace) -> int:
    from schemagen.doit_plugin.app import run_doit

    options = ["--dry-run"] if args.dry_run else []
    return run_doit(_config_for(args), ["clean", *options], is_whole=_is_whole(args))


def _check(args: argparse.Namespace) -> int:
    from schemagen import inspection

    return inspection.check(_config_for(args), is_whole=_is_whole(args), shows_diff=args.diff)


def _explain(args: argparse.Namespace) -> int:
    from schemagen import inspection

    return inspection.explain(_config_for(args), args.schema, is_whole=_is_whole(args))


def _list(args: argparse.Namespace) -> int:
    from schemagen import inspection

    return inspection.list_schemas(_config_for(args), is_whole=_is_whole(args))


def _view(args: argparse.Namespace) -> int:
    from schemagen import inspection

    return inspection.print_view(_config_for(args), args.schema)
