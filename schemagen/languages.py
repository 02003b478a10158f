"""This module knows how to give a view the modules of types that templates read, each in its language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from schemagen.model import Resolution, Schema
from schemagen.packs import OptionValue
from schemagen.view.shapes import Plain

if TYPE_CHECKING:
    from schemagen.types.model import Module

Options = Mapping[str, OptionValue]
# The keys of a view that hold modules.
_KEYS = ("ts_module", "py_module", "py_dict_module", "py_model_module")


@cache
def _makers() -> Mapping[str, Callable[[Module, Options], Plain]]:
    """What makes each module, with the options of the pack that reads it; imported only where a pack reads any."""
    from schemagen.python import dataclasses_of, models_of, typed_dicts_of
    from schemagen.typescript import ts_module

    return {
        "ts_module": ts_module,
        "py_module": lambda module, _: dataclasses_of(module),
        "py_dict_module": lambda module, _: typed_dicts_of(module),
        "py_model_module": lambda module, _: models_of(module),
    }


def prepare_modules(names_read: frozenset[str] | None) -> None:
    """Import what makes the modules among ``names_read``, so that processes that are forked after this need not."""
    if _read(names_read):
        _makers()


def _read(names_read: frozenset[str] | None) -> list[str]:
    return [key for key in _KEYS if names_read is None or key in names_read]


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
            key: _makers()[key](self._types_of(is_faithful=options.get("faithful") is True), options)
            for key in _read(names_read)
        }

    def _types_of(self, *, is_faithful: bool) -> Module:
        from schemagen.types import module_of

        if is_faithful not in self._types:
            made = module_of(self._schema, self._resolution, self._resolution.names, is_faithful=is_faithful)
            self._types[is_faithful] = made
        return self._types[is_faithful]
