"""The ore in the month: who taxes and licenses it, what the tax does, what China depends on (rows S4 and S6-S8)."""

from __future__ import annotations

import numpy as np
import pytest

from agents.buyers import ChineseBuyer
from model.dynamics.handover import hand_over
from model.dynamics.netback import NO_BID, quote
from model.dynamics.taxes import gate_price, tax_per_tonne
from model.model import RareEarthModel
from model.output.outcomes import compute
from model.phases import trade as trade_phases
from model.phases import war as phases
from model.phases.calendar import open_month
from model.state import CHINA_OFFICIAL
from tests.dynamics.fronts import order
from tests.world_of_policy import present, run, small

FORCED = 'forcing=[{name="mines",kind="holder",target="TSAWLAW-MINES",actor="KIA",start="2025-10",end="2025-10"}]'


def of_tsawlaw(model: RareEarthModel) -> int:
    return model.world.mine_ids.index("TSAWLAW")


def test_who_takes_a_mine_changes_its_tax_its_work_its_licence_and_its_gate() -> None:
    sets = (
        "actors.KIA.licence_when_closed=0.2",
        "actors.NDA-K.licence_when_closed=0.9",
    )
    model = small(*sets)
    kia, militia = (model.world.force_index[name] for name in ("KIA", "NDA-K"))
    mine, state = of_tsawlaw(model), model.state
    state.lanes[:, 0] = 0.5

    open_month(model.run)
    quote(model.run.data)
    quotes = model.run.quotes
    before, operating = (
        (quotes.holder[mine], quotes.tax[mine], quotes.crossing[mine, CHINA_OFFICIAL]),
        state.operating[mine],
    )
    trade_phases.license_mines(model.run, trade_phases.holders_of_mines(model.run))
    licence = quotes.licence[mine]
    assert (before[0], licence) == (militia, pytest.approx(1 - 0.5 * 0.1))
    assert hand_over(model.run.data, int(model.world.mine_place[mine]), kia)
    trade_phases.mine_and_trade(model.run)
    assert (before[1], quotes.tax[mine]) == (20_000.0, 35_000.0)
    assert quotes.licence[mine] == pytest.approx(1 - 0.5 * 0.8)
    # The KIA's own gate was an enemy's to the militia's ore, which had to go by the militia's.
    keeper = state.holder[model.world.crossing_place]
    assert keeper[before[2]] == militia
    assert keeper[quotes.crossing[mine, CHINA_OFFICIAL]] == kia
    assert state.operating[mine] < operating


def test_a_forced_change_of_hands_moves_the_revenue() -> None:
    kept, taken = run(small(months=3)), run(small(FORCED, months=3))
    kia = kept.world.force_index["KIA"]
    assert taken.recorder.actors["ore_revenue_usd"][-1, kia] > 0
    sellers = [model.recorder.exports for model in (kept, taken)]
    mine = of_tsawlaw(kept)
    assert {row[2] for row in sellers[1] if row[1] == mine and row[0] == 3} == {kia}
    assert kia not in {row[2] for row in sellers[0] if row[1] == mine and row[0] <= 3}


def tax_after(months: int, *sets: str) -> float:
    model = run(small(*sets, months=months))
    return float(model.state.ore_tax[model.world.force_index["KIA"]])


def test_the_tax_reacts_to_smuggling_where_it_is_set_for_revenue_and_only_there() -> None:
    rule, dodge = 'actors.KIA.ore_tax_rule="revenue_maximising"', "processes.trade.smuggling_elasticity={}"
    honest, dodging = (tax_after(4, rule, dodge.format(elasticity)) for elasticity in (0, 3))
    assert 0 < dodging < honest
    assert tax_after(4, dodge.format(0)) == tax_after(4, dodge.format(3)) == 35_000.0
    early = tax_after(1, rule, "actors.KIA.ore_tax_yuan_per_t=1234")
    assert early != 1234.0


def tax_of(model: RareEarthModel, actor: int) -> float:
    price = gate_price(float(model.state.market.price_ore), model.run.rules.market)
    return float(tax_per_tonne(model.run.data, actor, price))


def test_a_share_of_the_value_follows_the_price_and_a_price_reading_leaves_a_fifth() -> None:
    shares = [small('actors.KIA.ore_tax_rule="ad_valorem"') for _ in range(2)]
    shares[1].state.market.price_ore *= 1.5
    kia = shares[0].world.force_index["KIA"]
    cheap, dear = (tax_of(model, kia) for model in shares)
    assert dear > 1.4 * cheap > 0
    price = small('structure.tax_reading="price"')
    assert tax_of(price, kia) == pytest.approx(7_000.0)
    reactive = small('structure.tax_reading="price"', 'actors.KIA.ore_tax_rule="revenue_maximising"')
    assert tax_of(reactive, kia) == 35_000.0  # nobody ever invoiced what it sets for revenue


def test_two_readings_of_chinas_dependence_are_shares_of_what_was_recorded() -> None:
    model = run(small(months=12))
    monthly, found = model.recorder.monthly, compute(model.recorder)
    ours = (monthly["exports_t_china_official"] + monthly["exports_t_china_informal"])[1:].sum()
    others, quota = monthly["other_origins_t"][1:].sum(), monthly["china_quota_t"][1:].sum()
    assert quota == pytest.approx(12 * model.run.parameters.market.domestic_quota)
    assert found["china_dependence_imports"] == pytest.approx(ours / (ours + others))
    assert found["china_dependence_heavy"] == pytest.approx(ours / (ours + others + quota))
    kia = model.world.force_index["KIA"]
    assert found["ore_revenue_usd_kia"] == pytest.approx(model.recorder.actors["ore_revenue_usd"][1:, kia].sum())
    assert (found["ore_revenue_usd_kia"] or 0.0) > 0


def test_others_replace_the_ore_that_a_closure_keeps_back_and_terbium_rises() -> None:
    shut = 'forcing=[{name="shut",kind="close_lanes",target="China",start="2025-08",value=0.0}]'
    opened, closed = (compute(run(small(*sets, months=24)).recorder) for sets in ((), (shut,)))
    for name in ("price_tb_yuan_per_kg", "other_origins_t"):
        assert closed[name] > opened[name]  # type: ignore[operator]
    assert closed["china_dependence_imports"] < opened["china_dependence_imports"]  # type: ignore[operator]
    fixed = ("processes.market.ramp_others=0.02", "processes.market.elasticity_others=0")
    unmoved = compute(run(small(shut, *fixed, months=24)).recorder)
    assert unmoved["other_origins_t"] < closed["other_origins_t"]  # type: ignore[operator]


# who decides


def test_beijing_tells_buyers_and_withholds_reagent_and_nobody_does_without_it() -> None:
    model = small()
    run_of, told = model.run, model.run.quotes.beijing
    usual = run_of.scenario.quad.embargo_reagent
    trade_phases.consult_beijing(run_of)
    assert (told["outbid"], told["embargo"]) == (1.0, usual)
    run_of.policy["offtake"][0] = 0.5
    trade_phases.consult_beijing(run_of)
    assert told["outbid"] == pytest.approx(1 + (present(model.run.agents.beijing).parameters.outbid_cap - 1) / 2)
    present(model.run.agents.beijing).remove()
    trade_phases.consult_beijing(run_of)
    assert (told["outbid"], told["embargo"]) == (1.0, usual)


def test_every_buyer_bids_and_invests_and_who_has_left_does_not() -> None:
    model = small()
    quotes = model.run.quotes
    run(model, 1)
    assert (quotes.factor > 0).all() and quotes.invested.sum() > 0
    gone = model.run.agents.buyers[0]
    gone.remove()
    run(model, 1)
    assert quotes.factor[gone.index] == NO_BID
    assert (np.delete(quotes.factor, gone.index) > 0).all()
    for buyer in list(model.run.agents.buyers):
        buyer.remove()
    run(model, 1)
    assert (quotes.factor == NO_BID).all() and not quotes.invested.any()
    assert model.state.bid.max() > 0, "dealers still take ore"


def test_where_nobody_licenses_work_goes_on_as_far_as_the_lane_is_open() -> None:
    model = small("actors.KIA.licence_when_closed=1")
    model.state.lanes[:, 0] = 0.3
    kia, quotes = model.world.force_index["KIA"], model.run.quotes
    trade_phases.mine_and_trade(model.run)
    theirs = quotes.holder == kia
    assert theirs.any() and (quotes.licence[theirs] == 1).all()
    model.run.agents.armed[kia].remove()
    trade_phases.mine_and_trade(model.run)
    assert quotes.licence[theirs] == pytest.approx(0.3)


def test_plug_in_classes_override_any_decision_on_ore() -> None:
    model = small('actors.KIA.ore_tax_rule="revenue_maximising"', 'structure.mine_stop="both"')
    kia, quotes = model.world.force_index["KIA"], model.run.quotes

    class Idle(type(model.run.agents.armed[kia])):  # type: ignore[misc]
        def license_mines(self) -> None:
            self.run.quotes.licence[self.run.quotes.holder == self.index] = 0.0

        def set_ore_tax(self) -> None:
            self.run.state.ore_tax[self.index] = 1_234.0

    class Generous(ChineseBuyer):
        def bid(self) -> None:
            self.run.quotes.factor[self.index] = 3.0

        def invest(self) -> None:
            self.run.quotes.invested[-1] += 7.0

    model.run.agents.armed[kia].__class__ = Idle
    for buyer in model.run.agents.buyers:
        buyer.__class__ = Generous
    run(model, 1)
    theirs = quotes.holder == kia
    assert theirs.any() and not model.state.operating[theirs].any()
    assert model.state.ore_tax[kia] == 1_234.0
    assert (quotes.factor == 3.0).all()
    assert quotes.invested[-1] == 7.0 * len(model.run.agents.buyers) and not quotes.invested[:-1].any()


def test_posts_fall_in_weeks_and_the_town_behind_them_is_besieged_for_months() -> None:
    model = small("processes.combat.urban_noise=0.1")
    state, place = model.state, model.world.find_place("T10")  # Bhamo, held by the junta
    kia = model.world.force_index["KIA"]
    state.troops[kia, place] = 4 * state.troops[model.run.land.junta, place]
    posts = [int(state.posts[place])]
    for month in range(4):
        state.month = month
        open_month(model.run)
        order(model.run, (kia, place))
        phases.fight(model.run)
        posts.append(int(state.posts[place]))
    assert posts[0] >= 10 and posts[2] <= posts[0] // 2
    assert state.holder[place] == model.run.land.junta
    assert state.attacker[place] == kia
