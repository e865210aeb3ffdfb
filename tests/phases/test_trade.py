"""The ore in the month: who taxes and licenses it, what the tax does, what China depends on (rows S4 and S6-S8)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from model.dynamics import combat, trade
from model.dynamics.handover import hand_over
from model.model import RareEarthModel
from model.output.outcomes import compute
from model.phases import trade as trade_phases
from model.phases import war as phases
from model.phases.readings import tax_terms, taxes_per_tonne
from model.state import CHINA_OFFICIAL
from tests.dynamics.chain import Chain, shaken_chains
from tests.world_of_policy import run, small

FORCED = 'forcing=[{name="mines",kind="holder",target="TSAWLAW-MINES",actor="KIA",start="2025-10",end="2025-10"}]'


def of_tsawlaw(model: RareEarthModel) -> int:
    return model.world.mine_ids.index("TSAWLAW")


def test_who_takes_a_mine_changes_its_tax_its_work_its_licence_and_its_gate() -> None:
    sets = (
        "processes.combat.posts_on_capture=1",
        "actors.KIA.licence_when_closed=0.2",
        "actors.NDA-K.licence_when_closed=0.9",
    )
    model = small(*sets)
    kia, militia = (model.world.force_index[name] for name in ("KIA", "NDA-K"))
    mine, state = of_tsawlaw(model), model.state
    state.lanes[:, 0] = 0.5

    def quote() -> trade.Quote:
        terms = trade_phases._terms(model)
        return trade.quote(model.chain, state, terms, 1.0, reagent_ratio=model.p.mining.reagent_ratio)

    model.open_month()
    before, licence, operating = quote(), trade_phases._licences(model)[mine], state.operating[mine]
    assert before.holder[mine] == militia
    assert hand_over(model.ground, state, int(model.world.mine_place[mine]), kia, 0.1)
    after = quote()
    assert (before.tax[mine], after.tax[mine]) == (20_000.0, 35_000.0)
    assert trade_phases._licences(model)[mine] < licence
    # The KIA's own gate was an enemy's to the militia's ore, which had to go by the militia's.
    keeper = state.holder[model.world.crossing_place]
    assert keeper[before.crossing[mine, CHINA_OFFICIAL]] == militia
    assert keeper[after.crossing[mine, CHINA_OFFICIAL]] == kia
    trade_phases.mine_and_trade(model)
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
    terms, kia = tax_terms(model), model.world.force_index["KIA"]
    assert terms[0][kia] == trade.TAX_RULES.index(model.armed[kia].parameters.ore_tax_rule)
    return float(terms[1][kia])


def test_the_tax_reacts_to_smuggling_where_it_is_set_for_revenue_and_only_there() -> None:
    rule, dodge = 'actors.KIA.ore_tax_rule="revenue_maximising"', "processes.trade.smuggling_elasticity={}"
    honest, dodging = (tax_after(4, rule, dodge.format(elasticity)) for elasticity in (0, 3))
    assert 0 < dodging < honest
    assert tax_after(4, dodge.format(0)) == tax_after(4, dodge.format(3)) == 35_000.0
    early = tax_after(4, rule, "processes.trade.tax_review_months=24", "actors.KIA.ore_tax_yuan_per_t=1234")
    assert early != 1234.0  # the first review is in the first month


def test_a_share_of_the_value_follows_the_price_and_a_price_reading_leaves_a_fifth() -> None:
    shares = [small('actors.KIA.ore_tax_rule="ad_valorem"') for _ in range(2)]
    shares[1].state.market.price_ore *= 1.5
    kia = shares[0].world.force_index["KIA"]
    cheap, dear = (float(taxes_per_tonne(model)[kia]) for model in shares)
    assert dear > 1.4 * cheap > 0
    price = small('structure.tax_reading="price"')
    assert taxes_per_tonne(price)[kia] == pytest.approx(7_000.0)
    reactive = small('structure.tax_reading="price"', 'actors.KIA.ore_tax_rule="revenue_maximising"')
    assert taxes_per_tonne(reactive)[kia] == 35_000.0  # nobody ever invoiced what it sets for revenue


def test_two_readings_of_chinas_dependence_are_shares_of_what_was_recorded() -> None:
    model = run(small(months=12))
    monthly, found = model.recorder.monthly, compute(model.recorder)
    ours = (monthly["exports_t_china_official"] + monthly["exports_t_china_informal"])[1:].sum()
    others, quota = monthly["other_origins_t"][1:].sum(), monthly["china_quota_t"][1:].sum()
    assert quota == pytest.approx(12 * model.p.market.domestic_quota)
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


@given(chain=shaken_chains())
@settings(max_examples=60, deadline=None)
def test_without_a_mine_no_ore_revenue(chain: Chain) -> None:
    # Transit apart, which the keeper of a gate takes.
    chain.month()
    state, offer = chain.state, chain.reports["offer"]
    keeper = state.holder[chain.world.crossing_place[offer.crossing[:, CHINA_OFFICIAL]]]
    transit = offer.transit * state.flows.ore[:, CHINA_OFFICIAL] / chain.market_parameters.yuan_per_usd
    for actor in range(3):
        if not (offer.holder == actor).any():
            assert state.flows.tax_usd[actor] == pytest.approx(transit[keeper == actor].sum())


def test_posts_fall_in_weeks_and_the_town_behind_them_is_besieged_for_months() -> None:
    model = small("processes.combat.urban_noise=0.1")
    state, place = model.state, model.world.find_place("T10")  # Bhamo, held by the junta
    kia = model.world.force_index["KIA"]
    state.troops[kia, place] = 4 * state.troops[model.junta, place]
    posts = [int(state.posts[place])]
    orders = combat.Orders(np.array([kia]), np.array([place]), np.zeros(state.troops.shape))
    for month in range(4):
        state.month = model.month = month
        model.open_month()
        phases.fight(model, orders)
        posts.append(int(state.posts[place]))
    assert posts[0] >= 10 and posts[2] <= posts[0] // 2
    assert state.holder[place] == model.junta
    assert state.attacker[place] == kia
