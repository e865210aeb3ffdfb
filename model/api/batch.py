"""Batches of runs: ``pangwa.batch`` and ``pangwa.open``."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from model.api import html
from model.api.given import Plugins, Settings, listed, overrides, use_plugins
from model.api.tables import DatedTables
from model.experiments.batch import EXIT_INTERRUPTED, run_batch
from model.experiments.batch_file import read_plan
from model.experiments.compare import compare
from model.experiments.errors import BatchError
from model.experiments.results import RunTable, read_csv_table, read_runs
from model.output.units import units_of
from model.views.answers import effect_rows, summary_rows
from model.views.read import Results
from model.views.words import HEADLINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from model.experiments.plan import BatchPlan

_EFFECTS = (
    "mean",
    "low95",
    "high95",
    "unit",
    "verdict",
    "n",
    "reference_mean",
    "variance_ratio",
    "replicates_needed",
)
_SIGNS = ("points", "points_up", "points_down", "sign_stability")


def batch(
    scenarios: str | Path | Sequence[str | Path],
    *,
    replicates: int | None = None,
    months: int | None = None,
    set: Settings = None,
    base_seed: int | None = None,
    seeds: Sequence[int] | None = None,
    parameters: str | Path | None = None,
    variants: str | Sequence[str] = (),
    reference: str | None = None,
    record: Sequence[str] = (),
    plugin: Plugins = None,
    out: str | Path | None = None,
    quiet: bool = False,
    **how: Any,
) -> Batch:
    """Run scenarios many times with the same random draws, as ``pangwa batch`` does.

    A bar shows the progress. The runs are kept in a folder only where ``out`` names one; it is what the command line and
    :func:`open` read. An interrupted batch with a folder goes on with ``resume=True``.

    Args:
        scenarios: names or files of scenarios, or one batch file or its name.
        replicates: runs of each scenario; the file's number, or 50, when None.
        months: length of the runs; the scenarios' when None.
        set: overrides for all scenarios by dotted path.
        base_seed: from which the seeds of all replicates follow.
        seeds: the replicates' seeds one by one, instead of replicates and base seed.
        parameters: parameter sets, one a replicate in turn: ``"plausible"`` (what a batch draws where its world has the set), a CSV
            file, or ``"defaults"`` for the central values in all runs.
        variants: rival mechanisms to cross with: ``"all"``, or names of ``[structure]``.
        reference: the scenario that the others are compared with; the first when None.
        record: extras to record; ``["control=monthly"]`` keeps the map of every month, ``["lanes=monthly"]`` the lanes of each crossing.
        plugin: files with kinds of actors or outcomes of your own.
        out: a new folder for the results.
        quiet: show no progress.
        **how: jobs, executor, resume, overwrite, rerun_failed, timeout, fail_fast: see
            :func:`model.experiments.batch.run_batch`. In a script, more than one job needs ``if __name__ == "__main__":``.

    Returns:
        The batch. Runs that failed are left out of its figures and effects, and named on the standard error.

    Raises:
        ValueError: something given is misspelt or out of range; a sentence for each thing that is.
        RuntimeError: no run went well.
        KeyboardInterrupt: it was interrupted; what a folder holds is kept.

    Example:
        >>> import pangwa
        >>> batch = pangwa.batch(["status_quo", "engage_kia"], replicates=2, months=3, jobs=1, quiet=True)
        >>> batch
        <Batch status_quo_engage_kia: status_quo, engage_kia; 2 runs each of 3 months>
        >>> batch.effects("exports_t_china", "townships_held_kia").index.tolist()
        [('engage_kia', 'exports_t_china'), ('engage_kia', 'townships_held_kia')]
        >>> batch.report("kia.html").name
        'kia.html'
    """
    use_plugins(plugin)
    plan = read_plan(
        [str(scenario) for scenario in listed(scenarios)],
        replicates=replicates,
        base_seed=base_seed,
        reference=reference,
        sets=overrides(set, months),
        record=record,
        variants=listed(variants),
        seeds=seeds,
        parameters=None if parameters is None else str(parameters),
    )
    if out is not None:
        return _computed(plan, Path(out), quiet, how)
    passing = Path(tempfile.mkdtemp(prefix="pangwa-"))
    try:
        made = _computed(plan, passing / "batch", quiet, {**how, "temporary": True})
    except BaseException:
        shutil.rmtree(passing, ignore_errors=True)
        raise
    # The folder goes with the last that uses the batch, or with the process.
    weakref.finalize(made, shutil.rmtree, passing, ignore_errors=True)
    return made


def _computed(plan: BatchPlan, folder: Path, quiet: bool, how: dict[str, Any]) -> Batch:
    report = run_batch(plan, folder, quiet=quiet, **how)
    if report.exit_code == EXIT_INTERRUPTED:
        raise KeyboardInterrupt
    if not (report.complete and report.ok):
        raise BatchError(report.lines)
    return Batch(folder, plan.name)


def open(folder: str | Path) -> Batch:
    """Open the results of a batch, as ``pangwa batch`` or :func:`batch` with ``out`` wrote them.

    Args:
        folder: of the batch.

    Raises:
        ValueError: there is no such folder, or it holds no finished batch.

    Example:
        >>> import pangwa
        >>> made = pangwa.batch("status_quo", replicates=2, months=3, jobs=1, out="results/mine", quiet=True)
        >>> pangwa.open("results/mine")
        <Batch mine: status_quo; 2 runs each of 3 months>
    """
    return Batch(Path(folder))


class Batch(DatedTables):
    """The results of a batch, see :func:`batch` and :func:`open`.

    Args:
        folder: that holds them.
        name: of the batch; the folder's when None.
    """

    def __init__(self, folder: Path, name: str | None = None) -> None:
        self.folder = folder
        super().__init__(Results.open(folder, months=False))
        self._results.name = name or self._results.name

    @property
    def name(self) -> str:
        """Name of the batch or of its folder."""
        return self._results.name

    @property
    def scenarios(self) -> list[str]:
        """Labels of the scenarios in the order of the batch."""
        return self._results.all_scenarios

    @property
    def manifest(self) -> dict[str, Any]:
        """How the batch came about: command, versions, resolved scenarios, seeds, times."""
        return self._results.manifest

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row per run: scenario, replicate, seed, status, what was swept, every outcome."""
        frame = self._results.frame("runs", self._results.columns("runs"))
        return frame.astype({name: str for name in frame.columns if frame[name].dtype == "category"})

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean, median and quantiles of every outcome by scenario and design point."""
        return read_csv_table(self.folder / "summary.csv")

    @cached_property
    def _runs(self) -> RunTable:
        return replace(read_runs(self.folder), name=self.name)

    def effects(self, *outcomes: str, against: str | None = None) -> pd.DataFrame:
        """What each scenario changes: means of paired differences with their 95% intervals, as ``pangwa compare`` has them.

        Args:
            *outcomes: names of outcomes; the headlines when none are given.
            against: the scenario to compare with; the batch's reference when None.

        Returns:
            A row per scenario and outcome (the index): mean, low95, high95, unit, verdict (raises, lowers, no effect larger than
            X, raises or lowers by less than X, not enough runs to tell, depends on assumptions, no difference), n (pairs), mean of
            the reference, variance ratio, replicates needed. A batch with several sets of assumptions adds how many of them raise
            and lower the outcome.

        Raises:
            ValueError: an outcome or scenario is not in the batch, or there is nothing to compare.
        """
        names = outcomes or [name for name in HEADLINES if name in self._runs.outcomes]
        table = compare(self._runs, names, against or self._runs.reference)
        columns = [*_EFFECTS, *(_SIGNS if self._runs.members > 1 else ())]
        table["unit"] = table["outcome"].map(units_of(list(names)))
        return table.set_index(["scenario", "outcome"])[columns]

    def plot(
        self,
        kind: str = "control",
        *,
        scenario: str | Sequence[str] | None = None,
        actor: str | Sequence[str] | None = None,
        outcome: str | Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> Figure:
        """Draw a figure of the batch, as ``pangwa plot`` does.

        Args:
            kind: control, countryside, exports, map, probability, years, flows or effects.
            scenario: scenarios to show; all when None.
            actor: of control and countryside, the actors to show; of probability and years, whose towns.
            outcome: of effects, the outcomes to show.
            ax: axes of your own to draw one scenario into (control, countryside, exports, map), without title and footnote.

        Returns:
            A Matplotlib figure; that of ``ax`` where it is given.

        Raises:
            ValueError: something named is not there, the kind takes no axes, or there is nothing to show.
        """
        from model.views.figures import figure_of

        asked = {"scenario": listed(scenario), "actor": listed(actor), "outcome": listed(outcome)}
        return figure_of(self._results, kind, **asked, axes=ax)

    def report(self, path: str | Path | None = None, *, actor: str | None = None) -> Path:
        """Write the batch as one HTML page that needs no network, as ``pangwa report`` does.

        Args:
            path: the file; ``report.html`` in the folder when None.
            actor: whose towns the maps of probability show.

        Raises:
            ValueError: the actor is not in the batch, or the file cannot be written.
        """
        from model.views.report import write_report

        return write_report(self.folder, None if path is None else Path(path), actor=actor)

    def animate(self, path: str | Path, scenario: str | None = None) -> Path:
        """Write the likeliest holders of the towns over time as a moving picture.

        A picture is a year apart from the next, unless the batch has ``record=["control=monthly"]``.

        Args:
            path: ends in .gif, or in .mp4 where ffmpeg is installed.
            scenario: which; the first when None.

        Raises:
            ValueError: there is no such scenario, the ending is another, or the file cannot be written.
        """
        from model.views.animate import animate, frames_of
        from model.world.read import load_world

        results = self._results
        name = results.scenarios[0] if scenario is None else results.pick("scenario", scenario, results.scenarios)
        title = f"{name}, most likely holders in {results.runs_each} runs"
        return animate(frames_of(results, name), load_world(results.world), title, Path(path))

    def __repr__(self) -> str:
        return f"<Batch {self.name}: {', '.join(self.scenarios)}; {self._size}>"

    @property
    def _size(self) -> str:
        points = f" at {self._results.points} design points" if self._results.points > 1 else ""
        return f"{self._results.runs_each} runs each of {self._results.months} months{points}"

    def _repr_html_(self) -> str:
        several = len(self.scenarios) > 1
        what = f"effects against {self._runs.reference}, paired" if several else "medians of the runs"
        head, rows = effect_rows(self.effects().reset_index()) if several else summary_rows(self.summary)
        lines = [f"{', '.join(self.scenarios)}; {self._size}; {what}"]
        return html.block(self.name, lines, html.table(rows, head, numbers=(2, 3) if several else (1, 2)))
