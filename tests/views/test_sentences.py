"""Sentences of the brief, of what binds, of flips, tables of comparisons and single runs, held to the tables they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from model.api.single import SingleRun
from model.cli.tell import one_run_words
from model.experiments.compare import compare
from model.experiments.evidence import FEW, RAISES, SMALL_UP
from model.experiments.results import RunTable
from model.experiments.trust import score_sentence, scores_of
from model.experiments.windows import CENSORED, period_of
from model.output.units import number
from model.views import brief, brief_answers
from model.views.answers import comparison_text
from model.views.binds import ACTOR_COLUMNS, EXPORT_COLUMNS, MONTHLY_COLUMNS, binding_parts
from model.views.differences import _moved, map_words
from model.views.explain import unanswered_words
from model.views.read import Results
from model.views.tournament import finding as who_wins

ORE, INDIA, INCOME = "exports_t_china", "exports_t_quad", "revenue_usd_junta_all"
TITLES = {"base": "As it is", "policy": "A road", "other": "Aid"}


def results() -> Results:
    made = Results(
        "r", manifest={"reference": "base", "prose": {name: {"title": text} for name, text in TITLES.items()}}
    )
    made.titled = True
    runs = pd.DataFrame({"run_id": list("abc"), "scenario": list(TITLES), "replicate": 0, "point": 0})
    made.__dict__.update(runs=runs, ends=dict.fromkeys(TITLES, 60))
    return made


def runs_of(**values: Sequence[float]) -> RunTable:
    """Twelve replicates; the reference lies at 1,000 in every outcome, and policies at the values given."""
    rows = []
    for replicate in range(12):
        usual = dict.fromkeys((ORE, INDIA, INCOME, "bhamo_months_held"), 1000.0)
        rows.append({"scenario": "base", "point": 0, "replicate": replicate, **usual})
        for name, some in values.items():
            rows.append(rows[-1] | {"scenario": name, ORE: 1000.0 + some[replicate], INDIA: 1000.0 - some[replicate]})
    frame = pd.DataFrame(rows)
    return RunTable("r", frame, 0, tuple(frame.columns[3:]), ())


def spread(mean: float, sd: float) -> list[float]:
    values = np.linspace(-1, 1, 12)
    return list(mean + sd * values / values.std(ddof=1))


def test_an_answer_of_the_brief_gives_level_change_interval_and_share_by_title() -> None:
    runs = runs_of(policy=spread(300, 30), other=spread(10, 5))
    effects = compare(runs, runs.outcomes, "base")
    (said,) = brief._said(results(), effects, ORE, "Ore")
    found = effects[effects["outcome"] == ORE].set_index("scenario").to_dict("index")
    assert [row["verdict"] for row in found.values()] == [RAISES, SMALL_UP]
    ends = f"[{number(found['policy']['low95'])}, {number(found['policy']['high95'])}]"
    assert said.startswith(f"Ore: 1,000 t REO under “As it is”. “A road” raises it by 300 t REO {ends}, 30%; ")
    small = f"[{number(found['other']['low95'])}, {number(found['other']['high95'])}]"
    assert said.endswith(f"; “Aid” raises it by 10 t REO {small}, 1%, less than the 50 that would matter.")
    (lowered,) = brief._said(results(), effects, INDIA, "Ore to India")
    assert f"“A road” lowers it by 300 t REO {ends}, 30%" in lowered


def test_months_until_a_fall_say_in_how_many_runs_there_is_one() -> None:
    effects = pd.DataFrame({"scenario": ["policy"], "outcome": "bhamo_fallen", "reference_mean": 0.65})
    said = brief._period(results(), effects, "bhamo_months_held")
    assert said == "60 where it does not; falls in 65% of runs"
    assert brief._period(results(), effects, ORE) == "last 12 months"


def test_what_is_promised_and_arrives_is_the_sum_over_months() -> None:
    rows = pd.DataFrame({"target": ["JUNTA", "KIA"], "unit": "USD", "months_due": 60, "promised": 2e6, "arrives": 1e6})
    (said,) = brief_answers.paid_to(results(), {"policy": rows}, "JUNTA", "the junta")
    assert said.startswith("“A road” promises the junta 120 million USD, of which 60 arrive")


def test_a_flip_says_the_change_under_each_answer_and_where_the_runs_cannot_tell() -> None:
    runs = runs_of(policy=spread(300, 30))
    up, unsure = (compare(one, one.outcomes, "base") for one in (runs, runs_of(policy=spread(30, 400))))
    part = pd.concat([up.assign(answer="waits"), unsure.assign(answer="closes")])
    part = part[part["outcome"] == ORE]
    assert part["verdict"].tolist() == [RAISES, FEW]
    lowered = compare(runs_of(policy=spread(-200, 30)), [ORE], "base")
    assert brief_answers._sentence(results(), part, lowered) == (
        "“A road” lowers ore to China by 200 t REO. In 12 runs for each answer, it raises it by 300 if Beijing waits "
        "and has no clear effect if Beijing closes."
    )
    only = brief_answers._sentence(results(), part[part["answer"] == "closes"], lowered)
    assert only.endswith(" In 12 runs for each answer, it has no clear effect if Beijing closes.")
    unknown = compare(runs_of(policy=spread(30, 400)), [ORE], "base")
    assert brief_answers._sentence(results(), part, unknown).startswith(
        "“A road” has no clear effect on ore to China. "
    )


def test_what_binds_is_read_from_the_months() -> None:
    monthly = pd.DataFrame(0.0, index=range(12), columns=list(MONTHLY_COLUMNS))
    monthly = monthly.assign(run_id="a", month=range(1, 13), date="2026-01", capacity_t=100.0, ore_offered_t=100.0)
    monthly = monthly.assign(road_wanted_t=80.0, road_planned_t=20.0, road_built_t=20.0, road_binds="size")
    monthly = monthly.assign(road_gate=1.0, road_security=1.0, road_season=1.0, road_ore_trips=1.0, exports_t_quad=20.0)
    actors = pd.DataFrame("a", index=range(12), columns=list(ACTOR_COLUMNS))
    actors = actors.assign(month=range(1, 13), actor="KIA", mine_capacity_t=40.0)
    actors = actors.assign(ceasefire_worth=-3.0, ceasefire_worth_junta=2.0)
    exports = pd.DataFrame([(12, "KIA", "quad", 15.0), (12, "UWSA", "quad", 5.0)], columns=list(EXPORT_COLUMNS))
    means = pd.DataFrame({"kind": ["offtake", "brokering"], "target": "KIA", "due": 12, "taken": 6.0})
    tables = {"monthly": monthly, "actors": actors, "exports": exports, "instruments": means}
    holds = "held back most by the planned capacity of the road (20 t per month)."
    assert binding_parts(lambda table, columns: tables[table][list(columns)]) == [
        f"Of 80 t per month that mines would send to India, 20 t go (2026-01 to 2026-01), {holds}",
        "Of the ore that goes to India, 75% comes from mines of the KIA and 25% comes from mines of the UWSA.",
        "A contract with the KIA covers the mines that it holds, 40% of the country's capacity; others sell without one.",
        "The KIA and the junta sign no ceasefire: it would cost the KIA 3 months of revenue.",
    ]


def test_who_answered_no_offer_of_a_run_is_said_and_who_answered_late_is_not() -> None:
    rows = pd.DataFrame(
        {"kind": ["aid", "arms", "training"], "target": ["KIA", "KIA", "NUG"], "due": 24, "no_target": 0}
    )
    rows["waiting"] = [24.0, 24.0, 5.0]
    assert unanswered_words(rows) == [
        "The KIA has not answered the US offer of aid and arms in the 24 months in which it stood."
    ]


def test_a_run_says_that_it_is_no_effect_and_what_would_be() -> None:
    run = SimpleNamespace(
        heading="engage_kia\n24 months; parameters: central values", scenario=SimpleNamespace(name="engage_kia")
    )
    said = one_run_words(cast(SingleRun, run))
    assert said.startswith("One run (central values)") and said.endswith("pangwa batch status_quo engage_kia")


def test_towns_of_the_map_are_judged_by_the_rule_of_evidence_over_replicates() -> None:
    then = np.full((24, 3), "JUNTA")
    now = then.copy()
    now[:, 0], now[:3, 1] = "KIA", "KIA"
    one = _moved(now, then, np.arange(24), 0)
    assert one["mean"].tolist() == [1.0, 0.125, 0.0] and one["n"].tolist() == [24] * 3
    averaged = _moved(now, then, np.arange(24) // 2, 0)
    assert averaged["n"].tolist() == [12] * 3, "design points of a replicate are no further pairs"
    table = pd.DataFrame({"verdict": [RAISES, FEW]})
    assert map_words({"A road": table}, 3) == (
        "Of 3 towns, the final holder changes more often than chance explains in 1 under A road"
    )


@pytest.mark.parametrize("sets", [1, 6])
def test_tables_of_comparisons_fit_the_page_and_say_what_months_until_stand_for(sets: int) -> None:
    runs = runs_of(policy=spread(300, 30))
    frame = runs.frame.rename(columns={INDIA: "displaced_person_months"}).assign(vector=runs.frame["replicate"] % sets)
    table = compare(RunTable("r", frame, 0, tuple(frame.columns[3:7]), ()), tuple(frame.columns[3:7]), "base")
    text = comparison_text(table)
    assert max(map(len, text.splitlines())) <= 100
    assert f"bhamo_months_held: {CENSORED}" in text and period_of("bhamo_months_held") == CENSORED


def test_who_wins_whatever_the_answer_is_read_from_the_standings() -> None:
    common: dict[str, Any] = {"outcome": ORE, "better": "less", "rank": [1, 2] * 2, "policy": ["policy", "base"] * 2}
    said = who_wins(pd.DataFrame(common | {"answer": ["waits", "waits", "closes", "closes"]}))
    assert said.startswith("Best, or tied for best, under every answer: policy for less ore to China")
    common["policy"] = ["policy", "base", "base", "policy"]
    said = who_wins(pd.DataFrame(common | {"answer": ["waits", "waits", "closes", "closes"]}))
    assert said.startswith("The best policy depends on the answer for less ore to China")


def test_the_sentence_on_trust_quotes_the_scores_of_the_world() -> None:
    scores = scores_of("myanmar")
    assert scores is not None
    said = score_sentence(scores)
    assert all(value[:10] in said for name, value in scores.items() if name in ("commit", "version", "command"))
