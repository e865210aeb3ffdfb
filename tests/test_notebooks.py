"""The notebooks run from any folder, keep their pictures, and leave nothing behind where they are run."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PATIENCE = 600
"""Seconds for a cell: machines that test are busy."""


def pictures(notebook: nbformat.NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def test_there_is_a_notebook_for_each_thing_to_learn() -> None:
    names = {path.stem for path in NOTEBOOKS}
    assert names == {"first_run", "comparing_policies", "tweaking_an_agent", "reading_results", "own_actor"}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_elsewhere_and_draws_what_it_keeps(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    kept = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    NotebookClient(fresh, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    assert pictures(fresh) == pictures(kept) >= 1
    assert list(tmp_path.iterdir()) == []
    errors = [o for cell in kept.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert errors == []
