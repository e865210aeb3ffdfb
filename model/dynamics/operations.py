"""What attacks are within reach, what they promise, and what actors believe of them.

Every option is a pair (actor, place). The worth of an attack is ``EU = p V - (1 - p) L - c - S`` in months of the actor's own
revenue: ``p`` the believed chance (contest on perceived strengths), ``V`` the worth of the place, ``L`` of the fighters it
would cost, ``c`` the cost of opening an attack or of keeping one up, the higher the scarcer arms are, ``S`` the Chinese
sanction expected (equation E3.4). Each option is weighed against holding still (utility 0) by a binary quantal response
(McKelvey & Palfrey 1995).

The error of belief about a place is ``sigma (1 - known) (sqrt(w) slow + sqrt(1 - w) fast)``: ``slow`` is drawn once an
appraisal, ``fast`` every month, and who fights at a place gets to know its garrison and forgets it again. Errors drawn
afresh every month would let actors attack by the month's luck, and no siege would last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.draws import Draws, Keys, gumbels
from model.dynamics.contest import ContestParameters, attack_supply, defence_supply, fighter_worth, success
from model.dynamics.ground import Ground, over_actors
from model.parameters import ParameterTable, parameter
from model.state import State
from model.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class FortificationParameters(ParameterTable):
    """What walls, hills of bunkers and aircraft are worth to the defender."""

    town: float = parameter(
        2.6, low=1.5, high=4.0, unit="x", meaning="Strength of a garrison in a town, over the open field.", source="SOURCES P8",
        status="weakly identified",
    )  # fmt: skip
    site: float = parameter(
        1.6, low=1.0, high=3.0, unit="x", meaning="The same at a gate, mine or small town.", source="assumed between post and town",
    )  # fmt: skip
    post: float = parameter(
        1.35, low=1.0, high=2.0, unit="x", meaning="The same in an outpost.", source="SOURCES P9", status="weakly identified",
    )  # fmt: skip
    air: float = parameter(
        1.35, low=1.0, high=1.8, unit="x", meaning="Gain of a side whose fight aircraft support.", source="SOURCES P10",
        status="weakly identified",
    )  # fmt: skip
    air_in_monsoon: float = parameter(
        0.85,
        low=0.7,
        high=1.0,
        unit="x",
        meaning="Worth of air support at the height of the rains.",
        source="SOURCES P11",
    )
    ally_share: float = parameter(
        0.5, low=0.0, high=1.0, unit="0-1", meaning="Share of an ally's fighters in a place that joins its defence.",
        source="assumed; form of Konig et al. 2017",
    )  # fmt: skip
    siege_odds: float = parameter(
        3.0, low=1.0, high=10.0, unit="x", meaning="Strength over the walls' that a siege keeps; what is more is free to leave.",
        source="assumed: the three to one that attackers of prepared positions are taught",
    )  # fmt: skip


@dataclass
class Options:
    """Attacks within reach this month; all arrays have shape (K,), ordered by actor, then place."""

    actor: Ints
    place: Ints
    chance: Floats
    """Believed chance of success, 0-1."""
    utility: Floats
    """Expected utility, months of the actor's own revenue; holding still is 0."""

    massed: Floats
    """The same if a full share of the actor's fighters were brought up first: what reserves are moved for."""
    luck: Floats
    """(2, K) Gumbel draws of this month, for attacking the place and for holding still there."""

    def only(self, rows: Ints) -> Options:
        """Those of some rows."""
        which, what = (self.actor[rows], self.place[rows]), (self.chance[rows], self.utility[rows], self.massed[rows])
        return Options(*which, *what, self.luck[:, rows])


@dataclass
class Forces:
    """How strong each actor is, and where."""

    field: Floats
    """(F, P) attacking strength that stands at each place."""
    reach: Floats
    """(F, P) attacking strength that stands at or next to it."""
    spare: Floats
    """(F, P) share of the fighters at each place that attacks elsewhere draw on, 0-1."""
    called: Floats
    """(F, P) attacking strength that an attack on each place can bring up, with what stands there."""
    defence: Floats
    """(P,) strength of its holder there with allies, before walls and aircraft."""


def strengths(
    ground: Ground, state: State, profile: dict[str, Floats], contest: ContestParameters, fort: FortificationParameters
) -> Forces:
    """Work out how strong each actor is where it stands, within reach of each place, and in defence of each.

    Args:
        ground: static arrays.
        state: the state.
        profile: (F,) ``effectiveness``, ``commit_share`` and ``garrison_kept``.
        contest: table of the contest.
        fort: table of fortification.
    """
    worth, commit = fighter_worth(state, profile["effectiveness"], contest), profile["commit_share"]
    worth = worth[:, None]
    field = state.troops * worth * attack_supply(state.supply, contest)
    reach = (ground.near @ field.T).T
    guard = state.troops * worth * defence_supply(state.supply, contest)
    own = np.zeros(len(state.holder))
    held = np.flatnonzero(state.holder >= 0)
    own[held] = guard[state.holder[held], held]
    allied = (state.stance == 1) & ~np.eye(len(state.stance), dtype=bool)
    helped = np.zeros_like(own)
    helped[held] = over_actors(allied, guard)[state.holder[held], held]
    defence = own + fort.ally_share * helped
    kept = profile["garrison_kept"][:, None] * state.establishment
    bound = _spare(ground, state, field, commit[:, None] * reach, defence, kept, fort)
    threat = (ground.near @ (commit[:, None] * bound * field).T).T
    share = commit[:, None] * _spare(ground, state, field, threat, defence, kept, fort)
    drawn = share * field
    called = field + (ground.near @ drawn.T).T - drawn
    return Forces(field, reach, share, called, defence)


def _spare(
    ground: Ground,
    state: State,
    field: Floats,
    threat: Floats,
    defence: Floats,
    standing: Floats,
    fort: FortificationParameters,
) -> Floats:
    """(F, P) share of an actor's fighters at each place that need not stay there, 0-1.

    A garrison keeps back what would hold its walls at even odds against what the enemies around it could bring, all while it is
    under attack, and never less than a declared share of those who stood there at the start; besiegers keep what the siege
    takes; fighters in the open are free.

    Args:
        ground: static arrays.
        state: the state.
        field: (F, P) attacking strength that stands at each place.
        threat: (F, P) strength that each actor could bring to each place.
        defence: (P,) strength of its holder there, before walls.
        standing: (F, P) fighters that never leave a place that is held.
        fort: table of fortification.
    """
    enemy = over_actors(state.stance == -1, threat)
    actors = np.arange(len(field))[:, None]
    wall = walls(ground, fort)
    need = np.where(state.holder[None] == actors, enemy / wall, 0.0)
    need = np.where(state.attacker[None] == actors, defence * wall * fort.siege_odds, need)
    need = np.where((state.holder == actors) & (state.attacker >= 0), np.inf, need)
    kept = np.divide(need, field, out=np.zeros_like(field), where=field > 0)
    own = (state.holder == actors) & (state.troops > 0)
    kept = np.maximum(kept, np.divide(standing, state.troops, out=np.zeros_like(field), where=own))
    return 1 - np.minimum(kept, 1.0)


def walls(ground: Ground, fort: FortificationParameters) -> Floats:
    """(P,) factor of fortification of a town or site."""
    return _walls(ground, fort.town, fort.site)


@lru_cache(maxsize=64)
def _walls(ground: Ground, town: float, site: float) -> Floats:
    return np.where(ground.is_town, town, site)


def within_reach(state: State, reach: Floats, minimum: float, hostile: Bools) -> tuple[Ints, Ints]:
    """Pairs (actor, place) where an enemy, or nobody, holds a place near the actor's fighters, ordered by actor.

    Args:
        state: who holds what.
        reach: (F, P) strength that stands at or next to each place.
        minimum: strength from which a place is within reach.
        hostile: (F, F) whom each actor counts as an enemy, or thinks of as one.
    """
    targets = np.zeros(reach.shape, bool)
    held = state.holder >= 0
    targets[:, held] = hostile[:, state.holder[held]]
    targets[:, ~held] = True
    actor, place = np.nonzero(targets & (reach >= minimum))
    return actor, place


def at_even_odds(forces: Forces, guard: Floats) -> Bools:
    """(F, P) whether an actor can bring up against a place what its garrison is worth behind walls, ``guard`` (P,)."""
    return np.asarray(forces.called >= guard)


WEIGHTS = (
    "horizon_months",
    "weight_rent",
    "weight_home",
    "weight_population",
    "weight_road",
    "weight_headquarters",
    "ambition_abroad",
    "foresight",
    "weight_safety",
)
"""Parameters of the armed actors that the worth of places takes."""

COSTS = ("weight_loss", "weight_pressure", "dependence_on_china", "siege_cost", "operation_cost")
"""Those that the weighing of attacks takes."""


def worth_of_places(
    world: World,
    ground: Ground,
    state: State,
    rent: Floats,
    weights: dict[str, Floats],
    pairs: tuple[Ints, Ints],
    assailable: Bools,
    strength: tuple[Floats, Floats],
) -> Floats:
    """Worth of places to those who might take them, in months of their own revenue (equation E3.4).

    Args:
        world: the world.
        ground: its static arrays.
        state: the state (revenue is the unit).
        rent: (P,) USD a month that the holder draws from mines, gates and trades there.
        weights: (F,) arrays by parameter name (``weight_home`` and so on).
        pairs: (K,) who would take a place, and (K,) which.
        assailable: (F, P) what :func:`at_even_odds` returned.
        strength: (F, P) attacking strength that stands at each place, and (P,) strength behind walls of each garrison.

    Returns:
        (K,) months of revenue. Rent counts as ``horizon * rent / (rent + revenue)``: what a windfall is worth levels off.
        A place is also worth ``foresight`` times the best enemy place next to it that cannot be attacked at even odds as
        yet: the way to the mines leads over the gate and the town before them. And it is worth ``weight_safety`` times the
        own place next to it that its garrison endangers most, ``V x field / (field + guard)``: who has taken the mines
        wants the gate beside them.
    """
    actor, place = pairs
    own = own_worth(world, ground, state, rent, weights, actor, place)
    count = ground.near_start[place + 1] - ground.near_start[place]
    row = np.repeat(np.arange(len(place)), count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    beyond = ground.near_end[np.repeat(ground.near_start[place], count) + offset]
    who, holder = actor[row], state.holder[beyond]
    value = own_worth(world, ground, state, rent, weights, who, beyond)
    opened = ~assailable[who, beyond] & (holder >= 0) & (state.stance[who, holder] == -1) & (beyond != place[row])
    best, endangered = np.zeros(len(place)), np.zeros(len(place))
    np.maximum.at(best, row[opened], value[opened])
    field, guard = strength
    enemy = np.where(state.holder[place[row]] >= 0, field[state.holder[place[row]], place[row]], 0.0)
    danger = np.divide(enemy, enemy + guard[beyond], out=np.zeros_like(enemy), where=enemy > 0)
    ours = holder == who
    np.maximum.at(endangered, row[ours], (value * danger)[ours])
    return own + weights["foresight"][actor] * best + weights["weight_safety"][actor] * endangered


def own_worth(
    world: World, ground: Ground, state: State, rent: Floats, weights: dict[str, Floats], actor: Ints, place: Ints
) -> Floats:
    """What places are worth by themselves (K,); arguments as those of :func:`worth_of_places`."""
    income = rent[place]
    rents = weights["horizon_months"][actor] * income / (income + state.revenue[actor])
    at_home = ground.home[actor, place]
    value = (
        weights["weight_rent"][actor] * rents
        + weights["weight_home"][actor] * at_home * np.where(ground.is_town[place], 1.0, 0.5)
        + weights["weight_population"][actor] * np.minimum(ground.population[place] / 1e5, 3.0)
        + weights["weight_road"][actor] * world.betweenness[place]
        + weights["weight_headquarters"][actor] * (ground.headquarters_of[place] >= 0)
    )
    return np.asarray(value * np.where(at_home, 1.0, weights["ambition_abroad"][actor]))


class Rules(NamedTuple):
    """What attacks are weighed by."""

    contest: ContestParameters
    fort: FortificationParameters
    form: str
    """``structure.contest``."""
    attacker_loss: float
    """Loss rate of an attacker, 1/month."""


def weigh(
    ground: Ground,
    state: State,
    draws: Draws,
    forces: Forces,
    pairs: tuple[Ints, Ints],
    worth: Floats,
    weights: dict[str, Floats],
    rules: Rules,
) -> Options:
    """Believed chance and expected utility of every attack within reach.

    Args:
        ground: static arrays.
        state: last month's state, which is what actors see.
        draws: keyed draws of the errors of belief.
        forces: what :func:`strengths` returned.
        pairs: what :func:`within_reach` returned.
        worth: (K,) what :func:`worth_of_places` returned.
        weights: (F,) arrays by parameter name.
        rules: tables, the form of the contest, losses.

    Returns:
        The options.
    """
    actor, place = pairs
    who, where = ground.actor_keys[actor], ground.place_keys[place]
    u = draws.several(("belief", "attack", "hold"), state.month, who, where)
    slow = _appraisals(state, draws, weights, actor, who, where)
    noise = (state.known, slow, special.ndtri(u[0]), weights["belief_noise"], weights["belief_persistence"])
    error = np.exp(_errors(actor, place, *noise))
    share = weights["commit_share"] * forces.field.sum(axis=1) / np.maximum(weights["operations_per_month"], 1)
    attack, believed = _odds(actor, place, forces, walls(ground, rules.fort), error, share)
    chance = success(attack, believed, rules.contest.decisiveness, rules.form)
    sides = (chance, attack, believed)
    utility, massed = _utilities(ground, state, actor, place, worth, sides, weights, rules.attacker_loss)
    return Options(actor, place, chance[: len(actor)], utility, massed, gumbels(u[1:]))


def _odds(
    actor: Ints, place: Ints, forces: Forces, wall: Floats, error: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """(2 K,) strengths of attackers and, as they believe, of defenders; the second half with fighters massed first."""
    own = forces.called[actor, place]
    believed = forces.defence[place] * wall[place] * error
    return np.concatenate([own, np.maximum(own, share[actor])]), np.concatenate([believed, believed])


def _utilities(
    ground: Ground,
    state: State,
    actor: Ints,
    place: Ints,
    worth: Floats,
    sides: tuple[Floats, Floats, Floats],
    weights: dict[str, Floats],
    loss_rate: float,
) -> tuple[Floats, Floats]:
    """(K,) expected utilities as things stand, and with fighters massed first; ``sides`` are chances and strengths (2 K,)."""
    fighters, minded = np.maximum(state.troops.sum(axis=1), 1), ground.beijing_cares
    dear = scarcity(state.arms, weights["arms_per_fighter"] * fighters)
    weights = weights | {name: weights[name] * dear for name in ("siege_cost", "operation_cost")}
    chance, better = np.split(sides[0], 2)
    engaged = np.minimum(*(side[: len(actor)] for side in sides[1:]))
    loss = weights["weight_loss"][actor] * loss_rate * (2 - chance) * engaged / (0.05 * fighters[actor])
    sanction = weights["weight_pressure"][actor] * weights["dependence_on_china"][actor] * minded[place]
    sanction = sanction * (0.5 + state.pressure[actor])
    under_way = state.attacker[place] == actor
    cost = np.where(under_way, weights["siege_cost"][actor], weights["operation_cost"][actor])
    utility = chance * worth - (1 - chance) * loss - cost - sanction
    return utility, better * worth - (1 - better) * loss - cost - sanction


def scarcity(arms: Floats, usual: Floats) -> Floats:
    """(F,) how many times dearer an attack is where fewer arms are left than usual: what is left is husbanded.

    Args:
        arms: (F,) fighter equivalents.
        usual: (F,) what as many fighters had at the start.
    """
    return np.asarray(np.maximum(usual / np.maximum(arms, 1e-9), 1.0))


def prospects(state: State, options: Options) -> tuple[Floats, Options]:
    """What each actor expects of a war with each other one, and the options that are at war as things stand.

    Args:
        state: who holds what, and who fights whom.
        options: what :func:`weigh` returned.

    Returns:
        (F, F + 1) the best expected utility of an attack on each other one's places (last column: on nobody's), at least
        0; the options on places of enemies or of nobody.
    """
    best = np.zeros((len(state.troops), len(state.troops) + 1))
    holder = state.holder[options.place]
    np.maximum.at(best, (options.actor, holder), options.utility)
    at_war = (holder < 0) | (state.stance[options.actor, holder] == -1)
    return best, options.only(np.flatnonzero(at_war))


def staging(ground: Ground, options: Options, forces: Forces) -> Floats:
    """(F, P) months of revenue: how much a place serves attacks next to it that would pay once fighters are massed."""
    gain = np.zeros_like(forces.field)
    gain[options.actor, options.place] = np.maximum(options.massed, 0.0)
    return np.asarray((ground.near @ gain.T).T)


def _errors(
    actor: Ints, place: Ints, known: Floats, slow: Floats, fast: Floats, noise: Floats, persistence: Floats
) -> Floats:
    """(K,) logarithmic errors of what actors believe of the defence of places.

    Args:
        actor: (K,) who would attack.
        place: (K,) what place.
        known: (F, P) how well each knows the enemy there.
        slow: (K,) standard normals that last.
        fast: (K,) those of the month.
        noise: (F,) spread of errors about an enemy who is not known.
        persistence: (F,) share of their variance that lasts.
    """
    lasting, unsure = persistence[actor], noise[actor] * (1 - known[actor, place])
    return np.asarray(unsure * (np.sqrt(lasting) * slow + np.sqrt(1 - lasting) * fast))


def _appraisals(state: State, draws: Draws, weights: dict[str, Floats], actor: Ints, who: Keys, where: Keys) -> Floats:
    """(K,) standard normal errors of the appraisals that hold this month."""
    months = weights["belief_months"][actor].astype(np.uint64)
    # Places are appraised in different months, or all would open their offensives together.
    appraisal = (np.uint64(state.month) + where % months) // months
    return draws.normal("appraisal", 0, who, where, appraisal)
