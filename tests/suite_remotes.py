"""The schemas that tests of the JSON Schema Test Suite refer to, which the suite serves at localhost:1234."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

# The source distribution has the whole suite.
SOURCE = "jsonschema==4.26.0"
BASE = "http://localhost:1234/"
PIP_SECONDS = 300


def suite_remotes(cache: pytest.Cache) -> dict[str, str]:
    """The text of each schema by its URI; skips the test where they cannot be fetched."""
    texts: dict[str, str] = {}
    with tarfile.open(_source(cache)) as archive:
        for member in archive:
            _, _, path = member.name.partition("/json/remotes/")
            file = archive.extractfile(member)
            if path.endswith(".json") and file is not None:
                texts[BASE + path] = file.read().decode()
    # Later tests refer to copies of these beside the schemas of their draft.
    for uri in [uri for uri in texts if "/" not in uri.removeprefix(BASE)]:
        for draft in ("draft2019-09", "draft2020-12"):
            texts.setdefault(uri.replace(BASE, f"{BASE}{draft}/"), texts[uri])
    return texts


def _source(cache: pytest.Cache) -> Path:
    folder = cache.mkdir("suite-remotes-" + SOURCE.replace("==", "-"))
    # Several workers may come here at once.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(folder.glob("*.tar.gz")):
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "jsonschema", SOURCE]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=PIP_SECONDS, cwd=folder)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"pip download {SOURCE} failed: {error.stderr.decode(errors='replace')[-300:]}")
            except subprocess.TimeoutExpired:
                pytest.skip(f"pip download {SOURCE} took longer than {PIP_SECONDS} s")
    (found,) = folder.glob("*.tar.gz")
    return found
