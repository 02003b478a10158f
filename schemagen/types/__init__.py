"""This package knows how to find the types of a schema, for whatever language: ``model`` says what a type is.

``reading`` makes one of a schema, with ``keywords`` for what it says itself and ``evaluation`` for what closes it;
``uniting`` and ``meeting`` are the algebra; ``notes`` collects what is said to people; ``names`` and ``declaring`` find
out what is declared by which name, and ``modules`` puts it all together.
"""

from schemagen.types.modules import module_of

__all__ = ["module_of"]
