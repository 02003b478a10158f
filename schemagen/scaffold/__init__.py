"""This package knows how to set up a project that is to use schemagen: it asks nothing and overwrites nothing."""

from schemagen.scaffold.writing import init

__all__ = ["init"]
