"""This module knows how to set up what the packs for Python are compared with, in an environment of its own:
datamodel-code-generator, in one process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PEER = "datamodel-code-generator"
BAR = 20
_PEER = Path(__file__).with_name("peer_types.py")
_PIP_SECONDS = 300


def install_peer(folder: Path) -> tuple[str, ...] | None:
    """The command that times the peer; None, and a word why, where it cannot be installed."""
    python = str(folder / "bin" / "python")
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, encoding="utf-8")
        command = [python, "-m", "pip", "install", "-q", PEER]
        subprocess.run(command, check=True, capture_output=True, timeout=_PIP_SECONDS, encoding="utf-8")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(f"{PEER} is not measured: pip install failed: {str(error.stderr)[-200:]}")
        return None
    # Without -P it would import this folder's module types for Python's own.
    return python, "-P", str(_PEER)
