"""One kernel for what all armed actors decide in a month: it runs the stages of :mod:`model.dynamics.operations` one after another.

The stages are kernels of :mod:`model.kernels.forces` and others; here stands only what joins them. Tuples of arguments are in
the order of :mod:`model.compiled.war`, which gathers them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import books, fights, forces, hashing, kernel, ore, posting, sums
from model.kernels.loops import EXP, LOG, NDTRI, Loops, apply, raise_to

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


@kernel
def _thought_of(stance: Ints, junta: int) -> Bools:
    """(F, F) whom each actor fights or might: the junta where at peace with it, and the militias that it leaves alone."""
    count = len(stance)
    out = np.empty((count, count), np.bool_)
    for actor in range(count):
        for other in range(count):
            out[actor, other] = stance[actor, other] == -1
            if junta >= 0 and stance[actor, other] == 0:
                militia = stance[actor, junta] == -1 and stance[junta, other] == 1
                out[actor, other] = other == junta or militia
    return out


@kernel
def _rents(
    fixed: tuple[Any, ...], state: tuple[Any, ...], tax: tuple[Ints, Floats, Floats], rules: Any, price: float
) -> Floats:
    rent_site, crossing_place, crossing_capacity, mine_place = fixed
    holder, lanes, capacity, operating, tax_cut = state
    comes_to = ore.taxes(tax[0], tax[1], tax[2], tax_cut, rules.invoiced, price)[2]
    usd = np.empty(len(mine_place))
    for mine in range(len(mine_place)):
        by = holder[mine_place[mine]]
        usd[mine] = (comes_to[by] if by >= 0 else 0.0) / rules.yuan_per_usd
    mines = (usd, capacity, operating)
    crossings = (crossing_place, crossing_capacity, lanes, rules.toll_rate)
    return books.rents(rent_site, *crossings, mine_place, mines, rules.rent_operating)


@kernel
def _errors(
    loops: Loops, salts: Keys, month: int, pairs: tuple[Ints, Ints], keys: tuple[Keys, Keys], known: Floats, belief: Any
) -> tuple[Floats, Floats]:
    """(K,) factors by which actors misjudge defences, and (2, K) Gumbel draws for attacking and for holding still."""
    actor, place = pairs
    noise, persistence, months = belief
    count = len(actor)
    who, where, appraisal = (np.empty(count, np.uint64), np.empty(count, np.uint64), np.empty(count, np.uint64))
    for k in range(count):
        who[k], where[k] = keys[0][actor[k]], keys[1][place[k]]
        span = np.uint64(months[actor[k]])
        appraisal[k] = (np.uint64(month) + where[k] % span) // span
    u = hashing.uniform_rows(salts[:3], month, who, where)
    slow = hashing.uniform3(salts[3], 0, who, where, appraisal)
    apply(loops, NDTRI, slow, slow)
    apply(loops, NDTRI, u[0], u[0])
    error = forces.errors_of_belief(actor, place, known, slow, u[0], noise, persistence)
    apply(loops, EXP, error, error)
    luck = u[1:].copy()
    flat = luck.reshape(2 * count)
    for _ in range(2):
        apply(loops, LOG, flat, flat)
        for k in range(2 * count):
            flat[k] = -flat[k]
    return error, luck


@kernel
def _strengths(
    loops: Loops,
    rules: Any,
    near: tuple[Ints, Ints],
    wall: Floats,
    war: tuple[Any, ...],
    means: tuple[Any, ...],
    who: tuple[Floats, Floats],
    standing: tuple[Floats, Ints],
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The arrays of :class:`model.dynamics.operations.Forces`, in its order."""
    holder, attacker, stance, troops, supply = war
    worth = fights.worth_of_fighters(loops, troops, means, who[0], rules)
    entries, factor = forces.present(troops, supply)
    raise_to(loops, factor, rules.supply_exponent, factor)
    values = (rules.defence_without_supply, rules.ally_share, rules.siege_odds)
    found = (troops, supply, worth, factor, entries)
    return forces.strengths(*found, near, who[1], (holder, attacker, stance), wall, values, standing)


@kernel
def weigh(
    loops: Loops,
    salts: Keys,
    time: tuple[int, float],
    table: Any,
    junta: int,
    land: tuple[Any, ...],
    lure: tuple[Any, ...],
    trade: tuple[Any, ...],
    keys: tuple[Keys, Keys],
    war: tuple[Any, ...],
    means: tuple[Any, ...],
    works: tuple[Any, ...],
    who: tuple[Any, ...],
    weights: tuple[Floats, ...],
    costs: tuple[Floats, ...],
    tax: tuple[Any, ...],
) -> tuple[Any, ...]:
    """Weigh every attack within reach, as :func:`model.phases.decide_operations` does in NumPy.

    Returns:
        (K,) actors, places, believed chances, utilities, the same if massed, (2, K) luck of the options at war as things
        stand; (F, P) share of fighters that attacks draw on, strength within reach, staging; (F, F + 1) prospects.
    """
    start, end, home, is_town, wall, minded = land
    holder, attacker, stance, troops, _, known, establishment = war
    effectiveness, commit, kept, most, noise, persistence, months, usual = who
    month, price = time
    rules = table[0]
    drawn_on = ((effectiveness, commit), (kept, establishment))
    strong = _strengths(loops, rules, (start, end), wall, war[:5], means[:4], *drawn_on)
    field, reach, spare, called, defence = strong
    actor, place = forces.pairs_within_reach(holder, _thought_of(stance, junta), reach, 1.0)
    rent = _rents(trade, (holder, *works), tax, rules, price)
    guard = defence * wall
    at = (called, field, guard, holder, stance, rent, means[4])
    value = forces.worth_of_places(actor, place, (start, end), *at, home, is_town, lure, weights)
    error, luck = _errors(loops, salts, month, (actor, place), keys, known, (noise, persistence, months))
    full, fighters = sums.row_sums(field), np.maximum(troops.sum(axis=1), 1)
    keeping, opening = costs[3].copy(), costs[4].copy()
    for k in range(len(full)):
        full[k] = commit[k] * full[k] / max(most[k], 1)
        dear = max(usual[k] * fighters[k] / max(means[0][k], 1e-9), 1.0)  # see operations.scarcity
        keeping[k], opening[k] = keeping[k] * dear, opening[k] * dear
    attack, believed = forces.odds_of_options(actor, place, called, defence, wall, error, full)
    chance = fights.chances(loops, attack, believed, rules)
    given = (attacker, minded, fighters, means[5], (*costs[:3], keeping, opening), rules.attacker_loss)
    utility, massed = forces.utilities(actor, place, value, chance, attack, believed, *given)
    gathering = forces.staging(start, end, actor, place, massed, len(troops))
    best, rows = forces.prospects(actor, place, utility, holder, stance)
    options = (actor[rows], place[rows], chance[rows], utility[rows], massed[rows], luck[:, rows])
    return (*options, spare, reach, gathering, best)


@kernel
def _join(
    salt: np.uint64,
    month: int,
    options: tuple[Any, ...],
    bounds: Ints,
    picked: Ints,
    stance: Ints,
    pools: tuple[Any, ...],
) -> Ints:
    """Rows of the options at which People's Defence Forces join allies; see :func:`agents.armed.join_operations`."""
    keys, pool, least, hope, recognised, base, gain = pools
    chance = np.zeros(len(stance))
    for k in range(len(pool)):
        drive = max(hope[pool[k]], recognised[pool[k]] - base[pool[k]])
        chance[pool[k]] = least[k] + (1 - least[k]) * gain * drive
    near = forces.joinable_rows(chance, options[0], options[1], bounds, picked, stance, len(keys[1]))
    who = options[0][near]
    u = hashing.uniform2(salt, month, keys[0][who], keys[1][options[1][near]])
    return near[u < chance[who]]


@kernel
def decide(
    weighed: tuple[Any, ...],
    habits: tuple[Floats, Ints],
    pools: tuple[Any, ...],
    posted: tuple[Any, ...],
) -> tuple[Ints, Ints, Floats, Floats]:
    """Weigh all attacks, choose among them in the usual way and move reserves, as :func:`model.phases.decide_operations` does.

    Args:
        weighed: arguments of :func:`weigh`.
        habits: (F,) precision of choice, (F,) most operations a month.
        pools: keys, (D,) indices of the pools and their least chance to join, (F,) what raises it, its gain.
        posted: (P,) months cut off, (F + 1, N) control, (F, P) postures, (F,) mobile shares.

    Returns:
        (K,) actors and (K,) places of the orders, (F, P) share of fighters that attacks draw on, (F, F + 1) prospects.
    """
    salts, month, rules = weighed[1], weighed[2][0], weighed[3][0]
    holder, attacker, stance, troops, supply, _, _ = weighed[9]
    actor, place, _, utility, _, luck, spare, reach, gathering, best = weigh(*weighed)
    bounds, row = np.zeros(len(stance) + 1, np.int64), 0
    for number in range(len(stance)):
        while row < len(actor) and actor[row] == number:
            row += 1
        bounds[number + 1] = row
    picked, _ = forces.best_rows(utility, luck, bounds, *habits)
    attacked = np.zeros(len(actor), np.bool_)
    attacked[_join(salts[4], month, (actor, place), bounds, picked, stance, pools)] = True
    attacked[picked] = True
    isolated, control, posture, mobile = posted
    at = (supply, attacker, isolated, reach, gathering, stance, holder, control, posture, mobile)
    weights = (rules.threat_weight, rules.staging_weight, rules.countryside_weight)
    posting.move_reserves(troops, *at, weights, rules.joined_supply)
    return actor[attacked], place[attacked], spare, best
