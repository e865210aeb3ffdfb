"""Quiet talks between Beijing and an armed group: invitation, offer, and the gain of each side.

A *package* is what the two trade: a halt of the group's war with the junta, towns handed back, a lower tax on ore, and
patronage on the terms of the Wa, against crossings that reopen (to ore with its reagent, to goods) and pressure lifted. Each
side's gain over going on without a deal:

* group, in months of its own revenue: ``U_f = ore O + d s (goods (1 - open) + halt P) - halt (V + r) - towns W
  - cut C + patron (M - autonomy)``: ``O`` revenue from ore that shut lanes cost over the horizon, ``d`` its dependence on China,
  ``P`` Beijing's pressure, ``s`` what full pressure costs one wholly dependent, ``V`` worth of its war and ``r`` its reluctance
  (all three as in :mod:`model.dynamics.diplomacy`), ``W`` worth of the towns, ``C`` revenue that the lower tax gives up, ``M``
  Beijing's money. A group that is losing, or has more to lose than to win, hands back towns that it would not when it is winning.
* Beijing, in the log-odds by which it moves lanes (:mod:`agents.beijing.lanes`): ``U_B = halt k1 offensive + t towns
  + m k3 shortage ore + l cut + k2 (1 + link) patron - l (ore + goods) - k2 link (ore + goods) / 2``; ``m`` is the
  group's share of the ore that shut lanes hold back, ``l`` the worth of a shut lane as a means of pressure.
* junta, where there is a halt: its own wish for a ceasefire (as in diplomacy, brokers and threats included), its own dependence
  on China, and the worth to it of the towns that it gets back, by the same rule as to the group.

Only towns outside a group's *core* can be traded (Geller & Moss 2008 call the others indivisible): the state, division or
zone that the constitution of 2008 names after its people. Of all packages that leave no side worse off the one with the
largest product of gains is on the table (Nash 1950); each side then signs by quantal response (McKelvey & Palfrey 1995).
The record: MNDAA, January 2025: ceasefire and Lashio for its gates; TNLA, October 2025: Mogok and Momeik; KIA, December 2024
to March 2025: ore lane for tax terms, and no Bhamo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agents.beijing.lanes import gives_answer
from agents.beijing.parameters import CLOSES_BORDER
from model.arrays import ArrayGroup, Bools, Floats, Ints, per, record, record_maker
from model.compile import compiled
from model.draws import uniform
from model.dynamics.border import shortage_of_ore
from model.dynamics.budgets import worth_of_money
from model.dynamics.diplomacy import juntas_wish, worth_of_fighting
from model.dynamics.taxes import gate_price, tax_per_tonne
from model.state import GOODS, ORE

package_record = record_maker(
    ("halt", int),  # 1: the group halts its war with the junta
    ("towns", int),  # how many of the towns asked for it hands back
    ("ore", int),  # 1: its gates reopen to ore and reagent
    ("goods", int),  # 1: its gates reopen to goods
    ("tax", int),  # 1: it lowers its tax on ore
    ("patron", int),  # 1: it takes Beijing as its patron
)
gain_record = record_maker(
    ("group", float),  # months of the group's revenue
    ("beijing", float),  # log-odds by which it moves lanes
    ("junta", float),  # months of the junta's revenue; 0 without a halt
)
case_record = record_maker(
    ("ore", float),  # ore revenue that shut lanes cost the group; 0 where none does
    ("goods", float),  # 0-1, how far the goods lanes at its gates are shut
    ("depends", float),  # dependence on China, 0-1
    ("pressure", float),  # from Beijing, 0-1
    ("war", float),  # worth of going on with its war; counts where it fights the junta
    ("fights", bool),  # whether it is at war with the junta
    ("towns", int),  # towns that could be handed back, at most; 0 where it does not fight
    ("tax", float),  # what the lower tax would cost it
    ("money", float),  # what Beijing's money would be worth to it
    ("autonomy", float),  # cost of a patron
    ("patronage", bool),  # whether patronage can be offered
    ("offensive", float),  # how much it has attacked at the border of late, 0-1
    ("shortage", float),  # China's, of ore, 0-1
    ("ore_share", float),  # 0-1, its share of all mines' capacity that shut lanes hold back
    ("link", float),  # how far the US deals with it, 0-1
    ("junta", float),  # the junta's own wish for a ceasefire with it, months of the junta's revenue
)


@dataclass
class Stakes(ArrayGroup):
    """What is at stake between Beijing and each armed actor this month, and what is on the table in the talks under way."""

    ore_usd: Floats = per("F")
    """USD a month of ore tax that shut lanes cost it."""
    ore_share: Floats = per("F")
    """0-1, share of all mines' capacity that they hold back and that is its own."""
    tax_usd: Floats = per("F")
    """USD a month of ore tax with all lanes open."""
    goods: Floats = per("F")
    """0-1, how far the goods lanes at its gates are shut."""
    trades: Bools = per("F")
    """Whether it holds a gate to China or a taxed mine."""
    invited: Bools = per("F")
    """Whom Beijing invites to talks."""
    town: Ints = per("N")
    """Towns that Beijing asks the group to hand back, in this order; the first ``case.towns`` count."""
    case: Any = record(case_record)
    """Record: what the talks are about; months of the group's revenue unless said otherwise."""
    package: Any = record(package_record)
    """Record: the package on the table."""
    gain: Any = record(gain_record)
    """Record: what each side gains from it."""
    tried: Any = record(package_record)
    """Record: a package that is weighed against the best so far."""


# equations ------------------------------------------------------------------------------------------------------------


@compiled
def minded(offensive: float, pressure: float, goods: float, ore_share: float) -> float:
    """0-1, how much of what Beijing or an actor minds is at stake.

    Args:
        offensive: 0-1, the actor's attacks at the border of late.
        pressure: 0-1, on it.
        goods: 0-1, how far the goods lanes at its gates are shut.
        ore_share: 0-1, its share of all ore that is held back.
    """
    return max(offensive, pressure, goods, ore_share)


@compiled
def courted(patron: float, depends: float, beijing: Any) -> float:
    """0-1, how much Beijing wants an actor as a client that is not one yet."""
    return max(beijing.patronage_offer - patron, 0.0) * (1.0 - depends)


@compiled
def gain_of_group(package: Any, case: Any, towns: float, diplomacy: Any, beijing: Any) -> float:
    """Months of its revenue that a group gains from a package; see the module's docstring.

    Args:
        package: the package.
        case: what is at stake.
        towns: worth of the towns that it hands back.
        diplomacy: ``rules.diplomacy``.
        beijing: ``rules.beijing``.
    """
    relief = case.depends * diplomacy.weight_sanction * (package.goods * case.goods + package.halt * case.pressure)
    patron = package.patron * beijing.patronage_offer * (case.money - case.autonomy)
    return package.ore * case.ore + relief - package.halt * case.war - towns - package.tax * case.tax + patron


@compiled
def gain_of_beijing(package: Any, case: Any, beijing: Any) -> float:
    """Log-odds that Beijing gains from a package; see the module's docstring."""
    halt = package.halt * beijing.weight_offensive * case.offensive
    ore = package.ore * beijing.weight_shortage_ore * case.shortage * case.ore_share
    gain = halt + beijing.weight_town * package.towns + ore + beijing.leverage * package.tax
    gain += beijing.weight_us_link * (1.0 + case.link) * package.patron
    gain -= beijing.weight_us_link * case.link * (package.ore + package.goods) / 2.0
    return gain - beijing.leverage * (package.ore + package.goods * case.goods)


@compiled
def gain_of_junta(package: Any, case: Any, towns: float) -> float:
    """Months of its revenue that the junta gains from a package with towns worth so much to it; see the module's docstring."""
    return case.junta + towns if package.halt > 0 else 0.0


@compiled
def is_possible(package: Any, case: Any) -> bool:
    """Whether a package trades what there is: towns go with a halt alone, lanes only where they are shut."""
    war = (case.fights or package.halt == 0) and (package.halt > 0 or package.towns == 0)
    gates = (case.ore > 0.0 or package.ore == 0) and (case.goods > 0.0 or package.goods == 0)
    return war and gates and (case.tax > 0.0 or package.tax == 0) and (case.patronage or package.patron == 0)


# what is at stake -----------------------------------------------------------------------------------------------------


@compiled
def weigh_stakes(run: Any) -> None:
    """Work out what is at stake for each armed actor.

    Args:
        run: ``stakes`` changes.
    """
    stakes = run.stakes
    for a in range(len(run.actors)):
        stakes.ore_usd[a], stakes.ore_share[a], stakes.tax_usd[a] = 0.0, 0.0, 0.0
    weigh_ore(run)
    for a in range(len(run.actors)):
        weigh_gates(run, a)


@compiled
def weigh_ore(run: Any) -> None:
    """Add up the ore that shut lanes hold back, and its tax, by holder of the mines."""
    state, land, stakes, capacity = run.state, run.land, run.stakes, 0.0
    price = gate_price(state.market.price_ore, run.rules.market)
    for mine in range(len(state.capacity)):
        capacity += state.capacity[mine]
        a, crossing = state.holder[land.mine_place[mine]], land.mine_crossing[mine]
        if a >= 0:
            blocked = 1.0 - state.lanes[crossing, ORE]
            output = state.capacity[mine] * max(state.operating[mine], run.rules.mining.capture_operating)
            usd = output * (tax_per_tonne(run, a, price) / run.rules.market.yuan_per_usd)
            stakes.ore_usd[a] += usd * blocked
            stakes.ore_share[a] += state.capacity[mine] * blocked
            stakes.tax_usd[a] += usd
    for a in range(len(run.actors)):
        stakes.ore_share[a] /= max(capacity, 1e-9)


@compiled
def weigh_gates(run: Any, a: int) -> None:
    """Work out how far an actor's gates to China are shut, and whether it has anything to trade."""
    state, land, stakes = run.state, run.land, run.stakes
    gates, to_china, opened = 0, 0, 0.0
    for crossing in range(len(land.crossing_place)):
        if state.holder[land.crossing_place[crossing]] == a:
            if land.gates_to_china[crossing]:
                gates += 1
                opened += state.lanes[crossing, GOODS]
            if land.chinese[crossing]:
                to_china += 1
    stakes.goods[a] = 1.0 - (opened / gates if gates > 0 else 1.0)
    stakes.trades[a] = to_china > 0 or stakes.tax_usd[a] > 0.0


# process --------------------------------------------------------------------------------------------------------------


@compiled
def wish_to_talk(run: Any, a: int) -> float:
    """0-1, how much of what Beijing or an actor minds is at stake, or how much Beijing wants it as a client."""
    state, stakes, beijing = run.state, run.stakes, run.rules.beijing
    if a == run.land.junta or state.dependence[a] <= 0.0:
        return 0.0
    wish = minded(state.offensive[a], state.pressure[a], stakes.goods[a], stakes.ore_share[a])
    if not stakes.trades[a]:  # a client must have something of its own to trade, as the Wa have their mines and gates
        return wish
    return max(wish, courted(state.dealings.patron[a], state.dependence[a], beijing))


@compiled
def invite(run: Any) -> None:
    """Invite armed actors to quiet talks: those without a deal, some months after the last talks, by chance.

    Args:
        run: ``stakes.invited`` changes.
    """
    dealings, beijing, month = run.state.dealings, run.rules.beijing, run.state.clock.month
    for a in range(len(run.actors)):
        barred = beijing.answer == CLOSES_BORDER and gives_answer(run.policy[a].link, beijing)
        ready = dealings.deal[a] == 0 and dealings.talked[a] >= beijing.talks_pause and not barred
        chance = beijing.talks_hazard * wish_to_talk(run, a)
        run.stakes.invited[a] = ready and uniform(run.salts.kunming, month, run.land.actor_key[a]) < chance


@compiled
def ask_for_towns(run: Any, a: int) -> int:
    """List in ``stakes.town`` what Beijing asks an actor to hand back: held towns outside its core; returns how many."""
    found = 0
    for town in run.land.tradeable[a]:
        if found >= run.rules.beijing.towns_asked or town < 0:
            break
        if run.state.holder[town] == a:
            run.stakes.town[found] = town
            found += 1
    return found


@compiled
def take_up_case(run: Any, a: int) -> None:
    """Write down in ``stakes.case`` what talks with an actor are about."""
    state, stakes, beijing, case = run.state, run.stakes, run.rules.beijing, run.stakes.case
    case.fights = state.stance[a, run.land.junta] == -1
    case.towns = ask_for_towns(run, a) if case.fights else 0
    case.goods, case.ore_share = stakes.goods[a], stakes.ore_share[a]
    case.depends, case.pressure = state.dependence[a], state.pressure[a]
    case.patronage = stakes.trades[a] and beijing.patronage_offer > state.dealings.patron[a]
    case.offensive, case.link = state.offensive[a], run.policy[a].link
    case.shortage = shortage_of_ore(run)
    case.autonomy = run.actors[a].autonomy_cost
    leash = state.dependence[run.land.junta] * run.rules.diplomacy.weight_sanction
    case.war = worth_of_fighting(run, a) + run.rules.diplomacy.reluctance
    case.junta = juntas_wish(run, a) + leash
    take_up_money(run, a)


@compiled
def take_up_money(run: Any, a: int) -> None:
    """Write down in ``stakes.case`` what ore, taxes and Beijing's money are worth to an actor."""
    stakes, beijing, case, who = run.stakes, run.rules.beijing, run.stakes.case, run.actors[a]
    revenue, horizon = run.state.revenue[a], who.horizon_months
    tax = worth_of_money(stakes.tax_usd[a], revenue, horizon)
    case.ore = worth_of_money(stakes.ore_usd[a], revenue, horizon)
    case.money = worth_of_money(beijing.patron_usd, revenue, horizon)
    case.tax = beijing.tax_cut * tax


@compiled
def spell_out(number: int, towns: int, package: Any) -> None:
    """Write the package of a number, 0 .. 32 (towns + 1) - 1; the first asks for nothing and gives nothing."""
    package.patron, number = number % 2, number // 2
    package.tax, number = number % 2, number // 2
    package.goods, number = number % 2, number // 2
    package.ore, number = number % 2, number // 2
    package.towns = number % (towns + 1)
    package.halt = number // (towns + 1)


@compiled
def worth_of_towns(run: Any, a: int, towns: int) -> float:
    """Worth to an actor of the first towns that Beijing asks for, months of its revenue."""
    worth = 0.0
    for k in range(towns):
        worth += run.plans.town_worth[a, run.stakes.town[k]]
    return worth


@compiled
def bargain(run: Any, a: int) -> bool:
    """Put the Nash bargaining solution for ``stakes.case`` on the table.

    Args:
        run: ``stakes.package`` and ``stakes.gain`` change.
        a: index of the actor with whom Beijing talks.

    Returns:
        Whether any package is better for both and bearable for the junta.
    """
    rules, stakes, case, gain = run.rules, run.stakes, run.stakes.case, run.stakes.gain
    best, chosen = 0.0, 0
    for number in range(32 * (case.towns + 1)):
        spell_out(number, case.towns, stakes.tried)
        if is_possible(stakes.tried, case):
            lost = worth_of_towns(run, a, stakes.tried.towns)
            group = gain_of_group(stakes.tried, case, lost, rules.diplomacy, rules.beijing)
            beijing = gain_of_beijing(stakes.tried, case, rules.beijing)
            junta = gain_of_junta(stakes.tried, case, worth_of_towns(run, run.land.junta, stakes.tried.towns))
            if group > 0.0 and beijing > 0.0 and junta >= 0.0 and group * beijing > best:
                best, chosen = group * beijing, number
                gain.group, gain.beijing, gain.junta = group, beijing, junta
    spell_out(chosen, case.towns, stakes.package)
    return best > 0.0


@compiled
def draw_of_signing(run: Any, a: int) -> float:
    """The draw that decides whether all sides sign in talks with an actor."""
    return uniform(run.salts.sign, run.state.clock.month, run.land.actor_key[a])
