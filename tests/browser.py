"""A real browser for tests: Debian's chromium, one for each worker of pytest, a fresh page for each test."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import REPOSITORY, Project
from tests.node_tools import npm_packages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

# Root may not use chromium's sandbox; the others keep it from asking anything of the network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


if sys.version_info < (3, 12):

    class ThreadlessWatcher(asyncio.PidfdChildWatcher):
        """Waits for playwright's driver as later versions of Python do: beside a thread, builds here could not fork."""

        def is_active(self) -> bool:
            # Asked for in the very loop that starts the driver; playwright tells nobody of that loop before.
            self.attach_loop(asyncio.get_running_loop())
            return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless chromium; tests that need it are skipped where it, or playwright, is absent."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("needs chromium on the path (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    if sys.version_info < (3, 12):
        asyncio.set_child_watcher(ThreadlessWatcher())
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def sample_forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the forms of the sample schemas, with the script and the style that they share."""
    project = Project(tmp_path_factory.mktemp("samples"))
    done = project.generate("-s", str(REPOSITORY / "schemas"), "-o", "build", "-t", "form")
    assert done.code == 0, done.err
    return project.root / "build"


@pytest.fixture(scope="session")
def minified_script(
    sample_forms: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The script of the forms, made as small as terser makes it."""
    modules = npm_packages(request.config.cache, "terser@5.51.4")
    made = tmp_path_factory.mktemp("minified") / "schema-form.js"
    options = ["--ecma", "2022", "--mangle", "--compress", "passes=3", "--output", str(made)]
    subprocess.run(
        [str(modules / ".bin/terser"), str(sample_forms / "schema-form.js"), *options], capture_output=True, check=True
    )
    return made


@pytest.fixture
def page_faults() -> list[str]:
    """What the pages of a test complained of; a test that provokes a complaint takes it out."""
    return []


@pytest.fixture
def page(browser: Browser, page_faults: list[str]) -> Iterator[Page]:
    """A fresh page; whatever it writes to its console as an error, or throws, fails the test."""
    context = browser.new_context()
    made = context.new_page()

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            page_faults.append(f"{made.url}: {message.text}")

    made.on("console", note_message)
    made.on("pageerror", lambda error: page_faults.append(f"{made.url}: {error}"))
    made.on("crash", lambda _: page_faults.append(f"{made.url}: crashed"))
    yield made
    context.close()
    assert not page_faults


@pytest.fixture
def open_form(page: Page) -> Callable[[Path], Page]:
    """Open a form from disk; what comes back is ready, since the script runs before the page counts as loaded."""

    def opened(path: Path) -> Page:
        page.goto(path.resolve().as_uri())
        return page

    return opened
