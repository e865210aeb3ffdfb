"""What calibration varies, and between which ends: the weakly identified and assumed parameters of war and trade.

``priors.csv`` names a parameter by its path; ``actors.<kind>.<name>`` stands for all actors of that kind, which share one
value. A block is the part of the record that can tell about it: *war* parameters are chosen by the patterns of
``hindcast_2023`` and ``hindcast_2024``, *trade* parameters by those of ``hindcast_trade``, in which captures are forced. The
wide ends are for the check that the data, not the prior, made a range shrink.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from model.arrays import Floats
from model.experiments.factors import value_at
from model.parameters import Declaration
from model.scenario.listing import scenario_declarations
from model.scenario.read import load_scenario

TABLE = Path(__file__).parent / "priors.csv"
BLOCKS: dict[str, tuple[str, ...]] = {"war": ("hindcast_2023", "hindcast_2024"), "trade": ("hindcast_trade",)}
"""Block -> the scenarios whose patterns choose its parameters."""
CALIBRATION_MONTHS = {"hindcast_2023": 15, "hindcast_2024": 10, "hindcast_trade": 47}
"""Months to the end of 2024: calibration simulates nothing that comes later."""
OBSERVED_LATER = frozenset(
    ("capture_trough", "release_may", "release_half", "terbium_rise", "tax_share", "nug_junta", "nug_resistance")
)
"""Statistics of calibration patterns that were observed in 2025: they are scored, and choose no parameter."""


@dataclass(frozen=True)
class Prior:
    """A parameter that calibration varies.

    Args:
        path: its path; ``actors.<kind>.<name>`` for all actors of a kind.
        paths: the paths it stands for in a scenario.
        block: war or trade.
        low: lower end; for a choice 0.
        high: upper end; for a choice the number of options.
        options: the options of a choice; empty for a number.
        whole: whether it is a whole number.
    """

    path: str
    paths: tuple[str, ...]
    block: str
    low: float
    high: float
    options: tuple[str, ...] = ()
    whole: bool = False

    def value(self, unit: float) -> Any:
        """The value at a position from 0 to 1 between its ends."""
        return value_at(unit, (self.low, self.high), self.options, whole=self.whole)


@cache
def priors(block: str, wide: bool = False) -> tuple[Prior, ...]:
    """The parameters of a block."""
    scenario = load_scenario(BLOCKS[block][0])
    declared = {one.path: one for one in scenario_declarations(scenario)}
    kinds = {name: actor.kind for name, actor in scenario.actors.items()}
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["block"] == block]
    return tuple(_prior(row, declared, kinds, wide) for row in rows)


def _prior(row: Mapping[str, str], declared: Mapping[str, Declaration], kinds: Mapping[str, str], wide: bool) -> Prior:
    path = row["parameter"]
    first, second, *rest = path.split(".")
    paths: tuple[str, ...] = (path,)
    if first == "actors" and second not in kinds:
        paths = tuple(".".join((first, name, *rest)) for name, kind in kinds.items() if kind == second)
    known = declared[paths[0]]
    if known.options:
        return Prior(path, paths, row["block"], 0.0, float(len(known.options)), known.options)
    low, high = (float(row[f"wide_{end}" if wide else end]) for end in ("low", "high"))
    return Prior(path, paths, row["block"], low, high, whole=isinstance(known.default, int))


def settings(block: Sequence[Prior], units: Floats) -> dict[str, Any]:
    """Path in a scenario -> value, of one vector of positions (D,)."""
    return {path: prior.value(unit) for prior, unit in zip(block, units.tolist(), strict=True) for path in prior.paths}


def resolved_with(resolved: Mapping[str, Any], values: Mapping[str, Any], months: int | None = None) -> dict[str, Any]:
    """A resolved scenario with some values set; the ranges of the table lie within those declared."""
    changed: dict[str, Any] = json.loads(json.dumps(resolved))
    for path, value in values.items():
        *tables, name = path.split(".")
        table = changed
        for key in tables:
            table = table[key]
        if name not in table:
            raise KeyError(path)
        table[name] = value
    if months is not None:
        changed["months"] = months
    return changed
