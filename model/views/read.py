"""Results as the views see them: the tables of a batch's folder, or of one run in memory, read column by column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from model.experiments.codec import ON_DEMAND
from model.experiments.manifest import checked_manifest
from model.experiments.parameter_sets import parameter_words
from model.experiments.results import not_finished, refuse_nothing, whole_table
from model.output import tables as table_schemas
from model.output.outcomes import outcome_list
from model.run import date_after
from model.world.where import found_again


class ViewError(ValueError):
    """Something asked for cannot be drawn; the message is one sentence for the user."""


def nearest(name: str, allowed: Iterable[str]) -> str:
    """The end of an error message: the nearest right name, or the list of what is there when that is short."""
    names = list(allowed)
    close = difflib.get_close_matches(name.lower(), [other.lower() for other in names], n=1, cutoff=0.6)
    if close:
        match = next(other for other in names if other.lower() == close[0])
        return f"; did you mean '{match}'?"
    return f"; there are: {', '.join(names)}" if len(names) <= 20 else ""


class Results:
    """The tables of a batch or of a run.

    Args:
        name: of the batch or run, for footnotes and metadata.
        folder: where the tables lie; None when they are given in memory.
        memory: Arrow tables by name, used before the folder's.
        manifest: the batch's manifest, or {}.
    """

    def __init__(
        self,
        name: str,
        folder: Path | None = None,
        memory: Mapping[str, pa.Table] | None = None,
        manifest: dict[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        self.memory = dict(memory or {})
        self.manifest = manifest or {}
        self.chosen: list[str] = []
        self.titled = False
        """Whether scenarios are called by their titles, as on the brief, where the others call them by the names of their files."""

    @property
    def provenance(self) -> str:
        """Where the numbers come from, for the metadata of pictures: batch, commit, seed, scenarios' hashes, versions.

        No clock, path or command: those stand in the manifest that the batch's id leads to.
        """
        if "plan_id" not in self.manifest:
            return self.name
        hashes = ", ".join(f"{label} {digits}" for label, digits in self.manifest.get("scenario_hashes", {}).items())
        sessions = self.manifest.get("sessions") or [{}]
        packages = ", ".join(f"{name} {number}" for name, number in sessions[-1].get("packages", {}).items())
        return (
            f"{self.name}: batch {self.manifest['plan_id']}, commit {self.manifest.get('commit') or 'unknown'}, "
            f"base seed {self.manifest.get('base_seed')}; scenarios {hashes}; {packages}"
        )

    def only(self, scenarios: Sequence[str]) -> Results:
        """The same results with only these scenarios shown; colours and the reference stay those of the whole batch."""
        other = Results(self.name, self.folder, self.memory, self.manifest)
        other.chosen, other.titled = list(scenarios), self.titled
        return other

    @classmethod
    def open(cls, folder: str | Path, *, months: bool = True) -> Results:
        """Open a results folder; only the manifest is read.

        Args:
            folder: what ``pangwa batch`` or another command wrote.
            months: whether months are wanted, not outcomes alone.

        Raises:
            ViewError: the folder does not exist, holds no table of results, or no months though they are wanted.
        """
        path = Path(folder)
        if not path.is_dir():
            raise ViewError(f"{path}: no such folder; give a folder written by 'pangwa batch'")
        if not (path / "monthly.parquet").is_file():
            raise ViewError(not_finished(path, "monthly.parquet"))
        content = checked_manifest(path)
        refuse_nothing(path, content)
        results = cls(path.resolve().name, folder=path, manifest=content)
        if months:
            results.need_months()
        return results

    @classmethod
    def of_run(cls, name: str, tables: Mapping[str, pa.Table], world: str = "myanmar", parameters: str = "") -> Results:
        """Wrap the tables of one run (``RunResult.tables``).

        Args:
            name: of its scenario.
            tables: by name.
            world: in which it took place.
            parameters: which it has, in words.
        """
        return cls(name, memory=tables, manifest={"scenarios": {name: {"world": world}}, "parameter_words": parameters})

    def called(self, scenario: str) -> str:
        """What a scenario is called: by its label, or where :attr:`titled` by its title, if it has one that no other has."""
        prose = self.manifest.get("prose", {}) if self.titled else {}
        titles = [str(prose.get(name, {}).get("title", "")) for name in self.all_scenarios]
        title = str(prose.get(scenario, {}).get("title", ""))
        return title if title and titles.count(title) == 1 else scenario

    def quoted(self, scenario: str) -> str:
        """The same as in a sentence: titles in quotation marks."""
        name = self.called(scenario)
        return name if name == scenario else f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"

    @property
    def parameters(self) -> str:
        """What parameters the runs have: "parameters: 120 plausible sets", or "parameters: central values"."""
        return str(self.manifest.get("parameter_words") or parameter_words(self.manifest))

    def need_months(self) -> None:
        """Refuse runs that keep outcomes alone, as those of ``pangwa sensitivity`` and ``breakeven`` do.

        Raises:
            ViewError: no run has a row of ``monthly``.
        """
        if self.any_month:
            return
        assert self.folder is not None
        found = sorted({f"{path.parent.name}/" for path in self.folder.glob("*/*.csv")})
        where = f"; what was found from them stands in {', '.join(found)}" if found else ""
        raise ViewError(f"{self.folder}: its runs keep their outcomes alone, no months or maps to show{where}")

    @cached_property
    def any_month(self) -> bool:
        """Whether months are there, and not outcomes alone."""
        if "monthly" in self.memory or self.folder is None:
            return True
        path = self.folder / "monthly.parquet"
        with whole_table(path):
            return bool(pq.read_metadata(path).num_rows)

    @property
    def of_one_run(self) -> bool:
        """Whether they are those of one run in memory."""
        return self.folder is None

    def has(self, table: str) -> bool:
        """Whether a table is there."""
        return table in self.memory or (self.folder is not None and (self.folder / f"{table}.parquet").is_file())

    def frame(self, table: str, columns: Sequence[str], **where: Any) -> pd.DataFrame:
        """Read some columns of a table, and of the rows only those asked for.

        Args:
            table: a name of ``model.output.tables.TABLES``.
            columns: the columns wanted.
            **where: column = value, or column = list of values; None means any.

        Raises:
            ViewError: the table is not there, or has no such column.
        """
        self._check(table, [*columns, *where])
        condition = _condition(where)
        if table in self.memory:
            found = self.memory[table]
            found = found if condition is None else found.filter(condition)
            return found.select(list(columns)).to_pandas()
        assert self.folder is not None
        path = self.folder / f"{table}.parquet"
        with whole_table(path):
            read = pq.read_table(path, columns=list(columns), filters=condition, page_checksum_verification=True)
            return read.to_pandas()

    def _check(self, table: str, columns: Sequence[str]) -> None:
        if not self.has(table):
            extra = ON_DEMAND.get(table)
            hint = f"; run the batch with --record {extra}" if extra else nearest(table, self.tables)
            raise ViewError(f"{self.folder or self.name}: there is no table '{table}'{hint}")
        names = self.columns(table)
        for column in columns:
            if column not in names:
                raise ViewError(f"{table}: there is no column '{column}'" + nearest(column, names))

    def instruments(self, scenario: str) -> pd.DataFrame:
        """The whole table of what became of the instruments of a scenario."""
        return self.frame("instruments", self.columns("instruments"), scenario=scenario)

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns."""
        if table in self.memory:
            return list(self.memory[table].column_names)
        assert self.folder is not None
        path = self.folder / f"{table}.parquet"
        with whole_table(path):
            return list(pq.read_schema(path).names)

    @cached_property
    def tables(self) -> list[str]:
        """Names of the tables that are there."""
        return [name for name in table_schemas.TABLES if self.has(name)]

    @cached_property
    def runs(self) -> pd.DataFrame:
        """run_id, scenario, replicate, point of every run that has rows, in the order of the batch."""
        keys = ["run_id", "scenario", "replicate"]
        if not self.has("runs"):
            return self.frame("monthly", keys, month=0).assign(point=0)
        runs = self.frame("runs", [*keys, "point", "status"])
        return runs[runs["status"] == "ok"].drop(columns="status").reset_index(drop=True)

    @cached_property
    def all_scenarios(self) -> list[str]:
        """Labels of all scenarios in the order of the batch."""
        return list(dict.fromkeys(self.runs["scenario"].astype(str)))

    @property
    def scenarios(self) -> list[str]:
        """Labels of the scenarios to show, in the order of the batch unless :meth:`only` gave another."""
        return self.chosen or self.all_scenarios

    @cached_property
    def runs_each(self) -> str:
        """Number of runs of a scenario shown: 50, or 48-50 where some failed."""
        counts = self.runs["scenario"].astype(str).value_counts()[self.scenarios]
        low, high = int(counts.min()), int(counts.max())
        return str(low) if low == high else f"{low}-{high}"

    @cached_property
    def points(self) -> int:
        """Number of design points of a sweep; 1 where nothing is swept."""
        return max(int(self.runs["point"].nunique()), 1)

    @cached_property
    def reference(self) -> str | None:
        """The scenario that others are compared with; None when there is only one."""
        named = self.manifest.get("reference")
        if len(self.all_scenarios) < 2:
            return None
        return str(named) if named in self.all_scenarios else self.all_scenarios[0]

    @cached_property
    def world(self) -> str:
        """The world of the runs, as the manifest's resolved scenarios give it; myanmar where it is silent.

        Raises:
            WorldError: its folder is gone.
        """
        for label, entry in self.manifest.get("scenarios", {}).items():
            if isinstance(entry, dict) and "world" in entry:
                digest = self.manifest.get("worlds", {}).get(label, "")
                return found_again(str(entry["world"]), digest, self.folder or Path())
        return "myanmar"

    @cached_property
    def starts(self) -> dict[str, str]:
        """By scenario, the first month of its runs, as 2025-08; month 0 of the tables is the one before."""
        frame = self.frame("monthly", ["scenario", "date"], month=0).astype(str).drop_duplicates("scenario")
        return {name: date_after(before, 1) for name, before in zip(frame["scenario"], frame["date"], strict=True)}

    @property
    def start(self) -> str:
        """First month of the runs of the first scenario shown; empty where they keep outcomes alone."""
        return self.starts.get(self.scenarios[0], "")

    @cached_property
    def ends(self) -> dict[str, int]:
        """By scenario, the month its runs end in."""
        frame = self.frame("monthly", ["scenario", "month"]).astype({"scenario": str})
        return {str(scenario): int(month) for scenario, month in frame.groupby("scenario")["month"].max().items()}

    @property
    def months(self) -> int:
        """Length of the longest run shown, months."""
        return max(self.ends[scenario] for scenario in self.scenarios)

    @property
    def when(self) -> str:
        """The end of the runs in words: after 24 months, or at the end where scenarios differ in length."""
        same = len({self.ends[scenario] for scenario in self.scenarios}) == 1
        return f"after {self.months} months" if same else "at the end"

    def at_end(self, table: str, columns: Sequence[str]) -> pd.DataFrame:
        """Rows of the month in which each scenario shown ends; a column ``scenario`` of text comes first."""
        ends = sorted({self.ends[scenario] for scenario in self.scenarios})
        frame = self.frame(table, ["scenario", "month", *columns], month=ends).astype({"scenario": str})
        return frame[frame["scenario"].map(self.ends) == frame["month"]].drop(columns="month")

    def last_year(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows of a frame with columns scenario and month that fall into the last 12 months of their scenario."""
        return frame[frame["month"] > frame["scenario"].astype(str).map(self.ends).astype(int) - 12]

    @cached_property
    def actors(self) -> list[str]:
        """Ids of the armed actors."""
        return sorted(self.frame("actors", ["actor"], month=0)["actor"].astype(str).unique())

    @cached_property
    def outcomes(self) -> list[str]:
        """Names of the outcomes that there are of its actors."""
        return [known.name for known in outcome_list(self.actors)]

    def pair_keys(self) -> pd.Series[str]:
        """By run_id, the key by which runs of two scenarios are paired: the replicate, over whose design points is averaged.

        Replicate k has the same random draws at every design point, so these are no further pairs.
        """
        return pd.Series(self.runs["replicate"].astype(str).array, index=self.runs["run_id"])

    def pick(self, kind: str, name: str, allowed: Sequence[str]) -> str:
        """The allowed name that equals the given one but for case.

        Raises:
            ViewError: there is none.
        """
        for other in allowed:
            if other.casefold() == name.casefold():
                return other
        raise ViewError(f"there is no {kind} '{name}' in {self.name}" + nearest(name, allowed))


def _condition(where: Mapping[str, Any]) -> pc.Expression | None:
    condition = None
    for column, value in where.items():
        if value is None:
            continue
        part = pc.field(column).isin(list(value)) if isinstance(value, list) else pc.field(column) == value
        condition = part if condition is None else condition & part
    return condition
