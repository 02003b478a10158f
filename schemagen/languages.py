"""This module knows how to give a view the modules of types that templates read, each in its language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from schemagen.model import Resolution, Schema
from schemagen.packs import OptionValue
from schemagen.python import dataclasses_of, models_of, typed_dicts_of
from schemagen.python.shapes import PY_SHAPES
from schemagen.types import module_of
from schemagen.types.model import Module
from schemagen.typescript import ts_module
from schemagen.view.shapes import (
    EMPTY_TS_DECLARATION,
    EMPTY_TS_IMPORT,
    EMPTY_TS_MEMBER,
    EMPTY_TS_MODULE,
    EMPTY_TS_NAME,
    Plain,
)
from schemagen.view.wanted import names_outside

Options = Mapping[str, OptionValue]
# The keys of a view that hold modules, and what makes each, with the options of the pack that reads it.
_MAKERS: Mapping[str, Callable[[Module, Options], Plain]] = {
    "ts_module": ts_module,
    "py_module": lambda module, _: dataclasses_of(module),
    "py_dict_module": lambda module, _: typed_dicts_of(module),
    "py_model_module": lambda module, _: models_of(module),
}
_SHAPES = (EMPTY_TS_MODULE, EMPTY_TS_IMPORT, EMPTY_TS_NAME, EMPTY_TS_DECLARATION, EMPTY_TS_MEMBER, *PY_SHAPES)
_KEYS_OF_MODULES = frozenset(key for shape in _SHAPES for key in (*shape, "index", "first", "last"))


@lru_cache(maxsize=16)
def names_outside_modules(names_read: frozenset[str]) -> frozenset[str]:
    """Those of ``names_read`` for which a view is needed beside its modules; none where these are all that is read."""
    found = names_outside(names_read, _MAKERS.keys(), _KEYS_OF_MODULES)
    return frozenset() if found <= {each for key in _MAKERS for each in (key, f".{key}")} else found


class Modules:
    """The modules of types of one schema, each made when it is first asked for. Each other schema of the project that
    it reaches has a module of its own."""

    def __init__(self, schema: Schema, resolution: Resolution) -> None:
        self._schema = schema
        self._resolution = resolution
        self._types: dict[bool, Module] = {}

    def read_by(self, names_read: frozenset[str] | None, options: Options) -> dict[str, Plain]:
        """The modules among ``names_read``, by key; all of them where that is None."""
        return {
            key: make(self._types_of(is_faithful=options.get("faithful") is True), options)
            for key, make in _MAKERS.items()
            if names_read is None or key in names_read
        }

    def _types_of(self, *, is_faithful: bool) -> Module:
        if is_faithful not in self._types:
            made = module_of(self._schema, self._resolution, self._resolution.names, is_faithful=is_faithful)
            self._types[is_faithful] = made
        return self._types[is_faithful]
