"""An interpreter of the Mustache specification, written as plainly as it can be, to compare the compiler with.

It shares nothing with schemagen: it has its own scanner, tree and lookup, parses a partial again at each use, with the
indentation put into its text as the specification says, and walks the tree.
"""

from tests.mustache_by_hand.interpreter import render
from tests.mustache_by_hand.reading import RefusedError

__all__ = ["RefusedError", "render"]
