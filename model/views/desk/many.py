"""Replicates of both runs, one after another: bands around the curves, and paired effects by the one rule of evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.compare import compare
from model.experiments.evidence import counts_words, effect_words, movers, signed_words, verdict_words
from model.experiments.intervals import student
from model.experiments.parameter_sets import PLAUSIBLE
from model.experiments.plan import VECTOR
from model.experiments.results import RunTable
from model.output.outcomes import heading_of
from model.output.units import number, shown_of
from model.scenario.spec import RunSpec
from model.views.desk.ask import Ask, pairs_of
from model.views.desk.show import BENCH, RunFailedError, curves, finished
from model.views.panels import HIGH, LOW, MIDDLE
from model.views.words import HEADLINES

REPLICATES = 20
_MOVERS = 6
_BOTH = ("policy", "reference")


def many(ask: Ask, gone: Callable[[], bool], *, plausible: bool) -> Iterator[dict[str, Any]]:
    """Run both sides of an ask :data:`REPLICATES` times.

    Args:
        ask: what is asked for; its own replicate does not count.
        gone: whether nobody waits any more; asked every month.
        plausible: whether replicate k has vector k of the plausible set.

    Yields:
        ``done`` and ``of`` after each run, and at the end ``bands`` by curve, ``effects`` of the headlines, ``moved`` and
        ``counted`` in words, and ``failed``, a sentence for each pair that failed.

    Raises:
        GoneError: nobody waits any more.
    """
    rows: list[dict[str, Any]] = []
    series: dict[str, list[list[list[float | None]]]] = {}
    failed: list[str] = []
    count = 2 * REPLICATES
    yield {"done": 0, "of": count}
    for number_, pair in enumerate(_at_the_bench(pairs_of(ask, range(REPLICATES), PLAUSIBLE if plausible else None))):
        found = []
        try:
            for spec in pair:
                found.append(finished(spec, gone))
                yield {"done": 2 * number_ + len(found), "of": count}
        except RunFailedError as error:
            failed.append(f"Replicate {number_}: {error}")
            continue
        both = [curves(result) for result in found]
        for (about, ours), (_, theirs) in zip(*both, strict=False):
            series.setdefault(about["key"], []).append([ours, theirs])
        rows += [
            {"scenario": name, "replicate": number_, "point": 0, **_vector(spec), **result.outcomes}
            for name, spec, result in zip(_BOTH, pair, found, strict=True)
        ]
    outcomes = (
        () if not rows else tuple(name for name in rows[0] if name not in ("scenario", "replicate", "point", VECTOR))
    )
    yield {"failed": failed, "pairs": len(rows) // 2, "plausible": plausible} | (
        {
            "bands": {key: _bands(np.array(pairs, dtype=np.float64)) for key, pairs in series.items()},
            **_effects(rows, outcomes),
        }
        if len(rows) > 2
        else {}
    )


def _at_the_bench(pairs: Iterator[tuple[RunSpec, RunSpec]]) -> Iterator[tuple[RunSpec, RunSpec]]:
    """The same pairs, each of them made while no other run is."""
    while True:
        with BENCH:
            pair = next(pairs, None)
        if pair is None:
            return
        yield pair


def _vector(spec: RunSpec) -> dict[str, int]:
    return {path: int(number_) for path, number_ in spec.point_values if path == VECTOR}


def _bands(values: Floats) -> dict[str, list[list[float | None]]]:
    """Quantiles of both, and mean and 95% interval of the paired difference, by month, of (replicates, 2, months) values."""
    known = np.asarray(~np.isnan(values).any(axis=(0, 1)))
    bands = [np.quantile(values[:, side, known], (LOW, MIDDLE, HIGH), axis=0) for side in range(2)]
    difference = values[:, 0, known] - values[:, 1, known]
    ends = student(difference).T
    bands.append(np.array([ends[0], difference.mean(axis=0), ends[1]]))
    return {
        name: [_spread(row, known) for row in band] for name, band in zip((*_BOTH, "difference"), bands, strict=True)
    }


def _spread(row: Floats, known: NDArray[np.bool_]) -> list[float | None]:
    """Values of the months that have one, among those that have none."""
    values = iter(row.tolist())
    return [next(values) if there else None for there in known]


def _effects(rows: list[dict[str, Any]], outcomes: tuple[str, ...]) -> dict[str, Any]:
    table = compare(RunTable("the runs", pd.DataFrame(rows), 0, outcomes, ()), outcomes, "reference")
    by_name = {row["outcome"]: row for row in table.to_dict("records")}
    return {
        "effects": {name: _effect(by_name[name]) for name in HEADLINES if name in by_name},
        "moved": [effect_words(row) for row in movers(table, _MOVERS).to_dict("records")],
        "counted": counts_words(table),
    }


def _effect(row: Mapping[Any, Any]) -> dict[str, str]:
    shown = shown_of(str(row["outcome"]))
    return {
        "heading": heading_of(str(row["outcome"])),
        "reference": f"{number(shown.factor * row['reference_mean'])} {shown.level}".strip(),
        "effect": f"{signed_words(row)} {shown.change}".strip(),
        "verdict": verdict_words(row),
    }
