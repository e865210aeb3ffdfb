"""Fights: fighters gather, posts fall, towns are besieged and stand or fall.

State of a place under attack: ``urban`` in 0-1, how far its fall has gone. Equations (E3.5 with SOURCES K1 and K3):

* posts: captured ~ Binomial(assaults, p) with the wall factor of a post;
* town: ``logit u += x (4 lambda (2 p - 1)) + sqrt(x) sigma xi`` where ``x`` is the share of the posts already lost: the belt
  falls first. It begins at ``u0``, falls at ``u >= 0.9``, and is saved after two months in which nobody attacks, or one at
  ``u <= 0.1``: a besieger who stays and fails keeps the siege (SOURCES K1 would end it, and let it begin afresh at ``u0``);
* losses follow the engaged force ``min(T_att, T_def)``: attackers ``delta_A (2 - p)``, defenders ``delta_D (0.5 + p)`` plus
  ``iota (1 - s)`` of a besieged garrison, in whole fighters by keyed binomials;
* arms: who fights, on either side, uses up a share of its arms, so that an offensive that outruns its supply of them loses
  strength: it has a culminating point (Clausewitz, *On War*, book VII).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws
from model.dynamics.contest import ContestParameters, attack_supply, defence_supply, fighter_worth, success
from model.dynamics.ground import Ground
from model.dynamics.operations import FortificationParameters, walls
from model.kernels import compiled, fronts
from model.kernels import forces as kernels
from model.kernels.loops import LOOPS
from model.parameters import ParameterTable, as_record, parameter
from model.state import NOBODY, State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SIEGE_MONTHS = 2
"""What is called a siege: an attack that goes on for a second month once most of the posts around a place are gone."""


class CombatParameters(ParameterTable):
    """Sieges and losses."""

    urban_drift: float = parameter(
        1.0, low=0.3, high=2.0, unit="logit/month", meaning="Speed at which a town falls, lambda.", source="SOURCES K1",
        status="weakly identified",
    )  # fmt: skip
    urban_noise: float = parameter(
        0.4, low=0.1, high=1.0, unit="logit/month^0.5", meaning="Noise of a siege, sigma.", source="SOURCES K1",
        status="weakly identified",
    )  # fmt: skip
    site_speed: float = parameter(
        2.0, low=1.0, high=5.0, unit="x", meaning="How much faster gates, mines and small towns fall.", source="assumed"
    )
    urban_start: float = parameter(
        0.3,
        low=0.15,
        high=0.5,
        unit="0-1",
        meaning="Where the fall of an attacked place begins, u0.",
        source="SOURCES K1",
    )
    urban_fallen: float = parameter(
        0.9, low=0.8, high=0.95, unit="0-1", meaning="Where the place has fallen.", source="SOURCES P19"
    )
    urban_saved: float = parameter(
        0.1, low=0.05, high=0.14, unit="0-1", meaning="Where the place is nearly safe.", source="SOURCES P19"
    )
    attacker_loss: float = parameter(
        0.025, low=0.01, high=0.05, unit="1/month", meaning="Attackers lost over the engaged force, delta_A.", source="SOURCES P12",
        status="weakly identified",
    )  # fmt: skip
    defender_loss: float = parameter(
        0.03, low=0.01, high=0.06, unit="1/month", meaning="Defenders lost over the engaged force, delta_D.", source="SOURCES P13",
        status="weakly identified",
    )  # fmt: skip
    isolation_loss: float = parameter(
        0.06, low=0.02, high=0.12, unit="1/month", meaning="Losses of a besieged garrison without supply, iota.",
        source="SOURCES P14", status="weakly identified",
    )  # fmt: skip
    arms_spent: float = parameter(
        0.05, low=0.0, high=0.3, unit="1/month", meaning="Share of their arms that fighters in a fight use up.",
        source="assumed: 125 rounds a month at a dollar, over the price of arming a fighter, which has ammunition in it",
    )  # fmt: skip
    captured_share: float = parameter(
        0.35, low=0.0, high=1.0, unit="0-1", meaning="Share of a garrison that is captured when its place falls.",
        source="assumed; 302 soldiers fled to China from Kanpaiti",
    )  # fmt: skip
    captured_arms: float = parameter(
        0.5,
        low=0.0,
        high=1.0,
        unit="0-1",
        meaning="Share of the lost garrison's arms that the winner can use.",
        source="assumed",
    )
    posts_rebuilt: float = parameter(
        0.1, low=0.0, high=0.5, unit="1/month", meaning="Share of missing posts that a holder rebuilds when unattacked.",
        source="assumed",
    )  # fmt: skip
    posts_on_capture: float = parameter(
        0.3,
        low=0.0,
        high=1.0,
        unit="0-1",
        meaning="Share of the posts that the winner can man at once.",
        source="assumed",
    )


@dataclass
class Orders:
    """Attacks ordered this month, shape (K,), ordered by actor, then place."""

    actor: Ints
    place: Ints
    spare: Floats
    """(F, P) share of the fighters at each place that attacks elsewhere draw on, 0-1."""


@dataclass
class Fight:
    """What happened at the places attacked, shape (L,), one row a place."""

    place: Ints
    attacker: Ints
    defender: Ints
    fallen: Bools
    begun: Bools
    """Whether the attack became a siege this month (:data:`SIEGE_MONTHS`)."""


def gather(ground: Ground, state: State, orders: Orders) -> None:
    """Move the committed fighters to the places they attack, in whole fighters; nobody is lost on the way.

    Args:
        ground: static arrays.
        state: ``troops`` changes.
        orders: attacks; an actor's fighters near several of its targets are shared out evenly.
    """
    if compiled():
        kernels.gather(state.troops, ground.near_start, ground.near_end, orders.actor, orders.place, orders.spare)
        return
    near = ground.near_dense[orders.place]
    calls = np.zeros(state.troops.shape)
    np.add.at(calls, orders.actor, near)
    attacked = np.zeros(state.troops.shape, bool)
    attacked[orders.actor, orders.place] = True
    share = np.divide(orders.spare, calls, out=np.zeros_like(calls), where=(calls > 0) & ~attacked)
    moved = np.floor(near * state.troops[orders.actor] * share[orders.actor]).astype(np.int64)
    np.subtract.at(state.troops, orders.actor, moved)
    np.add.at(state.troops, (orders.actor, orders.place), moved.sum(axis=1))


def _sides(state: State, orders: Orders) -> tuple[Ints, Ints, Bools]:
    """Places attacked, the actor that leads each attack, and (F, L) who fights in it: allies of the leader."""
    places = np.unique(orders.place)
    present = np.zeros((len(state.troops), len(places)), bool)
    present[orders.actor, np.searchsorted(places, orders.place)] = True
    force = np.where(present, state.troops[:, places], -1)
    leader = force.argmax(axis=0)
    return places, leader, present & (state.stance[leader].T == 1)


class Battle(NamedTuple):
    """What the fights of a month are fought with."""

    ground: Ground
    state: State
    """Troops, posts, sieges and holders change."""
    draws: Draws
    orders: Orders
    """The attacks; their fighters are there already (:func:`gather`)."""
    combat: CombatParameters
    contest: ContestParameters
    fort: FortificationParameters
    form: str
    """``structure.contest``."""
    profile: dict[str, Floats]
    """(F,) ``effectiveness`` and ``assaults_per_operation``."""
    air: Floats
    """(2, P) 0-1, air support of the attacker and of the defender at each place."""


def resolve(battle: Battle) -> Fight:
    """Fight out all attacks of a month at once."""
    return _resolve_compiled(battle) if compiled() else _resolve(battle)


def _resolve(battle: Battle) -> Fight:
    ground, state, draws, orders, parameters, contest, fort, form, profile, air = battle
    places, leader, sides = _sides(state, orders)
    worth = fighter_worth(state, profile["effectiveness"], contest)[:, None]
    attack = (sides * state.troops[:, places] * worth * attack_supply(state.supply[:, places], contest)).sum(axis=0)
    defender = state.holder[places]
    guards = _guards(state, places, defender)
    defence = (guards * state.troops[:, places] * worth * defence_supply(state.supply[:, places], contest)).sum(axis=0)
    attack = attack * (1 + (fort.air - 1) * air[0, places])
    defence = defence * (1 + (fort.air - 1) * air[1, places])
    chance_post = success(attack, defence * fort.post, contest.decisiveness, form)
    chance = success(attack, defence * walls(ground, fort)[places], contest.decisiveness, form)
    _posts(ground, state, draws, places, leader, sides, chance_post, profile["assaults_per_operation"])
    _close_in(state, places, leader)
    fallen = _siege(ground, state, draws, places, leader, chance, parameters)
    _losses(ground, state, draws, places, sides, guards, chance, parameters)
    _unattacked(state, places, parameters)
    return Fight(places, leader, defender, fallen, (state.besieged[places] == SIEGE_MONTHS) & ~fallen)


def _resolve_compiled(battle: Battle) -> Fight:
    ground, state, draws, orders, parameters, contest, fort, form, profile, air = battle
    rules = _rules(contest, fort, parameters, form)
    salts = np.array([draws.salt(name) for name in ("posts", "siege", "losses")])
    land = (ground.near_start, ground.near_end, ground.is_town, walls(ground, fort), ground.territory)
    keys, tally = (
        (ground.actor_keys, ground.place_keys),
        (state.tally.dead, state.tally.deaths, state.tally.posts_taken),
    )
    worth = fighter_worth(state, profile["effectiveness"], contest)
    given = (arrays_of_war(state), tally, (orders.actor, orders.place), worth, profile["assaults_per_operation"], air)
    return Fight(*fronts.resolve(LOOPS, rules, (salts, state.month, *keys), land, *given))


@lru_cache(maxsize=16)
def _rules(
    contest: ContestParameters, fort: FortificationParameters, combat: CombatParameters, form: str
) -> NDArray[np.void]:
    return as_record(contest, fort, combat, siege_months=SIEGE_MONTHS, difference=form == "difference")


def arrays_of_war(state: State) -> tuple[Any, ...]:
    """What of the state the kernels of fights change, in their order."""
    where = (state.troops, state.supply, state.holder, state.attacker, state.stance)
    return (
        *where,
        state.siege_progress,
        state.months_unattacked,
        state.besieged,
        state.isolated,
        state.posts,
        state.posts_full,
    )


def _close_in(state: State, places: Ints, leader: Ints) -> None:
    """Count the months of each siege: attacks by one actor, or its allies, on a place that has lost most of its posts."""
    before = state.attacker[places]
    other = (before == NOBODY) | (state.stance[before, leader] != 1)
    bare = 2 * state.posts[places] <= state.posts_full[places]
    state.besieged[places] = np.where(other, 0, state.besieged[places]) + bare


def _guards(state: State, places: Ints, defender: Ints) -> Bools:
    guards = np.zeros((len(state.troops), len(places)), bool)
    held = defender >= 0
    guards[defender[held], np.flatnonzero(held)] = True
    return guards


def _posts(
    ground: Ground,
    state: State,
    draws: Draws,
    places: Ints,
    leader: Ints,
    sides: Bools,
    chance: Floats,
    assaults: Floats,
) -> None:
    tries = (sides * assaults[:, None]).sum(axis=0)
    won = draws.binomial("posts", state.month, tries, chance, ground.place_keys[places])
    won = np.minimum(won, state.posts[places])
    state.posts[places] -= won
    np.add.at(state.tally.posts_taken, leader, won)


def _siege(
    ground: Ground, state: State, draws: Draws, places: Ints, leader: Ints, chance: Floats, parameters: CombatParameters
) -> Bools:
    fresh = state.attacker[places] == NOBODY
    u = np.where(fresh, parameters.urban_start, np.maximum(state.siege_progress[places], 1e-3))
    full = np.maximum(state.posts_full[places], 1)
    exposed = np.where(state.posts_full[places] > 0, 1 - state.posts[places] / full, 1.0)
    exposed = np.clip(exposed, 0.0, 1.0)
    speed = parameters.urban_drift * np.where(ground.is_town[places], 1.0, parameters.site_speed)
    xi = draws.normal("siege", state.month, ground.place_keys[places])
    step = exposed * 4 * speed * (2 * chance - 1) + np.sqrt(exposed) * parameters.urban_noise * xi
    u = special.expit(special.logit(np.clip(u, 0.02, 0.98)) + step)
    fallen = (u >= parameters.urban_fallen) | (chance >= 1.0)
    state.siege_progress[places] = u
    state.attacker[places] = leader
    state.months_unattacked[places] = 0
    return np.asarray(fallen)


def _losses(
    ground: Ground,
    state: State,
    draws: Draws,
    places: Ints,
    sides: Bools,
    guards: Bools,
    chance: Floats,
    parameters: CombatParameters,
) -> None:
    here = state.troops[:, places]
    attackers, defenders = (sides * here).sum(axis=0), (guards * here).sum(axis=0)
    engaged = np.minimum(attackers, defenders)
    rate_attack = parameters.attacker_loss * (2 - chance) * engaged / np.maximum(attackers, 1)
    rate_defence = parameters.defender_loss * (0.5 + chance) * engaged / np.maximum(defenders, 1)
    starving = (
        parameters.isolation_loss * (1 - state.supply[:, places]) * (state.isolated[places] > 0) * (attackers > 0)
    )
    rate = sides * rate_attack + guards * (rate_defence + starving)
    actor, column = np.nonzero((rate > 0) & (here > 0))
    place = places[column]
    killed = draws.binomial(
        "losses",
        state.month,
        here[actor, column],
        rate[actor, column],
        ground.actor_keys[actor],
        ground.place_keys[place],
    )
    state.troops[actor, place] -= killed
    np.add.at(state.tally.dead, actor, killed)
    np.add.at(state.tally.deaths, ground.territory[place], killed)


def _unattacked(state: State, places: Ints, parameters: CombatParameters) -> None:
    """Sieges that nobody presses ease; after two quiet months they are over, and posts are rebuilt."""
    resting = np.ones(len(state.holder), bool)
    resting[places] = False
    besieged = resting & (state.attacker != NOBODY)
    state.siege_progress[besieged] *= 0.5
    state.months_unattacked[besieged] += 1
    safe = resting & (state.attacker == NOBODY)
    missing = np.maximum(state.posts_full - state.posts, 0)
    rebuilt = np.ceil(parameters.posts_rebuilt * missing).astype(np.int64)
    state.posts[safe] += rebuilt[safe]


def expend(state: State, orders: Orders, fight: Fight, spent: float) -> None:
    """Use up arms: each actor's, in proportion to its fighters in the fights of the month.

    Args:
        state: ``arms`` and the tally change.
        orders: the attacks of the month.
        fight: what came of them; nothing has been taken yet.
        spent: share of the arms of fighters in a fight that a month uses up, 0-1.
    """
    forces, held = len(state.troops), (fight.defender >= 0).nonzero()[0]
    guards, at = fight.defender[held], fight.place[held]
    fighting = np.bincount(orders.actor, state.troops[orders.actor, orders.place], forces)
    fighting += np.bincount(guards, state.troops[guards, at], forces)
    used = spent * state.arms * fighting / np.maximum(state.troops.sum(axis=1), 1)
    state.arms = state.arms - used
    state.tally.arms_lost += used


def learn(state: State, orders: Orders, forgetting: Floats) -> None:
    """Those who fought at a place know its garrison; what they knew of others fades.

    Args:
        state: ``known`` changes.
        orders: the attacks of the month.
        forgetting: (F,) share forgotten a month, 0-1.
    """
    state.known *= (1 - forgetting)[:, None]
    state.known[orders.actor, orders.place] = 1.0


def lift_sieges(state: State, saved: float) -> tuple[Ints, Ints]:
    """End the attacks that nobody has pressed for two months, or for one where the place is nearly safe, or in peace.

    Args:
        state: the state.
        saved: ``urban`` at or below which a place is nearly safe.

    Returns:
        Places that had been besieged and the actors that besieged them.
    """
    at = (state.attacker != NOBODY).nonzero()[0]
    besieger, holder = state.attacker[at], state.holder[at]
    peace = (holder >= 0) & (state.stance[besieger, holder] != -1)
    left = (state.months_unattacked[at] >= 2) | (state.months_unattacked[at] > 0) & (state.siege_progress[at] <= saved)
    over = at[left | peace]
    over_siege = over[state.besieged[over] >= SIEGE_MONTHS]
    who = state.attacker[over_siege].copy()
    state.attacker[over] = NOBODY
    state.besieged[over] = 0
    state.siege_progress[over] = 0.0
    state.months_unattacked[over] = 0
    return over_siege, who


def take(ground: Ground, state: State, draws: Draws, fight: Fight, parameters: CombatParameters) -> None:
    """Hand fallen places to those who took them; their garrisons flee, are captured, or scatter."""
    for row in fight.fallen.nonzero()[0]:
        place, winner, loser = int(fight.place[row]), int(fight.attacker[row]), int(fight.defender[row])
        if loser >= 0:
            _rout(ground, state, draws, place, winner, loser, parameters)
        state.tally.posts_taken[winner] += state.posts[place]
        state.holder[place] = winner
        state.attacker[place] = NOBODY
        state.besieged[place] = 0
        state.siege_progress[place] = 0.0
        state.months_unattacked[place] = 0
        state.isolated[place] = 0
        state.posts[place] = int(parameters.posts_on_capture * state.posts_full[place])
        if ground.is_town[place]:
            state.totals.towns_changed += 1
            state.towns_lost_year[winner] -= 1
            if loser >= 0:
                state.towns_lost_year[loser] += 1


def _rout(
    ground: Ground, state: State, draws: Draws, place: int, winner: int, loser: int, parameters: CombatParameters
) -> None:
    garrison = int(state.troops[loser, place])
    refuge, fighters = _refuge(ground, state, place, loser)
    share = np.array([1.0 if refuge == NOBODY else parameters.captured_share])
    keys = (ground.actor_keys[loser : loser + 1], ground.place_keys[place : place + 1])
    captured = int(draws.binomial("captured", state.month, np.array([garrison]), share, *keys)[0])
    arms = float(state.arms[loser]) * captured / max(fighters, 1)
    state.troops[loser, place] = 0
    if refuge != NOBODY:
        state.troops[loser, refuge] += garrison - captured
    state.tally.captured[loser] += captured
    state.arms[loser] -= arms
    state.tally.arms_lost[loser] += arms
    state.arms[winner] += arms * parameters.captured_arms
    state.tally.arms_gained[winner] += arms * parameters.captured_arms


def _refuge(ground: Ground, state: State, place: int, loser: int) -> tuple[int, int]:
    """Where a garrison flees to: the place next to it with most fighters of its own (-1 none); all fighters of the actor."""
    near = ground.near_end[ground.near_start[place] : ground.near_start[place + 1]]
    near = near[(state.holder[near] == loser) & (near != place)]
    best = int(near[np.argmax(state.troops[loser, near])]) if near.size else NOBODY
    return best, int(state.troops[loser].sum())
