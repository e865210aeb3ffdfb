"""Keyed random numbers: common random numbers for every policy.

Every uniform is a counter hash of (seed, process, month, actor, place), evaluated where it is needed. No generator
carries state from one draw to the next, so neither the number of processes, nor the order of actors, nor one more actor
far away changes any other draw, and replicate 17 of two scenarios has the same random draws (common random numbers).
The mixing function is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), applied once per key.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from math import exp, lgamma, log, log1p, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.compile import compiled

Keys = NDArray[np.uint64]

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_MUL1, _MUL2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_U30, _U27, _U31, _U11 = (np.uint64(shift) for shift in (30, 27, 31, 11))
_NP_GAMMA, _NP_MUL1, _NP_MUL2 = np.uint64(_GAMMA), np.uint64(_MUL1), np.uint64(_MUL2)
_SCALE = 2.0**-53

PROCESSES = (
    *("walls", "appraisal", "attack", "hold", "join", "posts", "siege", "losses", "captured"),
    *("talks", "militia", "settlement", "kunming", "sign", "leash", "lanes"),
    *("recruits", "desertion", "civilians", "river_relief", "market"),
    *("attention", "review", "accept", "threshold", "western"),
)
"""What draws: each has draws of its own, which disturb no other's."""

_SALTS = np.dtype((np.record, [(process, np.uint64) for process in PROCESSES]))


def _mix(value: int) -> int:
    value = (value + _GAMMA) & _MASK
    value = ((value ^ (value >> 30)) * _MUL1) & _MASK
    value = ((value ^ (value >> 27)) * _MUL2) & _MASK
    return value ^ (value >> 31)


@cache
def key(name: str) -> int:
    """Turn a name into a 64-bit key that is the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def keys(names: list[str] | tuple[str, ...]) -> Keys:
    """Keys of several names, shape (len(names),)."""
    return _keys(tuple(names)).copy()


@lru_cache(maxsize=256)
def _keys(names: tuple[str, ...]) -> Keys:
    return np.array([key(name) for name in names], dtype=np.uint64)


def replicate_seed(base_seed: int, replicate: int) -> int:
    """The seed of a replicate, 0 <= seed < 2**53 (exact in every table and JSON reader); it depends on nothing else."""
    return _mix(_mix(base_seed & _MASK) ^ replicate) >> 11


def salts_of(seed: int) -> Any:
    """What sets the draws of a run and of each process apart: a record by PROCESSES, which phases and agents draw with.

    Args:
        seed: any integer >= 0; zero is a seed like any other.
    """
    root = _mix(int(seed) & _MASK)
    made = np.zeros(1, _SALTS).view(np.recarray)
    made[0] = tuple(np.uint64(_mix(root ^ key(process))) for process in PROCESSES)
    return made[0]


# compiled: draws one at a time, in the loops that need them ---------------------------------------------------------


@compiled
def mix(bits: Any) -> Any:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014): a 64-bit hash of 64 bits."""
    bits = bits + _NP_GAMMA
    bits = (bits ^ (bits >> _U30)) * _NP_MUL1
    bits = (bits ^ (bits >> _U27)) * _NP_MUL2
    return bits ^ (bits >> _U31)


@compiled
def uniform(salt: Any, month: Any, *keys: Any) -> Any:
    """A number in (0, 1), keyed.

    Args:
        salt: what sets the draws of a process apart (``run.salts.<process>``).
        month: the month of the run.
        *keys: keys of actors, places, options (uint64); their order matters.
    """
    bits = mix(salt ^ np.uint64(month))
    for one in keys:
        bits = mix(bits ^ one)
    return (np.float64(bits >> _U11) + 0.5) * _SCALE


@compiled
def gumbel(u: Any) -> Any:
    """Standard Gumbel of a uniform, by inversion; added to utilities, the largest is a logit choice (McFadden 1974)."""
    return -log(-log(u))


@compiled
def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    grown = exp(x)
    return grown / (1.0 + grown)


@compiled
def ratio_of_polynomials(top: Any, low: Any, r: Any) -> Any:
    """Polynomial over polynomial, coefficients from the highest power down."""
    above, below = 0.0, 0.0
    for k in range(len(top)):
        above, below = above * r + top[k], below * r + low[k]
    return above / below


@compiled
def normal(u: Any) -> Any:
    """Standard normal of a uniform, by inversion (Wichura 1988, AS 241, PPND16: relative error 1e-16)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        return q * ratio_of_polynomials(_CENTRE_TOP, _CENTRE_LOW, 0.180625 - q * q)
    r = sqrt(-log(u if q < 0.0 else 1.0 - u))
    tail = ratio_of_polynomials(_TAIL_TOP, _TAIL_LOW, r - 1.6)
    size = tail if r <= 5.0 else ratio_of_polynomials(_FAR_TOP, _FAR_LOW, r - 5.0)
    return -size if q < 0.0 else size


@compiled
def binomial(u: Any, trials: Any, chance: Any) -> Any:
    """Least count whose binomial distribution function reaches a uniform (inversion: Devroye 1986, X.4).

    Counting starts at 0, or where so many are expected that 0 has no chance in doubles, at the mode.
    """
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    n = float(trials)
    if u <= 1.0 - n * chance:  # most often: the chance of 0 is no less than this (Bernoulli), which takes no logarithm
        return 0
    odds, none = chance / (1.0 - chance), n * log1p(-chance)
    if none <= -600.0:
        return _binomial_from_mode(u, n, chance, odds)
    p = exp(none)
    total, count = p, 0
    while total < u and count < trials:
        count += 1
        p *= (n - count + 1.0) / count * odds
        total += p
    return count


@compiled
def _binomial_from_mode(u: Any, n: Any, chance: Any, odds: Any) -> Any:
    mode = int((n + 1.0) * chance)
    ways = lgamma(n + 1.0) - lgamma(mode + 1.0) - lgamma(n - mode + 1.0)
    most = exp(ways + mode * log(chance) + (n - mode) * log1p(-chance))
    below, p, k = 0.0, most, mode
    while k > 0 and p > 1e-18 * most:
        p *= k / (n - k + 1.0) / odds
        k -= 1
        below += p
    count, p = mode, most
    if u > below:
        total = below + most
        while total < u and count < n and p > 1e-18 * most:
            count += 1
            p *= (n - count + 1.0) / count * odds
            total += p
        return count
    count, total, p = mode - 1, below, most * mode / (n - mode + 1.0) / odds
    while count > 0 and total - p >= u:
        total -= p
        p *= count / (n - count + 1.0) / odds
        count -= 1
    return count


@compiled
def poisson(u: Any, mean: Any) -> Any:
    """Least count whose Poisson distribution function reaches a uniform, by counting up; for means up to some 600."""
    if mean <= 0.0:
        return 0
    p = exp(-mean)
    total, count = p, 0
    while total < u and p > 0.0:
        count += 1
        p *= mean / count
        total += p
    return count


# Coefficients of AS 241, from the highest power down.
_CENTRE_TOP = (
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
)  # fmt: skip
_CENTRE_LOW = (
    5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0,
)  # fmt: skip
_TAIL_TOP = (
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
)  # fmt: skip
_TAIL_LOW = (
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0,
)  # fmt: skip
_FAR_TOP = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
)  # fmt: skip
_FAR_LOW = (
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0,
)  # fmt: skip
