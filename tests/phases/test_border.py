"""Beijing in the month: talks in Kunming, patronage, answers to US dealings (rows S5, S11 and S15 of the article)."""

from __future__ import annotations

import numpy as np
import pytest

from model.model import RareEarthModel
from model.phases import border as border_phases
from model.state import GOODS, ORE, REAGENT
from tests.world_of_policy import WATCHFUL, WILLING, instrument, present, run, small, told

TALKATIVE = ("beijing.talks_hazard=1", "processes.diplomacy.precision=6")


def shut_out(*sets: str) -> RareEarthModel:
    """The KIA with all its lanes shut, in a year in which China lacks ore."""
    model = small("processes.ground.run_in_months=0", *sets)
    kia = model.world.force_index["KIA"]
    gates = model.state.holder[model.world.crossing_place] == kia
    model.state.lanes[gates & model.world.chinese_crossings] = 0.0
    model.state.market.shortage = 0.6
    return model


def kia_lanes(model: RareEarthModel, lane: int) -> np.ndarray:
    held = model.state.holder[model.world.crossing_place] == model.world.force_index["KIA"]
    assert (held & model.world.chinese_crossings).any()
    return model.state.lanes[held & model.world.chinese_crossings, lane]


def test_lanes_reopen_for_a_signature_and_stay_shut_without_talks() -> None:
    model = shut_out(*TALKATIVE)
    border_phases.negotiate(model.run)
    assert told(model, "talks") and told(model, "deal")
    assert (kia_lanes(model, ORE) == 1).all()
    silent = shut_out("beijing.talks_hazard=0")
    border_phases.negotiate(silent.run)
    assert not told(silent, "talks")
    assert (kia_lanes(silent, ORE) == 0).all()


def test_a_deal_lowers_the_tax_while_it_holds() -> None:
    model = shut_out(*TALKATIVE, "actors.KIA.review_months=2")
    kia, cut = model.world.force_index["KIA"], present(model.run.agents.beijing).parameters.tax_cut
    border_phases.negotiate(model.run)
    assert model.state.dealings.tax_cut[kia] == cut
    for _ in range(2):
        border_phases.negotiate(model.run)
    assert model.state.dealings.tax_cut[kia] == 0


@pytest.mark.parametrize("core", [False, True])
def test_only_towns_outside_the_core_are_handed_back(core: bool) -> None:
    sets = ['actors.KIA.core=["T01","T02","T03","T08"]'] if core else []
    sets += [f"actors.KIA.weight_{what}=0.0" for what in ("population", "home")]
    model = shut_out(*TALKATIVE, *sets, "beijing.weight_offensive=8", "actors.KIA.federal_preference=-3")
    kia = model.world.force_index["KIA"]
    model.state.offensive[kia] = model.state.pressure[kia] = 1.0
    model.run.plans.danger[:] = 1.5  # war endangers all
    border_phases.negotiate(model.run)
    assert model.state.dealings.halted[kia]
    assert model.state.stance[kia, model.run.land.junta] == 0
    assert bool(told(model, "town_returned")) is not core


def test_patronage_makes_a_group_dependent_and_its_gates_safe() -> None:
    model = shut_out(
        *TALKATIVE, "beijing.patronage_offer=1", "actors.KIA.autonomy_cost=0", "actors.KIA.review_months=60"
    )
    kia = model.world.force_index["KIA"]
    before = model.state.dependence[kia]
    border_phases.negotiate(model.run)
    border_phases.negotiate(model.run)
    assert model.state.dealings.patron[kia] == 1
    assert model.state.dependence[kia] > before
    assert any("on the terms that the UWSA has" in text for text in told(model, "deal"))
    alone = shut_out(*TALKATIVE, "actors.KIA.autonomy_cost=0")
    border_phases.negotiate(alone.run)
    assert alone.state.dealings.patron[kia] == 0


DEALINGS = (*WATCHFUL, *WILLING, instrument("recognition", "KIA"), instrument("offtake", "KIA"))


@pytest.mark.parametrize(("answer", "lanes"), [("closes_border", (0, 1, 2)), ("squeezes_reagent", (REAGENT,))])
def test_an_answer_shuts_what_it_says_for_as_long_as_the_us_deals_with_the_kia(answer: str, lanes: tuple[int]) -> None:
    model = run(small(*DEALINGS, f"beijing.answer={answer}", "beijing.weight_us_link=0", "beijing.close_base=-8"), 4)
    assert model.run.policy["link"][model.world.force_index["KIA"]] > 0.5
    for lane in (ORE, REAGENT, GOODS):
        shut = (kia_lanes(model, lane) == 0).all()
        assert shut if lane in lanes else not shut
    embargo = present(model.run.agents.beijing).embargo(0.0, model.run.policy["link"][:-1])
    assert embargo == (1.0 if answer == "squeezes_reagent" else 0.0)


def test_outbidding_raises_bids_and_a_world_without_dealings_knows_no_answer() -> None:
    answers = (), ("beijing.answer=outbids", "beijing.outbid_cap=1.5")
    usual, outbid = (run(small(*DEALINGS, *sets), 2) for sets in answers)
    assert outbid.state.bid.max() > 1.2 * usual.state.bid.max()
    quiet = [run(small(f"beijing.answer={answer}", months=6)) for answer in ("own", "closes_border", "outbids")]
    tables = [model.recorder.result().tables["monthly"].drop_columns(["run_id"]) for model in quiet]
    assert tables[0].equals(tables[1]) and tables[0].equals(tables[2])


def test_a_deal_is_logged_with_what_was_agreed_on_and_a_broken_halt_makes_it_void() -> None:
    model = shut_out(*TALKATIVE, "beijing.weight_offensive=8", "actors.KIA.federal_preference=-3")
    kia, state = model.world.force_index["KIA"], model.state
    state.offensive[kia] = state.pressure[kia] = 1.0
    model.run.plans.danger[:] = 1.5
    border_phases.negotiate(model.run)
    assert "The KIA and Beijing hold talks in Kunming, and reach an agreement" in told(model, "talks")
    agreed = [text for text in told(model, "deal") if text.startswith("The KIA and Beijing agree: ")]
    assert len(agreed) == 1 and "the KIA ceases fire with the junta" in agreed[0]
    assert state.pressure[kia] == 0
    state.stance[kia, model.run.land.junta] = state.stance[model.run.land.junta, kia] = -1
    border_phases.negotiate(model.run)
    assert told(model, "deal_broken") == ["The KIA attacks the junta again, and its agreement with Beijing is void"]


def test_peoples_defence_forces_are_not_talked_with() -> None:
    model = small("beijing.talks_hazard=1", "actors.PDF-SAGAING.dependence_on_china=0.5")
    pool = model.world.force_index["PDF-SAGAING"]
    model.state.offensive[:] = 1.0
    border_phases.negotiate(model.run)
    assert model.run.stakes.invited[pool]
    assert all(event[3] != "PDF-SAGAING" for event in model.run.events)
    assert told(model, "talks")


def test_battles_at_the_border_shut_gates_and_each_holder_is_told_of_once() -> None:
    model = small("beijing.weight_offensive=8", "beijing.close_base=0")
    run_, kia = model.run, model.world.force_index["KIA"]
    model.state.lanes[run_.land.chinese] = 1.0
    run_.battles.place[:2] = np.flatnonzero(run_.land.beijing_cares)[0]
    run_.battles.leader[:2], run_.battles.result["count"] = kia, 2
    model.state.offensive[kia] = 1.0
    border_phases.react_at_border(run_)
    assert model.state.offensive[kia] == 1.0 and model.state.pressure[kia] > 0
    assert (kia_lanes(model, ORE) == 0).all()
    shut = [text for text in told(model, "gates_shut") if "held by the KIA" in text]
    assert len(shut) == 1 and shut[0].startswith("Beijing closes crossings held by the KIA to ore, reagent and goods: ")
    assert len(told(model, "lane_closed")) == int(run_.border.count["lanes"])


def test_suppliers_that_stop_are_told_of_before_those_that_begin_again() -> None:
    model = small("beijing.transmission=1", "actors.UWSA.arms_for_allies=80")
    run_, index, state = model.run, model.world.force_index, model.state
    uwsa, kia, pool = index["UWSA"], index["KIA"], index["PDF-SAGAING"]
    for ally in (kia, pool):
        state.stance[uwsa, ally] = state.stance[ally, uwsa] = 1
    for month in range(40):
        state.month, state.offensive[pool], state.pressure[pool], state.dependence[uwsa] = month, 1.0, 1.0, 1.0
        state.dealings.supplies[uwsa, [kia, pool]] = False, True
        run_.events.clear()
        border_phases.react_at_border(run_)
        if told(model, "supply_back") and told(model, "supply_cut"):
            break
    assert [event[-1] for event in run_.events if event[2].startswith("supply_")] == [
        "The UWSA stops supplying arms to the PDF of Sagaing, under pressure from Beijing",
        "The UWSA supplies arms to the KIA again",
    ]
