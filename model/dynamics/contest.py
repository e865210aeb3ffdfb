"""Strength, and the probability of success in a contest of two forces.

Contest success functions: ratio form ``p = E^m / (E^m + D^m)`` (Tullock 1980; axioms in Skaperdas 1996) and difference
form ``p = 1 / (1 + exp(-k (E - D) / (E + D)))`` (Hirshleifer 1989, here of the relative difference, so that it does not
depend on units; ``k = 2 m`` gives both forms the same slope at equal forces).
"""

from __future__ import annotations

from math import exp
from typing import Any

from model.compile import compiled
from model.parameters import ParameterTable, parameter


class ContestParameters(ParameterTable):
    """What makes a force strong."""

    decisiveness: float = parameter(1.2, low=0.8, high=2.0, unit="-", status="weakly identified")
    """Exponent m of the contest success function. Source: SOURCES P4."""
    supply_exponent: float = parameter(0.7, low=0.0, high=2.0, unit="-")
    """Weakening of an attack by lack of supply. Source: assumed; equation E3.5."""
    arms_exponent: float = parameter(0.6, low=0.0, high=1.5, unit="-")
    """Weakening by lack of arms."""
    heavy_arms_exponent: float = parameter(0.25, low=0.0, high=0.6, unit="-")
    """Strengthening of a force by arms beyond one per fighter (artillery, armour, drones). Source: assumed: less
    than the first rifle does."""
    defence_without_supply: float = parameter(0.35, low=0.0, high=1.0, unit="0-1", off=1.0)
    """Strength of a garrison without any supply. Source: equation E3.5, assumed."""
    unpaid_morale: float = parameter(0.3, low=0.0, high=0.9, unit="x")
    """Loss of strength when upkeep is not paid."""


# compiled ------------------------------------------------------------------------------------------------------------

CONTESTS = ("ratio", "difference")
"""Forms of ``structure.contest`` that :func:`chance_of_success` knows."""

DIFFERENCE = CONTESTS.index("difference")


@compiled
def chance_of_success(attack: float, defence: float, rules: Any) -> float:
    """Chance that an attack succeeds: a contest of two forces (Tullock 1980, Skaperdas 1996; or Hirshleifer 1989).

    Args:
        attack: strength, at least 0; none has no chance.
        defence: strength, at least 0; an undefended place always falls.
        rules: ``run.rules``.
    """
    if attack <= 0.0:
        return 0.0
    if defence <= 0.0:
        return 1.0
    m = rules.contest.decisiveness
    if rules.structure.contest == DIFFERENCE:
        return 1.0 / (1.0 + exp(-2.0 * m * (attack - defence) / (attack + defence)))
    return 1.0 / (1.0 + (defence / attack) ** m)


@compiled
def worth_of_arms(per_fighter: float, contest: Any) -> float:
    """Factor of arms on a fighter's worth, 1 at one fighter equivalent each; beyond that each adds less than the one before."""
    return per_fighter ** (contest.arms_exponent if per_fighter < 1.0 else contest.heavy_arms_exponent)


@compiled
def share_armed(arms: float, usual: float) -> float:
    """Arms over what as many fighters had at the start, 0-1.

    Args:
        arms: fighter equivalents.
        usual: what as many fighters had at the start.
    """
    return min(max(arms, 1e-9) / usual, 1.0) if usual > 0.0 else 1.0


@compiled
def worth_of_fighter(run: Any, a: int, fighters: int) -> float:
    """Worth of one fighter of an actor: effectiveness, training, arms in hand, morale.

    Args:
        run: the run.
        a: index of the actor.
        fighters: how many it has.
    """
    contest, state = run.rules.contest, run.state
    armed = worth_of_arms(state.arms[a] / max(fighters, 1), contest)
    morale = 1.0 - contest.unpaid_morale * (1.0 - state.paid[a])
    trained = 1.0 + run.rules.united_states.training_gain * state.training[a]
    return run.actors[a].effectiveness * trained * armed * morale


@compiled
def supply_in_defence(supply: float, contest: Any) -> float:
    """Factor of supply (0-1) on a garrison's strength: a starved one still holds its walls for a while."""
    return contest.defence_without_supply + (1.0 - contest.defence_without_supply) * supply
