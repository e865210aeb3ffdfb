"""(g) A run beside one of an earlier commit, built on the same machine and measured in turn; (h) the first run after an installation."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.sizes import QUICK, Size

EARLIER = "71c5d9e"
"""The commit that runs are compared with."""

ROOT = Path(__file__).parents[2]
_FIRST_RUN = ("-m", "model.cli", "run", "engage_kia", "--months", "14", "--quiet", "--no-figures")
_MEASURE = (
    "import json; from tests.benchmarks.bench import run_ms; from tests.benchmarks.sizes import FULL; "
    "print(json.dumps(run_ms(FULL)))"
)


def cpu_seconds(folder: Path, *arguments: str, **environment: str) -> float:
    """Processor seconds, those of the system included, of Python in a checkout."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _python(folder, *arguments, **environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _python(folder: Path, *arguments: str, **environment: str) -> str:
    known = {**os.environ, "PYTHONPATH": str(folder), **environment}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=known, capture_output=True, text=True, check=True
    )
    return done.stdout


def first_run(size: Size) -> dict[str, float]:
    """(h) Processor seconds of a short run without any machine code kept from earlier ones."""
    if size is QUICK:
        return {"first_run_cpu_s": 0.0}
    with tempfile.TemporaryDirectory() as cache:
        return {"first_run_cpu_s": cpu_seconds(ROOT, *_FIRST_RUN, NUMBA_CACHE_DIR=cache)}


def earlier_checkout() -> Path:
    """The files of the earlier commit, in ``build/``; made from the project's own history."""
    folder = ROOT / "build" / f"bench-{EARLIER}"
    if not (folder / "model").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        packed = subprocess.run(["git", "archive", EARLIER], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder


def beside_earlier(size: Size) -> dict[str, float]:
    """(g) Milliseconds of a full run now and at the earlier commit, and their ratio.

    There six runs took each phase in turn in a batch, which made them faster than a run alone; now each has no other beside it.
    """
    if size is QUICK:
        return {"ratio_to_earlier": 1.0, "ratio_to_earlier_alone": 1.0}
    folder = earlier_checkout()
    earlier_first = cpu_seconds(folder, *_FIRST_RUN)
    measured: dict[Path, list[dict[str, float]]] = {ROOT: [], folder: []}
    for _ in range(3):
        for where, rounds in measured.items():
            rounds.append(json.loads(_python(where, "-c", _MEASURE).splitlines()[-1]))
    now, then, alone = (
        statistics.median(one[name] for one in measured[where])
        for where, name in ((ROOT, "run_ms"), (folder, "run_ms"), (folder, "run_alone_ms"))
    )
    found = {"earlier_first_run_cpu_s": earlier_first, "now_ms": now, "earlier_ms": then, "earlier_alone_ms": alone}
    return found | {"ratio_to_earlier": now / then, "ratio_to_earlier_alone": now / alone}
