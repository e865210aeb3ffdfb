"""Before the first month: the world with the scenario's own actors, parameters as arrays, the state at the start."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from agents.armed.parameters import ArmedActorParameters
from model.dynamics.share import share_among
from model.scenario.schema import Scenario
from model.state import State, begin
from model.world.world import Force, InitialState, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def armed_tables(scenario: Scenario) -> dict[str, ArmedActorParameters]:
    """The tables of the armed actors by id, in alphabetical order."""
    found = {name: table for name, table in scenario.actors.items() if isinstance(table, ArmedActorParameters)}
    return dict(sorted(found.items()))


def with_own_actors(world: World, scenario: Scenario) -> World:
    """The world with the armed actors as the scenario has them; the world itself where it leaves the record as it is.

    A new actor has its fighters at its home, holds nothing, and stands as its ``allies`` and ``enemies`` say. An actor of
    the record may have another home, and more land, allies and enemies.
    """
    tables = armed_tables(scenario)
    ids = tuple(sorted({*world.force_ids, *tables}))
    old = {force.id: force for force in world.forces}
    forces = tuple(_force(name, tables[name], world, old.get(name)) for name in ids)
    if forces == world.forces and not any(table.allies or table.enemies for table in tables.values()):
        return world
    initial = {date: _with_rows(world, state, ids, tables) for date, state in world.initial.items()}
    return dataclasses.replace(world, forces=forces, initial=initial)


def _force(name: str, table: ArmedActorParameters, world: World, known: Force | None) -> Force:
    home = world.place_ids[world.find_place(table.home)] if table.home else world.place_ids[0]
    homeland, core = _townships(world, table.homeland), _townships(world, table.core)
    if known is not None:
        both = [tuple(dict.fromkeys([*old, *new])) for old, new in ((known.homeland, homeland), (known.core, core))]
        return dataclasses.replace(known, home=home, homeland=both[0], core=both[1])
    territory = world.codes[world.place_territory[world.find_place(home)]]
    kind = str(getattr(table, "kind", "EthnicArmedOrganization"))
    return Force(id=name, kind=kind, name=name, home=home, homeland=homeland or (territory,), settings={}, core=core)


def _townships(world: World, names: list[str]) -> tuple[str, ...]:
    return tuple(world.codes[world.place_territory[world.find_place(name)]] for name in names)


def _with_rows(
    world: World, state: InitialState, ids: tuple[str, ...], tables: dict[str, ArmedActorParameters]
) -> InitialState:
    at = np.array([ids.index(name) for name in world.force_ids])
    renamed = np.append(at, -1)
    forces = len(ids)
    control = np.zeros((forces + 1, state.control.shape[1]))
    control[at], control[-1] = state.control[:-1], state.control[-1]
    troops = np.zeros((forces, state.troops.shape[1]), np.int64)
    troops[at] = state.troops
    strength = np.zeros((forces, 3), np.int64)
    strength[at] = state.strength
    arms_left = np.ones(forces)
    arms_left[at] = state.arms_left
    stance = np.zeros((forces, forces), np.int64)
    stance[np.ix_(at, at)] = state.stance
    for index, name in enumerate(ids):
        if name not in world.force_index:
            troops[index, world.find_place(_force(name, tables[name], world, None).home)] = tables[name].troops
            strength[index] = tables[name].troops
            stance[index, index] = 1
        for others, value in ((tables[name].allies, 1), (tables[name].enemies, -1)):
            for other in others:
                stance[index, ids.index(other)] = stance[ids.index(other), index] = value
    return dataclasses.replace(
        state,
        holder=renamed[state.holder],
        attacker=renamed[state.attacker],
        control=control,
        troops=troops,
        strength=strength,
        stance=stance,
        arms_left=arms_left,
    )


def profile_of(tables: dict[str, ArmedActorParameters]) -> dict[str, Floats]:
    """(F,) arrays of every number in the armed actors' common table, by parameter name."""
    names = [
        name
        for name, field in ArmedActorParameters.model_fields.items()
        if isinstance(field.default, int | float) and not isinstance(field.default, bool)
    ]
    return {name: np.array([float(getattr(table, name)) for table in tables.values()]) for name in names}


def begin_state(world: World, scenario: Scenario, profile: dict[str, Floats]) -> State:
    """The state at the start: the world's record of the date, scaled to the actors' parameters."""
    initial = world.initial_at(scenario.start)
    state = begin(world, initial, scenario.processes.mining.lead_months)
    recorded = state.troops.sum(axis=1)
    wanted = profile["troops"].astype(np.int64)
    for actor in ((wanted != recorded) & (recorded > 0)).nonzero()[0]:
        _rescale(state.troops[actor], int(wanted[actor]))
    state.establishment = state.troops.copy()
    state.arms = profile["arms_per_fighter"] * initial.arms_left * state.troops.sum(axis=1)
    state.treasury = profile["treasury_usd"].copy()
    state.recognition = profile["recognition_base"].copy()
    return state


def _rescale(troops: Ints, wanted: int) -> None:
    """Bring an actor's fighters by place to a number, in proportion to those who are there."""
    places = np.flatnonzero(troops).astype(np.uint32)
    weights = troops[places].astype(np.float64)
    troops[places] = 0
    share_among(weights, places, len(places), wanted, float(weights.sum()), troops, np.empty(len(places)))
