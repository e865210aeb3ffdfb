"""What it would take: the value of a lever at which an outcome's mean meets a target, and the frontier of two or three levers.

All values of the levers share their replicates (common random numbers, the same parameter vectors), so that the mean is a smooth
function of the lever, taken as linear between values that were run. One lever is scanned, then bisected (twice at once) where the mean
meets the target and where the ends of its interval do. The *interval* of the break-even value holds the values at which the 95% interval of
the mean holds the target (Fieller 1954, Journal of the Royal Statistical Society B 16: 175-185, inverts a test in this way).
Several levers are run on a grid, and the first is read off along each of its lines.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from model.arrays import Floats
from model.experiments.errors import PlanError
from model.experiments.intervals import clustered, mean_with_interval
from model.experiments.plan import Point
from model.experiments.results import RunTable
from model.output.units import units_of
from model.parameters import Declaration
from model.scenario.layers import parse_set
from model.scenario.problems import suggestion
from model.scenario.schema import Scenario
from model.scenario.spec import canonical_json

FIRST = 9
"""Values at which one lever is tried before it is bisected."""
FINEST = 1 / 64
"""Share of the range below which nothing is bisected."""
GRID, THIRD = 6, 3
"""Values of each of two levers, and of a third."""
MOST_LEVERS = 3
_READ = 2001
"""Values at which the lines between the values that were run are read."""

WITHIN, NOWHERE, EVERYWHERE = "within the range", "not within the range", "at every value"
MEANS = ("mean", "low95", "high95", "n")
COLUMNS = (
    "scenario", "outcome", "target", "at_least", "path", "state", "value", "value_low95", "value_high95", "rising", "crossings",
    "best_at", "best", "best_low95", "best_high95", "n",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What an outcome should come to.

    Args:
        outcome: its name.
        value: in the outcome's unit.
        at_least: whether more is enough; else less is.
    """

    outcome: str
    value: float
    at_least: bool

    @property
    def sign(self) -> float:
        """1 where more is better, else -1."""
        return 1.0 if self.at_least else -1.0


@dataclass(frozen=True)
class Lever:
    """A parameter that is varied.

    Args:
        path: dotted, as in ``--set``.
        low: first value.
        high: last value, above it.
        whole: whether values are whole numbers.
        unit: of the parameter; empty where it is not declared.
        status: how well it is known.
    """

    path: str
    low: float
    high: float
    whole: bool = False
    unit: str = ""
    status: str = "assumed"

    def values(self, count: int) -> list[float]:
        """Evenly spaced values, both ends among them; fewer where whole numbers run out."""
        spaced = [self.settled(value) for value in np.linspace(self.low, self.high, count)]
        return sorted(set(spaced))

    def settled(self, value: float) -> float:
        """A value with as many digits as one would write, and a whole number where only those will do."""
        return round(value) if self.whole else float(f"{value:.6g}")


def read_target(outcome: str, at_least: str | None, at_most: str | None) -> Target:
    """Read what ``--at-least`` or ``--at-most`` gives: a number in the outcome's unit, or with ``%`` a share.

    Raises:
        PlanError: both or none are given, or it is no number.
    """
    if (at_least is None) == (at_most is None):
        raise PlanError("give either --at-least or --at-most: the target of the outcome")
    option, text = ("--at-least", at_least) if at_least is not None else ("--at-most", at_most)
    assert text is not None
    share = text.strip().endswith("%")
    if share and units_of([outcome])[outcome] not in ("0-1", "0/1"):
        raise PlanError(f"{option} {text}: {outcome} is not a share; give a number in its unit (see pangwa outcomes)")
    try:
        value = float(text.strip().removesuffix("%")) / (100 if share else 1)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PlanError(f"{option} {text}: must be a number, or a share such as 10%")
    return Target(outcome, value, at_least is not None)


def read_levers(texts: Sequence[str], scenario: Scenario, declared: Iterable[Declaration]) -> list[Lever]:
    """Read ``PATH`` or ``PATH=LOW:HIGH``.

    Args:
        texts: one to three of them.
        scenario: whose numbers they are.
        declared: its parameters; a path without a range takes the one declared.

    Raises:
        PlanError: with a sentence for each that does not read so, is no number, or has no range.
    """
    known = {one.path: one for one in declared}
    problems = [] if 1 <= len(texts) <= MOST_LEVERS else [f"--vary: give one to {MOST_LEVERS} levers, not {len(texts)}"]
    levers = []
    for text in texts:
        try:
            levers.append(_lever(text, known, scenario))
        except ValueError as error:
            problems.append(f"--vary {text}: {error}")
    paths = [lever.path for lever in levers]
    problems += [f"--vary {path}: is given twice" for path in dict.fromkeys(paths) if paths.count(path) > 1]
    if problems:
        raise PlanError(problems)
    return levers


def _lever(text: str, known: Mapping[str, Declaration], scenario: Scenario) -> Lever:
    path, _, given = (part.strip() for part in text.partition("="))
    one, now = known.get(path), _value_of(scenario, path)
    if now is not None and (isinstance(now, bool) or not isinstance(now, int | float)):
        raise ValueError("is not a number; a lever must be a number")
    if "=" not in text and (one is None or one.low is None or one.high is None):
        if now is None and (hint := suggestion(path, known)):
            raise ValueError(f"there is no such number{hint}")
        raise ValueError(f"has no declared range; give one with {path or 'PATH'}=LOW:HIGH")
    low, high = _ends(given) if "=" in text else (float(one.low), float(one.high))  # type: ignore[union-attr, arg-type]
    whole = isinstance(now, int) or (now is None and "." not in given)
    if whole and (low != int(low) or high != int(high)):
        raise ValueError("accepts whole numbers only")
    return Lever(path, low, high, whole, one.unit if one else "", one.status if one else "assumed")


def _value_of(scenario: Scenario, path: str) -> Any:
    """What a scenario has at a path; None where it has nothing."""
    found: Any = scenario.resolved()
    for key in parse_set(f"{path or 'PATH'}=0")[0]:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _ends(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError:
        raise ValueError("must read PATH=LOW:HIGH, such as united_states.price_floor=1:5") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError("LOW must be below HIGH, and both finite")
    return low, high


def ends_of(levers: Sequence[Lever]) -> Iterator[list[str]]:
    """What sets the levers to all combinations of their ends, as ``--set`` would say it: to be tried before any run."""
    for values in itertools.product(*((lever.low, lever.high) for lever in levers)):
        yield [f"{lever.path}={lever.settled(value)}" for lever, value in zip(levers, values, strict=True)]


def first_points(levers: Sequence[Lever], count: int | None = None) -> tuple[Point, ...]:
    """The design points that are run first: values of one lever, or the grid of several.

    Args:
        levers: one to three.
        count: values of a lever; the usual ones when None.
    """
    usual = [FIRST] if len(levers) == 1 else [GRID, GRID, THIRD]
    axes = [lever.values(count if count and place < 2 else usual[place]) for place, lever in enumerate(levers)]
    return tuple(_point(levers, values) for values in itertools.product(*axes))


def _point(levers: Sequence[Lever], values: Sequence[float]) -> Point:
    return tuple((lever.path, canonical_json(value)) for lever, value in zip(levers, values, strict=True))


def means_table(runs: RunTable, levers: Sequence[Lever], target: Target) -> pd.DataFrame:
    """The mean of the outcome at every design point, in ascending order of the levers, the first varying fastest.

    Returns:
        A column a lever, by its path; then :data:`MEANS`, the 95% interval clustered by parameter vector. Points without any value
        are left out.

    Raises:
        PlanError: the outcome has no value in any run.
    """
    (outcome,), (scenario,) = runs.checked([target.outcome]), runs.scenarios
    grid, vectors = runs.grid(scenario, outcome), runs.vectors.to_numpy()
    design = runs.design()[[lever.path for lever in levers]].astype(float)
    rows = []
    for point in grid.columns:
        values = grid[point].to_numpy(dtype=np.float64)
        _, low, high = mean_with_interval(clustered(values[:, None], vectors)[:, 0])
        known = values[~np.isnan(values)]
        if len(known):
            rows.append((*design.loc[point], float(known.mean()), low, high, len(known)))
    if not rows:
        raise PlanError(f"{outcome}: is undefined in all of these runs")
    table = pd.DataFrame(rows, columns=[*design.columns, *MEANS])
    return table.sort_values(list(reversed(design.columns)), kind="stable", ignore_index=True)


def next_points(means: pd.DataFrame, lever: Lever, target: Target) -> tuple[Point, ...]:
    """The values of one lever to try next: three between those on either side of the break-even value and of each of its ends.

    Nothing is left to try where these lie nearer than a 64th of the range, or a quarter of the interval.
    """
    found = _line(means, lever, target)
    if found["state"] != WITHIN:
        return ()
    x = means[lever.path].to_numpy(dtype=np.float64)
    ends = np.array([found["value_low95"], found["value"], found["value_high95"]])
    within = np.clip(ends, lever.low, lever.high)
    finest = max(FINEST * (lever.high - lever.low), (within[2] - within[0]) / 4, 1.0 if lever.whole else 0.0)
    middles = set()
    for value in ends[np.isfinite(ends)]:
        right = int(np.clip(np.searchsorted(x, value), 1, len(x) - 1))
        if x[right] - x[right - 1] > finest * (1 + 1e-9):
            middles |= {lever.settled(one) for one in np.linspace(x[right - 1], x[right], 5)[1:-1]}
    return tuple(_point([lever], [one]) for one in sorted(middles - set(x)))


def breakeven_table(means: pd.DataFrame, levers: Sequence[Lever], target: Target, scenario: str) -> pd.DataFrame:
    """The break-even value of the first lever at each combination of the others.

    Args:
        means: of :func:`means_table`.
        levers: one to three.
        target: what the outcome should come to.
        scenario: its label.

    Returns:
        A column for each lever but the first, by its path, then :data:`COLUMNS`. ``value`` is where the mean first meets the target,
        from the low end on; NaN where it does nowhere or everywhere. An end of its interval is infinite where it lies beyond the
        range. ``rising`` says whether the target is met above the value, ``crossings`` how often the mean passes it; ``best`` is
        the mean nearest to the target or farthest beyond it, at ``best_at``.
    """
    others = [lever.path for lever in levers[1:]]
    parts = means.groupby(others, sort=True) if others else [((), means)]
    rows = []
    for values, part in parts:
        about = {
            "scenario": scenario, "outcome": target.outcome, "target": target.value, "at_least": target.at_least,
            "path": levers[0].path, "n": int(part["n"].max()),
        }  # fmt: skip
        rows.append({**dict(zip(others, values, strict=True)), **about, **_line(part, levers[0], target)})
    return pd.DataFrame(rows)[[*others, *COLUMNS]]


def _line(part: pd.DataFrame, lever: Lever, target: Target) -> dict[str, Any]:
    """What is found along a line of values of a lever."""
    x, mean, low, high = (part[key].to_numpy(dtype=np.float64) for key in (lever.path, *MEANS[:3]))
    best = int(np.argmax(target.sign * mean))
    found: dict[str, Any] = {
        "state": NOWHERE, "value": np.nan, "value_low95": np.nan, "value_high95": np.nan, "rising": None, "crossings": 0,
        "best_at": x[best], "best": mean[best], "best_low95": low[best], "best_high95": high[best],
    }  # fmt: skip
    met = target.sign * (mean - target.value) >= 0
    turns = np.flatnonzero(met[1:] != met[:-1])
    if not len(turns):
        return {**found, "state": EVERYWHERE if met.all() else NOWHERE}
    left = int(turns[0])
    share = (target.value - mean[left]) / (mean[left + 1] - mean[left])
    value, rising = float(x[left] + share * (x[left + 1] - x[left])), bool(met[left + 1])
    first, last = _where_unsure(x, low, high, target.value, value)
    if lever.whole:
        value = float(math.ceil(value) if rising else math.floor(value))
    return {
        **found, "state": WITHIN, "value": value, "value_low95": first, "value_high95": last, "rising": rising,
        "crossings": len(turns),
    }  # fmt: skip


def _where_unsure(x: Floats, low: Floats, high: Floats, target: float, value: float) -> tuple[float, float]:
    """The ends of the stretch around a value in which the interval of the mean holds the target; infinite beyond the range."""
    read = np.union1d(np.linspace(x[0], x[-1], _READ), [value])
    inside = (np.interp(read, x, low) <= target) & (np.interp(read, x, high) >= target)
    place = int(np.searchsorted(read, value))
    sure = np.flatnonzero(~inside)
    before, after = sure[sure < place], sure[sure > place]
    first = float(read[before[-1] + 1]) if len(before) else -np.inf
    last = float(read[after[0] - 1]) if len(after) else np.inf
    return first, last
