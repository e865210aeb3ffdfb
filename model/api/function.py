"""A scenario as a function of its parameters: ``pangwa.function``, for optimizers and sensitivity analyses of other libraries."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from model.api.given import Plugins, Settings, listed, overrides, use_plugins
from model.api.lookup import find_outcomes
from model.arrays import Floats
from model.experiments.batch_file import read_run
from model.experiments.codec import FAILED, read_body, read_header
from model.experiments.designed import simulate_outcomes
from model.experiments.errors import BatchError, PlanError
from model.experiments.factors import declared_range
from model.experiments.pools import new_pool, worker_count
from model.experiments.runner import run_with
from model.experiments.simulate import simulate
from model.scenario.layers import parse_set
from model.scenario.problems import suggestion
from model.scenario.read import load_scenario
from model.scenario.spec import RunSpec

Range = tuple[float, float]


def function(
    scenario: str | Path,
    inputs: Sequence[str] | Mapping[str, Range | None],
    outcomes: str | Sequence[str],
    *,
    months: int | None = None,
    set: Settings = None,
    replicates: int = 1,
    seed: int = 0,
    parameters: str | Path | None = None,
    plugin: Plugins = None,
    jobs: int = 1,
) -> ScenarioFunction:
    """Make a scenario a function of some of its parameters.

    What goes in decides what comes out:

    - an array (n,) of the inputs gives an array (m,) of the outcomes; an array (N, n) of points gives (N, m). With a
      single outcome, named as a text rather than in a list, they are a float and (N,). So SALib, scipy and NumPy call it.
    - a dictionary of inputs, or keywords, gives a dictionary of outcomes; inputs left out keep the scenario's value, and dots may be
      written as underscores (``actors_KIA_troops=20_000``). So EMA Workbench and Optuna call it.

    A value is the mean over the replicates, and NaN where an outcome is not defined in any of them. Replicate k meets the same
    random draws at every point (common random numbers), so the function is deterministic, and differences between
    points are not noise; what it gives for few replicates still belongs to their draws.

    Args:
        scenario: the name of a shipped scenario, or a TOML file.
        inputs: dotted paths of n parameters or levers, see ``pangwa.parameters()``; a dictionary gives a range (low, high) with
            each, None for the declared one.
        outcomes: names of m outcomes, see ``pangwa.outcomes()``.
        months: length of the runs; the scenario's when None.
        set: overrides by dotted path, the same in all runs.
        replicates: runs of each point.
        seed: base seed.
        parameters: a set of parameter vectors, ``"plausible"`` or a CSV file: replicate k has the k-th.
        plugin: files with kinds of actors or outcomes of your own.
        jobs: processes for the runs of a call; more than one pays for arrays of many points.

    Returns:
        The function; ``names`` and ``bounds`` are those of its inputs, ``problem`` describes them as SALib wants.

    Raises:
        ValueError: an input or outcome is misspelt; the sentence has the nearest right name.

    Example:
        >>> import pangwa
        >>> evaluate = pangwa.function(
        ...     "engage_kia", inputs=["actors.KIA.troops"], outcomes=["exports_t_china", "townships_held_kia"], months=3
        ... )
        >>> evaluate([20_000]).shape, evaluate([[15_000], [20_000]]).shape
        ((2,), (2, 2))
        >>> sorted(evaluate(actors_KIA_troops=20_000))
        ['exports_t_china', 'townships_held_kia']
        >>> evaluate.problem["names"], len(evaluate.bounds)
        (['actors.KIA.troops'], 1)
    """
    use_plugins(plugin)
    worker_count(jobs, 1)
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 1:
        raise PlanError(f"replicates = {replicates!r}: must be a whole number of at least 1")
    sets = overrides(set, months)
    known = [one.name for one in find_outcomes(None, scenario)]
    wanted = listed(outcomes)
    unknown = [f"there is no outcome '{name}'{suggestion(name, known)}" for name in wanted if name not in known]
    if unknown or not wanted:
        raise PlanError(unknown or "no outcome was given: a function needs at least one")
    ranges = dict(inputs) if isinstance(inputs, Mapping) else dict.fromkeys(listed(inputs))
    runs = _Runs(str(scenario), sets, replicates, seed, None if parameters is None else str(parameters), jobs)
    return ScenarioFunction(runs, ranges, wanted, alone=isinstance(outcomes, str))


class ScenarioFunction:
    """A scenario as a function of its parameters, see :func:`function`.

    Args:
        runs: how points are run.
        ranges: path of each input -> its range, or None for the declared one.
        outcomes: names.
        alone: whether arrays of outcomes lose their last axis.
    """

    def __init__(
        self, runs: _Runs, ranges: Mapping[str, Range | None], outcomes: Sequence[str], *, alone: bool
    ) -> None:
        self._runs, self._ranges, self._alone = runs, ranges, alone
        self.names, self.outcomes = list(ranges), list(outcomes)
        if not self.names:
            raise PlanError("no input was given: a function needs at least one")
        self._now = runs.values_of(self.names)
        self._known = {name.replace(".", "_"): name for name in self.names} | {name: name for name in self.names}

    @cached_property
    def bounds(self) -> list[Range]:
        """Lowest and highest value of each input: as given, or as declared.

        An actor's own numbers (troops, treasury) go from half to double their value.

        Raises:
            ValueError: an input has no declared range, and none was given.
        """
        return [self._ranges[name] or self._runs.range_of(name) for name in self.names]

    @property
    def problem(self) -> dict[str, Any]:
        """The inputs as SALib takes them: num_vars, names, bounds."""
        return {"num_vars": len(self.names), "names": self.names, "bounds": [list(pair) for pair in self.bounds]}

    def __call__(self, point: ArrayLike | Mapping[str, Any] | None = None, /, **named: Any) -> Any:
        """The outcomes at one point or at many.

        Args:
            point: (n,) or (N, n) numbers in the order of ``names``, or a dictionary by name.
            **named: inputs by name, instead.

        Returns:
            Array for array, dictionary for dictionary, see :func:`function`.

        Raises:
            ValueError: the shape is wrong, an input is unknown, or a value is out of range.
        """
        if named or isinstance(point, Mapping):
            given = {**(point if isinstance(point, Mapping) else {}), **named}
            values = self._runs.outcomes([self._settings(given)], self.outcomes)[0]
            return dict(zip(self.outcomes, values.tolist(), strict=True))
        array = np.asarray(point, dtype=np.float64)
        if array.ndim not in (1, 2) or array.shape[-1] != len(self.names):
            n = len(self.names)
            raise PlanError(f"an array of shape {array.shape}: must be ({n},), or (N, {n}) for N points")
        points = [self._settings(dict(zip(self.names, row, strict=True))) for row in np.atleast_2d(array).tolist()]
        found = self._runs.outcomes(points, self.outcomes)
        found = found[:, 0] if self._alone else found
        return found if array.ndim == 2 else float(found[0]) if self._alone else found[0]

    def _settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values by path; numbers for whole parameters are rounded, those for switches are true from a half on."""
        unknown = [
            f"there is no input '{name}'{suggestion(name, self.names)}" for name in given if name not in self._known
        ]
        if unknown:
            raise PlanError(unknown)
        return {self._known[name]: _like(self._now[self._known[name]], value) for name, value in given.items()}

    def __repr__(self) -> str:
        return f"<Function of {self._runs.scenario}: {', '.join(self.names)} -> {', '.join(self.outcomes)}>"


def _like(now: Any, value: Any) -> Any:
    """A number of the type of the scenario's value; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return value
    if isinstance(now, bool):
        return bool(value >= 0.5)
    return round(float(value)) if isinstance(now, int) else float(value)


class _Runs:
    """How a point becomes outcomes: replicates of a scenario with some settings."""

    def __init__(
        self, scenario: str, sets: Sequence[str], replicates: int, seed: int, parameters: str | None, jobs: int
    ) -> None:
        self.scenario, self.sets, self.replicates = scenario, sets, replicates
        self.seed, self.parameters, self.jobs = seed, parameters, jobs

    @cached_property
    def _scenario(self) -> Any:
        return load_scenario(self.scenario, self.sets)

    def values_of(self, names: Sequence[str]) -> dict[str, Any]:
        """The scenario's own values of some parameters.

        Raises:
            ScenarioError: there is no such parameter; the sentence has the nearest right name.
        """
        tree = self._scenario.resolved()
        found = {}
        for name in names:
            here = tree
            for key in parse_set(f"{name}=0")[0]:
                if not isinstance(here, Mapping) or key not in here:
                    load_scenario(self.scenario, [*self.sets, f"{name}=0"])  # says what is wrong with the name
                    raise PlanError(f"{name}: is not a parameter of {self.scenario}")
                here = here[key]
            if isinstance(here, Mapping | list):
                raise PlanError(f"{name}: is a table or a list; an input is one parameter")
            found[name] = here
        return found

    def range_of(self, name: str) -> Range:
        """The declared range of a parameter.

        Raises:
            PlanError: it has none.
        """
        found = declared_range(self._scenario, name)
        if found is None:
            raise PlanError(f"{name}: has no declared range; give one, as inputs={{'{name}': (low, high)}}")
        return found

    def outcomes(self, points: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Floats:
        """Means over replicates, (points, outcomes).

        Raises:
            ScenarioError: a value is out of range.
            BatchError: a run failed.
        """
        specs = [self._spec(point, replicate) for point in points for replicate in range(self.replicates)]
        rows = self._here(specs) if self.jobs == 1 else self._in_processes(specs)
        values = np.array([[row[name] for name in names] for row in rows], dtype=np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of outcomes that no replicate defines
            means: Floats = np.nanmean(values.reshape(len(points), self.replicates, len(names)), axis=1)
        return means

    def _spec(self, point: Mapping[str, Any], replicate: int) -> RunSpec:
        sets = [*self.sets, *overrides(point)]
        return read_run(self.scenario, replicate=replicate, base_seed=self.seed, sets=sets, parameters=self.parameters)[
            1
        ]

    def _here(self, specs: Sequence[RunSpec]) -> list[Mapping[str, float | None]]:
        return [simulate(spec).outcomes for spec in specs]

    def _in_processes(self, specs: Sequence[RunSpec]) -> list[Mapping[str, float | None]]:
        pool, _ = new_pool("processes", self.jobs, len(specs))
        found: dict[str, Mapping[str, float | None]] = {}
        for finished in run_with(pool, list({spec.run_id: spec for spec in specs}.values()), simulate_outcomes):
            if finished.status == FAILED:
                raise BatchError(f"run {finished.run_id} failed: {finished.error}")
            names, values, _ = read_body(finished.record, read_header(finished.record))
            found[finished.run_id] = dict(zip(names, np.frombuffer(values).tolist(), strict=True))
        return [found[spec.run_id] for spec in specs]
