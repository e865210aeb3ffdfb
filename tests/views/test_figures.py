"""The whole way: a small batch of the real model, its tables equal whatever the processes, its figures and words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from PIL import Image

from model.experiments.batch import run_batch
from model.experiments.batch_file import read_plan
from model.views import charts
from model.views.figures import KINDS, batch_figures
from model.views.plot import plot
from model.views.read import Results, ViewError
from model.views.style import SOFT, family_labels, scenario_looks
from model.views.words import chronicle, effects_table

TABLES = (
    *("runs.csv", "runs.parquet", "monthly.parquet", "actors.parquet", "exports.parquet", "events.parquet"),
    *("control.parquet", "summary.csv", "effects.csv"),
)


def notes(figure: Figure) -> dict[str, str]:
    """What :func:`model.views.style.title_of` wrote on the figure: title and footnote."""
    return dict(vars(figure)["pangwa"])


def batch(
    folder: Path,
    files: Sequence[str] = ("status_quo", "engage_kia"),
    *,
    jobs: int = 1,
    replicates: int | None = 3,
    sets: Sequence[str] = ('world="tests/tiny"', "months=14"),
) -> Path:
    plan = read_plan(
        list(files),
        replicates=replicates,
        base_seed=0,
        reference=None,
        sets=sets,
        record=(),
        command=["test"],
    )
    report = run_batch(plan, folder, jobs=jobs, quiet=True)
    assert report.exit_code == 0
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return batch(tmp_path_factory.mktemp("results") / "one")


def test_tables_are_the_same_bytes_with_two_processes(folder: Path, tmp_path: Path) -> None:
    other = batch(tmp_path / "two", jobs=2)
    for name in TABLES:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def test_the_first_replicates_do_not_depend_on_how_many_there_are(folder: Path, tmp_path: Path) -> None:
    fewer = pd.read_csv(batch(tmp_path / "fewer", replicates=2) / "runs.csv")
    more = pd.read_csv(folder / "runs.csv")
    pd.testing.assert_frame_equal(fewer, more[more["replicate"] < 2].reset_index(drop=True))


def test_every_kind_of_figure_is_drawn_with_its_title_in_the_file(folder: Path) -> None:
    paths = batch_figures(folder)
    assert {path.name for path in paths} == {f"{kind}.{suffix}" for kind in KINDS for suffix in ("png", "svg")}
    for path in paths:
        if path.suffix == ".png":
            with Image.open(path) as picture:
                assert "Pangwa" in str(picture.info["Software"])
                assert picture.info["Title"]
                assert np.asarray(picture.convert("L")).std() > 5, "an empty picture"


def test_svg_bytes_do_not_change(folder: Path, tmp_path: Path) -> None:
    one = plot(folder, kind="exports", formats=["svg"], out=tmp_path / "a")
    two = plot(folder, kind="exports", formats=["svg"], out=tmp_path / "b")
    assert one[0].read_bytes() == two[0].read_bytes()


def test_lines_and_bands_are_the_quantiles_they_claim(folder: Path) -> None:
    results = Results.open(folder)
    figure = charts.exports(results)
    monthly = results.frame("monthly", ["scenario", "month", "exports_t_china_official"])
    part = monthly[(monthly["scenario"] == "status_quo") & (monthly["month"] == 9)]["exports_t_china_official"]
    line = np.asarray(figure.axes[0].get_lines()[0].get_xydata(), dtype=float)
    assert line[line[:, 0] == 9][0, 1] == pytest.approx(part.median())
    assert [("months since" in axis.get_xlabel()) for axis in figure.axes] == [False, False, True, True]
    assert "t REO" in figure.axes[0].get_ylabel() and "t REO" in figure.axes[2].get_ylabel()
    edges = next(c for c in figure.axes[0].collections if isinstance(c, PolyCollection)).get_paths()[0].vertices
    at_nine = np.asarray(edges)[np.asarray(edges)[:, 0] == 9][:, 1]
    assert at_nine.min() == pytest.approx(part.quantile(0.1))
    assert at_nine.max() == pytest.approx(part.quantile(0.9))


def test_a_figure_of_some_scenarios_counts_their_runs_and_keeps_the_reference_and_colours(folder: Path) -> None:
    whole = Results.open(folder)
    part = whole.only(["engage_kia"])
    assert "of 3 runs a scenario" in notes(charts.exports(part))["footnote"]
    figure = charts.effects(part, pd.read_csv(folder / "effects.csv"))
    assert "against status_quo" in notes(figure)["title"]
    assert part.reference == whole.reference == "status_quo"
    colours = {line.get_color() for line in figure.axes[0].get_lines()} - {SOFT}
    assert colours == {scenario_looks(["status_quo", "engage_kia"])["engage_kia"].colour}


def test_effects_carry_the_units_of_their_outcomes(folder: Path) -> None:
    table = pd.read_csv(folder / "effects.csv")
    shown = ["exports_t_china", "china_share_of_exports"]
    figure = charts.effects(Results.open(folder), table, shown)
    assert [axis.get_xlabel() for axis in figure.axes] == ["t REO", "percentage points"]
    chosen = (table["scenario"] == "engage_kia") & (table["outcome"] == "china_share_of_exports")
    marks = [
        np.asarray(line.get_xdata(), dtype=float) for line in figure.axes[1].get_lines() if line.get_marker() == "D"
    ]
    assert marks[0][0] == pytest.approx(100 * float(table.loc[chosen, "mean"].iloc[0]))


def test_scenarios_of_unequal_length_are_each_shown_at_their_own_end(tmp_path: Path) -> None:
    for name, months in (("short", 6), ("long", 14)):
        text = f'extends = "status_quo"\nmonths = {months}\nworld = "tests/tiny"\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    files = [str(tmp_path / "short.toml"), str(tmp_path / "long.toml")]
    folder = batch(tmp_path / "out", files, replicates=2, sets=[])
    results = Results.open(folder)
    assert results.ends == {"short": 6, "long": 14}
    rows = results.frame("control", ["scenario", "month"]).astype({"scenario": str})
    expected = int((rows["month"] == rows["scenario"].map(results.ends)).sum())
    assert len(results.at_end("control", ["place"])) == expected > 0
    assert {path.stem for path in batch_figures(folder, ("png",))} == set(KINDS)


def test_a_sweep_has_a_row_for_each_design_point(tmp_path: Path) -> None:
    request = tmp_path / "troops.toml"
    request.write_text(
        'scenarios = ["status_quo", "engage_kia"]\nreplicates = 2\n[sweep]\n"actors.KIA.troops" = [8000, 14000]\n',
        encoding="utf-8",
    )
    folder = batch(tmp_path / "out", [str(request)], replicates=None, sets=['world="tests/tiny"', "months=3"])
    figure = charts.effects(Results.open(folder), pd.read_csv(folder / "effects.csv"), ["deaths_fighters_all"])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["engage_kia, troops 8000", "engage_kia, troops 14000"]
    told = effects_table(folder)
    assert "engage_kia, actors.KIA.troops = 8000" in told and "engage_kia, actors.KIA.troops = 14000" in told


def test_families_lent_to_unknown_actors_bear_their_names() -> None:
    assert family_labels(["JUNTA", "EAO-01", "PDF-01"]) == {
        "junta": "Junta and its militias",
        "kia": "EAO-01",
        "pdf": "People's Defence Forces",
        "nobody": "Nobody, or others",
    }


def test_what_is_not_there_is_refused_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(ViewError, match="did you mean 'KIA'"):
        plot(folder, kind="control", actor=["KAI"])
    with pytest.raises(ViewError, match="did you mean 'effects'"):
        plot(folder, kind="effect")
    with pytest.raises(ViewError, match="did you mean 'exports_t_quad'"):
        plot(folder, kind="effects", outcome=["exports_t_qad"])
    with pytest.raises(ViewError, match="other than the reference"):
        plot(folder, kind="effects", scenario=["status_quo"])


def test_the_table_of_effects_shows_intervals_n_and_the_reference(folder: Path) -> None:
    text = effects_table(folder)
    assert "against status_quo" in text
    assert "n    3" in text
    assert max(map(len, text.splitlines())) <= 130


def test_the_chronicle_keeps_what_weighs_most_and_says_what_it_left_out() -> None:
    events = pd.DataFrame(
        {
            "date": [f"2026-{month:02d}" for month in range(1, 13)],
            "kind": ["siege_begun"] * 10 + ["town_taken", "federal_settlement"],
            "text": [f"event {number}" for number in range(12)],
        }
    )
    told = chronicle(events, most=4)
    assert "event 10" in told and "event 11" in told
    assert "(8 lesser events are left out)" in told
