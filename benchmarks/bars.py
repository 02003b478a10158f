"""This module knows how to print what is asked of schemagen next to what was measured."""

from __future__ import annotations


def at_least(what: str, measured: float, bar: float) -> bool:
    """Print a bar that is met by ``bar`` or more; returns whether it is."""
    return _print(what, measured, f"at least {bar:g}", measured >= bar)


def at_most(what: str, measured: float, bar: float) -> bool:
    """Print a bar that is met by ``bar`` or less; returns whether it is."""
    return _print(what, measured, f"at most {bar:g}", measured <= bar)


def _print(what: str, measured: float, bar: str, is_met: bool) -> bool:
    print(f"    {what:<66}{measured:>8.2f}  ({bar}): {'held' if is_met else 'MISSED'}", flush=True)
    return is_met
