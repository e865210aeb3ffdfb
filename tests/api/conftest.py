"""A run and a batch on the world of twelve townships."""

from __future__ import annotations

import pytest

from model.api.batch import Batch, batch
from model.api.single import SingleRun, run

TINY = {"world": "tests/tiny"}


@pytest.fixture(scope="package")
def made() -> SingleRun:
    """Fourteen months, in which ore crosses the border and towns change hands."""
    return run("engage_kia", months=14, set={**TINY, "actors.KIA.troops": 20_000}, replicate=3)


@pytest.fixture(scope="package")
def several() -> Batch:
    """Three runs each of two scenarios, in a folder that nobody keeps."""
    return batch(["status_quo", "engage_kia"], replicates=3, months=14, set=TINY, jobs=1, quiet=True)
