"""The phases of a month that join agents and processes; :meth:`model.model.RareEarthModel.step` lists them in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.armed.actor import choose_operations, join_operations
from model.dynamics import operations
from model.dynamics.budgets import reckon_rents
from model.dynamics.combat import Fight, Orders, fight_out
from model.dynamics.control import relax_countryside
from model.dynamics.diplomacy import left_alone_militias
from model.dynamics.front import gather
from model.kernels import compiled
from model.output.chronicle import log
from model.phases.forcing import bar_places
from model.phases.policy import coordination, supported
from model.run import Run

if TYPE_CHECKING:
    from model.model import RareEarthModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


# until the budgets read state.conscripts
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


def plan(run: Run, orders: Orders) -> None:  # until decide_operations writes run.plans
    """Hand the orders of the old decisions to the fights."""
    count, plans = len(orders.actor), run.plans
    plans.order_actor[:count], plans.order_place[:count], plans.orders.count = orders.actor, orders.place, count
    plans.spare[:] = orders.spare


def fought(run: Run) -> Fight:  # until Beijing's phase reads run.battles
    """What came of the fights, for Beijing's phase."""
    battles, count = run.battles, int(run.battles.result["count"])
    who = (battles.place[:count].copy(), battles.leader[:count].copy(), battles.defender[:count].copy())
    return Fight(*who, battles.fallen[:count].copy(), battles.begun[:count].copy())


def fight(run: Run) -> None:
    """Attacks are made, actors send their aircraft, places fall, the countryside follows."""
    bar_places(run)
    gather(run.data)
    aircraft = run.actors["air_support"]
    for actor in run.agents.armed:
        if aircraft[actor.index] > 0:
            actor.allot_sorties()
    fight_out(run.data)
    relax_countryside(run.data)
    _log_battles(run)


def _log_battles(run: Run) -> None:
    battles = run.battles
    count, over = int(battles.result["count"]), int(battles.result["over"])
    sides = (battles.place[:count].tolist(), battles.leader[:count].tolist(), battles.defender[:count].tolist())
    rows = list(zip(*sides, strict=True))
    for (place, winner, loser), fallen in zip(rows, battles.fallen[:count].tolist(), strict=True):
        if fallen:
            kind = "town_taken" if run.land.is_town[place] else "site_taken"
            text = f"{run.name(winner)} takes {{place}} from {run.name(loser)}"
            log(run, kind, text, winner, other=loser, place=place)
    for (place, attacker, defender), begun in zip(rows, battles.begun[:count].tolist(), strict=True):
        if begun:
            text = f"{run.name(attacker)} lays siege to {{place}}, held by {run.name(defender)}"
            log(run, "siege_begun", text, attacker, other=defender, place=place)
    ended = (battles.over_place[:over].tolist(), battles.over_besieger[:over].tolist())
    for place, attacker in zip(*ended, strict=True):
        text = f"{run.name(attacker)}'s siege of {{place}} is over"
        log(run, "siege_broken", text, attacker, other=int(run.state.holder[place]), place=place)
