"""Where Debian's Chromium is."""

from __future__ import annotations

import os
import shutil

import pytest


def chromium() -> str:
    """The browser; where continuous integration lacks it, that is a failure and no reason to pass over the check."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: .ci/run installs it")
        pytest.skip("no chromium here; apt-get install chromium")
    return found
