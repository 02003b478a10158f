"""This module knows how to lay out expressions of Python as ``ruff format`` leaves them, 88 columns wide.

An expression is a text that is never broken, or brackets with items, or a chain of operands. What does not fit on its
line is broken from the outside inwards. Only as much is here of ruff's rules as our expressions need.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 88
_INDENT = "    "
_MOST_ITEMS = WIDTH // 3  # that could stand on one line


@dataclass(frozen=True, slots=True)
class Brackets:
    """``opening``, with all that stands before it (``list[``, ``name(``), the items and ``closing``.

    Where the items do not fit beside it they get a line of their own, unless they are ``is_display`` (of a list or a
    dict), and where they do not fit there, a line each with a comma behind. A lone item of a subscript gets no comma:
    that would be a tuple.
    """

    opening: str
    items: tuple[Expression, ...]
    closing: str
    is_display: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands with ``|`` between them."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Prefixed:
    """``prefix``, such as a key with its colon, before an expression. A lambda puts a body too long in parentheses."""

    prefix: str
    expression: Expression
    is_lambda: bool = False


Expression: TypeAlias = str | Brackets | Chain | Prefixed


def subscript(name: str, *items: Expression) -> Brackets:
    return Brackets(f"{name}[", items, "]")


def call(name: str, *items: Expression) -> Brackets:
    return Brackets(f"{name}(", items, ")")


def chain(operands: Sequence[Expression]) -> Expression:
    """``operands`` with ``|`` between them, or the only one."""
    return operands[0] if len(operands) == 1 else Chain(tuple(operands))


def flat(expression: Expression) -> str:
    """``expression`` on one line."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Prefixed):
        return expression.prefix + flat(expression.expression)
    if isinstance(expression, Chain):
        return " | ".join(map(flat, expression.operands))
    return f"{expression.opening}{', '.join(map(flat, expression.items))}{expression.closing}"


def width_of(text: str) -> int:
    """How many columns ``text`` takes: characters of East Asia take two, marks over others none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def statement(target: str, annotation: Expression | None, value: Expression | None, indent: str = "") -> str:
    """``target: annotation = value``, in as many lines as it takes. The first has no indent: that is the template's.

    Of what does not fit, ruff breaks the value within its brackets where these open on the line; else it puts the value
    in parentheses, where these do; else it breaks the annotation. What has nothing to break stays as it is.
    """
    before = target if annotation is None else f"{target}: "
    if annotation is None or value is None:
        head = f"{before} = " if annotation is None else before
        shown = value if annotation is None else annotation
        assert shown is not None
        return head + _right_side(shown, indent, width_of(indent + head))
    end = flat(value)
    start = f"{before}{flat(annotation)} = "
    if _fits(indent + start + end):
        return start + end
    if isinstance(value, Brackets) and _fits(indent + start + value.opening):
        return start + _broken(value, indent)
    if _fits(f"{indent}{start}("):
        inner = indent + _INDENT
        laid = f"{inner}{_laid(value, inner, len(inner), 0)}"
        if isinstance(value, Brackets) and isinstance(annotation, str) and not all(map(_fits, laid.split("\n"))):
            return start + _broken(value, indent)  # it does not fit either way
        return f"{start}(\n{laid}\n{indent})"
    if isinstance(annotation, Chain):
        return f"{before}{_in_parentheses(annotation, indent)} = {_laid(value, indent, len(indent) + 4, 0)}"
    if isinstance(annotation, Brackets):
        return f"{before}{_broken(annotation, indent)} = {_laid(value, indent, len(indent) + 4, 0)}"
    return start + _right_side(value, indent, width_of(indent + start))


def statement_of(called: Brackets) -> str:
    """``called`` as a statement of its own."""
    return _right_side(called, "", 0)


def _right_side(shown: Expression, indent: str, column: int) -> str:
    """What stands last in a statement: where it does not fit, within its brackets, or in parentheses."""
    text = flat(shown)
    if column + width_of(text) <= WIDTH:
        return text
    if isinstance(shown, Brackets) and column + width_of(shown.opening) <= WIDTH:
        return _broken(shown, indent)
    if isinstance(shown, Chain):
        return _in_parentheses(shown, indent)
    if _fits(indent + _INDENT + text) and column < WIDTH:
        return f"(\n{indent}{_INDENT}{text}\n{indent})"
    return _broken(shown, indent) if isinstance(shown, Brackets) else text


def _in_parentheses(chained: Chain, indent: str) -> str:
    inner = indent + _INDENT
    return f"(\n{inner}{_laid(chained, inner, width_of(inner), 0)}\n{indent})"


def _fits(line: str) -> bool:
    return width_of(line) <= WIDTH


def _laid(expression: Expression, indent: str, column: int, after: int) -> str:
    """``expression`` from ``column`` on, in brackets; ``after`` columns follow it on its last line."""
    text = flat(expression)
    if isinstance(expression, str) or column + width_of(text) + after <= WIDTH:
        return text
    if isinstance(expression, Brackets):
        return _broken(expression, indent)
    if isinstance(expression, Prefixed):
        return _laid_behind(expression, indent, column, after)
    # An operand after the first stands behind "| ".
    rows = [
        _laid(operand, indent, column if number == 0 else width_of(indent) + 2, 0)
        for number, operand in enumerate(expression.operands)
    ]
    return f"\n{indent}| ".join(rows)


def _laid_behind(expression: Prefixed, indent: str, column: int, after: int) -> str:
    if not expression.is_lambda:
        start = column + width_of(expression.prefix)
        return expression.prefix + _laid(expression.expression, indent, start, after)
    inner = indent + _INDENT
    return f"{expression.prefix}(\n{inner}{flat(expression.expression)}\n{indent})"


def _broken(brackets: Brackets, indent: str) -> str:
    """``brackets`` over several lines."""
    if not brackets.items:
        return brackets.opening + brackets.closing
    inner = indent + _INDENT
    together = "" if brackets.is_display or len(brackets.items) > _MOST_ITEMS else ", ".join(map(flat, brackets.items))
    if together and _fits(inner + together):
        return f"{brackets.opening}\n{inner}{together}\n{indent}{brackets.closing}"
    is_lone = brackets.closing == "]" and len(brackets.items) == 1 and not brackets.is_display
    comma = "" if is_lone else ","
    rows = [f"{inner}{_laid(item, inner, width_of(inner), len(comma))}{comma}" for item in brackets.items]
    return "\n".join([brackets.opening, *rows, indent + brackets.closing])
