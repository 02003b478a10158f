"""This module knows how to name the Python module of a schema, and its folders, so that they can be imported."""

from __future__ import annotations

from functools import lru_cache

from schemagen.view.names import py_name, words_of


@lru_cache(maxsize=4096)
def module_path(name: str) -> str:
    """The path of the module of the schema ``name``, without ``.py``: ``billing/tax_rate`` for ``Billing/tax-rate``.

    Every part is an identifier and begins with no underscore, so that none is ``__init__``. Two schemas may have one
    path: then their outputs collide, which is found before anything is written.
    """
    return "/".join(py_name(words_of(part.removesuffix(".schema"))) for part in name.split("/"))
