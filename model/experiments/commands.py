"""How a run of a batch is repeated alone: the words of ``pangwa run``, kept in the manifest, filled in for a replicate."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from model.experiments.design import LABEL
from model.scenario.files import shipped_scenarios
from model.scenario.layers import parse_set
from model.scenario.plugins import plugin_file
from model.scenario.problems import toml_value
from model.world.where import whole_path


def run_words(
    file: str, base_seed: int, sets: Sequence[str], parameters: str, plugins: Iterable[str]
) -> tuple[str, ...]:
    """The command that repeats a scenario's runs, without replicate and design point.

    Args:
        file: name or file of the scenario.
        base_seed: of the batch.
        sets: overrides for all runs.
        parameters: its set of parameter vectors; empty for none.
        plugins: names of the files of own kinds that it uses.
    """
    path = Path(file)
    words = ["pangwa", "run", path.stem if shipped_scenarios().get(path.stem) == path else _whole(file)]
    words += ["--seed", str(base_seed)] if base_seed else []
    words += ["--parameters", _whole(parameters)] if parameters else []
    words += [word for plugin in plugins for word in ("--plugin", _whole(str(plugin_file(plugin))))]
    return (*words, *(word for text in sets for word in ("--set", _with_whole_world(text))))


def _whole(file: str) -> str:
    """A file by its whole path, so that the command works from every folder; a name as it is."""
    return Path(os.path.abspath(file)).as_posix() if Path(file).is_file() else file


def _with_whole_world(text: str) -> str:
    path, value = parse_set(text)
    return f"world={toml_value(whole_path(value))}" if path == ("world",) and isinstance(value, str) else text


def run_command(manifest: Mapping[str, Any], scenario: str, point: int, replicate: int) -> str:
    """The command that repeats one run of a batch; empty where there is none (older batches).

    Args:
        manifest: of the batch.
        scenario: label.
        point: number of the design point.
        replicate: number of the replicate.
    """
    words = manifest.get("commands", {}).get(scenario)
    points = manifest.get("points", [])
    if not words:
        return ""
    swept = points[point] if point < len(points) else {}
    seeds = manifest.get("seeds", [])
    # Where seeds were given one by one, each replicate has its own.
    seed = ["--seed", str(seeds[replicate])] if manifest.get("base_seed") is None and replicate < len(seeds) else []
    sets = [f"{path}={toml_value(value)}" for path, value in swept.items() if path != LABEL]
    return shlex.join(
        [*words, *seed, "--replicate", str(replicate), *(word for text in sets for word in ("--set", text))]
    )
