"""The phases of a month that join agents and processes; :meth:`model.model.RareEarthModel.step` lists them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.armed.actor import air_support, choose_operations, count_flights, join_operations
from model.dynamics import combat, control, operations
from model.dynamics.budgets import reckon_rents
from model.dynamics.combat import Fight, Orders
from model.dynamics.diplomacy import left_alone_militias
from model.dynamics.handover import hand_over
from model.forcing import Forcing
from model.kernels import compiled
from model.output.chronicle import tell
from model.phases.policy import coordination, supported
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


def decide_operations(model: RareEarthModel) -> tuple[Orders, Floats]:
    """All armed actors look at last month's state and choose their attacks; reserves move.

    Returns:
        The orders, and (F, F + 1) the best expected utility that each actor has of an attack on each other one's places
        (last column: on nobody's), at least 0.
    """
    if compiled() and model.war.usual:
        return model.war.decide(model)
    profile = supported(model)
    weigh = model.war.weigh if compiled() else _weigh
    options, spare, reach, gathering, prospects = weigh(model, profile)
    chosen = _choose(model, options)
    model.move_reserves(reach, gathering, profile["mobile_share"])
    return Orders(options.actor[chosen], options.place[chosen], spare), prospects


def _weigh(
    model: RareEarthModel, profile: dict[str, Floats]
) -> tuple[operations.Options, Floats, Floats, Floats, Floats]:
    """The options at war; (F, P) share of fighters that attacks draw on, strength within reach, staging; prospects."""
    state, ground, p = model.state, model.ground, model.p
    forces = operations.strengths(ground, state, profile, p.contest, p.fortification)
    thought_of = _thought_of(model)
    pairs = operations.within_reach(state, forces.reach, 1.0, thought_of)
    reckon_rents(model.run.data)
    rent = model.run.plans.rent
    guard = forces.defence * operations.walls(ground, p.fortification)
    assailable, strength = operations.at_even_odds(forces, guard), (forces.field, guard)
    worth = operations.worth_of_places(model.world, ground, state, rent, profile, pairs, assailable, strength)
    rules = operations.Rules(p.contest, p.fortification, model.setup.structure.contest, p.combat.attacker_loss)
    options = operations.weigh(ground, state, model.draws, forces, pairs, worth, profile, rules)
    # Reserves gather against those not yet fought as well: an offensive is prepared before it is declared.
    gathering = operations.staging(ground, options, forces)
    prospects, options = operations.prospects(state, options)
    return options, forces.spare, forces.reach, gathering, prospects


def _thought_of(model: RareEarthModel) -> NDArray[np.bool_]:
    """(F, F) whom each actor fights, and whom it might: the junta where it is at peace with it, and its militias."""
    hostile = model.state.stance == -1
    if model.junta >= 0:
        hostile[:, model.junta] |= model.state.stance[:, model.junta] == 0
        hostile |= left_alone_militias(model.state, model.junta)
    return hostile


def _choose(model: RareEarthModel, options: operations.Options) -> Ints:
    bounds = np.searchsorted(options.actor, model.actor_numbers)
    picked = choose_operations(model.armed, options, bounds)
    by_chance = (coordination(model), model.state.stance, model.draws, model.ground, model.month)
    joined = join_operations(model.pools, options, bounds, picked, *by_chance)
    attacked = np.zeros(len(options.actor), bool)
    attacked[picked] = attacked[joined] = True
    return attacked.nonzero()[0]


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
