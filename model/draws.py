"""Keyed random numbers: the same weather for every policy.

Every uniform is a counter hash of (seed, process, month, actor, place), evaluated where it is needed. No generator
carries state from one draw to the next, so neither the number of processes, nor the order of actors, nor one more actor
far away changes any other draw, and replicate 17 of two scenarios meets the same luck (common random numbers).
The mixing function is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), applied once per key.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from math import exp, lgamma, log, log1p, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model import kernels
from model.compile import compiled
from model.kernels import hashing
from model.kernels.loops import LOOPS

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

_MASK = (1 << 64) - 1
_GAMMA = 0x9E3779B97F4A7C15
_MUL1, _MUL2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_U30, _U27, _U31, _U11 = (np.uint64(shift) for shift in (30, 27, 31, 11))
_NP_GAMMA, _NP_MUL1, _NP_MUL2 = np.uint64(_GAMMA), np.uint64(_MUL1), np.uint64(_MUL2)
_SCALE = 2.0**-53
_BLOCK = 64
"""Months whose draws are worked out together where a month has only one."""

PROCESSES = (
    *("belief", "appraisal", "attack", "hold", "join", "posts", "siege", "losses", "captured"),
    *("talks", "militia", "settlement", "kunming", "sign", "threat", "leash", "purchases", "lanes"),
    *("recruits", "desertion", "civilians", "river_relief", "market"),
    *("attention", "partner", "review", "accept", "threshold", "western"),
)
"""What draws: each has draws of its own, which disturb no other's."""

_SALTS = np.dtype((np.record, [(process, np.uint64) for process in PROCESSES]))

_FEW = 20.0
"""Expected counts up to here are inverted by counting up: the general inverse takes some 5 us a count."""


def _mix(value: int) -> int:
    value = (value + _GAMMA) & _MASK
    value = ((value ^ (value >> 30)) * _MUL1) & _MASK
    value = ((value ^ (value >> 27)) * _MUL2) & _MASK
    return value ^ (value >> 31)


def _mix_array(value: Keys) -> Keys:
    # In place wherever it can be: a month draws some ten thousand numbers, and new arrays cost more than the sums.
    value = value + _NP_GAMMA
    value ^= value >> _U30
    value *= _NP_MUL1
    value ^= value >> _U27
    value *= _NP_MUL2
    value ^= value >> _U31
    return value


def _uniforms(bits: Keys) -> Floats:
    uniforms = np.asarray(bits >> _U11).astype(np.float64)
    uniforms += 0.5
    uniforms *= _SCALE
    return uniforms


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


class Draws:
    """The draws of one run.

    Args:
        seed: any integer >= 0; zero is a seed like any other.
    """

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._root = _mix(self.seed & _MASK)
        self._processes: dict[str, np.uint64] = {}
        self._streams: dict[tuple[str, int], int] = {}
        self._blocks: dict[tuple[str, int, int], list[float]] = {}
        self._normal_blocks: dict[tuple[str, int, int], list[float]] = {}

    def _stream(self, process: str, month: int) -> int:
        stream = self._streams.get((process, month))
        if stream is None:
            stream = self._streams[process, month] = _mix(int(self.salt(process)) ^ (month & _MASK))
        return stream

    def salt(self, process: str) -> np.uint64:
        """What sets the draws of a process apart, for kernels that draw themselves."""
        salt = self._processes.get(process)
        if salt is None:
            salt = self._processes[process] = np.uint64(_mix(self._root ^ key(process)))
        return salt

    def salts(self) -> Any:
        """The salts of all PROCESSES as a record; compiled code takes it as ``run.salts``."""
        made = np.zeros(1, _SALTS).view(np.recarray)
        made[0] = tuple(self.salt(process) for process in PROCESSES)
        return made[0]

    def uniform(self, process: str, month: int, *key_arrays: Keys) -> Floats:
        """Uniforms in (0, 1), one for each combination of the broadcast keys.

        Args:
            process: the name of the process that draws; its draws disturb no other process.
            month: the month of the run.
            *key_arrays: arrays of keys (actors, places, options) that broadcast together; their order matters.

        Returns:
            Floats of the broadcast shape of the keys.
        """
        if kernels.compiled():
            salt, count = self.salt(process), len(key_arrays)
            # Spelled out by number of keys: this is called some twenty times a month.
            if count == 1 and key_arrays[0].ndim == 1:
                return hashing.uniform1(salt, month, key_arrays[0])
            if count == 2:
                first, second = key_arrays
                if first.ndim == second.ndim == 1 and len(first) in (1, len(second)):
                    return hashing.uniform2(salt, month, first, second)
            if count == 3:
                first, second, third = key_arrays
                if first.ndim == second.ndim == third.ndim == 1 and len(first) == len(second) == len(third):
                    return hashing.uniform3(salt, month, first, second, third)
        bits = np.asarray(np.uint64(self._stream(process, month)))
        for array in key_arrays:
            bits = _mix_array(np.bitwise_xor(bits, array))
        return _uniforms(bits)

    def several(self, processes: tuple[str, ...], month: int, first: Keys, second: Keys) -> Floats:
        """(len(processes), K) uniforms of several processes with the same (K,) keys; rows equal those of :meth:`uniform`."""
        if kernels.compiled():
            salts = np.array([self.salt(process) for process in processes])
            return hashing.uniform_rows(salts, month, first, second)
        return np.stack([self.uniform(process, month, first, second) for process in processes])

    def scalar(self, process: str, month: int, *integer_keys: int) -> float:
        """One uniform in (0, 1) from integer keys; equal to :meth:`uniform` of the same keys."""
        if len(integer_keys) == 1 and month >= 0:
            of = (process, month // _BLOCK, integer_keys[0])
            block = self._blocks.get(of)
            if block is None:
                block = self._blocks[of] = self._of_months(*of).tolist()
            return block[month % _BLOCK]
        bits = self._stream(process, month)
        for integer_key in integer_keys:
            bits = _mix(bits ^ integer_key)
        return ((bits >> 11) + 0.5) * _SCALE

    def _of_months(self, process: str, block: int, integer_key: int) -> Floats:
        """The uniforms of a block of months for one key: what is drawn once a month is worked out for years at a time."""
        months = np.arange(_BLOCK * block, _BLOCK * (block + 1), dtype=np.uint64)
        return _uniforms(_mix_array(_mix_array(months ^ self.salt(process)) ^ np.uint64(integer_key)))

    def scalar_normal(self, process: str, month: int, integer_key: int) -> float:
        """One standard normal; equal to :meth:`normal` of the same key."""
        of = (process, month // _BLOCK, integer_key)
        block = self._normal_blocks.get(of)
        if block is None:
            block = self._normal_blocks[of] = special.ndtri(self._of_months(*of)).tolist()
        return block[month % _BLOCK]

    def normal(self, process: str, month: int, *key_arrays: Keys) -> Floats:
        """Standard normals by the inverse distribution function."""
        return np.asarray(special.ndtri(self.uniform(process, month, *key_arrays)))

    def gumbel(self, process: str, month: int, *key_arrays: Keys) -> Floats:
        """Standard Gumbel draws; adding them to utilities and taking the largest is a logit choice (McFadden 1974)."""
        return gumbels(self.uniform(process, month, *key_arrays))

    def binomial(self, process: str, month: int, trials: Any, chance: Any, *key_arrays: Keys) -> NDArray[np.int64]:
        """Binomial counts by the inverse distribution function: one uniform a count, whatever its size.

        Args:
            process: see :meth:`uniform`.
            month: see :meth:`uniform`.
            trials: integers >= 0.
            chance: probabilities, clipped to 0..1.
            *key_arrays: see :meth:`uniform`.

        Returns:
            Integers 0..trials, of the broadcast shape.
        """
        if kernels.compiled() and len(key_arrays) == 2 and _all_alike(*key_arrays, trials, chance):
            return hashing.draw_binomial(LOOPS, self.salt(process), month, *key_arrays, trials, chance)
        u = self.uniform(process, month, *key_arrays)
        if kernels.compiled() and _fits(u, trials, chance):
            return hashing.binomial(
                LOOPS, u, np.full(u.shape, trials, np.float64), np.full(u.shape, chance, np.float64)
            )
        u, n, p = np.broadcast_arrays(u, np.asarray(trials, dtype=np.float64), np.clip(chance, 0.0, 1.0))
        count = np.where(p >= 1.0, n, 0.0)
        inside = (n > 0) & (p > 0) & (p < 1)
        if inside.any():
            count[inside] = _inverse_binomial(u[inside], n[inside], p[inside])
        return count.astype(np.int64)

    def poisson(self, process: str, month: int, mean: Any, *key_arrays: Keys) -> NDArray[np.int64]:
        """Poisson counts by the inverse distribution function; means <= 0 give 0."""
        u = self.uniform(process, month, *key_arrays)
        if kernels.compiled() and _fits(u, mean):
            return hashing.poisson(LOOPS, u, np.full(u.shape, mean, np.float64))
        u, mu = np.broadcast_arrays(u, np.asarray(mean, dtype=np.float64))
        count = np.zeros(u.shape)
        inside = mu > 0
        if inside.any():
            count[inside] = _inverse_poisson(u[inside], mu[inside])
        return count.astype(np.int64)

    def whole(self, process: str, month: int, amount: Any, *key_arrays: Keys) -> NDArray[np.int64]:
        """Round amounts to whole numbers so that their means are kept: floor(amount + uniform)."""
        return np.floor(np.asarray(amount) + self.uniform(process, month, *key_arrays)).astype(np.int64)


def gumbels(u: Floats) -> Floats:
    """Standard Gumbel draws from uniforms, by the inverse distribution function."""
    return np.asarray(-np.log(-np.log(u)))


def _all_alike(first: Keys, second: Keys, trials: Any, chance: Any) -> bool:
    """Whether arguments are arrays of one dimension and the same length."""
    if not isinstance(trials, np.ndarray) or not isinstance(chance, np.ndarray):
        return False
    return first.ndim == 1 and first.shape == second.shape == trials.shape == chance.shape


def _fits(u: Floats, *arguments: Any) -> bool:
    """Whether arguments have the shape of the one-dimensional draws, or broadcast to it."""
    return u.ndim == 1 and all(np.shape(argument) in ((), u.shape) for argument in arguments)


def _inverse_binomial(u: Floats, n: Floats, p: Floats) -> Floats:
    """Least whole number whose distribution function reaches ``u``: counted up from 0 where few are expected."""
    few = n * p <= _FEW
    count = np.empty_like(u)
    count[few] = _count_up(u[few], n[few], p[few])
    many = ~few
    if many.any():
        u, n, p = u[many], n[many], p[many]
        guess = np.clip(np.ceil(np.nan_to_num(special.bdtrik(u, n, p))), 0.0, n)
        lower = np.maximum(guess - 1, 0.0)
        reached = (guess > 0) & (special.bdtr(lower, n.astype(np.int64), p) >= u)
        count[many] = np.where(reached, lower, guess)
    return count


def _inverse_poisson(u: Floats, mean: Floats) -> Floats:
    guess = np.maximum(np.nan_to_num(np.ceil(special.pdtrik(u, mean))), 0.0)
    lower = np.maximum(guess - 1, 0.0)
    return np.where((guess > 0) & (special.pdtr(lower, mean) >= u), lower, guess)


def _count_up(u: Floats, n: Floats, p: Floats) -> Floats:
    """The same by summing chances from 0 upwards (inversion by sequential search: Devroye 1986, chapter X.4)."""
    chance = np.exp(n * np.log1p(-p))
    odds = p / (1 - p)
    reached, count = chance.copy(), np.zeros(len(u))
    going = np.flatnonzero(reached < u)
    step = 0
    while going.size:
        step += 1
        chance[going] *= (n[going] - (step - 1)) / step * odds[going]
        reached[going] += chance[going]
        count[going] = step
        going = going[(reached[going] < u[going]) & (n[going] > step)]
    return count


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
    n, odds = float(trials), chance / (1.0 - chance)
    none = n * log1p(-chance)
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
