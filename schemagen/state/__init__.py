"""This package knows how to remember between builds; it knows nothing of schemas or templates."""
