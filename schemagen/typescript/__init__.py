"""This package knows how to write a module of types in TypeScript, laid out as prettier leaves it.

``types`` writes one type, ``literals`` a JSON value as a type, ``comments`` what is said to people; ``layout`` finds
the line breaks, and ``module`` puts together what templates see.
"""

from schemagen.typescript.module import ts_module

__all__ = ["ts_module"]
