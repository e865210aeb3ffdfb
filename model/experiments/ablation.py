"""Leave one thing out at a time, in paired runs: what each switch of a scenario moves, and which of them move nothing.

Every scenario is a batch of its own: the scenario as it is, then without each of its switches (:mod:`model.experiments.switches`),
all of them with the same random draws, replicate by replicate. A switch *moves* an outcome if leaving it out raises or lowers it by
the one rule of evidence (:mod:`model.experiments.evidence`), where what matters is some part of the outcome's standard deviation over
replicates: below that it is not worth a parameter. The correction is for all switches and outcomes of a scenario together. A switch
*moves nothing* if no effect is larger than that; where intervals are wider, there are not enough runs to tell.

All scenarios together are many runs. Where only the verdict counts, a switch is left out *until it has moved* an outcome: the
scenarios are taken in the order given, and each leaves out what has moved nothing in those before it. What moves nothing in the
end is the same; how many outcomes a switch moves, and which most, is then known up to the first scenario where it moved one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from model.arrays import Floats
from model.experiments.design import LABEL
from model.experiments.evidence import EFFECTS, FEW, judged, measured
from model.experiments.plan import BatchPlan, make_plan
from model.experiments.results import RunTable
from model.experiments.switches import Switch
from model.scenario.schema import Scenario
from model.scenario.spec import canonical_json

AS_IT_IS = "as it is"
"""The label of the design point at which nothing is left out."""
LEAST_SD = 0.2
_MOST_NAMED = 4
"""Scenarios that a sentence names."""

GROUPS: dict[str, tuple[str, ...]] = {
    "territory": (
        "townships_held_junta", "townships_held_kia", "seat_population_share_junta", "population_share_junta",
        "population_share_kia", "towns_changed_hands_all", "bhamo_months_held",
    ),
    "armies": ("troops_junta", "troops_kia", "deaths_fighters_all"),
    "people": (
        "deaths_civilians_all", "displaced_person_months", "legitimacy_junta", "legitimacy_kia", "services_kia", "leachate_t",
    ),
    "money": ("revenue_usd_junta", "revenue_usd_kia", "ore_revenue_usd_kia"),
    "ore": ("mined_t_all", "exports_t_china", "exports_t_china_informal_all", "exports_t_quad", "china_share_of_exports"),
    "market": ("price_ore_yuan_per_t_all", "other_origins_t_all", "us_heavy_ree_supply_share"),
    "border": ("ore_lanes_open_all", "goods_lanes_open_all"),
    "diplomacy": (
        "recognition_kia", "western_followers", "hope_of_others", "federal_settlement_all", "india_commitment",
        "us_attention_all", "actors_at_war_all",
    ),
}  # fmt: skip
"""The outcomes that an ablation looks at where none are named, by what they are about."""
OTHER = "other"

MOVES, NOTHING, SAME, OFF = "moves", "moves nothing", "same in every run", "off already"
"""Verdicts on a switch besides :data:`model.experiments.evidence.FEW`: it moves an outcome; it moves none by more than what matters; not
a single outcome of a single run differs; every scenario has it off."""

COLUMNS = (
    "scenario", "switch", "group", "outcome", "n", "n_differing", "mean", "low95", "high95", "interval", "sd", "effect_sd", "matters",
    "q", "replicates_needed", "verdict", "moved",
)  # fmt: skip
SWITCH_COLUMNS = (
    "switch", "verdict", "outcomes_moved", "comparisons", "comparisons_moved", "scenarios", "failed",
    "strongest", "strongest_scenario", "strongest_sd", "off", "unit", "status", "meaning",
)  # fmt: skip


def plan_ablation(
    scenario: Scenario, switches: Sequence[Switch], *, replicates: int, base_seed: int = 0, command: Sequence[str] = ()
) -> BatchPlan:
    """Plan the runs of a scenario as it is and without each of its switches.

    Args:
        scenario: resolved.
        switches: of it; those that are off already are passed over.
        replicates: pairs of each; replicate k has the same random draws in all of them.
        base_seed: from which the replicates' seeds follow.
        command: the command line, for the manifest.

    Raises:
        PlanError: something is out of range.
    """
    used = [one for one in switches if one.on]
    resolved = scenario.resolved()
    return make_plan(
        f"{scenario.name}-ablate",
        {scenario.name: resolved},
        replicates=replicates,
        base_seed=base_seed,
        points=[((LABEL, canonical_json(name)),) for name in (AS_IT_IS, *(one.name for one in used))],
        at_points={scenario.name: [resolved, *(one.without(resolved) for one in used)]},
        command=command,
    )


def outcomes_looked_at(asked: Sequence[str], there: Sequence[str]) -> dict[str, str]:
    """Outcome -> its group: those asked for, or those of :data:`GROUPS`, as far as they are there."""
    group_of = {name: group for group, names in GROUPS.items() for name in names}
    names = [name for name in asked or group_of if name in there]
    return {name: group_of.get(name, OTHER) for name in names}


@dataclass(frozen=True)
class Ablation:
    """What the runs of a scenario say of its switches.

    Args:
        scenario: its label.
        effects: a row for each switch and outcome with :data:`COLUMNS`.
        same: the switches without which no run differs in any outcome.
        failed: switch -> runs without it that failed.
        pairs: replicates.
    """

    scenario: str
    effects: pd.DataFrame
    same: frozenset[str]
    failed: Mapping[str, int]
    pairs: int

    @property
    def moving(self) -> set[str]:
        """Switches that move an outcome."""
        return set(self.effects["switch"][self.effects["moved"].astype(bool)])


def ablation(runs: RunTable, outcomes: Mapping[str, str], *, least_sd: float = LEAST_SD) -> Ablation:
    """What each switch of a scenario does to outcomes.

    Args:
        runs: of :func:`plan_ablation`.
        outcomes: name -> group.
        least_sd: smallest difference that matters, in standard deviations of the outcome.

    Returns:
        In ``effects``, ``mean`` is the mean of ``n`` paired differences, without the switch minus as it is, with its 95%
        interval, the interval's method and the verdict; ``sd`` the outcome's standard deviation over replicates, with and
        without pooled; ``effect_sd`` the mean over it.

    Raises:
        StoreError: there is no such outcome.
    """
    (scenario,), names = runs.scenarios, list(runs.checked(list(outcomes)))
    parts = [_effects(on, off).assign(switch=name, outcome=names) for name, on, off in _pairs(runs, names)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    table = table.assign(scenario=scenario, group=table["outcome"].map(dict(outcomes)))
    if parts:
        table = judged(table.assign(matters=least_sd * table["sd"]), family=())
    table["moved"] = table["verdict"].isin(EFFECTS) if parts else False
    everything = list(_pairs(runs, runs.outcomes))
    same = frozenset(name for name, on, off in everything if len(on) and np.array_equal(on, off, equal_nan=True))
    pairs = int(runs.manifest["replicates"])
    failed = {name: pairs - len(on) for name, on, _ in everything}
    return Ablation(scenario, table[list(COLUMNS)].assign(parameters=runs.parameters), same, failed, pairs)


def in_turn(
    scenarios: Sequence[Scenario],
    switches: Mapping[str, Sequence[Switch]],
    leave_out: Callable[[Scenario, Sequence[Switch]], Ablation],
    *,
    until_moved: bool = False,
) -> list[Ablation]:
    """What leaving out switches does in scenarios, one after the other.

    Args:
        scenarios: resolved, in this order.
        switches: of each scenario, by its name; those that are off already are passed over.
        leave_out: makes and reads the runs of a scenario without each of some switches.
        until_moved: whether to leave out only what has moved no outcome in the scenarios before; one that has nothing left is
            passed over.
    """
    found: list[Ablation] = []
    moved: set[str] = set()
    for scenario in scenarios:
        left = [one for one in switches[scenario.name] if one.on and one.name not in moved]
        if left:
            found.append(leave_out(scenario, left))
            moved |= found[-1].moving if until_moved else set()
    return found


def _pairs(runs: RunTable, outcomes: Sequence[str]) -> Iterator[tuple[str, Floats, Floats]]:
    """Each switch with the (pairs, outcomes) values of the runs as they are and without it; pairs with a failed run are out."""
    (scenario,), names = runs.scenarios, [str(point[LABEL]) for point in runs.manifest["points"]]
    points = range(len(names))
    values = runs.cube(scenario, outcomes, points)  # (R, P, K)
    # A run that went well has a value of some outcome.
    there = np.asarray(~np.isnan(runs.cube(scenario, runs.outcomes, points)).all(axis=2))
    for place, name in enumerate(names[1:], 1):
        both = there[:, 0] & there[:, place]
        yield name, values[both, 0], values[both, place]


def _effects(on: Floats, off: Floats) -> pd.DataFrame:
    """Paired statistics of (pairs, outcomes) values as they are and without something."""
    difference = off - on
    paired = ~np.isnan(difference)
    found = measured(difference)
    spread = (_variances(np.where(paired, values, np.nan)) for values in (on, off))
    sd = np.sqrt(sum(spread) / 2)
    base = measured(np.where(paired, on, np.nan))["mean"]
    differing = (paired & (difference != 0)).sum(axis=0)
    return pd.DataFrame(
        {**found, "n_differing": differing, "sd": sd, "effect_sd": _over(found["mean"], sd), "reference_mean": base}
    )


def _variances(values: Floats) -> Floats:
    """(K,) variances of known values; NaN where there are fewer than two. Equal values have none."""
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    first = (
        values[known.argmax(axis=0), np.arange(values.shape[1])] if len(values) else np.full(values.shape[1], np.nan)
    )
    away = np.where(known, values - first, 0.0)
    mean = away.sum(axis=0) / np.maximum(n, 1)
    squares = (np.where(known, away - mean, 0.0) ** 2).sum(axis=0)
    squares = np.where((away == 0).all(axis=0), 0.0, squares)
    return np.where(n > 1, squares / np.maximum(n - 1, 1), np.nan)


def _over(mean: Floats, spread: Floats) -> Floats:
    """Mean over spread: 0 where the mean is, infinite where nothing else varies."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((mean == 0) & ~np.isnan(spread), 0.0, mean / spread)


def effects_of(found: Sequence[Ablation]) -> pd.DataFrame:
    """The effects of all scenarios, one below the other."""
    # Without those that have none: what they would make of the columns' types is no longer pandas' promise.
    parts = [one.effects for one in found if len(one.effects)] or [found[0].effects]
    return pd.concat(parts, ignore_index=True)


def switch_table(found: Sequence[Ablation], switches: Sequence[Switch]) -> pd.DataFrame:
    """The verdict on each switch over all scenarios.

    Args:
        found: of :func:`ablation`, a scenario each.
        switches: of all scenarios; those of one name are the same.

    Returns:
        A row for each name with :data:`SWITCH_COLUMNS`, those of one table together. ``comparisons`` are outcomes times
        scenarios in which runs differ at all; ``strongest`` is the outcome moved most, with its scenario and difference in
        standard deviations.
    """
    effects = effects_of(found)
    by_name = dict(tuple(effects.groupby("switch", sort=False)))
    tables = list(dict.fromkeys(one.table for one in switches))
    rows = []
    for name, switch in {one.name: one for one in sorted(switches, key=lambda one: tables.index(one.table))}.items():
        asked = [one for one in found if name in one.failed]
        part = by_name.get(name, effects.iloc[:0])
        moved, differing = part[part["moved"].astype(bool)], part[part["n_differing"] > 0]
        counts = (moved["outcome"].nunique(), len(differing), len(moved))
        failed = sum(one.failed[name] for one in asked)
        about = (switch.value, switch.unit, switch.status, switch.meaning)
        verdict = _verdict(name, asked, part)
        rows.append((name, verdict, *counts, len(asked), failed, *_strongest(moved), *about))
    return pd.DataFrame(rows, columns=list(SWITCH_COLUMNS))


def _verdict(name: str, asked: Sequence[Ablation], part: pd.DataFrame) -> str:
    if not asked:
        return OFF
    if part["moved"].astype(bool).any():
        return MOVES
    if all(name in one.same for one in asked):
        return SAME
    return FEW if (part["verdict"] == FEW).any() else NOTHING


def _strongest(moved: pd.DataFrame) -> tuple[str, str, float]:
    """Outcome, scenario and difference in standard deviations of what is moved most."""
    if moved.empty:
        return "", "", np.nan
    row = moved.iloc[int(moved["effect_sd"].abs().to_numpy(dtype=np.float64).argmax())]
    return str(row["outcome"]), str(row["scenario"]), float(row["effect_sd"])


def headline(table: pd.DataFrame, found: Sequence[Ablation]) -> str:
    """How many switches move nothing, in a sentence.

    Args:
        table: of :func:`switch_table`.
        found: of :func:`ablation`.
    """
    verdicts, outcomes = table["verdict"].value_counts(), found[0].effects["outcome"].nunique()
    tried, still = len(table) - int(verdicts.get(OFF, 0)), int(verdicts.get(NOTHING, 0) + verdicts.get(SAME, 0))
    names = ", ".join(one.scenario for one in found)
    where = names if len(found) <= _MOST_NAMED else f"{len(found)} scenarios"
    few = int(verdicts.get(FEW, 0))
    unsure = f"; for {few} there are not enough runs to tell" if few else ""
    return f"Of {tried} parameters and mechanisms switched off one at a time in {where}, {still} move none of {outcomes} outcomes{unsure}."


def note(found: Sequence[Ablation], least_sd: float) -> str:
    """What counts as moving an outcome, and how many pairs that rests on, for a footnote."""
    low, high = min(one.pairs for one in found), max(one.pairs for one in found)
    pairs = f"{high}" if low == high else f"{low}-{high}"
    return (
        "Moved: raised or lowered (at most 5% false discoveries over all switches and outcomes), where less than "
        f"{least_sd:g} standard deviations of the outcome over replicates does not matter; {pairs} pairs with the same random draws."
    )


def finding(table: pd.DataFrame, found: Sequence[Ablation], least_sd: float = LEAST_SD) -> str:
    """What an ablation found, and how sure that is, in a few sentences.

    Args:
        table: of :func:`switch_table`.
        found: of :func:`ablation`.
        least_sd: of it.
    """
    verdicts, failed = table["verdict"].value_counts(), int(table["failed"].sum())
    moved = int(table["comparisons_moved"].sum())
    sentences = [headline(table, found), note(found, least_sd)]
    sentences.append(
        f"With {verdicts.get(SAME, 0)} of them switched off, no run changes in any outcome; {moved:,} differences move an outcome."
    )
    off = verdicts.get(OFF, 0)
    sentences += [f"{off} more {'is' if off == 1 else 'are'} already off in every scenario."] if off else []
    sentences += [f"{failed:,} run{'' if failed == 1 else 's'} failed; pairs with one are left out."] if failed else []
    return " ".join(sentences)
