"""This package knows how to check and render Mustache templates; it knows nothing of schemas."""

from schemagen.mustache.engine import Templates
from schemagen.mustache.given import Given
from schemagen.mustache.tree import Source

__all__ = ["Given", "Source", "Templates"]
