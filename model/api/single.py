"""One run: ``pangwa.run``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from model.api import html
from model.api.given import Plugins, Settings, listed, overrides, use_plugins
from model.api.tables import DatedTables
from model.experiments.batch_file import read_run
from model.experiments.branch import SavedState, read_continued, read_state, save_state
from model.experiments.parameter_sets import run_parameter_words
from model.experiments.simulate import simulate
from model.scenario.problems import ScenarioError
from model.scenario.spec import MONTHLY_MAP
from model.views.read import Results
from model.views.words import Text, chronicle, headline_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from model.output.result import RunResult
    from model.scenario.schema import Scenario
    from model.scenario.spec import RunSpec

EVERY_MONTH = (MONTHLY_MAP,)
"""Who holds what is recorded every month, not every year."""

_MAP_DPI = 80


def run(
    scenario: str | Path,
    *,
    months: int | None = None,
    set: Settings = None,
    replicate: int = 0,
    seed: int = 0,
    parameters: str | Path | None = None,
    plugin: Plugins = None,
    record: Sequence[str] = EVERY_MONTH,
    until: int | None = None,
) -> SingleRun:
    """Run a scenario once, as ``pangwa run`` does.

    The same arguments give the same run, to the last digit, on one machine. The first run after an installation compiles
    the model, and says so.

    Args:
        scenario: the name of a shipped scenario (see ``pangwa.scenarios()``), or a TOML file.
        months: length of the run; the scenario's when None.
        set: overrides by dotted path, see ``pangwa.parameters()``.
        replicate: which run of a batch with this seed; replicate 3 of two scenarios meets the same random draws.
        seed: base seed.
        parameters: a set of parameter vectors, ``"plausible"`` or a CSV file; the run has the vector of its replicate.
        plugin: files with kinds of actors or outcomes of your own.
        record: extras to record; the map of every month, which animations need.
        until: stop after so many months; :meth:`SingleRun.branch` and ``save_state`` go on from there.

    Raises:
        ValueError: something given is misspelt or out of range; a sentence for each thing that is.

    Example:
        >>> import pangwa
        >>> run = pangwa.run("engage_kia", months=6, set={"actors.KIA.troops": 20_000}, replicate=3)
        >>> run
        <Run of engage_kia: 6 months from 2025-08, replicate 3>
        >>> run.monthly.index[-1].date()
        datetime.date(2026, 1, 31)
        >>> run.actors.query("actor == 'KIA'")["troops"].tolist()[0]
        20000
        >>> figure = run.plot("exports")
        >>> figure.savefig("exports.pdf")
    """
    use_plugins(plugin)
    resolved, spec = read_run(
        str(scenario),
        replicate=replicate,
        base_seed=seed,
        sets=overrides(set, months),
        record=record,
        parameters=None if parameters is None else str(parameters),
    )
    return SingleRun(resolved, spec, simulate(spec, _checked(until, resolved)), until)


def _checked(until: int | None, scenario: Scenario) -> int | None:
    """The month to stop at.

    Raises:
        ScenarioError: it lies beyond the run's end.
    """
    if until is not None and not 1 <= until <= scenario.months:
        raise ScenarioError([f"until = {until}: must be a month of the run, from 1 to {scenario.months}"])
    return until


def continue_run(
    state: SavedState | str | Path,
    scenario: str | Path | None = None,
    *,
    set: Settings = None,
    months: int | None = None,
    record: Sequence[str] = EVERY_MONTH,
    until: int | None = None,
) -> SingleRun:
    """Run on from a saved state, as ``pangwa run --from`` does: the same months before, another policy from there on.

    Args:
        state: a file that ``pangwa run --save`` or :meth:`SingleRun.save_state` wrote.
        scenario: what counts from then on; the same as before when None.
        set: overrides by dotted path that count from then on.
        months: length of the run, the months before included.
        record: extras to record.
        until: stop after so many months.

    Raises:
        ValueError: the state is of another version, or something counts before the first month only; a sentence for each.

    Example:
        >>> import pangwa
        >>> file = pangwa.run("status_quo", months=6, until=3).save_state("state.json")
        >>> pangwa.continue_run(file, "engage_kia", months=6)
        <Run of engage_kia: 6 months from 2025-08, replicate 0>
    """
    saved = state if isinstance(state, SavedState) else read_state(Path(state))
    file = None if scenario is None else str(scenario)
    resolved, spec = read_continued(saved, file, sets=overrides(set, months), record=record)
    return SingleRun(resolved, spec, simulate(spec, _checked(until, resolved)), until)


class SingleRun(DatedTables):
    """What a run leaves behind, see :func:`run`.

    Args:
        scenario: resolved.
        spec: everything that the run depends on.
        result: outcomes and tables.
        until: months after which it was stopped; None if it came to its end.
    """

    def __init__(self, scenario: Scenario, spec: RunSpec, result: RunResult, until: int | None = None) -> None:
        self.scenario, self.spec, self.result = scenario, spec, result
        self.months = scenario.months if until is None else until
        words = run_parameter_words(spec.point_values)
        super().__init__(Results.of_run(scenario.name, result.tables, scenario.world, words))

    @property
    def title(self) -> str:
        """Title of the scenario, or its name."""
        return self.scenario.title or self.scenario.name

    @property
    def heading(self) -> str:
        """What was run, in two lines: scenario; length, start, replicate, seed and id."""
        scenario, spec = self.scenario, self.spec
        first = f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name
        past = "".join(f", branched after {months} months" for months, _ in spec.past)
        drawn = f"replicate {spec.replicate}, seed {spec.base_seed}, run {spec.run_id}"
        return f"{first}\n{self._length}{past}; {drawn}; {self._results.parameters}"

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about instruments and forcings that lie outside the run's months, and so do nothing."""
        return self.scenario.notes

    @property
    def _length(self) -> str:
        months = self.months
        return f"{'1 month' if months == 1 else f'{months} months'} from {self.scenario.start}"

    @cached_property
    def outcomes(self) -> pd.Series[float]:
        """What the run is judged by, by name; NaN where an outcome is not defined. ``pangwa.outcomes()`` has the units."""
        return pd.Series(self.result.outcomes, name=self.scenario.name, dtype="float64").rename_axis("outcome")

    def story(self, most: int = 60) -> str:
        """The dated events in words, grouped by year.

        Args:
            most: lines at most; the least important events are left out.
        """
        return Text(chronicle(self.result.tables["events"].to_pandas(), most=most))

    def plot(self, kind: str = "map", *, actor: str | Sequence[str] | None = None, ax: Axes | None = None) -> Figure:
        """Draw a figure of the run.

        Args:
            kind: map (start and end), control, countryside, exports, lanes or flows.
            actor: of control and countryside, the armed actors to show, by id.
            ax: axes of your own to draw into (map at the end, control, countryside, exports), without title and footnote.

        Returns:
            A Matplotlib figure; that of ``ax`` where it is given.

        Raises:
            ValueError: there is no such kind or actor, the kind takes no axes, or there is nothing to show.
        """
        from model.views.figures import figure_of

        return figure_of(self._results, kind, actor=listed(actor), axes=ax)

    def animate(self, path: str | Path, *, quiet: bool = True) -> Path:
        """Write the map month by month as a moving picture.

        Args:
            path: ends in .gif, or in .mp4 where ffmpeg is installed.
            quiet: show no progress on a terminal.

        Raises:
            ValueError: the ending is another, or the file cannot be written.
        """
        from model.views.animate import animate, check, frames_of
        from model.world.read import load_world

        check(Path(path))
        return animate(frames_of(self._results), load_world(self.scenario.world), self.title, Path(path), quiet=quiet)

    def save(self, folder: str | Path, *, figures: bool = True) -> list[Path]:
        """Write the tables as CSV files and the figures, as ``pangwa run`` does.

        Args:
            folder: made when it is not there; files of the same names are replaced.
            figures: whether figures are wanted.

        Returns:
            The figures written.
        """
        from model.experiments.export import run_files
        from model.experiments.files import write_bytes
        from model.views.figures import run_figures

        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, content in run_files(self.spec, self.result).items():
            write_bytes(target / name, content)
        return run_figures(self._results, target) if figures else []

    def save_state(self, path: str | Path) -> Path:
        """Write down where the run is at its end, for :func:`continue_run` and ``pangwa run --from``.

        Raises:
            ValueError: the file is there already, or cannot be written.
        """
        save_state(Path(path), self.spec, self.months)
        return Path(path)

    def branch(
        self, scenario: str | Path | None = None, *, set: Settings = None, months: int | None = None
    ) -> SingleRun:
        """Run on from the end of this run under another policy; arguments as of :func:`continue_run`."""
        return continue_run(SavedState(self.spec, self.months), scenario, set=set, months=months)

    def __repr__(self) -> str:
        return f"<Run of {self.scenario.name}: {self._length}, replicate {self.spec.replicate}>"

    def _repr_html_(self) -> str:
        from model.views.maps import draw_run
        from model.views.style import as_png
        from model.world.read import load_world

        title, line = self.heading.split("\n")
        drawn = draw_run(self._results, load_world(self.scenario.world), start=False)
        rows = headline_rows(self.result.outcomes)
        words = "map of the holders of towns at the end"
        return html.block(title, [line, *self.notes], html.table(rows), html.picture(as_png(drawn, _MAP_DPI), words))
