"""schemagen generates files from JSON Schemas through Mustache templates, incrementally."""

__version__ = "0.1.0"
