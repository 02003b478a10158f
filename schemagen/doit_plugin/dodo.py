"""This module knows how to tell the dodo.py of our documentation from any other."""

from __future__ import annotations

import ast
from pathlib import Path

from schemagen.digest import digest_of

PLAIN_DODO = """
from schemagen.doit_plugin import doit_config, generate_tasks
DOIT_CONFIG = doit_config()
def task_generate():
    yield from generate_tasks()
"""


def is_plain_dodo(source: bytes) -> bool:
    """Whether a dodo.py is just the one that our documentation shows, give or take docstrings and comments.

    Any other may declare other tasks tomorrow, for reasons that no file time tells.
    """

    def shape(text: bytes | str) -> list[str]:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body.pop(0)
            if isinstance(node, ast.FunctionDef):
                node.returns = None
        return [ast.dump(node) for node in tree.body]

    try:
        return shape(source) == shape(PLAIN_DODO)
    except (SyntaxError, ValueError):
        return False


def digest_of_plain_dodo(folder: Path) -> str:
    """The digest of the dodo.py of ``folder``, empty if there is none or it is not the documented one."""
    try:
        source = (folder / "dodo.py").read_bytes()
    except OSError:
        return ""
    return digest_of(source) if is_plain_dodo(source) else ""
