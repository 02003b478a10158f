"""schemagen generates files from JSON Schemas through Mustache templates, incrementally.

From Python: ``schemagen.build`` builds a project, ``schemagen.render`` makes the outputs of one schema: docs/api.md.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not typing's: to import that takes a tenth of a build with nothing to do
if TYPE_CHECKING:
    from typing import Any

    from schemagen.api import BuildResult, Problem, build, render
    from schemagen.errors import SchemagenError

__version__ = "0.1.0"
__all__ = ["BuildResult", "Problem", "SchemagenError", "__version__", "build", "render"]


def __getattr__(name: str) -> Any:
    # The command imports this package before it knows whether there is anything to do.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("schemagen.errors" if name == "SchemagenError" else "schemagen.api"), name)
