"""This module knows how to list packs, start a new one from a copy, and check one without data.

Each function is a command: it prints, and returns its exit code.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from schemagen.config import Config, place_of_option
from schemagen.errors import ConfigError, Location, SchemagenError
from schemagen.packs import Options, builtin_folder, find_pack, lint_pack, load_pack, packs_at_hand
from schemagen.packs.manifest import MANIFEST


def list_packs(config: Config) -> int:
    """Say which packs there are, what they make, and which the project uses; 1 if one cannot be used."""
    root = Path(config.root)
    options = Options(config.options, partial(place_of_option, config.root))
    names = dict.fromkeys((*config.packs, *(folder.name for folder in packs_at_hand(root))))
    code = 0
    for name in names:
        try:
            pack = load_pack(name, root, options)
        except SchemagenError as problem:
            print(problem)
            code = 1
            continue
        used = "used" if name in config.packs else "    "
        where = "built in" if Path(root, pack.folder).is_relative_to(builtin_folder()) else pack.folder
        print(f"{used}  {name}  ({where})  {pack.description}")
        for output in (*pack.outputs, *pack.project_outputs):
            once = "" if output.rule.is_per_schema else "  (once for the project)"
            print(f"          {output.rule.path}{once}")
        for option in pack.options:
            value = json.dumps(pack.values[option.name])
            print(f"          {option.name} = {value}  ({option.wanted})  {option.description}")
    return code


def copy_pack(config: Config, name: str, folder: str) -> int:
    """Copy the pack ``name`` into the new ``folder``, to be changed there. Raises ConfigError."""
    root = Path(config.root)
    source, target = find_pack(name, root, {}), root / folder
    try:
        target.mkdir(parents=True)
    except FileExistsError:
        raise ConfigError("exists already; a pack is copied into a new folder", Location(folder), "SG024") from None
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", Location(folder), "SG024") from None
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
        manifest = target / MANIFEST
        if manifest.is_file():
            text = manifest.read_text(encoding="utf-8")
            named = re.sub(r"(?m)^name\s*=.*$", f"name = {json.dumps(target.name)}", text, count=1)
            manifest.write_text(named, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)  # half a pack is none
        raise ConfigError(f"cannot write: {_why(error)}", Location(folder), "SG024") from None
    print(f"{name} was copied to {folder}; use it with packs = [{json.dumps(folder)}] in [tool.schemagen]")
    return 0


def _why(error: OSError) -> str:
    """The reason alone; of several files that could not be copied, that of the first."""
    if not isinstance(error, shutil.Error):
        return error.strerror or str(error)
    first: str = error.args[0][0][-1]  # [Errno 28] No space left on device: 'here' -> 'there'
    return first.partition("] ")[2].partition(": ")[0]


def check_packs(config: Config, names: Sequence[str]) -> int:
    """Say what is wrong with packs, as far as that can be seen without data; 1 if anything is."""
    found = 0
    for name in names or config.packs:
        problems: Sequence[SchemagenError]
        try:
            problems = lint_pack(load_pack(name, Path(config.root)))
        except SchemagenError as error:
            problems = [error]
        for problem in problems:
            print(problem)
        found += len(problems)
    print(f"{_counted(len(names or config.packs), 'pack')} checked, {_counted(found, 'problem')}")
    return 1 if found else 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
