"""This module knows how to find Node.js, and to install mustache.js for it, for as long as a benchmark runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

MUSTACHE_JS = "mustache@4.2.0"
_NPM_SECONDS = 300


def install_mustache_js(base: Path) -> Path | None:
    """Install mustache.js below ``base``; returns the folder of node modules. Says why where there is none."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("mustache.js is not measured: needs Node.js and npm on the path")
        return None
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(base), MUSTACHE_JS]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_NPM_SECONDS, encoding="utf-8")
    except subprocess.CalledProcessError as error:
        print(f"mustache.js is not measured: npm install failed: {error.stderr.strip()[-200:]}")
        return None
    except subprocess.TimeoutExpired:
        print(f"mustache.js is not measured: npm install took longer than {_NPM_SECONDS} s")
        return None
    return base / "node_modules"


def node_environment(modules: Path) -> dict[str, str]:
    """The environment of a Node.js that finds ``modules``."""
    return {"NODE_PATH": str(modules), "PATH": str(Path(shutil.which("node") or "node").parent)}
