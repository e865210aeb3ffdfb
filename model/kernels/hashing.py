"""Kernels of the keyed draws: the mixing function over arrays of keys, counts by counting up."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from model.kernels import kernel
from model.kernels.loops import Loops, binomial_inverse, poisson_inverse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MUL1, _MUL2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_U30, _U27, _U31, _U11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_SCALE = 2.0**-53
_RARE = 1e-290
"""Chances of no event below this leave too few digits to count up from."""


@kernel
def _mix(value: np.uint64) -> np.uint64:
    value = value + _GAMMA
    value = (value ^ (value >> _U30)) * _MUL1
    value = (value ^ (value >> _U27)) * _MUL2
    return value ^ (value >> _U31)


@kernel
def scalar(salt: np.uint64, month: int, key: np.uint64) -> float:
    """A uniform in (0, 1) of one key, in the stream of a process (its salt) and a month."""
    return (np.float64(_mix(_mix(salt ^ np.uint64(month)) ^ key) >> _U11) + 0.5) * _SCALE


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
def _count_binomial(u: Floats, trials: Floats | Ints, chance: Floats) -> tuple[Ints, bool]:
    """(K,) least counts whose binomial distribution function reaches ``u``, by counting up from 0 (Devroye 1986, X.4).

    Returns:
        The counts, -1 where so many are expected that the caller has to work them out; whether there are any such.
    """
    out = np.empty(len(u), np.int64)
    left, before, kept = False, -1.0, 0.0
    for k in range(len(u)):
        n, p = trials[k], min(max(chance[k], 0.0), 1.0)
        out[k] = 0
        if p >= 1.0:
            out[k] = int(n)
        elif n > 0 and p > 0:
            if p != before:  # the same chance often stands in a row
                before, kept = p, math.log1p(-p)
            now = math.exp(n * kept)
            if now < _RARE:
                out[k] = -1
                left = True
                continue
            odds, reached, step = p / (1 - p), now, 0
            while reached < u[k] and step < n:
                now *= (n - step) / (step + 1) * odds
                reached += now
                step += 1
            out[k] = step
    return out, left


@kernel
def _garrisons(
    troops: Ints, rate: Floats, actor_keys: Keys, place_keys: Keys
) -> tuple[Ints, Ints, Ints, Floats, Keys, Keys]:
    """(E,) actors and places with (F, P) fighters, their number, the (F,) rate of their actor, and the keys of both."""
    size = troops.size
    actors, places, counts = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    rates, first, second = np.empty(size), np.empty(size, np.uint64), np.empty(size, np.uint64)
    found = 0
    for actor in range(len(troops)):
        for place in range(troops.shape[1]):
            if troops[actor, place] != 0:
                actors[found], places[found], counts[found] = actor, place, troops[actor, place]
                rates[found], first[found], second[found] = rate[actor], actor_keys[actor], place_keys[place]
                found += 1
    return (
        actors[:found].copy(),
        places[:found].copy(),
        counts[:found].copy(),
        rates[:found].copy(),
        first[:found].copy(),
        second[:found].copy(),
    )


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
def binomial(loops: Loops, u: Floats, trials: Ints | Floats, chance: Floats) -> Ints:
    """(K,) binomial counts of uniforms, by counting up or, where many are expected, by the inverse distribution function."""
    out, left = _count_binomial(u, trials, chance)
    if left:
        for k in range(len(out)):
            if out[k] < 0:
                out[k] = binomial_inverse(loops, u[k], int(trials[k]), min(max(chance[k], 0.0), 1.0))
    return out


@kernel
def poisson(loops: Loops, u: Floats, mean: Floats) -> Ints:
    """(K,) Poisson counts of uniforms, likewise."""
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
    actors, places, counts, rates, first, second = _garrisons(troops, rate, *keys)
    gone = draw_binomial(loops, salt, month, first, second, counts, rates)
    for k in range(len(gone)):
        troops[actors[k], places[k]] -= gone[k]
        tally[actors[k]] += gone[k]
