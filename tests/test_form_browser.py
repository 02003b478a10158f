"""The forms of the samples open in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_form_opens_and_is_ready(sample_forms: Path, open_form: Callable[[Path], Page]) -> None:
    page = open_form(sample_forms / "billing/invoice.html")
    assert page.evaluate("typeof document.forms[0].schemaForm.getText()") == "string"


def test_faults_of_a_page_are_seen(page: Page, page_faults: list[str]) -> None:
    page.goto("data:text/html,<script>console.error('written'); throw new Error('thrown')</script>")
    assert [fault.rpartition(": ")[2] for fault in page_faults] == ["written", "thrown"]
    page_faults.clear()


def test_browser_starts_no_thread_since_builds_of_other_tests_could_not_fork(page: Page) -> None:
    assert threading.active_count() == 1
