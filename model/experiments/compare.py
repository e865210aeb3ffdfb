"""Compare policies: paired effects with intervals, and whether their sign holds whatever nobody has observed.

An effect is the mean over replicates of paired differences (common random numbers; Law 2015, *Simulation Modeling and
Analysis*, section 11.2). A batch with design points (structural variants, members of a plausible set, a sweep) asks the same
question under several assumptions: an effect is *undetermined* where fewer than nine in ten of those under which anything
changes share its sign.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.comparable import difference_words
from model.experiments.errors import PlanError
from model.experiments.evidence import COLUMNS as JUDGEMENT
from model.experiments.evidence import Amounts, counts_words, effect_words, judged, movers
from model.experiments.intervals import clustered, intervals
from model.experiments.results import RunTable, read_csv_table
from model.experiments.stability import by_set, means, settled, stability, told_apart
from model.output.units import join

_MOST_NAMED, _MOST_SCENARIOS = 2, 4
_AT_ONCE, _VALUES = 100, 1 << 18
"""Outcomes whose effects are worked out together, and at most how many values of them, so that memory stays small and a batch
can be interrupted."""

_MEASURED = (
    "scenario", "reference", "outcome", "n", "n_missing", "units", "mean", "low95", "high95", "interval", "reference_mean", "percent",
    "median", "share_positive", "share_negative", "points", "points_up", "points_down", "sign_stability", "point_low",
    "point_high", "variance_ratio",
)  # fmt: skip
COLUMNS = (*_MEASURED, *JUDGEMENT, "parameters")
EFFECT_COLUMNS = (*COLUMNS[:2], "point", *COLUMNS[2:])


def compare(
    runs: RunTable,
    outcomes: Sequence[str],
    reference: str,
    *,
    matters: Amounts | None = None,
    precision: Amounts | None = None,
) -> pd.DataFrame:
    """Compare every scenario with the reference.

    Args:
        runs: the batch.
        outcomes: names of outcomes.
        reference: label of the scenario to compare with.
        matters: smallest changes that matter, of the outcomes for which the user says so.
        precision: half widths of intervals to plan replicates for; what matters when None.

    Returns:
        A row for each other scenario and outcome with :data:`COLUMNS`. ``n`` counts replicates; where there are several
        design points a replicate's difference is its mean over them. ``interval`` names the method of the 95% interval:
        BCa bootstrap, or Student's t below twenty values; it is clustered by parameter vector where replicates share vectors, and
        ``units`` counts the values that it rests on.
        ``points`` counts the sets of assumptions, design
        points times parameter vectors; ``points_up`` and ``points_down`` those whose effect lies above and below zero once
        random variation is taken out (:mod:`model.experiments.stability`); ``sign_stability`` is the share of these that have the sign
        of the whole (null with one set, or with one replicate a set); ``point_low`` and
        ``point_high`` are the smallest and the largest of those means. ``percent`` is the mean over that of the reference.
        ``parameters`` says which the runs have. The columns before it are those of :func:`model.experiments.evidence.judged`;
        the correction for many comparisons is over all outcomes of ``runs``, whichever are asked for.

    Raises:
        PlanError: the batch holds nothing but the reference.
        StoreError: it holds no such scenario or outcome.
    """
    reference, outcomes = runs.scenario(reference), runs.checked(outcomes)
    others = [scenario for scenario in runs.scenarios if scenario != reference]
    if not others:
        raise PlanError(f"{runs.name}: contains only '{reference}', so there is nothing to compare it with")
    rows: list[tuple[object, ...]] = []
    for scenario in others:
        for part in _parts(len(runs.outcomes), len(runs.frame)):
            names = runs.outcomes[part]
            effects = _effects(runs.cube(scenario, names), runs.cube(reference, names), runs.vectors.to_numpy())
            rows += [(scenario, reference, name, *row) for name, row in zip(names, effects, strict=True)]
    table = judged(pd.DataFrame(rows, columns=list(_MEASURED)), matters=matters, precision=precision)
    return chosen_of(table.assign(parameters=runs.parameters), outcomes)[list(COLUMNS)]


def chosen_of(table: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """The rows of some outcomes, those of a scenario together and in the order asked for."""
    order = pd.MultiIndex.from_product([list(dict.fromkeys(table["scenario"])), outcomes])
    return (
        table.set_index(["scenario", "outcome"], drop=False)
        .reindex(order)
        .dropna(subset=["scenario"])
        .reset_index(drop=True)
    )


def overall_effects(folder: Path) -> pd.DataFrame | None:
    """The rows of ``effects.csv`` over all design points; None where the folder holds no such table of this version.

    Args:
        folder: of a batch.
    """
    path = folder / "effects.csv"
    if not path.is_file() or not set(read_csv_table(path, nrows=0)).issuperset(EFFECT_COLUMNS):
        return None
    there = read_csv_table(path)
    overall = there[there["point"].isna()] if there["point"].isna().any() else there
    return overall.reset_index(drop=True)


def effects_against(
    runs: RunTable,
    folder: Path,
    reference: str,
    outcomes: Sequence[str],
    *,
    matters: Amounts | None = None,
    precision: Amounts | None = None,
) -> pd.DataFrame:
    """:func:`compare`, with what ``effects.csv`` has already taken from there.

    Args:
        runs: the batch; with all outcomes where the file does not serve.
        folder: of the batch.
        reference: label of the scenario to compare with.
        outcomes: names of outcomes.
        matters: as of :func:`compare`.
        precision: as of :func:`compare`.

    Raises:
        PlanError: the batch holds nothing but the reference.
        StoreError: it holds no such scenario or outcome.
    """
    outcomes, overall = runs.checked(outcomes), overall_effects(folder)
    if overall is None or runs.scenario(reference) != runs.reference or len(runs.scenarios) < 2:
        return compare(runs, outcomes, reference, matters=matters, precision=precision)
    shown = overall[overall["scenario"].isin(runs.scenarios)].reset_index(drop=True)
    return chosen_of(judged(shown, matters=matters, precision=precision)[list(COLUMNS)], outcomes)


def paired_effects(
    runs: RunTable, outcomes: Sequence[str], reference: str, tick: Callable[[], None] | None = None
) -> Iterator[pd.DataFrame]:
    """The table ``effects.csv`` of a batch in pieces: :func:`compare` over all design points, then at each of them.

    Args:
        runs: the batch; so many values of it are asked for at a time that memory does not grow with the number of runs.
        outcomes: names of outcomes.
        reference: label of the scenario to compare with.
        tick: called now and then.

    Returns:
        Rows with :data:`EFFECT_COLUMNS`, one after another; ``point`` is null in the rows over all points. With one design
        point there are its rows alone, and without other scenarios or the reference there are none.
    """
    rows = _measured(runs, outcomes, reference, tick)
    for _, parts in itertools.groupby(rows, key=lambda part: part[:2]):
        found = [row for *_, part in parts for row in part]
        table = judged(
            pd.DataFrame(found, columns=[name for name in EFFECT_COLUMNS if name not in COLUMNS[len(_MEASURED) :]])
        )
        yield table.astype({"point": "Int64"}).assign(parameters=runs.parameters)


def _measured(
    runs: RunTable, outcomes: Sequence[str], reference: str, tick: Callable[[], None] | None
) -> Iterator[tuple[str, int | None, list[tuple[object, ...]]]]:
    """Scenario, design point and rows without judgement, so many outcomes at a time; those of a point follow one another."""
    vectors = runs.vectors.to_numpy()
    for scenario in (name for name in runs.scenarios if name != reference and reference in runs.scenarios):
        with_values = [_with_values(runs, outcomes, label) for label in (scenario, reference)]
        there = [point for point in runs.points if all(point in points for points in with_values)]
        for points, names, parts in _pieces(runs, outcomes, there):
            ours, theirs = (runs.cube(label, names, points) for label in (scenario, reference))
            for point, places, part in parts:
                effects = _effects(ours[:, places, part], theirs[:, places, part], vectors)
                yield (
                    scenario,
                    point,
                    [(scenario, reference, point, name, *row) for name, row in zip(names[part], effects, strict=True)],
                )
                if tick is not None:
                    tick()


def _with_values(runs: RunTable, outcomes: Sequence[str], scenario: str) -> set[int]:
    """The design points at which a scenario has any value."""
    rows, points = np.flatnonzero(runs.frame["scenario"] == scenario), runs.frame["point"].to_numpy()
    found: set[int] = set()
    for part in _parts(len(outcomes), len(rows)):
        rows = rows[~np.isin(points[rows], list(found))]
        if len(rows):
            known = ~np.isnan(runs.values(rows, outcomes[part])).all(axis=1)
            found.update(points[rows[known]].tolist())
    return found


_Part = tuple[int | None, slice, slice]
"""A design point or None for all, its places among those that were read, and outcomes among those that were read."""


def _pieces(
    runs: RunTable, outcomes: Sequence[str], there: Sequence[int]
) -> Iterator[tuple[Sequence[int], Sequence[str], list[_Part]]]:
    """What to read at a time for the effects of a scenario: points, outcomes, and what to work out of them."""
    replicates, count = len(runs.replicates), len(outcomes)
    if len(runs.points) > 1:
        for part in _parts(count, replicates * len(there)):
            yield there, outcomes[part], [(None, slice(None), slice(None))]
    together = _VALUES // max(replicates * count, 1)
    if together:
        for first in range(0, len(there), together):
            points = there[first : first + together]
            within = itertools.product(enumerate(points), _parts(count, 1))
            yield points, outcomes, [(point, slice(row, row + 1), part) for (row, point), part in within]
    else:
        for point, part in itertools.product(there, _parts(count, replicates)):
            yield [point], outcomes[part], [(point, slice(None), slice(None))]


def _parts(outcomes: int, runs: int) -> list[slice]:
    """Outcomes, so many at a time that there are few values of them in so many runs."""
    size = min(max(_VALUES // max(runs, 1), 1), _AT_ONCE)
    return [slice(start, start + size) for start in range(0, outcomes, size)]


def point_means(runs: RunTable, outcomes: Sequence[str], reference: str) -> pd.DataFrame:
    """Mean paired differences under every set of assumptions: design points, and parameter vectors where there are any.

    Args:
        runs: the batch.
        outcomes: names of outcomes.
        reference: label of the scenario to compare with.

    Returns:
        Columns scenario, outcome, point, vector, mean, and what each point set.
    """
    parts = []
    for scenario in (name for name in runs.scenarios if name != reference):
        for outcome in outcomes:
            difference = runs.grid(scenario, outcome) - runs.grid(reference, outcome)
            means = runs.by_member(difference).rename("mean").reset_index()
            parts.append(means.assign(scenario=scenario, outcome=outcome))
    table = pd.concat(parts, ignore_index=True)[["scenario", "outcome", "point", "vector", "mean"]]
    return table.join(runs.design(), on="point")


def _effects(ours: Floats, theirs: Floats, vectors: NDArray[Any]) -> list[tuple[object, ...]]:
    """The numbers of :data:`COLUMNS` from ``n`` on, for each of the last axis of two (replicates, points, outcomes) arrays."""
    # Outcomes first, so that the sums of one do not depend on the others even in the last digit: (K, R, P).
    ours, theirs = (np.ascontiguousarray(np.moveaxis(values, -1, 0)) for values in (ours, theirs))
    difference = ours - theirs
    known = ~np.isnan(difference)
    each, first, second = (means(values, known) for values in (difference, ours, theirs))  # (K, R)
    valid = ~np.isnan(each)
    n, pairs = valid.sum(axis=1), known.sum(axis=(1, 2))
    mean = means(each, valid)
    independent = clustered(each.T, vectors)
    low, high, methods = intervals(independent)
    sets = told_apart(vectors, difference.shape[2])
    members, effects = by_set(difference, sets), settled(difference, sets)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")  # of outcomes without any value: their numbers are NaN
        unpaired = sum(np.nanvar(np.where(valid, values, np.nan), axis=1, ddof=1) for values in (first, second))
        varies = np.nanmax(each, axis=1, initial=-np.inf) > np.nanmin(each, axis=1, initial=np.inf)
        numbers: dict[str, Any] = {
            "n": n,
            "n_missing": (~valid).sum(axis=1),
            "units": (~np.isnan(independent)).sum(axis=0),
            "mean": mean,
            "low95": low,
            "high95": high,
            "interval": np.array(methods, dtype=object),
            "median": np.nanmedian(each, axis=1),
            "share_positive": (difference > 0).sum(axis=(1, 2)) / pairs,
            "share_negative": (difference < 0).sum(axis=(1, 2)) / pairs,
            "points": (~np.isnan(members)).sum(axis=1),
            "points_up": (effects > 0).sum(axis=1),
            "points_down": (effects < 0).sum(axis=1),
            "sign_stability": stability(effects, mean),
            "point_low": np.nanmin(members, axis=1),
            "point_high": np.nanmax(members, axis=1),
            "reference_mean": (base := means(second, valid)),
            "percent": np.where(base != 0, 100 * mean / np.abs(base), np.nan),
            "variance_ratio": np.where(varies, unpaired / np.nanvar(each, axis=1, ddof=1), np.nan),
        }
    return list(zip(*(numbers[name].tolist() for name in _MEASURED[3:]), strict=True))


def finding(table: pd.DataFrame, runs: RunTable) -> tuple[str, str]:
    """What a comparison found, and what it rests on: a few sentences each.

    Args:
        table: of :func:`compare`.
        runs: the batch.
    """
    reference = table["reference"].iloc[0]
    found = movers(table, _MOST_NAMED)
    told = [
        f"{scenario} {join([effect_words(row) for row in part.to_dict('records')])}"
        for scenario, part in found.groupby("scenario", sort=False)
    ]
    left = len(told) - _MOST_SCENARIOS
    named = "; ".join(told[:_MOST_SCENARIOS]) + (f"; {left} more scenarios have effects" if left > 0 else "")
    if runs.members < 2:
        basis = "and there is one set of mechanisms: pangwa batch --variants all would test the signs"
        told_basis = f"Most parameters are assumed, not observed, {basis}."
    else:
        told_basis = f"Most parameters are assumed, not observed. Varied across runs: {runs.varied}."
        sets = told_apart(runs.vectors.to_numpy(), len(runs.points))
        if len(sets) == len(np.unique(sets)):
            told_basis += (
                " With one replicate per set of assumptions, the runs cannot tell whether signs hold across sets."
            )
    told_basis = " ".join(filter(None, [told_basis, difference_words(runs.manifest.get("scenarios", {}), reference)]))
    return f"Against {reference}: {named or 'no effect is found'}. {counts_words(table)}", told_basis
