"""Licences and taxes on ore: equations by hand, and what a revenue maximiser settles on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.armed import ore
from model.dynamics.mining import profitability
from model.dynamics.netback import TradeParameters
from model.state import CHINA_INFORMAL, CHINA_OFFICIAL, ORE
from tests.dynamics.chain import JUNTA, KIA, Chain
from tests.world_of_policy import small

RULES = Chain().run_of.rules

# licences


def test_a_licence_by_hand() -> None:
    assert ore.licensed(1.0, 0.2) == 1
    assert ore.licensed(0.0, 0.2) == pytest.approx(0.2)
    assert ore.licensed(0.5, 0.2) == pytest.approx(0.6)


def test_a_holder_licenses_its_own_mines_alone() -> None:
    chain = Chain()
    chain.quote()
    chain.state.lanes[:, ORE], chain.quotes.licence[:] = 0.25, -1.0
    chain.actors["licence_when_closed"][KIA] = 0.4
    ore.license_mines(chain.data, KIA)
    assert chain.quotes.licence == pytest.approx([0.55, 0.55, 0.55, -1.0])


# taxes


def expected(tax: float) -> float:
    return ore.expected_tax(tax, 150_000.0, 120_000.0, 90_000.0, 150_000.0, RULES)


def test_expected_revenue_of_a_tonne_by_hand() -> None:
    assert expected(0.0) == 0
    official, past = 150_000 - 50_000, 120_000 - 0.3 * 50_000
    dodge = min(1 - np.exp(-0.4 * 50_000 / 150_000), 1 / (1 + np.exp((official - past) / 10_000)))
    paying = (1 - dodge) * profitability(official, 90_000.0, 0.2) + dodge * 0.3 * profitability(past, 90_000.0, 0.2)
    assert expected(50_000.0) == pytest.approx(50_000 * paying)


@given(st.floats(0.0, 120_000.0))
def test_nobody_expects_more_than_the_tax(tax: float) -> None:
    assert 0 <= expected(tax) <= tax


def best_tax(elasticity: float = 0.4, before: float = 150_000.0) -> float:
    """What the KIA settles on if a tonne earns that much before tax at each of its mines."""
    chain = Chain(trade_parameters=TradeParameters(smuggling_elasticity=elasticity))
    chain.quote()
    chain.state.bid[:] = before
    chain.quotes.tax[:] = 0.0
    chain.quotes.net_back[:, CHINA_OFFICIAL], chain.quotes.net_back[:, CHINA_INFORMAL] = before, before - 30_000
    ore.set_ore_tax(chain.data, KIA)
    return float(chain.state.ore_tax[KIA])


def test_a_revenue_maximiser_takes_part_of_the_margin() -> None:
    assert 20_000 < best_tax() < 60_000
    assert best_tax(before=105_000.0) < best_tax()
    assert best_tax(elasticity=3.0) < best_tax()


def test_it_takes_the_best_of_the_grid() -> None:
    chain = Chain()
    chain.month()
    ore.set_ore_tax(chain.data, KIA)
    table, bid = chain.trade_parameters, ore.best_bid(chain.data, KIA)
    grid = np.linspace(0.0, table.tax_grid_max, table.tax_grid_steps)
    revenue = [ore.expected_revenue(chain.data, KIA, tax, bid) for tax in grid]
    assert chain.state.ore_tax[KIA] == pytest.approx(grid[int(np.argmax(revenue))])
    assert max(revenue) > 0


def test_the_tax_it_settles_on_depends_on_its_mines_and_not_on_todays_tax() -> None:
    found = []
    for yuan in (0.0, 60_000.0):
        chain = Chain()
        chain.state.ore_tax[:] = yuan
        chain.quote()
        ore.set_ore_tax(chain.data, KIA)
        found.append(chain.state.ore_tax[KIA])
        ore.set_ore_tax(chain.data, JUNTA)
        assert chain.state.ore_tax[JUNTA] == 0, "it has no mines"
    assert found[0] == found[1] > 0


def test_only_who_taxes_for_revenue_reviews_its_tax() -> None:
    fixed, free = small(), small('actors.KIA.ore_tax_rule="revenue_maximising"')
    kia = fixed.world.force_index["KIA"]
    for model in (fixed, free):
        model.step()
        model.state.ore_tax[kia] = 1.0
        model.run.agents.armed[kia].set_ore_tax()
    assert fixed.state.ore_tax[kia] == 1.0
    assert free.state.ore_tax[kia] > 1.0
