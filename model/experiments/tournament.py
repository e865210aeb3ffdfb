"""Policies against Beijing's answers and rival mechanisms: the plans of ``pangwa tournament`` and of ``pangwa brief --answers``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from model.experiments.batch_file import read_plan
from model.experiments.errors import PlanError
from model.experiments.parameter_sets import CENTRAL
from model.experiments.plan import BatchPlan
from model.experiments.request import read_batch_file
from model.scenario.files import shipped_batches

ANSWERS = "chinas_answers"
"""The shipped batch file whose labelled points are Beijing's answers, and whose scenarios are those of a tournament."""


def plan_tournament(scenarios: Sequence[str], variants: Sequence[str], **more: Any) -> BatchPlan:
    """Plan every policy against each of Beijing's answers, under each combination of rival mechanisms.

    Args:
        scenarios: names or files; those of the shipped file of answers where none are given.
        variants: rival mechanisms to cross, ``all`` for all of them, none for the scenarios' own.
        **more: replicates, base_seed, reference, sets, parameters and command of :func:`read_plan`.

    Raises:
        PlanError: fewer than two policies, or something asked for is wrong.
    """
    asked = read_batch_file(shipped_batches()[ANSWERS])
    files = list(scenarios) or list(asked.scenarios)
    if len(files) < 2:
        raise PlanError("a tournament needs at least two scenarios; without any, it uses all shipped policies")
    return replace(read_plan(files, points=asked.points, variants=variants, **more), name="tournament")


def plan_answers(manifest: Mapping[str, Any], replicates: int, command: Sequence[str]) -> BatchPlan:
    """Plan the scenarios of a finished batch against each of Beijing's answers, with the batch's seed, overrides and parameters.

    Args:
        manifest: of the batch.
        replicates: runs per scenario and answer.
        command: the command line, for the manifest.

    Raises:
        PlanError: the batch does not say how its scenarios are run again.
    """
    files, how = asked_of(manifest)
    more: dict[str, Any] = {**how, "replicates": replicates, "reference": manifest.get("reference"), "command": command}
    return replace(plan_tournament(list(files.values()), (), **more), name="answers")


def asked_of(manifest: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """How the runs of a finished batch were asked for.

    Args:
        manifest: of the batch.

    Returns:
        Label -> name or file of the scenario; and base_seed, sets and parameters of :func:`read_plan`.

    Raises:
        PlanError: the batch does not say so.
    """
    words = {label: list(one) for label, one in (manifest.get("commands") or {}).items()}
    if not words:
        raise PlanError("these runs cannot be repeated one by one (the batch was given explicit seeds)")
    first = next(iter(words.values()))
    seed, parameters, sets = (_after(first, option) for option in ("--seed", "--parameters", "--set"))
    how = {
        "base_seed": int(seed[0]) if seed else 0,
        "sets": sets,
        "parameters": parameters[0] if parameters else CENTRAL,
    }
    return {label: one[2] for label, one in words.items()}, how


def _after(words: Sequence[str], option: str) -> list[str]:
    """The values that an option has in a command line."""
    return [value for name, value in pairwise(words) if name == option]
