"""Before the first month: the world with the scenario's own actors, the state at the start, the agents."""

from __future__ import annotations

import dataclasses
import json
from functools import lru_cache
from typing import Any

import numpy as np
from mesa import Model

from agents.armed.actor import KINDS
from agents.armed.attack import value_towns
from agents.armed.parameters import ArmedActorParameters
from agents.beijing.agent import Beijing
from agents.buyers import ChineseBuyer
from agents.quad import Australia, India, Japan
from agents.united_states import UnitedStates
from agents.western import WesternGovernment
from model.dynamics import market
from model.dynamics.fortification import draw_places
from model.dynamics.market import Reference
from model.dynamics.share import rescale
from model.output.ledger import Ledger
from model.output.record import Recorder
from model.phases.accounts import begin_books
from model.phases.run_in import run_in
from model.run import Run, Setting, buyer_tables, date_after, setting_of
from model.scenario.plugins import activate, classes
from model.scenario.schema import Scenario
from model.scenario.spec import RunSpec
from model.state import State, begin
from model.world.read import load_world
from model.world.world import Force, InitialState, World

COPIED_TO_STATE = {
    "ore_tax_yuan_per_t": "ore_tax",
    "conscripts_per_month": "conscripts",
    "dependence_on_china": "dependence",
}
"""Parameters of armed actors that begin an array of the state, which events then change."""


@lru_cache(maxsize=64)
def setting_for(text: str) -> Setting:
    """What all replicates of a scenario share.

    Args:
        text: the resolved scenario, as a specification has it.
    """
    plain = json.loads(text)
    activate(plain.get("plugins", {}))
    scenario = Scenario.model_validate({**plain, "name": ""}, strict=False)
    tables = armed_tables(scenario)
    return setting_of(scenario, with_own_actors(load_world(scenario.world), scenario), tables)


@lru_cache(maxsize=16)
def _start_for(text: str) -> tuple[State, Reference]:
    """The state at the start, which runs copy, and what their market is measured against."""
    setting = setting_for(text)
    scenario, world = setting.scenario, setting.world
    state, buyers = start_state(world, scenario, setting.actors), setting.buyers
    asked = (buyers["market_share"], buyers["inventory_months"], scenario.processes.market)
    return state, market.begin(world, state, scenario.start, *asked)


def begin_run(model: Model, spec: RunSpec, seed: int) -> Run:
    """A run before its first month.

    Args:
        model: the Mesa model that its agents live in.
        spec: the specification.
        seed: of all draws.
    """
    setting, (state, reference) = setting_for(spec.scenario), _start_for(spec.scenario)
    run = Run(setting, state.copy(), seed, reference)
    enlist(run, model, setting)
    begin_books(run)
    build_walls(run)
    value_towns(run.data)
    run.recorder, run.ledger = Recorder(run, spec, setting.scenario.months), Ledger(run)
    run_in(run)
    run.recorder.note(date_after(setting.scenario.start, -1))
    return run


def build_walls(run: Run) -> None:
    """Draw what a garrison is worth at each place: its kind's factor times a lognormal of mean 1 that lasts for the run."""
    spread, xi = run.parameters.fortification.spread, np.empty(len(run.land.wall))
    draw_places(run.data, xi)
    run.state.wall = run.land.wall * np.exp(spread * xi - spread**2 / 2)


def enlist(run: Run, model: Model, setting: Setting) -> None:
    """Make the agents.

    Args:
        run: the run; its ``agents`` are filled.
        model: the Mesa model that they live in.
        setting: the scenario's.
    """
    model.run, scenario, agents = run, setting.scenario, run.agents
    kinds = KINDS | classes(tuple(scenario.plugins.items()))
    for index, (name, table) in enumerate(setting.tables.items()):
        kind = kinds[str(getattr(table, "kind", "EthnicArmedOrganization"))]
        agents.armed.append(kind(model, name, index, table))
    for index, (buyer, own) in enumerate(zip(run.world.buyers, buyer_tables(scenario, run.world), strict=True)):
        agents.buyers.append(ChineseBuyer(model, buyer.id, index, own))
    for number in range(scenario.western.governments):
        agents.western.append(WesternGovernment(model, number, scenario.western))
    agents.beijing = Beijing(model, scenario.beijing)
    agents.united_states = UnitedStates(model, scenario.united_states)
    agents.india, agents.japan = India(model, scenario.quad), Japan(model, scenario.quad)
    agents.australia = Australia(model, scenario.quad)


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
    return world.with_actors(forces, initial)


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
    return tuple(code for name in names for code in world.find_lands(name))


def _with_rows(
    world: World, state: InitialState, ids: tuple[str, ...], tables: dict[str, ArmedActorParameters]
) -> InitialState:
    renamed = np.append([ids.index(name) for name in world.force_ids], -1)
    at, forces = renamed[:-1], len(ids)
    control = np.zeros((forces + 1, len(world.codes)))
    control[renamed] = state.control
    troops = np.zeros((forces, len(world.place_ids)), np.int64)
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


def start_state(world: World, scenario: Scenario, actors: Any) -> State:
    """The state at the start: the world's record of the date, scaled to the actors' parameters.

    Args:
        world: the world.
        scenario: the resolved scenario.
        actors: (F,) records of the armed actors' numbers.
    """
    initial = world.initial_at(scenario.start)
    state = begin(world, initial, scenario.processes.mining.lead_months)
    recorded, wanted = state.troops.sum(axis=1), actors["troops"].astype(np.int64)
    for actor in ((wanted != recorded) & (recorded > 0)).nonzero()[0]:
        rescale(state.troops[actor], int(wanted[actor]))
    state.arms = actors["arms_per_fighter"] * initial.arms_left * state.troops.sum(axis=1)
    state.treasury = actors["treasury_usd"]
    for parameter, name in COPIED_TO_STATE.items():
        setattr(state, name, actors[parameter])
    state.market["india_processing"] = scenario.quad.india_processing_t
    return state
