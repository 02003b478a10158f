"""This module knows how to do what the arguments of the ``schemagen`` command say."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from schemagen import __version__
from schemagen.changes import EVERYTHING, look
from schemagen.errors import SchemagenError
from schemagen.unchanged import Glance, snapshot_key, summary

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    from schemagen.completion import Command, Option
    from schemagen.config import Config
    from schemagen.publishing import Notes

CANNOT_START = 3
SELECTION = ("schema_dir", "output_dir", "templates_dir", "unresolved_refs")


def run(argv: Sequence[str], started: float, glance: Glance | None) -> int:
    """Do what ``argv`` says; returns the exit code. ``started`` is when the command began, on the monotonic clock, and
    ``glance`` what it saw of the file times, if it looked."""
    _use_utf8(sys.stdout, sys.stderr)
    args = _parsed(argv)
    args.started, args.glance = started, glance
    try:
        return int(args.run(args))
    except SchemagenError as problem:
        _say(problem)
    except ExceptionGroup as problems:
        for each in problems.exceptions:
            if not isinstance(each, SchemagenError):
                raise
            _say(each)
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return CANNOT_START


def _parsed(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    # Names of files stand between options, where argparse would not have them, and may begin with a dash.
    unknown = [each for each in rest if not (hasattr(args, "takes_files") and (each[0] != "-" or os.path.exists(each)))]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return args


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
        epilog="Ends with 0 if all is well, 1 if a schema failed or an output is not as it should be, 2 if an argument "
        "is wrong, 3 if it could not start, 130 after Ctrl-C. `schemagen COMMAND --help` says more.",
    )
    parser.add_argument("--version", action="version", version=f"schemagen {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    _add_generate(commands)
    _add_watch(commands)

    check = commands.add_parser("check", help="check that the outputs are what would be generated; writes nothing")
    _add_selection(check)
    check.add_argument("--diff", action="store_true", help="show how they differ, as unified diffs")
    _add_report(check)
    check.set_defaults(run=_check)

    explain = commands.add_parser(
        "explain", help="say why each schema would be generated, or was the last time; or what an error code means"
    )
    _add_selection(explain)
    explain.add_argument(
        "schema",
        metavar="SCHEMA|CODE",
        nargs="?",
        help="a schema's path or name, or a code such as SG101; all schemas if not given",
    )
    explain.add_argument("--codes", action="store_true", help="print what every error code means")
    explain.set_defaults(run=_explain)

    listing = commands.add_parser("list", help="list the schemas with their outputs, and which are stale")
    _add_selection(listing)
    listing.add_argument("-q", "--quiet", action="store_true", help="list the names of the schemas only")
    listing.set_defaults(run=_list)

    view = commands.add_parser("view", help="print the view of a schema, as templates see it, as JSON")
    _add_selection(view)
    view.add_argument("schema", metavar="SCHEMA", help="a schema's path or name, such as billing/invoice")
    view.set_defaults(run=_view)

    _add_packs(commands)

    clean = commands.add_parser("clean", help="remove the outputs that hold what schemagen wrote")
    _add_selection(clean)
    clean.add_argument("-n", "--dry-run", action="store_true", help="only say what would be removed")
    clean.set_defaults(run=_clean)

    _add_init(commands)
    _add_hook(commands)
    _add_completion(commands)
    return parser


def _add_packs(commands: Commands) -> None:
    packs = commands.add_parser("packs", help="list packs, copy one to start your own, or check yours")
    packs.set_defaults(run=_packs, action="list")
    actions = packs.add_subparsers(metavar="ACTION")
    actions.add_parser("list", help="list the packs and what they make").set_defaults(action="list")
    copy = actions.add_parser("copy", help="copy a pack into a new folder, to be changed there")
    copy.add_argument("pack", metavar="PACK", help="a pack's name or folder")
    copy.add_argument("folder", metavar="DIR", help="the new folder")
    copy.set_defaults(action="copy")
    checking = actions.add_parser("check", help="find mistakes in packs without generating anything")
    checking.add_argument("packs", metavar="PACK_OR_DIR", nargs="*", help="packs; those of the project if not given")
    checking.set_defaults(action="check")


def _add_init(commands: Commands) -> None:
    init = commands.add_parser(
        "init", help="set up a project: find its schemas, write what is missing, overwrite nothing"
    )
    init.add_argument("--pre-commit", action="store_true", help="add a pre-commit hook; outputs are to be committed")
    init.add_argument("--github", action="store_true", help="add a workflow for GitHub")
    init.add_argument("--gitlab", action="store_true", help="add a job for GitLab")
    init.add_argument("--editor", action="store_true", help="add schemas for editors, and .taplo.toml that names them")
    init.set_defaults(run=_init)


def _add_hook(commands: Commands) -> None:
    hook = commands.add_parser(
        "hook",
        help="what pre-commit runs: generate or check, whatever files it names",
        usage="%(prog)s [-h] [-C DIR] [--diff] {generate,check} [FILE ...]",
    )
    hook.add_argument("action", choices=("generate", "check"), help="generate: end with 1 if that changes an output")
    hook.add_argument("-C", "--directory", metavar="DIR", default=".", help="the project's folder")
    hook.add_argument("--diff", action="store_true", help="check: show how outputs differ")
    hook.set_defaults(run=_hook, takes_files=True)


def _add_completion(commands: Commands) -> None:
    completion = commands.add_parser("tabcompletion", help="print what a shell needs to complete these commands")
    completion.add_argument(
        "-s", "--shell", choices=("bash", "fish", "zsh"), default="bash", help="which shell (default: bash)"
    )
    completion.set_defaults(run=_tabcompletion)


def _add_watch(commands: Commands) -> None:
    watch = commands.add_parser("watch", help="generate again whenever a file is saved, until Ctrl-C")
    _add_selection(watch)
    watch.add_argument("-w", "--max-workers", metavar="N", type=_count, help="worker processes (default: CPUs)")
    watch.add_argument("--keep-edited", action="store_true", help="keep outputs that were edited")
    watch.set_defaults(run=_watch, profile=False)


def _add_generate(commands: Commands) -> None:
    generate = commands.add_parser("generate", help="generate the outputs of every schema that changed")
    _add_selection(generate)
    generate.add_argument(
        "-b", "--batch-size", metavar="N|auto", type=_batch_size, help="schemas handed to a worker at once"
    )
    generate.add_argument("-w", "--max-workers", metavar="N", type=_count, help="worker processes (default: CPUs)")
    generate.add_argument(
        "--max-memory", metavar="SIZE", type=_size, help="what build and workers may use together, such as 2G"
    )
    how_much = generate.add_mutually_exclusive_group()
    how_much.add_argument("-v", "--verbose", action="store_true", help="name each schema that is generated")
    how_much.add_argument("-q", "--quiet", action="store_true", help="say nothing but what is wrong")
    generate.add_argument("--profile", action="store_true", help="say what the time went to")
    generate.add_argument("--report", metavar="FILE", help="record what happens, a JSON object per line")
    generate.add_argument("-f", "--force", action="store_true", help="generate everything, fresh or not")
    generate.add_argument("--paranoid", action="store_true", help="read every file: trust no file time")
    generate.add_argument("-n", "--dry-run", action="store_true", help="only say what would be generated, and why")
    generate.add_argument(
        "--keep-edited", action="store_true", help="keep outputs that were edited, and end with 1 if there are any"
    )
    generate.add_argument(
        "--fail-on-change", action="store_true", help="name the outputs that were written or removed, and end with 1"
    )
    _add_report(generate)
    generate.set_defaults(run=_generate, error=generate.error)


def _add_report(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("for CI")
    group.add_argument(
        "--format",
        choices=("text", "github", "json", "junit", "sarif"),
        default="text",
        help="how to report what was found; where that is on stdout, all else that is said goes to stderr",
    )
    group.add_argument("--output-file", metavar="FILE", help="where to write the report to (default: stdout)")


def _add_selection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to generate (default: [tool.schemagen] in pyproject.toml)")
    group.add_argument(
        "-s", "--schema-dir", metavar="DIR", action="append", help="folder of schemas; or FILE#/POINTER/*"
    )
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


def _size(text: str) -> int:
    from schemagen.config import bytes_of_size

    try:
        return bytes_of_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


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
    return config


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
    key = _key_of(args)
    is_ordinary = not (args.dry_run or args.force or args.paranoid or notes)
    found = look(args.glance or Glance(key)) if is_ordinary else EVERYTHING
    if found.fresh and not (args.quiet or args.report):
        sys.stdout.write(summary(0, found.fresh, 0, time.monotonic() - args.started))
        return 0
    config = _config_for(args)
    if args.dry_run:
        from schemagen import inspection

        return inspection.dry_run(config, is_forced=args.force)
    from schemagen.doit_plugin.app import run_doit
    from schemagen.doit_plugin.showing import Showing, say_fresh

    with _opened(args.report) as report:
        showing = Showing(args.started, args.verbose, args.quiet, args.profile, report, notes)
        if found.fresh:
            return say_fresh(showing, found.fresh, args.started)
        options = ["--always-execute"] if args.force else []
        return run_doit(
            config,
            ["run", "-n", str(_processes(config, args)), *options],
            key=key,
            started=args.started,
            found=found,
            is_paranoid=args.paranoid or notes is not None,
            showing=showing,
            keeps_edited=args.keep_edited,
            fails_on_change=args.fail_on_change,
        )


def _init(args: argparse.Namespace) -> int:
    from schemagen.scaffold import init
    from schemagen.scaffold.writing import Wishes

    return init(Path.cwd(), Wishes(args.pre_commit, args.github, args.gitlab, args.editor))


def _hook(args: argparse.Namespace) -> int:
    try:
        os.chdir(args.directory)
    except OSError as error:
        from schemagen.errors import ConfigError, Location

        raise ConfigError(f"no such project: {error.strerror}", Location(args.directory), "SG053") from None
    if args.action == "check":
        command = ["check", *(["--diff"] if args.diff else [])]
    else:
        command = ["generate", "--quiet", "--fail-on-change"]
    asked = _parser().parse_args(command, argparse.Namespace(started=args.started, glance=None))
    return int(asked.run(asked))


def _tabcompletion(args: argparse.Namespace) -> int:
    from schemagen.completion import SHELLS

    sys.stdout.write(SHELLS[args.shell](_described(_parser())))
    return 0


def _described(parser: argparse.ArgumentParser) -> list[Command]:
    """The commands of ``parser`` as plain data."""
    from schemagen.completion import Command

    subparsers = next(each for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    meanings = {choice.dest: choice.help or "" for choice in subparsers._choices_actions}
    described = []
    for name, each in subparsers.choices.items():
        words = [word for action in each._actions if not action.option_strings for word in action.choices or ()]
        takes_schema = any(str(action.metavar).startswith("SCHEMA") for action in each._actions)
        described.append(Command(name, meanings[name], tuple(_options(each)), tuple(words), takes_schema))
    return described


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    from schemagen.completion import Option

    for action in parser._actions:
        if action.option_strings:
            choices = tuple(action.choices or ())
            yield Option(tuple(action.option_strings), action.help or "", choices, action.nargs != 0)


def _watch(args: argparse.Namespace) -> int:
    from schemagen.watching import watch

    def load() -> tuple[Config, int]:
        config = _config_for(args)
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


def _opened(report: str | None) -> contextlib.AbstractContextManager[TextIO | None]:
    """The file ``report``, to be written line by line; raises ConfigError where that cannot be."""
    if report is None:
        return contextlib.nullcontext()
    try:
        return open(report, "w", encoding="utf-8", buffering=1)
    except OSError as error:
        from schemagen.errors import ConfigError, Location

        raise ConfigError(f"cannot write this report: {error.strerror}", Location(report), "SG032") from None


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


def _view(args: argparse.Namespace) -> int:
    from schemagen import inspection

    return inspection.print_view(_config_for(args), args.schema)
