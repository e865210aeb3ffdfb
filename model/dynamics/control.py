"""Control of the countryside: shares that relax towards a target; including the uncontrolled share of nobody.

Equation (E3.5 as corrected by K2): ``c <- normalise(c^(1 - lambda) * c*^lambda)``. The target ``c*`` is in proportion to
``w_f = (0.5 + L_f) max((T_f s_f / h)^m + b [f holds the town, unbesieged] + r_f, 0) + k L_f c_f`` with a constant weight 1 for
nobody, where ``T_f`` counts of a garrison the patrols alone, and ``h`` is how many fighters it takes to hold the township. The *roots*
``r_f`` are what the model does not see of an actor in a township (village militias, officials, cells; below 0: what it lacks of
these). At the start they are such that the recorded shares are at rest. They fade, and who loses the town loses its roots there.
The last term is collaboration, which control breeds where people consent (Kalyvas 2006): village administrations,
schools and courts go on without a garrison, so that it takes only
``h max(1 - k L_f c_f, 0)`` fighters to hold them against nobody; and nothing comes from nothing. An unequal pair therefore keeps a stable
mixed share, and thinly held land stays nobody's. An actor without any weight fades by a declared factor instead of
vanishing at once.
"""

from __future__ import annotations

from typing import Any

from model.arrays import Floats
from model.compile import compiled
from model.parameters import ParameterTable, parameter
from model.world.world import World


class ControlParameters(ParameterTable):
    """How the countryside changes hands."""

    rate: float = parameter(0.15, low=0.05, high=0.8, unit="1/month", status="weakly identified")
    """Speed of relaxation, lambda. Source: SOURCES P6, slower after K2."""
    decisiveness: float = parameter(0.8, low=0.3, high=2.0, unit="-")
    """Exponent m of the strength of fighters in the countryside."""
    town_weight: float = parameter(1.5, low=0.0, high=10.0, unit="-")
    """Weight b of holding the town, where roads, markets and offices are."""
    collaboration: float = parameter(3.0, low=0.0, high=8.0, unit="-", status="weakly identified")
    """Weight k of villages already controlled, at full consent. Source: assumed; Kalyvas 2006. Rural Sagaing stayed
    the resistance's under army columns (SOURCES V116)."""
    garrison_patrols: float = parameter(0.3, low=0.05, high=1.0, unit="0-1", status="weakly identified")
    """Share of a garrison that patrols the surrounding villages. Source: assumed: the junta holds towns and little
    around them (SOURCES V114, V116)."""
    fighters_per_1000_people: float = parameter(1.0, low=0.2, high=10.0, unit="fighters")
    """Fighters per thousand people whose hold equals that of no actor. Source: assumed: a tenth of the usual ratio
    of counter-insurgency."""
    fighters_per_100_km2: float = parameter(2.0, low=0.0, high=50.0, unit="fighters")
    """The same, fighters per 100 km2."""
    fading: float = parameter(0.1, low=0.01, high=0.9, unit="x")
    """Minimum target of an actor's share relative to its present share. Source: assumed: villages do not forget an
    army in a month."""
    roots_fade: float = parameter(0.01, low=0.0, high=0.1, unit="1/month", off="none", status="assumed")
    """Monthly decay of the part of an actor's initial share that its fighters and town do not explain. Source:
    assumed: SAC-M's full authority fell from 17 to 14% of the area in twenty months of war (SOURCES V112, V113)."""


def fighters_to_hold(world: World, parameters: ControlParameters) -> Floats:
    """(N,) fighters that hold a township's countryside half against nobody, h."""
    return (
        parameters.fighters_per_1000_people * world.population / 1000
        + parameters.fighters_per_100_km2 * world.area / 100
        + 1.0
    )


LEAST_NOBODY = 0.01
"""Nobody's share of a township's countryside, at least, against which roots are measured."""

# equations -----------------------------------------------------------------------------------------------------------


@compiled
def strength_in_countryside(ratio: float, in_town: bool, control: Any) -> float:
    """What an actor's fighters at large, over those needed to hold a township, and its town weigh before consent."""
    strength = ratio**control.decisiveness if ratio > 0.0 else 0.0
    return strength + (control.town_weight if in_town else 0.0)


@compiled
def weight_in_countryside(strength: float, consent: float, share: float, control: Any) -> float:
    """What an actor weighs in a township's countryside, w; nobody weighs 1.

    Args:
        strength: of its fighters and its town (:func:`strength_in_countryside`), with its roots.
        consent: to it, 0-1.
        share: of the countryside that it controls, 0-1.
        control: the table.
    """
    return max(strength, 0.0) * (0.5 + consent) + control.collaboration * consent * share


@compiled
def roots_of(weight: float, strength: float, consent: float, share: float, control: Any) -> float:
    """Roots that give an actor a weight in a township, r: :func:`weight_in_countryside` the other way round."""
    return (weight - control.collaboration * consent * share) / (0.5 + consent) - strength


@compiled
def fighters_tied_by(run: Any, a: int, n: int) -> float:
    """Fighters whom a township takes to hold: fewer as its villages follow an actor by themselves, ``h max(1 - k L_f c_f, 0)``."""
    follow = run.rules.control.collaboration * run.state.legitimacy[a, n] * run.state.control[a, n]
    return run.land.needed[n] * max(1.0 - follow, 0.0)


@compiled
def moved_towards(present: float, aim: float, rate: float) -> float:
    """``c^(1 - lambda) c*^lambda``, written with one power."""
    return present * (aim / present) ** rate if present > 0.0 else 0.0


# process -------------------------------------------------------------------------------------------------------------


@compiled
def relax_countryside(run: Any) -> None:
    """Move the shares of the countryside one month on.

    Args:
        run: ``state.control`` and ``state.roots`` change; columns of the shares still sum to 1.
    """
    patrol(run)
    for n in range(len(run.land.needed)):
        aim_at(run, n, weigh_township(run, n))
    kept = 1.0 - run.rules.control.roots_fade
    for a in range(len(run.state.roots)):
        roots = run.state.roots[a]
        for n in range(len(roots)):
            roots[n] *= kept


@compiled
def take_root(run: Any) -> None:
    """Set the roots of all actors so that the shares of the countryside are at rest as things stand."""
    state, rules = run.state, run.rules.control
    patrol(run)
    for n in range(len(run.land.needed)):
        nobody = max(state.control[len(state.roots), n], LEAST_NOBODY)
        for a in range(len(state.roots)):
            strength, share = strength_of(run, a, n), state.control[a, n]
            if strength > 0.0 or share > 0.0:
                state.roots[a, n] = roots_of(share / nobody, strength, state.legitimacy[a, n], share, rules)


@compiled
def strength_of(run: Any, a: int, n: int) -> float:
    """Strength of an actor in a township's countryside, roots left out; fighters as :func:`patrol` has counted them."""
    in_town = run.state.holder[n] == a and run.state.besieged[n] == 0
    return strength_in_countryside(run.front.force[a, n] / run.land.needed[n], in_town, run.rules.control)


@compiled
def patrol(run: Any) -> None:
    """Count the supplied fighters at large in each territory: all in the open, of garrisons the patrols alone."""
    holder, territory, patrols = run.state.holder, run.land.territory, run.rules.control.garrison_patrols
    for a in range(len(run.front.force)):
        force, posted, supply = run.front.force[a], run.state.troops[a], run.state.supply[a]
        force[:] = 0.0
        for p in range(len(posted)):
            if posted[p] > 0:
                force[territory[p]] += posted[p] * supply[p] * (patrols if holder[p] == a else 1.0)


@compiled
def weigh_township(run: Any, n: int) -> int:
    """List who has fighters, the town or a share in a township, and their weights; nobody comes last, with weight 1.

    Returns:
        How many they are; ``front.present`` and ``front.weight`` have them.
    """
    state, front, forces, count = run.state, run.front, len(run.front.force), 0
    control, force, holder = state.control, front.force, state.holder[n]
    for a in range(forces):
        share = control[a, n]
        if share <= 0.0 and force[a, n] <= 0.0 and holder != a:
            continue  # as most actors in most townships
        strength = strength_of(run, a, n)
        if strength > 0.0 or share > 0.0:
            front.present[count] = a
            strength += state.roots[a, n]
            front.weight[count] = weight_in_countryside(strength, state.legitimacy[a, n], share, run.rules.control)
            count += 1
    front.present[count], front.weight[count] = forces, 1.0
    return count + 1


@compiled
def aim_at(run: Any, n: int, count: int) -> None:
    """Move the shares of the ``count`` who have a part in a township towards their weights in it."""
    control, front, rules, total = run.state.control, run.front, run.rules.control, 0.0
    for k in range(count):
        total += front.weight[k]
    aims, moved = 0.0, 0.0
    for k in range(count):
        front.weight[k] = max(front.weight[k] / total, rules.fading * control[front.present[k], n])
        aims += front.weight[k]
    for k in range(count):
        aim = front.weight[k] / aims
        present = max(control[front.present[k], n], rules.fading * aim)
        front.weight[k] = moved_towards(present, aim, rules.rate)
        moved += front.weight[k]
    for k in range(count):
        control[front.present[k], n] = front.weight[k] / moved
