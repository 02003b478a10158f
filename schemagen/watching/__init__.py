"""This package knows how to generate again whenever a file is saved, in one process that stays in the foreground."""

from schemagen.watching.loop import watch

__all__ = ["watch"]
