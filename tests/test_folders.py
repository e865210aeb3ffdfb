"""Every kind of folder that commands leave, read by every command that reads results: a page, or a sentence, and nothing half written."""

from __future__ import annotations

import contextlib
import io
import shutil
from pathlib import Path

import pytest
import typer

from model.cli import app
from model.cli.boundary import FAULT, boundary
from model.experiments.batch import run_batch
from model.experiments.errors import StoreError
from model.experiments.results import strongest_factors
from model.experiments.trust import scores_of
from model.output.result import RunResult
from model.scenario.spec import RunSpec
from model.views.analyses import analyses
from model.views.read import Results
from tests.experiments.fakes import fake_simulate, plan, scenario
from tests.views import synthetic

READERS = {
    "report": ["report"],
    "brief": ["brief"],
    "plot": ["plot", "--format", "png"],
    "plot lanes": ["plot", "--kind", "lanes"],
    "compare": ["compare", "--no-figures"],
    "regret": ["regret", "--less", "exports_t_china", "--no-figures"],
    "csv": ["export", "--to", "csv"],
    "xlsx": ["export", "--to", "xlsx"],
    "netcdf": ["export", "--to", "netcdf"],
    "geopackage": ["export", "--to", "geopackage"],
    "geojson": ["export", "--to", "geojson"],
    "sensitivity": ["sensitivity", "status_quo", "--method", "sobol", "--dry-run", "--from"],
    "merge": ["merge", "--out", "merged"],
}
TAKEN = {("outcomes of two", "compare"), ("outcomes of two", "regret")}
TAKEN |= {(kind, name) for kind in ("outcomes of one", "outcomes of two") for name in ("csv", "xlsx", "merge")}


def outcomes_alone(spec: RunSpec) -> RunResult:
    """What runs of ``pangwa sensitivity``, ``breakeven``, ``ablate`` and ``calibrate`` keep."""
    made = fake_simulate(spec)
    outcomes = {"exports_t_china": made.outcomes["exports_t"], "townships_held_kia": made.outcomes["towns"]}
    return RunResult(outcomes, {name: table.slice(0, 0) for name, table in made.tables.items()})


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("folders")
    world = scenario(world="myanmar")
    run_batch(plan(3, a=world), place / "outcomes of one", jobs=1, quiet=True, simulate=outcomes_alone)
    run_batch(plan(3, a=world, b=world), place / "outcomes of two", jobs=1, quiet=True, simulate=outcomes_alone)
    for name in ("outcomes of one/breakeven", "above", "empty", "run"):
        (place / name).mkdir()
    (place / "outcomes of one" / "breakeven" / "breakeven.csv").write_text("point,x\n0,1\n")
    shutil.copytree(place / "outcomes of one", place / "above" / "engage")
    (place / "run" / "run.json").write_text("{}")
    return place


def said_by(words: list[str]) -> tuple[int, str]:
    """The exit code of a command, and all it says."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            with boundary():
                typer.main.get_command(app).main(args=words, prog_name="pangwa")
        except SystemExit as end:
            return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_stumbles_over_another_commands_folder(
    folders: Path, reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [path.name for path in folders.iterdir()] + ["outcomes of one/breakeven", "above/engage"]
    for kind in kinds:
        place = tmp_path / kind.replace("/", " ")
        shutil.copytree(folders, place)
        monkeypatch.chdir(place)
        code, said = said_by([*READERS[reader], kind])
        assert code != FAULT and "Traceback" not in said and said.strip(), (kind, code, said)
        assert code == (0 if (kind.replace("above/engage", "outcomes of one"), reader) in TAKEN else 2), (kind, said)
        assert not list(place.rglob("*.part*")), kind


def test_a_folder_without_results_says_where_there_are_some(folders: Path) -> None:
    assert "it contains such folders: engage" in said_by(["report", str(folders / "above")])[1]
    inside = folders / "outcomes of one" / "breakeven"
    assert f"give {inside.parent}" in said_by(["plot", str(inside)])[1]
    assert "it is the folder of a single run" in said_by(["compare", str(folders / "run")])[1]
    assert "stands in breakeven/" in said_by(["report", str(inside.parent)])[1]


@pytest.mark.parametrize(
    "entry",
    [
        '"scenarios": 5',
        '"scenarios": {"a": 5}',
        '"runs": []',
        '"runs": {"ok": "x"}',
        '"points": [5]',
        '"prose": {"a": ""}',
    ],
)
def test_a_manifest_in_another_form_is_a_sentence(folders: Path, tmp_path: Path, entry: str) -> None:
    folder = tmp_path / "x"
    shutil.copytree(folders / "outcomes of two", folder)
    (folder / "manifest.json").write_text(f"{{{entry}}}")
    for words in (["compare"], ["export", "--to", "csv"]):
        code, said = said_by([*words, str(folder)])
        assert code == 2 and "manifest.json: is damaged: " in said


DAMAGE = [
    "",
    "a,b\n1,2\n",
    '"',
    "outcome,factor,rank,mu_star\nx,y,first,much\n",
    "\0\n",
    "outcome,rank\nx,\n",
    "\udcff",
]


@pytest.mark.parametrize("text", DAMAGE)
def test_a_damaged_table_of_an_analysis_is_a_sentence(tmp_path: Path, text: str) -> None:
    folder = synthetic.write_runs(tmp_path, synthetic.make_runs(months=1, replicates=2))
    content = text.encode("utf-8", "surrogateescape")
    for name in ("sensitivity-morris/sensitivity", "regret/regret", "compare-status_quo/compare", "world/scores"):
        (folder / name).parent.mkdir()
        (folder / f"{name}.csv").write_bytes(content)
    (folder / "world" / "territories.csv").touch()
    results = Results.open(folder)
    with pytest.raises(StoreError, match=r"sensitivity\.csv: "):
        strongest_factors(folder, ["exports_t"], 3)
    with pytest.raises(StoreError, match=r"scores\.csv: is damaged"):
        scores_of(str(folder / "world"))
    with contextlib.suppress(StoreError):
        analyses(results)
    (folder / "regret" / "regret.png").write_bytes(content)
    with contextlib.suppress(StoreError):
        analyses(results)
