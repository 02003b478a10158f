"""This module knows how to bring the files of a project to where ``schemagen generate`` does what it is for."""

from __future__ import annotations

import contextlib
import os
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from schemagen.config import FILE, Config, load_config
from schemagen.errors import ConfigError, Location
from schemagen.scaffold import editors, texts
from schemagen.scaffold.finding import find
from schemagen.unchanged import STATE_FOLDER
from schemagen.writing import temp_name

_EXAMPLE_PATH = "schemas/person.json"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for by flags."""

    pre_commit: bool = False
    github: bool = False
    gitlab: bool = False
    editor: bool = False


@dataclass(slots=True)
class _Report:
    """What was written, a line each; what a person has to add, with the file that it belongs in; and what to know."""

    written: list[str] = field(default_factory=list)
    to_add: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def init(root: Path, wishes: Wishes) -> int:
    """Set up the project in ``root`` and say what was done; 0.

    Raises ConfigError where what is there cannot be read or written.
    """
    report = _Report()
    try:
        _configure(root, report)
        config = load_config(root)
        _add_dodo(root, report)
        is_committed = _ignore(root, config, report, commits=wishes.pre_commit)
        if wishes.pre_commit:
            _add_file(root, ".pre-commit-config.yaml", texts.PRE_COMMIT, texts.PRE_COMMIT_HOOK, report)
        if wishes.github:
            workflow = texts.github_workflow(config.output, is_committed=is_committed)
            _add_file(root, ".github/workflows/schemagen.yml", workflow, workflow, report)
        if wishes.gitlab:
            job = texts.gitlab_job(config.output, is_committed=is_committed)
            _add_file(root, ".gitlab-ci.yml", job, job, report)
        if wishes.editor:
            _add_schemas(root, report)
    except OSError as error:
        path = Path(error.filename or root)
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        raise ConfigError(f"cannot read or write this: {error.strerror}", Location(shown), "SG052") from None
    _say(report)
    return 0


def _say(report: _Report) -> None:
    for line in report.written:
        print(f"wrote {line}")
    for path, lines in report.to_add:
        print(f"add to {path}, which is left as it is:\n")
        print("".join(f"    {line}\n" if line else "\n" for line in lines.splitlines()))
    for note in report.notes:
        print(note)
    if not (report.written or report.to_add or report.notes):
        print("nothing to do: this project is set up")
    print("next: schemagen generate")


def _configure(root: Path, report: _Report) -> None:
    """Add ``[tool.schemagen]``, and what doit needs to know, to pyproject.toml."""
    file = root / FILE
    text = _text(file)
    load_config(root)  # raises where it cannot be read
    if "schemagen" not in tomllib.loads(text).get("tool", {}):
        found = find(root)
        if not found.schemas:
            _write(root / _EXAMPLE_PATH, texts.EXAMPLE)
            report.written.append(f"{_EXAMPLE_PATH}: an example, since no JSON Schema was found")
        output = "generated" if (root / "build").exists() else "build"
        section = texts.config_section(found.schemas or ("schemas",), output, found.exclude)
        count = "one schema" if found.count < 2 else f"{found.count} schemas"
        what = f"[tool.schemagen], with {count} in {', '.join(found.schemas) or 'schemas'}"
        text = _append(file, text, section, what, report)
    if "run" not in tomllib.loads(text).get("tool", {}).get("doit", {}).get("plugins", {}).get("command", {}):
        _append(file, text, texts.DOIT_COMMANDS, "[tool.doit.plugins.command], so that doit builds in batches", report)


def _append(file: Path, text: str, section: str, what: str, report: _Report) -> str:
    """Add ``section`` to the end of the TOML ``file``, which holds ``text``, if that means what it says there; else
    leave that to a person. Returns the new text."""
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith(newline * 2) else newline if text.endswith("\n") else newline * 2
    longer = text + gap + section.replace("\n", newline)
    try:
        tomllib.loads(longer)
    except tomllib.TOMLDecodeError:  # a table of this name is there, or one that is closed
        report.to_add.append((file.name, section))
        return text
    _write(file, longer)
    report.written.append(f"{file.name}: {what}")
    return longer


def _add_dodo(root: Path, report: _Report) -> None:
    file = root / "dodo.py"
    if not file.exists():
        _write(file, texts.DODO)
        report.written.append("dodo.py: the schemas as tasks of doit")
    elif "schemagen" not in _text(file):
        report.to_add.append(("dodo.py", texts.DODO))


def _ignore(root: Path, config: Config, report: _Report, *, commits: bool) -> bool:
    """Have Git ignore our state, and the outputs unless they are to be committed; returns whether they are."""
    file = root / ".gitignore"
    text = _text(file)
    ignored = {line.strip().strip("/") for line in text.splitlines()}
    is_new = STATE_FOLDER not in ignored
    wanted = [STATE_FOLDER] if commits or not is_new else [STATE_FOLDER, config.output]
    missing = [folder for folder in wanted if folder not in ignored]
    if missing:
        gap = "" if not text or text.endswith("\n") else "\n"
        _write(file, text + gap + "".join(f"{folder}/\n" for folder in missing))
        report.written.append(f".gitignore: {', '.join(f'{folder}/' for folder in missing)}")
    if commits and config.output in ignored:
        report.notes.append(f"take {config.output}/ out of .gitignore: the hook is for outputs that are committed")
    return config.output not in {*ignored, *missing}


def _add_file(root: Path, path: str, text: str, entry: str, report: _Report) -> None:
    """Write ``text`` to the file at ``path`` if there is none, else have ``entry`` added unless it knows of us."""
    file = root / path
    if not file.exists():
        _write(file, text)
        report.written.append(path)
    elif "schemagen" not in _text(file):
        report.to_add.append((path, entry))


def _add_schemas(root: Path, report: _Report) -> None:
    """Add what editors complete and check pyproject.toml and pack.toml with."""
    for name, text in editors.schemas().items():
        path = f"{editors.FOLDER}/{name}"
        if not (root / path).exists():
            _write(root / path, text)
            report.written.append(path)
        elif _text(root / path) != text:
            report.notes.append(f"{path} is not of this version of schemagen: remove it and run this again")
    rules = _text(root / ".taplo.toml")
    if not rules:
        _write(root / ".taplo.toml", editors.RULES)
        report.written.append(".taplo.toml")
    elif editors.FOLDER not in rules:
        report.to_add.append((".taplo.toml", editors.RULES))


def _text(file: Path) -> str:
    """The text of ``file``, empty where there is none; raises ConfigError where it is not UTF-8."""
    try:
        return file.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 (byte {error.start})", Location(file.name), "SG003") from None


def _write(file: Path, text: str) -> None:
    """Put ``text`` at ``file``; where it cannot be written, as on a full disk, what is there stays as it was. Raises
    OSError, about ``file``."""
    real = Path(os.path.realpath(file))  # a link stays one
    temp = real.with_name(temp_name(real.name))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        temp.write_bytes(text.encode())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(real, temp)
        os.replace(temp, real)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None
    finally:
        with contextlib.suppress(OSError):  # of a folder that is none
            temp.unlink(missing_ok=True)
