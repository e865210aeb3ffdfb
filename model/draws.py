"""Keyed random numbers: the same weather for every policy.

Every uniform is a counter hash of (seed, process, month, actor, place), evaluated where it is needed. No generator
carries state from one draw to the next, so neither the number of processes, nor the order of actors, nor one more actor
far away changes any other draw, and replicate 17 of two scenarios meets the same luck (common random numbers).
The mixing function is the finaliser of SplitMix64 (Steele, Lea & Flood 2014, OOPSLA), applied once per key.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from model.kernels import compiled, hashing
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

    def uniform(self, process: str, month: int, *key_arrays: Keys) -> Floats:
        """Uniforms in (0, 1), one for each combination of the broadcast keys.

        Args:
            process: the name of the process that draws; its draws disturb no other process.
            month: the month of the run.
            *key_arrays: arrays of keys (actors, places, options) that broadcast together; their order matters.

        Returns:
            Floats of the broadcast shape of the keys.
        """
        if compiled():
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
        if compiled():
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
        if compiled() and len(key_arrays) == 2 and _all_alike(*key_arrays, trials, chance):
            return hashing.draw_binomial(LOOPS, self.salt(process), month, *key_arrays, trials, chance)
        u = self.uniform(process, month, *key_arrays)
        if compiled() and _fits(u, trials, chance):
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
        if compiled() and _fits(u, mean):
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
