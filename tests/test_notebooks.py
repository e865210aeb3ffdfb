"""The notebooks run from any folder, keep their pictures, and leave nothing behind where they are run."""

from __future__ import annotations

import ast
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
    lessons = {
        "first_run",
        "comparing_policies",
        "tweaking_an_agent",
        "reading_results",
        "own_actor",
        "own_world",
        "other_libraries",
        "mesa_model",
    }
    assert names == lessons


def imported(cell: str) -> set[str]:
    """Modules of ours that a cell imports."""
    found: set[str] = set()
    python = "\n".join(line for line in cell.splitlines() if not line.startswith("%"))  # IPython's commands are none
    for node in ast.walk(ast.parse(python)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return {name for name in found if name.split(".")[0] in ("agents", "model", "pangwa")}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_imports_from_more_than_one_module_of_ours(path: Path) -> None:
    assert imported("%matplotlib inline\nimport pangwa, os\nfrom model.run import Run") == {"pangwa", "model.run"}
    # A cell that writes a file is that file, with whatever a file of that kind imports.
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    modules = [imported(cell) for cell in cells if not cell.startswith("%%writefile")]
    assert any(modules)
    assert [found for found in modules if len(found) > 1] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_elsewhere_and_draws_what_it_keeps(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # A notebook has a backend of its own, which shows what pyplot draws.
    monkeypatch.delenv("MPLBACKEND", raising=False)
    kept = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    NotebookClient(fresh, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    assert pictures(fresh) == pictures(kept) >= 1
    assert list(tmp_path.iterdir()) == []
    errors = [o for cell in kept.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert errors == []
