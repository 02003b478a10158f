"""This module knows how to write what a shell needs to complete ``schemagen`` commands.

doit writes such scripts too, but for its own commands and tasks, and in bash without options; what is wanted here is
plain lists. For doit itself, which has none for fish, the fish script completes commands and tasks as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_NAMES = "schemagen list --quiet 2>/dev/null"
_DOIT_COMMANDS = ("clean", "dumpdb", "forget", "help", "ignore", "info", "list", "reset-dep", "run", "strace")


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its names, ``-s`` and ``--schema-dir``, what it means, the values it can have where these are few, and
    whether it has one at all."""

    names: tuple[str, ...]
    meaning: str
    choices: tuple[str, ...] = ()
    has_value: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its ``options``, the words that may follow it, and whether names of schemas may."""

    name: str
    meaning: str
    options: tuple[Option, ...]
    words: tuple[str, ...] = ()
    takes_schema: bool = False


def bash(commands: Sequence[Command]) -> str:
    """To be sourced by bash; needs nothing but bash."""
    cases = "".join(
        f"        {command.name}) options='{_flat(option.names for option in command.options)}'"
        f" words='{' '.join(command.words)}' ;;\n"
        for command in commands
    )
    values = "".join(
        f"        {patterns}) COMPREPLY=($(compgen -W '{' '.join(choices)}' -- \"$current\")) && return ;;\n"
        for patterns, choices in _with_choices(commands)
    )
    return f"""\
# bash completion for schemagen, written by: schemagen tabcompletion --shell bash
_schemagen() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD - 1]}}" options="" words="" IFS=$' \\n'
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W '{" ".join(command.name for command in commands)} --help --version' -- "$current"))
        return
    fi
    case "${{COMP_WORDS[1]}} $before" in
{values}    esac
    case "${{COMP_WORDS[1]}}" in
{cases}    esac
    case "${{COMP_WORDS[1]}}" in
        {_schema_commands(commands, "|")}) [[ "$current" == -* ]] || words="$words $({_NAMES})" ;;
    esac
    [[ "$current" == -* ]] && words="$options"
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _schemagen schemagen
"""


def zsh(commands: Sequence[Command]) -> str:
    """To be put into a folder of zsh's ``fpath`` as ``_schemagen``, or sourced after ``compinit``."""
    described = "".join(f"        {_quoted(f'{each.name}:{each.meaning}')}\n" for each in commands)
    cases = "".join(
        f"        {command.name})\n            options=({_zsh_options(command)})\n"
        f"            words=({' '.join(command.words)}) ;;\n"
        for command in commands
    )
    values = "".join(
        f"        {patterns}) compadd -- {' '.join(choices)}; return ;;\n"
        for patterns, choices in _with_choices(commands)
    )
    return f"""\
#compdef schemagen
# zsh completion for schemagen, written by: schemagen tabcompletion --shell zsh
_schemagen() {{
    local -a commands options words_
    if (( CURRENT == 2 )); then
        commands=(
{described}        )
        _describe command commands
        return
    fi
    case "${{words[2]}} ${{words[CURRENT - 1]}}" in
{values}    esac
    case "${{words[2]}}" in
{cases.replace("words=(", "words_=(")}    esac
    if [[ "${{words[CURRENT]}}" == -* ]]; then
        _describe option options
        return
    fi
    (( $#words_ )) && compadd -- $words_
    case "${{words[2]}}" in
        {_schema_commands(commands, "|")}) compadd -- ${{(f)"$({_NAMES})"}} ;;
        *) _files ;;
    esac
}}
if [ "$funcstack[1]" = "_schemagen" ]; then _schemagen "$@"; else compdef _schemagen schemagen; fi
"""


def fish(commands: Sequence[Command]) -> str:
    """To be put into ``~/.config/fish/completions/schemagen.fish``, or sourced."""
    lines = ["# fish completion for schemagen and doit, written by: schemagen tabcompletion --shell fish"]
    for command in commands:
        meaning = _fish_quoted(command.meaning)
        lines.append(f"complete -c schemagen -n __fish_use_subcommand -f -a {command.name} -d {meaning}")
        seen = f"-n '__fish_seen_subcommand_from {command.name}'"
        lines += [f"complete -c schemagen {seen}{_fish_option(option)}" for option in command.options]
        if command.words:
            lines.append(f"complete -c schemagen {seen} -f -a '{' '.join(command.words)}'")
    names = _schema_commands(commands, " ")
    lines.append(f"complete -c schemagen -n '__fish_seen_subcommand_from {names}' -f -a '({_NAMES})'")
    lines.append(f"complete -c doit -n __fish_use_subcommand -f -a '{' '.join(_DOIT_COMMANDS)}'")
    lines.append("complete -c doit -f -a '(doit list --all --quiet 2>/dev/null)'")
    return "\n".join(lines) + "\n"


SHELLS: Mapping[str, Callable[[Sequence[Command]], str]] = {"bash": bash, "fish": fish, "zsh": zsh}


def _flat(names: Iterable[Iterable[str]]) -> str:
    return " ".join(name for each in names for name in each)


def _with_choices(commands: Sequence[Command]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What stands before one of a few values, ``'command --option'``, as patterns of ``case``; and these values."""
    for command in commands:
        for option in command.options:
            if option.choices:
                yield "|".join(f"'{command.name} {name}'" for name in option.names), option.choices


def _schema_commands(commands: Sequence[Command], between: str) -> str:
    return between.join(command.name for command in commands if command.takes_schema)


def _zsh_options(command: Command) -> str:
    return " ".join(_quoted(f"{name}:{option.meaning}") for option in command.options for name in option.names)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_option(option: Option) -> str:
    names = "".join(f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}" for name in option.names)
    values = f" -x -a '{' '.join(option.choices)}'" if option.choices else " -r" if option.has_value else ""
    return f"{names}{values} -d {_fish_quoted(option.meaning)}"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
