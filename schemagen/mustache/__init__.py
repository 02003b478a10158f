"""This package knows how to check and render Mustache templates; it knows nothing of schemas."""

from schemagen.mustache.engine import Source, Templates

__all__ = ["Source", "Templates"]
