"""The phases of a month that join agents and processes; :meth:`model.model.RareEarthModel.step` lists them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.armed.actor import PeoplesDefenceForce, air_support, count_flights
from agents.armed.attack import list_orders
from agents.armed.survey import survey
from model.dynamics import combat, control
from model.dynamics.combat import Fight, Orders
from model.dynamics.handover import hand_over
from model.forcing import Forcing
from model.kernels import compiled
from model.output.chronicle import tell
from model.run import Run
from model.state import NOBODY
from model.world.world import LANES

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def apply_forcing(model: RareEarthModel) -> None:
    """What the outside world does to places and lanes this month, whatever the actors would do."""
    if not model.setup.forcing:
        return
    for forcing in model.forced("holder"):
        winner = model.world.force_index.get(forcing.actor, NOBODY)
        place = model.world.find_place(forcing.target)
        loser = int(model.state.holder[place])
        if hand_over(model.ground, model.state, place, winner, model.p.posting.given_garrison):
            if loser >= 0 and winner >= 0 and model.state.stance[winner, loser] == 0:  # what was taken was fought for
                model.state.stance[winner, loser] = model.state.stance[loser, winner] = -1
            text = f"By the record, {{place}} passes into the hands of {forcing.actor}"
            tell(model, "handed_over", text, winner, place=place)
    for forcing in model.forced("close_lanes"):
        rows, lanes = _lanes_meant(model, forcing)
        model.state.lanes[rows, lanes] = np.minimum(model.state.lanes[rows, lanes], forcing.value)
    for forcing in model.forced("lanes"):
        model.state.lanes[_lanes_meant(model, forcing)] = min(forcing.value, 1.0)


def _lanes_meant(model: RareEarthModel, forcing: Forcing) -> tuple[Ints, slice | int]:
    """Crossings and lanes that a forcing is about: a crossing, all of a state of Myanmar or to a country, or all."""
    world = model.world
    states = [world.states[world.place_territory[place]] for place in world.crossing_place]
    labels = zip(world.crossing_ids, world.crossing_country, states, strict=True)
    rows = [row for row, names in enumerate(labels) if forcing.target in ("", *names)]
    return np.array(rows, np.int64), slice(None) if forcing.lane == "all" else LANES.index(forcing.lane)


def conscription(model: RareEarthModel) -> dict[str, Floats]:
    """The actors' parameters, with conscripts as the outside world has them this month."""
    forced = model.forced("conscription")
    if not forced:
        return model.profile
    profile = dict(model.profile)
    for forcing in forced:
        conscripts = profile["conscripts_per_month"].copy()
        conscripts[model.world.force_index[forcing.target]] = forcing.value
        profile["conscripts_per_month"] = conscripts
    return profile


def decide_operations(run: Run) -> None:
    """All armed actors look at last month's state and choose their attacks; some join allies; reserves move.

    The orders are then listed in ``run.plans``, where ``prospects`` are what actors expect of wars with each other.
    """
    survey(run.data)
    armed = run.agents.armed
    for actor in armed:
        actor.choose_attacks()
    list_orders(run.data)
    for actor in armed:
        if isinstance(actor, PeoplesDefenceForce):
            actor.join_allies()
    for actor in armed:
        actor.move_reserves()
    list_orders(run.data)


def fight(model: RareEarthModel, orders: Orders) -> Fight:
    """Attacks are made, places fall, the countryside follows."""
    barred = [model.world.find_place(forcing.target) for forcing in model.forced("holder")]
    fight_out = model.war.fight if compiled() else _fight_out
    result, over, besiegers = fight_out(model, orders, barred)
    _tell_fights(model, result, over, besiegers)
    return result


def _fight_out(model: RareEarthModel, orders: Orders, barred: list[int]) -> tuple[Fight, Ints, Ints]:
    state, ground, p = model.state, model.ground, model.p
    holder = state.holder[orders.place]
    still = (holder < 0) | (state.stance[orders.actor, holder] == -1)
    still &= ~np.isin(orders.place, barred)  # whose hands the record decides is not fought for
    orders = Orders(orders.actor[still], orders.place[still], orders.spare)
    state.totals.operations = len(orders.place)
    combat.gather(ground, state, orders)
    budget = model.profile["air_support"] * (1 - (1 - p.fortification.air_in_monsoon) * model.rains)
    air = air_support(budget, orders.place, orders.actor, holder[still], model.level("air_denial"), state.troops)
    count_flights(state.tally.air_fights, air, orders.place, ground.territory)
    rules = (p.combat, p.contest, p.fortification, model.setup.structure.contest)
    result = combat.resolve(combat.Battle(ground, state, model.draws, orders, *rules, model.profile, air))
    combat.expend(state, orders, result, p.combat.arms_spent)
    combat.learn(state, orders, model.profile["forgetting"])
    combat.take(ground, state, model.draws, result, p.combat)
    over, besiegers = combat.lift_sieges(state, p.combat.urban_saved)
    control.update(ground, state, model.needed, p.control)
    return result, over, besiegers


def _tell_fights(model: RareEarthModel, result: Fight, over: Ints, besiegers: Ints) -> None:
    towns = model.ground.is_town
    for place, winner, loser in _sides(result, result.fallen):
        kind = "town_taken" if towns[place] else "site_taken"
        tell(
            model,
            kind,
            f"{model.name(winner)} takes {{place}} from {model.name(loser)}",
            winner,
            other=loser,
            place=place,
        )
    for place, attacker, defender in _sides(result, result.begun):
        text = f"{model.name(attacker)} lays siege to {{place}}, held by {model.name(defender)}"
        tell(model, "siege_begun", text, attacker, other=defender, place=place)
    for place, attacker in zip(over.tolist(), besiegers.tolist(), strict=True):
        holder = int(model.state.holder[place])
        tell(
            model,
            "siege_broken",
            f"{model.name(attacker)}'s siege of {{place}} is over",
            attacker,
            other=holder,
            place=place,
        )


def _sides(result: Fight, which: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Place, attacker and defender of some rows of the fights."""
    rows = which.nonzero()[0].tolist()
    return [(int(result.place[row]), int(result.attacker[row]), int(result.defender[row])) for row in rows]
