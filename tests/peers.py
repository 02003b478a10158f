"""Python packages of others that tests compare with: each in a virtual environment of its own, installed once into
pytest's cache folder."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

PIP_SECONDS = 300


def peer_python(cache: pytest.Cache, *requirements: str) -> str:
    """The interpreter of an environment that has ``requirements``; skips the test where they cannot be installed."""
    name = "-".join(requirements).translate(str.maketrans("=<>,[]", "------"))
    folder = cache.mkdir(f"peer-{name}")
    python = folder / "env" / "bin" / "python"
    done = folder / "installed"
    # Several workers may come here at once.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.is_file():
            _install(folder / "env", python, requirements)
            done.touch()
    return str(python)


def _install(folder: Path, python: Path, requirements: tuple[str, ...]) -> None:
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        command = [str(python), "-m", "pip", "install", "-q", *requirements]
        subprocess.run(command, check=True, capture_output=True, timeout=PIP_SECONDS)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"pip install {' '.join(requirements)} failed: {error.stderr.decode(errors='replace')[-300:]}")
    except subprocess.TimeoutExpired:
        pytest.skip(f"pip install {' '.join(requirements)} took longer than {PIP_SECONDS} s")
