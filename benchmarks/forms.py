"""This module knows how to measure how soon the forms of the largest real schemas are ready in Chromium, against the
same pages without their script."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bars import at_most

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LARGEST = 5
ASKED, MOST_SECONDS, MOST_MEGABYTES = "vector", 3, 8
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
_SCRIPT = re.compile(r"<script src=.*?</script>")


def compare(schemas: Path, base: Path, *, runs: int) -> bool:
    """Print a row for each of the largest schemas; returns whether the bars are held. Seconds are from asking for the
    page until its fields can be filled in, the median of ``runs``."""
    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed: not measured")
        return True
    from playwright.sync_api import sync_playwright

    chosen = _chosen(schemas, base / "schemas")
    options = ["-s", "schemas", "-o", "build", "-t", "form", "--unresolved-refs", "opaque"]
    subprocess.run([sys.executable, "-m", "schemagen", "generate", *options], cwd=base, check=True, capture_output=True)
    print(f"{'form':<28}{'schema KB':>10}{'form KB':>9}{'ready s':>9}{'plain s':>9}{'ratio':>7}")
    is_right = True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for schema in chosen:
            form = base / "build" / f"{schema.stem}.html"
            plain = form.with_suffix(".plain.html")
            plain.write_text(_SCRIPT.sub("", form.read_text(encoding="utf-8")), encoding="utf-8")
            ready, without = _medians(browser, [form, plain], runs)
            sizes = schema.stat().st_size / 1000, form.stat().st_size / 1000
            print(
                f"{schema.stem:<28}{sizes[0]:>10.0f}{sizes[1]:>9.0f}{ready:>9.2f}{without:>9.2f}{ready / without:>7.1f}"
            )
            if schema.stem == ASKED:
                is_right &= at_most(f"MB of the form of {ASKED}", sizes[1] / 1000, MOST_MEGABYTES)
                is_right &= at_most(f"seconds until the form of {ASKED} can be used", ready, MOST_SECONDS)
        browser.close()
    return is_right


def _chosen(schemas: Path, folder: Path) -> list[Path]:
    """Copies of the largest schemas, and of the one that is asked for."""
    folder.mkdir(parents=True)
    largest = sorted(schemas.glob("*.json"), key=lambda file: -file.stat().st_size)[:LARGEST]
    names = dict.fromkeys([*(file.name for file in largest), f"{ASKED}.json"])
    return [Path(shutil.copyfile(schemas / name, folder / name)) for name in names]


def _medians(browser: Browser, pages: Sequence[Path], runs: int) -> list[float]:
    seconds: list[list[float]] = [[] for _ in pages]
    for _ in range(runs):
        for page, taken in zip(pages, seconds, strict=True):
            opened = browser.new_page()
            began = time.perf_counter()
            opened.goto(page.as_uri())
            # An answer to this comes when all scripts have run.
            opened.evaluate("document.forms[0].elements.length")
            taken.append(time.perf_counter() - began)
            opened.close()
    return [statistics.median(taken) for taken in seconds]
