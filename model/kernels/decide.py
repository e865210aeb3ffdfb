"""One kernel for what all armed actors decide in a month: it runs the stages of :mod:`model.dynamics.operations` one after another.

The stages are kernels of :mod:`model.kernels.forces`, :mod:`model.kernels.options` and others; here stands only what joins
them. Tuples of arguments are in the order of :mod:`model.compiled.war`, which gathers them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.kernels import books, fights, forces, hashing, kernel, options, ore, posting
from model.kernels.bound import Bound
from model.kernels.loops import EXP, LOG, NDTRI, Loops, apply, raise_to

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Places = NDArray[np.uint32]
Near = tuple[Ints, Places]


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
    loops: Loops,
    salts: Keys,
    month: int,
    pairs: tuple[Ints, Places],
    keys: tuple[Keys, Keys],
    known: Floats,
    belief: Any,
) -> Floats:
    """(M,) factors by which (M,) actors misjudge the defence of (M,) places."""
    actor, place = pairs
    noise, persistence, months = belief
    count = len(actor)
    who, where, appraisal = (np.empty(count, np.uint64), np.empty(count, np.uint64), np.empty(count, np.uint64))
    for k in range(count):
        who[k], where[k] = keys[0][actor[k]], keys[1][place[k]]
        span = np.uint64(months[actor[k]])
        appraisal[k] = (np.uint64(month) + where[k] % span) // span
    fast = hashing.uniform2(salts[0], month, who, where)
    slow = hashing.uniform3(salts[3], 0, who, where, appraisal)
    apply(loops, NDTRI, slow, slow)
    apply(loops, NDTRI, fast, fast)
    error = options.errors_of_belief(actor, place, known, slow, fast, noise, persistence)
    apply(loops, EXP, error, error)
    return error


@kernel
def _luck(loops: Loops, salts: Keys, month: int, pairs: tuple[Ints, Places], keys: tuple[Keys, Keys]) -> Floats:
    """(2, J) Gumbel draws for attacking and for holding still."""
    who, where = keys[0][pairs[0]], keys[1][pairs[1]]
    luck = hashing.uniform_rows(salts[1:3], month, who, where)
    flat = luck.reshape(2 * len(who))
    for _ in range(2):
        apply(loops, LOG, flat, flat)
        for k in range(len(flat)):
            flat[k] = -flat[k]
    return luck


@kernel
def _strengths(
    loops: Loops,
    rules: Any,
    near: Near,
    wall: Floats,
    war: tuple[Any, ...],
    means: tuple[Any, ...],
    who: tuple[Floats, Floats],
    standing: tuple[Floats, Ints],
    thought: Bools,
    spare: Floats,
) -> tuple[Any, ...]:
    """(F,) fighters of each actor, and what :func:`model.kernels.forces.strengths` returns."""
    holder, attacker, stance, troops, supply = war
    there, fighters = forces.garrisons(troops)
    worth, factor = fights.worth_of_fighters(loops, fighters, means, who[0], rules), forces.at_garrisons(there, supply)
    raise_to(loops, factor, rules.supply_exponent, factor)
    values, where = (
        (rules.defence_without_supply, rules.ally_share, rules.siege_odds),
        (holder, attacker, stance, thought),
    )
    strong = forces.strengths(troops, supply, worth, factor, there, near, who[1], where, wall, values, standing, spare)
    return fighters, strong


@kernel
def _dear(
    fighters: Ints,
    arms: Floats,
    usual: Floats,
    full: Floats,
    habits: tuple[Floats, Floats],
    costs: tuple[Floats, Floats],
) -> tuple[Ints, Floats, Floats, Floats]:
    """(F,) fighters, at least 1, strength of a full share of them, cost of a siege, cost of an operation."""
    commit, most = habits
    least, share, keeping, opening = np.maximum(fighters, 1), np.empty(len(full)), costs[0].copy(), costs[1].copy()
    for k in range(len(full)):
        share[k] = commit[k] * full[k] / max(most[k], 1)
        dear = max(usual[k] * least[k] / max(arms[k], 1e-9), 1.0)  # see operations.scarcity
        keeping[k], opening[k] = keeping[k] * dear, opening[k] * dear
    return least, share, keeping, opening


@kernel
def _weigh(
    everything: bool,
    fixed: tuple[Any, ...],
    now: tuple[Any, ...],
    seen: tuple[Any, ...],
    month: int,
    price: float,
    spare: Floats,
) -> tuple[Any, ...]:
    """Weigh the attacks within reach, as :func:`model.phases.war.decide_operations` does in NumPy: all, or those that may pay.

    Returns:
        (F + 1,) bounds and (K,) places of the options; (M,) rows of those weighed, actors, places, believed chances,
        utilities, the same if massed; (F, P) strength within reach. The (F, P) share of fighters that attacks draw on is written.
    """
    loops, salts, table, junta, (near, wall, minded), lure, trade, keys = fixed
    war, means, works = now
    who, weights, costs, tax = seen[:4]
    holder, attacker, stance, _, _, known, establishment = war
    effectiveness, commit, kept, most, noise, persistence, months, usual = who
    rules = table[0]
    drawn_on, thought = ((effectiveness, commit), (kept, establishment)), _thought_of(stance, junta)
    fighters, strong = _strengths(loops, rules, near, wall, war[:5], means[:4], *drawn_on, thought, spare)
    full, own, defence, reach, drawn, targets = strong
    bounds, places, called = options.pairs_within_reach(targets, reach, drawn, 1.0)
    rent, guard, pairs = _rents(trade, (holder, *works), tax, rules, price), defence * wall, (bounds, places)
    known_of, income = (own, guard, holder, stance), (rent, means[4])
    value = options.worth_of_places(near, pairs, (*targets, drawn), known_of, income, lure, weights)
    least, full, keeping, opening = _dear(fighters, means[0], usual, full, (commit, most), (costs[3], costs[4]))
    prices = (costs[1], costs[2], keeping, opening)
    actor, row, cost, sanction = options.may_pay(pairs, value, attacker, minded, means[5], prices, everything)
    place = places[row]
    error = _errors(loops, salts, month, (actor, place), keys, known, (noise, persistence, months))
    sides = options.odds_of_options((actor, place, called[row]), guard, error, full)
    chance = fights.chances(loops, *sides, rules)
    asked, loss = (cost, sanction), (costs[0], rules.attacker_loss)
    utility, massed = options.utilities(actor, value[row], chance, sides, least, asked, loss)
    return pairs, (row, actor, place, chance, utility, massed), reach


@kernel
def weigh(bound: Bound, minds: Bound, month: int, price: float) -> tuple[Any, ...]:
    """Weigh every attack within reach; arguments as of :func:`decide`.

    Returns:
        (J,) actors, places, believed chances, utilities, the same if massed, (2, J) luck of the options at war as things
        stand; (F, P) strength within reach, staging. Shares that attacks draw on and prospects are written.
    """
    fixed, now = bound.values[:2]
    near, holder, stance = fixed[4][0], now[0][0], now[0][2]
    spare, best = bound.values[5]
    weighed = _weigh(True, fixed, now, minds.values, month, price, spare)
    pairs, (_, actor, place, chance, utility, massed), reach = weighed
    gathering = options.staging(near, actor, place, massed, len(stance))
    options.prospects(actor, place, utility, holder, best)
    war = options.at_war(pairs, holder, stance)
    actor, place = actor[war], place[war]
    luck = _luck(fixed[0], fixed[1], month, (actor, place), fixed[7])
    found = (actor, place.astype(np.int64), chance[: len(war)][war], utility[war], massed[war], luck)
    return (*found, reach, gathering)


@kernel
def _choose(
    loops: Loops,
    salts: Keys,
    month: int,
    keys: tuple[Keys, Keys],
    found: tuple[Ints, Places, Places, Floats],
    war: Bools,
    habits: tuple[Floats, Ints],
) -> tuple[Ints, Places, Ints]:
    """Who attacks what in the usual way, and which of all options that is: best gain of luck and utility first."""
    actor, row, place, utility = found
    some, count = np.empty(len(row), np.int64), 0
    for k in range(len(row)):
        some[count] = k
        count += 1 if utility[k] > 0 and war[row[k]] else 0
    some = some[:count]
    who, where = actor[some], place[some]
    luck = _luck(loops, salts, month, (who, where), keys)
    picked = options.best_rows(utility[some], luck, who, *habits)
    return who[picked], where[picked], row[some[picked]].astype(np.int64)


@kernel
def _join(
    salt: np.uint64,
    month: int,
    pairs: tuple[Ints, Places],
    war: Bools,
    picked: tuple[Ints, Places],
    stance: Ints,
    pools: tuple[Any, ...],
) -> Ints:
    """Rows of the options at which People's Defence Forces join allies; see :func:`agents.armed.actor.join_operations`."""
    keys, pool, least, hope, recognised, base, gain = pools
    chance = np.zeros(len(stance))
    for k in range(len(pool)):
        drive = max(hope[pool[k]], recognised[pool[k]] - base[pool[k]])
        chance[pool[k]] = least[k] + (1 - least[k]) * gain * drive
    near, who = options.joinable_rows(chance, pairs, war, picked, stance, len(keys[1]))
    u = hashing.uniform2(salt, month, keys[0][who], keys[1][pairs[1][near]])
    return near[u < chance[who]]


@kernel
def decide(bound: Bound, minds: Bound, month: int, price: float) -> tuple[Ints, Ints]:
    """Weigh attacks, choose among them in the usual way and move reserves, as :func:`model.phases.war.decide_operations` does.

    Args:
        bound: what :class:`model.compiled.war.War` binds: what never changes in a run (loops, salts, rules, the junta's index,
            land, lures, trade, keys); state of the war, means, works; habits of choice ((F,) precision, (F,) most operations
            a month); pools (keys, (D,) indices and least chance to join, (F,) what raises it, its gain); (P,) months cut off,
            (F + 1, N) control, (F, P) postures; and what is written: (F, P) share of fighters that attacks draw on, (F, F + 1)
            prospects.
        minds: (F,) parameters of the actors: as fighters, weights, costs; taxes; mobile shares.
        month: month of the run.
        price: of ore at the gate, yuan/t.

    Returns:
        (K,) actors and (K,) places of the orders.
    """
    fixed, now, habits, pools, (isolated, control, posture), (spare, best) = bound.values
    loops, salts, rules, near, keys = fixed[0], fixed[1], fixed[2][0], fixed[4][0], fixed[7]
    holder, attacker, stance, troops, supply, _, _ = now[0]
    pairs, found, reach = _weigh(False, fixed, now, minds.values, month, price, spare)
    row, actor, place, _, utility, massed = found
    gathering = options.staging(near, actor, place, massed, len(stance))
    options.prospects(actor, place, utility, holder, best)
    war = options.at_war(pairs, holder, stance)
    who, where, rows = _choose(loops, salts, month, keys, (actor, row, place, utility), war, habits)
    attacked = np.zeros(len(war), np.bool_)
    attacked[_join(salts[4], month, pairs, war, (who, where), stance, pools)] = True
    attacked[rows] = True
    at = (supply, attacker, isolated, reach, gathering, stance, holder, control, posture, minds.values[4])
    weights = (rules.threat_weight, rules.staging_weight, rules.countryside_weight)
    posting.move_reserves(troops, *at, weights, rules.joined_supply)
    return options.attacks(pairs, attacked)
