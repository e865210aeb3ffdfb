"""The phases of a month that join agents and processes; :meth:`model.model.RareEarthModel.step` lists them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.armed import PeoplesDefenceForce, air_support
from model.chronicle import tell
from model.dynamics import border, combat, control, diplomacy, operations
from model.dynamics.budgets import rents
from model.dynamics.combat import Fight, Orders
from model.dynamics.handover import hand_over
from model.forcing import Forcing
from model.readings import junta_fear, taxes_per_tonne
from model.state import NOBODY
from model.world.world import LANES

if TYPE_CHECKING:
    from agents.instruments import Condition, Instrument
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def apply_forcing(model: RareEarthModel) -> None:
    """What the outside world does to places and lanes this month, whatever the actors would do."""
    for forcing in model.forced("holder"):
        winner = model.world.force_index.get(forcing.actor, NOBODY)
        place = model.world.find_place(forcing.target)
        if hand_over(model.ground, model.state, place, winner, model.p.posting.given_garrison):
            text = f"By the record, {{place}} passes into the hands of {forcing.actor}"
            tell(model, "handed_over", text, winner, place=place)
    for forcing in model.forced("close_lanes"):
        rows, lanes = _lanes_meant(model, forcing)
        model.state.lanes[rows, lanes] = np.minimum(model.state.lanes[rows, lanes], forcing.value)
    for forcing in model.forced("lanes"):
        model.state.lanes[_lanes_meant(model, forcing)] = min(forcing.value, 1.0)


def _lanes_meant(model: RareEarthModel, forcing: Forcing) -> tuple[Ints, slice | int]:
    """Crossings and lanes that a forcing is about."""
    pairs = zip(model.world.crossing_ids, model.world.crossing_country, strict=True)
    rows = [row for row, labels in enumerate(pairs) if forcing.target in ("", *labels)]
    return np.array(rows, np.int64), slice(None) if forcing.lane == "all" else LANES.index(forcing.lane)


def conscription(model: RareEarthModel) -> dict[str, Floats]:
    """The actors' parameters, with conscripts as the outside world has them this month."""
    profile = dict(model.profile)
    for forcing in model.forced("conscription"):
        conscripts = profile["conscripts_per_month"].copy()
        conscripts[model.world.force_index[forcing.target]] = forcing.value
        profile["conscripts_per_month"] = conscripts
    return profile


def deliver_policy(model: RareEarthModel) -> None:
    """Washington attends, offers, delivers."""
    us, state = model.united_states, model.state
    us.attend(model.draws, model.month)
    before = {name for name, row in model.delivered.items() if row.any()}
    model.delivered = us.deliver(
        model.month,
        model.world.force_index,
        lambda condition: _holds(model, condition),
        lambda offer: _accepts(model, offer),
    )
    for kind in sorted(set(model.delivered) - before):
        for actor in np.flatnonzero(model.delivered[kind][:-1] > 0):
            tell(
                model,
                "instrument_begins",
                f"US {kind.replace('_', ' ')} for {model.name(int(actor))} begins",
                int(actor),
            )
    p = us.parameters
    state.training += 0.05 * (p.training_gain * model.level("training") - state.training)


def _holds(model: RareEarthModel, condition: Condition) -> bool:
    state, world = model.state, model.world
    held = all(
        model.name(int(state.holder[world.find_place(place)])) == actor for place, actor in condition.holder.items()
    )
    lanes = all(
        bool(state.lanes[world.crossing_index[crossing], 0] >= 0.5) == wanted
        for crossing, wanted in condition.lane_open.items()
    )
    peace = all(
        bool(state.stance[model.junta, world.force_index[actor]] != -1) == wanted
        for actor, wanted in condition.ceasefire.items()
    )
    return held and lanes and peace


def _accepts(model: RareEarthModel, offer: Instrument) -> bool:
    index = model.world.force_index.get(offer.target)
    if index is None:
        return True
    actor, state, us = model.armed[index], model.state, model.united_states.parameters
    p = actor.parameters
    money = {
        "aid": us.aid_usd,
        "arms": us.arms_per_month * model.p.budgets.arms_price_usd,
        "sanctions_relief": us.sanctions_usd,
    }
    usd = money.get(offer.kind, 0.0) * offer.level
    gain = p.horizon_months * usd / (usd + float(state.revenue[index])) if usd > 0 else p.backing_worth * offer.level
    fear = (
        p.weight_pressure
        * float(model.profile["dependence_on_china"][index])
        * offer.level
        * (0.5 + float(state.pressure[index]))
    )
    return actor.accepts_terms(gain, offer.level, fear, model.draws, model.month)


def decide_operations(model: RareEarthModel) -> tuple[Orders, Floats]:
    """All armed actors look at last month's state and choose their attacks; reserves move.

    Returns:
        The orders, and (F, F + 1) the best expected utility that each actor has of an attack on each other one's places
        (last column: on nobody's), at least 0.
    """
    state, ground, p, profile = model.state, model.ground, model.p, dict(model.profile)
    us = model.united_states.parameters
    profile["belief_noise"] = profile["belief_noise"] * (1 - us.intelligence_gain * model.level("intelligence"))
    forces = operations.strengths(ground, state, profile, p.contest, p.fortification)
    pairs = operations.within_reach(state, forces.reach, minimum=1.0)
    rent = rents(model.world, ground, state, _ore_usd(model), p.budgets)
    worth = operations.worth_of_places(model.world, ground, state, rent, profile, *pairs)
    minded = ground.beijing_cares.astype(float)
    rules = (model.setup.structure.contest, p.combat.attacker_loss, minded)
    options = operations.weigh(
        ground, state, model.draws, forces, pairs, worth, profile, (p.contest, p.fortification), rules
    )
    bounds = np.searchsorted(options.actor, np.arange(len(model.armed) + 1))
    prospects = np.zeros((len(model.armed), len(model.armed) + 1))
    np.maximum.at(prospects, (options.actor, state.holder[options.place]), options.utility)
    chosen = _choose(model, options, bounds)
    model.move_reserves(forces.reach, operations.staging(ground, options, forces))
    return Orders(options.actor[chosen], options.place[chosen], forces.spare), prospects


def _choose(model: RareEarthModel, options: operations.Options, bounds: Ints) -> Ints:
    rows = [slice(int(bounds[k]), int(bounds[k + 1])) for k in range(len(model.armed))]
    month, chosen = model.month, []
    for actor, part in zip(model.armed, rows, strict=True):
        chosen.append(actor.choose_operations(options, part, model.draws, model.ground, month))
    picked = np.concatenate(chosen)
    for actor, part in zip(model.armed, rows, strict=True):
        if not isinstance(actor, PeoplesDefenceForce):
            continue
        allied = model.state.stance[actor.index, options.actor[picked]] == 1
        wanted = np.zeros(len(model.state.holder), bool)
        wanted[options.place[picked[allied]]] = True
        chosen.append(actor.joins(options, part, wanted, model.draws, model.ground, month))
    return np.unique(np.concatenate(chosen))


def _ore_usd(model: RareEarthModel) -> Floats:
    """(M,) USD a tonne that a holder of each mine can hope for: its present holder's tax."""
    holder = model.state.holder[model.world.mine_place]
    tax = np.append(taxes_per_tonne(model), 0.0)[holder]
    return np.asarray(tax / model.p.market.yuan_per_usd)


def hold_talks(model: RareEarthModel, prospects: Floats) -> None:
    """Ceasefires signed and broken, a settlement; ``prospects`` as :func:`decide_operations` returns them."""
    index = model.world.force_index
    pdf = [actor.index for actor in model.armed if isinstance(actor, PeoplesDefenceForce)]
    groups = {"kia": np.array([index["KIA"]] if "KIA" in index else [], np.int64), "pdf": np.array(pdf, np.int64)}
    us = model.united_states.parameters
    brokering = us.brokering_gain * np.maximum(model.level("brokering"), 0.5 * model.level("envoy"))
    followers = sum(government.adopted for government in model.western) / max(len(model.western), 1)
    report = diplomacy.step(
        model.ground,
        model.state,
        model.draws,
        model.junta,
        groups,
        model.profile,
        prospects,
        brokering,
        followers,
        model.p.diplomacy,
    )
    for actor in report.signed:
        tell(
            model,
            "ceasefire",
            f"{model.name(int(actor))} and the junta sign a ceasefire",
            int(actor),
            other=model.junta,
        )
    for actor in report.broken:
        tell(
            model,
            "ceasefire_broken",
            f"{model.name(int(actor))} and the junta are at war again",
            int(actor),
            other=model.junta,
        )
    if report.settled:
        tell(model, "federal_settlement", "Junta, KIA and People's Defence Forces settle on federal terms", model.junta)


def fight(model: RareEarthModel, orders: Orders) -> Fight:
    """Attacks are made, places fall, the countryside follows."""
    state, ground, p = model.state, model.ground, model.p
    holder = state.holder[orders.place]
    still = (holder < 0) | (state.stance[orders.actor, holder] == -1)
    orders = Orders(orders.actor[still], orders.place[still], orders.spare)
    state.tally.operations = len(orders.place)
    combat.gather(ground, state, orders)
    budget = model.profile["air_support"] * (1 - (1 - p.fortification.air_in_monsoon) * model.rains)
    air = air_support(budget, orders.place, orders.actor, holder[still], model.level("air_denial"), len(state.holder))
    flown = np.maximum(air[0], air[1])
    np.maximum.at(state.tally.air_fights, ground.territory, flown)
    tables = (p.combat, p.contest, p.fortification)
    form = model.setup.structure.contest
    result = combat.resolve(ground, state, model.draws, orders, tables, model.profile, air, form)
    combat.learn(state, orders, model.profile["forgetting"])
    combat.take(ground, state, model.draws, result, p.combat)
    over, besiegers = combat.lift_sieges(state, p.combat.urban_saved)
    control.update(ground, state, model.needed, p.control)
    _tell_fights(model, result, over, besiegers)
    return result


def _tell_fights(model: RareEarthModel, result: Fight, over: Ints, besiegers: Ints) -> None:
    towns = model.ground.is_town
    for row in np.flatnonzero(result.fallen):
        place, winner, loser = int(result.place[row]), int(result.attacker[row]), int(result.defender[row])
        kind = "town_taken" if towns[place] else "site_taken"
        tell(
            model,
            kind,
            f"{model.name(winner)} takes {{place}} from {model.name(loser)}",
            winner,
            other=loser,
            place=place,
        )
    for row in np.flatnonzero(result.begun):
        place, attacker, defender = int(result.place[row]), int(result.attacker[row]), int(result.defender[row])
        text = f"{model.name(attacker)} lays siege to {{place}}, held by {model.name(defender)}"
        tell(model, "siege_begun", text, attacker, other=defender, place=place)
    for place, attacker in zip(over, besiegers, strict=True):
        holder = int(model.state.holder[place])
        tell(
            model,
            "siege_broken",
            f"{model.name(int(attacker))}'s siege of {{place}} is over",
            int(attacker),
            other=holder,
            place=int(place),
        )


def patrons(model: RareEarthModel) -> dict[str, Floats]:
    """(F,) what patrons give, sanctions take and Beijing freezes: ``aid`` USD, ``arms``, ``sanctions`` USD, ``frozen`` 0-1."""
    us = model.united_states.parameters
    useful = 1 - us.agency_slack
    sanctions = us.sanctions_usd * (model.level("sanctions") - model.level("sanctions_relief"))
    aid = us.aid_usd * useful * model.level("aid")
    if model.junta >= 0:
        sanctions[model.junta] += us.tariff_usd * model.level_of_all("tariff")
        aid[model.junta] += model.beijing.support_usd(junta_fear(model))
    aid += model.beijing.parameters.patron_usd * model.state.dealings.patron
    arms = us.arms_per_month * useful * model.level("arms")
    arms = arms + border.arms_between_allies(model.state, model.profile["arms_for_allies"])
    frozen = model.beijing.parameters.asset_freeze * model.profile["dependence_on_china"] * model.state.pressure
    return {"aid": aid, "arms": arms, "sanctions": sanctions, "frozen": frozen}


def recognise(model: RareEarthModel) -> None:
    """Recognition by the US, and Western governments that follow."""
    state = model.state
    level = model.level("recognition")
    best = int(level.argmax()) if level.any() else -1
    before = sum(government.adopted for government in model.western)
    if best >= 0:
        home = model.ground.home[best] & model.ground.is_town
        territory = float((state.holder[home] == best).mean()) if home.any() else 0.0
        share = before / max(len(model.western), 1)
        for government in model.western:
            government.consider(
                float(level[best]), share, territory, model.setup.structure.recognition, model.draws, model.month
            )
    followers = sum(government.adopted for government in model.western)
    state.recognition = 0.5 * level
    if best >= 0:
        state.recognition[best] += 0.5 * followers / max(len(model.western), 1) * min(float(level[best]) * 2, 1.0)
    if followers > before:
        text = f"{followers - before} more Western governments follow the US in recognising {model.name(best)}"
        tell(model, "western_followers", text, best, value=float(followers))
