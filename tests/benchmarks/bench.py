"""The speed of Pangwa, measured: ``make bench`` prints a table and writes ``tests/benchmarks/results.json``.

Medians of three (``--quick``: one of tiny pieces, to see that it runs; ``--only b``: one part). Times are processor times
where one process is measured, clock times where several are; the load of the machine during the measurement stands in the
results. These are written after every part; one that fails is named in them, and the others go on.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from model.run import Setting
from tests.benchmarks.batches import overhead, throughput
from tests.benchmarks.before import EARLIER, beside_earlier, first_run
from tests.benchmarks.fronts import FrontsOnArrays, setting
from tests.benchmarks.growth import MANY_RUNS, SMALL_MONTHS, growth
from tests.benchmarks.plain_mesa import PlainFronts
from tests.benchmarks.sizes import FULL, QUICK, Size, median, seconds_of_runs, specification

RESULTS = Path(__file__).with_name("results.json")
WAYS = ("months", "townships", "actors", "runs")


def run_ms(size: Size) -> dict[str, float]:
    """(a) Milliseconds of processor time of a full run, recorded."""
    specs = [specification(size.world, size.months, replicate) for replicate in range(6)]
    return {"run_ms": 1000 * median(lambda: seconds_of_runs(specs), size.repeats) / len(specs)}


def month_ms(model: type[mesa.Model], setting: Setting, months: int) -> float:
    """Processor milliseconds of a month by Mesa's ``step``, its data collected; the model has been made before the clock starts."""
    begun = model(setting=setting, rng=1)
    began = time.process_time()
    for _ in range(months):
        begun.step()
    return 1000 * (time.process_time() - began) / months


def ratio_to_plain_mesa(size: Size) -> dict[str, float]:
    """(e) How many times longer a month of supply, orders, fights and countryside takes in Mesa's plain idiom.

    What comes before the first month is counted on neither side: reading the world, making the model, compiling.
    """
    months, here = min(size.months, 24), setting(size.world)
    plain, arrays = (
        median(partial(month_ms, model, here, months), size.repeats) for model in (PlainFronts, FrontsOnArrays)
    )
    return {"ratio_to_plain_mesa": plain / arrays, "plain_mesa_ms_a_month": plain, "arrays_ms_a_month": arrays}


def start_seconds(*command: str) -> float:
    """Clock seconds of a command."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=Path(__file__).parents[2], capture_output=True, check=True)
    return time.perf_counter() - began


def start_up(size: Size) -> dict[str, float]:
    """(f) Seconds of ``pangwa --help`` and of ``import model``."""
    return {
        "help_s": median(lambda: start_seconds("-m", "model.cli", "--help"), size.repeats),
        "import_s": median(lambda: start_seconds("-c", "import model"), size.repeats),
    }


def machine() -> dict[str, Any]:
    """What the numbers were measured on."""
    cpu = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "cpu": cpu or platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "mesa": mesa.__version__,
        "load_before": load(),
    }


def load() -> float | None:
    """Processes at work on this machine, mean over the last minute; None where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


PARTS: dict[str, tuple[str, Callable[[Size], dict[str, Any]]]] = {
    "a": ("a run", run_ms),
    "b": ("batches", throughput),
    "c": ("the runner", overhead),
    **{f"d {way}": (f"growth with {way}", partial(growth, way)) for way in WAYS},
    "e": ("plain Mesa", ratio_to_plain_mesa),
    "f": ("start-up", start_up),
    "g": ("an earlier commit", beside_earlier),
    "h": ("the first run after an installation", first_run),
}
"""By letter: what is measured, and how."""

NUMBERS = ("run_ms", "runs_per_s_one", "runs_per_s_all", "overhead_ms", "ratio_to_plain_mesa", "help_s")
"""What the results hold whatever happens, null where it could not be measured; beside it ``growth`` and ``machine``."""


def measure(size: Size, letters: tuple[str, ...], out: Path) -> dict[str, Any]:
    """The parts one after another; what is there is written after each.

    Args:
        size: how much is measured.
        letters: of the parts.
        out: where the results are written.
    """
    found: dict[str, Any] = dict.fromkeys(NUMBERS)
    found |= {"growth": dict.fromkeys(WAYS), "machine": machine()}
    found |= {"failed": {}, "left": list(letters), "seconds": {}}
    for letter in letters:
        words, part = PARTS[letter]
        began = time.perf_counter()
        print(f"({letter}) {words} ...", end="", file=sys.stderr, flush=True)
        try:
            target = found["growth"] if letter.startswith("d") else found
            target |= part(size)
            said = ""
        except Exception as error:
            found["failed"][letter] = f"{type(error).__name__}: {error}"
            said = f", failed: {found['failed'][letter]}"
        took = time.perf_counter() - began
        print(f" {took:.0f} s{said}", file=sys.stderr, flush=True)
        found["seconds"][letter] = round(took, 1)
        found["left"].remove(letter)
        found["machine"]["load_after"] = load()
        out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return found


def growth_lines(grown: dict[str, Any], name: str) -> list[str]:
    """The exponents of one way to grow, and what was measured."""
    if grown[name] is None:
        return [f"(d) with {name}: not measured"]
    points = grown[f"{name}_measured"]
    what = f" of {SMALL_MONTHS} months in a small world, by one worker, files written" if name == "runs" else ""
    what += f"; {MANY_RUNS:,} and more measured once" if name == "runs" else ""
    return [
        f"(d) time grows with {name:20} {grown[name]:10.2f} (exponent), peak memory {grown[f'{name}_memory']:.2f}",
        "      " + ", ".join(f"{p['size']:,}: {p['seconds']:.2f} s, {p['peak_mb']:.0f} MB" for p in points) + what,
    ]


def table(found: dict[str, Any]) -> str:
    """The results as lines to read."""
    lines = [
        _line("(a) a run of 60 months", found["run_ms"], "10.1f", " ms"),
        _line("(b) runs a second, one process", found["runs_per_s_one"], "10.1f"),
        _line(f"    runs a second, {found.get('processes', 'all')} processes", found["runs_per_s_all"], "10.1f"),
        _line("    of what independent processes reach", found.get("share_of_independent"), "10.0%"),
        _line("(c) the runner adds to an empty run", found["overhead_ms"], "10.3f", " ms"),
        _line("    to one with all outcomes and tables", found.get("overhead_recorded_ms"), "10.3f", " ms"),
        *(line for name in WAYS for line in growth_lines(found["growth"], name)),
        _line("(e) plain Mesa takes longer by", found["ratio_to_plain_mesa"], "10.1f", " times"),
        _line("(f) pangwa --help", found["help_s"], "10.2f", " s"),
        _line("    import model", found.get("import_s"), "10.2f", " s"),
        _line(f"(g) a run over one of {EARLIER} in a batch", found.get("ratio_to_earlier"), "10.2f"),
        _line("    over one of it by itself", found.get("ratio_to_earlier_alone"), "10.2f"),
        _line("(h) first run, nothing compiled, CPU", found.get("first_run_cpu_s"), "10.0f", " s"),
    ]
    return "\n".join([*lines, *(f"({letter}) failed: {why}" for letter, why in found["failed"].items())])


def _line(words: str, value: float | None, form: str, unit: str = "") -> str:
    return f"{words:40} " + (f"{'not measured':>10}" if value is None else f"{value:{form}}{unit}")


def main() -> int:
    """Measure, print, write; 1 when a part failed."""
    parser = argparse.ArgumentParser(description="Measure the speed of Pangwa.")
    parser.add_argument("--quick", action="store_true", help="only see that it runs")
    parser.add_argument("--only", metavar="LETTERS", default="abcdefgh", help="these parts alone, such as bc")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written as JSON")
    asked = parser.parse_args()
    letters = tuple(letter for letter in PARTS if letter[0] in asked.only)
    found = measure(QUICK if asked.quick else FULL, letters, asked.out)
    print(table(found))
    print(f"written: {asked.out}")
    return 1 if found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
