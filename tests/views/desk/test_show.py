"""Two runs as the page gets them: the map of every month, the log of both, and replicates by the rule of evidence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model.experiments.simulate import simulate
from model.scenario.spec import MONTHLY_MAP
from model.views.desk import many as replicates
from model.views.desk.ask import pairs_of, read_ask
from model.views.desk.show import GoneError, both_logs, played, shown

ROOT = Path(__file__).parents[3]


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.toml"
    path.write_text(f'extends = "engage_kia"\nworld = "{ROOT / "tests" / "tiny"}"\nmonths = 3\n', encoding="utf-8")
    return str(path)


def staying() -> bool:
    return False


def test_the_page_gets_every_month_of_both_runs_as_they_are_recorded(small: str) -> None:
    ((ours, theirs),) = pairs_of(read_ask({"policy": small}, (small,)), record=(MONTHLY_MAP,))
    data = shown(played(ours, staying), played(theirs, staying), "2025-08")
    assert json.loads(json.dumps(data, allow_nan=False)) is not None
    assert data["dates"] == ["Jul 2025", "Aug 2025", "Sep 2025", "Oct 2025"]
    names = [actor["id"] for actor in data["actors"]]
    for run, spec in zip(data["runs"], (ours, theirs), strict=True):
        control = simulate(spec).tables["control"].to_pandas()
        for month in range(4):
            rows = control[control["month"] == month]
            assert [names[actor] for actor in run["holder"][month]] == rows["holder"].astype(str).tolist()
            besieged = {place: names[actor] for place, actor in run["attacker"][month].items()}
            assert besieged == {k: who for k, who in enumerate(rows["attacker"].astype(str)) if who}
            towns = rows[rows["leader"].astype(str) != ""]
            assert [names[actor] for actor in run["leader"][month]] == towns["leader"].astype(str).tolist()
            np.testing.assert_allclose(run["share"][month], 100 * towns["leader_share"], atol=0.51)
    monthly = simulate(ours).tables["monthly"].to_pandas()
    china = next(curve for curve in data["curves"] if curve["key"] == "exports_t_china")
    total = monthly["exports_t_china_official"] + monthly["exports_t_china_informal"]
    assert china["values"][0] == [None, *total[1:].tolist()]


def test_who_has_left_is_not_computed_for(small: str) -> None:
    ((ours, _),) = pairs_of(read_ask({"policy": small, "seed": 9}, (small,)))
    answers = iter([False, False, True])
    with pytest.raises(GoneError):
        played(ours, lambda: next(answers))
    assert next(answers, None) is None


def test_the_log_marks_what_happens_in_one_run_alone() -> None:
    def log(*rows: tuple[int, str]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["month", "text"])
        return frame.assign(date=[f"2025-{month:02d}" for month in frame["month"]], kind="town_taken", place="")

    rows = both_logs(log((1, "a"), (2, "b"), (2, "b"), (3, "c")), log((1, "a"), (2, "b"), (5, "c"), (6, "d")))
    assert [(row["month"], row["text"], row["only"], row["other"]) for row in rows] == [
        (1, "a", "", []),
        (2, "b", "", []),
        (2, "b", "policy", []),
        (3, "c", "policy", ["2025-05"]),
        (5, "c", "reference", ["2025-03"]),
        (6, "d", "reference", []),
    ]


def test_replicates_give_progress_then_bands_and_judged_effects(small: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicates, "REPLICATES", 3)
    lines = list(replicates.many(read_ask({"policy": small, "set": ["months=2"]}, (small,)), staying, plausible=False))
    assert [line["done"] for line in lines[:-1]] == list(range(7)) and lines[0]["of"] == 6
    result = lines[-1]
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert (result["pairs"], result["failed"]) == (3, [])
    low, middle, high = result["bands"]["townships_held.KIA"]["policy"]
    assert len(low) == 3 and all(a <= b <= c for a, b, c in zip(low, middle, high, strict=True))
    assert result["effects"]["exports_t_quad"]["verdict"] in (
        "not enough runs to tell (needs at least 5 pairs)",
        "no difference",
        "no value",
    )
