"""How long attacked towns stand: Kaplan-Meier curves and the log-rank test, with attacks that ended otherwise censored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from model.arrays import Floats


@dataclass(frozen=True)
class Spells:
    """Attacks: months that each lasted, and whether it ended with the town's fall (else it is censored)."""

    months: Floats
    fell: NDArray[np.bool_]

    @classmethod
    def make(cls, pairs: Sequence[tuple[float, bool]]) -> Spells:
        """From pairs of months and fall."""
        return cls(np.array([months for months, _ in pairs], float), np.array([fell for _, fell in pairs], bool))

    def censored(self) -> stats.CensoredData:
        """In the form that SciPy takes."""
        return stats.CensoredData(uncensored=self.months[self.fell], right=self.months[~self.fell])


def kaplan_meier(spells: Spells) -> tuple[Floats, Floats]:
    """Months and the share of towns that still stand after them (Kaplan & Meier 1958); begins at (0, 1)."""
    curve = stats.ecdf(spells.censored()).sf
    return np.append(0.0, curve.quantiles), np.append(1.0, curve.probabilities)


def logrank_p(first: Spells, second: Spells) -> float:
    """Chance (p) of the log-rank test that both come from one survival curve; 1 where nothing could tell them apart."""
    if not first.fell.any() and not second.fell.any():
        return 1.0
    with np.errstate(invalid="ignore"):  # all fell at once: the statistic is 0 / 0
        p = float(stats.logrank(first.censored(), second.censored()).pvalue)
    return 1.0 if np.isnan(p) else p
