"""Kernels of the keyed draws: the mixing function over arrays of keys, counts by counting up."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.loops import EXP, Loops, apply, binomial_inverse, poisson_inverse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MUL1, _MUL2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_U30, _U27, _U31, _U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_SCALE = 2.0**-53
_RARE = 1e-290
"""Chances of no event below this leave too few digits to count up from."""
_AT_ONCE = 6
"""Steps of counting up that are taken without asking whether they are needed."""


@kernel
def _mix(value: np.uint64) -> np.uint64:
    value = value + _GAMMA
    value = (value ^ (value >> _U30)) * _MUL1
    value = (value ^ (value >> _U27)) * _MUL2
    return value ^ (value >> _U31)


@kernel
def uniform1(salt: np.uint64, month: int, first: Keys) -> Floats:
    """(K,) uniforms in (0, 1) of one key each, in the stream of a process (its salt) and a month."""
    stream = _mix(salt ^ np.uint64(month))
    out = np.empty(len(first))
    for k in range(len(first)):
        out[k] = (np.float64(_mix(stream ^ first[k]) >> _U11) + 0.5) * _SCALE
    return out


@kernel
def uniform2(salt: np.uint64, month: int, first: Keys, second: Keys) -> Floats:
    """(K,) uniforms in (0, 1) of two keys each; a single first key stands for all."""
    stream = _mix(salt ^ np.uint64(month))
    out = np.empty(len(second))
    alone = len(first) == 1
    for k in range(len(second)):
        bits = _mix(_mix(stream ^ first[0 if alone else k]) ^ second[k])
        out[k] = (np.float64(bits >> _U11) + 0.5) * _SCALE
    return out


@kernel
def uniform_rows(salts: Keys, month: int, first: Keys, second: Keys) -> Floats:
    """(S, K) uniforms in (0, 1) of two keys each, a row for each process."""
    out = np.empty((len(salts), len(first)))
    for row in range(len(salts)):
        stream = _mix(salts[row] ^ np.uint64(month))
        for k in range(len(first)):
            bits = _mix(_mix(stream ^ first[k]) ^ second[k])
            out[row, k] = (np.float64(bits >> _U11) + 0.5) * _SCALE
    return out


@kernel
def uniform3(salt: np.uint64, month: int, first: Keys, second: Keys, third: Keys) -> Floats:
    """(K,) uniforms in (0, 1) of three keys each."""
    stream = _mix(salt ^ np.uint64(month))
    out = np.empty(len(first))
    for k in range(len(first)):
        bits = _mix(_mix(_mix(stream ^ first[k]) ^ second[k]) ^ third[k])
        out[k] = (np.float64(bits >> _U11) + 0.5) * _SCALE
    return out


@kernel
def _none_of(loops: Loops, trials: Floats | Ints, chance: Floats) -> tuple[Floats, Floats, bool]:
    """(K,) chance that none of so many trials succeeds, (K,) odds of each; whether any trial is sure to (here as if to fail)."""
    none, odds, sure = np.empty(len(trials)), np.empty(len(trials)), False
    before, kept, ratio = -1.0, 0.0, 0.0
    for k in range(len(none)):
        p = min(max(chance[k], 0.0), 1.0)
        if p != before:  # the same chance often stands in a row
            before, kept, ratio = p, 0.0, 0.0
            if p < 1.0:
                kept, ratio = math.log1p(-p), p / (1 - p)
            sure = sure or p >= 1.0
        none[k], odds[k] = max(trials[k], 0) * kept, ratio
    apply(loops, EXP, none, none)
    return none, odds, sure


@kernel
def _first_steps(u: Floats, trials: Floats | Ints, now: Floats, odds: Floats, reached: Floats, out: Ints) -> int:
    """Count up to ``_AT_ONCE`` for all, without a branch; most counts end there. Returns how many do not: -1 in ``out``.

    Args:
        u: (K,) uniforms.
        trials: (K,) whole numbers.
        now: (K,) chance of 0; becomes that of ``_AT_ONCE``, or -1 where it is too rare.
        odds: (K,) of each trial.
        reached: (K,) becomes the sum of the chances.
        out: (K,) becomes the counts.
    """
    more = 0
    for k in range(len(u)):
        n, chance, total, count = np.float64(trials[k]), now[k], now[k], 0
        rare = chance < _RARE
        for step in range(_AT_ONCE):
            count += 1 if total < u[k] else 0
            chance *= (n - step) / (step + 1) * odds[k]
            total += chance
        count = min(count, int(max(n, 0.0)))
        going = rare or (total < u[k] and n > _AT_ONCE)
        now[k], reached[k], out[k] = -1.0 if rare else chance, total, -1 if going else count
        more += 1 if going else 0
    return more


@kernel
def binomial(loops: Loops, u: Floats, trials: Ints | Floats, chance: Floats) -> Ints:
    """(K,) least counts whose binomial distribution function reaches ``u``, by counting up from 0 (Devroye 1986, X.4).

    Where so many are expected that too few digits are left to count up from, by the inverse distribution function.
    """
    now, odds, sure = _none_of(loops, trials, chance)
    reached, out = np.empty(len(u)), np.empty(len(u), np.int64)
    more = _first_steps(u, trials, now, odds, reached, out)
    for k in range(len(u) if more > 0 else 0):
        if out[k] >= 0:
            continue
        if now[k] < 0:
            out[k] = binomial_inverse(loops, u[k], int(trials[k]), min(max(chance[k], 0.0), 1.0))
            continue
        n, p, total, first, count = np.float64(trials[k]), now[k], reached[k], np.float64(_AT_ONCE), _AT_ONCE
        while total < u[k] and first < n:
            for step in range(8):
                count += 1 if total < u[k] else 0
                p *= (n - (first + step)) / (first + step + 1) * odds[k]
                total += p
            first += 8
        out[k] = min(count, int(n))
    for k in range(len(u) if sure else 0):
        if chance[k] >= 1.0:
            out[k] = int(trials[k])
    return out


@kernel
def _count_poisson(u: Floats, mean: Floats) -> tuple[Ints, bool]:
    """(K,) the same for Poisson counts."""
    out = np.empty(len(u), np.int64)
    left = False
    for k in range(len(u)):
        out[k] = 0
        if mean[k] > 0:
            now = math.exp(-mean[k])
            if now < _RARE:
                out[k] = -1
                left = True
                continue
            reached, step = now, 0
            while reached < u[k] and now > 0:
                step += 1
                now *= mean[k] / step
                reached += now
            out[k] = step
    return out, left


@kernel
def poisson(loops: Loops, u: Floats, mean: Floats) -> Ints:
    """(K,) Poisson counts of uniforms, by counting up or, where many are expected, by the inverse distribution function."""
    out, left = _count_poisson(u, mean)
    if left:
        for k in range(len(out)):
            if out[k] < 0:
                out[k] = poisson_inverse(loops, u[k], mean[k])
    return out


@kernel
def draw_binomial(
    loops: Loops, salt: np.uint64, month: int, first: Keys, second: Keys, trials: Ints, chance: Floats
) -> Ints:
    """(K,) binomial counts of two keys each, in the stream of a process (its salt) and a month."""
    return binomial(loops, uniform2(salt, month, first, second), trials, chance)


@kernel
def _where(row: Ints, out: Ints, found: int) -> int:
    """Write down the places of (P,) whole numbers other than 0 in ``out``, from ``found`` on; where they end."""
    whole = len(row) - len(row) % 8
    for first in range(0, whole, 8):
        bits = 0
        for k in range(8):
            bits |= row[np.uint64(first + k)]
        # Most actors have nobody at most places: eight are passed over at once.
        if bits != 0:
            for k in range(8):
                out[np.uint64(found)] = first + k
                found += 1 if row[np.uint64(first + k)] != 0 else 0
    for place in range(whole, len(row)):
        out[found] = place
        found += 1 if row[place] != 0 else 0
    return found


@kernel
def desert(
    loops: Loops, salt: np.uint64, month: int, troops: Ints, rate: Floats, keys: tuple[Keys, Keys], tally: Ints
) -> None:
    """Take deserters out of (F, P) ``troops`` and add them to the (F,) tally.

    Args:
        loops: addresses of NumPy's own loops.
        salt: of the process.
        month: of the run.
        troops: (F, P) fighters; changes.
        rate: (F,) share that leaves in a month.
        keys: (F,) of actors, (P,) of places.
        tally: (F,) deserters; changes.
    """
    places, ends, found = np.empty(troops.size, np.int64), np.empty(len(troops), np.int64), 0
    for actor in range(len(troops)):
        if rate[actor] > 0:
            found = _where(troops[actor], places, found)
        ends[actor] = found
    u, trials, chance, at = np.empty(found), np.empty(found), np.empty(found), 0
    stream = _mix(salt ^ np.uint64(month))
    for actor in range(len(troops)):
        own, row = _mix(stream ^ keys[0][actor]), troops[actor]
        for k in range(at, ends[actor]):
            u[k] = (np.float64(_mix(own ^ keys[1][places[k]]) >> _U11) + 0.5) * _SCALE
            trials[k], chance[k] = row[places[k]], rate[actor]
        at = ends[actor]
    gone, at = binomial(loops, u, trials, chance), 0
    for actor in range(len(troops)):
        row = troops[actor]
        for k in range(at, ends[actor]):
            row[places[k]] -= gone[k]
            tally[actor] += gone[k]
        at = ends[actor]
