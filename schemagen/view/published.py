"""This module knows how to read the published description of the view, a JSON Schema that comes with the package."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def view_schema() -> dict[str, Any]:
    """The JSON Schema of the view, as Python data: the contract with template authors, of version VIEW_VERSION."""
    schema: dict[str, Any] = json.loads(files("schemagen").joinpath("contract", "view.json").read_bytes())
    return schema
