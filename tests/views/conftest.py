"""Debian's Chromium without network, for tests of what is shown in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.views.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        no_network = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", no_network])
        yield started
        started.close()
