"""The one rule of evidence: what a mean difference and its interval allow one to say.

Every table, sentence and figure that calls a difference an effect goes by :func:`judged`. A difference *raises* or *lowers* an
outcome where it stands after correction for many comparisons; it is *no effect larger than X* where its 95% interval lies within
X on both sides of zero, or, where its sign stands even so, *raises (lowers), by less than X*; else, and always with fewer than
:data:`FEWEST` pairs, there are *not enough runs to tell*. X is the smallest change of an outcome that matters. (A difference that is
both other than zero and equivalent to it: Lakens 2017, Social Psychological and Personality Science 8: 355-362.)

Correction: the false discovery rate of all outcomes that are compared together is held at 5% (Benjamini & Hochberg 1995, Journal
of the Royal Statistical Society B 57: 289-300; valid for the positive dependence of outcomes of one run by Benjamini & Yekutieli
2001, Annals of Statistics 29: 1165-1188). The p-value of a difference is the one at which its interval, scaled by Student's t, would
touch zero, so that it rests on whatever the interval rests on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.errors import PlanError
from model.experiments.intervals import clustered, intervals
from model.experiments.windows import period_of, quantity_of, series_of
from model.output.outcomes import words_of
from model.output.units import join, number, per_cent, shown_of, signed, units_of

RAISES, LOWERS = "raises", "lowers"
SMALL, FEW = "no effect larger than X", "not enough runs to tell"
SMALL_UP, SMALL_DOWN = "raises, by less than X", "lowers, by less than X"
DEPENDS, SAME, NO_VALUE = "depends on assumptions", "no difference", "no value"
"""Of the rest: sets of assumptions disagree on the sign; all pairs are equal; no pair has a value."""
EFFECTS = (RAISES, LOWERS)
MAY_BE_CHANCE = "its sign may be chance"
SMALLS = (SMALL, SMALL_UP, SMALL_DOWN)
"""Verdicts on differences that lie within X: of unknown sign, and of a sign that stands."""
_UNSAID = {
    SMALL: "no effect larger than what matters on",
    SMALL_UP: "raises, by less than what matters,",
    SMALL_DOWN: "lowers, by less than what matters,",
    DEPENDS: "the sign depends on assumptions for",
    FEW: "not enough runs to tell for",
    SAME: "no difference in any pair for",
    NO_VALUE: "no value of",
}
"""What introduces the outcomes with a verdict that is no effect."""

FALSE_DISCOVERIES = 0.05
FEWEST, FEWEST_EQUAL = 5, 20
"""Pairs below which nothing is said, and of pairs that all differ alike, which have no spread to judge by."""
STABLE = 0.9
"""Share of the sets of assumptions with an effect that must agree on its sign."""

SHARE = 0.05
"""Smallest change that matters of an amount, as a share of its mean under the reference."""
LEAST = {
    "t REO": 10.0, "t": 100.0, "USD": 1e6, "persons": 10.0, "fighters": 100.0, "person-months": 1000.0,
    "USD/t": 0.0, "yuan/kg": 0.0, "yuan/t": 0.0,
}  # fmt: skip
"""Units of amounts, with the smallest change that matters where the reference has next to nothing."""
FIXED = {"0-1": 0.01, "0/1": 0.05, "towns": 1.0, "townships": 1.0, "months": 1.0, "actors": 0.5, "governments": 0.5}
"""Smallest change that matters in units that have a scale of their own."""

MATTERS = "5% of an amount, 1 percentage point of a share, 1 town, 1 month"
"""The smallest changes that matter, in words; unless told otherwise."""
CORRECTED = "at most 5% false discoveries, Benjamini-Hochberg"
"""How many comparisons are allowed for, in words."""
RULE = (
    f"Raises, lowers: holds after correction for all outcomes compared ({CORRECTED}). No effect "
    f"larger than X: the 95% interval lies within what matters, X ({MATTERS}, "
    "unless told otherwise); where the sign holds all the same, it raises or lowers, by less than X. Anything else: not enough runs to "
    f"tell; this always with fewer than {FEWEST} pairs."
)
SPENT = ("us_road_usd", "us_premium_usd", "us_attention", "us_partner", "road_wanted_t")
"""Quantities that say what a policy itself does or what is wished for; they move first and tell nothing."""
_MOST_ACTORS = 2
"""Actors for which :func:`movers` names the same quantity."""
COLUMNS = ("matters", "q", "replicates_needed", "verdict")


@dataclass(frozen=True)
class Amount:
    """An amount of an outcome: in its unit, or as a share of its mean under the reference.

    Args:
        value: above 0.
        relative: whether it is a share.
    """

    value: float
    relative: bool = False

    def of(self, level: Floats) -> Floats:
        """The amount in the outcome's unit, at the reference's levels."""
        return self.value * np.abs(level) if self.relative else np.full(len(level), self.value)


Amounts = Mapping[str, Amount]
"""Outcome -> amount; the amount under the empty name is that of all others."""


def read_amounts(texts: Iterable[str], option: str, known: Sequence[str] | None = None) -> dict[str, Amount]:
    """Read ``OUTCOME=AMOUNT``, or ``AMOUNT`` for all outcomes, such as ``exports_t_china=500`` or ``10%``.

    Args:
        texts: as given; a number in the outcome's unit, or with ``%`` a share of its mean under the reference.
        option: its name, for messages.
        known: outcomes that there are; None to take any.

    Raises:
        PlanError: a text does not read so, names no outcome, or is not above 0.
    """
    from model.scenario.problems import suggestion

    found, problems = {}, []
    for text in texts:
        name, _, given = text.rpartition("=")
        try:
            value = float(given.strip().removesuffix("%"))
        except ValueError:
            value = math.nan
        if not 0 < value < math.inf:
            problems.append(
                f"{option} {text}: must read OUTCOME=AMOUNT or AMOUNT above 0, as exports_t_china=500 or 10%"
            )
        elif name and known is not None and name not in known:
            problems.append(f"{option} {text}: there is no outcome '{name}'{suggestion(name, known)}")
        else:
            share = given.strip().endswith("%")
            found[name.strip()] = Amount(value / 100 if share else value, share)
    if problems:
        raise PlanError(problems)
    return found


def what_matters(outcomes: Sequence[str], levels: Floats, given: Amounts | None = None) -> Floats:
    """The smallest change that matters of some outcomes.

    Args:
        outcomes: names, one a row.
        levels: (rows,) means under the reference.
        given: what the user asks for instead of the rule of :data:`SHARE`, :data:`LEAST` and :data:`FIXED`.

    Returns:
        (rows,) in the outcomes' units; NaN for outcomes of unknown unit.
    """
    units = units_of(sorted(set(outcomes)))
    fixed = np.array([FIXED.get(units[name], np.nan) for name in outcomes], dtype=np.float64)
    least = np.array([LEAST.get(units[name], 0.0) for name in outcomes], dtype=np.float64)
    usual = np.where(np.isnan(fixed), np.maximum(SHARE * np.abs(levels), least), fixed)
    return _asked(outcomes, levels, given or {}, usual)


def _asked(outcomes: Sequence[str], levels: Floats, given: Amounts, usual: Floats) -> Floats:
    """The amounts that are given, by name or for all, and the usual ones elsewhere."""
    found = usual.copy()
    names = np.array(outcomes, dtype=object)
    for name, amount in sorted(given.items()):
        rows = names == name if name else np.ones(len(names), dtype=bool)
        found[rows] = amount.of(levels[rows])
    return found


def measured(differences: Floats, clusters: NDArray[np.integer] | None = None) -> dict[str, Any]:
    """The columns that :func:`judged` takes, of paired differences.

    Args:
        differences: (n, k): n pairs of k variables; NaN where a pair has no value.
        clusters: (n,) number of what pairs share, such as a parameter vector; None where they share nothing.

    Returns:
        n, units, mean, low95, high95 and interval, k values each.
    """
    known = ~np.isnan(differences)
    n = known.sum(axis=0)
    independent = differences if clusters is None else clustered(differences, clusters)
    low, high, methods = intervals(independent)
    # Each variable in a row of its own, so that its sum does not depend on its neighbours even in the last digit.
    sums = np.ascontiguousarray(np.where(known, differences, 0.0).T).sum(axis=1)
    mean = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    units = (~np.isnan(independent)).sum(axis=0)
    return {
        "n": n,
        "units": units,
        "mean": mean,
        "low95": low,
        "high95": high,
        "interval": np.array(methods, dtype=object),
    }


def judged(
    table: pd.DataFrame,
    family: Sequence[str] = ("scenario",),
    *,
    matters: Amounts | None = None,
    precision: Amounts | None = None,
) -> pd.DataFrame:
    """A table of mean differences with the columns :data:`COLUMNS`.

    Args:
        table: with outcome, n (pairs), mean, low95, high95 and reference_mean; sign_stability, point_low, point_high and
            ``units`` (values that the interval rests on, where they are not the pairs) count where they are there. A column
            ``matters`` that is there already is kept.
        family: columns whose values part the rows into those that are compared together.
        matters: smallest changes that matter, where they are not those of the rule.
        precision: half widths of the interval to plan for; what matters when None.

    Returns:
        ``matters`` in the outcome's unit; ``q``, the false discovery rate at which the difference would stand; ``verdict``; and
        ``replicates_needed``, those after which the 95% interval would reach no further than the precision on either side, NaN
        where nothing varies.
    """
    n, mean, low, high = (table[name].to_numpy(dtype=np.float64) for name in ("n", "mean", "low95", "high95"))
    units = table["units"].to_numpy(dtype=np.float64) if "units" in table else n
    names, level = table["outcome"].astype(str).tolist(), table["reference_mean"].to_numpy(dtype=np.float64)
    kept = "matters" in table and not matters
    limit = table["matters"].to_numpy(dtype=np.float64) if kept else what_matters(names, level, matters)
    target = _asked(names, level, precision or {}, limit)
    q = _corrected(_p_values(units, mean, low, high), table, family)
    stands, within = q <= FALSE_DISCOVERIES, (low >= -limit) & (high <= limit)
    stable = _no_disagreement(table, limit)
    found = np.select(
        [
            n == 0,
            (mean == 0) & (low == 0) & (high == 0),
            (n < FEWEST) | ((low == high) & (n < FEWEST_EQUAL)),
            ~stable,
            units < FEWEST,
            within & stands & (mean > 0),
            within & stands & (mean < 0),
            within,
            stands & (mean > 0),
            stands & (mean < 0),
        ],
        [NO_VALUE, SAME, FEW, DEPENDS, FEW, SMALL_UP, SMALL_DOWN, SMALL, RAISES, LOWERS],
        FEW,
    )
    needed = _replicates_needed(n, units, low, high, target)
    return table.assign(matters=limit, q=q, replicates_needed=needed, verdict=found.astype(object))


def _no_disagreement(table: pd.DataFrame, limit: Floats) -> NDArray[np.bool_]:
    """Whether enough sets of assumptions agree on the sign, or the effect matters in none."""
    if "sign_stability" not in table:
        return np.ones(len(table), dtype=bool)
    stability, low, high = (
        table[name].to_numpy(dtype=np.float64) for name in ("sign_stability", "point_low", "point_high")
    )
    return ~(stability < STABLE) | ((low >= -limit) & (high <= limit))


def _p_values(n: Floats, mean: Floats, low: Floats, high: Floats) -> Floats:
    """Of two sides; NaN where pairs are too few or all the same."""
    from scipy import stats

    enough = (n >= FEWEST) & ~((mean == 0) & (low == 0) & (high == 0))
    freedom = np.where(enough, n - 1, 1.0)
    arm = np.where(mean > 0, mean - low, high - mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(stats.t.ppf(0.975, freedom) * np.abs(mean) / arm, freedom)
    # Pairs that all differ alike: the sign test.
    p = np.where(low == high, 2.0 ** (1 - np.minimum(n, 1000)), p)
    return np.where(enough & ~np.isnan(mean), np.where(np.isnan(p), 1.0, p), np.nan)


def _corrected(p: Floats, table: pd.DataFrame, family: Sequence[str]) -> Floats:
    """Benjamini-Hochberg within each family; NaN stay so and count for nothing."""
    there = [name for name in family if name in table]
    groups = table.groupby(there, sort=False, dropna=False, observed=True).indices.values() if there else [slice(None)]
    q = np.full(len(p), np.nan)
    for rows in groups:
        q[rows] = _false_discoveries(p[rows])
    return q


def _false_discoveries(p: Floats) -> Floats:
    """(n,) false discovery rates at which p-values would stand (Benjamini & Hochberg 1995); NaN stay so and count for nothing."""
    from scipy import stats

    q, known = np.full(len(p), np.nan), ~np.isnan(p)
    if known.any():
        q[known] = stats.false_discovery_control(p[known])
    return q


def _replicates_needed(n: Floats, units: Floats, low: Floats, high: Floats, target: Floats) -> Floats:
    """Replicates whose interval by Student's t has the target as half width, by the variance that the interval shows."""
    from scipy import stats

    varies = (units > 1) & (high > low) & (target > 0)
    count, half, goal = (
        np.where(varies, values, fill) for values, fill in ((units, 2), ((high - low) / 2, 1), (target, 1))
    )
    ratio = half * np.sqrt(count) / stats.t.ppf(0.975, count - 1) / goal  # standard deviation over the target
    needed = np.maximum((stats.norm.ppf(0.975) * ratio) ** 2, FEWEST)
    for _ in range(4):
        needed = np.maximum((stats.t.ppf(0.975, needed - 1) * ratio) ** 2, FEWEST)
    return np.where(varies, np.ceil(needed * n / np.maximum(units, 1)), np.nan)


def verdict_words(row: Any, *, unit: bool = True) -> str:
    """The verdict of a row of :func:`judged`, with how much X is or how many pairs are lacking.

    Args:
        row: of it.
        unit: whether X has the unit in which differences are shown behind it.
    """
    verdict = str(row["verdict"])
    if verdict == FEW:
        return f"{FEW}{pairs_lacking(row)}"
    if verdict not in SMALLS:
        return verdict
    unsure = f" ({MAY_BE_CHANCE})" if sign_may_be_chance(row) else ""
    size = _size(str(row["outcome"]), row["matters"])
    return f"{verdict.removesuffix('X')}{size if unit else size.partition(' ')[0]}{unsure}"


def sign_may_be_chance(row: Any) -> bool:
    """Whether a small difference has an interval that excludes zero, but a sign that does not stand after correction."""
    return bool(row["verdict"] == SMALL and (row["low95"] > 0 or row["high95"] < 0))


def pairs_lacking(row: Any) -> str:
    """What the rule needs before it says anything, in brackets, where the pairs are too few for that; else nothing.

    Args:
        row: of :func:`judged`.
    """
    n, units = float(row["n"]), row.get("units", row["n"])
    if n < FEWEST:
        return f" (needs at least {FEWEST} pairs)"
    if units < FEWEST:
        return f" (needs at least {FEWEST} parameter vectors)"
    alike = row["low95"] == row["high95"] and n < FEWEST_EQUAL
    return f" (needs at least {FEWEST_EQUAL} pairs where all differ alike)" if alike else ""


def _size(outcome: str, matters: float) -> str:
    """X in the unit in which differences are shown: 1,500 t REO, 1 township."""
    shown = shown_of(outcome)
    size = number(shown.factor * matters)
    return f"{size} {shown.change.removesuffix('s') if size == '1' else shown.change}".rstrip()


def effect_words(row: Any) -> str:
    """An effect in words: "lowers ore to China by 3,880 t REO [2,530, 5,250], 11% of 35,300 (last 12 months)".

    Args:
        row: of :func:`judged`.
    """
    outcome, shown = str(row["outcome"]), shown_of(str(row["outcome"]))
    mean, low, high, level = (shown.factor * float(row[key]) for key in ("mean", "low95", "high95", "reference_mean"))
    verb = row["verdict"] if row["verdict"] in EFFECTS else "changes"
    if verb == LOWERS:
        mean, low, high = -mean, -high, -low
    base = f" from {number(level)} {shown.level}".rstrip().replace(" %", "%") if level else " from zero"
    if level and units_of([outcome])[outcome] in LEAST:
        base = f", {per_cent(abs(mean / level))} of {number(level)}"
    change = f"{number(mean)} {shown.change}".rstrip()
    window = period_of(outcome)
    said = f"{verb} {words_of(series_of(outcome))} by {change} [{number(low)}, {number(high)}]{base}"
    return f"{said} ({window})" if window else said


def signed_words(row: Any) -> str:
    """An effect with its interval, in the unit in which differences are shown: +241 [+208, +266].

    Args:
        row: with outcome, mean, low95 and high95.
    """
    factor = shown_of(str(row["outcome"])).factor
    mean, low, high = (signed(factor * float(row[key])) for key in ("mean", "low95", "high95"))
    return f"{mean} [{low}, {high}]"


def unsaid_words(table: pd.DataFrame) -> list[str]:
    """What is said of the rows that neither raise nor lower, in clauses: one for each verdict, with the outcomes in words.

    Args:
        table: of :func:`judged`; with several scenarios each outcome says of which.
    """
    scenarios = table["scenario"].nunique() if "scenario" in table else 1
    clauses = []
    for verdict, words in _UNSAID.items():
        part = table[table["verdict"] == verdict]
        named = []
        for outcome, rows in part.groupby("outcome", sort=False):
            under = "" if len(rows) == scenarios else f" under {join(rows['scenario'].astype(str).tolist())}"
            size = f" ({_size(str(outcome), float(rows['matters'].max()))})" if verdict in SMALLS else ""
            named.append(f"{words_of(series_of(str(outcome)))}{size}{under}")
        clauses += [f"{words} {join(named)}{lacking_words(part)}"] if named else []
    return clauses


def lacking_words(table: pd.DataFrame) -> str:
    """:func:`pairs_lacking` of the rows that there are not enough runs for, where it is the same for all of them; else nothing."""
    said = {pairs_lacking(row) for row in table[table["verdict"] == FEW].to_dict("records")}
    return said.pop() if len(said) == 1 else ""


def counts_words(table: pd.DataFrame) -> str:
    """How many differences come to which verdict; what differs in no run and what has no value is counted apart."""
    counts = table["verdict"].value_counts()
    number_of = {name: int(counts.get(name, 0)) for name in (SAME, NO_VALUE, DEPENDS, FEW)}
    effects, small = (int(table["verdict"].isin(some).sum()) for some in (EFFECTS, SMALLS))
    differ = len(table) - number_of[SAME] - number_of[NO_VALUE]
    parts = [f"{effects} {'raises or lowers' if effects == 1 else 'raise or lower'} the outcome"]
    parts += [f"{small} {'is' if small == 1 else 'are'} no larger than what matters"] if small else []
    parts += [f"{number_of[DEPENDS]} may have either sign, depending on assumptions"] if number_of[DEPENDS] else []
    few = number_of[FEW]
    parts += [f"{few} {'needs' if few == 1 else 'need'} more runs to tell{lacking_words(table)}"] if few else []
    rest = number_of[SAME]
    same = f" {rest} more {'outcome is' if rest == 1 else 'outcomes are'} the same in every pair." if rest else ""
    return f"Of {differ} difference{'' if differ == 1 else 's'}, {join(parts)}.{same}"


def movers(table: pd.DataFrame, most: int, but: Sequence[str] = ()) -> pd.DataFrame:
    """The outcomes that a policy moves, the most telling first: each series in one window, a quantity for few actors.

    Args:
        table: of :func:`judged`, with any number of scenarios.
        most: rows of a scenario at most.
        but: outcomes to leave out, as what stands elsewhere already.

    Returns:
        Rows with an effect, by what it is at least: the end of the interval nearest to zero over what matters.
    """
    effects = table[table["verdict"].isin(EFFECTS) & ~table["outcome"].isin(set(but))]
    nearest = np.minimum(effects["low95"].abs(), effects["high95"].abs()) / effects["matters"]
    ranked = effects.assign(_strength=nearest, _series=effects["outcome"].map(series_of))
    ranked = ranked.assign(_quantity=ranked["_series"].map(quantity_of))
    ranked = ranked[~ranked["_quantity"].isin(SPENT)].sort_values("_strength", ascending=False, kind="stable")
    ranked = ranked.drop_duplicates(["scenario", "_series"]).groupby(["scenario", "_quantity"]).head(_MOST_ACTORS)
    first = ranked.groupby("scenario", sort=False).head(most)
    order = first["scenario"].map({name: place for place, name in enumerate(dict.fromkeys(table["scenario"]))})
    return first.loc[order.sort_values(kind="stable").index].drop(columns=["_strength", "_series", "_quantity"])
