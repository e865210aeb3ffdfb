"""What `model.compiled.war` and `model.dynamics.combat` still take from here; it goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.dynamics.fortification import FortificationParameters as FortificationParameters
from model.dynamics.ground import Ground

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


def walls(ground: Ground, fort: FortificationParameters) -> Floats:
    """(P,) factor of fortification of a town or site."""
    return _walls(ground, fort.town, fort.site)


@lru_cache(maxsize=64)
def _walls(ground: Ground, town: float, site: float) -> Floats:
    return np.where(ground.is_town, town, site)


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
