"""Whether the sign of an effect holds whatever set of assumptions is true, with random variation taken out.

The mean difference under a set of assumptions is the effect there plus what is left of noise, and with few replicates noise
alone gives every other set the wrong sign. So the means are drawn towards their common mean by the share of their variance
that is noise (empirical Bayes; Efron & Morris 1975, Journal of the American Statistical Association 70: 311-319), and their
signs are counted then. Where every set has a single replicate, noise and assumptions cannot be told apart.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from model.arrays import Floats


def means(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Means along the last axis over what is known; NaN where nothing is."""
    counts = known.sum(axis=-1)
    totals = np.where(known, values, 0.0).sum(axis=-1)
    return np.divide(totals, counts, out=np.full(counts.shape, np.nan), where=counts > 0)


def told_apart(vectors: NDArray[np.integer], points: int) -> NDArray[np.integer]:
    """Numbers of the parameter vectors whose effects can be told from noise.

    Args:
        vectors: (replicates,) number of the parameter vector of each.
        points: number of design points.

    Returns:
        The numbers as given; all 0 where every vector has one replicate and there are design points to compare instead, at
        which the vectors are part of the noise.
    """
    single = len(np.unique(vectors)) == len(vectors)
    return np.zeros_like(vectors) if single and points > 1 else vectors


def by_set(difference: Floats, vectors: NDArray[np.integer]) -> Floats:
    """Means over the replicates of each set of assumptions.

    Args:
        difference: (outcomes, replicates, points); NaN without a value.
        vectors: (replicates,) number of the parameter vector of each.

    Returns:
        (outcomes, sets): points by vectors, the vectors one after another.
    """
    parts = [np.ascontiguousarray(np.moveaxis(difference[:, vectors == one], 1, 2)) for one in np.unique(vectors)]
    return np.concatenate([means(part, ~np.isnan(part)) for part in parts], axis=1)


def settled(difference: Floats, vectors: NDArray[np.integer]) -> Floats:
    """The effects under the sets of assumptions with random variation taken out.

    Args:
        difference: (outcomes, replicates, points); NaN without a value.
        vectors: (replicates,) number of the parameter vector of each.

    Returns:
        (outcomes, sets); 0 where nothing differs under a set, NaN where there is one set or noise cannot be told.
    """
    found = by_set(difference, vectors)
    if found.shape[1] < 2:
        return np.full(found.shape, np.nan)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")  # of outcomes without any value
        between = np.nanvar(found, axis=1, ddof=1)
        share = np.where(between > 0, np.clip(1 - _noise(difference, vectors) / between, 0, 1), 1.0)
        middle = np.nanmean(found, axis=1)[:, None]
    drawn = middle + share[:, None] * (found - middle)
    return np.where(found == 0, 0.0, drawn)


def _noise(difference: Floats, vectors: NDArray[np.integer]) -> Floats:
    """(outcomes,) the variance that noise gives to the mean of a set; NaN where no set has two replicates."""
    squares, freedom = np.zeros(len(difference)), np.zeros(len(difference))
    numbers = np.unique(vectors)
    for one in numbers:
        part = difference[:, vectors == one]
        rest = part - np.nanmean(part, axis=1, keepdims=True)
        known, points = ~np.isnan(part), part.shape[2]
        free = known.sum(axis=(1, 2)) - known.any(axis=1).sum(axis=1)
        if len(numbers) == 1:
            # Replicate k has the same random draws at every point: what they share moves no point against the others.
            rest = rest - np.nanmean(rest, axis=2, keepdims=True)
            free = free * (points - 1) / points
        squares += np.nansum(rest**2, axis=(1, 2))
        freedom += free
    sets = (~np.isnan(by_set(difference, vectors))).sum(axis=1)
    each = (~np.isnan(difference)).sum(axis=(1, 2)) / sets
    return np.where(freedom > 0, squares / freedom, np.nan) / each


def stability(effects: Floats, mean: Floats) -> Floats:
    """The share of sets of assumptions that have the sign of the whole, among those under which anything differs.

    Args:
        effects: (outcomes, sets), of :func:`settled`.
        mean: (outcomes,) mean difference over all.

    Returns:
        (outcomes,); NaN where there is none.
    """
    agree = (effects * np.sign(mean)[:, None] > 0).sum(axis=1)
    moved = ((effects > 0) | (effects < 0)).sum(axis=1)
    return np.divide(agree, moved, out=np.full(len(mean), np.nan), where=moved > 0)
