"""npm packages for tests, installed once into pytest's cache folder."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

import pytest

NPM_SECONDS = 300


def npm_packages(cache: pytest.Cache, *packages: str) -> Path:
    """The ``node_modules`` folder that holds ``packages`` (``name@version``); skips the test where that cannot be."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("needs Node.js and npm on the path")
    folder = cache.mkdir("npm-" + "-".join(packages).replace("/", "-").replace("@", "-"))
    done = folder / "installed"
    # Several workers may come here at once.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_file():
            (folder / "package.json").write_text("{}")
            command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=NPM_SECONDS, cwd=folder)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"npm install {' '.join(packages)} failed: {error.stderr.decode(errors='replace')[-300:]}")
            except subprocess.TimeoutExpired:
                pytest.skip(f"npm install {' '.join(packages)} took longer than {NPM_SECONDS} s")
            done.touch()
    return folder / "node_modules"
