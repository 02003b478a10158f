"""This package knows how to write the types of a schema as Python: as dataclasses, TypedDicts or models of pydantic.

``declaring`` gives every object a class, ``naming`` a name; ``annotating`` writes types, ``decoding`` what reads them,
``docs`` what is said of them, ``imports`` what they need; ``layout`` breaks lines as ruff does. ``assembling`` puts
together what all three flavours share: ``dataclasses``, ``typed_dicts`` and ``models``.
"""

from schemagen.python.dataclasses import dataclasses_of
from schemagen.python.models import models_of
from schemagen.python.typed_dicts import typed_dicts_of

__all__ = ["dataclasses_of", "models_of", "typed_dicts_of"]
