"""Money and arms: income, expenses and purchases of armed actors.

Income (USD per month) of actor ``f`` with sanctions ``S``, share ``v`` that the civil budget takes, levy ``t``
per consenting person, aid ``A``::

    income = max(outside - S, 0) (1 - v) + t consenting + sites and tolls held + tax on ore + A

Aircraft have been paid when they flew (:func:`flights_paid_for`): nobody flies what it cannot pay. Services come next, as chosen
(:mod:`agents.armed.budget`); aid for services adds to what the actor spends, and none of it can be spent on anything else, but the
share that slips through the donor's fingers. Then the actor sets money aside for arms (rule: :mod:`agents.armed.budget`). The rest
goes into training and kit of those recruited last month, and upkeep; fighters who are not paid desert and fight worse. Arms become
dearer the more of them are bought in a month::

    marginal price = p (1 + q / D),   D = depth fighters leash,   so that   q = D (sqrt(1 + 2 M / (p D)) - 1)

with ``q`` the arms that the money ``M`` buys; the leash is ``1 - dependence pressure``. The rest is kept. Patrons' arms and those of
allies come on top. Arms last until they are used up in fights or lost (:mod:`model.dynamics.combat`, :mod:`model.dynamics.capture`).
Every transfer has two legs: the treasuries' and the outside's. Form and rates are assumed unless a source is given.

Order in a month: :func:`open_books`, the actors' choice of services, :func:`collect`, the actors' choice of arms,
:func:`settle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from model.arrays import ArrayGroup, Floats, Ints, per
from model.compile import compiled
from model.dynamics.front import fighters_of, is_at_war
from model.dynamics.people import consenting
from model.dynamics.taxes import gate_price, tax_per_tonne
from model.parameters import ParameterTable, parameter
from model.state import GOODS


class BudgetParameters(ParameterTable):
    """Prices and rates of war economies."""

    toll_rate: float = parameter(0.02, low=0.0, high=0.1, unit="0-1")
    """Toll on goods and others' ore at a crossing."""
    arms_price_usd: float = parameter(2_500.0, low=500.0, high=10_000.0, unit="USD")
    """Price of arming one fighter, including ammunition."""
    arms_depth: float = parameter(0.03, low=0.005, high=0.2, unit="1/month", status="weakly identified")
    """Monthly arms purchases relative to fighters at which the price doubles. Source: SOURCES P36, wider; the
    junta's imports of 37 million USD per month lie within the resulting range (SOURCES V149)."""
    reserve_months: float = parameter(6.0, low=1.0, high=24.0, unit="months")
    """Months of expenses that an actor keeps in reserve."""
    sortie_usd: float = parameter(250_000.0, low=50_000.0, high=1.5e6, unit="USD")
    """Cost of a month of air support for one battle: fuel, bombs, repairs. Source: assumed: a dozen strikes at
    10,000 to 30,000 USD each."""
    airlift_usd: float = parameter(400_000.0, low=100_000.0, high=1.5e6, unit="USD")
    """Cost of supplying a garrison from the air for a month. Source: assumed: two flights per day at 7,000 USD."""
    recruit_usd: float = parameter(500.0, low=100.0, high=2_000.0, unit="USD")
    """Cost of training and equipping a recruit, without arms. Source: assumed: four to five months of upkeep."""
    revenue_floor_usd: float = parameter(2e5, low=1e4, high=5e6, unit="USD/month")
    """Minimum revenue used as the unit of utilities."""
    revenue_memory: float = parameter(0.1, low=0.01, high=1.0, unit="1/month")
    """Weight of this month in the running mean of revenue."""
    service_cost_usd: float = parameter(0.6, low=0.05, high=10.0, unit="USD/person/month")
    """Spending that provides full services."""


@dataclass
class Books(ArrayGroup):
    """Accounts of the month, rewritten every month in the same arrays; all (F,). Compiled code takes them as ``run.books``."""

    fighters: Ints = per("F")
    """Fighters when the books are opened."""
    level: Floats = per("F")
    """0-1, level of services that each actor chooses to pay for (written by ``choose_services``)."""
    arms_usd: Floats = per("F")
    """USD that each sets aside for arms (written by ``buy_arms``)."""
    aid: Floats = per("F")
    """USD from patrons."""
    earmarked: Floats = per("F")
    """USD of that aid that must go into services."""
    arms_given: Floats = per("F")
    """Fighter equivalents from patrons and allies."""
    sanctions: Floats = per("F")
    """USD of outside revenue lost to sanctions and tariffs."""
    income: Floats = per("F")
    """USD from all sources."""
    services: Floats = per("F")
    """USD paid for services."""
    upkeep: Floats = per("F")
    """USD owed to fighters, and for the training of last month's recruits."""
    paid: Floats = per("F")
    """USD paid of that."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def toll(goods: float, openness: float, rate: float) -> float:
    """USD per month from ``goods`` (million USD per month) that pass a gate."""
    return goods * 1e6 * openness * rate


@compiled
def outside_revenue(usual: float, sanctions: float, civil_share: float) -> float:
    """USD per month from outside the map, less what sanctions take and the share of the civil budget."""
    return max(usual - sanctions, 0.0) * (1.0 - civil_share)


@compiled
def flights_paid_for(wanted: float, usd: float, cost: float) -> float:
    """Flights of those wanted that the money in hand pays for.

    Args:
        wanted: fights supported or garrisons supplied.
        usd: money in hand.
        cost: of one, USD.
    """
    return min(wanted, max(usd, 0.0) / cost) if cost > 0.0 else wanted


@compiled
def cost_of_services(level: float, people: float, earmarked: float, full_cost: float) -> float:
    """USD spent on services: earmarked aid, and own money for what it leaves of the chosen level up to full services."""
    full = people * full_cost
    return earmarked + min(level * full, max(full - earmarked, 0.0))


@compiled
def worth_of_money(usd: float, revenue: float, horizon: float) -> float:
    """What a windfall or a loss is worth, months of an actor's own revenue: it levels off at the horizon.

    Args:
        usd: USD a month.
        revenue: the actor's own, USD a month.
        horizon: months.
    """
    return horizon * usd / (usd + revenue)


@compiled
def arms_bought(usd: float, depth: float, price: float) -> float:
    """Fighter equivalents that a sum buys in a month; each is dearer than the one before.

    Args:
        usd: the sum.
        depth: arms at which one more costs twice the price; none can be had where it is 0.
        price: of the first, USD.
    """
    return depth * (sqrt(1.0 + 2.0 * usd / (price * depth)) - 1.0) if depth > 0.0 and usd > 0.0 else 0.0


@compiled
def running_revenue(before: float, income: float, rules: Any) -> float:
    """USD per month, running mean of income, at least the floor."""
    return max((1.0 - rules.revenue_memory) * before + rules.revenue_memory * income, rules.revenue_floor_usd)


@compiled
def duties(run: Any, credibility: float) -> float:
    """USD that US tariffs, and the chill of threatened ones, cost the junta this month.

    Args:
        run: the run.
        credibility: of US threats, 0-1.
    """
    us, all_targets = run.rules.united_states, run.policy[len(run.actors)]
    return us.tariff_usd * (all_targets.tariff + us.threat_chill * (credibility * all_targets.tariff_threat))


# process --------------------------------------------------------------------------------------------------------------


@compiled
def open_books(run: Any, credibility: float, support: float, beijing: bool) -> None:
    """Count fighters and write down what patrons give and sanctions take; nothing is chosen yet.

    Args:
        run: the run.
        credibility: of US threats, 0-1.
        support: USD that Beijing gives the junta this month.
        beijing: whether there is a Beijing that pays its clients.
    """
    books, us, rules = run.books, run.rules.united_states, run.rules.beijing
    useful = 1.0 - us.agency_slack
    for a in range(len(run.actors)):
        books.fighters[a] = fighters_of(run, a)
        books.level[a], books.arms_usd[a] = 0.0, 0.0
        given = run.policy[a]
        books.aid[a] = us.aid_usd * given.aid
        books.earmarked[a] = useful * books.aid[a]
        books.arms_given[a] = us.arms_usd * useful * given.arms / us.arms_fighter_usd
        books.sanctions[a] = us.sanctions_usd * given.sanctions - us.relief_usd * given.sanctions_relief
        if a == run.land.junta:
            books.sanctions[a] += duties(run, credibility)
            books.aid[a] += support
        if beijing:
            books.aid[a] += rules.patron_usd * run.state.dealings.patron[a]
    arm_allies(run)


@compiled
def arm_allies(run: Any) -> None:
    """Suppliers share what they give equally among the allies at war that Beijing lets them supply."""
    forces = len(run.actors)
    for supplier in range(forces):
        gives, supplied = run.actors[supplier].arms_for_allies, 0
        if gives <= 0.0:
            continue
        for ally in range(forces):
            supplied += 1 if supplies(run, supplier, ally) else 0
        for ally in range(forces):
            if supplies(run, supplier, ally):
                run.books.arms_given[ally] += gives / supplied


@compiled
def supplies(run: Any, supplier: int, ally: int) -> bool:
    """Whether the first actor arms the second this month."""
    state = run.state
    allied = ally != supplier and state.stance[supplier, ally] == 1
    return allied and state.dealings.supplies[supplier, ally] and is_at_war(run, ally)


@compiled
def collect(run: Any) -> None:
    """Collect the month's income; pay services as far as the money goes, and count what is owed to fighters."""
    books, state, rules = run.books, run.state, run.rules.budgets
    local_revenue(run)
    for a in range(len(run.actors)):
        who = run.actors[a]
        outside = outside_revenue(who.outside_revenue_usd, books.sanctions[a], who.civil_share)
        levies = who.population_tax_usd * consenting(run, a)
        books.income[a] = outside + levies + books.income[a] + state.flows.tax_usd[a] + books.aid[a]
        wanted = cost_of_services(books.level[a], state.people[a], books.earmarked[a], rules.service_cost_usd)
        books.services[a] = min(max(wanted, 0.0), in_hand(run, a))
        books.upkeep[a] = who.upkeep_usd * books.fighters[a] + rules.recruit_usd * state.recruits[a]


@compiled
def in_hand(run: Any, a: int) -> float:
    """USD that an actor has this month: treasury and income, less what its aircraft have cost."""
    return run.state.treasury[a] + run.books.income[a] - run.state.tally.air_usd[a]


@compiled
def local_revenue(run: Any) -> None:
    """Write to ``books.income`` what actors draw from the sites and tolls of the places they hold."""
    income, land, state = run.books.income, run.land, run.state
    for a in range(len(income)):
        income[a] = 0.0
    for p in range(len(state.holder)):
        if state.holder[p] >= 0:
            income[state.holder[p]] += land.rent_site[p]
    for x in range(len(land.crossing_place)):
        keeper = state.holder[land.crossing_place[x]]
        if keeper >= 0:
            income[keeper] += toll(land.crossing_capacity[x, GOODS], state.lanes[x, GOODS], run.rules.budgets.toll_rate)


@compiled
def depth_of_market(run: Any, a: int) -> float:
    """Arms bought by an actor in a month at which one more costs twice the price."""
    leash = 1.0 - run.state.dependence[a] * run.state.pressure[a]
    return run.rules.budgets.arms_depth * max(run.books.fighters[a], 1) * leash


@compiled
def settle(run: Any) -> None:
    """Buy arms as far as money and market allow, pay fighters what is left, up to their due; close the accounts of the month."""
    books, state, tally, rules = run.books, run.state, run.state.tally, run.rules.budgets
    for a in range(len(run.actors)):
        left = in_hand(run, a) - books.services[a]
        money = min(max(books.arms_usd[a], 0.0), left)
        bought = arms_bought(money, depth_of_market(run, a), rules.arms_price_usd)
        money = money if bought > 0.0 else 0.0
        books.paid[a] = min(books.upkeep[a], left - money)
        state.treasury[a] = left - money - books.paid[a]
        state.arms[a] += bought + books.arms_given[a]
        tally.arms_gained[a] += bought + books.arms_given[a]
        tally.income[a] += books.income[a]
        tally.spent[a] += tally.air_usd[a] + books.services[a] + books.paid[a] + money
        state.paid[a] = books.paid[a] / max(books.upkeep[a], 1e-9) if books.upkeep[a] > 0.0 else 1.0
        state.revenue[a] = running_revenue(state.revenue[a], books.income[a], rules)


@compiled
def reckon_rents(run: Any) -> None:
    """Write to ``plans.rent`` the USD per month that a holder draws from each place: sites, tolls, the present tax on ore."""
    rent, land, state, rules = run.plans.rent, run.land, run.state, run.rules
    for p in range(len(rent)):
        rent[p] = land.rent_site[p]
    for x in range(len(land.crossing_place)):
        goods = land.crossing_capacity[x, GOODS]
        rent[land.crossing_place[x]] += toll(goods, state.lanes[x, GOODS], rules.budgets.toll_rate)
    price = gate_price(state.market.price_ore, rules.market)
    for m in range(len(land.mine_place)):
        holder = state.holder[land.mine_place[m]]
        usd = tax_per_tonne(run, holder, price) / rules.market.yuan_per_usd if holder >= 0 else 0.0
        at_work = max(state.operating[m], rules.mining.capture_operating)
        rent[land.mine_place[m]] += usd * state.capacity[m] * at_work


@compiled
def expect_revenue(run: Any) -> None:
    """Set revenue to what each actor can count on as things stand, at least the floor: outside, levies, rents."""
    state = run.state
    reckon_rents(run)
    for a in range(len(run.actors)):
        who, local = run.actors[a], 0.0
        for p in range(len(state.holder)):
            local += run.plans.rent[p] if state.holder[p] == a else 0.0
        outside = outside_revenue(who.outside_revenue_usd, 0.0, who.civil_share)
        income = outside + who.population_tax_usd * consenting(run, a) + local
        state.revenue[a] = max(income, run.rules.budgets.revenue_floor_usd)
