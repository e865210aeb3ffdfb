"""Combat: fighters gather, posts fall, towns are besieged and hold out or fall.

State of a place under attack: ``siege_progress`` in 0-1, how far its fall has gone. Equations (E3.5 with SOURCES K1 and K3):

* approach: a column fights its way up the road, ``column_km p`` a month (in the rains less), ``p`` its chance in the open; the way is
  that from the next place on the roads, times the share of the township's villages that are not its own or its allies'. So whoever
  has the villages stands before the town at once, and an army without them is months on the road. It falls back when nobody presses on;
* posts: captured ~ Binomial(assaults, p) with the wall factor of a post;
* town: ``logit u += x (4 lambda (2 p - 1)) + sqrt(x) sigma xi`` where ``x`` is the share of the posts already lost: the belt
  falls first. It begins at ``u0``, falls at ``u >= 0.9``, and is saved after two months in which nobody attacks, or one at
  ``u <= 0.1``: a besieger who stays and fails keeps the siege (SOURCES K1 would end it, and let it begin afresh at ``u0``);
* losses follow the engaged force ``min(T_att, T_def)``: attackers ``delta_A (2 - p)``, defenders ``delta_D (0.5 + p)`` plus
  ``iota (1 - s)`` of a besieged garrison, in whole fighters by keyed binomials;
* arms: who fights, on either side, uses up a share of its arms, so that an offensive that outruns its supply of them loses
  strength: it has a culminating point (Clausewitz, *On War*, book VII).

Fighters gather first (:mod:`model.dynamics.front`), and actors say where their aircraft fly (``front.air``).
"""

from __future__ import annotations

from math import ceil, inf, log, sqrt
from typing import Any

from model import draws
from model.compile import compiled
from model.dynamics.capture import end_siege, lift_sieges, take
from model.dynamics.contest import chance_of_success, supply_in_defence, worth_of_fighter
from model.dynamics.front import ALLIED, ATTACK, DEFENCE, SIEGE_MONTHS, fighters_of
from model.dynamics.handover import move_in
from model.dynamics.supply import rain_friction
from model.parameters import ParameterTable, parameter


class CombatParameters(ParameterTable):
    """Columns, sieges and losses."""

    column_km: float = parameter(60.0, low=10.0, high=1000.0, unit="km/month", off=1000.0, status="weakly identified")
    """Monthly advance of an unopposed column by road, adjusted for hills, past villages that it does not control.
    Source: assumed: Kawlin was retaken three months after its loss (record/town_events.csv)."""

    urban_drift: float = parameter(1.0, low=0.3, high=2.0, unit="logit/month", status="weakly identified")
    """Speed at which a town falls, lambda. Source: SOURCES K1."""
    urban_noise: float = parameter(0.4, low=0.1, high=1.0, unit="logit/month^0.5", status="weakly identified")
    """Noise of a siege, sigma. Source: SOURCES K1."""
    site_speed: float = parameter(2.0, low=1.0, high=5.0, unit="x")
    """Relative speed at which small places fall."""
    urban_start: float = parameter(0.3, low=0.15, high=0.5, unit="0-1")
    """Initial siege progress of an attacked place, u0. Source: SOURCES K1."""
    urban_fallen: float = parameter(0.9, low=0.8, high=0.95, unit="0-1")
    """Siege progress at which a place has fallen; at 1 minus this it is nearly safe. Source: SOURCES P19."""
    attacker_loss: float = parameter(0.025, low=0.01, high=0.05, unit="1/month", status="weakly identified")
    """Attackers lost relative to the engaged force, delta_A. Source: SOURCES P12."""
    defender_loss: float = parameter(0.03, low=0.01, high=0.06, unit="1/month", status="weakly identified")
    """Defenders lost relative to the engaged force, delta_D. Source: SOURCES P13."""
    isolation_loss: float = parameter(0.06, low=0.02, high=0.12, unit="1/month", status="weakly identified")
    """Losses of a besieged garrison without supply, iota. Source: SOURCES P14."""
    arms_spent: float = parameter(0.05, low=0.0, high=0.3, unit="1/month")
    """Share of their arms that fighters use up in battle. Source: assumed: 125 rounds per month at a dollar,
    relative to the price of arming a fighter, which includes ammunition."""
    captured_share: float = parameter(0.35, low=0.0, high=1.0, unit="0-1")
    """Share of a garrison captured when its place falls. Source: assumed; 302 soldiers fled to China from Kanpaiti."""
    captured_arms: float = parameter(0.5, low=0.0, high=1.0, unit="0-1")
    """Share of a routed garrison's lost arms that the winner can use."""


# equations -----------------------------------------------------------------------------------------------------------


@compiled
def exposure(posts: int, full: int) -> float:
    """Share of its posts that a place has lost, 0-1; 1 where it never had any."""
    return min(max(1.0 - posts / full, 0.0), 1.0) if full > 0 else 1.0


@compiled
def progress_of_siege(progress: float, exposed: float, speed: float, chance: float, xi: float, combat: Any) -> float:
    """How far the fall of a place has gone after a month of attack, 0-1.

    Args:
        progress: how far it had gone.
        exposed: share of its posts that are lost, 0-1.
        speed: of its fall, logit/month.
        chance: that the attack succeeds, 0-1.
        xi: a standard normal.
        combat: the table.
    """
    u = min(max(progress, 0.02), 0.98)
    step = exposed * 4.0 * speed * (2.0 * chance - 1.0) + sqrt(exposed) * combat.urban_noise * xi
    return draws.logistic(log(u / (1.0 - u)) + step)


@compiled
def supported(strength: float, air: float, fortification: Any) -> float:
    """Strength with a share ``air`` (0-1) of full air support."""
    return strength * (1.0 + (fortification.air - 1.0) * air)


@compiled
def attackers_lost(chance: float, engaged: int, attackers: int, combat: Any) -> float:
    """Share of the attackers who are lost in a month."""
    return combat.attacker_loss * (2.0 - chance) * engaged / max(attackers, 1)


@compiled
def defenders_lost(chance: float, engaged: int, defenders: int, combat: Any) -> float:
    """Share of the defenders who are lost in a month of fighting; hunger comes on top."""
    return combat.defender_loss * (0.5 + chance) * engaged / max(defenders, 1)


# process: contests, posts, sieges, losses ----------------------------------------------------------------------------


@compiled
def fight_out(run: Any) -> None:
    """Fight out the attacks of a month: posts and places fall, fighters are lost, sieges begin and end.

    Args:
        run: what :func:`model.dynamics.front.gather` left, with ``front.air`` as the actors want it; nearly all of the war's state changes.
    """
    battles, state = run.battles, run.state
    count_flights(run)
    for a in range(len(run.front.worth)):
        run.front.worth[a] = worth_of_fighter(run, a, fighters_of(run, a))
    at = 0
    for p in range(len(state.holder)):
        if at < battles.result.count and battles.place[at] == p:
            fight_at(run, at)
            at += 1
        else:
            rest(run, p)
    expend(run)
    learn(run)
    for at in range(battles.result.count):
        if battles.fallen[at] and battles.result.held:
            stand(run, battles.place[at], battles.leader[at])
        elif battles.fallen[at]:
            take(run, battles.place[at], battles.leader[at], battles.defender[at])
    lift_sieges(run)


@compiled
def count_flights(run: Any) -> None:
    """Note in each territory the fight that most sorties of either side flew to."""
    flown, air, battles = run.state.tally.air_fights, run.front.air, run.battles
    for at in range(battles.result.count):
        p = battles.place[at]
        n = run.land.territory[p]
        flown[n] = max(flown[n], air[ATTACK, p], air[DEFENCE, p])


@compiled
def fight_at(run: Any, at: int) -> None:
    """A month of fighting for one place: posts fall, its own fall goes on, both sides lose fighters.

    Args:
        run: the run.
        at: its row in ``battles``, where it is noted whether the place falls and whether a siege begins.
    """
    battles, state, combat = run.battles, run.state, run.rules.combat
    p, leader = battles.place[at], battles.leader[at]
    attack, defence = strength_of_attack(run, p, leader), strength_of_defence(run, p)
    press(run, p, leader)
    arrived = advance(run, p, leader, chance_of_success(attack, defence, run.rules))
    chance = chance_of_success(attack, defence * (run.state.wall[p] if arrived else 1.0), run.rules)
    if arrived:
        storm_posts(run, p, leader, chance_of_success(attack, defence, run.rules))
        close_in(run, p, chance)
    if not battles.result.held:
        suffer_losses(run, p, leader, chance)
    falls = arrived and chance > 0.5 if battles.result.held else chance >= 1.0
    battles.fallen[at] = falls or state.siege_progress[p] >= combat.urban_fallen
    battles.begun[at] = state.besieged[p] == SIEGE_MONTHS and not battles.fallen[at]


@compiled
def strength_of_attack(run: Any, p: int, leader: int) -> float:
    """Strength in the field of the leader and its allies who attack a place, with their aircraft."""
    state, strength, k = run.state, 0.0, run.front.first[p]
    while k >= 0:
        a = run.plans.order_actor[k]
        if state.stance[leader, a] == ALLIED:
            factor = state.supply[a, p] ** run.rules.contest.supply_exponent
            strength += state.troops[a, p] * run.front.worth[a] * factor
        k = run.front.following[k]
    return supported(strength, run.front.air[ATTACK, p], run.rules.fortification)


@compiled
def strength_of_defence(run: Any, p: int) -> float:
    """Strength of a garrison without its walls, with its aircraft; of those who live there where no armed actor holds it."""
    state, a = run.state, run.state.holder[p]
    if a < 0:
        return float(state.locals[p])
    factor = supply_in_defence(state.supply[a, p], run.rules.contest)
    strength = state.troops[a, p] * run.front.worth[a] * factor
    return supported(strength, run.front.air[DEFENCE, p], run.rules.fortification)


@compiled
def storm_posts(run: Any, p: int, leader: int, chance: float) -> None:
    """Take posts around a place: each assault by the leader and its allies succeeds with ``chance``."""
    state, assaults, k = run.state, 0.0, run.front.first[p]
    while k >= 0:
        a = run.plans.order_actor[k]
        if state.stance[leader, a] == ALLIED:
            assaults += run.actors[a].assaults_per_operation
        k = run.front.following[k]
    u = draws.uniform(run.salts.posts, state.clock.month, run.land.place_key[p])
    won = min(draws.binomial(u, int(assaults), chance), state.posts[p])
    state.posts[p] -= won
    state.tally.posts_taken[leader] += won


@compiled
def press(run: Any, p: int, leader: int) -> None:
    """Note who presses the attack on a place; whoever takes it over from others than allies has its own way to come."""
    state, before = run.state, run.state.attacker[p]
    if before < 0 or state.stance[before, leader] != ALLIED:
        state.besieged[p], state.approach[p] = 0, 0.0
    if before < 0:
        state.siege_progress[p] = run.rules.combat.urban_start
    state.attacker[p], state.months_unattacked[p] = leader, 0


@compiled
def way_to(run: Any, p: int, leader: int) -> float:
    """Km of road over which a column has to fight its way to a place: from the next one, but for what friendly villages leave open."""
    land, state, km, foreign = run.land, run.state, inf, 1.0
    for road in range(land.road_start[p], land.road_start[p + 1]):
        km = min(km, land.road_km[road])
    for a in range(len(run.actors)):
        if a == leader or state.stance[leader, a] == ALLIED:
            foreign -= state.control[a, land.territory[p]]
    return km * max(foreign, 0.0) if km < inf else 0.0


@compiled
def advance(run: Any, p: int, leader: int, chance: float) -> bool:
    """A month on the road, at a chance of success in the open; returns whether the column stands before the place."""
    friction = rain_friction(run.state.clock.rains, run.rules.supply)
    run.state.approach[p] += run.rules.combat.column_km * chance / friction
    return bool(run.state.approach[p] >= way_to(run, p, leader))


@compiled
def close_in(run: Any, p: int, chance: float) -> None:
    """Count the months of a siege by one actor or its allies, and move the fall of the place on."""
    state, combat = run.state, run.rules.combat
    if 2 * state.posts[p] <= state.posts_full[p]:
        state.besieged[p] += 1
    progress = max(state.siege_progress[p], 1e-3)
    speed = combat.urban_drift * (1.0 if run.land.is_town[p] else combat.site_speed)
    exposed = exposure(state.posts[p], state.posts_full[p])
    xi = draws.normal(draws.uniform(run.salts.siege, state.clock.month, run.land.place_key[p]))
    state.siege_progress[p] = progress_of_siege(progress, exposed, speed, chance, xi, combat)


@compiled
def suffer_losses(run: Any, p: int, leader: int, chance: float) -> None:
    """Both sides lose fighters; a garrison that is cut off starves as well."""
    state, combat, a, attackers, k = run.state, run.rules.combat, run.state.holder[p], 0, run.front.first[p]
    while k >= 0:
        other = run.plans.order_actor[k]
        attackers += state.troops[other, p] if state.stance[leader, other] == ALLIED else 0
        k = run.front.following[k]
    defenders = state.troops[a, p] if a >= 0 else 0
    engaged = min(attackers, defenders)
    if a >= 0:
        rate = defenders_lost(chance, engaged, defenders, combat)
        if state.isolated[p] > 0 and attackers > 0:
            rate += combat.isolation_loss * (1.0 - state.supply[a, p])
        lose(run, a, p, rate)
    rate, k = attackers_lost(chance, engaged, attackers, combat), run.front.first[p]
    while k >= 0:
        other = run.plans.order_actor[k]
        if state.stance[leader, other] == ALLIED:
            lose(run, other, p, rate)
        k = run.front.following[k]


@compiled
def stand(run: Any, p: int, leader: int) -> None:
    """A place that has not fallen although it would have: it has posts and fighters for even odds, as having stood shows."""
    state, holder = run.state, run.state.holder[p]
    even = strength_of_attack(run, p, leader) / run.state.wall[p]
    if holder < 0:
        state.locals[p] = max(state.locals[p], even)
    else:
        each = run.front.worth[holder] * supply_in_defence(state.supply[holder, p], run.rules.contest)
        each = supported(each, run.front.air[DEFENCE, p], run.rules.fortification)
        move_in(run, p, holder, ceil(even / max(each, 1e-9)))
    state.posts[p] = state.posts_full[p]
    end_siege(run, p)


@compiled
def lose(run: Any, a: int, p: int, rate: float) -> None:
    """Fighters of an actor are killed at a place, each with chance ``rate``."""
    state, land = run.state, run.land
    if rate <= 0.0 or state.troops[a, p] == 0:
        return
    u = draws.uniform(run.salts.losses, state.clock.month, land.actor_key[a], land.place_key[p])
    killed = draws.binomial(u, state.troops[a, p], rate)
    state.troops[a, p] -= killed
    state.tally.dead[a] += killed
    state.tally.deaths[land.territory[p]] += killed


@compiled
def rest(run: Any, p: int) -> None:
    """A month without an attack: a siege that nobody presses eases."""
    state = run.state
    if state.attacker[p] >= 0:
        state.siege_progress[p] *= 0.5
        state.approach[p] *= 0.5
        state.months_unattacked[p] += 1


# process: what fights leave ------------------------------------------------------------------------------------------


@compiled
def expend(run: Any) -> None:
    """Use up arms: a share of those of the fighters in fights, attackers' and garrisons'."""
    state, plans, battles = run.state, run.plans, run.battles
    for a in range(len(state.arms)):
        fighting = 0
        for k in range(plans.orders.count):
            fighting += state.troops[a, plans.order_place[k]] if plans.order_actor[k] == a else 0
        for at in range(battles.result.count):
            fighting += state.troops[a, battles.place[at]] if battles.defender[at] == a else 0
        used = run.rules.combat.arms_spent * state.arms[a] * fighting / max(fighters_of(run, a), 1)
        state.arms[a] -= used
        state.tally.arms_lost[a] += used


@compiled
def learn(run: Any) -> None:
    """Who attacks a place gets to know its garrison; what actors knew of others fades."""
    known, plans = run.state.known, run.plans
    for a in range(len(known)):
        keep = 1.0 - 1.0 / run.actors[a].belief_months
        for p in range(known.shape[1]):
            known[a, p] *= keep
    for k in range(plans.orders.count):
        known[plans.order_actor[k], plans.order_place[k]] = 1.0
