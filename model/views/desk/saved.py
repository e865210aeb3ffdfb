"""An ask as something to keep: a scenario file, the commands that repeat its runs, and the files that these would write."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from model.experiments.export import run_archive, run_files
from model.experiments.simulate import simulate
from model.scenario.files import shipped_scenarios
from model.scenario.layers import OWN, Stated, apply_sets, read_layers
from model.scenario.problems import dotted, toml_value
from model.scenario.read import load_scenario
from model.views.desk.ask import Ask, Side, pairs_of, sides_of

_STATE = "state.json"
_OWN = {(key,) for key in OWN}


def scenario_text(side: Side) -> tuple[str, str]:
    """A scenario as a file that stands for itself.

    Args:
        side: of an ask.

    Returns:
        The name of the file, and its text: what a shipped scenario is extended by, or all that files of the user's own say.
    """
    scenario = load_scenario(side.file, side.sets)
    lines = [f"# {scenario.name}: saved from the app. Run it with: pangwa run {scenario.name}.toml", ""]
    shipped = side.file in shipped_scenarios()
    lines += [f"extends = {toml_value(side.file)}"] if shipped else []
    stated = Stated() if shipped else read_layers(side.file)[0]
    apply_sets(stated, side.sets)
    lines += [f"name = {toml_value(scenario.name)}", f"title = {toml_value(scenario.title or scenario.name)}", ""]
    leaves = ((path, value) for path, value in _leaves(stated.tree, ()) if path not in _OWN)
    lines += [f"{dotted(path)} = {toml_value(value)}" for path, value in leaves]
    return f"{scenario.name}.toml", "\n".join(lines) + "\n"


def _leaves(tree: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        here = (*path, key)
        if isinstance(value, dict) and value:
            yield from _leaves(value, here)
        else:
            yield here, value


def commands(ask: Ask, plugins: Sequence[Path] = ()) -> list[str]:
    """The commands that repeat the policy's run, given the files of :func:`scenario_text`.

    Args:
        ask: what was asked for.
        plugins: files with own kinds of actors.
    """
    policy, _ = sides_of(ask)
    draws = [*_option("--seed", ask.seed), *_option("--replicate", ask.replicate)]
    own = [word for path in plugins for word in ("--plugin", str(path))]
    if policy.before is None:
        return [shlex.join(["pangwa", "run", _file(policy), *draws, *own])]
    past, months = policy.before
    return [
        shlex.join(["pangwa", "run", _file(past), *draws, *own, "--until", str(months), "--save", _STATE]),
        shlex.join(["pangwa", "run", _file(policy), "--from", _STATE, *own]),
    ]


def _option(name: str, number: int) -> list[str]:
    return [name, str(number)] if number else []


def _file(side: Side) -> str:
    return scenario_text(side)[0] if side.sets else side.file


def archive(ask: Ask) -> bytes:
    """The files that the commands write for the policy's run, in a ZIP archive."""
    ((spec, _),) = pairs_of(ask)
    return run_archive(run_files(spec, simulate(spec)))
