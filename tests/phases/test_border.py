"""Beijing in the month: talks in Kunming, threats, patronage, answers to US dealings (rows S5, S11 and S15 of the article)."""

from __future__ import annotations

import numpy as np
import pytest

from model.dynamics.border import GOODS_LANE, ORE_LANE, REAGENT_LANE
from model.model import RareEarthModel
from model.phases import border as border_phases
from model.phases.readings import at_peace, link_with_us
from model.phases.trade import mine_and_trade
from tests.world_of_policy import WATCHFUL, WILLING, instrument, run, small, told

TALKATIVE = ("beijing.talks_hazard=1", "processes.bargain.precision=6")


def shut_out(*sets: str) -> RareEarthModel:
    """The KIA with all its lanes shut, in a year in which China lacks ore."""
    model = small(*sets)
    kia = model.world.force_index["KIA"]
    gates = model.state.holder[model.world.crossing_place] == kia
    model.state.lanes[gates & model.world.chinese_crossings] = 0.0
    model.state.market.shortage = 0.6
    return model


def kia_lanes(model: RareEarthModel, lane: int) -> np.ndarray:
    held = model.state.holder[model.world.crossing_place] == model.world.force_index["KIA"]
    return model.state.lanes[held & model.world.chinese_crossings, lane]


def no_prospects(model: RareEarthModel) -> np.ndarray:
    return np.zeros((len(model.armed), len(model.armed) + 1))


def test_lanes_reopen_for_a_signature_and_stay_shut_without_talks() -> None:
    model = shut_out(*TALKATIVE)
    border_phases.negotiate(model, no_prospects(model))
    assert told(model, "talks") and told(model, "deal")
    assert (kia_lanes(model, ORE_LANE) == 1).all()
    silent = shut_out("beijing.talks_hazard=0")
    border_phases.negotiate(silent, no_prospects(silent))
    assert not told(silent, "talks")
    assert (kia_lanes(silent, ORE_LANE) == 0).all()


def test_a_deal_lowers_the_tax_while_it_holds() -> None:
    model = shut_out(*TALKATIVE, "beijing.deal_months=2", "beijing.weight_cheap_ore=3")
    kia, cut = model.world.force_index["KIA"], model.beijing.parameters.tax_cut
    border_phases.negotiate(model, no_prospects(model))
    assert model.state.dealings.tax_cut[kia] == cut
    for _ in range(2):
        border_phases.negotiate(model, no_prospects(model))
    assert model.state.dealings.tax_cut[kia] == 0


@pytest.mark.parametrize("core", [False, True])
def test_only_towns_outside_the_core_are_handed_back(core: bool) -> None:
    sets = ['actors.KIA.core=["T01","T02","T03","T08"]'] if core else []
    sets += [f"actors.KIA.weight_{what}=0.0" for what in ("population", "road", "home")]
    model = shut_out(*TALKATIVE, *sets, "beijing.weight_offensive=8", "actors.KIA.federal_preference=-3")
    kia = model.world.force_index["KIA"]
    model.state.offensive[kia] = model.state.pressure[kia] = 1.0
    model.state.losses_year[:] = 0.3  # all are weary
    border_phases.negotiate(model, no_prospects(model))
    assert model.state.dealings.halted[kia]
    assert model.state.stance[kia, model.junta] == 0
    assert bool(told(model, "town_returned")) is not core


def test_a_threatened_stop_of_purchases_is_carried_out_and_ends() -> None:
    model = small("beijing.threat_execution=0.5")
    kia, dealings = model.world.force_index["KIA"], model.state.dealings
    dealings.threat[kia], model.state.offensive[kia] = True, 1.0
    model.state.market.shortage = 0.0
    for month in range(24):
        model.state.month = model.month = month
        border_phases._carry_out_threats(model, at_peace(model))
        if dealings.purchase[kia] < 1:
            break
    assert dealings.purchase[kia] == model.beijing.parameters.purchase_floor
    model.state.offensive[kia] = 0.0
    border_phases._carry_out_threats(model, at_peace(model))
    assert dealings.purchase[kia] == 1 and not dealings.threat[kia]


def test_less_is_bought_where_purchases_are_cut() -> None:
    def shipped(purchase: float) -> float:
        model = small("processes.trade.leak=0", "processes.trade.smuggling_elasticity=0", "processes.trade.reach_km=60")
        model.state.dealings.purchase[model.world.force_index["KIA"]] = purchase
        model.state.stock[:] = 5_000.0
        model.open_month()
        mine_and_trade(model.run)
        own = model.state.holder[model.world.mine_place] == model.world.force_index["KIA"]
        return float(model.state.flows.ore[own].sum())

    assert shipped(0.0) == 0 < shipped(0.3) < shipped(1.0)


def test_patronage_makes_a_group_dependent_and_its_gates_safe() -> None:
    model = shut_out(*TALKATIVE, "beijing.patronage_offer=1", "actors.KIA.autonomy_cost=0", "beijing.deal_months=60")
    kia = model.world.force_index["KIA"]
    before = model.profile["dependence_on_china"][kia]
    border_phases.negotiate(model, no_prospects(model))
    border_phases.negotiate(model, no_prospects(model))
    assert model.state.dealings.patron[kia] == 1
    assert model.profile["dependence_on_china"][kia] > before
    assert any("on the terms of the Wa" in text for text in told(model, "deal"))
    alone = shut_out(*TALKATIVE, "actors.KIA.autonomy_cost=0")
    border_phases.negotiate(alone, no_prospects(alone))
    assert alone.state.dealings.patron[kia] == 0


DEALINGS = (*WATCHFUL, *WILLING, instrument("recognition", "KIA"), instrument("offtake", "KIA"))


@pytest.mark.parametrize(("answer", "lanes"), [("closes_border", (0, 1, 2)), ("squeezes_reagent", (REAGENT_LANE,))])
def test_an_answer_shuts_what_it_says_for_as_long_as_the_us_deals_with_the_kia(answer: str, lanes: tuple[int]) -> None:
    model = run(small(*DEALINGS, f"beijing.answer={answer}", "beijing.weight_us_link=0", "beijing.close_base=-8"), 4)
    assert link_with_us(model)[model.world.force_index["KIA"]] > 0.5
    for lane in (ORE_LANE, REAGENT_LANE, GOODS_LANE):
        shut = (kia_lanes(model, lane) == 0).all()
        assert shut if lane in lanes else not shut
    embargo = model.beijing.embargo(0.0, link_with_us(model))
    assert embargo == (1.0 if answer == "squeezes_reagent" else 0.0)


def test_outbidding_raises_bids_and_a_world_without_dealings_knows_no_answer() -> None:
    usual, outbid = (run(small(*DEALINGS, f"beijing.answer={answer}"), 2) for answer in ("own", "outbids"))
    assert outbid.state.bid.max() > 1.2 * usual.state.bid.max()
    quiet = [run(small(f"beijing.answer={answer}", months=6)) for answer in ("own", "closes_border", "outbids")]
    tables = [model.recorder.result().tables["monthly"].drop_columns(["run_id"]) for model in quiet]
    assert tables[0].equals(tables[1]) and tables[0].equals(tables[2])


def test_the_case_is_read_off_the_month() -> None:
    model = shut_out()
    stakes = border_phases._stakes(model)
    kia = model.world.force_index["KIA"]
    assert stakes.ore_usd[kia] > 0 and stakes.goods[kia] == 1 and stakes.trades[kia] == 1
    assert 0 < stakes.ore_share[kia] <= 1
    opened = small()
    opened.state.lanes[:] = 1.0
    none = border_phases._stakes(opened)
    assert none.ore_usd[kia] == 0 and none.goods[kia] == 0
    assert none.tax_usd[kia] > 0
