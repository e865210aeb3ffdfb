"""The runs of a finished batch, as the analyses read them: one row per run, outcomes apart from what was set."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from model.arrays import Floats
from model.experiments.codec import FAILED, OK
from model.experiments.design import LABEL
from model.experiments.errors import StoreError
from model.experiments.files import refuse_changed
from model.experiments.manifest import checked_manifest
from model.experiments.parameter_sets import parameter_words
from model.experiments.plan import VECTOR
from model.output import tables
from model.scenario.problems import suggestion

Integers = NDArray[np.integer]

_FIXED = tuple(column.name for column in tables.RUNS)
_OUTCOME = "an outcome"


@dataclass(frozen=True)
class RunTable:
    """The table of runs of a batch.

    Args:
        name: of the batch or its folder, for messages.
        frame: a row per run that went well, in the order of the plan.
        failed: runs that failed, which ``frame`` leaves out.
        outcomes: names of the columns of outcomes.
        swept: names of the columns that say what a design point set.
        manifest: the batch's manifest.
    """

    name: str
    frame: pd.DataFrame
    failed: int
    outcomes: tuple[str, ...]
    swept: tuple[str, ...]
    manifest: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def scenarios(self) -> tuple[str, ...]:
        """Labels in the order of the batch."""
        return tuple(dict.fromkeys(self.frame["scenario"].astype(str)))

    @cached_property
    def points(self) -> tuple[int, ...]:
        """Numbers of the design points in the order of the batch."""
        return tuple(int(point) for point in dict.fromkeys(self.frame["point"]))

    @property
    def reference(self) -> str:
        """The scenario that the batch compares with."""
        named = str(self.manifest.get("reference", ""))
        return named if named in self.scenarios else self.scenarios[0]

    def scenario(self, name: str) -> str:
        """The label that equals the given one.

        Raises:
            StoreError: there is none.
        """
        if name not in self.scenarios:
            hint = suggestion(name, self.scenarios, "it contains")
            raise StoreError(f"{self.name}: contains no scenario '{name}'{hint}")
        return name

    def checked(self, outcomes: Sequence[str]) -> tuple[str, ...]:
        """The outcomes asked for, without repetition.

        Raises:
            StoreError: one is not in the table.
        """
        unknown = [name for name in outcomes if name not in self.outcomes]
        if unknown:
            raise StoreError([f"{self.name}: no outcome '{name}'{suggestion(name, self.outcomes)}" for name in unknown])
        return tuple(dict.fromkeys(outcomes))

    def grid(self, scenario: str, outcome: str) -> pd.DataFrame:
        """An outcome of a scenario with a row per replicate and a column a design point; NaN where there is no value."""
        chosen = self.frame[self.frame["scenario"].astype(str) == scenario]
        return chosen.pivot(index="replicate", columns="point", values=outcome)

    @cached_property
    def replicates(self) -> tuple[int, ...]:
        """Numbers of the replicates, ascending."""
        return tuple(sorted({int(number) for number in self.frame["replicate"]}))

    def cube(self, scenario: str, outcomes: Sequence[str], points: Sequence[int] | None = None) -> Floats:
        """Outcomes of a scenario, (replicates, points, outcomes); NaN without a value.

        Args:
            scenario: its label.
            outcomes: their names.
            points: numbers of design points; all, in the order of the property, when None.
        """
        points = self.points if points is None else points
        places = pd.Index(points).get_indexer(pd.Index(self.frame["point"]))
        chosen = np.flatnonzero((self.frame["scenario"] == scenario) & (places >= 0))
        rows = pd.Index(self.replicates).get_indexer(pd.Index(self.frame["replicate"].iloc[chosen]))
        values = np.full((len(self.replicates), len(points), len(outcomes)), np.nan)
        values[rows, places[chosen]] = self.values(chosen, outcomes)
        return values

    def values(self, rows: Integers, outcomes: Sequence[str]) -> Floats:
        """Outcomes of some runs, (runs, outcomes); NaN without a value.

        Args:
            rows: places of the runs in ``frame``, ascending.
            outcomes: their names.
        """
        return self.frame[list(outcomes)].iloc[rows].to_numpy(dtype=np.float64, na_value=np.nan)

    @cached_property
    def vectors(self) -> pd.Series[int]:
        """Number of the parameter vector of each replicate (the index, ascending); 0 where the batch has none."""
        firsts = self.frame.drop_duplicates("replicate").set_index("replicate").sort_index()
        return firsts[VECTOR].astype(int) if VECTOR in firsts else pd.Series(0, index=firsts.index)

    @property
    def parameters(self) -> str:
        """What parameters the runs have, see :func:`model.experiments.parameter_sets.parameter_words`."""
        return parameter_words(self.manifest)

    @property
    def members(self) -> int:
        """Number of sets of assumptions: design points times parameter vectors."""
        return len(self.points) * int(self.vectors.nunique())

    @property
    def varied(self) -> str:
        """What differs between the sets of assumptions, in words."""
        names = [*(name for name in self.swept if name != LABEL), *(["the parameter vectors"] * (VECTOR in self.frame))]
        return ", ".join(names) or "the design points"

    def by_member(self, values: pd.DataFrame) -> pd.Series[float]:
        """Means of values over the replicates of each set of assumptions.

        Args:
            values: a row per replicate, a column a design point, as :meth:`grid` gives them.

        Returns:
            Index (point, vector); sets without any value are left out.
        """
        long = values.rename_axis(index="replicate", columns=None).reset_index()
        long = long.melt("replicate", var_name="point", value_name="value").dropna(subset=["value"])
        long[VECTOR] = long["replicate"].map(self.vectors)
        return long.groupby(["point", VECTOR])["value"].mean()

    def design(self) -> pd.DataFrame:
        """What each design point set: a row per point (the index), a column a swept path."""
        return self.frame.drop_duplicates("point").set_index("point")[list(self.swept)]


def read_runs(folder: str | Path, wanted: Collection[str] | None = None) -> RunTable:
    """Read the runs of a finished batch.

    Args:
        folder: what ``pangwa batch`` wrote.
        wanted: outcomes that are enough, if they are there; all when None, which takes 8 bytes for each and each run.

    Raises:
        StoreError: there is no such folder, it holds no table of runs, or no run went well.
    """
    path = Path(folder)
    if not path.is_dir():
        raise StoreError(f"{path}: no such folder; give a folder written by 'pangwa batch'")
    if not (path / "runs.parquet").is_file():
        raise StoreError(not_finished(path, "runs.parquet"))
    manifest = checked_manifest(path)
    refuse_nothing(path, manifest)
    with whole_table(path / "runs.parquet"):
        return _runs_of(path, manifest, wanted)


def _runs_of(path: Path, manifest: dict[str, Any], wanted: Collection[str] | None) -> RunTable:
    schema = pq.read_schema(path / "runs.parquet")
    outcomes = [one.name for one in schema if _meaning(one).startswith(_OUTCOME)]
    left_out = set() if wanted is None else set(outcomes).difference(wanted)
    frame = pq.read_table(
        path / "runs.parquet",
        columns=[name for name in schema.names if name not in left_out],
        page_checksum_verification=True,
    ).to_pandas()
    ok = frame[frame["status"].astype(str) == OK].reset_index(drop=True)
    if ok.empty:
        raise StoreError(no_run_went_well(path, len(frame)))
    pointed = {name for point in manifest.get("points", []) for name in point}
    swept = [name for name in schema.names if name in pointed]
    known = tuple(name for name in outcomes if name not in left_out)
    return RunTable(str(path), ok, len(frame) - len(ok), known, tuple(swept), manifest)


def no_run_went_well(path: Path, failed: int) -> str:
    """What is said of a batch of which nothing can be read."""
    runs = "its run" if failed == 1 else f"all of its {failed} runs"
    return f"{path}: nothing to show: {runs} failed; see the column error of runs.csv, and the folder errors"


def refuse_nothing(path: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a batch in which every run failed.

    Raises:
        StoreError: its manifest says so.
    """
    runs = manifest.get("runs")
    if isinstance(runs, dict) and runs.get(FAILED) and not runs.get(OK):
        raise StoreError(no_run_went_well(path, int(runs[FAILED])))


@contextmanager
def whole_table(path: Path) -> Iterator[None]:
    """A block that reads a table of Parquet or CSV; what goes wrong in it is the file's fault.

    Raises:
        StoreError: the file is damaged, or another version's.
    """
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, KeyError, EOFError, TypeError) as error:
        if isinstance(error, StoreError):
            raise
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise StoreError(f"{path}: is damaged, or written by another version: {said[0][:120]}") from None


def read_csv_table(path: Path, needed: Collection[str] = (), numbers: Collection[str] = (), **how: Any) -> pd.DataFrame:
    """A table that a command of analysis wrote; empty cells alone are missing values.

    Args:
        path: of the CSV file.
        needed: columns that must be there.
        numbers: those of them that hold numbers.
        **how: for :func:`pandas.read_csv`.

    Raises:
        StoreError: the file is damaged, or another version's.
    """
    refuse_changed(path)
    with whole_table(path):
        frame = pd.read_csv(path, **{"keep_default_na": False, "na_values": [""], **how})
        if lacking := [name for name in (*needed, *numbers) if name not in frame]:
            raise ValueError(f"it lacks {', '.join(lacking)}")
        return frame.assign(**{name: pd.to_numeric(frame[name]) for name in numbers})


def not_finished(path: Path, table: str) -> str:
    """What is said of a folder without a table that every folder of results has, and where one is.

    Args:
        path: of the folder.
        table: file that is not there.
    """
    below = sorted(found.parent.name for found in path.glob(f"*/{table}"))
    if (path / "run.json").is_file():
        hint = "; it is the folder of a single run, with its figures and tables"
    elif (path.parent / table).is_file():
        hint = f"; give {path.parent}"
    else:
        hint = f"; it contains such folders: {', '.join(below)}" if below else ""
    return f"{path}: contains no {table}, so it is not a complete results folder{hint}"


def _meaning(one: Any) -> str:
    return (one.metadata or {}).get(b"meaning", b"").decode()


def strongest_factors(folder: Path, outcomes: Sequence[str], top: int) -> list[str]:
    """The factors that a screening ranked first for some outcomes.

    Args:
        folder: of ``pangwa sensitivity --method morris``, or the folder of its tables.
        outcomes: those to look at.
        top: how many for each.

    Raises:
        StoreError: there is no screening, or not of these outcomes.
    """
    paths = [
        path
        for path in (folder / "sensitivity-morris" / "sensitivity.csv", folder / "sensitivity.csv")
        if path.is_file()
    ]
    if not paths:
        raise StoreError(
            f"{folder}: contains no sensitivity.csv; give the folder of pangwa sensitivity --method morris"
        )
    table = read_csv_table(paths[0], ("outcome", "factor"), ("rank", "mu_star"))
    known = sorted(set(table["outcome"]))
    unknown = [name for name in outcomes if name not in known]
    if unknown:
        raise StoreError([f"{paths[0]}: has no outcome '{name}'{suggestion(name, known)}" for name in unknown])
    chosen = table[table["outcome"].isin(outcomes) & (table["rank"] <= top) & (table["mu_star"] > 0)]
    return list(dict.fromkeys(chosen.sort_values("rank", kind="stable")["factor"]))
