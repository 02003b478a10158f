"""This module knows how to read the arguments of the ``schemagen`` command, and how to describe them to a shell."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from schemagen import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
    from schemagen.completion import Command, Option


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What ``argv`` says, with the name of its ``command``; raises SystemExit where it is wrong."""
    parser = _parser()
    args, rest = parser.parse_known_args(argv)
    # Names of files stand between options, where argparse would not have them, and may begin with a dash.
    unknown = [each for each in rest if not (hasattr(args, "takes_files") and (each[0] != "-" or os.path.exists(each)))]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return args


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="schemagen",
        description="Generate files from JSON Schemas through Mustache templates, incrementally and in parallel.",
        epilog="Ends with 0 if all is well, 1 if a schema failed or an output is not as it should be, 2 if an argument "
        "is wrong, 3 if it could not start, 130 after Ctrl-C. `schemagen COMMAND --help` says more.",
    )
    parser.add_argument("--version", action="version", version=f"schemagen {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    _add_generate(commands)
    _add_watch(commands)

    check = commands.add_parser("check", help="check that the outputs are what would be generated; writes nothing")
    _add_selection(check)
    check.add_argument("--diff", action="store_true", help="show how they differ, as unified diffs")
    _add_report(check)

    merge = commands.add_parser("merge-state", help="take over what shards have made, with what they remember of it")
    _add_selection(merge)
    merge.add_argument(
        "folders", metavar="DIR", nargs="+", help="a shard's project folder, or one with its .schemagen and outputs"
    )

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

    listing = commands.add_parser("list", help="list the schemas with their outputs, and which are stale")
    _add_selection(listing)
    listing.add_argument("-q", "--quiet", action="store_true", help="list the names of the schemas only")

    view = commands.add_parser("view", help="print the view of a schema, as templates see it, as JSON")
    _add_selection(view)
    view.add_argument("schema", metavar="SCHEMA", help="a schema's path or name, such as billing/invoice")

    _add_packs(commands)

    clean = commands.add_parser("clean", help="remove the outputs that hold what schemagen wrote")
    _add_selection(clean)
    clean.add_argument("-n", "--dry-run", action="store_true", help="only say what would be removed")

    _add_cache(commands)
    _add_init(commands)
    _add_hook(commands)
    _add_completion(commands)
    return parser


def _add_packs(commands: Commands) -> None:
    packs = commands.add_parser("packs", help="list packs, copy one to start your own, or check yours")
    packs.set_defaults(action="list")
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


def _add_hook(commands: Commands) -> None:
    hook = commands.add_parser(
        "hook",
        help="what pre-commit runs: generate or check, whatever files it names",
        usage="%(prog)s [-h] [-C DIR] [--diff] {generate,check} [FILE ...]",
    )
    hook.add_argument("action", choices=("generate", "check"), help="generate: end with 1 if that changes an output")
    hook.add_argument("-C", "--directory", metavar="DIR", default=".", help="the project's folder")
    hook.add_argument("--diff", action="store_true", help="check: show how outputs differ")
    hook.set_defaults(takes_files=True)


def _add_completion(commands: Commands) -> None:
    completion = commands.add_parser("tabcompletion", help="print what a shell needs to complete these commands")
    completion.add_argument(
        "-s", "--shell", choices=("bash", "fish", "zsh"), default="bash", help="which shell (default: bash)"
    )


def _add_watch(commands: Commands) -> None:
    watch = commands.add_parser("watch", help="generate again whenever a file is saved, until Ctrl-C")
    _add_selection(watch)
    watch.add_argument("-w", "--max-workers", metavar="N", type=_count, help="worker processes (default: CPUs)")
    watch.add_argument("--keep-edited", action="store_true", help="keep outputs that were edited")
    _add_sharing(watch)
    watch.set_defaults(profile=False)


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
    _add_sharing(generate)
    _add_cluster(generate)
    _add_report(generate)
    generate.set_defaults(error=generate.error)


def _add_sharing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what was generated before, here or elsewhere")
    where = group.add_mutually_exclusive_group()
    where.add_argument("--cache", metavar="URL", help="where it is kept, such as s3://bucket/prefix or file:///folder")
    where.add_argument("--no-cache", action="store_true", help="find and keep nothing")
    group.add_argument("--cache-read-only", action="store_true", help="find, but keep nothing that others would find")


def _add_cache(commands: Commands) -> None:
    cache = commands.add_parser("cache", help="say what the cache on this machine holds, check it, or make room")
    actions = cache.add_subparsers(metavar="ACTION", dest="action", required=True)
    for name, meaning in (
        ("info", "where it is, how large it is, and how large it may be"),
        ("verify", "read all that is kept, and put aside what is damaged"),
        ("prune", "let go of what was not used for longest"),
    ):
        action = actions.add_parser(name, help=meaning)
        action.add_argument("--cache", metavar="URL", help="which cache: file:///folder (default: as a build's)")
        action.set_defaults(no_cache=False, cache_read_only=False)
        if name == "prune":
            action.add_argument("--size", metavar="SIZE", type=_size, help="what may stay (default: cache_size)")
            action.add_argument("--all", action="store_true", help="let go of everything")


def _add_cluster(generate: argparse.ArgumentParser) -> None:
    group = generate.add_argument_group("on more than one machine (docs/cluster.md)")
    group.add_argument("--engine", choices=("local", "dask"), help="who makes the outputs (default: local processes)")
    where = group.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a dask cluster, such as tls://host:8786")
    where.add_argument("--scheduler-file", metavar="FILE", help="that a dask scheduler has written its address to")
    where.add_argument("--local", action="store_true", help="start a dask cluster on this machine, for this build")
    group.add_argument("--shard", metavar="I/N", type=_shard, help="only the I-th of N parts of all that is to be made")


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


def _shard(text: str) -> tuple[int, int]:
    index, slash, count = text.partition("/")
    if not slash or not index.isdecimal() or not count.isdecimal() or not 1 <= int(index) <= int(count):
        raise argparse.ArgumentTypeError(f"{text!r} is not a part such as 3/8")
    return int(index), int(count)


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


def describe_commands() -> list[Command]:
    """All commands with their options, as plain data."""
    from schemagen.completion import Command

    subparsers = next(each for each in _parser()._actions if isinstance(each, argparse._SubParsersAction))
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
