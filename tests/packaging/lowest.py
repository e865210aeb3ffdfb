"""The lowest versions that pyproject.toml allows, all of them together: ``make lowest`` installs them and runs the commands.

Whoever has an older machine gets these versions; the tests run with those of constraints.txt. It takes some minutes and the network.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXTRAS = ("solara", "analysis", "cluster", "export")
"""Those of users; tools for developers need not be old."""
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extra>\[[a-z,]+\])?(?P<bounds>.*)")
_SECONDS = 1800

TINY = ROOT / "tests" / "tiny"
SETS = ("--set", f"world={TINY.as_posix()}", "--set", "months=3")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("scenarios",),
    ("parameters", "--search", "ore_tax"),
    ("run", "engage_kia", *SETS, "--out", "run"),
    ("batch", "status_quo", "engage_kia", "-r", "3", "-j", "2", *SETS, "--out", "out"),
    ("batch", "status_quo", "-r", "2", "--executor", "dask", "-j", "1", *SETS, "--out", "dask", "--no-figures"),
    ("report", "out"),
    ("brief", "out"),
    ("plot", "out", "--kind", "exports"),
    ("compare", "out", "-o", "exports_t_china"),
    ("regret", "out", "--less", "exports_t_china"),
    *(("export", "out", "--to", kind, "--out", f"all.{kind}") for kind in ("xlsx", "netcdf", "geopackage", "geojson")),
    *(("sensitivity", "status_quo", "--method", method, "-p", "actors.KIA.commit_share", "-p", "actors.KIA.ore_tax_yuan_per_t",
       *("-r", "1", "-j", "1", "--trajectories", "4", "--points", "20"), *SETS, "--out", method) for method in ("morris", "sobol")),
    ("check", "engage_kia"),
)  # fmt: skip
"""What is run, one after another, in an empty folder."""

MODULES = ("pangwa", "model.views.space", "solara", "mesa.visualization", "distributed")
"""What is imported besides."""


def lowest(requirement: str) -> str:
    """A requirement at its lower bound, as pip takes it.

    Args:
        requirement: as pyproject.toml has it.

    Raises:
        ValueError: it has no lower bound.
    """
    parts = _REQUIREMENT.fullmatch(requirement)
    bound = re.search(r">=\s*([0-9][0-9.]*)", parts["bounds"]) if parts else None
    if parts is None or bound is None:
        raise ValueError(f"{requirement}: has no lower bound")
    return f"{parts['name']}{parts['extra'] or ''}=={bound[1]}"


def requirements() -> list[str]:
    """Every direct dependency of users at its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [lowest(one) for one in [*project["dependencies"], *(one for extra in EXTRAS for one in extras[extra])]]


def _interpreter(folder: Path) -> str:
    return str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")


def make(folder: Path) -> str:
    """An environment with the lowest versions; its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = _interpreter(folder)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *requirements(), "hatchling>=1.25", "editables"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    return python


def tried(python: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Run everything; yields what was run, and what it said where it failed.

    Args:
        python: the interpreter of the environment.
        folder: an empty folder.
    """
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "MPLBACKEND": "Agg"}
    for module in MODULES:
        yield f"import {module}", _said([python, "-c", f"import {module}"], folder, environment)
    for words in COMMANDS:
        yield " ".join(["pangwa", *words[:2]]), _said([python, "-m", "model.cli", *words], folder, environment)
    yield "pangwa app", _app(python, folder, environment)


def _said(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return "" if done.returncode == 0 else f"exit code {done.returncode}\n{done.stdout[-500:]}{done.stderr[-2000:]}"


def _app(python: str, folder: Path, environment: dict[str, str]) -> str:
    """Start the app, ask for its page, and end it."""
    command = [python, "-u", "-m", "model.cli", "app", "--port", "0", "--no-open"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as app:
        lines: list[str] = []
        try:
            for line in app.stdout or ():
                lines.append(line)
                if address := re.search(r"http://[0-9a-z.:]+[^\s]*", line):
                    with urllib.request.urlopen(address[0], timeout=60) as page:
                        return "" if b"<html" in page.read() else "its page is none"
            return "".join(lines) or "it ended without an address"
        finally:
            app.terminate()


def main() -> None:
    """Install the lowest versions, run everything, and end with 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the environment, which is made anew")
    parser.add_argument("--keep", action="store_true", help="use the environment that is there")
    asked = parser.parse_args()
    folder = asked.folder.absolute()
    python = _interpreter(folder) if asked.keep else make(folder)
    place, failed = folder / "tried", 0
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    print("\n".join(requirements()))
    for what, said in tried(python, place):
        failed += bool(said)
        print(f"{'failed' if said else 'ok':8}{what}", *([said] if said else []), sep="\n" if said else "", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
