"""A run that somebody plays in the browser: what it was started with, how far it is, what went wrong. Knows no page."""

from __future__ import annotations

import shlex
import threading
import traceback
from pathlib import Path
from typing import Any

from model.experiments.export import run_archive, run_files
from model.experiments.simulate import dispose, simulate
from model.model import RareEarthModel
from model.scenario.problems import ScenarioError, toml_value
from model.scenario.read import load_scenario
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from model.world.world import WorldError

Sets = tuple[str, ...]


class RunSession:
    """One run in one tab.

    What the user chooses (scenario, seed, replicate, changes) waits in :attr:`wanted` until :meth:`reset` starts a run with
    it; a run that is under way never changes its rules, so that it can always be repeated from the command line.

    :attr:`usual` is the scenario as its file has it, :attr:`setup` with the changes.

    Args:
        scenario: name or file of the scenario to begin with.
        plugins: files with own kinds of actors, for the command that repeats the run.
    """

    def __init__(self, scenario: str, plugins: tuple[Path, ...] = ()) -> None:
        self.lock = threading.RLock()
        self.plugins = plugins
        self.scenario, self.seed, self.replicate = scenario, 0, 0
        self.changes: dict[str, Any] = {}
        self.model: RareEarthModel | None = None
        self.setup: Scenario | None = None
        self.usual: Scenario | None = None
        self.spec: RunSpec | None = None
        self.error = ""
        self._running: tuple[Any, ...] = ()
        self.reset()

    @property
    def wanted(self) -> tuple[Any, ...]:
        """What the next run is started with."""
        return self.scenario, self.seed, self.replicate, self.sets

    @property
    def sets(self) -> Sets:
        """The changes as overrides, such as ``actors.KIA.troops=20000``."""
        return tuple(f"{path}={toml_value(value)}" for path, value in sorted(self.changes.items()))

    @property
    def waits(self) -> bool:
        """Whether something was chosen that the run under way does not have."""
        return self.wanted != self._running

    @property
    def month(self) -> int:
        """Months done."""
        return self.model.month if self.model is not None else 0

    @property
    def months(self) -> int:
        """Length of the run."""
        return self.setup.months if self.setup is not None else 0

    @property
    def over(self) -> bool:
        """Whether there is nothing left to play."""
        return self.model is None or bool(self.error) or self.month >= self.months

    def choose(self, path: str, value: Any, usual: Any) -> None:
        """Change a parameter; the usual value takes the change back. Acts at once while no month has been played.

        Args:
            path: dotted path, as after ``--set``.
            value: the value wanted.
            usual: the scenario's own.
        """
        with self.lock:
            self.changes.pop(path, None)
            if value != usual:
                self.changes[path] = value
            self.settle()

    def settle(self) -> None:
        """Start the run anew with what was chosen if no month has been played, for then nothing is lost."""
        with self.lock:
            if self.waits and self.month == 0:
                self.reset()

    def reset(self) -> None:
        """Start a run with what was chosen; what is wrong with that becomes :attr:`error`."""
        with self.lock:
            self.close()
            self.error, self._running = "", self.wanted
            try:
                self.usual = load_scenario(self.scenario)
                self.setup = load_scenario(self.scenario, self.sets)
                self.spec = RunSpec.make(
                    self.setup.name, self.setup.resolved(), replicate=self.replicate, base_seed=self.seed
                )
                self.model = RareEarthModel(spec=self.spec)
            except (ScenarioError, WorldError) as error:
                self.error = "\n".join(error.problems)
            except Exception:
                self.error = f"The run cannot start.\n{traceback.format_exc()}"

    def step(self) -> bool:
        """Play a month.

        Returns:
            Whether there is more to play; an error of the model becomes :attr:`error` and ends the run.
        """
        with self.lock:
            if self.over or self.model is None:
                return False
            month, date = self.month + 1, self.model.date
            try:
                self.model.step()
            except Exception as error:
                said = f"{type(error).__name__}: {error}"
                self.error = f"Month {month} ({date}) failed: {said}\n{self.command()}\n\n{traceback.format_exc()}"
            return not self.over

    def command(self, months: int | None = None) -> str:
        """The command that repeats the run that is under way.

        Args:
            months: its length, where it is not the scenario's.
        """
        scenario, seed, replicate, sets = self._running
        words = ["pangwa", "run", scenario, "--seed", str(seed), "--replicate", str(replicate)]
        words += [word for path in self.plugins for word in ("--plugin", str(path))]
        words += [word for text in sets for word in ("--set", text)]
        words += [] if months is None else ["--months", str(months)]
        return shlex.join(words)

    def export(self) -> bytes:
        """The months played so far as the files that :meth:`command` would write, in a ZIP archive.

        The run is computed afresh from its specification, cut to the months played.
        """
        with self.lock:
            assert self.setup is not None and self._running
            resolved = self.setup.resolved() | {"months": self.month}
            _, seed, replicate, _ = self._running
            spec = RunSpec.make(self.setup.name, resolved, replicate=replicate, base_seed=seed)
        return run_archive(run_files(spec, simulate(spec)))

    def close(self) -> None:
        """Let go of the model."""
        with self.lock:
            if self.model is not None:
                dispose(self.model)
            self.model = None
