"""What Beijing does in a month; :meth:`model.model.RareEarthModel.step` says when."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from agents.armed.actor import PeoplesDefenceForce
from model.dynamics import bargain, border, diplomacy
from model.dynamics.border import GOODS_LANE, ORE_LANE, REAGENT_LANE
from model.dynamics.combat import Fight
from model.dynamics.diplomacy import stop_fighting
from model.dynamics.ground import Ground
from model.kernels import compiled
from model.output.chronicle import tell
from model.phases.policy import brokering, coercion
from model.phases.readings import at_peace, junta_fear, taxes_per_tonne
from model.state import with_nobody
from model.world.world import LANES, World

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


# what Beijing sees -----------------------------------------------------------------------------------------------


class _Stakes(NamedTuple):
    """(F,) arrays of what is at stake between Beijing and each armed actor."""

    ore_usd: Floats
    """USD a month of ore tax that shut lanes and cut purchases cost it."""
    ore_share: Floats
    """0-1, share of all mines' capacity that they hold back and that is its own."""
    tax_usd: Floats
    """USD a month of ore tax with all lanes open."""
    goods: Floats
    """0-1, how far the goods lanes at its gates are shut."""
    trades: Floats
    """1 where it holds a gate to China or a mine."""
    age: Floats
    """Months for which its shut lanes have been shut, on average."""


def _stakes(model: RareEarthModel) -> _Stakes:
    state, world = model.state, model.world
    forces = len(model.armed)
    holder = state.holder[world.mine_place]
    crossing = world.mine_crossing
    keeper = state.holder[world.crossing_place]
    bought = with_nobody(state.dealings.purchase, 1.0)[keeper]
    blocked = 1 - state.lanes[crossing, ORE_LANE] * bought[crossing]
    tax = with_nobody(taxes_per_tonne(model) / model.p.market.yuan_per_usd, 0.0)[holder]
    output = state.capacity * np.maximum(state.operating, model.p.budgets.rent_operating)
    per_holder = [output * tax * blocked, state.capacity * blocked, output * tax]
    lost, held, full = (np.bincount(holder + 1, part, minlength=forces + 1)[1:].astype(float) for part in per_holder)
    goods = 1 - border.goods_open(world, model.ground, state)
    shut = (1 - state.lanes) * world.chinese_crossings[:, None]
    age = np.bincount(keeper + 1, (shut * state.lane_age).sum(axis=1), minlength=forces + 1)[1:]
    weight = np.bincount(keeper + 1, shut.sum(axis=1), minlength=forces + 1)[1:]
    share = held / max(float(state.capacity.sum()), 1e-9)
    kept = np.bincount(keeper[world.chinese_crossings] + 1, minlength=forces + 1)[1:]
    trades = ((kept > 0) | (full > 0)).astype(float)
    return _Stakes(lost, share, full, goods, trades, np.asarray(age / np.maximum(weight, 1e-9)))


# quiet talks -----------------------------------------------------------------------------------------------------


def negotiate(model: RareEarthModel, prospects: Floats) -> None:
    """Beijing invites armed groups to quiet talks in Kunming; deals are struck, kept and forgotten.

    Args:
        model: the model.
        prospects: (F, F + 1) best expected utility of each actor's attacks on each other one, as ``decide_operations`` has it.
    """
    if compiled() and model.junta >= 0:
        void, at_stake, invited = model.borders.invite(model)
        _tell_void(model, void)
        stakes = _Stakes(*at_stake)
    else:
        _keep_deals(model)
        if model.junta < 0:
            return
        stakes, invited = _invite(model)
    for actor in invited:
        if not isinstance(model.armed[actor], PeoplesDefenceForce):
            _talk(model, actor, stakes, prospects)


def _invite(model: RareEarthModel) -> tuple[_Stakes, list[int]]:
    """What is at stake, and who is invited to talks."""
    state, beijing, stakes = model.state, model.beijing, _stakes(model)
    minded = _minded(model, stakes, model.profile["dependence_on_china"])
    chance = beijing.bargains_with(minded, state.dealings.talked, model.link) * (state.dealings.deal == 0)
    u = model.draws.uniform("kunming", model.month, model.ground.actor_keys)
    return stakes, (u < chance).nonzero()[0].tolist()


def _minded(model: RareEarthModel, stakes: _Stakes, depends: Floats) -> Floats:
    """(F,) 0-1, how much of what Beijing or each actor minds is at stake."""
    state, beijing = model.state, model.beijing
    minded = np.maximum.reduce(
        [
            state.offensive,
            state.pressure,
            stakes.goods,
            np.minimum(stakes.ore_share * beijing.parameters.talks_ore, 1.0),
        ]
    )
    # A client must have something of its own to trade, as the Wa have their mines and gates.
    courted = np.maximum(beijing.parameters.patronage_offer - state.dealings.patron, 0.0) * (1 - depends)
    minded = np.maximum(minded, courted * stakes.trades) * (depends > 0)
    minded[model.junta] = 0.0
    return minded


def _keep_deals(model: RareEarthModel) -> None:
    """Deals run out, or end with the halt that was a part of them; patronage ends with it too."""
    state = model.state
    state.dealings.talked += 1
    running = state.dealings.deal > 0
    broken = (
        running & state.dealings.halted & (state.stance[model.junta] == -1) if model.junta >= 0 else running & False
    )
    _tell_void(model, broken.nonzero()[0].tolist())
    state.dealings.deal = np.where(broken, 0, np.maximum(state.dealings.deal - 1, 0))
    state.dealings.patron[broken] = 0.0
    over = state.dealings.deal == 0
    state.dealings.tax_cut[over] = 0.0
    state.dealings.halted[over] = False
    lean = model.beijing.parameters.patron_dependence * state.dealings.patron
    model.profile["dependence_on_china"] = model.dependence + lean * (1 - model.dependence)


def _tell_void(model: RareEarthModel, broken: list[int]) -> None:
    for actor in broken:
        tell(model, "deal_broken", f"{model.name(actor)} fights again: its deal with Beijing is void", actor)


def _talk(model: RareEarthModel, actor: int, stakes: _Stakes, prospects: Floats) -> None:
    state, weights, p = model.state, model.beijing.weights, model.p.bargain
    state.dealings.talked[actor] = 0
    towns = _towns_asked(model, actor)
    case = _case(model, actor, stakes, prospects, towns)
    courted = weights.patronage > state.dealings.patron[actor] and stakes.trades[actor] > 0
    packages = bargain.menu(case, patronage=bool(courted))
    row, gains = bargain.solve(packages, case, weights, p)
    asked = gains if packages[row, bargain.HALT] else gains[:2]
    key = model.ground.actor_keys[actor : actor + 1]
    signed = row >= 0 and bargain.signs(asked, p.precision, model.draws, model.month, key)
    result = "and agree" if signed else "without result"
    tell(
        model, "talks", f"{model.name(actor)} and Beijing talk quietly in Kunming, {result}", actor, value=float(signed)
    )
    if signed:
        _sign(model, actor, packages[row], towns)
    else:
        _threaten(model, actor, case, stakes)


def _threaten(model: RareEarthModel, actor: int, case: bargain.Case, stakes: _Stakes) -> None:
    """After talks without result Beijing may threaten to stop buying the ore of one that will not halt."""
    state = model.state
    if (
        not case.fights
        or not stakes.tax_usd[actor] > 0
        or not state.offensive[actor] > 0
        or state.dealings.threat[actor]
    ):
        return
    key = model.ground.actor_keys[actor : actor + 1]
    if model.draws.uniform("threat", model.month, key)[0] < model.beijing.parameters.threat_hazard:
        state.dealings.threat[actor] = True
        text = f"Beijing threatens to stop buying {model.name(actor)}'s ore unless it halts"
        tell(model, "purchase_threat", text, actor, other=model.junta)


def _case(model: RareEarthModel, actor: int, stakes: _Stakes, prospects: Floats, towns: Ints) -> bargain.Case:
    state, profile, q = model.state, model.profile, model.beijing.parameters
    horizon, revenue = float(profile["horizon_months"][actor]), float(state.revenue[actor])
    talks = model.p.diplomacy
    fights = bool(state.stance[actor, model.junta] == -1)
    weary = float(diplomacy.weariness(state, profile, actor))
    waiting = model.p.settlement.weight_hope * float(state.hope[actor])
    cause = talks.weight_cause * float(profile["federal_preference"][actor])
    threat = float(profile["threat_credibility"][actor]) * (1 - q.purchase_floor) * state.dealings.threat[actor]
    # What a windfall or a loss is worth levels off, as in the worth of places.
    usd = (float(stakes.ore_usd[actor]), float(stakes.tax_usd[actor]), q.patron_usd)
    ore, tax, patron_money = (horizon / (value + revenue) * value for value in usd)
    wish = diplomacy.wish_of_junta(state, model.junta, profile, prospects[model.junta, actor], talks)
    leash = float(profile["dependence_on_china"][model.junta]) * model.p.bargain.weight_pressure
    return bargain.Case(
        ore=ore,
        goods=float(stakes.goods[actor]),
        depends=float(profile["dependence_on_china"][actor]),
        pressure=float(state.pressure[actor]),
        threat=threat * tax,
        war=float(prospects[actor, model.junta]) + talks.reluctance + waiting + cause - weary,
        fights=fights,
        towns=model.town_worth[actor, towns],
        tax=q.tax_cut * tax,
        patron_money=patron_money,
        autonomy=float(profile["autonomy_cost"][actor]),
        offensive=float(state.offensive[actor]),
        fear=junta_fear(model),
        shortage=float(state.market.shortage),
        ore_share=float(stakes.ore_share[actor]),
        link=float(model.link[actor]),
        stale=1 - float(np.exp(-stakes.age[actor] / q.leverage_months)),
        junta=float(wish + brokering(model)[actor]) + coercion(model) + leash,
    )


def _towns_asked(model: RareEarthModel, actor: int) -> Ints:
    """Towns that Beijing asks the actor to hand back: outside its core, those on the roads and with most people first."""
    towns = _tradeable(model.world, model.ground)[actor]
    return towns[model.state.holder[towns] == actor][: model.beijing.parameters.towns_asked]


@lru_cache(maxsize=16)
def _tradeable(world: World, ground: Ground) -> list[Ints]:
    """For each actor all towns outside its core, those on the roads and with most people first."""
    weight = world.betweenness + np.minimum(ground.population / 1e5, 1.0)
    ranked = np.argsort(-weight, kind="stable")
    return [ranked[(ground.is_town & ~core)[ranked]] for core in world.core]


def _sign(model: RareEarthModel, actor: int, package: Floats, towns: Ints) -> None:
    """Put a package into effect, and tell it."""
    state, world, p = model.state, model.world, model.beijing.parameters
    gates = np.flatnonzero((state.holder[world.crossing_place] == actor) & world.chinese_crossings)
    state.dealings.deal[actor], state.dealings.threat[actor], state.dealings.purchase[actor] = p.deal_months, False, 1.0
    parts = []
    if package[bargain.ORE]:
        _open(model, gates, (ORE_LANE, REAGENT_LANE))
        parts.append("the ore lanes reopen")
    if package[bargain.GOODS]:
        _open(model, gates, (GOODS_LANE,))
        parts.append("the goods lanes reopen")
    if package[bargain.TAX]:
        state.dealings.tax_cut[actor] = p.tax_cut
        parts.append(f"{model.name(actor)} lowers its tax on ore")
    if package[bargain.PATRON]:
        state.dealings.patron[actor] = p.patronage_offer
        parts.append(f"{model.name(actor)} takes Beijing as its patron, on the terms of the Wa")
    if package[bargain.HALT]:
        stop_fighting(model.run.data, actor)
        state.dealings.halted[actor], state.pressure[actor] = True, 0.0
        parts.append(f"{model.name(actor)} halts its war with the junta")
    given = towns[: int(package[bargain.TOWNS])]
    tell(model, "deal", f"{model.name(actor)} and Beijing agree in Kunming: {'; '.join(parts)}", actor)
    for place in given:
        bargain.hand_back(model.ground, state, int(place), model.junta, model.p.posting.given_garrison)
        text = f"{model.name(actor)} hands {{place}} back to the junta"
        tell(model, "town_returned", text, model.junta, other=actor, place=int(place))


def _open(model: RareEarthModel, gates: Ints, lanes: tuple[int, ...]) -> None:
    for lane in lanes:
        model.state.lanes[gates, lane] = 1.0
        model.state.lane_age[gates, lane] = 0


# pressure and lanes ----------------------------------------------------------------------------------------------


def press_and_open(model: RareEarthModel, fights: Fight) -> None:
    """Beijing reacts: pressure, suppliers leaned on, purchases, lanes."""
    if compiled():
        leaned, cut, resumed, shut, moved = model.borders.react(model, fights)
        _tell_suppliers(model, leaned)
        _tell_purchases(model, cut, resumed)
        changes = [(crossing, lane, False) for crossing, lane in shut]
        _tell_lanes(model, changes + [(crossing, lane, bool(opened)) for crossing, lane, opened in moved])
        return
    state, link = model.state, model.link
    watch = model.beijing.watch(model.profile["dependence_on_china"], link, model.junta)
    border.update_pressure(model.ground, state, fights.place, fights.attacker, watch)
    _tell_suppliers(model, _lean_on_suppliers(model))
    peace = at_peace(model)
    _tell_purchases(model, *_carry_out_threats(model, peace))
    stance = model.beijing.stance(link, junta_fear(model))
    keepers = state.holder[model.world.crossing_place]
    keys = np.where(keepers >= 0, model.ground.actor_keys[keepers], model.crossing_keys)
    changes = border.shut_gates_taken(model.world, state, model.holder_before)
    changes += border.update_lanes(model.world, state, model.draws, keys, peace, stance)
    _tell_lanes(model, changes)


def _tell_lanes(model: RareEarthModel, changes: list[tuple[int, int, bool]]) -> None:
    """Tell each lane that was shut or opened, and in one sentence what befell the gates of each holder."""
    world, state = model.world, model.state
    told: dict[tuple[int, bool], dict[int, list[str]]] = {}
    for crossing, lane, opened in changes:
        place = int(world.crossing_place[crossing])
        verb, kind = ("reopens", "lane_opened") if opened else ("shuts", "lane_closed")
        text = f"Beijing {verb} the {LANES[lane]} lane at {world.crossing_names[crossing]}"
        tell(model, kind, text, int(state.holder[place]), place=place, value=float(lane))
        gates = told.setdefault((int(state.holder[place]), opened), {})
        gates.setdefault(lane, []).append(world.crossing_names[crossing].split(" /")[0])
    for (holder, opened), gates in told.items():
        what = _listed([LANES[lane] for lane in sorted(gates)])
        where = _listed(list(dict.fromkeys(name for lane in sorted(gates) for name in gates[lane])))
        verb, kind = ("lets through", "gates_opened") if opened else ("stops", "gates_shut")
        text = f"Beijing {verb} {what} at gates of {model.name(holder)}: {where}"
        tell(model, kind, text, holder, value=float(max(len(names) for names in gates.values())))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _lean_on_suppliers(model: RareEarthModel) -> list[tuple[int, int, int]]:
    """Supplier, ally and 1 for begun again of each supply that changed."""
    p, profile = model.beijing.parameters, model.profile
    chances = (p.transmission, p.supply_return)
    whom = (profile["arms_for_allies"], profile["dependence_on_china"], chances)
    return border.lean_on_suppliers(model.ground, model.state, model.draws, *whom)


def _tell_suppliers(model: RareEarthModel, changed: list[tuple[int, int, int]]) -> None:
    for supplier, ally, begun in sorted(changed, key=lambda row: row[2]):  # all that stop, then all that begin again
        if begun:
            tell(model, "supply_back", f"{model.name(supplier)} arms {model.name(ally)} again", supplier, other=ally)
        else:
            text = f"{model.name(supplier)} stops arms for {model.name(ally)} under pressure from Beijing"
            tell(model, "supply_cut", text, supplier, other=ally)


def _carry_out_threats(model: RareEarthModel, peace: Floats) -> tuple[list[int], list[int]]:
    """Threats to stop buying are dropped, carried out, or end; China's own shortage stands against them."""
    state, p = model.state, model.beijing.parameters
    u = model.draws.uniform("purchases", model.month, model.ground.actor_keys)
    short = max(state.market.shortage, 0.0)
    chance = p.threat_execution * (1 - short)
    ends = float(special.expit(p.reopen_base + p.shortage_reopening * p.weight_shortage_ore * short))
    dealings = state.dealings
    calm = (peace > 0) | (state.offensive < p.threat_forgotten)
    dealings.threat &= ~calm
    cuts = dealings.threat & (dealings.purchase >= 1.0) & (u < chance)
    resumes = (dealings.purchase < 1.0) & (calm | (u > 1 - ends))
    dealings.purchase = np.where(cuts, p.purchase_floor, np.where(resumes, 1.0, dealings.purchase))
    return cuts.nonzero()[0].tolist(), resumes.nonzero()[0].tolist()


def _tell_purchases(model: RareEarthModel, cut: list[int], resumed: list[int]) -> None:
    for actor in cut:
        text = f"Beijing has its buyers take less of {model.name(actor)}'s ore"
        tell(model, "purchases_cut", text, actor, value=model.beijing.parameters.purchase_floor)
    for actor in resumed:
        tell(model, "purchases_resumed", f"Chinese buyers take {model.name(actor)}'s ore again", actor)
