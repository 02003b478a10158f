"""This module knows how to read the published description of the view, a JSON Schema that comes with the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VIEW_VERSION = "1.1"
# Packages are installed as files; importlib.resources, which knows of others, takes long to import.
_PUBLISHED = Path(__file__).parent.parent / "contract" / "view.json"


def view_schema() -> dict[str, Any]:
    """The JSON Schema of the view, as Python data: the contract with template authors, of version VIEW_VERSION."""
    schema: dict[str, Any] = json.loads(_PUBLISHED.read_bytes())
    return schema
