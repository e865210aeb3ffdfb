"""The report's part on further analyses: pictures and tables that ``pangwa regret`` and others left in a batch's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from model.experiments.results import read_csv_table
from model.views import html
from model.views.cells import Cell, Named
from model.views.page import joined
from model.views.read import Results
from model.views.words import HEADLINES

VERBS = ("compare", "regret", "sensitivity", "discover", "sweep", "hindcast")
"""Commands whose folders inside the batch's folder are taken into the report: ``compare-status_quo/`` and the like."""
_ROWS = 40
"""Most rows of a table of an analysis; the file has the others."""
_RANKS = 5
"""Ranks that are shown of each outcome, where factors are ranked."""


def analyses(results: Results) -> Markup:
    """What the commands of analysis have left in the batch's folder: their pictures and the first rows of their tables.

    Args:
        results: a batch in a folder.
    """
    assert results.folder is not None
    found = sorted(p for p in results.folder.iterdir() if p.is_dir() and p.name.startswith(VERBS))
    return joined(_analysis(results.folder, folder) for folder in found if not _is_above(results, folder))


def _is_above(results: Results, folder: Path) -> bool:
    """Whether a folder of analysis is the comparison that the report shows as effects."""
    table = folder / "compare.csv"
    if folder.name != f"compare-{results.reference}" or not table.is_file():
        return False
    return set(read_csv_table(table, ["outcome"])["outcome"]) <= set(HEADLINES)


def _analysis(root: Path, folder: Path) -> Markup:
    parts = []
    for path in sorted(folder.glob("*.png")):
        parts.append(html.image(path.read_bytes(), html.title_of(path), f"the tables in {folder.name}/"))
    parts += [_analysis_table(root, path) for path in sorted(folder.glob("*.csv"))]
    return html.heading(folder.name) + joined(parts) if parts else Markup("")


def _analysis_table(root: Path, path: Path) -> Markup:
    """The first rows of a table; columns that are the same in all of its rows become a line below it."""
    file = path.relative_to(root).as_posix()
    frame = read_csv_table(path)
    if "rank" in frame:
        frame = read_csv_table(path, numbers=["rank"])
    if path.stem == "factors" and len(frame) > _RANKS:
        return html.source_line(f"{file} lists range, unit and status of all {len(frame)} factors.")
    first = (frame[frame["rank"] <= _RANKS] if "rank" in frame else frame).head(_ROWS)
    same = [name for name in frame if len(frame) > 1 and frame[name].nunique(dropna=False) == 1]
    named = {"factor", "meaning"} <= set(frame)
    hidden = [*same, *(["meaning"] if named else [])]
    varied = [name for name in frame if name not in hidden] or list(frame)
    records = first.to_dict("records")
    rows = [
        [
            _factor(record) if named and name == "factor" else _entry(record[name], file, line, str(name))
            for name in varied
        ]
        for line, record in zip(first.index, records, strict=True)
    ]
    ranks = f"ranks 1 to {_RANKS}, " if "rank" in frame else ""
    left = f"; {ranks}the first {len(first)} of {len(frame)} rows" if len(first) < len(frame) else ""
    told = html.told((str(name), _entry(records[0][name], file, int(first.index[0]), str(name))) for name in same)
    everywhere = html.source_line(Markup("In every row: {}.").format(told)) if same else Markup("")
    return html.table([str(column) for column in varied], rows, file + left, path.stem) + everywhere


def _factor(record: dict[Any, Any]) -> Named:
    """A parameter in words, and in small print by its name in the tables."""
    return Named(str(record["meaning"]), str(record["factor"]))


def _entry(value: Any, file: str, number: int, column: str) -> object:
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not numeric:
        return value
    return Cell(value, file, {"line": number}, column) if value == value else ""
