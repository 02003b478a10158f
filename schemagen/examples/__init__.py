"""This package knows how to find an example of what a schema allows: the schema's own, or one made from it.

``finding`` tries what there is, ``checking`` decides whether it is valid, with the same validator that users trust;
``making`` makes values, of what ``demands`` gathers, ``strings``, ``patterns`` and ``numbers`` make the scalar ones,
and ``matching`` tells on the way which of several ways to go. The work is bounded, and the same each time.
"""

from schemagen.examples.finding import Example, find_example

__all__ = ["Example", "find_example"]
