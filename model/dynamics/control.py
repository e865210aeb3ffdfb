"""Control of the countryside: shares that relax towards a target, with a "nobody" that stays.

Equation (E3.5 as corrected by K2): ``c <- normalise(c^(1 - lambda) * c*^lambda)``. The target ``c*`` is in proportion to
``w_f = (0.5 + L_f) ((T_f s_f / h)^m + b [f holds the town, unbesieged]) + k L_f c_f`` with a constant weight 1 for nobody,
where ``T_f`` counts of a garrison the patrols alone, and ``h`` is how many fighters it takes to hold the township.
The last term is collaboration, which control breeds where people consent (Kalyvas 2006): village administrations,
schools and courts go on without a garrison, and nothing comes from nothing. An unequal pair therefore keeps a stable
mixed share, and thinly held land stays nobody's. An actor without any weight fades by a declared factor instead of
vanishing at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model.dynamics.ground import Ground
from model.kernels import compiled, land
from model.kernels.loops import LOOPS
from model.parameters import ParameterTable, as_record, parameter
from model.state import NOBODY, State
from model.world.world import World

Floats = NDArray[np.float64]


class ControlParameters(ParameterTable):
    """How the countryside changes hands."""

    rate: float = parameter(
        0.15, low=0.05, high=0.8, unit="1/month", meaning="Speed of relaxation, lambda.", source="SOURCES P6, slower after K2",
        status="weakly identified",
    )  # fmt: skip
    decisiveness: float = parameter(
        0.8,
        low=0.3,
        high=2.0,
        unit="-",
        meaning="Exponent m of the strength of fighters in the countryside.",
        source="assumed",
    )
    town_weight: float = parameter(
        1.5, low=0.0, high=10.0, unit="-", meaning="Weight b of holding the town: roads, markets and offices meet there.",
        source="assumed",
    )  # fmt: skip
    collaboration: float = parameter(
        3.0, low=0.0, high=8.0, unit="-", meaning="Weight k of villages that follow already, at full consent.",
        source="assumed; Kalyvas 2006. Rural Sagaing stayed the resistance's under army columns (SOURCES V116)",
        status="weakly identified",
    )  # fmt: skip
    garrison_patrols: float = parameter(
        0.3, low=0.05, high=1.0, unit="0-1", meaning="Share of a garrison that works the villages around, not the walls.",
        source="assumed: the junta holds towns and little around them (SOURCES V114, V116)", status="weakly identified",
    )  # fmt: skip
    fighters_per_1000_people: float = parameter(
        1.0, low=0.2, high=10.0, unit="fighters", meaning="Fighters that hold a thousand people as firmly as nobody does.",
        source="assumed: a tenth of the usual ratio of counter-insurgency",
    )  # fmt: skip
    fighters_per_100_km2: float = parameter(
        2.0, low=0.0, high=50.0, unit="fighters", meaning="Fighters that hold 100 km2 likewise.", source="assumed"
    )
    fading: float = parameter(
        0.1, low=0.01, high=0.9, unit="x", meaning="Least target of an actor's share over its present share.",
        source="assumed: villages do not forget an army in a month",
    )  # fmt: skip


def fighters_to_hold(world: World, parameters: ControlParameters) -> Floats:
    """(N,) fighters that hold a township's countryside half against nobody, h."""
    return (
        parameters.fighters_per_1000_people * world.population / 1000
        + parameters.fighters_per_100_km2 * world.area / 100
        + 1.0
    )


def target(ground: Ground, state: State, needed: Floats, parameters: ControlParameters) -> Floats:
    """(F + 1, N) shares that the countryside moves towards; the last row is nobody."""
    seat = np.where(state.besieged[: len(needed)] > 0, NOBODY, state.holder[: len(needed)])
    patrols = parameters.garrison_patrols
    at_home = state.holder == np.arange(len(state.troops))[:, None]
    out = state.troops * state.supply * np.where(at_home, patrols, 1.0)
    force = np.ascontiguousarray((ground.members @ out.T).T)
    weight = (force / needed) ** parameters.decisiveness
    held = np.flatnonzero(seat >= 0)
    weight[seat[held], held] += parameters.town_weight
    weight = weight * (0.5 + state.legitimacy) + parameters.collaboration * state.legitimacy * state.control[:-1]
    total = 1.0 + weight.sum(axis=0)
    shares = np.empty_like(state.control)
    shares[:-1] = weight / total
    shares[-1] = 1.0 / total
    return shares


def update(ground: Ground, state: State, needed: Floats, parameters: ControlParameters) -> None:
    """Move the shares of the countryside one month on.

    Args:
        ground: static arrays.
        state: ``control`` changes; its columns still sum to 1.
        needed: (N,) what :func:`fighters_to_hold` gives.
        parameters: the table above.
    """
    if compiled():
        war = (state.troops, state.supply, state.holder, state.besieged)
        people = (state.legitimacy, state.control, needed)
        state.control = land.relax(LOOPS, as_record(parameters), war, ground.territory, people)
        return
    aim = target(ground, state, needed, parameters)
    aim = np.maximum(aim, parameters.fading * state.control)
    aim /= aim.sum(axis=0)
    present = np.maximum(state.control, parameters.fading * aim)
    moved = present ** (1 - parameters.rate) * aim**parameters.rate
    state.control = moved / moved.sum(axis=0)
