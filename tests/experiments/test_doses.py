"""Parameters varied one at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.experiments.batch_file import read_plan
from model.experiments.doses import dose_table, doses_of, trend_table, unchanged
from model.experiments.errors import PlanError
from model.experiments.evidence import LOWERS, RAISES, SMALL, effect_words
from model.experiments.results import RunTable
from model.output.units import number
from model.scenario.files import shipped_batches
from model.scenario.read import load_scenario
from model.views.doses import doses_text, draw_doses, finding

ARMS, SANCTIONS = (f"united_states.instruments.{name}.level" for name in ("arms", "sanctions"))
TOWNS = "townships_held_kia"


def batch(replicates: int = 9) -> RunTable:
    """Towns rise by 2 for each step of arms, do not follow sanctions, and money falls with sanctions but for one step."""
    arms, money = {0.1: 2.0, 1.0: 4.0, 10.0: 6.0}, {0.1: -1.0, 1.0: 12.0, 10.0: -30.0}
    points = [(np.nan, np.nan), *((level, np.nan) for level in arms), *((np.nan, level) for level in money)]
    rows = [
        {
            "scenario": "doses", "point": point, "replicate": replicate, ARMS: first, SANCTIONS: second,
            TOWNS: 10.0 + replicate + arms.get(first, 0.0) + 0.1 * ((replicate + point) % 3),
            "revenue_usd_junta": 1e6 * (100.0 + replicate + money.get(second, 0.0)) + 0.1 * ((replicate + point) % 3),
        }
        for point, (first, second) in enumerate(points)
        for replicate in range(replicates)
    ]  # fmt: skip
    return RunTable("d", pd.DataFrame(rows), 0, (TOWNS, "revenue_usd_junta"), (ARMS, SANCTIONS), {"reference": "doses"})


def test_each_dose_is_compared_with_the_scenario_as_it_is() -> None:
    runs = batch()
    assert unchanged(runs) == 0
    assert doses_of(runs) == {ARMS: [(0.1, 1), (1.0, 2), (10.0, 3)], SANCTIONS: [(0.1, 4), (1.0, 5), (10.0, 6)]}
    table = dose_table(runs, [TOWNS])
    effects = table[table["path"] == ARMS]["effect"].tolist()
    assert effects == pytest.approx([2, 4, 6], abs=0.2)
    assert (table["n"] == 9).all() and (table[table["path"] == ARMS]["effect_low95"] > 1).all()


def test_trends_tell_what_rises_what_falls_and_whether_at_every_step() -> None:
    trends = trend_table(batch(), [TOWNS, "revenue_usd_junta"]).set_index(["outcome", "path"])
    assert trends.loc[(TOWNS, ARMS), "mean"] == pytest.approx(6, abs=0.3)
    told = trends[["verdict", "monotone"]].to_dict("index")
    assert told[TOWNS, ARMS] == {"verdict": RAISES, "monotone": True}
    assert told[TOWNS, SANCTIONS] == {"verdict": SMALL, "monotone": False}
    assert told["revenue_usd_junta", SANCTIONS]["verdict"] == LOWERS, "of an amount that it changes by a twentieth"
    assert not told["revenue_usd_junta", SANCTIONS]["monotone"]


def test_the_table_and_the_sentence_give_dollars_and_trends() -> None:
    runs, scenario = batch(), load_scenario("doses")
    table, trends = dose_table(runs, [TOWNS]), trend_table(runs, [TOWNS])
    told = doses_text(table, trends, scenario)
    assert "arms for KIA: raises it" in told and "sanctions for JUNTA: no effect larger than 1 township" in told
    assert "25 million USD per month" in told and "250 million USD per month" in told
    said = finding(trends, [TOWNS], scenario)
    row = trends[trends["path"] == ARMS].iloc[0]
    assert f"arms for KIA: {effect_words(row)}. sanctions for JUNTA: no effect larger than what matters on" in said
    assert f"[{number(row['low95'])}, {number(row['high95'])}]" in said
    figure = draw_doses(table, trends, [TOWNS], scenario)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["arms for KIA", "sanctions for JUNTA"]
    assert all(axes.get_xscale() == "log" for axes in figure.axes)


def test_a_batch_that_varies_nothing_by_itself_is_refused() -> None:
    crossed = batch().frame.assign(**{ARMS: 1.0})
    with pytest.raises(PlanError, match="one_at_a_time"):
        doses_of(RunTable("d", crossed, 0, (TOWNS,), (ARMS, SANCTIONS), {}))


def test_the_shipped_batch_covers_a_hundredfold_range_around_each_precedent(tmp_path: Path) -> None:
    plan = read_plan([str(shipped_batches()["doses"])], replicates=1)
    values: dict[str, list[float]] = {}
    for point in plan.points[1:]:
        ((path, text),) = point
        values.setdefault(path, []).append(float(text))
    assert plan.points[0] == () and len(values) == 5
    assert all(max(levels) / min(levels) == pytest.approx(100) and 1.0 in levels for levels in values.values())
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('scenarios = ["doses"]\n[one_at_a_time]\n"united_states.instruments.arms.level" = 3\n')
    with pytest.raises(PlanError, match=r"one_at_a_time\.united_states.*must be a list of values"):
        read_plan([str(wrong)])
